"""What ``sicktui runs`` does: readers of the journal, and commands to a run."""

import asyncio
from typing import Final

from sicktui.cli.common import Common
from sicktui.cli.following import Follower, follow_run, run_line
from sicktui.cli.layout import count, duration, names, table
from sicktui.cli.narrator import Narrator, conclude, moment
from sicktui.cli.session import Session, open_session
from sicktui.cli.signals import Interrupts
from sicktui.engine.follow import interrupted, liveness, request_cancel
from sicktui.engine.history import every_event
from sicktui.engine.launch import resume_run
from sicktui.engine.outcome import EXIT_INTERRUPTED, EXIT_OK
from sicktui.model.device import Target
from sicktui.model.errors import UsageError
from sicktui.model.event import VerdictReached
from sicktui.model.view import seconds_between
from sicktui.model.words import Action, RunState
from sicktui.stores.journal import RunRow

HEADERS: Final = ("RUN", "OPERATION", "STATE", "STARTED", "TOOK", "PID")


def list_runs(common: Common, limit: int) -> int:
    """One line a run, newest first, each as it really is."""
    with open_session(common) as session:
        rows = [liveness(session.context, row) for row in session.context.journal.runs(limit)]
        for row in rows:
            session.out.event(run_line(row, session.now()))
        if rows:
            session.out.lines(table(HEADERS, [_cells(row) for row in rows]))
        else:
            session.out.note("There has been no run yet.")
        return EXIT_OK


def _cells(row: RunRow) -> tuple[str, ...]:
    took = duration(seconds_between(row.started, row.finished)) if row.finished else "-"
    pid = "-" if row.pid is None else str(row.pid)
    return (row.run, row.operation.value, row.state.value, moment(row.started), took, pid)


def show(common: Common, word: str) -> int:
    """Everything that the journal says of a run."""
    with open_session(common) as session:
        context = session.context
        run = context.journal.resolve(word)
        row = liveness(context, context.journal.row(run))
        spec = context.journal.spec(run)
        session.out.line(f"Run {run}: {row.operation.value}, {row.state.value}", bold=True)
        session.out.line(
            f"Started {moment(row.started)} by {spec.operator.user} on {spec.operator.host}"
            + (f" over SSH from {spec.operator.ssh_client}" if spec.operator.ssh_client else "")
        )
        if spec.package is not None:
            session.out.line(f"Package {spec.package.name}, SHA-256 {spec.package.sha256}")
        session.out.line()
        narrator = Narrator(session.out, [item.device for item in spec.items], planned=False)
        for event in every_event(context.journal, run):
            session.out.event(event)
            narrator.tell(event)
        conclude(session.out, narrator.view)
        if row.state is RunState.INTERRUPTED:
            session.out.note(f"Its process is gone. Go on with: sicktui runs resume {run}", "red")
        return EXIT_OK


def attach(common: Common, word: str) -> int:
    """Follow a run; returns its exit code."""
    with open_session(common) as session:
        run = session.context.journal.resolve(word)
        return asyncio.run(follow_run(session, run, planned=False, ctrl_c_cancels=False))


def cancel(common: Common, word: str) -> int:
    """Ask a run to stop safely."""
    with open_session(common) as session:
        context = session.context
        run = context.journal.resolve(word)
        row = liveness(context, context.journal.row(run))
        if row.state is not RunState.RUNNING:
            raise UsageError(
                f"Run {run} is {row.state.value}; there is nothing to cancel.",
                advice="'sicktui runs list' shows the state of every run.",
            )
        request_cancel(context, run)
        session.out.event(run_line(row, session.now()))
        session.out.note(
            f"Asked run {run} to stop; what has begun is finished first. Follow it: sicktui runs attach {run}"
        )
        return EXIT_OK


def resume(common: Common, word: str | None) -> int:
    """Go on with an interrupted run and follow it."""
    with open_session(common) as session:
        run = session.context.journal.resolve(word) if word else _only_interrupted(session)
        targets = _unfinished(session, run)
        question = (
            f"Resume run {run} on {count(len(targets), 'sensor')} ({names([t.device for t in targets])})?"
        )
        if not session.confirm(question):
            session.out.note("Nothing was done.")
            return EXIT_INTERRUPTED
        session.ask_passwords(targets)
        return asyncio.run(_resume(session, run))


async def _resume(session: Session, run: str) -> int:
    with Interrupts() as interrupts:
        await resume_run(session.context, run)
        return await Follower(session, run, planned=False, ctrl_c_cancels=True).follow(interrupts)


def _only_interrupted(session: Session) -> str:
    rows = interrupted(session.context)
    if len(rows) == 1:
        return rows[0].run
    if not rows:
        raise UsageError("No run is interrupted.", advice="'sicktui runs list' shows the state of every run.")
    raise UsageError(
        f"{len(rows)} runs are interrupted: {names([row.run for row in rows])}.",
        advice="Name the one to resume.",
    )


def _unfinished(session: Session, run: str) -> list[Target]:
    """The devices of a run that may go and have no verdict yet."""
    row = liveness(session.context, session.context.journal.row(run))
    if row.state is not RunState.INTERRUPTED:
        raise UsageError(
            f"Run {run} is {row.state.value}; only an interrupted run can be resumed.",
            advice="'sicktui runs list' shows the state of every run.",
        )
    journal = session.context.journal
    done = {event.device for event in every_event(journal, run) if isinstance(event, VerdictReached)}
    return [
        item.target
        for item in journal.spec(run).items
        if item.action is Action.UPDATE and item.device not in done
    ]
