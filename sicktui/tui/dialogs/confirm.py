"""A question that ``y`` answers, and nothing else: enter, space or the key that led here do not."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.dialog import Dialog
from sicktui.tui.drawing.spans import Cell
from sicktui.tui.widgets.prose import Prose


class Confirm(Dialog[bool]):
    """Shows what would happen and asks. The answer is ``True`` or ``None``."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "agree", "Yes", show=False),
        Binding("n", "leave", "No", show=False),
    ]

    def __init__(
        self, appearance: Appearance, title: str, paragraphs: Sequence[Cell], *, yes: str, no: str = "back"
    ) -> None:
        super().__init__(appearance)
        self.title_text = title
        self.keys_text = f"y {yes}   n {no}"
        self._paragraphs = paragraphs

    def body(self) -> list[Widget]:
        """Show the paragraphs."""
        return [Prose(self._paragraphs, id="paragraphs")]

    def show(self, paragraphs: Sequence[Cell]) -> None:
        """Show other paragraphs: more is known by now."""
        self._paragraphs = paragraphs
        for place in self.query("#paragraphs").results(Prose):
            place.show(*paragraphs)

    def action_agree(self) -> None:
        """Answer yes."""
        self.dismiss(True)  # noqa: FBT003 - the answer itself
