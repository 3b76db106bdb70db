"""Secrets that were sent to a sensor, and must not come back in what it says.

Some servers and proxies repeat in an error what they were sent ("token ... is not valid"). What a sensor
says is shown, journalled and reported: without the secrets in it.
"""

from collections import deque
from typing import Final

STARS: Final = "***"
_LEAST: Final = 4
"""Shorter ones are no secret worth the name, and would tear words apart."""
_REMEMBERED: Final = 32
"""Proofs and tokens serve once or for minutes: the last ones are enough."""


class Redactor:
    """The secrets of the talk with one sensor."""

    def __init__(self) -> None:
        self._lasting: set[str] = set()
        self._passing: deque[str] = deque(maxlen=_REMEMBERED)

    def __repr__(self) -> str:
        """Without any of them."""
        return "<Redactor>"

    def add(self, secret: str) -> None:
        """Never say this: a password, a passphrase, or another form of one."""
        if len(secret) >= _LEAST:
            self._lasting.add(secret)

    def add_temporary(self, secret: str) -> None:
        """Do not say this: a proof or a token, which others will follow."""
        if len(secret) >= _LEAST and secret not in self._passing:
            self._passing.append(secret)

    def redact(self, text: str) -> str:
        """What the sensor says, without the secrets in it."""
        # The longest first: one may be a part of another.
        for secret in sorted({*self._lasting, *self._passing}, key=len, reverse=True):
            text = text.replace(secret, STARS)
        return text
