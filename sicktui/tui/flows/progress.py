"""Runs slow work behind a progress dialog: writes, and what takes minutes."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar, cast

from sicktui.tui.dialogs.progress import ProgressDialog
from sicktui.tui.drawing.spans import Cell
from sicktui.tui.flows.services import Services
from sicktui.tui.state.pending import Stopped

ResultT = TypeVar("ResultT")


async def run_with_progress(
    services: Services,
    title: str,
    lines: Sequence[Cell],
    work: Callable[[], Awaitable[ResultT]],
    *,
    stops: bool = True,
) -> ResultT:
    """Run something behind a progress dialog. It swallows keys: its result is to be read first.

    Raises:
        Stopped: the operator left.
        Exception: what the work raised.
    """
    ended = await services.ask(ProgressDialog(services.appearance, title, lines, work, stops=stops))
    if ended is None:
        raise Stopped
    if ended.error is not None:
        raise ended.error
    return cast("ResultT", ended.result)
