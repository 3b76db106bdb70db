"""The one pure reducer: ``state + event -> state``.

Every face (dashboard, ``runs attach``, ``runs show``, the report) folds the same events with
``reduce`` and shows the result. Views are frozen; folding a device's event replaces that device
only, so a front end can see by identity which rows changed.
"""

from typing import Final

from msgspec import UNSET, Struct, structs

from sicktui.model.clock import seconds_between
from sicktui.model.enums import OVER, Operation, RunState, Step, StepState, Verdict
from sicktui.model.run.event import (
    Acted,
    Cancelled,
    Checked,
    Compared,
    Contacted,
    Continued,
    Event,
    Logged,
    Noticed,
    Planned,
    Progressed,
    PutOff,
    RunChanged,
    Shortened,
    StepChanged,
    Summarised,
    Surveyed,
    UpdateStateRead,
    VerdictReached,
    Waiting,
)
from sicktui.model.run.plan import RunSpec
from sicktui.model.safe_text import clean
from sicktui.model.settings import Limits, Timing

_SMOOTHING: Final = 0.2
"""Weight of the latest measurement in the rate: what is older than about two seconds hardly counts."""

MAX_LOG: Final = 500
"""Log lines kept in a view; older ones stay in the journal."""


class DeviceView(Struct, frozen=True, kw_only=True):
    """The state of the job of one device."""

    device: str
    plan: Planned | None = None
    steps: dict[Step, StepState] = {}
    """The last state of each step that was reached. Treat as read-only."""
    step: Step | None = None
    """The step that is under way, or the last one."""
    step_since: str | None = None
    took: dict[Step, float] = {}
    """Seconds of each step that is done; 0 for one that was skipped. Treat as read-only."""
    detail: str = ""
    started: str | None = None
    sent: int = 0
    total: int = 0
    rate: float = 0.0
    """Bytes per second, smoothed over the last few progress events; 0 until it is known."""
    progress_ts: str | None = None
    update_state: int | None = None
    update_state_name: str = ""
    last_answer: str | None = None
    silent: bool = False
    """The last try to reach the sensor failed."""
    silent_since: str | None = None
    """When the first try failed after the last answer."""
    patience: float = 0.0
    """Seconds that the run waits for a sensor that reboots; 0: not known."""
    timing: Timing | None = None
    """The limits of the run for this device; ``None``: not known."""
    uploads: int = 0
    """How often its file was sent."""
    again: str = ""
    """Why the upload before this one failed."""
    verdict: VerdictReached | None = None


class RunView(Struct, frozen=True, kw_only=True):
    """A run as far as its events have been read."""

    run: str = ""
    operation: Operation | None = None
    state: RunState = RunState.RUNNING
    pid: int | None = None
    started: str = ""
    devices: dict[str, DeviceView] = {}
    """By device name, in the order of the plan. Treat as read-only."""
    log: tuple[Logged, ...] = ()
    cancelling: bool = False
    """The run was cancelled and still waits for sensors that had begun."""
    waiting: Waiting | None = None
    """What the whole run waits for; ``None`` while it works."""
    summary: Summarised | None = None
    limits: Limits | None = None
    """How the run spreads; ``None``: not known."""

    @property
    def finished(self) -> bool:
        """Whether nothing more will happen in this run by itself."""
        return self.state in OVER

    def waited_for(self) -> dict[str, Step]:
        """The devices that a cancelled run still waits for, and the step of each."""
        return {
            device.device: device.step
            for device in self.devices.values()
            if device.verdict is None and device.step is not None
        }

    def counts(self) -> dict[Verdict, int]:
        """How many devices have which verdict so far."""
        totals = dict.fromkeys(Verdict, 0)
        for view in self.devices.values():
            if view.verdict is not None:
                totals[view.verdict.verdict] += 1
        return totals


def before_first_event(spec: RunSpec) -> RunView:
    """The view of a run that has no event yet: its devices, in the order of the plan."""
    devices = {
        item.device: DeviceView(
            device=item.device,
            patience=item.target.timing.reconnect_timeout,
            timing=item.target.timing,
        )
        for item in spec.items
    }
    return RunView(run=spec.run, operation=spec.operation, devices=devices, limits=spec.settings.limits)


def reduce(view: RunView, event: Event) -> RunView:
    """The view after ``event``. Events of one device must come in their journal order."""
    match event:
        case RunChanged():
            return structs.replace(
                view,
                run=view.run if event.run is UNSET else event.run,
                operation=event.operation,
                state=event.state,
                pid=event.pid,
                started=event.started,
                # A new runner repeats it, if it is still true.
                cancelling=False,
                waiting=None,
            )
        case Waiting():
            return structs.replace(view, waiting=event if event.waits_for else None)
        case Continued() | Shortened():
            return view
        case Cancelled():
            return structs.replace(view, cancelling=True)
        case Summarised():
            return structs.replace(view, summary=event)
        case Logged():
            return structs.replace(view, log=(*view.log[-(MAX_LOG - 1) :], event))
        case _:
            before = view.devices.get(event.device) or DeviceView(device=event.device)
            after = _reduce_device(before, event)
            return structs.replace(view, devices={**view.devices, event.device: after})


_OfDevice = (
    StepChanged
    | Progressed
    | UpdateStateRead
    | Planned
    | VerdictReached
    | Acted
    | Surveyed
    | Checked
    | Compared
    | Noticed
    | Contacted
    | PutOff
)


def _reduce_device(view: DeviceView, event: _OfDevice) -> DeviceView:
    match event:
        case Planned():
            return structs.replace(view, plan=event)
        case StepChanged():
            return _step(view, event)
        case Progressed():
            return _progress(view, event)
        case UpdateStateRead():
            return structs.replace(
                view,
                update_state=event.value,
                update_state_name=clean(event.name),
                last_answer=event.ts,
                silent=False,
                silent_since=None,
            )
        case VerdictReached():
            return structs.replace(view, verdict=event)
        case Contacted(answered=True):
            return structs.replace(view, last_answer=event.ts, silent=False, silent_since=None)
        case Contacted():
            return structs.replace(view, silent=True, silent_since=view.silent_since or event.ts)
        case Acted(act="put_update" | "put_backup"):
            return _upload(view, event)
        case _:
            return _put_off(view, event) if isinstance(event, PutOff) else view


def _put_off(view: DeviceView, event: PutOff) -> DeviceView:
    """As it was before its job began, but for what it waits for."""
    waits = clean(event.message)
    return structs.replace(view, steps={}, took={}, step=None, step_since=None, detail=waits, started=None)


def _upload(view: DeviceView, event: Acted) -> DeviceView:
    if event.phase == "failed":
        return structs.replace(view, again=clean(event.detail))
    if event.phase == "done":
        return structs.replace(view, again="")
    return structs.replace(view, uploads=view.uploads + 1, sent=0, rate=0.0, progress_ts=None)


def _step(view: DeviceView, event: StepChanged) -> DeviceView:
    began = event.state is StepState.STARTED
    return structs.replace(
        view,
        steps={**view.steps, event.step: event.state},
        took=_took(view, event),
        step=event.step,
        step_since=event.ts if began else view.step_since,
        detail=event.detail,
        started=view.started or event.ts,
        sent=0 if began else view.sent,
        total=0 if began else view.total,
        rate=0.0 if began else view.rate,
        progress_ts=None if began else view.progress_ts,
    )


def _took(view: DeviceView, event: StepChanged) -> dict[Step, float]:
    if event.state is StepState.SKIPPED:
        return {**view.took, event.step: 0.0}
    if event.state is StepState.DONE and event.step is view.step and view.step_since is not None:
        return {**view.took, event.step: max(0.0, seconds_between(view.step_since, event.ts))}
    return view.took


def _progress(view: DeviceView, event: Progressed) -> DeviceView:
    rate = view.rate
    if view.progress_ts is not None and event.sent > view.sent:
        elapsed = seconds_between(view.progress_ts, event.ts)
        if elapsed > 0:
            latest = (event.sent - view.sent) / elapsed
            # Smoothed, as the bytes between two events jump: a number that dances cannot be read, and
            # each change of it is traffic on a slow SSH link.
            rate = latest if rate == 0 else rate + (latest - rate) * _SMOOTHING
    return structs.replace(
        view,
        sent=event.sent,
        total=event.total,
        rate=rate,
        progress_ts=event.ts,
        last_answer=event.ts,
        silent=False,
        silent_since=None,
    )
