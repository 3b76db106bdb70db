"""What the worker of a PC reads and writes: its orders, what the PC has, and what became of the orders."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from psycopg.types.json import Jsonb

from sicktui import __version__
from sicktui.fleet.bounds import order_problem
from sicktui.fleet.database import Database
from sicktui.fleet.records import PROTOCOL, Inventory, OrderResult, OrderSpec, decoded, encoded, refusal_of
from sicktui.model.enums import Code
from sicktui.model.errors import SicktuiError
from sicktui.model.safe_text import clean


class Deliveries(Database):
    """The tables of a fleet, for the worker of a PC."""

    def publish(self, pc: str, inventory: Inventory) -> None:
        """Replace what is known of a PC.

        Raises:
            SicktuiError: it has more than readers take.
        """
        data = encoded(inventory)
        if problem := refusal_of(data, Inventory):
            raise SicktuiError(f"What this PC has cannot be published: {problem}.", code=Code.STORAGE_ERROR)
        with self.connected() as c:
            c.execute(
                sa.text(
                    "INSERT INTO fleet.pc (name, protocol, version, inventory) VALUES (:pc, :p, :v, :i) "
                    "ON CONFLICT (name) DO UPDATE SET protocol = :p, version = :v, inventory = :i, "
                    "seen = clock_timestamp()"
                ),
                {"pc": pc, "p": PROTOCOL, "v": __version__, "i": Jsonb(data)},
            )

    def is_cancelled(self, rollout: str) -> bool:
        """Whether a person has cancelled a rollout."""
        with self.connected() as c:
            found = c.execute(
                sa.text("SELECT 1 FROM fleet.act WHERE rollout = :r AND act = 'cancel' LIMIT 1"),
                {"r": rollout},
            ).scalar()
        return found is not None

    def given(self, order: str) -> OrderSpec | None:
        """An order as the coordinator has given it; ``None``: it has given no such order.

        Raises:
            SicktuiError: it has given one that is beyond all bounds.
        """
        with self.connected() as c:
            spec = c.execute(
                sa.text('SELECT spec FROM fleet.given WHERE "order" = :o'), {"o": order}
            ).scalar()
        if spec is None:
            return None
        found = decoded(spec, OrderSpec)
        if problem := order_problem(found):
            raise SicktuiError(f"The order {clean(order, 80)} is refused: {problem}.")
        return found

    def refuse(self, pc: str, order: str) -> None:
        """Keep a result without verdicts for an order that cannot be read: its devices become unknown now.

        Raises:
            DatabaseRefusal: the order was not given to a PC of this login.
        """
        with self.connected() as c:
            c.execute(
                sa.text(
                    'INSERT INTO fleet.result ("order", rollout, result) '
                    'SELECT "order", rollout, :x FROM fleet.given WHERE "order" = :o ON CONFLICT DO NOTHING'
                ),
                {"o": order, "x": Jsonb(encoded(OrderResult(order=order, pc=pc, verdicts=())))},
            )

    def deliver(self, rollout: str, result: OrderResult) -> None:
        """Keep the result of an order. The first one counts.

        Raises:
            DatabaseRefusal: the order was not given to a PC of this login, or the result cannot be kept.
        """
        with self.connected() as c:
            c.execute(
                sa.text(
                    'INSERT INTO fleet.result ("order", rollout, result) VALUES (:o, :r, :x) '
                    "ON CONFLICT DO NOTHING"
                ),
                {"o": result.order, "r": rollout, "x": Jsonb(encoded(result))},
            )

    def send(self, order: OrderSpec, first: int, lines: Sequence[Mapping[str, object]]) -> None:
        """Send lines of the run of an order to those who watch.

        Args:
            order: the order.
            first: the number of the first line among all that its run has.
            lines: the lines.
        """
        with self.connected() as c:
            c.execute(
                sa.text('INSERT INTO fleet.event ("order", rollout, first, lines) VALUES (:o, :r, :f, :l)'),
                {"o": order.order, "r": order.rollout, "f": first, "l": Jsonb(list(lines))},
            )
