"""Orders: a key that always means the same run, however often it is given.

The run of a key is in the journal in the same transaction as the run itself, before its runner exists: two
callers at one moment get one run, and a caller that is killed leaves a run that the next one resumes.
"""

from collections.abc import Collection

from msgspec import Struct

from sicktui.engine.context import Context
from sicktui.engine.run.follow import liveness
from sicktui.model.enums import Operation
from sicktui.model.errors import UsageError
from sicktui.model.run.order import Order, differences
from sicktui.model.run.plan import RunSpec
from sicktui.stores.disk.home import Home
from sicktui.stores.disk.locks import Lock, lock_name
from sicktui.stores.journal.rows import RunRow


class OrderRequest(Struct, frozen=True, kw_only=True):
    """An order as it is given now."""

    order: Order
    operation: Operation
    unknown: frozenset[str] = frozenset()
    """The arguments that cannot be compared now: of a package that is gone, its bytes."""


def order_lock(home: Home, key: str) -> Lock:
    """Held by the caller that plans and starts the run of an order: the others wait, and then follow it."""
    return Lock(home.locks / f"order-{lock_name(key)}.lock", what=f"The order {key}", passing=True)


def find_ordered(context: Context, request: OrderRequest) -> tuple[RunSpec, RunRow] | None:
    """The run of an order, with its actual state; ``None`` if it was not given before.

    Raises:
        UsageError: the key was used for something else.
        JournalError: the journal, or this run of it, cannot be read.
    """
    run = context.journal.run_of_order(request.order.key)
    if run is None:
        return None
    spec = context.journal.spec(run)
    _check_same(spec, request)
    return spec, liveness(context, context.journal.row(run))


def _check_same(spec: RunSpec, request: OrderRequest) -> None:
    before, now = spec.order, request.order
    asked = {} if before is None else _without(before.asked, request.unknown)
    found = differences(asked, _without(now.asked, request.unknown))
    if spec.operation is not request.operation:
        found.insert(0, f"{request.operation.value} (was: {spec.operation.value})")
    if found:
        raise UsageError(
            f"The order {now.key} was given for something else, by run {spec.run}: {', '.join(found)}. "
            "Nothing was done.",
            advice="Use another key, or the arguments of that run.",
        )


def _without(asked: dict[str, str], unknown: Collection[str]) -> dict[str, str]:
    return {name: value for name, value in asked.items() if name not in unknown}
