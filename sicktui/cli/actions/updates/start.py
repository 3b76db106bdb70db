"""Starts a run that was planned, and follows it; for every command that starts one."""

import asyncio
import os
from collections.abc import Callable
from typing import Final

from sicktui.cli.actions.updates.follow import Follower, print_run
from sicktui.cli.context import CliContext
from sicktui.cli.signals import Interrupts
from sicktui.engine.offers.after_update import end_offers, offered_to
from sicktui.engine.offers.fetch import Silent
from sicktui.engine.run.events import first_events, run_changed
from sicktui.engine.run.follow import liveness
from sicktui.engine.run.history import exit_code_of
from sicktui.engine.run.launch import not_started, refused_summary, start_run
from sicktui.engine.run.spawn import LaunchError
from sicktui.model.enums import Code, Operation, RunState
from sicktui.model.errors import SicktuiError
from sicktui.model.exit_codes import ExitCode
from sicktui.model.run.plan import RunSpec
from sicktui.stores.disk.files import StorageError
from sicktui.stores.secrets.store import SOURCE_VARIABLE

LONGEST_CHECK_IN: Final = 30.0
"""Seconds that a call waits for sources at its end: a server that does not answer must not hold it."""
OnStarted = Callable[[], None]


async def execute(
    cli: CliContext,
    spec: RunSpec,
    *,
    detach: bool,
    planned: bool = True,
    started: OnStarted = lambda: None,
) -> int:
    """Start a run and follow it, or detach. Returns the exit code.

    Args:
        cli: the call.
        spec: the run.
        detach: whether it is not followed.
        planned: whether the plan was printed already.
        started: called when the run is started.

    Raises:
        OrderTaken: its order has a run already.
        LaunchError: the runner did not start.
    """
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
        started()
        if detach:
            return announce(cli, run)
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


def announce(cli: CliContext, run: str) -> int:
    """Print the run's id, or its ``run`` line. Returns 0, or the exit code of a run that is over."""
    print_run(cli, run)
    cli.out.line(run)
    code = exit_code_of(cli.context.journal, run)
    if code is not None:
        return code
    cli.out.note(f"Follow: sicktui runs attach {run}")
    return ExitCode.OK
