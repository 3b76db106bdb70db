"""A profile whose address has stopped answering: ``status`` and the dashboard look for its sensor."""

import pytest
from msgspec import structs

from sicktui.engine.discovery.lost import find_moved, wanted
from sicktui.engine.job.refind import _with_port
from sicktui.model.device import Identity, Profile, resolve
from sicktui.model.search.refind import is_at
from sicktui.model.settings import DeviceDefaults, DiscoverySettings, Timing
from sicktui.simulator.spec import DeviceSpec
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.main.workers import lost_watch
from tests.discovery.kit import LOOPBACK_BROADCAST, Responder, free_udp_port, reply, xml
from tests.support.dashboard import DashboardHarness, flat_of, notes_of, text_of, until
from tests.support.fleet_thread import StartFleet, sensor
from tests.support.program import ProgramHarness

SERIAL = "25427777"


def test_status_says_where_the_sensor_is(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(
        sensor("gate", serial=SERIAL),
        sensor("here", serial="2"),
    )
    gate = made.devices[0]
    port = free_udp_port()
    tcp = gate.address.rpartition(":")[2]
    program.here("devices", "add", "gate", f"127.0.0.99:{tcp}", "--serial", f"00{SERIAL}", fast=False)
    program.here("devices", "add", "here", made.addresses[1], fast=False)
    program.here("devices", "add", "gone", f"127.0.0.98:{tcp}", "--serial", "3", fast=False)
    program.here("devices", "add", "bare", f"127.0.0.97:{tcp}", fast=False)

    def answers(request: bytes) -> list[bytes]:
        contents = xml(host="127.0.0.1", mac=gate.mac, serial=SERIAL)
        return [reply(request, contents, mac=gate.mac)]

    async def respond() -> Responder:
        return await Responder(answers, host=LOOPBACK_BROADCAST, port=port).__aenter__()

    responder = made.do(respond())
    settings = ("--set", f"discovery.port={port}", "--set", "discovery.wait=3")
    result = program.here("status", "--json", "--set", "discovery.refind=on", *settings)
    people = program.here("status", "gate", "--set", "discovery.refind=on", *settings)
    off = program.here("status", "gate", "--json", *settings)
    made.do(responder.__aexit__())
    assert result.code == 1
    lines = {line["device"]: line for line in result.lines}
    assert (lines["gate"]["problem"], lines["gate"]["moved_to"]) == ("moved", gate.address)
    assert lines["gate"]["reachable"] is False
    assert f"sicktui devices edit gate --address {gate.address}" in lines["gate"]["message"]
    for name in ("here", "gone", "bare"):
        assert "problem" not in lines[name]
        assert "moved_to" not in lines[name]
    assert f"The sensor answers at {gate.address} now." in people.out
    assert "Looking for gate at other addresses" in people.err
    assert "problem" not in off.lines[0], "loopback addresses are left out by default"


def test_a_sensor_behind_https_is_looked_for_at_its_own_port() -> None:
    profile = Profile(name="gate", address="10.0.0.1", scheme="https")
    target = resolve(profile, DeviceDefaults(), Timing())
    assert _with_port(target) == "10.0.0.1:443"
    assert _with_port(structs.replace(target, scheme="http")) == "10.0.0.1:80"
    assert is_at(target, "10.0.0.1:443")
    assert not is_at(target, "10.0.0.1")
    assert not is_at(target, "10.0.0.2:443")


async def test_nothing_is_searched_without_something_to_know_a_sensor_by(harness: DashboardHarness) -> None:
    fleet = await harness.start(DeviceSpec(name="gate", serial=SERIAL))
    context = harness.context
    context.settings = structs.replace(context.settings, discovery=DiscoverySettings(refind="on"))
    harness.profile("gate", fleet.devices[0])
    [target] = harness.targets(["gate"])
    assert wanted(context, [target]) == {}
    assert await find_moved(context, [target]) == {}
    context.last_seen.note(target, Identity(name="picoScan", version="1", serial=SERIAL))
    assert wanted(context, [target])["gate"].serial == SERIAL
    context.settings = structs.replace(context.settings, discovery=DiscoverySettings(refind="off"))
    assert wanted(context, [target]) == {}


async def test_the_dashboard_offers_the_new_address(
    harness: DashboardHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lost_watch, "AWAY", 0.2)
    monkeypatch.setattr(lost_watch, "LOOK_EVERY", 0.2)
    fleet = await harness.start(DeviceSpec(name="gate", serial=SERIAL))
    [gate] = fleet.devices
    port = free_udp_port()
    context = harness.context
    discovery = DiscoverySettings(refind="on", port=port, wait=2.0)
    context.settings = structs.replace(context.settings, discovery=discovery)
    old = f"127.0.0.99:{gate.address.rpartition(':')[2]}"
    harness.profiles(Profile(name="gate", address=old, serial=SERIAL, note="mine"))

    def answers(request: bytes) -> list[bytes]:
        return [reply(request, xml(host="127.0.0.1", mac=gate.mac, serial=SERIAL), mac=gate.mac)]

    async with (
        Responder(answers, host=LOOPBACK_BROADCAST, port=port),
        harness.dashboard((80, 24)) as (pilot, main),
    ):
        await until(pilot, lambda: "1 offline" in text_of(pilot))
        await until(pilot, lambda: main.dashboard.moved == {"gate": gate.address})
        words = f"the sensor answers at {gate.address} now. Press M to change the address."
        await until(pilot, lambda: flat_of(pilot).count(words) >= 2)  # the detail line, the log
        assert [row.device for row in main.dashboard.device_rows() if "moved" in row.words] == ["gate"]
        await pilot.press("M")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        assert f"answers at {gate.address}" in flat_of(pilot)
        await pilot.press("y")
        await until(pilot, lambda: "1 online" in text_of(pilot))
        assert main.dashboard.moved == {}
        await pilot.press("M")
        await until(pilot, lambda: "was not found at another address" in notes_of(pilot))
    profile = context.devices().profiles["gate"]
    assert profile == Profile(name="gate", address=gate.address, serial=SERIAL, note="mine")
