"""What the coordinator reads and writes: the orders and the progress of rollouts are its alone."""

from collections.abc import Iterable

import sqlalchemy as sa
from msgspec import Struct
from psycopg.types.json import Jsonb

from sicktui.fleet.course import Progress
from sicktui.fleet.database import Database
from sicktui.fleet.records import PROTOCOL, OrderResult, OrderSpec, encoded
from sicktui.fleet.selection import SILENT_AFTER
from sicktui.model.safe_text import clean


class Seen(Struct, frozen=True, kw_only=True):
    """What is new of a rollout."""

    now: float
    approvals: tuple[float, ...]
    cancelled: bool
    results: tuple[OrderResult, ...]
    absent: dict[str, str] = {}
    """The PCs that take no orders now, and why."""


class Decisions(Database):
    """The tables of a fleet, for its coordinator."""

    def look(self, rollout: str, heard: Iterable[str]) -> Seen:
        """What has happened to a rollout, without the results of orders that were heard already."""
        acts = self.acts(rollout)
        return Seen(
            now=self.now(),
            approvals=tuple(act.at for act in acts if act.act == "approve"),
            cancelled=any(act.act == "cancel" for act in acts),
            results=tuple(result for result, _ in self.results(rollout, heard)),
            absent=self._absent(),
        )

    def _absent(self) -> dict[str, str]:
        rows = self.rows(
            "SELECT name, protocol <> :p FROM fleet.pc WHERE protocol <> :p "
            "OR seen < clock_timestamp() - :silent * interval '1 second'",
            p=PROTOCOL,
            silent=SILENT_AFTER,
        )
        return {row[0]: "has another protocol" if row[1] else "is silent" for row in rows}

    def give(self, order: OrderSpec) -> None:
        """Keep an order. Its PC takes only what is kept here, whatever is in its queue."""
        with self.connected() as c:
            c.execute(
                sa.text(
                    'INSERT INTO fleet.given ("order", rollout, spec) VALUES (:o, :r, :s) '
                    "ON CONFLICT DO NOTHING"
                ),
                {"o": order.order, "r": order.rollout, "s": Jsonb(encoded(order))},
            )

    def forget(self, days: int) -> int:
        """Delete lines and steps of what ended long ago; returns how many orders and rollouts.

        What was ordered, by whom, and its verdicts are kept. Nothing that is open is touched.

        Args:
            days: since a rollout and its order ended; at least a week is kept.
        """
        with self.connected() as c:
            return int(c.execute(sa.text("SELECT fleet.forget(:d)"), {"d": days}).scalar_one())

    def close(self, rollout: str, reason: str) -> None:
        """Publish that a rollout is over before it began."""
        words = f"It is refused: {clean(reason, 400)}"
        self.report(Progress(rollout=rollout, state="cancelled", at=self.now(), message=words))

    def report(self, progress: Progress) -> None:
        """Publish how far a rollout is."""
        with self.connected() as c:
            c.execute(
                sa.text(
                    "INSERT INTO fleet.progress (rollout, progress) VALUES (:r, :p) "
                    "ON CONFLICT (rollout) DO UPDATE SET progress = :p, at = clock_timestamp()"
                ),
                {"r": progress.rollout, "p": Jsonb(encoded(progress))},
            )
