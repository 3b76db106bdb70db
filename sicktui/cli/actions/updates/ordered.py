"""Carries an order out once: starts its run, follows it, resumes it, or prints it again."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

from sicktui.cli.actions.updates.follow import follow_run
from sicktui.cli.actions.updates.resume import confirm_resume, resume_and_follow
from sicktui.cli.actions.updates.start import OnStarted, announce
from sicktui.cli.context import CliContext
from sicktui.engine.orders import OrderRequest, find_ordered, order_lock
from sicktui.model.enums import Operation, RunState
from sicktui.model.exit_codes import ExitCode
from sicktui.model.run.plan import RunSpec
from sicktui.stores.disk.locks import Held
from sicktui.stores.journal.journal import OrderTaken
from sicktui.stores.journal.rows import RunRow

AGAIN: Final = 0.25
"""Seconds between two looks at an order that another process is planning."""


def carry_out(
    cli: CliContext, request: OrderRequest | None, begin: Callable[[OnStarted], int], *, detach: bool
) -> int:
    """Do what a command asks for; with an order, only if it was not given before.

    Args:
        cli: the call.
        request: the order; ``None``: the command gives none.
        begin: plans, asks, starts and follows the run. It calls its argument when the run is started.
        detach: whether the run is not followed.

    Raises:
        UsageError: the key of the order was used for something else.
    """
    if request is None:
        return begin(lambda: None)
    waiting = False
    lock = order_lock(cli.context.home, request.order.key)
    while True:
        found = find_ordered(cli.context, request)
        if found is not None and found[1].state is not RunState.INTERRUPTED:
            return _follow(cli, *found, detach=detach)
        try:
            lock.acquire()
        except Held as held:
            if not waiting:
                cli.out.note(f"{held.message} Waiting for its run.")
            waiting = True
            time.sleep(AGAIN)
            continue
        try:
            return _first(cli, request, begin, lock.release, detach=detach)
        finally:
            lock.release()


def _first(
    cli: CliContext,
    request: OrderRequest,
    begin: Callable[[OnStarted], int],
    started: OnStarted,
    *,
    detach: bool,
) -> int:
    """As the only one who carries this order out now."""
    found = find_ordered(cli.context, request)
    if found is None:
        try:
            return begin(started)
        except OrderTaken:  # by a process that cannot see our lock
            found = find_ordered(cli.context, request)
            if found is None:
                raise
    spec, row = found
    if row.state is not RunState.INTERRUPTED:
        started()
        return _follow(cli, spec, row, detach=detach)
    if not confirm_resume(cli, spec.run, asking=spec.operation is not Operation.BACKUP):
        return ExitCode.INTERRUPTED
    return asyncio.run(resume_and_follow(cli, spec.run, detach=detach, started=started))


def _follow(cli: CliContext, spec: RunSpec, row: RunRow, *, detach: bool) -> int:
    """Follow the run that the order has; of one that is over, print all of it again."""
    again = "is running: following it" if row.state is RunState.RUNNING else "was carried out before"
    cli.out.note(f"The order {spec.order.key if spec.order else ''} {again} (run {spec.run}).")
    if detach:
        return announce(cli, spec.run)
    return asyncio.run(follow_run(cli, spec.run, planned=False, ctrl_c_cancels=False))
