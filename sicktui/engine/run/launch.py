"""Starts a run: writes it to the journal and starts its runner process."""

import asyncio
import contextlib

from sicktui.engine.context import Context
from sicktui.engine.run.events import first_events, run_changed
from sicktui.engine.run.follow import liveness, start_lock
from sicktui.engine.run.spawn import spawn_runner
from sicktui.engine.run.verdicts import planned_verdict, summarise
from sicktui.model.clock import timestamp
from sicktui.model.enums import RunState
from sicktui.model.errors import UsageError
from sicktui.model.plan import RunSpec


async def start_run(context: Context, spec: RunSpec) -> str:
    """Journal the run, then start its runner if any device may go.

    Returns when the runner holds the run: from then on the caller may exit.

    Raises:
        JournalError: the run could not be recorded; nothing was started.
        LaunchError: the runner did not start; the run is in the journal, interrupted.
    """
    if any(item.may_go for item in spec.items):
        await asyncio.to_thread(_start, context, spec)
    else:
        await asyncio.to_thread(_record_decided, context, spec)
    return spec.run


def _start(context: Context, spec: RunSpec) -> None:
    starting = start_lock(context.home, spec.run)
    with starting:
        context.journal.create_run(spec, first_events(spec))
        spawn_runner(context, spec)
    # It is not needed any more; a front end that is killed here leaves two small files behind.
    for path in (starting.path, starting.owner_path):
        with contextlib.suppress(OSError):
            path.unlink()


def _record_decided(context: Context, spec: RunSpec) -> None:
    """A run in which no device may go is finished as it is written."""
    ts = timestamp(context.clock.now())
    verdicts = [verdict for item in spec.items if (verdict := planned_verdict(spec, item, ts)) is not None]
    events = [
        *first_events(spec),
        run_changed(spec, RunState.FINISHED, ts=ts),
        summarise(spec.operation, spec.items, verdicts, run=spec.run, ts=ts),
    ]
    context.journal.create_run(spec, events, finished=ts)


async def resume_run(context: Context, run: str) -> None:
    """Start a new runner for a run whose runner is gone. It checks each sensor first.

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
