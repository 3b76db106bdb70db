"""The hint bar: the keys that can be used here and now.

Textual's Footer leaks its keys at each refresh (textual#6666).
"""

from collections.abc import Sequence

from textual import events

from sicktui.tui.drawing.hints import Hint, drawn, fitted, placed
from sicktui.tui.glyphs import UNICODE, Glyphs
from sicktui.tui.widgets.keys import press
from sicktui.tui.widgets.line_bar import LineBar


class HintBar(LineBar):
    """Hints in one line or more. A click on a hint presses its key.

    Args:
        glyphs: the characters of the terminal.
        id: the widget's id.
        classes: the widget's classes.
    """

    def __init__(
        self,
        *,
        glyphs: Glyphs = UNICODE,
        id: str | None = None,  # noqa: A002 - Textual's word
        classes: str | None = None,
    ) -> None:
        super().__init__(glyphs=glyphs, id=id, classes=classes)
        self._most: int | None = None
        self._first: Sequence[Hint] = ()
        self._last: Sequence[Hint] = ()
        self._places: list[list[tuple[int, int, Hint]]] = []

    def show_hints(
        self, first: Sequence[Hint], last: Sequence[Hint] = (), *, lines: int | None = None
    ) -> None:
        """Show as many of the first ones as fit, and the last ones in any case.

        Args:
            first: from the most important on.
            last: what is never left out.
            lines: how many there are; as many as all of them take if ``None``.
        """
        if lines is not None:
            self._set_height(lines)
        wanted = (tuple(first), tuple(last), lines)
        if wanted != (self._first, self._last, self._most):
            self._first, self._last, self._most = wanted
            self._fit()

    def on_resize(self, _: events.Resize) -> None:
        """Fill the new width."""
        self._fit()

    def _fit(self) -> None:
        width = self.size.width
        if not width:
            return  # not laid out yet
        hints = [*self._first, *self._last]
        if self._most is not None:
            hints = fitted(self._first, self._last, width, self._most)
        self._places = placed(hints, width)
        if self._most is None:
            self._set_height(max(1, len(self._places)))
        self.show(*(drawn(line) for line in self._places))

    def _set_height(self, lines: int) -> None:
        if self.styles.height is None or self.styles.height.value != lines:
            self.styles.height = lines

    def on_click(self, event: events.Click) -> None:
        """Press the key under the mouse."""
        x, y = event.x - self.gutter.left, event.y - self.gutter.top
        line = self._places[y] if 0 <= y < len(self._places) else ()
        for begin, end, (key, what) in line:
            if key and what and begin <= x < end:
                press(self.app, key.split()[0])
