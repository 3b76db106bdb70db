"""Runs a stand-in server by hand: to look at it, or to measure the memory of a client alone."""

import argparse
import asyncio
import sys
from pathlib import Path

from tests.thinx_server.application import Application
from tests.thinx_server.firmware import Build, Firmware
from tests.thinx_server.generations import GENERATIONS, Fault
from tests.thinx_server.server import serving


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.thinx_server", description=__doc__)
    parser.add_argument("--generation", choices=GENERATIONS, default="October 2026")
    parser.add_argument("--with", dest="plus", action="append", default=[], type=Fault, metavar="FAULT")
    parser.add_argument("--without", dest="minus", action="append", default=[], type=Fault, metavar="FAULT")
    parser.add_argument("--port", type=int, default=7442)
    parser.add_argument("--file", type=Path, help="the firmware; otherwise random bytes")
    parser.add_argument("--size", type=int, default=1_000_000, help="how many random bytes")
    parser.add_argument("--version", default="1.1.0")
    parser.add_argument("--name", default="name", help="the firmware name that devices report")
    return parser.parse_args()


async def _serve(chosen: argparse.Namespace) -> None:
    generation = GENERATIONS[chosen.generation].plus(*chosen.plus).minus(*chosen.minus)
    application = Application(generation)
    application.devices.switch_auto_update(on=True)
    firmware = Firmware.at(chosen.file) if chosen.file else Firmware.made(chosen.size)
    application.builds.append(Build(chosen.version, firmware, name=chosen.name))
    async with serving(application, port=chosen.port) as server:
        sys.stdout.write(f"{server.url}\n{application.account.owner}\n{application.account.key}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


try:
    asyncio.run(_serve(_arguments()))
except KeyboardInterrupt:
    sys.exit(130)
