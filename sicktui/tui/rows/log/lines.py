"""Events of a run as log lines."""

from datetime import datetime
from typing import Final

from msgspec import UNSET, Struct

from sicktui.model.enums import Level, RunState, StepState, Verdict
from sicktui.model.run.event import (
    Event,
    Logged,
    RunChanged,
    StepChanged,
    UpdateStateRead,
    VerdictReached,
)
from sicktui.model.safe_text import clean
from sicktui.tui.drawing.spans import Tone

MAX_LINE: Final = 600


class LogLine(Struct, frozen=True, kw_only=True):
    """One line of the log. Its texts are already cleaned."""

    time: str
    """The time of day on this PC, ``12:30:11``."""
    device: str | None
    """The device by its name in the profile; ``None``: the run or sicktui itself."""
    text: str
    tone: Tone = Tone.PLAIN
    """Its level: a warning has the tone ``WARN``, an error ``BAD``."""

    @property
    def plain(self) -> str:
        """The line for a file or a search."""
        return f"{self.time} {clean(self.device or '', 100):<15} {self.text}"


_LEVEL_TONES: Final = {
    Level.DEBUG: Tone.DIM,
    Level.INFO: Tone.PLAIN,
    Level.WARNING: Tone.WARN,
    Level.ERROR: Tone.BAD,
}

_VERDICT_TONES: Final = {
    Verdict.SUCCEEDED: Tone.GOOD,
    Verdict.FAILED: Tone.BAD,
    Verdict.UNKNOWN: Tone.WARN,
    Verdict.SKIPPED: Tone.DIM,
    Verdict.CANCELLED: Tone.WARN,
}


def line(now: datetime, text: str, device: str | None = None, level: Level = Level.INFO) -> LogLine:
    """A line from sicktui itself."""
    return LogLine(time=_local(now), device=device, text=clean(text, MAX_LINE), tone=_LEVEL_TONES[level])


def line_of(event: Event) -> LogLine | None:
    """The line of an event; ``None`` for one that the update panel shows better."""
    match event:
        case Logged():
            device = None if event.device is UNSET else event.device
            return _line(event.ts, device, event.message, _LEVEL_TONES[event.level])
        case StepChanged():
            return _step_line(event)
        case UpdateStateRead():
            return _line(event.ts, event.device, f"UpdateState {event.value} {event.name}", Tone.BUSY)
        case VerdictReached():
            return _verdict_line(event)
        case RunChanged(state=RunState.RUNNING, pid=None):
            return None  # planned, but no process runs it yet
        case RunChanged():
            return _run_line(event)
        case _:
            return None


def _step_line(event: StepChanged) -> LogLine:
    tones = {StepState.FAILED: Tone.BAD, StepState.SKIPPED: Tone.DIM, StepState.DONE: Tone.PLAIN}
    detail = f": {event.detail}" if event.detail else ""
    text = f"{event.step.value} {event.state.value}{detail}"
    return _line(event.ts, event.device, text, tones.get(event.state, Tone.DIM))


def _verdict_line(event: VerdictReached) -> LogLine:
    code = f" ({event.code.value})" if event.code else ""
    text = f"{event.verdict.value}{code}: {event.message} {event.advice}"
    return _line(event.ts, event.device, text.strip(), _VERDICT_TONES[event.verdict])


def _run_line(event: RunChanged) -> LogLine:
    run = "" if event.run is UNSET else f" {event.run}"
    tone = Tone.WARN if event.state in (RunState.INTERRUPTED, RunState.CANCELLED) else Tone.KEY
    state = "started" if event.state is RunState.RUNNING else event.state.value
    return _line(event.ts, None, f"{event.operation.value} run{run} {state}", tone)


def _line(ts: str, device: str | None, text: str, tone: Tone) -> LogLine:
    moment = datetime.fromisoformat(ts)
    return LogLine(time=_local(moment), device=device, text=clean(text, MAX_LINE), tone=tone)


def _local(moment: datetime) -> str:
    return moment.astimezone().strftime("%H:%M:%S")
