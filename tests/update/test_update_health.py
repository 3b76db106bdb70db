"""Before and after an update: what of its health is new, and whether it measures. No verdict moves."""

import socket
from contextlib import closing

import pytest
from msgspec import structs

from sicktui.engine.measuring.receivers import Receivers
from sicktui.engine.reports.document import read_facts
from sicktui.engine.reports.records import DeviceFacts
from sicktui.engine.reports.words import device_rows
from sicktui.engine.update.checks import health as health_check
from sicktui.model.enums import Verdict
from sicktui.model.errors import SicktuiError
from sicktui.model.measuring.datagrams import Format
from sicktui.model.measuring.receiving import Way
from sicktui.model.measuring.stream import Heard
from sicktui.model.run.event import Logged
from sicktui.model.settings import UpdateSettings
from sicktui.simulator.device.device import Device
from sicktui.simulator.device.scan import ScanOutput
from sicktui.simulator.spec import Fault
from tests.support.engine_harness import EngineHarness

pytestmark = pytest.mark.skips_waiting


@pytest.fixture(autouse=True)
def _mute(monkeypatch: pytest.MonkeyPatch) -> None:
    """No datagrams, which would be thousands while the clock skips; tests/measuring has real ones."""
    monkeypatch.setattr(ScanOutput, "_receiver", lambda _: None)


def with_check(harness: EngineHarness) -> None:
    context = harness.context
    context.settings = structs.replace(context.settings, update=UpdateSettings(check_measuring=True))


def sends_here(device: Device, port: int = 20_115) -> None:
    where = {"Protocol": 1, "IPAddress": [127, 0, 0, 1], "Port": port}
    for name, value in (("ScanDataEnable", True), ("ScanDataEthSettings", where)):
        device.parameters.write(name, value)
    device.parameters.save()


async def updated(harness: EngineHarness) -> tuple[DeviceFacts, list[str]]:
    """What the report has of a sensor that must be updated, and the log."""
    view = await harness.update(harness.package("2.4.0.0R"))
    [device] = view.devices.values()
    assert device.verdict is not None
    assert device.verdict.verdict is Verdict.SUCCEEDED, device.verdict.message
    [facts] = read_facts(harness.context, view.run).devices
    return facts, [event.message for event in harness.events(view.run) if isinstance(event, Logged)]


def received(counters: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Play what is received in one listening after the other: the counter of the first datagram."""

    async def listen(_: Receivers, way: Way, **__: object) -> Heard:
        assert way.port == 20_115
        first = counters.pop(0)
        return Heard(seconds=0.5, good=100, first=first, last=first + 99, span=0.5, format=Format.COMPACT)

    monkeypatch.setattr(Receivers, "listen", listen)


async def test_a_stream_before_and_after(harness: EngineHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    received([4_000_000, 12], monkeypatch)
    sends_here(await harness.sensor(version="2.3.3.0R"))
    with_check(harness)
    facts, log = await updated(harness)
    assert facts.measuring == "received"
    assert facts.measured == (
        "It measures: this PC received 100 datagrams of it in 0.5 s (Compact, 198 a second).",
        "Before the update this PC received 100 datagrams of it in 0.5 s (Compact, 198 a second).",
        "Its telegram counter began anew: 12 after 4000099 before. It has restarted.",
    )
    assert any(line.startswith("It measures: ") for line in log)
    assert dict(device_rows(facts))["Measures"].startswith("It measures: ")


async def test_an_output_that_is_lost_is_named_without_the_option(harness: EngineHarness) -> None:
    device = await harness.sensor(version="2.3.3.0R")
    device.parameters.write("ScanDataEnable", value=True)  # not saved
    facts, log = await updated(harness)
    assert facts.measuring is None
    assert facts.changed == ("warning: The scan data output is off. It was not so before the update.",)
    assert any(line.startswith("The scan data output is off.") for line in log)


async def test_a_port_of_the_plant_is_left_alone_and_the_verdict_stands(harness: EngineHarness) -> None:
    with closing(socket.socket(type=socket.SOCK_DGRAM)) as plant:
        plant.bind(("127.0.0.1", 0))
        sends_here(await harness.sensor(version="2.3.3.0R"), plant.getsockname()[1])
        with_check(harness)
        facts, _ = await updated(harness)
    assert facts.measuring == "evaluated"
    assert "Another program on this PC receives UDP port" in facts.measured[0]


@pytest.mark.parametrize("error", [SicktuiError("The sensor is gone."), RuntimeError("a bug")])
async def test_trouble_with_the_check_moves_no_verdict(
    harness: EngineHarness, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(health_check, "check_measuring", fail)
    await harness.sensor(version="2.3.3.0R", faults=(Fault(name="parameters_lost", value="LocationName"),))
    with_check(harness)
    facts, log = await updated(harness)
    assert facts.measuring is None
    assert any("could not be compared" in line for line in log) == isinstance(error, SicktuiError)


async def test_no_request_comes_before_the_flash(
    harness: EngineHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    received([5, 5], monkeypatch)
    device = await harness.sensor(version="2.3.3.0R")
    sends_here(device)
    with_check(harness)
    await updated(harness)
    asked = [request.endpoint for request in device.requests]
    before = asked[: next(number for number, endpoint in enumerate(asked) if endpoint.startswith("PUT"))]
    assert before.count("GET ScanDataEthSettings") == 1  # with the backup
    assert not {"GET CurrentTempDev", "GET LEDState", "GET FieldEvaluationResult"} & set(before)
    assert asked.count("GET LEDState") == 1
