"""The device list: rows and columns."""

import re
from enum import StrEnum
from typing import Final

from msgspec import Struct

from sicktui.engine.backup.marks import SensorHistory
from sicktui.model.device import Health
from sicktui.model.enums import Step, UpdateState, Verdict
from sicktui.stores.secrets.coverage import PasswordState
from sicktui.tui.drawing.columns import Column
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell, truncate_middle
from sicktui.tui.glyphs import Glyphs
from sicktui.tui.rows.backups.marks import mark_cell, wants_attention
from sicktui.tui.rows.health.cells import AMPLE, health_cell, signed, temperature_cell


class Contact(StrEnum):
    """Whether a sensor answers."""

    ASKING = "asking"
    ONLINE = "online"
    OFFLINE = "offline"
    OTHER = "other sensor"
    """Another sensor answers than the one that the profile pins."""
    ELSEWHERE = "elsewhere"
    """Another PC of the fleet reaches it, this one does not."""


class PcTrouble(StrEnum):
    """What is wrong with the PC that reaches a device."""

    SILENT = "silent"
    OTHER_VERSION = "other version"
    STALE = "stale"
    """The database of the fleet does not answer: this is what it had."""

    @property
    def brief(self) -> str:
        """The same in a narrow column."""
        return self.value.removesuffix(" version")


class DeviceRow(Struct, frozen=True, kw_only=True):
    """One device in the list. All texts but ``device`` are already cleaned."""

    device: str
    """The name in the profile."""
    name: str
    address: str
    model: str = ""
    version: str = ""
    state: UpdateState | None = None
    health: Health = Health()
    contact: Contact = Contact.ASKING
    age: str = ""
    """Time since the last answer, in few letters."""
    pc: str = ""
    """The PC of the fleet that reaches it; empty where there is no fleet."""
    pc_trouble: PcTrouble | None = None
    problem: bool = False
    """It answers, but with a problem."""
    other: str = ""
    """The sensor that answers in its place: serial number, else MAC address."""
    change: str = ""
    """That another sensor answers than before, where the profile pins none."""
    moved: str = ""
    """Where its sensor answers now, if it was found at another address."""
    remembered: bool = False
    """Model, firmware and serial number are from an earlier session."""
    marked: bool = False
    in_run: bool = False
    """A run is using the sensor; the list shows what the run observes."""
    waits: bool = False
    """A run has it in its plan and has not begun with it."""
    paused: bool = False
    """It is not polled while it belongs to a run, and that has no answer from it yet."""
    password: PasswordState | None = None
    """What is wrong with its password; ``None``: nothing that is known."""
    serial: str = ""
    location: str = ""
    auth: str = ""
    tags: tuple[str, ...] = ()
    note: str = ""
    backups: SensorHistory | None = None
    """Its backups; ``None`` until they have been read."""
    verdict: Verdict | None = None
    """How its job ended in the run that is shown."""
    step: Step | None = None
    """The step of its job that is under way."""

    @property
    def key(self) -> str:
        """The device."""
        return self.device

    @property
    def words(self) -> str:
        """Everything the filter matches, in lower case."""
        parts = [self.name, self.address, self.model, self.version, self.serial, self.location, self.note]
        parts += [self.pc]
        parts += [f"@{tag}" for tag in self.tags]
        parts += [mark.words for mark in self.backups.marks] if self.backups else []
        parts += [f"{self.contact.value} {self.other}", self.change]
        parts += [f"moved {self.moved}"] if self.moved else []
        parts += [self.health.label, self.state.label if self.state is not None else ""]
        parts += [self.verdict.value] if self.verdict else []
        return "\n".join(parts).lower()

    @property
    def states(self) -> frozenset[str]:
        """Every state that it is in, by the names of the filter."""
        named = {
            "moved": bool(self.moved),
            "changed": bool(self.change),
            "warning": self.problem,
            "password": self.lacks_password,
            "no password": self.password is PasswordState.MISSING,
            "refused": self.password is PasswordState.REFUSED,
            "locked": self.password is PasswordState.LOCKED,
            "marked": self.marked,
            "trouble": calmness(self) < _ASKED,
            "running": self.in_run,
            "waiting": self.waits,
        }
        words = (self.verdict, self.step, self.contact, self.pc_trouble)
        labels = (self.state, self.health.status)
        return frozenset(
            [
                *(name for name, is_so in named.items() if is_so),
                *(word.value for word in words if word),
                *(label.label.lower() for label in labels if label is not None),
            ]
        )

    @property
    def lacks_password(self) -> bool:
        """Whether an action would ask for its password; that the vault is locked is shown once for all."""
        return self.password not in (None, PasswordState.KNOWN, PasswordState.LOCKED)

    @property
    def backup_marks(self) -> tuple[str, ...]:
        """What deserves attention about its backups."""
        return tuple(mark.value for mark in self.backups.marks) if self.backups else ()

    @property
    def backup_days(self) -> float | None:
        """Days since its newest backup was last confirmed."""
        return self.backups.age_days if self.backups else None


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """A sort key that puts ``line-2`` before ``line-10``."""
    parts = re.findall(r"\d+|\D+", text.lower())
    # Only the first digits count, so that no text from a sensor makes this slow.
    return tuple((0, int(part[:18]), "") if part.isdecimal() else (1, 0, part) for part in parts)


_ASKED: Final = 5
_CALM: Final = 6


def calmness(row: DeviceRow) -> int:
    """The smaller, the more urgent."""
    if row.contact is Contact.OTHER:
        return 0
    if row.contact is Contact.OFFLINE:
        return 1
    if row.state is UpdateState.ERROR or row.problem:
        return 2
    if row.health.status is not None and not row.health.status.healthy:
        return 3
    if (
        row.pc_trouble
        or row.change
        or row.lacks_password
        or (row.backups is not None and wants_attention(row.backups))
    ):
        return 4
    return _ASKED if row.contact is Contact.ASKING else _CALM


def _elsewhere_cell(row: DeviceRow, glyphs: Glyphs, width: int) -> Cell:
    """When it answered its PC last, or what is wrong with that PC."""
    if row.pc_trouble is None:
        words = f"seen {row.age}" if row.age else "not seen"
        return cell(words if len(words) <= width else row.age, Tone.DIM)
    words = f"{row.pc_trouble.value} {row.age}".strip()
    fits = len(words) + _SIGN <= width
    return cell(f"{glyphs.warning} {words if fits else row.pc_trouble.brief}", Tone.WARN)


def contact_cell(row: DeviceRow, glyphs: Glyphs, width: int) -> Cell:
    """Whether it answers, and how long ago it last did."""
    if row.contact is Contact.ELSEWHERE:
        return _elsewhere_cell(row, glyphs, width)
    age = Span(f" {row.age}" if row.age else "", Tone.DIM)
    narrow = width < _WIDE_CONTACT
    if width < _ROOM_FOR_AGE:
        age = Span("")
    match row.contact:
        case Contact.ASKING | Contact.ONLINE if row.paused:
            # Without its age, which would change in every row that waits.
            return cell(f"{glyphs.hollow} paused" if width > _PAUSED else "paused", Tone.DIM)
        case Contact.ASKING:
            return cell(f"{glyphs.hollow} {'ask' if narrow else 'asking'}", Tone.DIM)
        case Contact.OTHER | Contact.OFFLINE if row.moved:
            words = f"at {row.moved}"
            return cell(f"{glyphs.warning} {words if len(words) + _SIGN <= width else 'moved'}", Tone.WARN)
        case Contact.OTHER:
            ways = (f"other sensor {row.other}", f"other {row.other}", "other sensor")
            words = next((words for words in ways if len(words) + _SIGN <= width), "other")
            return cell(f"{glyphs.failed} {words}", Tone.BAD)
        case Contact.ONLINE if row.problem or row.change:
            return (Span(f"{glyphs.warning} {'up' if narrow else 'online'}", Tone.WARN), age)
        case Contact.ONLINE:
            return (Span(f"{glyphs.full} {'up' if narrow else 'online'}", Tone.GOOD), age)
        case Contact.OFFLINE:
            return (Span(f"{glyphs.failed} {'off' if narrow else 'offline'}", Tone.BAD), age)


_WIDE_CONTACT: Final = 14
_ROOM_FOR_AGE: Final = 9
_PAUSED: Final = 7
_SIGN: Final = 2
"""Cells of a sign and a blank."""


def known_state(value: int | None) -> UpdateState | None:
    """The state of that number, if the vendor names it."""
    return next((state for state in UpdateState if state == value), None)


def state_cell(state: UpdateState | None, glyphs: Glyphs, width: int = AMPLE) -> Cell:
    """UpdateState by name; without the sign where there is no room for both."""
    sign, tone = {
        None: (glyphs.skipped, Tone.DIM),
        UpdateState.INITIAL: (glyphs.hollow, Tone.PLAIN),
        UpdateState.STARTED: (glyphs.busy, Tone.BUSY),
        UpdateState.FINISHED: (glyphs.full, Tone.GOOD),
        UpdateState.ERROR: (glyphs.failed, Tone.BAD),
    }[state]
    if state is None:
        return cell(sign, tone)
    return cell(signed(sign, state.label, width), tone)


def _name_cell(row: DeviceRow, glyphs: Glyphs, width: int) -> Cell:
    mark = Span(f"{glyphs.mark} ", Tone.KEY) if row.marked else Span("  ")
    name = truncate_middle(row.name, width - 2, glyphs.ellipsis)
    plain = Tone.DIM if row.contact is Contact.ELSEWHERE else Tone.PLAIN
    return (mark, Span(name, Tone.KEY if row.marked else plain))


def _known_cell(row: DeviceRow, text: str) -> Cell:
    """A text that the sensor reports; dim while it is from an earlier session."""
    return cell(text, Tone.DIM if row.remembered else Tone.PLAIN)


_PASSWORDS: Final = {
    PasswordState.MISSING: ("no password", "none"),
    PasswordState.REFUSED: ("refused", "refused"),
    PasswordState.ELSEWHERE: ("other sensor's", "other's"),
    PasswordState.LOCKED: ("locked", "locked"),
}


def login_cell(row: DeviceRow, glyphs: Glyphs, width: int) -> Cell:
    """What is wrong with the password of the sensor; else how it checks one."""
    words = _PASSWORDS.get(row.password) if row.password else None
    if words is None:
        return cell(row.auth, Tone.DIM)
    signed = [f"{glyphs.warning} {text}" for text in words]
    fitting = next((text for text in (*signed, *words) if len(text) <= width), words[-1])
    return cell(fitting, Tone.WARN if row.lacks_password else Tone.DIM)


DEVICE_COLUMNS: Final[tuple[Column[DeviceRow], ...]] = (
    Column(id="name", title="  Name", least=11, ample=20, most=30, cell=_name_cell),
    Column(id="pc", title="PC", least=6, ample=10, most=20, rank=6, cell=lambda r, _g, _w: cell(r.pc)),
    Column(
        id="address",
        title="Address",
        least=12,
        ample=15,
        most=28,
        rank=2,
        cell=lambda r, _g, _w: cell(r.address),
    ),
    Column(
        id="model",
        title="Model",
        least=8,
        comfort=11,
        most=20,
        rank=5,
        # Models differ at their ends: the middle is what can be spared.
        cell=lambda r, g, w: _known_cell(r, truncate_middle(r.model, w, g.ellipsis)),
    ),
    Column(
        id="version",
        title="Firmware",
        least=8,
        most=14,
        rank=1,
        cell=lambda r, _g, _w: _known_cell(r, r.version),
    ),
    Column(
        id="state", title="Update", least=8, most=10, rank=1, cell=lambda r, g, w: state_cell(r.state, g, w)
    ),
    Column(
        id="health",
        title="Health",
        least=6,
        comfort=8,
        most=21,
        rank=3,
        cell=lambda r, g, w: health_cell(r.health, g, w),
    ),
    Column(
        id="backup",
        title="Backup",
        least=6,
        comfort=9,
        most=13,
        rank=4,
        cell=lambda r, g, w: mark_cell(r.backups, g, w),
    ),
    Column(
        id="contact",
        title="Contact",
        least=9,
        comfort=16,
        most=26,
        rank=0,
        steady=True,
        usual=14,
        cell=contact_cell,
    ),
    Column(
        id="serial",
        title="Serial",
        least=10,
        most=16,
        rank=6,
        cell=lambda r, _g, _w: _known_cell(r, r.serial),
    ),
    Column(
        id="tags",
        title="Tags",
        least=10,
        most=24,
        rank=7,
        cell=lambda r, _g, _w: cell(" ".join(r.tags), Tone.DIM),
    ),
    Column(
        id="location",
        title="Location",
        least=10,
        most=32,
        rank=8,
        cell=lambda r, _g, _w: _known_cell(r, r.location),
    ),
    Column(id="auth", title="Login", least=7, comfort=9, most=16, rank=9, cell=login_cell),
    Column(
        id="temperature",
        title="Temp",
        least=6,
        most=6,
        rank=9,
        right=True,
        cell=lambda r, g, _: temperature_cell(r.health, g),
    ),
    Column(
        id="note", title="Note", least=16, most=40, rank=10, cell=lambda r, _g, _w: cell(r.note, Tone.DIM)
    ),
)
"""Every column of the list, from left to right."""
