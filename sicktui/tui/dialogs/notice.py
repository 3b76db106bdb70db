"""A dialog to read."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.dialog import Dialog
from sicktui.tui.drawing.spans import Cell
from sicktui.tui.widgets.prose import Prose


class Notice(Dialog[None]):
    """Scrolls with j and k. Enter leaves it too.

    Args:
        appearance: how the dashboard looks.
        title: what it is about.
        paragraphs: what there is to read.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "leave", "Back", show=False)]

    keys_text = "q back"

    def __init__(self, appearance: Appearance, title: str, paragraphs: Sequence[Cell]) -> None:
        super().__init__(appearance)
        self.title_text = title
        self._paragraphs = paragraphs

    def body(self) -> list[Widget]:
        """Show the paragraphs."""
        return [Prose(self._paragraphs)]


class SecretNotice(Notice):
    """Shows a secret once, to be written down. Neither keys nor mouse can copy it to a clipboard."""

    ALLOW_SELECT: ClassVar[bool] = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "leave", "Written down", show=False),
        # An Enter that was typed ahead must not close it: it is shown only once.
        Binding("enter", "nothing", show=False),
    ]

    keys_text = "w I have written it down   q back"

    def action_nothing(self) -> None:
        """Ignore the key."""
