"""Asks for the passphrase of new backups."""

from collections.abc import Sequence

from msgspec import Struct

from sicktui.model.device import Target
from sicktui.model.errors import UsageError
from sicktui.model.safe_text import clean
from sicktui.model.wording import count
from sicktui.stores.backups.passphrases import check as check_passphrase
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.fields import (
    CheckField,
    FormProblem,
    FormValues,
    SecretField,
    TextField,
    whole_number,
)
from sicktui.tui.dialogs.form import Form
from sicktui.tui.drawing.spans import Cell, Tone, cell


class BackupRequest(Struct, frozen=True):
    """The answer. Its text form never shows the passphrase."""

    passphrase: str
    """A new one; empty: the one entered before, or the stored one, if there is one."""
    jobs: int
    kept: bool = False
    """Whether the passphrase entered before is used further."""

    def __repr__(self) -> str:
        """Only how many at once."""
        return f"BackupRequest(jobs={self.jobs})"


class BackupForm(Form[BackupRequest]):
    """Asks for the passphrase, and with several sensors how many are backed up in parallel.

    Args:
        appearance: how the dashboard looks.
        targets: the devices.
        entered: whether a passphrase was entered before, for all backups of this session.
        stored: how many of the devices have a stored passphrase, their own or the site's.
        jobs: how many sensors are backed up in parallel, as the settings say.
    """

    def __init__(
        self,
        appearance: Appearance,
        targets: Sequence[Target],
        *,
        entered: bool = False,
        stored: int = 0,
        jobs: int = 8,
    ) -> None:
        self._jobs = jobs
        names = ", ".join(clean(target.device, 40) for target in targets)
        lines = [
            cell(f"Backs up the parameters of {count(len(targets), 'sensor')}:"),
            cell(names, Tone.KEY),
            (),
            cell("A passphrase protects the file. Without it the backup cannot be restored."),
            *_if_empty(len(targets), stored, entered=entered),
        ]
        fields: list[TextField | CheckField] = [
            SecretField(name="passphrase", label="Passphrase", hint="optional"),
            SecretField(name="again", label="Repeat it", hint="if you entered one"),
        ]
        if len(targets) > 1:
            fields.append(TextField(name="jobs", label="In parallel", value=str(jobs)))
        if entered:
            fields.append(CheckField(name="kept", label="use the passphrase entered before", value=True))
        super().__init__(appearance, "Back up parameters", lines, fields, submit="back up")

    def check(self, values: FormValues) -> FormProblem | str:
        """A new passphrase is entered twice; the number of sensors must be one."""
        try:
            if values["passphrase"]:
                check_passphrase(values["passphrase"])
        except UsageError as error:
            return FormProblem(error.message, error.advice, "passphrase")
        if values["passphrase"] != values["again"]:
            return FormProblem("The two passphrases differ.", field="again")
        return whole_number(values.get("jobs", str(self._jobs)), "In parallel", least=1)

    def answer(self, values: FormValues) -> BackupRequest:
        """The passphrase and the number of sensors."""
        jobs = int(values.get("jobs", str(self._jobs)))
        return BackupRequest(values["passphrase"], jobs, kept=values.checked("kept"))


def _if_empty(devices: int, stored: int, *, entered: bool) -> list[Cell]:
    """What happens if no passphrase is entered."""
    if entered:
        return [cell("Empty: uses the passphrase that was entered before.", Tone.GOOD)]
    if not stored:
        return [cell("Kept in memory until sicktui exits.", Tone.DIM)]
    whose = "each of them" if stored == devices > 1 else count(stored, "sensor")
    lines = [cell(f"Empty: uses the passphrase stored for {whose}.", Tone.GOOD)]
    if stored < devices:
        words = "The other devices have no passphrase; their backups are not protected."
        lines.append(cell(words, Tone.WARN))
    return [*lines, cell("A passphrase entered here overrides it until sicktui exits.", Tone.DIM)]
