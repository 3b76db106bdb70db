"""Text that came from outside (a sensor, a file, a server) made harmless.

Such text is data: it is shown, never interpreted. Control characters, which could move the
cursor or recolour a terminal, and characters that reverse the reading direction become ``·``;
lengths are capped.
"""

import unicodedata
from typing import Final

MAX_TEXT: Final = 200
"""The default limit for a text from outside, in characters."""

REPLACEMENT: Final = "·"

# Cc control, Cf format (bidi overrides, zero-width), Cs lone surrogates, Co private use,
# Cn unassigned, Zl/Zp line and paragraph separators.
_HARMFUL: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def clean(text: str, limit: int = MAX_TEXT) -> str:
    """Return ``text`` on one line, without control characters, at most ``limit`` long."""
    # One more than the limit is enough to know whether something was cut off.
    shown = text[: limit + 1]
    if not (shown.isascii() and shown.isprintable()):
        shown = "".join(_harmless(char) for char in shown)
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def clean_or_none(text: str | None, limit: int = MAX_TEXT) -> str | None:
    """The same of a text that may be unknown; ``None`` also for an empty one."""
    return clean(text, limit) if text else None


def _harmless(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Zs":
        return " "  # all the spaces there are look alike
    return REPLACEMENT if category in _HARMFUL else char


def plain_json(line: bytes) -> bytes:
    """The same JSON value, in which what could act on a terminal is written as an escape.

    Encoders escape the control characters below 32 only: those from 127 to 159 and whatever turns the
    reading direction would go out as they are.
    """
    if line.isascii() and b"\x7f" not in line:
        return line
    return "".join(
        _escaped(char) if unicodedata.category(char) in _HARMFUL else char for char in line.decode()
    ).encode()


def _escaped(char: str) -> str:
    units = char.encode("utf-16-be").hex()
    return "".join(f"\\u{units[place : place + 4]}" for place in range(0, len(units), 4))
