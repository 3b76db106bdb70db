"""What ``sicktui runs resume`` does: asks, starts a new runner, follows it."""

import asyncio

from sicktui.cli.actions.updates.follow import Follower
from sicktui.cli.actions.updates.start import OnStarted, announce
from sicktui.cli.context import CliContext, open_cli
from sicktui.cli.options import Common
from sicktui.cli.signals import Interrupts
from sicktui.engine.run.follow import interrupted, liveness, resolve_run
from sicktui.engine.run.launch import open_items, resume_run
from sicktui.engine.run.spawn import LaunchError
from sicktui.model.device import Target
from sicktui.model.enums import RunState
from sicktui.model.errors import UsageError
from sicktui.model.exit_codes import ExitCode
from sicktui.model.wording import count, names


def resume(common: Common, word: str | None) -> int:
    """Resume an interrupted run and follow it."""
    with open_cli(common) as cli:
        run = (
            resolve_run(cli.context, word, states=(RunState.INTERRUPTED,)) if word else _only_interrupted(cli)
        )
        if not confirm_resume(cli, run):
            return ExitCode.INTERRUPTED
        return asyncio.run(resume_and_follow(cli, run))


def _only_interrupted(cli: CliContext) -> str:
    rows = interrupted(cli.context)
    if len(rows) == 1:
        return rows[0].run
    if not rows:
        raise UsageError("No run is interrupted.", advice="'sicktui runs list' shows the state of every run.")
    raise UsageError(
        f"{len(rows)} runs are interrupted: {names([row.run for row in rows])}.",
        advice="Name the one to resume.",
    )


def confirm_resume(cli: CliContext, run: str, *, asking: bool = True) -> bool:
    """Ask whether to resume a run, and for the passwords that are missing. Returns whether to go on.

    Args:
        cli: the call.
        run: the run's whole id.
        asking: whether there is a question; not where starting the run asks none either.

    Raises:
        UsageError: it is not interrupted, or there is no terminal to ask on.
    """
    targets = _unfinished(cli, run)
    question = f"Resume run {run} on {count(len(targets), 'sensor')} ({names([t.device for t in targets])})?"
    if asking and cli.declined(question):
        return False
    cli.ask_passwords(targets)
    return True


async def resume_and_follow(
    cli: CliContext, run: str, *, detach: bool = False, started: OnStarted = lambda: None
) -> int:
    """Start a new runner for a run, and follow it to its end. Returns the exit code."""
    with Interrupts() as interrupts:
        try:
            await resume_run(cli.context, run)
        except LaunchError as error:
            # Shown like a run whose runner is gone: an earlier one may have written to the sensors.
            cli.out.note(f"Error: {error.message} {error.advice}", "red")
        started()
        if detach:
            return announce(cli, run)
        return await Follower(cli, run, planned=False, ctrl_c_cancels=True).follow(interrupts)


def _unfinished(cli: CliContext, run: str) -> list[Target]:
    """The devices of a run that may go and have no verdict yet."""
    row = liveness(cli.context, cli.context.journal.row(run))
    if row.state is not RunState.INTERRUPTED:
        raise UsageError(
            f"Run {run} is {row.state.value}; only an interrupted run can be resumed.",
            advice="'sicktui runs list' shows the state of every run.",
        )
    items = open_items(cli.context, cli.context.journal.spec(run))
    return [item.target for item in items if item.may_go]
