"""Fixtures of the tests of firmware sources."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sicktui.sources import pace
from tests.sources.fake_broker import FakeBroker
from tests.sources.site import configure
from tests.support.fleet_thread import FleetThread, StartFleet, sensor
from tests.support.program import ProgramHarness
from tests.thinx_server import mqtt
from tests.thinx_server.application import Application
from tests.thinx_server.certificates import Authority
from tests.thinx_server.generations import OCTOBER_2026
from tests.thinx_server.server import Server, serving_in_thread


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """A private CA."""
    return Authority(tmp_path)


@pytest.fixture
def broker(tmp_path: Path, authority: Authority) -> Iterator[mqtt.Broker]:
    """A real mosquitto with passwords and TLS."""
    if missing := mqtt.missing():
        reason = f"{missing} not installed: apt-get install mosquitto mosquitto-clients"
        if os.environ.get(mqtt.REQUIRED):
            pytest.fail(reason)
        pytest.skip(reason)
    with mqtt.broker_running(tmp_path, authority) as running:
        yield running


@pytest.fixture
def fake() -> Iterator[FakeBroker]:
    made = FakeBroker()
    yield made
    made.close()


@pytest.fixture
def application(monkeypatch: pytest.MonkeyPatch) -> Application:
    monkeypatch.setattr(pace, "APART", 0.02)
    made = Application(OCTOBER_2026)
    made.record.least_between_check_ins = 0.01
    return made


@pytest.fixture
def server(application: Application) -> Iterator[Server]:
    with serving_in_thread(application) as running:
        yield running


@pytest.fixture
def fleet(start_fleet: StartFleet) -> FleetThread:
    return start_fleet(*(sensor(f"gate-{number}", serial=f"2542{number:04}") for number in (1, 2)))


@pytest.fixture
def site(
    program: ProgramHarness, fleet: FleetThread, server: Server, application: Application
) -> ProgramHarness:
    for number, address in enumerate(fleet.addresses, 1):
        assert program.here("devices", "add", f"gate-{number}", address, fast=False).code == 0
    configure(
        program,
        f"""[sources.plant]
kind = "thinx"
url = "{server.url}"
owner = "{application.account.owner}"
devices = ["all"]
""",
    )
    program.environment["SICKTUI_SOURCE_SECRET"] = application.account.key
    return program
