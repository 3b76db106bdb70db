"""Starts a run: writes it to the journal and sets its runner process going."""

import asyncio
import contextlib

import msgspec

from sicktui.engine.context import Context
from sicktui.engine.run.follow import liveness, start_lock
from sicktui.engine.run.spawn import spawn_runner
from sicktui.engine.run.verdicts import planned_verdict, summarise
from sicktui.model.clock import timestamp
from sicktui.model.enums import Action, Level, Operation, RunState
from sicktui.model.errors import UsageError
from sicktui.model.event import Event, Logged, Planned, RunChanged
from sicktui.model.plan import PlanItem, RunSpec


async def start_run(context: Context, spec: RunSpec) -> str:
    """Journal the run, then start its runner if any device may go.

    Returns when the runner holds the run: from then on the caller may vanish.

    Raises:
        JournalError: the run could not be written down; nothing was started.
        LaunchError: the runner did not start; the run is in the journal, interrupted.
    """
    if any(item.action is Action.UPDATE for item in spec.items):
        await asyncio.to_thread(_start, context, spec)
    else:
        await asyncio.to_thread(_record_decided, context, spec)
    return spec.run


def _start(context: Context, spec: RunSpec) -> None:
    starting = start_lock(context.home, spec.run)
    with starting:
        context.journal.create_run(spec, first_events(spec))
        spawn_runner(context, spec)
    # Nobody asks for it any more; a face that was killed here leaves two small files behind.
    for path in (starting.path, starting.owner_path):
        with contextlib.suppress(OSError):
            path.unlink()


def first_events(spec: RunSpec) -> list[Event]:
    """The run, the plan of each device, and the verdicts that the plan has decided."""
    events: list[Event] = [
        RunChanged(
            ts=spec.created,
            run=spec.run,
            operation=spec.operation,
            state=RunState.RUNNING,
            pid=None,
            started=spec.created,
        )
    ]
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


def _record_decided(context: Context, spec: RunSpec) -> None:
    """A run in which no device may go is finished as it is written."""
    ts = timestamp(context.clock.now())
    verdicts = [verdict for item in spec.items if (verdict := planned_verdict(spec, item, ts)) is not None]
    events = [
        *first_events(spec),
        RunChanged(
            ts=ts,
            run=spec.run,
            operation=spec.operation,
            state=RunState.FINISHED,
            pid=None,
            started=spec.created,
        ),
        summarise(spec.operation, spec.items, verdicts, run=spec.run, ts=ts),
    ]
    context.journal.create_run(spec, events, finished=ts)


async def resume_run(context: Context, run: str) -> None:
    """Start a new runner for a run whose runner is gone. It asks each sensor first.

    Raises:
        UsageError: the run is not interrupted.
        LaunchError: the runner did not start.
    """
    row = liveness(context, await asyncio.to_thread(context.journal.row, run))
    if row.state is not RunState.INTERRUPTED:
        raise UsageError(
            f"Run {run} is {row.state.value}; only an interrupted run can be resumed.",
            advice="'sicktui runs list' shows the state of every run.",
        )
    spec = await asyncio.to_thread(context.journal.spec, run)
    await asyncio.to_thread(spawn_runner, context, spec, resumed=True)
