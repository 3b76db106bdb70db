"""The part of a device in a run: its row, and the columns that show it."""

from datetime import datetime
from typing import Final

from msgspec import UNSET, Struct

from sicktui.model.clock import seconds_since
from sicktui.model.enums import STEPS, Action, Operation, RunState, Step, StepState, UpdateState, Verdict
from sicktui.model.run.view import DeviceView, RunView
from sicktui.model.safe_text import clean
from sicktui.model.wording import age, elapsed, percent, rate, size
from sicktui.tui.drawing.bars import bar
from sicktui.tui.drawing.columns import Column
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell, joined, width_of
from sicktui.tui.drawing.verdicts import VERDICT_TONES, verdict_cell
from sicktui.tui.glyphs import Glyphs
from sicktui.tui.rows.devices import known_state
from sicktui.tui.rows.step_time import StepTime, away_words, step_time

_ROOMY: Final = 20
_PERCENT: Final = 5
"""Cells of a percentage and a blank."""
_LEAST_BAR: Final = 4
_MOST_BAR: Final = 10
ANSWER_GRAIN: Final = 3
"""Seconds since the last answer that count as just now, for a sensor in a run."""


class JobRow(Struct, frozen=True, kw_only=True):
    """One device's part in a run. All texts but the keys are already cleaned."""

    run: str
    device: str
    name: str
    steps: tuple[StepState | None, ...] = ()
    """In the order of the operation; ``None``: not reached."""
    step: Step | None = None
    number: int = 0
    """The place of that step among the steps."""
    state: UpdateState | None = None
    sent: int = 0
    total: int = 0
    rate: float = 0.0
    detail: str = ""
    time: StepTime = StepTime()
    """That of the step under way."""
    uploads: int = 0
    """How often its file was sent."""
    elapsed: str = ""
    answer: str = ""
    silent: bool = False
    versions: tuple[str, str] = ("", "")
    """From, and to."""
    verdict: Verdict | None = None
    code: str = ""
    away: str = ""
    """How long the sensor was away while it restarted."""
    message: str = ""
    advice: str = ""
    orphaned: bool = False
    """The run's process is gone; the job does not continue by itself."""

    @property
    def key(self) -> tuple[str, str]:
        """The run and the device: two runs may know the same one."""
        return (self.run, self.device)


def _state(view: DeviceView) -> UpdateState | None:
    """The last UpdateState, unless it was read before a reboot that the verdict has proven."""
    state = known_state(view.update_state)
    proven = view.verdict is not None and view.verdict.verdict is Verdict.SUCCEEDED
    return None if proven and state is UpdateState.STARTED else state


def job_row(run: RunView, view: DeviceView, now: datetime) -> JobRow:
    """The row of a device in a run."""
    steps = STEPS.get(run.operation or Operation.UPDATE, ())
    orphaned = run.state is RunState.INTERRUPTED
    verdict = view.verdict
    running = view.started is not None and verdict is None and not orphaned
    return JobRow(
        run=run.run,
        device=view.device,
        name=clean(view.device),
        steps=tuple(view.steps.get(step) for step in steps),
        step=view.step,
        number=steps.index(view.step) + 1 if view.step in steps else 0,
        state=_state(view),
        sent=view.sent,
        total=view.total,
        rate=view.rate if running else 0.0,
        detail=_detail(view, now) if running else clean(view.detail),
        time=step_time(view, now) if running else StepTime(),
        uploads=view.uploads,
        elapsed=_elapsed(view, now, running=running),
        answer=_answered(view, now) if running else "",
        silent=view.silent and running,
        versions=_versions(view),
        verdict=verdict.verdict if verdict else None,
        away=_away(view),
        code=verdict.code.value if verdict and verdict.code else "",
        message=clean(verdict.message, 600) if verdict else _planned(view),
        advice=clean(verdict.advice, 600) if verdict else "",
        orphaned=orphaned,
    )


def _detail(view: DeviceView, now: datetime) -> str:
    """What matters most about the step under way."""
    away = next(iter(away_words(view, now)), "")
    return away or again_words(view) or clean(view.detail)


def again_words(view: DeviceView) -> str:
    """Why an upload began again; empty for the first one."""
    if view.uploads <= 1 or not view.again:
        return ""
    return f"try {view.uploads}, since the one before failed: {view.again}"


def _planned(view: DeviceView) -> str:
    return clean(view.plan.message, 600) if view.plan and view.plan.action is not Action.UPDATE else ""


def _answered(view: DeviceView, now: datetime) -> str:
    return age(seconds_since(view.last_answer, now), grain=ANSWER_GRAIN) if view.last_answer else ""


def _elapsed(view: DeviceView, now: datetime, *, running: bool) -> str:
    if view.verdict is not None:
        return elapsed(view.verdict.seconds) if view.started else ""
    return elapsed(seconds_since(view.started, now)) if running and view.started else ""


def _away(view: DeviceView) -> str:
    if view.verdict is None or view.verdict.downtime_seconds is UNSET or not view.verdict.downtime_seconds:
        return ""
    return f"away for {elapsed(view.verdict.downtime_seconds)}"


def _versions(view: DeviceView) -> tuple[str, str]:
    before = view.plan.from_version if view.plan else None
    after = view.plan.to_version if view.plan else None
    if view.verdict is not None:
        proven = (view.verdict.from_version, view.verdict.to_version)
        before = proven[0] if proven[0] is not UNSET and proven[0] else before
        after = proven[1] if proven[1] is not UNSET and proven[1] else after
    refused = view.plan is not None and view.plan.action is not Action.UPDATE
    if refused or (view.verdict is not None and view.verdict.verdict is Verdict.FAILED):
        after = None  # it does not run that version
    return (clean(before or ""), clean(after or ""))


_STEP_TONES: Final = {
    StepState.STARTED: Tone.BUSY,
    StepState.DONE: Tone.GOOD,
    StepState.FAILED: Tone.BAD,
    StepState.SKIPPED: Tone.DIM,
    None: Tone.DIM,
}


def now_cell(row: JobRow, glyphs: Glyphs, _: int) -> Cell:
    """What the job is doing, or how it ended."""
    if row.verdict is not None:
        return verdict_cell(row.verdict, glyphs)
    if row.orphaned:
        return cell(f"{glyphs.unknown} interrupted", Tone.WARN)
    if row.step is None:
        return cell(f"{glyphs.waiting} waiting", Tone.DIM)
    return cell(f"{glyphs.busy} {row.step.value}", Tone.BUSY)


def _steps_cell(row: JobRow, glyphs: Glyphs, width: int) -> Cell:
    """The number of the step, with a sign for each one where there is room."""
    if row.step is None or not row.steps:
        return ()
    number = f"{row.number}/{len(row.steps)}"
    signs = tuple(Span(glyphs.step(state), _STEP_TONES[state]) for state in row.steps)
    whole = (*signs, Span(f" {number}", Tone.DIM))
    return whole if width_of(whole) <= width else cell(number, Tone.DIM)


def _progress_cell(row: JobRow, glyphs: Glyphs, width: int) -> Cell:
    """Bytes during a transfer; the code after a failure."""
    if row.verdict is Verdict.SUCCEEDED:
        return cell(row.away if width >= _ROOMY and row.away else _was(row), Tone.DIM)
    if row.verdict is not None:
        return cell(row.code, VERDICT_TONES[row.verdict])
    if not row.total:
        words = next((words for words in row.time.words if len(words) <= width), "")
        text = cell(words or row.detail, Tone.DIM)
        return _with_bar(row.time.share, text, glyphs, width) if words else text
    if stalled := next((words for words in row.time.words if len(words) <= width - _PERCENT), ""):
        return (Span(f"{percent(row.sent, row.total):>4} ", Tone.BUSY), Span(stalled, Tone.WARN))
    again = f" try {row.uploads}" if row.uploads > 1 else ""
    text = (
        Span(f"{percent(row.sent, row.total):>4}", Tone.BUSY),
        Span(f" {rate(row.rate) or size(row.sent)}"),
        Span(again, Tone.WARN),
    )
    return _with_bar(row.sent / row.total, text, glyphs, width)


def _with_bar(share: float | None, text: Cell, glyphs: Glyphs, width: int) -> Cell:
    """A bar in front of the text, where there is room for one."""
    room = min(_MOST_BAR, width - width_of(text) - 1)
    if share is None or room < _LEAST_BAR:
        return text
    blank = "" if text[0].text.startswith(" ") else " "
    return (*bar(share, room, glyphs), Span(blank), *text)


def _was(row: JobRow) -> str:
    """The version before, beside the column that has the one after."""
    before, after = row.versions
    return f"was {before}" if before and after and before != after else ""


def versions_cell(row: JobRow, glyphs: Glyphs, width: int) -> Cell:
    """The versions before and after; only the one after where there is no room."""
    before, after = row.versions
    both = joined((cell(before, Tone.DIM), cell(after)), Span(f" {glyphs.arrow} ", Tone.DIM))
    if width_of(both) <= width or not after:
        return both
    return cell(after if row.verdict is Verdict.SUCCEEDED else f"{glyphs.arrow} {after}")


def answer_cell(row: JobRow, glyphs: Glyphs, _: int) -> Cell:
    """How long ago the sensor last answered the run; empty for one that the run does not ask now."""
    if row.silent:
        return cell(f"{glyphs.hollow} {row.answer}".rstrip(), Tone.WARN)
    return cell(f"{glyphs.full} {row.answer}", Tone.GOOD) if row.answer else ()


JOB_COLUMNS: Final[tuple[Column[JobRow], ...]] = (
    Column(id="now", title="State", least=11, most=14, steady=True, cell=now_cell),
    Column(
        id="progress",
        title="Progress",
        least=16,
        comfort=20,
        most=22,
        rank=1,
        steady=True,
        cell=_progress_cell,
    ),
    Column(id="steps", title="Step", least=4, comfort=12, most=12, rank=1, cell=_steps_cell),
    Column(
        id="elapsed",
        title="Time",
        least=5,
        most=7,
        rank=3,
        right=True,
        cell=lambda r, _g, _w: cell(r.elapsed),
    ),
    Column(
        id="message",
        title="Message",
        least=24,
        most=120,
        rank=5,
        cell=lambda r, _g, _w: cell(r.message or r.detail, Tone.DIM),
    ),
)
"""What the table shows of a device's part in a run, from left to right."""
