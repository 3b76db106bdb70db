"""Redacts secrets from text received from a sensor.

Some servers and proxies repeat in an error what they were sent ("token ... is not valid"), as it is or
encoded. Text of a sensor is shown, journalled and reported, so secrets are removed from it first.
"""

import base64
import html
import json
import re
import unicodedata
from collections import deque
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote, quote_plus

STARS: Final = "***"
_LEAST: Final = 4
"""Shorter ones are not worth hiding, and would cut words apart."""
_REMEMBERED: Final = 32
"""Temporary secrets that are remembered: they are valid once or for minutes."""
_BETWEEN: Final = r"(?:[\s,:-]{0,2}(?:0x|\\x|\\u00|%)?)"
"""What may be between two bytes in hex: ``61:62``, ``0x61, 0x62``, ``%61%62``, ``\\u0061\\u0062``."""


class Redactor:
    """The secrets that were sent to one sensor."""

    def __init__(self) -> None:
        self._lasting: dict[str, re.Pattern[str]] = {}
        self._passing: deque[str] = deque(maxlen=_REMEMBERED)

    def __repr__(self) -> str:
        """Without any of them."""
        return "<Redactor>"

    def add(self, secret: str) -> None:
        """Hide a password, a passphrase, or another form of one, however it is encoded."""
        if len(secret) >= _LEAST and secret not in self._lasting:
            self._lasting[secret] = _pattern(secret)

    def add_temporary(self, secret: str) -> None:
        """Hide a proof or a token, until enough newer ones follow."""
        if len(secret) >= _LEAST and secret not in self._passing:
            self._passing.append(secret)

    def redact(self, text: str) -> str:
        """The text without the secrets in it."""
        # The longest first: one may be a part of another.
        for secret in sorted({*self._lasting, *self._passing}, key=len, reverse=True):
            text = self._lasting[secret].sub(STARS, text) if secret in self._lasting else text
            text = text.replace(secret, STARS)
        return text


def _pattern(secret: str) -> re.Pattern[str]:
    raw = secret.encode("utf-8", "surrogatepass")
    forms = {form for form in (*_escaped(secret), *_base64(raw)) if len(form) >= _LEAST}
    found = [re.escape(form) for form in sorted(forms, key=len, reverse=True)]
    digits = _BETWEEN.join(f"{byte:02x}" for byte in raw)
    return re.compile("|".join([*found, f"{_BETWEEN}{digits}"]), re.IGNORECASE)


def _escaped(secret: str) -> Iterator[str]:
    for text in {secret, unicodedata.normalize("NFC", secret), unicodedata.normalize("NFD", secret)}:
        yield text
        yield html.escape(text)
        yield html.escape(text, quote=False)
        for ascii_only in (True, False):
            inside = json.dumps(text, ensure_ascii=ascii_only)[1:-1]
            yield inside
            yield inside.replace("/", "\\/")
        yield quote(text, safe="", errors="replace")
        yield quote(text, errors="replace")
        yield quote_plus(text, errors="replace")


def _base64(raw: bytes) -> Iterator[str]:
    """The part of it that does not depend on what is before and behind, at each of the three offsets."""
    for offset in range(3):
        bits = 8 * (offset + len(raw))
        first, last = -(-8 * offset // 6), bits // 6
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield encode(bytes(offset) + raw).decode("ascii")[first:last]
