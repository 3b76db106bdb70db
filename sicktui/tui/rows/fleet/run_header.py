"""The line about a run as a whole, in as many words as the width allows."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from sicktui.model.enums import STEPS, TROUBLE, Operation, RunState, StepState, Verdict
from sicktui.model.run.view import RunView
from sicktui.model.safe_text import clean
from sicktui.model.wording import names, rate, time_of_day
from sicktui.tui.drawing.bars import bar, curve
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell, joined, width_of
from sicktui.tui.drawing.verdicts import VERDICT_TONES
from sicktui.tui.glyphs import Glyphs
from sicktui.tui.rows.fleet.remaining import left_words, seconds_left
from sicktui.tui.rows.step_time import moves

MOST_NAMED: Final = 3
"""Sensors a cancelled run waits for that are named."""
_GAP: Final = Span("  ")
_LEAST_BAR: Final = 8
_MOST_BAR: Final = 40
_COUNTS: Final = 4
"""The rank of what is more important than the bar."""
_STARTING: Final = "starting"
_PAUSES: Final = {
    "soak": "soaks",
    "outside_window": "waits for its window",
    "line_in_use": "line in use",
    "offline": "waits for answers",
}
_SHORT: Final = {Verdict.SUCCEEDED: "ok"}


class RunHeader(Struct, frozen=True, kw_only=True):
    """What is known of a run as a whole."""

    title: str
    state: str = ""
    """Empty while the bar shows enough."""
    tone: Tone = Tone.BUSY
    total: int = 0
    counts: dict[Verdict, int] = {}
    at_work: int = 0
    waiting: int = 0
    share: float = 0.0
    """How much of its work is done, from 0 to 1."""
    rate: float = 0.0
    """Bytes per second of all transfers."""
    rates: tuple[float, ...] = ()
    """Earlier ones, the oldest first."""
    left: float | None = None
    """Seconds until it is over; ``None``: that cannot be known."""

    @property
    def done(self) -> int:
        """How many devices have a verdict."""
        return sum(self.counts.values())

    @property
    def is_over(self) -> bool:
        """Whether every device has a verdict."""
        return not (self.at_work or self.waiting)

    @property
    def has_bar(self) -> bool:
        """Whether it has begun, and has something left to do."""
        return not self.is_over and self.state != _STARTING


def title_of(view: RunView) -> str:
    """What a run does: ``Update to 2.4.0.0R``."""
    operation = view.operation.value.capitalize() if view.operation else "Run"
    plans = [part.plan for part in view.devices.values() if part.plan is not None]
    versions = Counter(plan.to_version for plan in plans if plan.to_version)
    if len(versions) != 1:
        return operation
    [version] = versions
    return f"{operation} to {clean(version, 20)}"


def run_header(
    view: RunView,
    now: datetime,
    rates: tuple[float, ...] = (),
    *,
    is_starting: bool = False,
    is_cancelling: bool = False,
    continue_key: str = "",
) -> RunHeader:
    """The facts about a run.

    Args:
        view: the run.
        now: the time.
        rates: those of the last minute.
        is_starting: whether it has no event yet.
        is_cancelling: whether it was cancelled here.
        continue_key: the key that continues a run that waits for approval.
    """
    state, counts = (
        _state(view, is_starting=is_starting, is_cancelling=is_cancelling, continue_key=continue_key),
        view.counts(),
    )
    tone = {RunState.RUNNING: Tone.BUSY, RunState.FINISHED: Tone.GOOD}.get(view.state, Tone.WARN)
    if view.finished and counts[Verdict.FAILED] + counts[Verdict.UNKNOWN]:
        tone = Tone.WARN
    open_parts = [part for part in view.devices.values() if part.verdict is None]
    at_work = [part for part in open_parts if part.step is not None]
    return RunHeader(
        title=title_of(view),
        state=state,
        tone=tone,
        total=len(view.devices),
        counts={verdict: number for verdict, number in counts.items() if number},
        at_work=len(at_work),
        waiting=len(open_parts) - len(at_work),
        share=_share(view),
        rate=rate_of(view, now),
        rates=rates if view.state is RunState.RUNNING else (),
        left=None if is_starting else seconds_left(view, now),
    )


def rate_of(view: RunView, now: datetime) -> float:
    """Bytes per second of all transfers that have moved a byte lately."""
    return sum(
        part.rate
        for part in view.devices.values()
        if view.state is RunState.RUNNING and part.verdict is None and moves(part, now)
    )


def _share(view: RunView) -> float:
    """How much of a run's work is done: steps that are done, and bytes of the file under way."""
    steps = len(STEPS.get(view.operation or Operation.UPDATE, ())) or 1
    done = 0.0
    for part in view.devices.values():
        ended = sum(state is not StepState.STARTED for state in part.steps.values())
        sent = part.sent / part.total if part.total and ended < len(part.steps) else 0.0
        done += 1.0 if part.verdict is not None else min(1.0, (ended + sent) / steps)
    return done / (len(view.devices) or 1)


def _state(view: RunView, *, is_starting: bool, is_cancelling: bool, continue_key: str) -> str:
    if is_starting:
        return _STARTING
    if view.state is not RunState.RUNNING:
        return view.state.value
    if not (view.cancelling or is_cancelling):
        return _pause(view, continue_key)
    busy = [f"{clean(device, 24)} ({step.value})" for device, step in view.waited_for().items()]
    return f"cancelling, waiting for {names(busy, MOST_NAMED)}" if busy else "cancelling"


def _pause(view: RunView, continue_key: str) -> str:
    """What the whole run waits for, as short as it goes; empty while it works."""
    waiting = view.waiting
    if waiting is None:
        return ""
    if waiting.waits_for == "approval":
        return f"waits for approval ({continue_key} continues)" if continue_key else "waits for approval"
    until = f" until {time_of_day(waiting.until)}" if waiting.until else ""
    return f"{_PAUSES.get(str(waiting.waits_for), 'waits')}{until}"


class _Piece(Struct, frozen=True):
    rank: int
    """The highest goes first where there is no room."""
    long: Cell
    short: Cell


def header_cell(header: RunHeader, glyphs: Glyphs, width: int) -> Cell:
    """The line in at most ``width`` cells. In a narrow one words get shorter, then the least important go."""
    pieces = _pieces(header, glyphs)
    dots = Span(f" {glyphs.dot} ", Tone.DIM)
    line, is_whole = _with_bar([piece.long for piece in pieces], header, glyphs, width, dots)
    if is_whole and width_of(line) <= width:
        return line
    while True:
        line, is_whole = _with_bar([piece.short for piece in pieces], header, glyphs, width)
        fits = width_of(line) <= width
        if is_whole and fits:
            return line
        if len(pieces) == 1:
            return pieces[0].short
        last = max(pieces, key=lambda piece: piece.rank)
        if fits and last.rank <= _COUNTS:
            return line
        pieces.remove(last)


def _with_bar(
    cells: Sequence[Cell], header: RunHeader, glyphs: Glyphs, width: int, gap: Span = _GAP
) -> tuple[Cell, bool]:
    """The cells with the bar behind the first one where it has room, and whether no bar is missing."""
    line = joined(cells, gap)
    if not header.has_bar:
        return line, True
    room = min(_MOST_BAR, width - width_of(line) - 2 * len(_GAP.text))
    if room < _LEAST_BAR:
        return line, False
    first, *rest = [part for part in cells if part]
    lead = joined((first, bar(header.share, room, glyphs, header.tone)), _GAP)
    return joined((lead, joined(rest, gap)), _GAP), True


def _pieces(header: RunHeader, glyphs: Glyphs) -> list[_Piece]:
    pieces = [_piece(0, header.title, header.title.split(" to ")[0], Tone.PLAIN)]
    if header.state:
        pieces.append(_piece(1, header.state, _short(header.state), header.tone))
    if not header.is_over:
        words = f"{header.done}/{header.total}"
        pieces.append(_piece(2, words, words, Tone.PLAIN))
    for verdict, number in header.counts.items():
        short = f"{number} {_SHORT.get(verdict, verdict.value)}"
        is_bad = verdict in TROUBLE
        pieces.append(_piece(1 if is_bad else 4, f"{number} {verdict.value}", short, VERDICT_TONES[verdict]))
    if header.state == RunState.INTERRUPTED.value:
        number = header.at_work + header.waiting
        pieces.append(_piece(6, f"{number} without a verdict", f"{number} open", Tone.WARN))
    elif header.at_work:
        words = f"{header.at_work} at work"
        pieces.append(_piece(6, words, words, Tone.BUSY))
    if header.waiting and header.state != RunState.INTERRUPTED.value:
        words = f"{header.waiting} waiting"
        pieces.append(_piece(7, words, words, Tone.DIM))
    if header.left is not None and not header.is_over:
        words = left_words(header.left)
        pieces.append(_piece(5, words, words.replace("about ", "~"), Tone.PLAIN))
    if header.rate:
        words = rate(header.rate)
        signs = f" {curve((*header.rates, header.rate), glyphs)}" if header.rates else ""
        pieces.append(_piece(8, f"{words}{signs}", words, Tone.PLAIN))
    return pieces


def _short(state: str) -> str:
    """A state without what it waits for, or which key helps."""
    return state.split(" (", 1)[0].split(",", 1)[0]


def _piece(rank: int, long: str, short: str, tone: Tone) -> _Piece:
    return _Piece(rank, cell(long, tone), cell(short, tone))
