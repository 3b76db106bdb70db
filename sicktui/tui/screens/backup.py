"""Asks for the passphrase of a backup, and whether to take it."""

from collections.abc import Sequence
from typing import ClassVar

from msgspec import Struct
from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

from sicktui.model.device import Target
from sicktui.model.safe_text import clean
from sicktui.model.wording import count
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.dialog import Dialog
from sicktui.tui.dialogs.fields import Back, Field
from sicktui.tui.dialogs.form import whole_number
from sicktui.tui.drawing.spans import Cell, Tone, cell
from sicktui.tui.widgets.prose import Prose
from sicktui.tui.widgets.secret_input import SecretInput


class BackupRequest(Struct, frozen=True):
    """The answer. Its text form never shows the passphrase."""

    passphrase: str
    """Empty: the one that is stored, if one is."""
    jobs: int

    def __repr__(self) -> str:
        """Only how many at once."""
        return f"BackupWish(jobs={self.jobs})"


class BackupForm(Dialog[BackupRequest]):
    """Asks for the passphrase, and where there are several sensors, how many go at once.

    Args:
        appearance: how the dashboard looks.
        targets: the devices.
        passphrase: the one that was entered before.
        stored: how many of the devices have a stored one, their own or the plant's.
        jobs: how many sensors go at once, as the settings say.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Back", show=False)]

    title_text = "Back the parameters up"
    keys_text = "enter take the backup   tab next field   esc back"

    def __init__(
        self,
        appearance: Appearance,
        targets: Sequence[Target],
        passphrase: str,
        *,
        stored: int = 0,
        jobs: int = 8,
    ) -> None:
        super().__init__(appearance)
        self._targets = targets
        self._passphrase = passphrase
        self._stored = stored
        self._jobs = jobs

    def body(self) -> list[Widget]:
        """Of whom, and the passphrase."""
        names = ", ".join(clean(target.device, 40) for target in self._targets)
        return [
            Prose(
                [
                    cell(f"The parameters of {count(len(self._targets), 'sensor')} are fetched and kept:"),
                    cell(names, Tone.KEY),
                    (),
                    cell("A passphrase protects the file. Nobody can restore the backup without it."),
                    *self._what_empty_means(),
                ]
            ),
            SecretInput(
                self._passphrase, password=True, id="passphrase", placeholder="passphrase, or nothing"
            ),
            *([Field("At once", "jobs", str(self._jobs))] if len(self._targets) > 1 else []),
            Prose(id="problem"),
            Back(),
        ]

    def _what_empty_means(self) -> list[Cell]:
        if not self._stored:
            return [cell("It may be empty; sicktui keeps it until it ends.", Tone.DIM)]
        whole = self._stored == len(self._targets)
        whose = "each of them" if whole and self._stored > 1 else count(self._stored, "sensor")
        lines = [cell(f"Empty: the one that is stored for {whose} is used.", Tone.GOOD)]
        if not whole:
            lines.append(cell("For the others none is stored: their backups get none.", Tone.WARN))
        return [*lines, cell("What is typed here goes before it, until sicktui ends.", Tone.DIM)]

    def on_mount(self) -> None:
        """Straight to the passphrase."""
        self.query_one("#passphrase").focus()

    @on(Input.Submitted)
    def _answer(self) -> None:
        fields = self.query("#jobs").results(Input)
        text = next((field.value.strip() for field in fields), str(self._jobs))
        if problem := whole_number(text, "At once", least=1):
            self.query_one("#problem", Prose).show(cell(problem, Tone.BAD))
            return
        self.dismiss(BackupRequest(self.query_one("#passphrase", Input).value, int(text)))
