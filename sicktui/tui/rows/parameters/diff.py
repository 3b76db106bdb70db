"""The differences of two snapshots: rows, columns and conclusions."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from sicktui.engine.parameters.compare import Comparison, Difference, shown
from sicktui.engine.parameters.variables import NEVER_READABLE
from sicktui.model.safe_text import clean
from sicktui.model.snapshot import Snapshot
from sicktui.model.wording import count, moment, more
from sicktui.tui.drawing.columns import Column, shortened
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.glyphs import Glyphs

_WIDEST: Final = 34
"""Cells for the paths in a list of lines."""
_FEW: Final = 5
"""At most this many variables with the same reason are listed one by one."""


class DiffRow(Struct, frozen=True, kw_only=True):
    """A value that differs, or a variable that could not be compared. All texts are already cleaned."""

    key: str
    path: str
    before: str = ""
    after: str = ""
    network: bool = False
    why_not: str = ""
    """Why it could not be compared; empty for a difference."""


def diff_rows(drift: Comparison, *, everything: bool) -> list[DiffRow]:
    """The differences first; then what could not be compared.

    Args:
        drift: the comparison.
        everything: also list what shares its reason with many others; the conclusions only count these.
    """
    rows = [_difference(difference) for difference in drift.differences]
    often = Counter(drift.not_compared.values())
    rows += [
        DiffRow(key=f"not {name}", path=clean(name, 80), why_not=clean(why, 200))
        for name, why in drift.not_compared.items()
        if everything or often[why] <= _FEW
    ]
    return rows


def _difference(difference: Difference) -> DiffRow:
    return DiffRow(
        key=difference.path,
        path=clean(difference.path, 80),
        before="" if difference.kind == "new" else shown(difference.before),
        after="" if difference.kind == "gone" else shown(difference.after),
        network=difference.network,
    )


def _sign_cell(row: DiffRow, glyphs: Glyphs, _: int) -> Cell:
    if row.why_not:
        return cell(f"{glyphs.waiting} unread", Tone.DIM)
    if row.network:
        return cell(f"{glyphs.full} network", Tone.BUSY)
    if not row.before or not row.after:
        return cell(f"{glyphs.warning} {'new' if row.after else 'gone'}", Tone.WARN)
    return cell(f"{glyphs.warning} differs", Tone.WARN)


def _value_cell(text: str, row: DiffRow, glyphs: Glyphs, *, first: bool) -> Cell:
    if row.why_not:
        return cell(row.why_not if first else "", Tone.DIM)
    return cell(text or glyphs.skipped, Tone.PLAIN if text else Tone.DIM)


DIFF_COLUMNS: Final[tuple[Column[DiffRow], ...]] = (
    Column(id="path", title="Parameter", least=20, ample=30, most=60, cell=shortened(lambda r: r.path)),
    Column(id="sign", title="What", least=10, most=14, rank=1, cell=_sign_cell),
    Column(
        id="before",
        title="Before",
        least=14,
        ample=20,
        most=44,
        cell=lambda r, g, _w: _value_cell(r.before, r, g, first=True),
    ),
    Column(
        id="after",
        title="After",
        least=14,
        ample=20,
        most=44,
        cell=lambda r, g, _w: _value_cell(r.after, r, g, first=False),
    ),
)
"""Every column, from left to right."""


def who(snapshot: Snapshot) -> str:
    """The sensor and the time of a snapshot."""
    key = clean(snapshot.serial or snapshot.key)
    return f"{clean(snapshot.device, 40)} ({key}, {clean(snapshot.version)}) {moment(snapshot.taken)}"


def about(row: DiffRow) -> list[Cell]:
    """One row in full: its values may be longer than the table is wide."""
    if row.why_not:
        return [cell(row.path, Tone.KEY), cell(f"not compared: {row.why_not}", Tone.DIM)]
    lines: list[Cell] = [cell(row.path, Tone.KEY)]
    lines.append((Span("before  ", Tone.DIM), Span(row.before or "not present")))
    lines.append((Span("after   ", Tone.DIM), Span(row.after or "not present")))
    if row.network:
        lines.append(cell("A network setting; no backup restores it.", Tone.DIM))
    return lines


def conclusions(drift: Comparison, glyphs: Glyphs) -> list[Cell]:
    """The result of the whole comparison, and its limits."""
    lines: list[Cell] = []
    # Beside differences it means only that they are not saved: the checksum is that of the saved parameters.
    if drift.checksum == "same" and not drift.differences:
        words = f"{glyphs.done} MD5Parameters, the sensors' checksum of all parameters, is the same."
        lines.append(cell(words, Tone.GOOD))
    elif drift.checksum == "different" and not drift.settings:
        words = "MD5Parameters, the checksum of all parameters, differs: something not compared differs."
        lines.append(cell(f"{glyphs.warning} {words}", Tone.WARN))
    compared = f"{count(drift.compared, 'parameter')}, {drift.same} the same."
    lines.append((Span("Compared: ", Tone.DIM), Span(compared)))
    for why, number in Counter(drift.not_compared.values()).most_common():
        how = " (press n to list them)" if number > _FEW else ""
        words = f"{count(number, 'parameter')}: {clean(why, 200)}{how}."
        lines.append((Span("Not compared: ", Tone.DIM), Span(words)))
    lines.append((Span("Never readable: ", Tone.DIM), Span(f"{', '.join(NEVER_READABLE)}.")))
    return lines


def difference_lines(
    differences: Sequence[Difference], glyphs: Glyphs, most: int | None = None
) -> list[Cell]:
    """One line a value: its path, the old and the new one."""
    listed = differences if most is None else differences[:most]
    width = min(_WIDEST, max((len(difference.path) for difference in listed), default=0))
    lines: list[Cell] = [
        (
            Span(f"  {clean(difference.path, 80):<{width}}  "),
            Span("not present" if difference.kind == "new" else shown(difference.before)),
            Span(f" {glyphs.arrow} ", Tone.DIM),
            Span("not present" if difference.kind == "gone" else shown(difference.after), Tone.KEY),
        )
        for difference in listed
    ]
    rest = more(len(differences), len(listed))
    return [*lines, cell(f"  {rest}", Tone.DIM)] if rest else lines
