"""What ``sicktui update`` does: plan, ask, start, follow."""

import asyncio
import os
from collections.abc import Sequence
from typing import Final

from sicktui.cli.actions.updates.follow import Follower, run_line
from sicktui.cli.actions.updates.plan import UpdateArguments, make_plan, show_plan
from sicktui.cli.context import CliContext, open_cli
from sicktui.cli.options import Common
from sicktui.cli.signals import Interrupts
from sicktui.engine.offers.after_update import end_offers, offered_to
from sicktui.engine.offers.fetch import Silent
from sicktui.engine.plan.spec import new_spec
from sicktui.engine.run.events import first_events, run_changed
from sicktui.engine.run.follow import liveness
from sicktui.engine.run.launch import not_started, refused_summary, start_run
from sicktui.engine.run.spawn import LaunchError
from sicktui.engine.run.verdicts import plan_exit_code
from sicktui.model.enums import Action, Code, Operation, RunState
from sicktui.model.errors import SicktuiError
from sicktui.model.exit_codes import ExitCode
from sicktui.model.firmware.package import Package
from sicktui.model.run.plan import DOWNGRADE_WORD, PlanItem, RunSpec
from sicktui.model.wording import count, names
from sicktui.stores.disk.files import StorageError
from sicktui.stores.secrets.store import SOURCE_VARIABLE

LONGEST_CHECK_IN: Final = 30.0
"""Seconds that a call waits for sources at its end: a server that does not answer must not hold it."""


def update(common: Common, request: UpdateArguments, *, detach: bool) -> int:
    """Update devices. Returns the contract's exit code."""
    with open_cli(common) as cli:
        return update_in(cli, request, detach=detach)


def update_in(cli: CliContext, request: UpdateArguments, *, detach: bool = False) -> int:
    """Update devices in a context that is open already."""
    items, package = make_plan(cli, request)
    show_plan(cli, items, to_stderr=cli.common.json or detach)
    going = sum(item.may_go for item in items)
    if going and cli.declined(question(items, going), word=DOWNGRADE_WORD if ruled_out(items) else ""):
        return ExitCode.INTERRUPTED
    spec = new_spec(
        cli.context,
        Operation.UPDATE,
        items,
        package=package if isinstance(package, Package) else None,
        options=request.options(),
    )
    return asyncio.run(execute(cli, spec, detach=detach))


def question(items: Sequence[PlanItem], going: int) -> str:
    """The confirmation: ``Update 4 sensors (1 refused)?``."""
    refused = sum(item.action is Action.REFUSE for item in items)
    others = f" ({refused} refused)" if refused else ""
    against = ruled_out(items)
    warning = f" SICK rules out a downgrade of {names(against)}." if against else ""
    return f"Update {count(going, 'sensor')}{others}?{warning}"


def ruled_out(items: Sequence[PlanItem]) -> list[str]:
    """The devices whose downgrade the vendor rules out; each needs a typed confirmation."""
    return [item.device for item in items if item.against_vendor]


async def execute(cli: CliContext, spec: RunSpec, *, detach: bool, planned: bool = True) -> int:
    """Start a run and follow it, or detach. Returns the exit code."""
    # Signals first: once the run starts, Ctrl-C must not be reported as 'nothing was written'.
    with Interrupts() as interrupts:
        try:
            run = await start_run(cli.context, spec)
        except StorageError as error:
            _print_not_started(cli, spec, RunState.FINISHED, error)
            raise
        except LaunchError as error:
            if error.code is Code.STORAGE_ERROR:
                _print_not_started(cli, spec, RunState.FINISHED, error)
            else:
                # The run is in the journal and can be resumed; its devices get their verdicts then.
                _print_not_started(cli, spec, RunState.INTERRUPTED, None)
            raise
        if detach:
            return announce(cli, spec, run)
        code = await Follower(cli, run, planned=planned, ctrl_c_cancels=True).follow(interrupts)
        if spec.operation is Operation.UPDATE:
            await _end_offers(cli, run, interrupts)
        return code


async def _end_offers(cli: CliContext, run: str, interrupts: Interrupts) -> None:
    """Check in for what was updated, where a source has offered firmware for it. No verdict changes.

    It ends at a signal, or with the reader of stdout. A run that goes on has nothing to report yet.
    """
    journal = cli.context.journal
    try:
        is_over = liveness(cli.context, journal.row(run)).state is RunState.FINISHED
        devices = [item.device for item in journal.spec(run).items if item.may_go]
    except SicktuiError:  # the run is reported already
        return
    if not is_over or not offered_to(cli.context, devices):
        return
    secret = os.environ.get(SOURCE_VARIABLE)
    checking = asyncio.ensure_future(end_offers(cli.context, secret, devices, Silent()))
    signalled = asyncio.ensure_future(interrupts.ctrl_c())
    tasks = (checking, signalled)
    await asyncio.wait(tasks, timeout=LONGEST_CHECK_IN, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    found, _ = await asyncio.gather(*tasks, return_exceptions=True)
    if isinstance(found, Exception) and not isinstance(found, SicktuiError):
        raise found
    for offer in found if isinstance(found, list) else ():  # else the next check reports it
        cli.out.note(f"{offer.source}: {offer.device or ''} {offer.state.value}. {offer.message}")


def _print_not_started(cli: CliContext, spec: RunSpec, state: RunState, error: SicktuiError | None) -> None:
    """Print all lines of a run that sent nothing: the plan, the verdicts, and the summary.

    Args:
        cli: the call.
        spec: the run.
        state: its state.
        error: why its devices failed; ``None``: they get their verdicts when it is resumed.
    """
    ts = cli.now()
    _, *planned = first_events(spec)
    failed = [] if error is None else not_started(spec, error, ts)
    changed = run_changed(spec, state, ts=ts)
    for event in (changed, *planned, *failed, refused_summary(spec, failed, ts)):
        cli.out.emit(event)


def announce(cli: CliContext, spec: RunSpec, run: str) -> int:
    """Print the run's id, or its ``run`` line."""
    row = liveness(cli.context, cli.context.journal.row(run))
    cli.out.emit(run_line(row, cli.now(), spec.retry_of))
    cli.out.line(run)
    if any(item.may_go for item in spec.items):
        cli.out.note(f"Follow: sicktui runs attach {run}")
        return ExitCode.OK
    return plan_exit_code(spec.items)
