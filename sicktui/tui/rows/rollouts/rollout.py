"""One rollout: a row for each device, and what is to be known of it as a whole."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from msgspec import Struct, structs

from sicktui.model.clock import is_timestamp, timestamp_of
from sicktui.model.enums import TROUBLE, Level, RunState, Verdict, count_verdicts
from sicktui.model.safe_text import clean
from sicktui.model.wording import count, duration, elapsed, moment, names
from sicktui.tui.drawing.columns import Column, shortened
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell, joined
from sicktui.tui.drawing.verdicts import VERDICT_TONES
from sicktui.tui.glyphs import Glyphs
from sicktui.tui.rows.runs import RunLine

if TYPE_CHECKING:
    from sicktui.fleet.course import Held
    from sicktui.fleet.database import Rollout
    from sicktui.fleet.desk import Record
    from sicktui.fleet.records import Act
    from sicktui.fleet.selection import Pc

_SHORT: Final = 60
_LONG: Final = 600
_TONES: Final = {"ordered": Tone.DIM, "running": Tone.BUSY, "waiting": Tone.WARN}
_STATES: Final = {"finished": RunState.FINISHED, "cancelled": RunState.CANCELLED}


class RolloutRow(Struct, frozen=True, kw_only=True):
    """One device of a rollout. All texts but the key are already cleaned."""

    device: str
    """``pc/device``."""
    name: str
    wave: str = ""
    state: str = ""
    tone: Tone = Tone.DIM
    verdict: Verdict | None = None
    version: str = ""
    message: str = ""
    advice: str = ""
    about: str = ""
    """Its order and its run."""

    @property
    def key(self) -> str:
        """The device."""
        return self.device


def _state_cell(row: RolloutRow, glyphs: Glyphs, _: int) -> Cell:
    sign = glyphs.verdict(row.verdict) if row.verdict else glyphs.hollow
    return cell(f"{sign} {row.state}", row.tone)


ROLLOUT_COLUMNS: Final[tuple[Column[RolloutRow], ...]] = (
    Column(id="name", title="Device", least=12, ample=20, most=40, cell=shortened(lambda r: r.name)),
    Column(id="wave", title="Wave", least=6, most=16, rank=2, cell=lambda r, _g, _w: cell(r.wave, Tone.DIM)),
    Column(id="state", title="State", least=11, most=20, cell=_state_cell),
    Column(id="version", title="Firmware", least=10, most=23, rank=1, cell=lambda r, _g, _w: cell(r.version)),
    Column(
        id="message", title="What happened", least=16, most=90, rank=3, cell=lambda r, _g, _w: cell(r.message)
    ),
)
"""Every column of a rollout, from left to right."""


def run_lines(rollouts: "Sequence[Rollout]", runs: Sequence[RunLine]) -> list[RunLine]:
    """Rollouts and runs in one list, the newest first."""
    merged = [*map(rollout_line, rollouts), *runs]
    return sorted(merged, key=lambda line: line.began, reverse=True) if rollouts else merged


def rollout_line(rollout: "Rollout") -> RunLine:
    """A rollout as a line of the list of runs."""
    spec = rollout.spec
    began = spec.created if is_timestamp(spec.created) else timestamp_of(0)
    last = max((held.at for held in rollout.verdicts), default=0.0) if rollout.over else 0.0
    first = min((order.given for order in rollout.orders), default=last)
    return RunLine(
        run=clean(spec.rollout, _SHORT),
        rollout=True,
        operation=spec.ask.operation.value,
        state=_STATES.get(rollout.state, RunState.RUNNING),
        words="" if rollout.state in _STATES else clean(rollout.state, 12),
        began=began,
        started=moment(began, short=True),
        took=elapsed(max(0.0, last - first)) if last else "",
        devices=tuple(clean(item.device, 40) for item in spec.items),
        verdicts=_counts(rollout),
    )


def _counts(rollout: "Rollout") -> dict[Verdict, int]:
    return count_verdicts(held.result.verdict for held in rollout.verdicts)


def news_of(rollout: "Rollout") -> tuple[str, None, Level]:
    """The line of the log about a rollout whose state has changed: text, no device, level."""
    progress = rollout.progress
    words = f"Rollout {clean(rollout.spec.rollout, _SHORT)}: {clean(rollout.state, 20)}"
    if progress is not None and progress.message and not progress.over:
        words += f". {clean(progress.message, 200)}"
    counts = _counts(rollout) if rollout.over else {}
    if counts:
        words += f": {', '.join(f'{number} {verdict.value}' for verdict, number in counts.items())}"
    bad = rollout.waits_for_approval or any(verdict in TROUBLE for verdict in counts)
    return words, None, Level.WARNING if bad else Level.INFO


def rollout_rows(record: "Record") -> list[RolloutRow]:
    """A row for each device, in the order of the rollout."""
    rollout = record.rollout
    held = {each.device: each for each in rollout.verdicts}
    orders = {f"{order.pc}/{name}": order for order in rollout.orders for name in order.devices}
    rows = []
    for item in rollout.spec.items:
        order, verdict = orders.get(item.device), held.get(item.device)
        row = RolloutRow(
            device=item.device,
            name=clean(item.device, 2 * _SHORT),
            wave=clean(record.waves.get(item.device, ""), _SHORT),
            state="at work" if order else "waits",
            tone=Tone.BUSY if order else Tone.DIM,
            version=clean(item.version, _SHORT),
            about=_about(order.order, order.run) if order else "",
        )
        rows.append(row if verdict is None else _judged(row, verdict, item.version))
    return rows


def _judged(row: RolloutRow, held: "Held", before: str) -> RolloutRow:
    """The row with its verdict; ``before``: what the device ran when the rollout was ordered."""
    result = held.result
    late = ", late" if held.late else ", overdue" if held.overdue else ""
    return structs.replace(
        row,
        verdict=result.verdict,
        state=f"{result.verdict.value}{late}",
        tone=VERDICT_TONES[result.verdict],
        version=_versions(result.from_version or before, result.to_version, result.verdict),
        message=clean(result.message, _LONG),
        advice=clean(result.advice, _LONG),
    )


def _about(order: str, run: str | None) -> str:
    return f"Order {clean(order, 2 * _SHORT)}" + (f", run {clean(run, _SHORT)} there." if run else ".")


def _versions(before: str, after: str | None, verdict: Verdict) -> str:
    before, after = clean(before, _SHORT), clean(after or "", _SHORT)
    return f"{before} -> {after}" if verdict is Verdict.SUCCEEDED and after and after != before else before


def head_lines(
    record: "Record", approve_key: str, stale: float | None, unclaimed: str = ""
) -> tuple[Cell, Cell]:
    """The state of a rollout, and its verdicts, or what keeps it from going on.

    Args:
        record: the rollout.
        approve_key: the key that approves.
        stale: seconds since the database has answered, if that is too long.
        unclaimed: that no coordinator takes it up; empty: one does.
    """
    rollout = record.rollout
    spec, progress = rollout.spec, rollout.progress
    state = clean(rollout.state, 20)
    if progress is not None:
        state += f", wave {progress.wave} of {progress.waves}"
        state += f": {clean(progress.message, 200)}" if progress.message else ""
    if rollout.waits_for_approval:
        state += f" ({approve_key} approves)"
    what = f"{spec.ask.operation.value.capitalize()} {clean(spec.rollout, _SHORT)}"
    first = (Span(what, Tone.KEY), Span(f"  {state}", _TONES.get(rollout.state, Tone.PLAIN)))
    if stale is not None:
        return first, cell(
            f"The fleet's database has not answered for {duration(stale)}: this may be old.", Tone.WARN
        )
    if unclaimed:
        return first, cell(unclaimed, Tone.WARN)
    counts = _counts(rollout)
    words = joined((cell(f"{n} {v.value}", VERDICT_TONES[v]) for v, n in counts.items()), Span(", "))
    return first, words or cell(f"{count(len(spec.items), 'sensor')}, no verdict yet", Tone.DIM)


def about_lines(record: "Record", row: RolloutRow | None, pcs: "Sequence[Pc]") -> list[Cell]:
    """The selected device, then who did what, then the PCs."""
    lines: list[Cell] = []
    if row is not None:
        lines.append((Span(row.name, Tone.KEY), Span(f": {row.state}. {row.message}".rstrip())))
        lines += [cell(row.advice, Tone.KEY)] if row.advice else []
        lines += [cell(row.about, Tone.DIM)] if row.about else []
        lines.append(())
    lines += [_act(act) for act in record.acts]
    lines.append(())
    return lines + [
        _pc(record, pc) for pc in pcs if pc.name in {item.pc for item in record.rollout.spec.items}
    ]


def _act(act: "Act") -> Cell:
    where = f", from {clean(act.client, _SHORT)}" if act.client else ""
    role = clean(act.role, _SHORT)
    words = f" by {clean(act.given_by, 200)}, {moment(timestamp_of(act.at))} (role {role}{where})"
    return (Span(clean(act.act, 20), Tone.PLAIN), Span(words, Tone.DIM))


def _pc(record: "Record", pc: "Pc") -> Cell:
    words, tone = pc.words, Tone.DIM if pc.state == "ready" else Tone.WARN
    if pc.state == "silent":
        words += f" for {duration(pc.silence)}"
    orders = [f"wave {o.wave} {o.state}" for o in record.rollout.orders if o.pc == pc.name]
    ordered = f"; {', '.join(orders)}" if orders else ""
    return (Span(f"{clean(pc.name, _SHORT)}: "), Span(f"{words}{ordered}", tone))


def approve_lines(record: "Record") -> list[Cell]:
    """What an approval lets happen."""
    held = {each.device for each in record.rollout.verdicts}
    items = record.rollout.spec.items
    rest = [item for item in items if item.device not in held]
    done = [clean(item.device, 40) for item in items if item.device in held]
    on = count(len({item.pc for item in rest}), "PC")
    return [
        (Span("Rollout "), Span(clean(record.rollout.spec.rollout, _SHORT), Tone.KEY)),
        (),
        cell(f"{count(len(rest), 'sensor')} on {on} will follow. Firmware cannot be rolled back."),
        cell(f"Check those that are done first: {names(done)}."),
    ]


def cancel_lines(record: "Record") -> list[Cell]:
    """What a cancel ends, and what not."""
    held = {each.device for each in record.rollout.verdicts}
    rest = [item for item in record.rollout.spec.items if item.device not in held]
    return [
        (Span("Rollout "), Span(clean(record.rollout.spec.rollout, _SHORT), Tone.KEY)),
        (),
        cell(f"{count(len(rest), 'sensor')} without a verdict. No PC gets another order."),
        cell("Its runs on the PCs are cancelled: a sensor that is uploading or flashing is finished safely."),
    ]
