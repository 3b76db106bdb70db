"""Asks for the passphrase of new backups."""

from collections.abc import Sequence

from msgspec import Struct

from sicktui.model.device import Target
from sicktui.model.safe_text import clean
from sicktui.model.wording import count
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.fields import FormValues, SecretField, TextField, whole_number
from sicktui.tui.dialogs.form import Form
from sicktui.tui.drawing.spans import Cell, Tone, cell


class BackupRequest(Struct, frozen=True):
    """The answer. Its text form never shows the passphrase."""

    passphrase: str
    """Empty: the stored one, if there is one."""
    jobs: int

    def __repr__(self) -> str:
        """Only how many at once."""
        return f"BackupRequest(jobs={self.jobs})"


class BackupForm(Form[BackupRequest]):
    """Asks for the passphrase, and with several sensors how many are backed up in parallel.

    Args:
        appearance: how the dashboard looks.
        targets: the devices.
        passphrase: the one that was entered before.
        stored: how many of the devices have a stored passphrase, their own or the site's.
        jobs: how many sensors are backed up in parallel, as the settings say.
    """

    def __init__(
        self,
        appearance: Appearance,
        targets: Sequence[Target],
        passphrase: str,
        *,
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
            *_if_empty(len(targets), stored),
        ]
        fields: list[TextField] = [
            SecretField(name="passphrase", label="Passphrase", value=passphrase, hint="optional")
        ]
        if len(targets) > 1:
            fields.append(TextField(name="jobs", label="In parallel", value=str(jobs)))
        super().__init__(appearance, "Back up parameters", lines, fields, submit="back up")

    def check(self, values: FormValues) -> str:
        """The number of sensors must be one."""
        return whole_number(values.get("jobs", str(self._jobs)), "In parallel", least=1)

    def answer(self, values: FormValues) -> BackupRequest:
        """The passphrase and the number of sensors."""
        return BackupRequest(values["passphrase"], int(values.get("jobs", str(self._jobs))))


def _if_empty(devices: int, stored: int) -> list[Cell]:
    """What happens if no passphrase is entered."""
    if not stored:
        return [cell("Optional; kept in memory until sicktui exits.", Tone.DIM)]
    whose = "each of them" if stored == devices > 1 else count(stored, "sensor")
    lines = [cell(f"Empty: uses the passphrase stored for {whose}.", Tone.GOOD)]
    if stored < devices:
        words = "The other devices have no passphrase; their backups are not protected."
        lines.append(cell(words, Tone.WARN))
    return [*lines, cell("A passphrase entered here overrides it until sicktui exits.", Tone.DIM)]
