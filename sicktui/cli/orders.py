"""``--order KEY``: an order, and the arguments that belong to it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, ParamSpec

import click

if TYPE_CHECKING:
    from sicktui.model.run.order import Order

_P = ParamSpec("_P")
_HOW: Final = frozenset({"order", "detach"})
"""The options that decide how a run is followed, not what is done."""


def _key(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    from sicktui.model.run.order import check_key  # noqa: PLC0415  --help needs none

    return None if value is None else check_key(value)


def order_option(function: Callable[_P, int]) -> Callable[_P, int]:
    """The option ``--order``, the same for every command that starts a run."""
    return click.option(
        "--order",
        metavar="KEY",
        callback=_key,
        help="Give an order: the same KEY always means the same run. It is started, followed, resumed, or "
        "printed again with its exit code.",
    )(function)


def given_order(key: str | None) -> "Order | None":
    """The order of this call, with every argument of its command that was given."""
    from sicktui.model.run.order import Order  # noqa: PLC0415  --help needs none

    if key is None:
        return None
    ctx = click.get_current_context()
    asked: dict[str, str] = {}
    for param in ctx.command.params:
        value = ctx.params.get(param.name or "")
        if param.name in _HOW or not value or value == param.get_default(ctx):
            continue
        # The devices of an order are a set: their order on the line does not count.
        words = " ".join(sorted(set(value))) if isinstance(value, tuple) else str(value)
        asked[param.opts[0] if isinstance(param, click.Option) else (param.name or "").upper()] = (
            "yes" if value is True else words
        )
    return Order(key=key, asked=asked)
