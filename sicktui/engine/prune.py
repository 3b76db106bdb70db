"""Shortens the records of old runs, and removes what they left beside the journal."""

import shutil
from collections.abc import Iterator, Sequence

from sicktui.engine.context import Context
from sicktui.engine.run.spawn import runner_log
from sicktui.engine.run.staging import run_folder
from sicktui.model.clock import timestamp
from sicktui.stores.disk.files import StorageError, storage_errors
from sicktui.stores.disk.lock_owner import operator
from sicktui.stores.journal.prune import Shortening, plan_shortening, reclaim, shorten_run

KEPT = "To keep: who did what and when, every verdict, the order, the exit code, and the head of the chain."
"""What stays of a run, for people."""


def plan_prune(context: Context, *, keep: int | None, older_than_days: float | None) -> list[Shortening]:
    """The runs that have details to delete; see ``plan_shortening``."""
    return plan_shortening(
        context.journal.path, keep=keep, older_than_days=older_than_days, now=context.clock.now()
    )


def prune_runs(context: Context, plan: Sequence[Shortening]) -> Iterator[tuple[Shortening, str]]:
    """Shorten each run, and yield it with why it was left as it is; empty if it was shortened.

    Raises:
        StorageError: one cannot be shortened; those before it are.
    """
    for each in plan:
        run = each.row.run
        now = timestamp(context.clock.now())
        why = shorten_run(context.journal.path, run, by=str(operator()), ts=now)
        if not why:
            log = runner_log(context.home, run)
            with storage_errors("delete", log):
                log.unlink(missing_ok=True)
            shutil.rmtree(run_folder(context.home, run), ignore_errors=True)
        yield each, why


def make_smaller(context: Context) -> str:
    """Give the room back to the disk, where no run is open: others would wait. Returns why not, in words."""
    if context.journal.unfinished():
        return "Later runs use the room. The file becomes smaller when no run is open."
    try:
        reclaim(context.journal.path)
    except StorageError as error:
        return f"Later runs use the room; the file cannot be made smaller now: {error.message}"
    return ""
