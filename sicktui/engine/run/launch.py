"""Starts a run: writes it to the journal and starts its runner process."""

import asyncio
import contextlib
from collections.abc import Sequence

from msgspec import structs

from sicktui.engine.context import Context
from sicktui.engine.run.events import first_events, run_changed
from sicktui.engine.run.follow import liveness, start_lock
from sicktui.engine.run.history import every_event
from sicktui.engine.run.spawn import LaunchError, spawn_runner
from sicktui.engine.run.verdicts import planned_verdict, summarise, verdict_event
from sicktui.model.clock import timestamp
from sicktui.model.enums import Code, RunState, Verdict
from sicktui.model.errors import SicktuiError, UsageError
from sicktui.model.exit_codes import ExitCode
from sicktui.model.run.event import Event, Summarised, VerdictReached
from sicktui.model.run.plan import PlanItem, RunSpec
from sicktui.stores.journal.database import JournalError


async def start_run(context: Context, spec: RunSpec) -> str:
    """Journal the run, then start its runner if any device may go.

    Returns when the runner holds the run: from then on the caller may exit.

    Raises:
        JournalError: the run could not be recorded; nothing was started.
        LaunchError: the runner did not start. With ``storage_error`` the run is over, and each of its devices
            has failed (``not_started``); else it is in the journal, interrupted.
    """
    if any(item.may_go for item in spec.items):
        await asyncio.to_thread(_start, context, spec)
    else:
        await asyncio.to_thread(_record_decided, context, spec)
    return spec.run


def _start(context: Context, spec: RunSpec) -> None:
    with start_lock(context.home, spec.run):
        context.journal.create_run(spec, first_events(spec))
        try:
            spawn_runner(context, spec)
        except LaunchError as error:
            if error.code is Code.STORAGE_ERROR:
                _record_not_started(context, spec, error)
            raise


def not_started(spec: RunSpec, error: SicktuiError, ts: str) -> list[VerdictReached]:
    """The verdicts of the devices that could go, in a run that sent nothing because of ``error``."""
    return [
        verdict_event(
            spec, item, Verdict.FAILED, ts=ts, code=error.code, message=error.message, advice=error.advice
        )
        for item in spec.items
        if item.may_go
    ]


def refused_summary(spec: RunSpec, failed: Sequence[VerdictReached], ts: str) -> Summarised:
    """The summary of a run that sent nothing.

    Args:
        spec: the run.
        failed: the verdicts of the devices that could go, as far as they have one.
        ts: when.
    """
    decided = [verdict for item in spec.items if (verdict := planned_verdict(spec, item, ts)) is not None]
    summary = summarise(spec.operation, spec.items, [*decided, *failed], run=spec.run, ts=ts)
    return structs.replace(summary, exit_code=ExitCode.REFUSED)


def _record_not_started(context: Context, spec: RunSpec, error: SicktuiError) -> None:
    ts = timestamp(context.clock.now())
    failed = not_started(spec, error, ts)
    events: list[Event] = [
        *failed,
        run_changed(spec, RunState.FINISHED, ts=ts),
        refused_summary(spec, failed, ts),
    ]
    # A journal that has no room either shows the run as interrupted.
    with contextlib.suppress(JournalError):
        context.journal.finish_run(spec.run, RunState.FINISHED, finished=ts, events=events)


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


def open_items(context: Context, spec: RunSpec) -> list[PlanItem]:
    """The devices of a run that have no verdict yet: those that a resumed runner takes up.

    Raises:
        JournalError: it cannot be read.
    """
    decided = {
        event.device for event in every_event(context.journal, spec.run) if isinstance(event, VerdictReached)
    }
    return [item for item in spec.items if item.device not in decided]


async def resume_run(context: Context, run: str) -> None:
    """Start a new runner for a run whose runner is gone. It checks each sensor first.

    Raises:
        UsageError: the run is not interrupted.
        LaunchError: the runner did not start.
    """
    journal = await context.opened_journal()
    row = liveness(context, await asyncio.to_thread(journal.row, run))
    if row.state is not RunState.INTERRUPTED:
        raise UsageError(
            f"Run {run} is {row.state.value}; only an interrupted run can be resumed.",
            advice="'sicktui runs list' shows the state of every run.",
        )
    spec = await asyncio.to_thread(journal.spec, run)
    await asyncio.to_thread(spawn_runner, context, spec, resumed=True)
