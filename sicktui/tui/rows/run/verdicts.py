"""How a run ended: the causes with what to do, and what each sensor runs now."""

from collections.abc import Sequence
from typing import Final

from sicktui.engine.reports.causes import GAP, Cause
from sicktui.engine.reports.records import DeviceFacts, RunFacts
from sicktui.engine.reports.words import about_run, from_to
from sicktui.model.enums import TROUBLE, WORST_FIRST, RunState, Verdict
from sicktui.model.wording import elapsed, moment, names
from sicktui.tui.drawing.spans import (
    Cell,
    Span,
    Tone,
    cell,
    joined,
    pad,
    text_of,
    truncate_middle,
    width_of,
)
from sicktui.tui.drawing.verdicts import VERDICT_TONES, verdict_cell
from sicktui.tui.glyphs import Glyphs

MOST_NAMED: Final = 12
"""Names of a cause before the rest is only counted."""
_MOST_NAME: Final = 24


def head_lines(facts: RunFacts, glyphs: Glyphs) -> tuple[Cell, Cell]:
    """What the run was, and how many devices have which verdict."""
    state = "" if facts.state is RunState.FINISHED else f", {facts.state.value}"
    word = " for" if facts.state is RunState.RUNNING else ", took"
    took = f"{word} {elapsed(facts.seconds)}" if facts.seconds else ""
    about = f"{facts.operation.value} {facts.run} of {moment(facts.started, short=True)}{state}{took}"
    return (Span("Verdicts ", Tone.KEY), Span(about)), verdict_counts(facts, glyphs)


def verdict_counts(facts: RunFacts, glyphs: Glyphs) -> Cell:
    """The number of each verdict, the worst first."""
    parts = [
        verdict_cell(verdict, glyphs, number)
        for verdict in WORST_FIRST
        if (number := facts.verdicts.get(verdict))
    ]
    if facts.open:
        parts.append(cell(f"{glyphs.waiting} {facts.open} without a verdict", Tone.BUSY))
    return joined(parts, Span("   ")) or cell("no devices", Tone.DIM)


def verdict_lines(facts: RunFacts, glyphs: Glyphs, width: int, *, everything: bool = False) -> list[Cell]:
    """The causes, then a line a device.

    Args:
        facts: the run.
        glyphs: the signs of this terminal.
        width: cells of a line.
        everything: whether all names are shown, and each device's own message.
    """
    lines: list[Cell] = []
    for cause in facts.causes:
        lines += [*_cause(cause, glyphs, everything=everything), ()]
    if not facts.causes and not facts.open:
        lines += [cell(f"{glyphs.done} All devices succeeded.", Tone.GOOD), ()]
    lines.append(cell("What each sensor runs", Tone.KEY))
    lines += device_lines(facts, glyphs, width)
    lines += [cell(f"{glyphs.warning} {line}", Tone.WARN) for line in facts.log]
    lines += [(), cell("The run", Tone.KEY)]
    lines += [(Span(f"{what}: ", Tone.DIM), Span(fact)) for what, fact in about_run(facts, moment)]
    if facts.state is RunState.INTERRUPTED:
        lines.append(cell("Press r to resume it.", Tone.WARN))
    return lines


def _cause(cause: Cause, glyphs: Glyphs, *, everything: bool) -> list[Cell]:
    tone = VERDICT_TONES[cause.verdict]
    code = f", {cause.code.value}" if cause.code else ""
    number = len(cause.events)
    title = f"{glyphs.verdict(cause.verdict)} {number} {cause.verdict.value}{code}: "
    who = names(cause.devices, len(cause.devices) if everything else MOST_NAMED)
    if number > MOST_NAMED and not everything:
        who += " (a shows all)"
    lines: list[Cell] = [(Span(title, tone), Span(who, Tone.KEY))]
    if everything and GAP in cause.message:
        lines += [(Span(f"  {event.device}: ", Tone.DIM), Span(event.message)) for event in cause.events]
    elif cause.message:
        lines.append((Span("  "), Span(cause.message.replace(GAP, glyphs.ellipsis))))
    lines += [
        (Span("  What to do: ", Tone.KEY), Span(advice.replace(GAP, glyphs.ellipsis)))
        for advice in cause.advice
    ]
    return lines


def device_lines(facts: RunFacts, glyphs: Glyphs, width: int) -> list[Cell]:
    """A line a device, the worst first: verdict, name, firmware, and as much more as has room."""
    devices = sorted(facts.devices, key=lambda device: _rank(device.verdict))
    rows = [_columns(facts, device, glyphs) for device in devices]
    if not rows:
        return []
    widest = [max(width_of(row[column]) for row in rows) for column in range(len(rows[0]))]
    shown = list(range(len(widest)))
    while len(shown) > 2 and sum(widest[i] + 2 for i in shown) - 2 > width:  # noqa: PLR2004 - verdict, name
        shown.pop()
    used = [column for column in shown if widest[column]]
    return [
        joined([pad(row[column], widest[column], glyphs.ellipsis) for column in used], Span("  "))
        for row in rows
    ]


def _rank(verdict: Verdict | None) -> float:
    """The smaller, the worse; without a verdict just after trouble."""
    return len(TROUBLE) - 0.5 if verdict is None else WORST_FIRST.index(verdict)


def _columns(facts: RunFacts, device: DeviceFacts, glyphs: Glyphs) -> Sequence[Cell]:
    verdict = device.verdict
    if verdict is None:
        outcome = cell(f"{glyphs.waiting} no verdict yet", Tone.BUSY)
    else:
        outcome = verdict_cell(verdict, glyphs)
    away, took = device.downtime_seconds, device.seconds
    return (
        outcome,
        cell(truncate_middle(device.device, _MOST_NAME, glyphs.ellipsis)),
        cell(from_to(device, facts.operation, glyphs.arrow)),
        cell(f"away {elapsed(away)}" if away else "", Tone.DIM),
        cell(f"took {elapsed(took)}" if took else "", Tone.DIM),
        cell(device.code or "", Tone.DIM),
        cell(f"serial {device.serial}" if device.serial else "", Tone.DIM),
    )


def plain_text(facts: RunFacts, glyphs: Glyphs) -> str:
    """All of it as text, for the clipboard."""
    lines = [*head_lines(facts, glyphs), (), *verdict_lines(facts, glyphs, 160, everything=True)]
    return "\n".join(text_of(line).rstrip() for line in lines) + "\n"


def can_retry(facts: RunFacts) -> str:
    """Why a retry has nothing to do; empty if it has something."""
    if facts.state is RunState.RUNNING:
        return "The run is running; only a finished run can be retried."
    if facts.state is RunState.INTERRUPTED:
        return "The run is interrupted. Resume it first."
    if TROUBLE.isdisjoint(facts.verdicts):
        return "No device failed or is unknown; there is nothing to retry."
    return ""
