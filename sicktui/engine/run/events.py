"""The events of a run as a whole, and those with which it starts."""

from datetime import UTC, datetime

import msgspec

from sicktui.engine.run.verdicts import planned_verdict
from sicktui.model.clock import timestamp
from sicktui.model.enums import Level, Operation, RunState
from sicktui.model.run.event import Event, Logged, Planned, RunChanged, Waiting
from sicktui.model.run.plan import PlanItem, RunSpec
from sicktui.model.spread.pace import pace_of
from sicktui.model.spread.rule import Wait
from sicktui.model.spread.stages import waves_of


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
    waves = waves_of(spec.items, pace_of(spec.settings.limits, spec.operation))
    if any(item.may_go and item.unapproved for item in spec.items):
        message = (
            "The package is not approved on the shelf, and limits.require_approval is on. "
            f"{spec.operator} allowed it for this run with --allow-unapproved."
        )
        events.append(Logged(ts=spec.created, run=spec.run, level=Level.WARNING, message=message))
    for item in spec.items:
        if spec.operation is Operation.UPDATE:
            events.append(planned_event(item, ts=spec.created, run=spec.run, wave=waves.get(item.device)))
        events += [
            Logged(ts=spec.created, run=spec.run, device=item.device, level=Level.WARNING, message=warning)
            for warning in item.warnings
        ]
        verdict = planned_verdict(spec, item, spec.created)
        if verdict is not None:
            events.append(verdict)
    return events


def waiting_event(spec: RunSpec, pause: Wait | None, *, ts: str) -> Waiting:
    """What the run waits for; ``None``: it goes on."""
    end = None if pause is None else pause.shown_until
    until = None if end is None else datetime.fromtimestamp(end, UTC)
    return Waiting(
        ts=ts,
        run=spec.run,
        waits_for=pause.hold.value if pause is not None else None,  # type: ignore[arg-type]
        until=timestamp(until) if until else None,
        message=pause.words if pause is not None else "The run goes on.",
    )


def planned_event(item: PlanItem, *, ts: str, run: str | None = None, wave: str | None = None) -> Planned:
    """The ``plan`` line of one device; without a run it is only shown.

    Args:
        item: the device's part of the plan.
        ts: when.
        run: the run's id.
        wave: the part of the run in which it starts, where there is more than one.
    """
    return Planned(
        ts=ts,
        run=msgspec.UNSET if run is None else run,
        device=item.device,
        action=item.action,
        reason=item.reason,
        message=item.message,
        from_version=item.from_version,
        to_version=item.to_version,
        wave=wave or msgspec.UNSET,
    )
