"""What ``sicktui runs prune`` does: shortens the records of old runs."""

import shutil
from collections.abc import Sequence
from typing import Final

from sicktui.cli.context import CliContext, open_cli
from sicktui.cli.options import Common
from sicktui.cli.tables import table
from sicktui.engine.run.spawn import runner_log
from sicktui.engine.run.staging import run_folder
from sicktui.model.exit_codes import ExitCode
from sicktui.model.lines.runs import PrunedRun
from sicktui.model.wording import count, moment, size
from sicktui.stores.disk.files import StorageError, storage_errors
from sicktui.stores.disk.lock_owner import operator
from sicktui.stores.journal.prune import Shortening, plan_shortening, reclaim, shorten_run

HEADERS: Final = ("RUN", "OPERATION", "ENDED", "EVENTS", "SIZE")


def prune(common: Common, keep: int | None, older_than: float | None, *, dry_run: bool) -> int:
    """Show what would be deleted, ask, and delete it; a dry run only shows."""
    with open_cli(common) as cli:
        context = cli.context
        path, now = context.journal.path, context.clock.now()
        plan = plan_shortening(path, keep=keep, older_than_days=older_than, now=now)
        _print_plan(cli, plan)
        if dry_run or not plan:
            return ExitCode.OK
        if cli.declined(f"Delete the details of {count(len(plan), 'run')} for good?"):
            return ExitCode.INTERRUPTED
        done = 0
        for each in plan:
            run = each.row.run
            why = shorten_run(path, run, by=str(operator()), ts=cli.now())
            if why:
                cli.out.note(f"Run {run} was left as it is: {why}.", "yellow")
                continue
            _remove_files(cli, run)
            done += 1
            cli.out.emit(_line(cli, each, deleted=True))
        cli.out.note(f"{count(done, 'run')} shortened.")
        _reclaim(cli)
        return ExitCode.OK if done == len(plan) else ExitCode.FAILED


def _print_plan(cli: CliContext, plan: Sequence[Shortening]) -> None:
    for each in plan:
        cli.out.emit(_line(cli, each, deleted=False))
    rows = [
        (
            each.row.run,
            each.row.operation.value,
            moment(each.row.finished or each.row.started),
            str(each.events),
            size(each.bytes),
        )
        for each in plan
    ]
    if not rows:
        cli.out.note("No run has details that would be deleted.")
        return
    cli.out.lines(table(HEADERS, rows, columns=cli.out.wrap, spare=("EVENTS", "OPERATION")))
    cli.out.note(
        f"To delete: the steps and log lines of {count(len(rows), 'run')} "
        f"({size(sum(each.bytes for each in plan))}). To keep: who did what and when, every verdict, the "
        "order, the exit code, and the head of the chain."
    )


def _line(cli: CliContext, each: Shortening, *, deleted: bool) -> PrunedRun:
    return PrunedRun(ts=cli.now(), run=each.row.run, deleted=deleted, events=each.events, bytes=each.bytes)


def _remove_files(cli: CliContext, run: str) -> None:
    """Remove what a run that is over has left beside the journal."""
    home = cli.context.home
    log = runner_log(home, run)
    with storage_errors("delete", log):
        log.unlink(missing_ok=True)
    shutil.rmtree(run_folder(home, run), ignore_errors=True)


def _reclaim(cli: CliContext) -> None:
    """Make the journal smaller, where no run is at work: others would have to wait."""
    if cli.context.journal.unfinished():
        cli.out.note("Later runs use the room. The file becomes smaller when no run is open.")
        return
    try:
        reclaim(cli.context.journal.path)
    except StorageError as error:
        cli.out.note(f"Later runs use the room; the file cannot be made smaller now: {error.message}")
