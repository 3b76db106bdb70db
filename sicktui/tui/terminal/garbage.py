"""When garbage is collected: between two keys, not while a dialog opens.

Python looks through all objects when many new ones have come, which is what a dialog brings: 70 to 190 ms of
processor time with fifty sensors, between the key and the dialog.
"""

import gc
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from textual._styles_cache import StylesCache
from textual.color import Color
from textual.style import Style

LOOK_EVERY: Final = 0.25
"""Seconds between two looks whether something is due."""
QUIET: Final = 0.2
"""Seconds without a key after which what is young may be collected, which takes some milliseconds."""
LONG_QUIET: Final = 2.0
"""The same for all there is, which takes some fifty."""
YOUNG: Final = 2_000
"""New objects after which they are looked through."""
DUE: Final = 100
"""Collections of what is young after which all is looked through."""
_WHILE_BUSY: Final = (10_000, 3, 10 * DUE)
"""When Python looks by itself, as while keys keep coming: few objects at a time, and seldom all of them."""


class Garbage:
    """Collects it while nothing else is to be done.

    Args:
        monotonic: seconds on a clock that never jumps.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._last_key = 0.0

    def begin(self) -> None:
        """All is loaded: look no more through what stays until the end."""
        gc.freeze()
        gc.set_threshold(*_WHILE_BUSY)

    def note_key(self) -> None:
        """A key has come: its dialog comes first."""
        self._last_key = self._monotonic()

    def look(self) -> None:
        """Collect what has gathered, if no key has come for a moment."""
        quiet = self._monotonic() - self._last_key
        young, middle, old = gc.get_count()
        if quiet >= LONG_QUIET and old >= DUE:
            gc.collect()
        elif quiet >= QUIET and (middle or young >= YOUNG):
            gc.collect(1)


def forget_closed_widgets() -> None:
    """Let go of the pictures of widgets that are closed.

    A cache of Textual, meant for the class, has the object as a part of its key: it kept the lines of the
    last thousand widgets, and some hundred thousand objects with them.
    """
    StylesCache.get_inner_outer = staticmethod(_inner_outer)  # type: ignore[method-assign,assignment]


@lru_cache(maxsize=1024)
def _inner_outer(base_background: Color, background: Color) -> tuple[Style, Style]:
    return Style(background=base_background + background), Style(background=base_background)
