"""Redacts secrets from text received from a sensor.

Some servers and proxies repeat in an error what they were sent ("token ... is not valid"). Text of a sensor
is shown, journalled and reported, so secrets are removed from it first.
"""

from collections import deque
from typing import Final

STARS: Final = "***"
_LEAST: Final = 4
"""Shorter ones are not worth hiding, and would cut words apart."""
_REMEMBERED: Final = 32
"""Temporary secrets that are remembered: they are valid once or for minutes."""


class Redactor:
    """The secrets that were sent to one sensor."""

    def __init__(self) -> None:
        self._lasting: set[str] = set()
        self._passing: deque[str] = deque(maxlen=_REMEMBERED)

    def __repr__(self) -> str:
        """Without any of them."""
        return "<Redactor>"

    def add(self, secret: str) -> None:
        """Hide a password, a passphrase, or another form of one."""
        if len(secret) >= _LEAST:
            self._lasting.add(secret)

    def add_temporary(self, secret: str) -> None:
        """Hide a proof or a token, until enough newer ones follow."""
        if len(secret) >= _LEAST and secret not in self._passing:
            self._passing.append(secret)

    def redact(self, text: str) -> str:
        """The text without the secrets in it."""
        # The longest first: one may be a part of another.
        for secret in sorted({*self._lasting, *self._passing}, key=len, reverse=True):
            text = text.replace(secret, STARS)
        return text
