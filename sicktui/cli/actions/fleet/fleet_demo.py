"""What ``sicktui fleet demo`` does: a database, a coordinator and two plant PCs with simulated sensors."""

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from sicktui.cli.actions.fleet.fleet_processes import setup
from sicktui.cli.actions.fleet.fleet_rollouts import Asked, run
from sicktui.cli.actions.fleet.fleet_shared import open_fleet
from sicktui.cli.actions.pc.demo import (
    CONFIG,
    FAST,
    PASSWORD,
    TIME_SCALE,
    DemoError,
    end_runs,
    ended_by_signals,
    set_up_home,
    simulated_sensors,
    temporary_home,
)
from sicktui.cli.options import Common
from sicktui.cli.output import Printer
from sicktui.engine.context import Context
from sicktui.engine.run.process import own_module
from sicktui.fleet.address import require_extra
from sicktui.fleet.local_server import LocalServer
from sicktui.model.exit_codes import ExitCode

HALLS: Final = ("hall-1", "hall-2")
START_LIMIT: Final = 60.0
"""Seconds for the workers to report."""
END_LIMIT: Final = 10.0


def demo(common: Common, number: int) -> int:
    """Set all of it up, roll a package out, wait for Ctrl-C, and remove it again."""
    require_extra()
    out = Printer.for_call(common)
    with contextlib.ExitStack() as stack:
        stack.enter_context(ended_by_signals())
        out.note("Starting a database, two PCs with simulated sensors, and a coordinator.")
        server = stack.enter_context(LocalServer())
        homes = {hall: stack.enter_context(_hall(server, hall, number)) for hall in HALLS}
        here = replace(common, home=homes[HALLS[0]].home.config_file.parent.parent, yes=True)
        setup(here, roles=False)
        for hall, what in [(HALLS[0], "coordinator"), *((hall, "worker") for hall in HALLS)]:
            stack.enter_context(_process(homes[hall], what))
        _wait_for_pcs(here)
        package = homes[HALLS[0]].shelf.entries()[0]
        asked = Asked(devices=("all",), package=package.sha256, expect_version=package.version)
        code = run(here.overriding(limits__wave=number, limits__max_failures=1000), asked, detach=False)
        out.note(f"The rollout ended with exit code {code}; failures are part of the demo.")
        out.line("Look around in another terminal, until Ctrl-C here:")
        for words in ("status", "list", "status latest", "run all --only-backup --wave 2"):
            out.line(f"  sicktui fleet {words} --home {here.home}")
        out.line(f"  sicktui --home {here.home}    the dashboard, with both PCs")
        with contextlib.suppress(KeyboardInterrupt):
            while not common.yes:
                time.sleep(1)
        return ExitCode.OK


@contextlib.contextmanager
def _hall(server: LocalServer, hall: str, number: int) -> Iterator[Context]:
    """The home of a PC with its sensors."""
    with temporary_home() as home, simulated_sensors(home, number, TIME_SCALE) as sensors:
        context = set_up_home(home, sensors, FAST)
        fleet = f'\n[fleet]\npc = "{hall}"\nurl = "{server.url()}"\n'
        (home / "config" / "config.toml").write_text(CONFIG + fleet, encoding="utf-8")
        try:
            yield context
        finally:
            end_runs(context)
            context.close()


@contextlib.contextmanager
def _process(context: Context, what: str) -> Iterator[None]:
    """A worker or the coordinator, which ends with this process."""
    home: Path = context.home.config_file.parent.parent
    settings: Sequence[str] = [word for setting in FAST for word in ("--set", setting)]
    command = own_module("sicktui", "fleet", what, "--home", str(home), *settings)
    with (home / f"{what}.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603  our own interpreter and module
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=os.environ | {"SICKTUI_PASSWORD": PASSWORD},
            start_new_session=os.name != "nt",
        )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(END_LIMIT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for_pcs(common: Common) -> None:
    deadline = time.monotonic() + START_LIMIT
    with open_fleet(common) as (_, database):
        while len(database.pcs()) < len(HALLS):
            if time.monotonic() > deadline:
                raise DemoError(
                    "The workers of the demo did not start.", advice="Look at 'sicktui fleet status'."
                )
            time.sleep(0.2)
