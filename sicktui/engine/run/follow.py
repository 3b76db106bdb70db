"""Follows runs through the journal, which is all that front ends know of them."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from msgspec import structs

from sicktui.engine.context import Context
from sicktui.engine.job.control import CANCEL, CONTINUE
from sicktui.engine.run.history import damage_line
from sicktui.model.clock import timestamp
from sicktui.model.enums import RunState
from sicktui.model.run.event import Event, RunChanged
from sicktui.stores.disk.files import safe_name
from sicktui.stores.disk.home import Home
from sicktui.stores.disk.locks import Lock, operator, run_lock
from sicktui.stores.journal.database import JournalDamaged
from sicktui.stores.journal.entries import next_entries
from sicktui.stores.journal.journal import LATEST
from sicktui.stores.journal.rows import RunRow


def start_lock(home: Home, run: str) -> Lock:
    """Held by a front end from before a run is journalled until its runner has it: the run is starting."""
    path = home.locks / f"start-{safe_name(run)}.lock"
    return Lock(path, what=f"The start of run {run}", passing=True)


def liveness(context: Context, row: RunRow) -> RunRow:
    """The row with its actual state: ``interrupted`` and without pid if its runner is gone."""
    if row.state is not RunState.RUNNING or _has_runner(context, row.run):
        return row
    # It may have finished between the two looks.
    fresh = context.journal.row(row.run)
    if fresh.state is not RunState.RUNNING:
        return fresh
    return structs.replace(fresh, state=RunState.INTERRUPTED, pid=None)


def _has_runner(context: Context, run: str) -> bool:
    # The start first: a front end releases it only when the runner holds the run.
    return start_lock(context.home, run).is_held() or run_lock(context.home, run).is_held()


def running(context: Context) -> list[RunRow]:
    """The runs that have a runner now, newest first."""
    return [row for row in _unfinished(context) if row.state is RunState.RUNNING]


def interrupted(context: Context) -> list[RunRow]:
    """The runs whose runner is gone before the end, newest first."""
    return [row for row in _unfinished(context) if row.state is RunState.INTERRUPTED]


def _unfinished(context: Context) -> list[RunRow]:
    return [liveness(context, row) for row in context.journal.unfinished()]


def resolve_run(context: Context, word: str, *, states: Sequence[RunState] = ()) -> str:
    """The run to follow, cancel or resume.

    ``latest`` is the newest run in one of the states; failing that the newest in which anything was done. A
    run whose plan refused every device has no process and ends at once: it does not hide other runs.

    Args:
        context: the journal.
        word: an id, the beginning of one, or ``latest``.
        states: the wanted states of the run.

    Raises:
        UsageError: no run is meant, or more than one.
        JournalError: the journal cannot be read.
    """
    if word != LATEST:
        return context.journal.resolve(word)
    wanted = (row.run for row in _unfinished(context) if row.state in states)
    worked = (row.run for row in context.journal.runs() if _did_anything(context, row.run))
    return next(wanted, None) or next(worked, None) or context.journal.resolve(word)


def _did_anything(context: Context, run: str) -> bool:
    try:
        return any(item.may_go for item in context.journal.spec(run).items)
    except JournalDamaged:
        return True  # it may have done something


def request_cancel(context: Context, run: str) -> None:
    """Ask a run to start nothing more and to finish what has begun."""
    context.journal.send(run, CANCEL)


def request_continue(context: Context, run: str) -> None:
    """Approve the rest of a run that waits for it, in the name of the user of this PC."""
    context.journal.send(run, f"{CONTINUE} {operator()}")


async def follow(
    context: Context, run: str, *, after: int = 0, interval: float = 0.25
) -> AsyncIterator[list[tuple[int, Event]]]:
    """Yield the run's events as its journal grows, in batches, each with its sequence number.

    Ends when the run is finished or cancelled, or when its runner is gone: then the last batch is a
    ``run`` event with ``interrupted`` and the sequence number of the event before it. A damaged event is
    replaced by an error line of the log.

    Args:
        context: the stores.
        run: the run's id.
        after: the last sequence number that the caller has seen.
        interval: seconds between two looks, which bounds how often a front end redraws.

    Raises:
        JournalError: the journal cannot be read any more.
    """
    while True:
        # The row first: what was written before the end is then surely read below.
        row = await asyncio.to_thread(_look, context, run)
        while batch := await asyncio.to_thread(_next_events, context, run, after):
            after = batch[-1][0]
            yield batch
        if row.state is RunState.INTERRUPTED:
            yield [(after, _interrupted(context, row))]
            return
        if row.state is not RunState.RUNNING:
            return
        await asyncio.sleep(interval)


def _next_events(context: Context, run: str, after: int) -> list[tuple[int, Event]]:
    return [
        (number, damage_line(entry, run) if isinstance(entry, JournalDamaged) else entry)
        for number, entry in next_entries(context.journal, run, after=after)
    ]


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
