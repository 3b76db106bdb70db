"""What ``sicktui simulate`` does: a fleet of simulated sensors for any client on this PC."""

import asyncio
import sys
import threading

from msgspec import Struct

from sicktui.cli.options import Common
from sicktui.cli.output import Printer
from sicktui.cli.signals import Interrupts
from sicktui.model.errors import UsageError
from sicktui.model.exit_codes import ExitCode
from sicktui.model.wording import count
from sicktui.simulator import DeviceSpec, SimulatorError, load_scenario, serve, standard_fleet
from sicktui.stores.disk.files import expand_path


class FleetRequest(Struct, frozen=True, kw_only=True):
    """The fleet to simulate, from the command line."""

    number: int
    port: int = 0
    autoip_port: int = 0
    scenario: str | None = None
    time_scale: float = 1.0
    demo: bool = False
    """With the failures of the demo."""


def simulate(common: Common, fleet: FleetRequest, *, until_stdin_ends: bool) -> int:
    """Serve the fleet until a signal, or until stdin ends."""
    out = Printer.for_call(common)
    try:
        specs = _specs(fleet)
        asyncio.run(_serve(out, specs, fleet, until_stdin_ends=until_stdin_ends))
    except SimulatorError as error:
        raise UsageError(error.message, advice=error.advice) from error
    return ExitCode.OK


def _specs(fleet: FleetRequest) -> list[DeviceSpec]:
    if fleet.scenario is not None:
        return load_scenario(expand_path(fleet.scenario))
    return standard_fleet(fleet.number, demo=fleet.demo)


async def _serve(
    out: Printer, specs: list[DeviceSpec], fleet: FleetRequest, *, until_stdin_ends: bool
) -> None:
    stop = asyncio.Event()
    with Interrupts(reader=False) as interrupts:
        if until_stdin_ends:
            _watch_stdin(asyncio.get_running_loop(), stop)
        service = asyncio.create_task(
            serve(
                specs,
                port=fleet.port,
                announce=out.record,
                stop=stop,
                time_scale=fleet.time_scale,
                autoip=fleet.autoip_port,
            )
        )
        signalled = asyncio.create_task(interrupts.ctrl_c())
        if sys.stderr.isatty():
            sensors = count(len(specs), "simulated sensor")
            out.note(f"{sensors}; the password is 'servicelevel'. Press Ctrl-C to stop.")
        await asyncio.wait({service, signalled}, return_when=asyncio.FIRST_COMPLETED)
        stop.set()
        signalled.cancel()
        await service


def _watch_stdin(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """End with the parent: its end of the pipe closes however it ends."""

    def watch() -> None:
        while sys.stdin.buffer.read(4096):
            pass
        loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=watch, name="parent", daemon=True).start()
