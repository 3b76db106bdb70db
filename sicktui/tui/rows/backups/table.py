"""The backups of a device: rows, columns, and one in full."""

from datetime import datetime
from typing import Final

from msgspec import Struct

from sicktui.model.safe_text import clean
from sicktui.model.wording import count, days, moment, size
from sicktui.stores.backups.store import BackupRecord
from sicktui.stores.backups.versions import BackupVersion
from sicktui.tui.drawing.columns import Column, shortened
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.glyphs import Glyphs

_DAY: Final = 86_400
_WIDE: Final = 16


class BackupCheck(Struct, frozen=True):
    """The result of verifying a backup file."""

    problem: str = ""
    """Why it is damaged, with advice; empty if it is intact."""
    opens: bool | None = None
    """Whether a known passphrase opens it."""


class VersionRow(Struct, frozen=True, kw_only=True):
    """One backup in the history. Texts from outside are cleaned where they are drawn."""

    version: BackupVersion
    age: str
    own: bool = True
    """Whether it belongs to the current sensor, not to an earlier one of this name."""
    verdict: BackupCheck | None = None
    """``None`` until it is verified."""
    marked: bool = False
    """Whether it is one of two to compare."""

    @property
    def key(self) -> str:
        """The backup's id."""
        return self.version.record.id

    @property
    def record(self) -> BackupRecord:
        """The backup."""
        return self.version.record


def version_row(version: BackupVersion, now: datetime, *, own: bool = True) -> VersionRow:
    """The row of a backup at this moment."""
    age = now - datetime.fromisoformat(version.record.created)
    return VersionRow(version=version, age=days(age.total_seconds() / _DAY), own=own)


def _made_cell(row: VersionRow, glyphs: Glyphs, width: int) -> Cell:
    if row.marked:
        return (Span(f"{glyphs.mark} ", Tone.KEY), Span(moment(row.record.created, short=True)))
    return cell(moment(row.record.created, short=width < _WIDE))


def _valid_cell(row: VersionRow, glyphs: Glyphs, width: int) -> Cell:
    if row.version.seen is None:
        return cell(glyphs.skipped, Tone.DIM)
    return cell(f"{glyphs.arrow} {moment(row.version.last_seen, short=width < _WIDE + 2)}", Tone.DIM)


def _check_cell(row: VersionRow, glyphs: Glyphs, _: int) -> Cell:
    match row.verdict:
        case None:
            return cell(f"{glyphs.waiting} not yet", Tone.DIM)
        case BackupCheck(problem="", opens=False):
            return cell(f"{glyphs.warning} no phrase", Tone.WARN)
        case BackupCheck(problem=""):
            return cell(f"{glyphs.done} intact", Tone.GOOD)
        case _:
            return cell(f"{glyphs.failed} damaged", Tone.BAD)


def _serial_cell(row: VersionRow, glyphs: Glyphs, _: int) -> Cell:
    key = clean(row.record.key)
    return cell(key) if row.own else (Span(f"{glyphs.warning} ", Tone.WARN), Span(key))


VERSION_COLUMNS: Final[tuple[Column[VersionRow], ...]] = (
    Column(id="made", title="Made", least=13, most=16, cell=_made_cell),
    Column(id="age", title="Age", least=4, most=4, right=True, cell=lambda r, _g, _w: cell(r.age)),
    Column(id="valid", title="Confirmed", least=13, most=18, rank=2, cell=_valid_cell),
    Column(
        id="size", title="Size", least=7, most=8, right=True, cell=lambda r, _g, _w: cell(size(r.record.size))
    ),
    Column(
        id="version",
        title="Firmware",
        least=8,
        most=14,
        cell=lambda r, _g, _w: cell(clean(r.record.version or "?")),
    ),
    Column(
        id="by",
        title="By",
        least=8,
        ample=10,
        most=30,
        rank=1,
        cell=lambda r, _g, _w: cell(clean(r.record.operator or "?")),
    ),
    Column(id="check", title="Verified", least=11, most=11, rank=0, steady=True, cell=_check_cell),
    Column(id="serial", title="Sensor", least=10, most=18, rank=3, cell=_serial_cell),
    Column(
        id="phrase",
        title="Passphrase",
        least=10,
        most=10,
        rank=4,
        cell=lambda r, _g, _w: cell("with one" if r.record.passphrase_fingerprint else "none", Tone.DIM),
    ),
)
"""Every column of the history, from left to right."""

ALL_COLUMNS: Final[tuple[Column[VersionRow], ...]] = (
    Column(
        id="device",
        title="Device",
        least=10,
        ample=14,
        most=30,
        cell=shortened(lambda r: clean(r.record.device)),
    ),
    *VERSION_COLUMNS,
)
"""Every column of the list of all backups."""


def about(row: VersionRow, glyphs: Glyphs) -> list[Cell]:
    """Everything about one backup, a paragraph a line."""
    record = row.record
    lines: list[Cell] = [*_found(row, glyphs), (Span("Backup ", Tone.DIM), Span(clean(record.id), Tone.KEY))]
    if not row.own:
        lines.append(
            cell(f"{glyphs.warning} From another sensor of this name: {clean(record.key)}.", Tone.WARN)
        )
    held = moment(record.created)
    if row.version.seen is not None:
        held += f", confirmed {count(row.version.seen.times, 'time')}, last {moment(row.version.last_seen)}"
    facts = (
        ("made", held),
        ("of", f"{record.model or record.name or '?'} {record.serial or record.mac or ''}".strip()),
        ("firmware", record.version or ""),
        ("by", record.operator),
        ("run", record.run or ""),
        ("size", f"{record.size} bytes, SHA-256 {record.sha256[:16]}"),
        ("passphrase", "protected" if record.passphrase_fingerprint else "none"),
        ("can be compared", "yes" if record.snapshot else "no: no parameters were stored with it"),
    )
    return lines + [(Span(f"{name}: ", Tone.DIM), Span(clean(value, 300))) for name, value in facts if value]


def _found(row: VersionRow, glyphs: Glyphs) -> list[Cell]:
    verdict = row.verdict
    if verdict is None:
        return []
    if verdict.problem:
        return [cell(f"{glyphs.failed} {clean(verdict.problem, 600)}", Tone.BAD)]
    lines = [cell(f"{glyphs.done} Intact: the file is exactly what the sensor sent.", Tone.GOOD)]
    if verdict.opens is False:
        lines.append(
            cell(
                f"{glyphs.warning} No known passphrase opens it. Find the one it was made with, or "
                "take a new backup while the sensor works.",
                Tone.WARN,
            )
        )
    elif verdict.opens and row.record.passphrase_fingerprint:
        lines.append(cell(f"{glyphs.done} A known passphrase opens it.", Tone.GOOD))
    return lines
