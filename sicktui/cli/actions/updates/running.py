"""The run that a command goes to: only one that is running reads commands."""

from typing import Final

from sicktui.cli.context import CliContext
from sicktui.engine.run.follow import liveness, resolve_run
from sicktui.model.enums import RunState
from sicktui.model.errors import UsageError

REACTION: Final = 3.0
"""Seconds in which a runner reads a command: it polls four times a second."""
AGAIN: Final = 0.1
"""Seconds between two looks whether it has."""


def running(cli: CliContext, word: str, *, otherwise: str, resumed: str) -> str:
    """The whole id of a run that is running.

    Args:
        cli: the call.
        word: what was typed.
        otherwise: the end of the sentence about a run in another state.
        resumed: what to do with one whose process is gone; ``{}`` is the command that resumes it.

    Raises:
        UsageError: no run is meant, or it is not running.
    """
    context = cli.context
    run = resolve_run(context, word, states=(RunState.RUNNING,))
    state = liveness(context, context.journal.row(run)).state
    if state is RunState.RUNNING:
        return run
    advice = "'sicktui runs list' shows the state of every run."
    if state is RunState.INTERRUPTED:
        advice = resumed.format(f"'sicktui runs resume {run}'")
    raise UsageError(f"Run {run} is {state.value}{otherwise}.", advice=advice)
