"""``sicktui discover`` in real networks: several interfaces, foreign subnets, routers, and what goes wrong.

The program runs as a process on a PC of the test's network; it is judged by what it prints.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support.bench import PC, Bench, at
from tests.support.namespaces import Host, Network, needs_namespaces
from tests.support.program import Result

WAIT: Final = ("--wait", "0.8")


def discover(bench: Bench, *words: str) -> Result:
    return bench.run("discover", *WAIT, *words)


def found(result: Result) -> dict[str, dict[str, Any]]:
    """The sensors that were found, by serial number."""
    assert result.code == 0, result
    lines = result.of_kind("found")
    assert len({line["serial"] for line in lines}) == len(lines), result
    return {line["serial"]: line for line in lines}


def summary(result: Result) -> dict[str, Any]:
    last = result.lines[-1]
    assert (last["kind"], last["operation"]) == ("summary", "discover")
    return last


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    with Network(tmp_path) as network:
        yield network


@pytest.fixture
def bench(network: Network) -> Bench:
    return Bench(network)


# -- where sensors are ----------------------------------------------------------------------------------


@needs_namespaces
def test_sensors_on_two_interfaces(bench: Bench) -> None:
    other = bench.network.host("other")
    bench.network.cable(bench.pc, "right", other, "eth0", "172.16.0.5/16")
    far_away = "EtherIPAddress = [172, 16, 9, 51], EtherIPMask = [255, 255, 0, 0]"
    [far] = bench.network.simulate(
        other,
        f'name = "far"\ninterface = "eth0"\ngeneration = "lrs4000-1.9.1"\nparameters = {{ {far_away} }}',
    ).announced
    near = bench.sensors("10.1.0.51", "10.1.0.52")
    result = discover(bench)
    lines = found(result)
    assert lines.keys() == {far["serial"], *(sensor["serial"] for sensor in near)}
    for sensor in (far, *near):
        line = lines[sensor["serial"]]
        assert (line["address"], line["mac"]) == (sensor["address"].removesuffix(":80"), sensor["mac"])
        assert (line["by"], line["problem"], line["confirmed"]) == ("broadcast", None, True)
        assert (line["model"], line["device"]) == (sensor["model"], None)
        assert line["version"] == sensor["version"]
    assert (summary(result)["found"], summary(result)["new"]) == (3, 3)


@needs_namespaces
def test_a_sensor_in_another_subnet_is_found_and_never_confirmed(bench: Bench) -> None:
    [sensor] = bench.sensors("autoip_broadcasts = true")
    lines = found(discover(bench))
    line = lines[sensor["serial"]]
    assert (line["address"], line["by"]) == ("192.168.0.1", "broadcast")
    assert (line["problem"], line["confirmed"]) == ("other_subnet", False)
    added = discover(bench, "--add")
    assert found(added).keys() == lines.keys()
    assert bench.run("devices", "list").out == ""


@needs_namespaces
def test_behind_a_router_only_the_sweep_finds_it(network: Network) -> None:
    pc, router, sensor = network.host("pc"), network.host("router"), network.host("sensor")
    network.cable(pc, "left", router, "near", f"{PC}/24")
    network.cable(router, "far", sensor, "eth0", "10.2.0.1/24")
    router.run("ip", "addr", "add", "10.1.0.1/24", "dev", "near")
    router.set(ip_forward=1)
    pc.run("ip", "route", "add", "default", "via", "10.1.0.1")
    gateway = "EtherIPAddress = [10, 2, 0, 9], EtherIPGateAddress = [10, 2, 0, 1]"
    [line] = network.simulate(
        sensor, f'name = "gate"\ninterface = "eth0"\nparameters = {{ {gateway} }}'
    ).announced
    assert found(network.program(pc, "discover", *WAIT, "--json")) == {}
    swept = network.program(pc, "discover", *WAIT, "--cidr", "10.2.0.0/28", "--json")
    [one] = found(swept).values()
    assert (one["serial"], one["address"], one["by"]) == (line["serial"], "10.2.0.9", "sweep")
    assert (one["confirmed"], one["problem"]) == (True, None)
    assert summary(swept)["probed"] == 14


@needs_namespaces
def test_a_sensor_that_hides_is_found_by_the_sweep(bench: Bench) -> None:
    hidden = "parameters = { EtherIPAddress = [10, 1, 0, 7], EtherCoLaScanMode = 2 }"
    [sensor] = bench.sensors(hidden)
    assert found(discover(bench)) == {}
    [line] = found(discover(bench, "--cidr", "10.1.0.0/28")).values()
    assert (line["serial"], line["by"], line["confirmed"]) == (sensor["serial"], "sweep", True)
    assert "EtherCoLaScanMode" in bench.text("discover", *WAIT, "--cidr", "10.1.0.0/28")


@needs_namespaces
def test_without_its_web_server_a_sensor_is_known_and_not_confirmed(bench: Bench) -> None:
    silent = "EtherCoLaScanMode = 2"
    loud, hidden = bench.sensors(
        f"{at('10.1.0.7')}\nwebserver = false",
        f"parameters = {{ EtherIPAddress = [10, 1, 0, 8], {silent} }}\nwebserver = false",
    )
    result = discover(bench, "--cidr", "10.1.0.0/28")
    lines = {line["mac"]: line for line in result.of_kind("found")}
    assert lines.keys() == {loud["mac"], hidden["mac"]}
    assert lines[loud["mac"]]["by"] == "broadcast"
    assert lines[loud["mac"]]["serial"] == loud["serial"]
    assert lines[hidden["mac"]]["by"] == "neighbour"
    assert lines[hidden["mac"]]["address"] == "10.1.0.8"
    for line in lines.values():
        assert (line["problem"], line["confirmed"]) == ("no_rest_api", False)


# -- what is known -------------------------------------------------------------------------------------


@needs_namespaces
def test_a_known_sensor_that_has_moved(bench: Bench) -> None:
    [sensor] = bench.sensors("10.1.0.52")
    bench.profile("gate", "10.1.0.51", sensor["serial"])
    result = discover(bench)
    [line] = found(result).values()
    assert (line["device"], line["problem"], line["confirmed"]) == ("gate", "moved", True)
    assert (summary(result)["moved"], summary(result)["new"]) == (1, 0)
    assert bench.listed() == {"gate": "10.1.0.51"}
    discover(bench, "--follow-moved")
    assert bench.listed() == {"gate": "10.1.0.52"}
    [line] = found(discover(bench)).values()
    assert (line["device"], line["problem"]) == ("gate", None)


@needs_namespaces
def test_another_sensor_at_a_known_address(bench: Bench) -> None:
    [sensor] = bench.sensors("10.1.0.51")
    bench.profile("gate", "10.1.0.51", "25000001")
    [line] = found(discover(bench, "--follow-moved")).values()
    assert (line["serial"], line["problem"]) == (sensor["serial"], "other_sensor")
    assert bench.listed() == {"gate": "10.1.0.51"}


@needs_namespaces
def test_two_sensors_at_one_address(bench: Bench) -> None:
    sensors = bench.sensors("10.1.0.51", "10.1.0.51")
    lines = {line["mac"]: line for line in discover(bench, "--add").of_kind("found")}
    assert lines.keys() == {sensor["mac"] for sensor in sensors}
    assert {line["problem"] for line in lines.values()} == {"address_conflict"}


@needs_namespaces
def test_found_sensors_are_added(bench: Bench) -> None:
    sensors = bench.sensors(f'{at("10.1.0.51")}\nlocation = "Tor 1"', "10.1.0.52")
    discover(bench, "--add", "--tag", "hall-3")
    shown = bench.run("devices", "list")
    assert {line["address"] for line in shown.lines} == {"10.1.0.51", "10.1.0.52"}
    assert all(line["tags"] == ["hall-3"] for line in shown.lines)
    status = bench.run("status", "all")
    assert {line["serial"] for line in status.of_kind("status")} == {sensor["serial"] for sensor in sensors}
    assert found(discover(bench, "--add")).keys() == {sensor["serial"] for sensor in sensors}
    assert len(bench.listed()) == 2, "a second search adds none"


# -- replies that lie ----------------------------------------------------------------------------------


@needs_namespaces
def test_spoofed_replies_add_nobody(bench: Bench) -> None:
    [honest] = bench.sensors(f"{at('10.1.0.51')}\nserial = '25420067'")
    claims = {
        "10.1.0.66": f'["25420067", "10.1.0.51", "{honest["mac"]}"]',  # all of it
        "10.1.0.67": '["25420067"]',  # another serial number at its own address
        "10.1.0.68": '["25999999", "10.1.0.51"]',  # an address that the honest one has
    }
    liars = bench.sensors(
        *(
            f'{at(address)}\n[[device.fault]]\nname = "autoip_claims"\nvalue = {claim}'
            for address, claim in claims.items()
        )
    )
    result = discover(bench, "--add")
    truth = {
        (sensor["serial"], sensor["address"].removesuffix(":80"), sensor["mac"])
        for sensor in (honest, *liars)
    }
    confirmed = {
        (line["serial"], line["address"], line["mac"])
        for line in result.of_kind("found")
        if line["confirmed"]
    }
    assert ("25420067", "10.1.0.51", honest["mac"]) in confirmed
    assert confirmed <= truth, "what REST itself reports"
    added = {(line["serial"], line["address"]) for line in result.of_kind("device")}
    assert added <= {(serial, address) for serial, address, _ in truth}


@needs_namespaces
def test_replies_that_do_not_keep_to_the_format(bench: Bench) -> None:
    faults = (
        *("autoip_garbage", "autoip_truncated", "autoip_oversized", "autoip_wrong_lengths"),
        *("autoip_wrong_id", "autoip_entities", "autoip_many_items", "autoip_control_characters"),
        *("autoip_duplicated", "autoip_late"),
    )
    sensors = bench.sensors(
        *(
            f'{at(f"10.1.0.{number}")}\n[[device.fault]]\nname = "{fault}"'
            for number, fault in enumerate(faults, 51)
        ),
        "10.1.0.99",
    )
    started = time.monotonic()
    result = discover(bench)
    assert time.monotonic() - started < 15
    lines = found(result)
    assert sensors[-1]["serial"] in lines
    assert sensors[faults.index("autoip_duplicated")]["serial"] in lines
    assert sensors[faults.index("autoip_late")]["serial"] not in lines
    assert not any(char in result.out + result.err for char in "\x1b\x00\x9b\x07")


@needs_namespaces
def test_one_lost_datagram_loses_no_sensor(bench: Bench) -> None:
    [sensor] = bench.sensors(f'{at("10.1.0.51")}\n[[device.fault]]\nname = "autoip_lost"\ntimes = 2')
    assert found(bench.run("discover", "--wait", "3")).keys() == {sensor["serial"]}


# -- PCs on which something is wrong -------------------------------------------------------------------


@needs_namespaces
def test_an_interface_that_goes_away(bench: Bench) -> None:
    other = bench.network.host("other")
    bench.network.cable(bench.pc, "right", other, "eth0", "172.16.0.5/16")
    [sensor] = bench.sensors("10.1.0.51")
    process = bench.network.start(bench.pc, "discover", "--wait", "3", "--json")
    time.sleep(1.5)
    bench.pc.run("ip", "link", "del", "right")
    out, err = process.communicate(timeout=60)
    assert b"Traceback" not in err
    assert found(Result(process.returncode, out, err)).keys() == {sensor["serial"]}


HOLDS_THE_PORT = """
import socket, sys
bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
bound.bind(("", 30718))
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def holding(pc: Host) -> Iterator[None]:
    """Another program has the port of AutoIP."""
    holder = subprocess.Popen(
        pc.inside(sys.executable, "-c", HOLDS_THE_PORT), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        yield
    finally:
        holder.communicate(timeout=30)


@needs_namespaces
def test_a_port_that_another_program_has(bench: Bench) -> None:
    [sensor] = bench.sensors("10.1.0.51")
    with holding(bench.pc):
        assert "30718" in bench.text("discover", *WAIT)
        assert found(discover(bench)).keys() == {sensor["serial"]}


@needs_namespaces
@pytest.mark.parametrize("words", [(), ("--cidr", "10.9.0.0/30")])
def test_a_pc_without_ipv4(network: Network, words: tuple[str, ...]) -> None:
    pc = network.host("pc")
    pc.run("ip", "link", "set", "lo", "down")
    result = network.program(pc, "discover", *WAIT, *words, "--json")
    assert result.code == 1, result
    last = result.every_line[-1]
    assert (last["kind"], last["exit_code"]) == ("error", 1)
    assert last["message"]
    assert last["advice"]


@needs_namespaces
def test_where_nothing_is_found_it_says_why_that_can_be(bench: Bench) -> None:
    result = discover(bench)
    assert found(result) == {}
    assert summary(result)["exit_code"] == 0
    said = bench.text("discover", *WAIT)
    for word in ("firewall", "VLAN", "EtherCoLaScanMode", "--cidr"):
        assert word in said
