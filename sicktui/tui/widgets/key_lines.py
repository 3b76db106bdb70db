"""The keys of a dialog: wrapped between two keys, never inside of what one does."""

from typing import Final

from textual.content import Content
from textual.widgets import Static

from sicktui.tui.spans import cell, packed, text_of

GAP: Final = "   "
"""What stands between two keys."""


class KeyLines(Static):
    """As many lines as it takes.

    Args:
        keys: keys and what they do, three blanks between two.
        id: the widget's id.
    """

    def __init__(self, keys: str, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(Content(keys), id=id, classes="keys", markup=False)
        self._keys = keys

    def show(self, keys: str) -> None:
        """Show other keys."""
        self._keys = keys
        self._pack()

    def on_resize(self) -> None:
        """Wrap for the width."""
        self._pack()

    def _pack(self) -> None:
        lines = packed([cell(hint) for hint in self._keys.split(GAP)], max(1, self.size.width), GAP)
        self.update(Content("\n".join(text_of(line) for line in lines)))
