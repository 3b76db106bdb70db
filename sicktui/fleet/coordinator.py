"""The coordinator: one process that decides what each rollout does next. It sends nothing to any sensor."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from sicktui.fleet.course import Course, Progress
from sicktui.fleet.database import DatabaseError, DatabaseRefusal, keep_trying
from sicktui.fleet.machinery import DBOS, ROLLOUT, WAKE, launch, order_options, prepare
from sicktui.fleet.records import COORDINATOR, OrderSpec, RolloutSpec, decoded, encoded
from sicktui.fleet.tables.decisions import Decisions, Seen
from sicktui.fleet.tables.seat import Seat
from sicktui.model.errors import SicktuiError
from sicktui.model.safe_text import clean

DAY: Final = 86400.0
POLL: Final = 1.0
"""Seconds between two looks for new rollouts."""


class Coordinator:
    """Runs the rollouts of one database until it is stopped.

    Args:
        database: the fleet's tables.
        tell: gets a line for people about each thing that happens.
        seat: the place of the only coordinator, which this process has taken.
        keep_days: for how long lines and steps of what ended are kept.
    """

    def __init__(
        self, database: Decisions, tell: Callable[[str], None], seat: Seat, *, keep_days: int
    ) -> None:
        self._database = database
        self._seat = seat
        self._keep_days = keep_days
        self._tell = tell

    def start(self) -> None:
        """Take up the rollouts that were left, and wait for new ones."""
        prepare(self._database.engine, COORDINATOR)

        @DBOS.workflow(name=ROLLOUT, max_recovery_attempts=None)
        def rollout() -> dict[str, Any]:
            # By its name alone: what a queue holds may be written by more people than the fleet's tables.
            return self._carry_out(str(DBOS.workflow_id))

        launch([COORDINATOR], at_once=None, poll=POLL)
        threading.Thread(target=self._forget_daily, daemon=True).start()

    def _forget_daily(self) -> None:
        while True:
            try:
                if gone := self._database.forget(self._keep_days):
                    self._tell(f"Deleted the steps of {gone} old orders and rollouts.")
            except DatabaseError as error:
                self._tell(f"Old steps were not deleted. {error.message}")
            time.sleep(DAY)

    def _carry_out(self, name: str) -> dict[str, Any]:
        """The workflow: what it knows comes from steps, so it comes to the same orders after a kill."""
        spec = self._spec(name)
        if isinstance(spec, str):
            self._refuse(name, spec)
            return {"state": "refused"}
        course = Course(spec)
        while True:
            self._seat.wait()  # without it another one may decide
            seen = self._look(course)
            now = seen.now
            course.absent = seen.absent
            course.hear(seen.results, now)
            course.expire(now)
            for order in course.step(now, approvals=seen.approvals, cancelled=seen.cancelled):
                self._give(order)
                DBOS.enqueue_workflow_with_options(order_options(order), order.order)
                self._tell(_order_words(order))
            progress = course.progress(now)
            self._report(progress)
            if progress.over:
                self._tell(f"{spec.rollout}: {progress.state}")
                return {"state": progress.state}
            DBOS.recv(WAKE, timeout_seconds=course.patience(now))

    def _spec(self, name: str) -> RolloutSpec | str:
        """The rollout as a person has ordered it, or why there is nothing to carry out."""

        def read() -> Any:  # noqa: ANN401  JSON
            try:
                return encoded(keep_trying(lambda: self._database.rollout(name)).spec)
            except SicktuiError as error:
                return error.message

        found = DBOS.run_step({"name": "read"}, read)
        return found if isinstance(found, str) else decoded(found, RolloutSpec)

    def _refuse(self, name: str, reason: str) -> None:
        """Close a rollout that cannot be carried out: an open one would hold up every later setup."""

        def close() -> None:
            with suppress(DatabaseRefusal):  # it was never ordered: there is nothing to close
                keep_trying(lambda: self._database.close(name, reason))

        DBOS.run_step({"name": "refuse"}, close)
        self._tell(f"{clean(name, 60)} is refused: {reason}")

    def _give(self, order: OrderSpec) -> None:
        DBOS.run_step({"name": "give"}, lambda: keep_trying(lambda: self._database.give(order)))

    def _look(self, course: Course) -> Seen:
        heard = [order.order for order in course.orders.values() if order.ended is not None]

        def look() -> Any:  # noqa: ANN401  JSON
            return encoded(keep_trying(lambda: self._database.look(course.spec.rollout, heard)))

        return decoded(DBOS.run_step({"name": "look"}, look), Seen)

    def _report(self, progress: Progress) -> None:
        def report() -> None:
            keep_trying(lambda: self._database.report(progress))

        DBOS.run_step({"name": "report"}, report)


def _order_words(order: OrderSpec) -> str:
    return f"{order.rollout}: wave {order.wave}, {order.pc}: {', '.join(order.devices)}"
