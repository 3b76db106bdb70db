"""Fixtures of the tests of a fleet: a database, and plant PCs with simulated sensors."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from sicktui.fleet.local_server import why_not
from tests.fleet.postgres import Postgres
from tests.support.fleet_thread import FleetThread
from tests.support.harness import PASSWORD
from tests.support.ports import free_ports
from tests.support.program import ProgramHarness

NEEDED = "SICKTUI_TESTS_NEED_POSTGRES"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server; skipped with the reason where there is none."""
    if reason := why_not():
        if NEEDED in os.environ:
            pytest.fail(reason)
        pytest.skip(reason)
    with Postgres(free_ports(1)[0]) as server:
        yield server


class PlantPc:
    """A plant PC: its home, its sensors, its worker."""

    def __init__(self, name: str, folder: Path, postgres: Postgres | None) -> None:
        folder.mkdir()
        self.name = name
        self.program = ProgramHarness(folder)
        self.postgres = postgres
        self.more: tuple[str, ...] = ()

    def settings(self, user: str) -> tuple[str, ...]:
        """The options of its calls, as one user of the database."""
        assert self.postgres is not None
        return ("--set", f"fleet.pc={self.name}", "--set", f"fleet.url={self.postgres.url(user)}", *self.more)

    def equip(self, plant: FleetThread, package: str) -> None:
        """Give it sensors, and the package on its shelf."""
        devices = [
            f'[devices."{device.spec.name}"]\naddress = "{device.address}"\ntags = ["all-halls"]\n'
            for device in plant.devices
        ]
        config = self.program.home / "config"
        config.mkdir(parents=True)
        (config / "devices.toml").write_text("\n".join(devices))
        assert self.program.here("firmware", "add", package, fast=False).code == 0
        identity = self.program.here("firmware", "list", "--json", fast=False).of_kind("package")[0]["id"]
        assert self.program.here("firmware", "approve", identity, "--yes", fast=False).code == 0

    def start(self, what: str) -> "subprocess.Popen[bytes]":
        """Start ``fleet worker`` or ``coordinator``."""
        log = (self.program.folder / f"{what}.log").open("ab")
        return subprocess.Popen(
            self.program.command("fleet", what, *self.settings(what)),
            env=self.program.environment | {"SICKTUI_PASSWORD": PASSWORD},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
