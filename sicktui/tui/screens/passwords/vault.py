"""The dialogs of the vault: the menu and the password forms."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import ClassVar, Final

from msgspec import structs
from textual.binding import Binding, BindingType
from textual.widget import Widget

from sicktui.model.errors import SicktuiError
from sicktui.model.safe_text import clean
from sicktui.model.wording import count
from sicktui.stores.secrets.vault import VaultState
from sicktui.stores.secrets.vault_file import check_new_password
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.dialog import Dialog
from sicktui.tui.dialogs.fields import FormValues, PathField, SecretField, TextField
from sicktui.tui.dialogs.form import ValuesForm
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.widgets.prose import Prose

PASSWORD: Final = SecretField(name="vault", label="Password", required=True)
NEW: Final = (
    SecretField(name="new", label="New password", required=True),
    SecretField(name="again", label="Repeat it"),
)
FILE: Final = PathField(name="file", label="File", hint="path of the copy", required=True)


class VaultAct(StrEnum):
    """What an operator can do with the vault."""

    CREATE = "create"
    UNLOCK = "unlock"
    LOCK = "lock"
    PASSWORD = "password"  # noqa: S105 - the name of an act
    EXPORT = "export"
    IMPORT = "import"


_ACTS: Final[dict[VaultState, tuple[tuple[str, VaultAct, str], ...]]] = {
    VaultState.ABSENT: (("c", VaultAct.CREATE, "create"),),
    VaultState.LOCKED: (("u", VaultAct.UNLOCK, "unlock"),),
    VaultState.OPEN: (
        ("k", VaultAct.LOCK, "lock"),
        ("p", VaultAct.PASSWORD, "change password"),
        ("x", VaultAct.EXPORT, "export"),
        ("i", VaultAct.IMPORT, "import"),
    ),
    VaultState.UNUSABLE: (),
}


class VaultMenu(Dialog[VaultAct]):
    """The state of the vault and what can be done with it now."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key, f"choose('{act.value}')", text, show=False)
        for acts in _ACTS.values()
        for key, act, text in acts
    ]

    title_text = "Vault"

    def __init__(
        self, appearance: Appearance, path: Path, state: VaultState, *, entries: int, problems: Sequence[str]
    ) -> None:
        super().__init__(appearance)
        self._path = path
        self._entries = entries
        self._state = state
        self._problems = problems
        offers = [f"{key} {text}" for key, _, text in _ACTS[state]]
        self.keys_text = "   ".join([*offers, "q back"])

    def body(self) -> list[Widget]:
        """The file, its state and its purpose."""
        lines: list[Cell] = [
            cell("An encrypted file with passwords, for PCs without a working keyring."),
            (Span("File   ", Tone.DIM), Span(clean(str(self._path), 200))),
            (Span("State  ", Tone.DIM), Span(self._state.value, Tone.KEY)),
        ]
        if self._state is not VaultState.ABSENT:
            number = count(self._entries, "entry", "entries")
            lines.append((Span("Holds  ", Tone.DIM), Span(number)))
        for problem in self._problems:
            lines += [(), cell(clean(problem, 400), Tone.WARN)]
        return [Prose(lines)]

    def action_choose(self, act: str) -> None:
        """Answer with the action, if it is available now."""
        chosen = VaultAct(act)
        if chosen in [offered for _, offered, _ in _ACTS[self._state]]:
            self.dismiss(chosen)


def unlock_form(appearance: Appearance, why: str, problem: str = "") -> ValuesForm:
    """Asks for the password of the vault."""
    lines = [cell(why), cell("Asked once; the vault stays unlocked until sicktui exits.", Tone.DIM)]
    return ValuesForm(appearance, "Unlock the vault", lines, [PASSWORD], problem=problem, submit="unlock")


def create_form(appearance: Appearance, path: Path) -> ValuesForm:
    """Asks for the password of a new vault."""
    lines = [
        cell("Passwords are stored in one encrypted file:"),
        cell(clean(str(path), 200), Tone.KEY),
        cell("Anyone with the file and this password can read all of them.", Tone.DIM),
        cell("The password cannot be recovered.", Tone.WARN),
    ]
    return _new_password_form(appearance, "Create a vault", lines, NEW, submit="create")


def change_form(appearance: Appearance, problem: str = "") -> ValuesForm:
    """Asks for the old and the new password."""
    lines = [cell("Everything is encrypted again. Old copies of the file keep the old password.")]
    return _new_password_form(
        appearance, "Change the vault's password", lines, (PASSWORD, *NEW), problem=problem, submit="change"
    )


def export_form(appearance: Appearance, problem: str = "") -> ValuesForm:
    """Asks where to write a copy, and for its password."""
    lines = [cell("Writes a copy of the vault with a separate password.")]
    return _new_password_form(
        appearance,
        "Export a copy",
        lines,
        (structs.replace(FILE, saving=True), *NEW),
        problem=problem,
        submit="export",
    )


def import_form(appearance: Appearance, problem: str = "") -> ValuesForm:
    """Asks for a copy and its password."""
    lines = [cell("Adds what the vault does not have yet, and asks about the rest.")]
    return ValuesForm(
        appearance, "Import a copy", lines, [FILE, PASSWORD], problem=problem, submit="import", stepwise=True
    )


def _new_password_form(
    appearance: Appearance,
    title: str,
    lines: list[Cell],
    fields: Sequence[TextField],
    *,
    submit: str,
    problem: str = "",
) -> ValuesForm:
    """A form with a new password."""
    return ValuesForm(
        appearance, title, lines, fields, check=_new_problem, problem=problem, submit=submit, stepwise=True
    )


def _new_problem(values: FormValues) -> str:
    try:
        check_new_password(values["new"])
    except SicktuiError as error:
        return str(error)
    return "" if values["new"] == values["again"] else "The two passwords differ."
