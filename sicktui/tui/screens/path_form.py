"""Asks for a file to write."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

from sicktui.model.safe_text import clean
from sicktui.stores.disk.files import written
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.dialog import Dialog
from sicktui.tui.dialogs.fields import Back
from sicktui.tui.drawing.spans import Cell, Tone, cell
from sicktui.tui.widgets.prose import Prose


class PathForm(Dialog[Path]):
    """The answer is a path as it was typed, the home folder filled in. Nothing typed is no answer."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Back", show=False)]

    keys_text = "enter write it   tab next field   esc back"

    def __init__(
        self, appearance: Appearance, title: str, lines: Sequence[Cell], *, proposed: str, problem: str = ""
    ) -> None:
        super().__init__(appearance)
        self.title_text = title
        self._lines = lines
        self._proposed = proposed
        self._problem = problem

    def body(self) -> list[Widget]:
        """What it is for, and the path."""
        told: list[Cell] = [(), cell(clean(self._problem, 400), Tone.BAD)] if self._problem else []
        return [
            Prose([*self._lines, ()]),
            Input(self._proposed, id="path", placeholder="the path of a file"),
            Prose(told, id="problem"),
            Back(),
        ]

    def on_mount(self) -> None:
        """Straight to the path."""
        self.query_one("#path").focus()

    @on(Input.Submitted)
    def _answer(self, message: Input.Submitted) -> None:
        text = message.value.strip().strip("\"'")
        self.dismiss(written(text) if text else None)
