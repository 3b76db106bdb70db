"""What is known of the passphrases of backups, and a key for each thing that can be done with them."""

from collections.abc import Sequence
from enum import StrEnum
from typing import ClassVar, Final

from msgspec import Struct
from textual.binding import Binding, BindingType
from textual.widget import Widget

from sicktui.model.errors import SicktuiError
from sicktui.model.safe_text import clean
from sicktui.model.wording import count, more
from sicktui.stores.backups.passphrases import LONGEST, check
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.dialog import Dialog
from sicktui.tui.dialogs.fields import FormValues, SecretField
from sicktui.tui.dialogs.form import ValuesForm
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.widgets.prose import Prose

_NAMED: Final = 12


class PassphraseAct(StrEnum):
    """What an operator can do with passphrases."""

    STORE = "store"
    GENERATE = "generate"
    FORGET = "forget"
    TEST = "test"


class PassphraseChoice(Struct, frozen=True):
    """What to do, and with whose."""

    act: PassphraseAct
    plant: bool
    """The plant's, which every device has that has none of its own; else that of the chosen devices."""


class PassphraseFacts(Struct, frozen=True, kw_only=True):
    """Who has a passphrase. No passphrase is in here."""

    devices: tuple[str, ...]
    own: frozenset[str]
    plant: bool
    given: bool
    """One was given for this call, or typed for a backup since: it goes before all others."""
    locked: bool
    """The vault may hold more, and is locked."""


class PassphraseMenu(Dialog[PassphraseChoice]):
    """Small letters are for the chosen devices, large ones for the plant."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "choose('store',False)", "Store", show=False),
        Binding("g", "choose('generate',False)", "Generate", show=False),
        Binding("f", "choose('forget',False)", "Forget", show=False),
        Binding("S", "choose('store',True)", "Store", show=False),
        Binding("G", "choose('generate',True)", "Generate", show=False),
        Binding("F", "choose('forget',True)", "Forget", show=False),
        Binding("t", "choose('test',False)", "Test", show=False),
    ]

    title_text = "Passphrases of backups"
    keys_text = "s store   g generate   f forget   t test   S G F the same for the plant   q back"

    def __init__(self, appearance: Appearance, facts: PassphraseFacts) -> None:
        super().__init__(appearance)
        self._facts = facts

    def body(self) -> list[Widget]:
        """Who has one, and from where."""
        facts, glyphs = self._facts, self.appearance.glyphs
        lines: list[Cell] = [
            cell("A backup can only be restored with the passphrase that it was made with.", Tone.DIM),
            (),
            (
                Span("The plant  ", Tone.KEY),
                Span(f"{glyphs.done} has one" if facts.plant else f"{glyphs.skipped} has none"),
                Span("  for every device that has none of its own", Tone.DIM),
            ),
        ]
        lines += [self._line(device) for device in facts.devices[:_NAMED]]
        if rest := more(len(facts.devices), _NAMED):
            lines.append(cell(f"{rest} devices", Tone.DIM))
        if facts.given:
            lines += [(), cell("One was given for this session. It goes before all that are stored.")]
        if facts.locked:
            lines += [(), cell("The vault is locked; it may hold others.", Tone.WARN)]
        return [Prose(lines)]

    def _line(self, device: str) -> Cell:
        glyphs, name = self.appearance.glyphs, Span(f"{clean(device, 40)}  ", Tone.KEY)
        if device in self._facts.own:
            return (name, Span(f"{glyphs.done} has one of its own", Tone.GOOD))
        if self._facts.plant:
            return (name, Span(f"{glyphs.done} the plant's"))
        return (name, Span(f"{glyphs.warning} none: its backups are made without", Tone.WARN))

    def action_choose(self, act: str, plant: bool) -> None:
        """Do it; what is about devices needs one."""
        if plant or self._facts.devices:
            self.dismiss(PassphraseChoice(PassphraseAct(act), plant))


NEW: Final = (
    SecretField(name="new", label="Passphrase", required=True),
    SecretField(name="again", label="Repeat it"),
)


def store_form(appearance: Appearance, whose: Sequence[str]) -> ValuesForm:
    """Asks for a passphrase, twice.

    Args:
        appearance: how the dashboard looks.
        whose: the devices; none: the plant.
    """
    who = "the plant" if not whose else count(len(whose), "device")
    lines = [
        (Span("It is kept where passwords are kept, for "), Span(who, Tone.KEY), Span(".")),
        cell(f"At most {LONGEST} characters. Backups that exist keep the one they were made with.", Tone.DIM),
    ]
    return ValuesForm(
        appearance, "Store a passphrase", lines, NEW, check=_problem, submit="store", stepwise=True
    )


def _problem(typed: FormValues) -> str:
    try:
        check(typed["new"])
    except SicktuiError as error:
        return str(error)
    return "" if typed["new"] == typed["again"] else "The two are not the same."


NOT_THE_ONE: Final = "That is not the one that this backup was made with."
PHRASE: Final = SecretField(name="phrase", label="Passphrase", required=True)


def passphrase_form(appearance: Appearance, device: str, backup: str, problem: str = "") -> ValuesForm:
    """The dialog; the answer's field is ``phrase``."""
    lines = [
        (
            Span("The backup "),
            Span(clean(backup, 80), Tone.KEY),
            Span(" for "),
            Span(clean(device, 40), Tone.KEY),
        ),
        cell("needs the passphrase that it was made with. It is tested here; no sensor sees a wrong one."),
        cell("It is used for this restore alone, and not kept.", Tone.DIM),
    ]
    return ValuesForm(appearance, "Passphrase of the backup", lines, [PHRASE], problem=problem)
