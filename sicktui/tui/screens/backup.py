"""Asks for the passphrase of a backup, and whether to take it."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

from sicktui.model.device import Target
from sicktui.model.text import clean
from sicktui.tui.face import Face
from sicktui.tui.phrases import counted
from sicktui.tui.screens.dialog import Dialog
from sicktui.tui.screens.form import Back
from sicktui.tui.spans import Cell, Tone, cell
from sicktui.tui.widgets.prose import Prose
from sicktui.tui.widgets.secret_input import SecretInput


class BackupQuestion(Dialog[str]):
    """The answer is the passphrase; empty: the one that is stored, if one is.

    Args:
        face: how the dashboard looks.
        targets: the devices.
        passphrase: the one that was entered before.
        stored: how many of the devices have a stored one, their own or the plant's.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Back", show=False)]

    title_text = "Back the parameters up"
    keys_text = "enter take the backup   tab next field   esc back"

    def __init__(self, face: Face, targets: Sequence[Target], passphrase: str, *, stored: int = 0) -> None:
        super().__init__(face)
        self._targets = targets
        self._passphrase = passphrase
        self._stored = stored

    def body(self) -> list[Widget]:
        """Of whom, and the passphrase."""
        names = ", ".join(clean(target.device, 40) for target in self._targets)
        return [
            Prose(
                [
                    cell(f"The parameters of {counted(len(self._targets), 'sensor')} are fetched and kept:"),
                    cell(names, Tone.KEY),
                    (),
                    cell("A passphrase protects the file. Nobody can restore the backup without it."),
                    *self._what_empty_means(),
                ]
            ),
            SecretInput(
                self._passphrase, password=True, id="passphrase", placeholder="passphrase, or nothing"
            ),
            Back(),
        ]

    def _what_empty_means(self) -> list[Cell]:
        if not self._stored:
            return [cell("It may be empty; sicktui keeps it until it ends.", Tone.DIM)]
        whole = self._stored == len(self._targets)
        whose = "each of them" if whole and self._stored > 1 else counted(self._stored, "sensor")
        lines = [cell(f"Empty: the one that is stored for {whose} is used.", Tone.GOOD)]
        if not whole:
            lines.append(cell("For the others none is stored: their backups get none.", Tone.WARN))
        return [*lines, cell("What is typed here goes before it, until sicktui ends.", Tone.DIM)]

    def on_mount(self) -> None:
        """Straight to the passphrase."""
        self.query_one("#passphrase").focus()

    @on(Input.Submitted)
    def _answer(self, message: Input.Submitted) -> None:
        self.dismiss(message.value)
