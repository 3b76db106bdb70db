"""What ``sicktui update`` does: plan, ask, start, follow."""

import asyncio
from collections.abc import Sequence

from msgspec import structs

from sicktui.cli.actions.follow import Follower, run_line
from sicktui.cli.actions.plan import Wish, make_plan, show_plan
from sicktui.cli.options import Common
from sicktui.cli.session import Session, open_session
from sicktui.cli.signals import Interrupts
from sicktui.engine.plan.spec import new_spec
from sicktui.engine.run.events import first_events
from sicktui.engine.run.follow import liveness
from sicktui.engine.run.launch import start_run
from sicktui.engine.run.spawn import LaunchError
from sicktui.engine.run.verdicts import plan_exit_code, summarise, verdict_event
from sicktui.model.enums import Action, Operation, RunState, Verdict
from sicktui.model.event import RunChanged, VerdictReached
from sicktui.model.exit_codes import ExitCode
from sicktui.model.package import Package
from sicktui.model.plan import PlanItem, RunSpec
from sicktui.model.wording import count
from sicktui.stores.disk.files import StorageError


def update(common: Common, wish: Wish, *, detach: bool) -> int:
    """Update the devices that are meant. Returns the contract's exit code."""
    with open_session(common) as session:
        return update_in(session, wish, detach=detach)


def update_in(session: Session, wish: Wish, *, detach: bool = False) -> int:
    """The same in a session that is open already."""
    items, package = make_plan(session, wish)
    show_plan(session, items, to_stderr=session.common.json or detach)
    going = sum(item.action is Action.UPDATE for item in items)
    if going and not session.confirm(question(items, going)):
        session.out.note("Nothing was done.")
        return ExitCode.INTERRUPTED
    spec = new_spec(
        session.context,
        Operation.UPDATE,
        items,
        package=package if isinstance(package, Package) else None,
        options=wish.options(),
    )
    return asyncio.run(execute(session, spec, detach=detach))


def question(items: Sequence[PlanItem], going: int) -> str:
    """What a person is asked: ``Update 4 sensors (1 refused)?``."""
    refused = sum(item.action is Action.REFUSE for item in items)
    others = f" ({refused} refused)" if refused else ""
    return f"Update {count(going, 'sensor')}{others}?"


async def execute(session: Session, spec: RunSpec, *, detach: bool, planned: bool = True) -> int:
    """Start a run and follow it, or leave it to itself. Returns the exit code."""
    # The signals first: from the start on, Ctrl-C must not be taken for 'nothing was written'.
    with Interrupts() as interrupts:
        try:
            run = await start_run(session.context, spec)
        except StorageError as error:
            tell_not_begun(session, spec, error)
            raise
        except LaunchError:
            # The run is in the journal, and can be resumed: that gives its devices their verdicts.
            _tell_without_runner(session, spec, RunState.INTERRUPTED, [])
            raise
        if detach:
            return announce(session, spec, run)
        return await Follower(session, run, planned=planned, ctrl_c_cancels=True).follow(interrupts)


def tell_not_begun(session: Session, spec: RunSpec, error: StorageError) -> None:
    """Give every device its verdict, and the summary, for a run that could not even be written down."""
    ts = session.now()
    verdicts = [
        verdict_event(
            spec, item, Verdict.FAILED, ts=ts, code=error.code, message=error.message, advice=error.advice
        )
        for item in spec.items
        if item.action is Action.UPDATE
    ]
    _tell_without_runner(session, spec, RunState.FINISHED, verdicts)


def _tell_without_runner(
    session: Session, spec: RunSpec, state: RunState, verdicts: Sequence[VerdictReached]
) -> None:
    """All lines of a run that no runner has worked on: what was planned, ``verdicts``, and the summary."""
    ts = session.now()
    _, *planned = first_events(spec)
    session.out.event(
        RunChanged(ts=ts, run=spec.run, operation=spec.operation, state=state, pid=None, started=spec.created)
    )
    for event in (*planned, *verdicts):
        session.out.event(event)
    reached = [event for event in planned if isinstance(event, VerdictReached)]
    summary = summarise(spec.operation, spec.items, [*reached, *verdicts], run=spec.run, ts=ts)
    session.out.event(structs.replace(summary, exit_code=ExitCode.REFUSED))


def announce(session: Session, spec: RunSpec, run: str) -> int:
    """Print the run's id, or its ``run`` line, and be done."""
    row = liveness(session.context, session.context.journal.row(run))
    session.out.event(run_line(row, session.now()))
    session.out.line(run)
    if any(item.action is Action.UPDATE for item in spec.items):
        session.out.note(f"Follow it with: sicktui runs attach {run}")
        return ExitCode.OK
    return plan_exit_code(spec.items)
