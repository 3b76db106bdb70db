"""Reports a configuration file that cannot be read. Nothing is overwritten."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from sicktui.model.errors import SicktuiError
from sicktui.model.safe_text import clean
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.dialog import Dialog
from sicktui.tui.drawing.spans import Span, Tone, cell
from sicktui.tui.widgets.prose import Prose


class FileErrorDialog(Dialog[bool]):
    """Names file, line and key; the operator can correct the file and try again."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("r", "leave", "Try again", show=False)]

    title_text = "The device list cannot be read"
    keys_text = "r try again   ctrl+q quit"

    def __init__(self, appearance: Appearance, error: SicktuiError) -> None:
        super().__init__(appearance)
        self._error = error

    def body(self) -> list[Widget]:
        """The error and what to do."""
        return [
            Prose(
                [
                    cell(clean(self._error.message, 1000), Tone.BAD),
                    (),
                    (Span("What to do: ", Tone.KEY), Span(clean(self._error.advice, 1000))),
                    (),
                    cell("Nothing was changed. Devices are shown as soon as the file can be read."),
                ]
            )
        ]
