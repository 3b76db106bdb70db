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

QUIET: Final = 0.5
"""Seconds without a key after which garbage may be collected."""
DUE: Final = 10
"""Collections of what is young after which all is looked through: as often as Python does."""
_WHILE_BUSY: Final = (10_000, 10, 100)
"""When Python looks by itself: after new objects, and after looks at the generation before."""


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
        if self._monotonic() - self._last_key < QUIET:
            return
        _, middle, old = gc.get_count()
        if old >= DUE:
            gc.collect()
        elif middle:
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
