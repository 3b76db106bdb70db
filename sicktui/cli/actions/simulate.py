"""What ``sicktui simulate`` does: a fleet of simulated sensors for any client on this PC."""

import asyncio
import os
import sys
import threading
from typing import Final

from msgspec import Struct

from sicktui.cli.options import Common
from sicktui.cli.output import Printer
from sicktui.cli.signals import Interrupts
from sicktui.model.errors import UsageError
from sicktui.model.wording import count
from sicktui.simulator import DeviceSpec, SimulatorError, load_scenario, serve, standard_fleet
from sicktui.stores.disk.files import written

EXIT_OK: Final = 0


class FleetWish(Struct, frozen=True, kw_only=True):
    """What the command line says of the fleet."""

    number: int
    port: int = 0
    scenario: str | None = None
    time_scale: float = 1.0
    demo: bool = False
    """With the failures of the demo."""


def simulate(common: Common, wish: FleetWish, *, until_stdin_ends: bool) -> int:
    """Serve the fleet until a signal, or until stdin ends where that is asked for."""
    out = Printer(json=common.json, environ=os.environ)
    try:
        specs = _specs(wish)
        asyncio.run(_serve(out, specs, wish, until_stdin_ends=until_stdin_ends))
    except SimulatorError as error:
        raise UsageError(error.message, advice=error.advice) from error
    return EXIT_OK


def _specs(wish: FleetWish) -> list[DeviceSpec]:
    if wish.scenario is not None:
        return load_scenario(written(wish.scenario))
    return standard_fleet(wish.number, demo=wish.demo)


async def _serve(out: Printer, specs: list[DeviceSpec], wish: FleetWish, *, until_stdin_ends: bool) -> None:
    stop = asyncio.Event()
    with Interrupts() as interrupts:
        if until_stdin_ends:
            _watch_stdin(asyncio.get_running_loop(), stop)
        service = asyncio.create_task(
            serve(specs, port=wish.port, announce=out.record, stop=stop, time_scale=wish.time_scale)
        )
        told = asyncio.create_task(interrupts.ctrl_c())
        if sys.stderr.isatty():
            out.note(f"{count(len(specs), 'simulated sensor')}; the password is 'servicelevel'. Ctrl-C ends.")
        await asyncio.wait({service, told}, return_when=asyncio.FIRST_COMPLETED)
        stop.set()
        told.cancel()
        await service


def _watch_stdin(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """End with the parent: its end of the pipe closes, whatever became of it."""

    def watch() -> None:
        while sys.stdin.buffer.read(4096):
            pass
        loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=watch, name="parent", daemon=True).start()
