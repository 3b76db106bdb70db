"""The hint bar: keys from the command table. It changes only with the width.

Textual's Footer leaks its keys at each refresh (textual#6666), and changes with the focus.
"""

from typing import Final

from textual import events

from sicktui.tui.commands import COMMANDS
from sicktui.tui.commands.keymap import KeyMap
from sicktui.tui.drawing.spans import Cell, Span, Tone, joined, width_of
from sicktui.tui.glyphs import UNICODE, Glyphs
from sicktui.tui.widgets.line_bar import LineBar

_GAP: Final = Span("  ", Tone.DIM)


def hints(keys: KeyMap, width: int) -> Cell:
    """As many hints as fit, the most important ones, in the order of the table."""
    groups: dict[int, tuple[int, Cell]] = {}
    for place, command in enumerate(COMMANDS):
        if command.hint is not None:
            hint = (Span(keys.of(command), Tone.KEY), Span(f" {command.title}", Tone.DIM))
            groups[place] = (command.hint, hint)
    chosen: list[int] = []
    for place in sorted(groups, key=lambda place: groups[place][0]):
        trial = joined((groups[p][1] for p in sorted([*chosen, place])), _GAP)
        if width_of(trial) <= width:
            chosen.append(place)
    return joined((groups[place][1] for place in sorted(chosen)), _GAP)


class HintBar(LineBar):
    """One line of hints at the bottom."""

    def __init__(
        self,
        keys: KeyMap,
        *,
        glyphs: Glyphs = UNICODE,
        id: str | None = None,  # noqa: A002 - Textual's word
        classes: str | None = None,
    ) -> None:
        super().__init__(glyphs=glyphs, id=id, classes=classes)
        self._keys = keys

    def on_resize(self, _: events.Resize) -> None:
        """Fill the new width."""
        self.show(hints(self._keys, self.size.width))
