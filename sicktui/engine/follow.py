"""What faces know of a run: everything, and nothing but what the journal says."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from msgspec import structs

from sicktui.engine.context import Context
from sicktui.engine.control import CANCEL
from sicktui.engine.history import every_event
from sicktui.model.clock import timestamp
from sicktui.model.event import Event, RunChanged, VerdictReached
from sicktui.model.words import Action, RunState
from sicktui.stores.journal import RunRow
from sicktui.stores.locks import is_held, run_lock

RECENT: Final = 50
"""Runs looked at when searching for those that are going."""


def liveness(context: Context, row: RunRow) -> RunRow:
    """The row as it really is: ``interrupted`` and without pid if its runner is gone."""
    if row.state is not RunState.RUNNING or is_held(run_lock(context.home, row.run)):
        return row
    # It may have finished between the two looks.
    fresh = context.journal.row(row.run)
    if fresh.state is not RunState.RUNNING:
        return fresh
    return structs.replace(fresh, state=RunState.INTERRUPTED, pid=None)


def running(context: Context) -> list[RunRow]:
    """The runs whose runner is at work now, newest first."""
    rows = (liveness(context, row) for row in context.journal.runs(RECENT) if row.state is RunState.RUNNING)
    return [row for row in rows if row.state is RunState.RUNNING]


def interrupted(context: Context) -> list[RunRow]:
    """The runs whose runner is gone before the end, newest first."""
    rows = (liveness(context, row) for row in context.journal.runs(RECENT) if row.state is RunState.RUNNING)
    return [row for row in rows if row.state is RunState.INTERRUPTED]


def owned_devices(context: Context) -> dict[str, str]:
    """The devices that a run is working on now, and which run: nobody else should poll them."""
    owned: dict[str, str] = {}
    for row in running(context):
        events = every_event(context.journal, row.run)
        done = {event.device for event in events if isinstance(event, VerdictReached)}
        for item in context.journal.spec(row.run).items:
            if item.action is Action.UPDATE and item.device not in done:
                owned.setdefault(item.device, row.run)
    return owned


def request_cancel(context: Context, run: str) -> None:
    """Ask a run to start nothing more and to bring its sensors to a safe state."""
    context.journal.send(run, CANCEL)


async def follow(
    context: Context, run: str, *, after: int = 0, interval: float = 0.25
) -> AsyncIterator[list[tuple[int, Event]]]:
    """Yield the run's events as its journal grows, in batches, each with its sequence number.

    Ends when the run is finished or cancelled, or when its runner is gone: then the last batch is a
    ``run`` event that says ``interrupted`` and has the sequence number of the event before it.

    Args:
        context: the stores.
        run: the run's id.
        after: the last sequence number that the caller has seen.
        interval: seconds between two looks, which bounds how often a face redraws.
    """
    while True:
        # The row first: what was written before the end is then surely read below.
        row = await asyncio.to_thread(_look, context, run)
        while batch := await asyncio.to_thread(context.journal.events, run, after=after):
            after = batch[-1][0]
            yield batch
        if row.state is RunState.INTERRUPTED:
            yield [(after, _interrupted(context, row))]
            return
        if row.state is not RunState.RUNNING:
            return
        await asyncio.sleep(interval)


def _look(context: Context, run: str) -> RunRow:
    return liveness(context, context.journal.row(run))


def _interrupted(context: Context, row: RunRow) -> RunChanged:
    return RunChanged(
        ts=timestamp(context.clock.now()),
        run=row.run,
        operation=row.operation,
        state=RunState.INTERRUPTED,
        pid=None,
        started=row.started,
    )
