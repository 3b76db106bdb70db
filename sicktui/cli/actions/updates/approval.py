"""What ``sicktui runs continue`` does."""

import time

from sicktui.cli.actions.updates.follow import print_run
from sicktui.cli.actions.updates.running import AGAIN, REACTION, running
from sicktui.cli.context import CliContext, open_cli
from sicktui.cli.options import Common
from sicktui.engine.run.follow import request_continue
from sicktui.engine.run.history import waiting_of
from sicktui.model.errors import UsageError
from sicktui.model.exit_codes import ExitCode


def continue_run(common: Common, word: str) -> int:
    """Approve the rest of a run that waits for it."""
    with open_cli(common) as cli:
        context = cli.context
        run = running(
            cli, word, otherwise=" and waits for nothing", resumed="Resume it with {}, then continue it."
        )
        if not _waits(cli, run):
            raise UsageError(
                f"Run {run} does not wait for approval.",
                advice=f"'sicktui runs attach {run}' shows what it does.",
            )
        request_continue(context, run)
        deadline = time.monotonic() + REACTION
        while (waits := _waits(cli, run)) and time.monotonic() < deadline:
            time.sleep(AGAIN)
        print_run(cli, run)
        how = "has the approval and will go on" if waits else "goes on"
        cli.out.note(f"Run {run} {how}. Follow: sicktui runs attach {run}")
        return ExitCode.OK


def _waits(cli: CliContext, run: str) -> bool:
    waiting = waiting_of(cli.context.journal, cli.context.journal.row(run))
    return waiting is not None and waiting.waits_for == "approval"
