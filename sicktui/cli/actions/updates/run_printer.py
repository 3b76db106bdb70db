"""Prints a run for people in plain lines: each change by device, and at the end the causes.

One line for each step that ends, each UpdateState, each quarter of a transfer and each verdict, so
that fifty sensors do not flood a slow terminal. The summary groups what went wrong by its cause.
"""

from collections.abc import Iterable
from typing import Final

from sicktui.cli.output import Printer
from sicktui.cli.tables import hanging, indented, pad, width
from sicktui.engine.reports.causes import GAP, Cause, group_by_cause
from sicktui.model.clock import seconds_between
from sicktui.model.enums import Action, Level, RunState, Step, StepState, Verdict
from sicktui.model.run.event import (
    Event,
    Logged,
    Planned,
    Progressed,
    RunChanged,
    StepChanged,
    UpdateStateRead,
    VerdictReached,
    Waiting,
)
from sicktui.model.run.view import RunView, reduce
from sicktui.model.wording import count, duration, moment, names, size, time_of_day

QUARTER: Final = 25
"""Per cent of a transfer between two lines."""
COLOURS: Final = {
    Verdict.SUCCEEDED: "green",
    Verdict.FAILED: "red",
    Verdict.UNKNOWN: "magenta",
    Verdict.SKIPPED: None,
    Verdict.CANCELLED: "yellow",
}
_LEVELS: Final = {Level.WARNING: "yellow", Level.ERROR: "red"}
_QUICK: Final = frozenset({Step.PREFLIGHT, Step.AUTHENTICATE, Step.TRIGGER, Step.STORE})
"""Quick steps, whose start is not worth a line."""


class RunPrinter:
    """Folds the events of one run and prints what is worth a line.

    Args:
        out: where lines go.
        devices: the names of the run's devices, which are aligned.
        planned: whether the plan was printed already; it is not printed again.
    """

    def __init__(self, out: Printer, devices: Iterable[str], *, planned: bool) -> None:
        self._out = out
        self._planned = planned
        self._quarters: dict[str, int] = {}
        self._width = max((width(device) for device in devices), default=0)
        self.view = RunView()

    def show(self, event: Event) -> None:
        """Fold one event and print it if it is worth a line."""
        self.view = reduce(self.view, event)
        match event:
            case Planned():
                self._plan(event)
            case StepChanged():
                self._step(event)
            case Progressed():
                self._progress(event)
            case UpdateStateRead():
                self._line(event, "", "", f"UpdateState {event.value} {event.name}")
            case Logged():
                self._log(event)
            case VerdictReached():
                self._verdict(event)
            case Waiting():
                self._text(event.ts, "", waiting_words(event), "yellow" if event.waits_for else None)
            case RunChanged(state=RunState.INTERRUPTED):
                self._out.note("The runner stopped before the run finished.", "red")
            case _:
                pass

    def _plan(self, event: Planned) -> None:
        if not self._planned:
            self._line(event, "plan", event.action.value, event.message)

    def _log(self, event: Logged) -> None:
        device = event.device if isinstance(event.device, str) else ""
        plan = self.view.devices[device].plan if device in self.view.devices else None
        printed = plan is not None and event.message in plan.message
        if (self._out.verbose or event.level is not Level.DEBUG) and not printed:
            self._text(event.ts, device, event.message, _LEVELS.get(event.level))

    def _step(self, event: StepChanged) -> None:
        self._quarters.pop(event.device, None)
        if event.state is StepState.STARTED and event.step in _QUICK and not self._out.verbose:
            return
        if event.state is StepState.FAILED:
            # The verdict, which comes next, has the reason.
            self._line(event, event.step.value, event.state.value, "", "red")
        else:
            self._line(event, event.step.value, event.state.value, event.detail)

    def _progress(self, event: Progressed) -> None:
        if event.total <= 0:
            return
        percent = int(100 * event.sent / event.total)
        quarter = percent // QUARTER
        if quarter <= self._quarters.get(event.device, 0):
            return
        self._quarters[event.device] = quarter
        rate = self.view.devices[event.device].rate
        speed = f", {size(rate)}/s" if rate > 0 else ""
        self._line(
            event,
            event.step.value,
            f"{percent} %",
            f"{size(event.sent)} of {size(event.total)}{speed}",
        )

    def _verdict(self, event: VerdictReached) -> None:
        plan = self.view.devices[event.device].plan
        if plan is not None and plan.action is not Action.UPDATE:
            return  # The plan and the summary show it.
        took = f" ({duration(event.seconds)})" if event.seconds else ""
        code = f" {event.code.value}:" if event.code else ""
        text = f"{event.verdict.value.upper()}{code} {event.message}{took}"
        self._text(event.ts, event.device, text, COLOURS[event.verdict])

    def _line(
        self,
        event: Planned | StepChanged | Progressed | UpdateStateRead,
        what: str,
        state: str,
        detail: str,
        colour: str | None = None,
    ) -> None:
        text = f"{pad(what, 12)}  {pad(state, 7)}  {detail}" if what else detail
        self._text(event.ts, event.device, text.rstrip(), colour)

    def _text(self, ts: str, device: str, text: str, colour: str | None) -> None:
        when = time_of_day(ts)
        cells, widths = [when, pad(device, self._width), text], [len(when), self._width, 0]
        for line in hanging(cells, widths, self._out.wrap):
            self._out.line(line, colour)


def waiting_words(event: Waiting) -> str:
    """What a run waits for, until when, and what a person can do about it."""
    run = event.run if isinstance(event.run, str) else "RUN"
    if event.waits_for == "approval":
        return f"{event.message} Continue it: sicktui runs continue {run}"
    return f"{event.message} Until {moment(event.until)}." if event.until else event.message


def print_summary(out: Printer, view: RunView) -> None:
    """Print how a run ended: the counts, and what went wrong, grouped by cause."""
    verdicts = [device.verdict for device in view.devices.values() if device.verdict is not None]
    for cause in group_by_cause(verdicts):
        _explain(out, cause)
    out.line()
    out.line(f"Run {view.run}: {counts(view)}{_took(view)}", bold=True)


def counts(view: RunView) -> str:
    """The verdicts in numbers: ``4 succeeded, 1 failed``."""
    parts = [f"{number} {verdict.value}" for verdict, number in view.counts().items() if number]
    open_ones = sum(device.verdict is None for device in view.devices.values())
    if open_ones:
        parts.append(f"{open_ones} without a verdict")
    return (", ".join(parts) or "no devices") + "."


def _took(view: RunView) -> str:
    if view.summary is None or not view.started:
        return ""
    return f" It took {duration(max(0.0, seconds_between(view.started, view.summary.ts)))}."


def _explain(out: Printer, cause: Cause) -> None:
    """One cause: its devices, what happened, what to do."""
    out.line()
    code = f" ({cause.code.value})" if cause.code else ""
    who = f"{count(len(cause.events), 'device')}: {names(cause.devices)}"
    out.line(f"{cause.verdict.value.capitalize()}{code}, {who}", COLOURS[cause.verdict], bold=True)
    out.lines(indented(cause.message, columns=out.columns))
    if GAP in cause.message:
        out.line("  'sicktui runs show' has the message of each device.")
    for advice in cause.advice:
        out.lines(indented(advice, columns=out.columns, first="  -> ", rest="     "))
