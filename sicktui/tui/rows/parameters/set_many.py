"""One parameter of several sensors: what each would get, and what became of it."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from sicktui.engine.parameters.compare import Difference, changes, shown
from sicktui.engine.parameters.write_many import SetPlan, SetResult
from sicktui.model.enums import Action
from sicktui.model.safe_text import clean
from sicktui.model.wording import count
from sicktui.sensor.errors import OutcomeUnknown
from sicktui.tui.drawing.columns import Column, shortened
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.glyphs import Glyphs
from sicktui.tui.rows.parameters.diff import difference_lines


class SetRow(Struct, frozen=True, kw_only=True):
    """One sensor."""

    plan: SetPlan
    result: SetResult | None = None
    """``None`` before it is written, and for what is not."""
    writing: bool = False

    @property
    def key(self) -> str:
        """The device."""
        return self.plan.item.device

    @property
    def differences(self) -> tuple[Difference, ...]:
        """What the write changes, as far as it is known."""
        write = self.plan.write
        return () if write is None else changes(write.name, write.old, write.new)


def state_cell(row: SetRow, glyphs: Glyphs, _: int = 0) -> Cell:
    """The plan, then the result."""
    match row.result:
        case SetResult(error=OutcomeUnknown()):
            return cell(f"{glyphs.unknown} unknown", Tone.WARN)
        case SetResult(error=None):
            return cell(f"{glyphs.done} written", Tone.GOOD)
        case SetResult():
            return cell(f"{glyphs.failed} failed", Tone.BAD)
    if row.plan.may_go:
        words = f"{glyphs.busy} writing" if row.writing else f"{glyphs.done} set"
        return cell(words, Tone.BUSY if row.writing else Tone.GOOD)
    if row.plan.item.action is Action.SKIP:
        return cell(f"{glyphs.skipped} equal", Tone.DIM)
    return cell(f"{glyphs.failed} refuse", Tone.BAD)


def _now_cell(row: SetRow, _: Glyphs, __: int) -> Cell:
    write = row.plan.write
    if write is None:
        return ()
    return cell(_short(row, before=True) or shown(write.old))


def _short(row: SetRow, *, before: bool) -> str:
    """The fields that change, with one of their values."""
    name = row.plan.write.name if row.plan.write else ""
    return ", ".join(
        f"{clean(each.path.removeprefix(name).lstrip('.'), 40)} "
        f"{shown(each.before if before else each.after)}".strip()
        for each in row.differences
    )


def _why(row: SetRow) -> str:
    result, item = row.result, row.plan.item
    if result is not None:
        return str(result.written if result.error is None else result.error)
    return "" if row.plan.may_go else f"{item.message} {item.advice}".strip()


SET_COLUMNS: Final[tuple[Column[SetRow], ...]] = (
    Column(id="name", title="Name", least=12, ample=18, most=30, cell=shortened(lambda r: clean(r.key))),
    Column(id="state", title="Plan", least=10, most=10, steady=True, cell=state_cell),
    Column(id="now", title="Now", least=10, ample=16, most=40, cell=_now_cell),
    Column(
        id="new",
        title="New",
        least=10,
        ample=16,
        most=40,
        cell=lambda r, _g, _w: cell(_short(r, before=False), Tone.KEY),
    ),
    Column(
        id="why", title="Why", least=12, most=200, rank=1, cell=lambda r, _g, _w: cell(clean(_why(r), 300))
    ),
)
"""Every column, from left to right."""


def summary(rows: Sequence[SetRow]) -> str:
    """``set 3, equal 1, refuse 1``, or the results."""
    results = [row.result for row in rows if row.result is not None]
    unknown = sum(isinstance(result.error, OutcomeUnknown) for result in results)
    failed = sum(result.error is not None for result in results) - unknown
    equal = sum(row.plan.item.action is Action.SKIP for row in rows)
    going = sum(row.plan.may_go for row in rows) - len(results)
    counts = (
        ("written", len(results) - failed - unknown),
        ("failed", failed),
        ("unknown", unknown),
        ("set", going),
        ("equal", equal),
        ("refuse", len(rows) - going - len(results) - equal),
    )
    return ", ".join(f"{word} {number}" for word, number in counts if number)


def about(row: SetRow, glyphs: Glyphs) -> list[Cell]:
    """One sensor in full."""
    item = row.plan.item
    serial = item.identity.label if item.identity else ""
    who = f"  serial number {clean(serial)}" if serial else ""
    lines: list[Cell] = [(Span(clean(row.key, 60), Tone.KEY), Span(who, Tone.DIM))]
    lines += difference_lines(row.differences, glyphs)
    lines += [cell(f"{glyphs.warning} {clean(words, 400)}", Tone.WARN) for words in item.warnings]
    if why := _why(row):
        lines.append(cell(clean(why, 600)))
    return lines


def question(rows: Sequence[SetRow], glyphs: Glyphs, *, name: str, save: bool) -> list[Cell]:
    """What is confirmed before anything is written: each sensor with its old and its new value."""
    going = [row for row in rows if row.plan.may_go]
    lines: list[Cell] = [(Span(clean(name, 60), Tone.KEY), Span(f" of {count(len(going), 'sensor')}:")), ()]
    for row in going:
        lines.append(cell(clean(row.key, 60), Tone.KEY))
        lines += difference_lines(row.differences, glyphs)
        lines += [cell(f"  {glyphs.warning} {clean(w, 300)}", Tone.WARN) for w in row.plan.item.warnings]
    if left := len(rows) - len(going):
        lines += [(), cell(f"Not written: {count(left, 'sensor')}; the plan has the reasons.", Tone.DIM)]
    saved = cell("Saved on the sensors: survives a power cycle.")
    lost = cell("NOT saved on the sensors: a power cycle may lose it.", Tone.WARN)
    return [*lines, (), saved if save else lost]
