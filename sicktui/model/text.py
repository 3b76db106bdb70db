"""Text that came from outside (a sensor, a file, a server) made harmless.

Such text is data: it is shown, never interpreted. Control characters, which could move the
cursor or recolour a terminal, and characters that reverse the reading direction become ``·``;
lengths are capped.
"""

import unicodedata
from typing import Final

MAX_TEXT: Final = 200
"""Characters kept of a text from outside, unless the caller says otherwise."""

REPLACEMENT: Final = "·"

# Cc control, Cf format (bidi overrides, zero-width), Cs lone surrogates, Co private use,
# Cn unassigned, Zl/Zp line and paragraph separators.
_HARMFUL: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def clean(text: str, limit: int = MAX_TEXT) -> str:
    """Return ``text`` on one line, without control characters, at most ``limit`` long."""
    # One more than the limit is enough to know whether something was cut off.
    shown = "".join(_harmless(char) for char in text[: limit + 1])
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def _harmless(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Zs":
        return " "  # all the spaces there are look alike
    return REPLACEMENT if category in _HARMFUL else char
