"""What ``sicktui runs prune`` does: shortens the records of old runs."""

from collections.abc import Sequence
from typing import Final

from sicktui.cli import lines
from sicktui.cli.context import CliContext, open_cli
from sicktui.cli.options import Common
from sicktui.cli.tables import table
from sicktui.engine.prune import KEPT, make_smaller, plan_prune, prune_runs
from sicktui.model.enums import Code
from sicktui.model.errors import SicktuiError
from sicktui.model.exit_codes import ExitCode
from sicktui.model.lines.runs import PrunedRun
from sicktui.model.wording import count, moment, size
from sicktui.stores.journal.prune import Shortening

HEADERS: Final = ("RUN", "OPERATION", "ENDED", "EVENTS", "SIZE")
_LEFT: Final = "Check it with 'sicktui runs verify', and keep the journal."


def prune(common: Common, keep: int | None, older_than: float | None, *, dry_run: bool) -> int:
    """Show what would be deleted, ask, and delete it; a dry run only shows."""
    with open_cli(common) as cli:
        plan = plan_prune(cli.context, keep=keep, older_than_days=older_than)
        _print_plan(cli, plan)
        if dry_run or not plan:
            return ExitCode.OK
        if cli.declined(f"Delete the details of {count(len(plan), 'run')} for good?"):
            return ExitCode.INTERRUPTED
        done = 0
        for each, why in prune_runs(cli.context, plan):
            if why:
                message = f"Run {each.row.run} was left as it is: {why}."
                cli.out.note(message, "yellow")
                lines.blame(SicktuiError(message, advice=_LEFT, code=Code.STORAGE_ERROR))
                continue
            done += 1
            cli.out.emit(_line(cli, each, deleted=True))
        cli.out.note(f"{count(done, 'run')} shortened. {make_smaller(cli.context)}".strip())
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
        f"({size(sum(each.bytes for each in plan))}). {KEPT}"
    )


def _line(cli: CliContext, each: Shortening, *, deleted: bool) -> PrunedRun:
    return PrunedRun(ts=cli.now(), run=each.row.run, deleted=deleted, events=each.events, bytes=each.bytes)
