"""Legal histories of runs: what a runner may write down, in an order in which it may."""

from typing import Final

from hypothesis import strategies as st

from sicktui.model.device import Identity
from sicktui.model.enums import (
    STEPS,
    Action,
    Code,
    Level,
    Operation,
    RunState,
    Step,
    StepState,
    UpdateState,
    Verdict,
)
from sicktui.model.run.event import (
    Acted,
    Cancelled,
    Contacted,
    Event,
    Logged,
    Planned,
    Progressed,
    RunChanged,
    StepChanged,
    Summarised,
    Surveyed,
    UpdateStateRead,
    VerdictReached,
)

DEVICES: Final = ("gate", "dock", "yard")
_RUN: Final = "20261121-095427-3fa1"


class _Writer:
    """Makes events with a clock that may go back, as a PC's does."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self._seconds = 0

    def ts(self) -> str:
        self._seconds = max(0, self._seconds + self.draw(st.integers(-2, 5)))
        return f"2026-11-21T09:{self._seconds // 60 % 60:02}:{self._seconds % 60:02}.123Z"

    def step(self, device: str, step: Step, state: StepState) -> StepChanged:
        return StepChanged(ts=self.ts(), run=_RUN, device=device, step=step, state=state, detail="d")


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """A run from its first event to wherever it was interrupted or ended."""
    write = _Writer(draw)
    devices = DEVICES[: draw(st.integers(1, len(DEVICES)))]
    events: list[Event] = [_run(write, RunState.RUNNING)]
    events += [_planned(write, device) for device in devices]
    jobs = [_job(write, device) for device in devices]
    cancelled = draw(st.integers(0, 60))
    while any(jobs):
        if len(events) == cancelled:
            events.append(Cancelled(ts=write.ts(), run=_RUN))
        job = draw(st.sampled_from([job for job in jobs if job]))
        events.append(job.pop(0))
    verdicts = [event for event in events if isinstance(event, VerdictReached)]
    if len(verdicts) == len(devices):
        events.append(_run(write, RunState.FINISHED))
        counts = {verdict.verdict: 1 for verdict in verdicts}
        events.append(
            Summarised(ts=write.ts(), run=_RUN, operation=Operation.UPDATE, verdicts=counts, exit_code=0)
        )
    return events


def _run(write: _Writer, state: RunState) -> RunChanged:
    return RunChanged(
        ts=write.ts(), run=_RUN, operation=Operation.UPDATE, state=state, pid=4711, started=write.ts()
    )


def _planned(write: _Writer, device: str) -> Planned:
    return Planned(
        ts=write.ts(),
        run=_RUN,
        device=device,
        action=Action.UPDATE,
        reason=None,
        message="m",
        from_version="2.3.0.0R",
        to_version="2.4.0.0R",
    )


def _job(write: _Writer, device: str) -> list[Event]:
    """The events of one device, up to where its job ended."""
    events: list[Event] = []
    for step in STEPS[Operation.UPDATE]:
        events.append(write.step(device, step, StepState.STARTED))
        events += _within(write, device, step)
        if write.draw(st.integers(0, 14)) == 0:
            events.append(write.step(device, step, StepState.FAILED))
            break
        events.append(write.step(device, step, StepState.DONE))
    if write.draw(st.integers(0, 9)):
        events.append(_verdict(write, device, events[-1]))
    return events


def _within(write: _Writer, device: str, step: Step) -> list[Event]:
    answered = Contacted(ts=write.ts(), run=_RUN, device=device, answered=write.draw(st.booleans()))
    match step:
        case Step.AUTHENTICATE:
            identity = Identity(name="picoScan", version="2.3.0.0R", serial="1")
            return [
                Surveyed(
                    ts=write.ts(),
                    run=_RUN,
                    device=device,
                    identity=identity,
                    update_state=write.draw(st.sampled_from((0, 2, 3))),
                    power_on_count=write.draw(st.none() | st.integers(0, 99)),
                    backup=None,
                )
            ]
        case Step.UPLOAD:
            sizes = sorted(write.draw(st.lists(st.integers(0, 1000), max_size=4)))
            moved = [
                Progressed(ts=write.ts(), run=_RUN, device=device, step=step, sent=sent, total=1000)
                for sent in sizes
            ]
            return [*_act(write, device, "put_update", moved), answered]
        case Step.TRIGGER:
            return _act(write, device, "run_firmware_update", [])
        case Step.FLASH:
            states = write.draw(st.sampled_from(((1,), (1, 2), (2,), ())))
            return [answered, *(_state(write, device, UpdateState(state)) for state in states)]
        case _:
            line = Logged(ts=write.ts(), run=_RUN, device=device, level=Level.WARNING, message="m")
            return [answered, line]


def _act(write: _Writer, device: str, act: str, between: list[Progressed]) -> list[Event]:
    def phase(name: str) -> Acted:
        return Acted(ts=write.ts(), run=_RUN, device=device, act=act, phase=name)  # type: ignore[arg-type]

    return [phase("intended"), *between, phase(write.draw(st.sampled_from(("done", "failed"))))]


def _state(write: _Writer, device: str, state: UpdateState) -> UpdateStateRead:
    return UpdateStateRead(ts=write.ts(), run=_RUN, device=device, value=state.value, name=state.label)


def _verdict(write: _Writer, device: str, last: Event) -> VerdictReached:
    failed = isinstance(last, StepChanged) and last.state is StepState.FAILED
    return VerdictReached(
        ts=write.ts(),
        run=_RUN,
        device=device,
        operation=Operation.UPDATE,
        verdict=Verdict.FAILED if failed else Verdict.SUCCEEDED,
        code=Code.UPDATE_ERROR if failed else None,
        message="m",
        advice="a" if failed else "",
        seconds=1.0,
    )
