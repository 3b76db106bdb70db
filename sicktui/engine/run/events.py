"""The events of a run as a whole, and those with which it starts."""

import msgspec

from sicktui.engine.run.verdicts import planned_verdict
from sicktui.model.enums import Level, Operation, RunState
from sicktui.model.run.event import Event, Logged, Planned, RunChanged
from sicktui.model.run.plan import PlanItem, RunSpec


def run_changed(spec: RunSpec, state: RunState, *, ts: str, pid: int | None = None) -> RunChanged:
    """The event of a run that has another state now.

    Args:
        spec: the run.
        state: its new state.
        ts: when.
        pid: its runner, where one has it.
    """
    return RunChanged(
        ts=ts,
        run=spec.run,
        operation=spec.operation,
        state=state,
        pid=pid,
        started=spec.created,
        retry_of=spec.retry_of or msgspec.UNSET,
        order=spec.order.key if spec.order else msgspec.UNSET,
    )


def first_events(spec: RunSpec) -> list[Event]:
    """The run, the plan of each device, and the verdicts that the plan has decided."""
    events: list[Event] = [run_changed(spec, RunState.RUNNING, ts=spec.created)]
    for item in spec.items:
        if spec.operation is Operation.UPDATE:
            events.append(planned_event(item, ts=spec.created, run=spec.run))
        events += [
            Logged(ts=spec.created, run=spec.run, device=item.device, level=Level.WARNING, message=warning)
            for warning in item.warnings
        ]
        verdict = planned_verdict(spec, item, spec.created)
        if verdict is not None:
            events.append(verdict)
    return events


def planned_event(item: PlanItem, *, ts: str, run: str | None = None) -> Planned:
    """The ``plan`` line of one device; without a run it is only shown."""
    return Planned(
        ts=ts,
        run=msgspec.UNSET if run is None else run,
        device=item.device,
        action=item.action,
        reason=item.reason,
        message=item.message,
        from_version=item.from_version,
        to_version=item.to_version,
    )
