"""A profile whose address has stopped answering: ``status`` and the dashboard look for its sensor."""

from msgspec import structs

from sicktui.engine.discovery.lost import find_moved, wanted
from sicktui.model.device import Identity
from sicktui.model.settings import DiscoverySettings
from sicktui.simulator.spec import DeviceSpec
from tests.discovery.kit import LOOPBACK_BROADCAST, Responder, free_udp_port, reply, xml
from tests.support.dashboard import DashboardHarness
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
