"""A session on a sensor: its token authorises file transfers (authentication article, scenario 2)."""

from typing import Final

from msgspec import Struct

FRESH: Final = 60.0
"""Seconds for which a token is used without a question. The unit of the sensors' ``timeToLive`` is not
documented; one has held for more than twelve minutes."""


class Session(Struct, frozen=True, kw_only=True):
    """What a sensor answered to CreateSessionToken."""

    token: str | None
    """``None``: the sensor has no tokens."""
    at: float
    """When, on the monotonic clock that all processes of the PC read."""

    def is_fresh(self, now: float) -> bool:
        """Whether it was opened a moment ago."""
        return 0.0 <= now - self.at <= FRESH

    def __repr__(self) -> str:
        """Never the token."""
        return f"<Session of {self.at:.0f}>"
