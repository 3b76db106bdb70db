"""When a sensor accepts a login: five refused ones in a row lock it for 30 s (SICK's guide, cybersecurity).

What a locked login is answered with is not documented, so a refusal alone does not show the lock: refusals
are counted, and no login is sent into a lock.
"""

from typing import Final

from msgspec import Struct

LOCK_AFTER: Final = 5
"""Refused logins in a row."""
LOCK_SECONDS: Final = 30.0
_MARGIN: Final = 1.0
"""Seconds; the sensor began to count later than this PC."""
LOCK_WAIT: Final = LOCK_SECONDS + _MARGIN
"""Seconds after which a lock is surely over."""


def locked_words(seconds: float) -> str:
    """What is reported before a lock is waited out."""
    return f"The sensor accepts no login now, after refused ones (locked): waiting {seconds:.0f} s."


class RefusedLogins(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The refused logins of one sensor since the last one that it accepted."""

    count: int = 0
    last: float = 0.0
    """Unix time of the last one."""

    def another(self, at: float) -> "RefusedLogins":
        """One more, at a Unix time."""
        return RefusedLogins(count=self.count + 1, last=at)

    def locked(self, at: float) -> "RefusedLogins":
        """The sensor is locked from a Unix time on, perhaps by the logins of another PC."""
        return RefusedLogins(count=max(self.count, LOCK_AFTER), last=at)

    def locked_for(self, now: float) -> float:
        """Seconds for which no login may be sent; 0: one may. Never more than a lock lasts.

        Args:
            now: Unix time. Where the clock was set back, a whole lock is waited for.
        """
        if self.count < LOCK_AFTER:
            return 0.0
        return min(LOCK_WAIT, max(0.0, self.last + LOCK_WAIT - now))
