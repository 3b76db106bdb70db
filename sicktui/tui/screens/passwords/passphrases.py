"""The backup passphrases: which are stored, and what can be done with them."""

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
    """What to do, and for whom."""

    act: PassphraseAct
    plant: bool
    """For the site: its passphrase applies to every device without its own. Else for the chosen devices."""


class PassphraseFacts(Struct, frozen=True, kw_only=True):
    """Which devices have a passphrase. Contains no passphrase."""

    devices: tuple[str, ...]
    own: frozenset[str]
    plant: bool
    given: bool
    """A passphrase was given for this session: it takes precedence over all others."""
    locked: bool
    """The vault is locked and may hold others."""


class PassphraseMenu(Dialog[PassphraseChoice]):
    """Lower-case keys apply to the chosen devices, upper-case keys to the site."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "choose('store',False)", "Store", show=False),
        Binding("n", "choose('generate',False)", "Generate", show=False),
        Binding("f", "choose('forget',False)", "Forget", show=False),
        Binding("S", "choose('store',True)", "Store", show=False),
        Binding("N", "choose('generate',True)", "Generate", show=False),
        Binding("F", "choose('forget',True)", "Forget", show=False),
        Binding("t", "choose('test',False)", "Test", show=False),
    ]

    title_text = "Backup passphrases"
    keys_text = "s store   n generate   f forget   t test   S N F for the whole site   q back"

    def __init__(self, appearance: Appearance, facts: PassphraseFacts) -> None:
        super().__init__(appearance)
        self._facts = facts

    def body(self) -> list[Widget]:
        """Which devices have one, and from where."""
        facts, glyphs = self._facts, self.appearance.glyphs
        lines: list[Cell] = [
            cell("A backup can only be restored with the passphrase it was made with.", Tone.DIM),
            (),
            (
                Span("Site  ", Tone.KEY),
                Span(f"{glyphs.done} stored" if facts.plant else f"{glyphs.skipped} none"),
                Span("  for all devices without their own passphrase", Tone.DIM),
            ),
        ]
        lines += [self._line(device) for device in facts.devices[:_NAMED]]
        if rest := more(len(facts.devices), _NAMED):
            lines.append(cell(f"{rest} devices", Tone.DIM))
        if facts.given:
            lines += [
                (),
                cell("The passphrase given for this session takes precedence over the stored ones."),
            ]
        if facts.locked:
            lines += [(), cell("The vault is locked; it may hold others.", Tone.WARN)]
        return [Prose(lines)]

    def _line(self, device: str) -> Cell:
        glyphs, name = self.appearance.glyphs, Span(f"{clean(device, 40)}  ", Tone.KEY)
        if device in self._facts.own:
            return (name, Span(f"{glyphs.done} has its own", Tone.GOOD))
        if self._facts.plant:
            return (name, Span(f"{glyphs.done} uses the site's"))
        return (name, Span(f"{glyphs.warning} none: its backups are not protected", Tone.WARN))

    def action_choose(self, act: str, plant: bool) -> None:
        """Answer with the action. Actions on devices need at least one."""
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
        whose: the devices; none: the site.
    """
    who = "the site" if not whose else count(len(whose), "device")
    lines = [
        (Span("Stored with the passwords, for "), Span(who, Tone.KEY), Span(".")),
        cell(f"At most {LONGEST} characters. Existing backups keep the one they were made with.", Tone.DIM),
        cell("It crosses the network in clear text, unless a sensor is reached over HTTPS.", Tone.DIM),
    ]
    return ValuesForm(
        appearance, "Store a passphrase", lines, NEW, check=_problem, submit="store", stepwise=True
    )


def _problem(typed: FormValues) -> str:
    try:
        check(typed["new"])
    except SicktuiError as error:
        return str(error)
    return "" if typed["new"] == typed["again"] else "The two passphrases differ."


NOT_THE_ONE: Final = "This is not the passphrase this backup was made with."
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
        cell("needs the passphrase it was made with. It is tested on this PC first."),
        cell("It is used for this restore only and not stored.", Tone.DIM),
    ]
    return ValuesForm(appearance, "Passphrase of the backup", lines, [PHRASE], problem=problem)
