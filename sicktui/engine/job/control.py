"""What a run's jobs share: who may start, who must stop, and when enough has failed."""

import asyncio
import sys
from typing import Final

from msgspec import structs

from sicktui.engine.job.ended import JobEnded
from sicktui.model.enums import Code, Operation, Verdict
from sicktui.model.settings import Limits

CANCEL: Final = "cancel"
"""The command, left in the journal, that asks a run to stop safely."""


def limits_for(limits: Limits, operation: Operation) -> Limits:
    """The limits that hold for a run.

    Canaries and budget keep more sensors from being written to; a backup writes nothing, and one sensor
    that fails must not cost the others theirs.
    """
    if operation is Operation.BACKUP:
        return structs.replace(limits, canary=0, max_failures=sys.maxsize)
    return limits


class Control:
    """Cancel flag and failure budget of one run."""

    def __init__(self, limits: Limits) -> None:
        self._max_failures = limits.max_failures
        self.gate = asyncio.Semaphore(limits.jobs)
        """Bounds how many sensors are not ready at once."""
        self.cancelled = asyncio.Event()
        self.failures = 0
        self.canary_failed = False

    def count(self, verdict: Verdict) -> None:
        """Take a job's verdict into the budget."""
        if verdict in (Verdict.FAILED, Verdict.UNKNOWN):
            self.failures += 1

    def cancel(self) -> None:
        """Start nothing more; jobs that have written nothing stop at their next checkpoint."""
        self.cancelled.set()

    def may_start(self) -> None:
        """Raise JobEnded if the job must not begin any more."""
        self.checkpoint()
        if self.canary_failed:
            raise JobEnded(
                Verdict.SKIPPED,
                Code.BUDGET_EXHAUSTED,
                "It was not started: a canary did not succeed.",
                "Look at the canary's verdict first, then run the update again for the rest.",
            )
        if self.failures >= self._max_failures:
            raise JobEnded(
                Verdict.SKIPPED,
                Code.BUDGET_EXHAUSTED,
                f"It was not started: {self.failures} failed or unknown, and at {self._max_failures} the run "
                "starts nothing new.",
                "Look at what failed first; then run again for the rest (--max-failures allows more).",
            )

    def checkpoint(self) -> None:
        """Raise JobEnded if the run was cancelled. Only called where nothing has been written."""
        if self.cancelled.is_set():
            raise JobEnded(
                Verdict.CANCELLED,
                Code.CANCELLED,
                "It was cancelled before anything was written to the sensor.",
            )
