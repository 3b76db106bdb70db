"""What the jobs of a run share: the cancel flag, the failure budget and the places."""

import asyncio
import sys
from typing import Final

from msgspec import structs

from sicktui.engine.job.ended import JobEnded
from sicktui.model.enums import TROUBLE, Code, Operation, Verdict
from sicktui.model.settings import Limits
from sicktui.model.wording import count

CANCEL: Final = "cancel"
"""The command in the journal that asks a run to stop safely."""


def limits_for(limits: Limits, operation: Operation) -> Limits:
    """The limits of a run.

    Canaries and budget protect sensors from writes. A backup writes nothing, and one sensor that fails
    must not cost the others their backup.
    """
    if operation is Operation.BACKUP:
        return structs.replace(limits, canary=0, max_failures=sys.maxsize)
    return limits


class Control:
    """Cancel flag and failure budget of one run."""

    def __init__(self, limits: Limits) -> None:
        self._max_failures = limits.max_failures
        self.gate = asyncio.Semaphore(limits.jobs)
        """Bounds how many sensors are worked on in parallel."""
        self.cancelled = asyncio.Event()
        self.waiting = 0
        """Jobs that have not begun: they wait for a place, or for a canary."""
        self.failures = 0
        self.canary_failed = False

    def count(self, verdict: Verdict) -> None:
        """Count the verdict of a job against the budget."""
        if verdict in TROUBLE:
            self.failures += 1

    def cancel(self) -> None:
        """Start nothing more; jobs that have written nothing stop at their next checkpoint."""
        self.cancelled.set()

    def may_start(self) -> None:
        """Raise JobEnded if the job must not start any more."""
        self.checkpoint()
        if self.canary_failed:
            raise JobEnded(
                Verdict.SKIPPED,
                Code.BUDGET_EXHAUSTED,
                "Not started: a canary did not succeed.",
                "Check the canary's verdict first, then run the update again for the rest.",
            )
        if self.failures >= self._max_failures:
            raise JobEnded(
                Verdict.SKIPPED,
                Code.BUDGET_EXHAUSTED,
                f"Not started: {count(self.failures, 'device')} failed or unknown, which reached the limit "
                f"of {self._max_failures}.",
                "Check what failed first, then run again for the rest (--max-failures allows more).",
            )

    def checkpoint(self) -> None:
        """Raise JobEnded if the run was cancelled. Only called where nothing has been written."""
        if self.cancelled.is_set():
            raise JobEnded(
                Verdict.CANCELLED,
                Code.CANCELLED,
                "Cancelled before anything was written to the sensor.",
            )
