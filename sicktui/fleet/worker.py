"""The worker of one plant PC: carries its orders out, and publishes what the PC has."""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from sicktui.engine.context import Context
from sicktui.fleet.database import DatabaseError, DatabaseRefusal, keep_trying
from sicktui.fleet.machinery import DBOS, ORDER, WAKE, launch, prepare
from sicktui.fleet.orders import Children, OrderKeeper, Surroundings
from sicktui.fleet.records import (
    Inventory,
    OrderSpec,
    PcDevice,
    PcPackage,
    decoded,
    encoded,
    queue_of,
)
from sicktui.model.errors import SicktuiError
from sicktui.model.safe_text import clean

POLL: Final = 2.0
"""Seconds between two looks for orders."""
PUBLISHED: Final = 30.0
"""Seconds between two reports of a PC that has nothing new."""
AT_ONCE: Final = 4
"""Orders at once: several rollouts may have one for the same PC."""


class Worker:
    """Works for one PC until it is stopped.

    Args:
        around: what carrying out orders needs.
        children: the calls of this process.
        tell: gets a line for people about each thing that happens.
    """

    def __init__(self, around: Surroundings, children: Children, tell: Callable[[str], None]) -> None:
        self._around = around
        self._keeper = OrderKeeper(around, children)
        self._tell = tell
        self._orders: list[str] = []
        self._news = threading.Event()

    def start(self) -> None:
        """Take up the orders that were left, and wait for new ones."""
        threading.Thread(target=self._publish_always, daemon=True).start()
        prepare(self._around.database.engine, self._around.pc)

        @DBOS.workflow(name=ORDER, max_recovery_attempts=None)
        def order(name: str) -> dict[str, Any]:
            # By its name alone: what a queue holds may be written by more people than the fleet's tables.
            found = DBOS.run_step({"name": "read"}, lambda: self._given(name))
            return {} if found is None else self._carry_out(decoded(found, OrderSpec))

        launch([queue_of(self._around.pc)], at_once=AT_ONCE, poll=POLL)

    def _given(self, name: str) -> Any:  # noqa: ANN401  JSON
        """The order of that name if the coordinator has given it to this PC."""
        database, pc = self._around.database, self._around.pc
        try:
            found = keep_trying(lambda: database.given(str(name)))
            if found is not None and found.pc == pc:
                return encoded(found)
            reason = "the coordinator has not given it to this PC."
        except DatabaseRefusal as error:  # a name that no order can have
            reason = error.message
        except SicktuiError as error:
            reason = error.message
            with suppress(DatabaseRefusal):  # an order of another PC stays open for that one
                keep_trying(lambda: database.refuse(pc, str(name)))
        self._tell(f"{clean(str(name), 80)} is ignored: {reason}")
        return None

    def _carry_out(self, order: OrderSpec) -> dict[str, Any]:
        """The workflow. Its steps may be done again; the key of the order makes that harmless."""

        def work() -> Any:  # noqa: ANN401  JSON
            result = self._keeper.carry_out(order)
            try:
                keep_trying(lambda: self._around.database.deliver(order.rollout, result))
            except DatabaseRefusal as error:  # at its deadline its devices become unknown
                self._tell(f"{order.order}: the result is not taken. {error.message}")
            return encoded(result)

        self._tell(f"{order.order}: {', '.join(order.devices)}")
        self._orders.append(order.order)
        self._news.set()
        result: dict[str, Any] = DBOS.run_step({"name": "carry_out"}, work)
        DBOS.send(order.rollout, order.order, WAKE)
        self._orders.remove(order.order)
        self._news.set()
        self._tell(f"{order.order}: done, exit code {result.get('exit_code')}")
        return result

    def _publish_always(self) -> None:
        while True:
            try:
                context = self._around.open_context()
                try:
                    self._around.database.publish(self._around.pc, inventory(context, self._orders))
                finally:
                    context.close()
            except DatabaseRefusal as error:
                self._tell(f"This PC could not report. {error.message}")
            except DatabaseError:
                pass  # it is away; the runs go on
            except SicktuiError as error:  # a device list that is being edited
                self._tell(error.message)
            self._news.wait(PUBLISHED)
            self._news.clear()


def inventory(context: Context, orders: list[str]) -> Inventory:
    """What a PC publishes: names, models, versions, tags, segments, pins; no addresses, no passwords."""
    seen = context.last_seen.all()
    devices = []
    for name, profile in context.devices().profiles.items():
        sensor = seen.get(name)
        known = sensor.identity if sensor is not None else None
        devices.append(
            PcDevice(
                name=name,
                model=known.kind if known else profile.model or "",
                version=known.version if known else "",
                tags=profile.tags,
                segment=profile.segment,
                seen=sensor.at if sensor is not None else None,
                pin=profile.pin,
            )
        )
    packages = tuple(
        PcPackage(
            sha256=each.sha256, version=each.version or "", approved=context.shelf.approved(each.sha256)
        )
        for each in context.shelf.entries()
    )
    return Inventory(devices=tuple(devices), packages=packages, orders=tuple(orders))
