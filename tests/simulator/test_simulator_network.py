"""Simulated sensors with their own network interfaces, in network namespaces."""

import json
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.plain_autoip import fields_of, header, search_request, set_binary
from tests.support.namespaces import Host, Network, needs_namespaces
from tests.support.waiting import wait_until


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    with Network(tmp_path) as network:
        yield network


def ask(pc: Host, ip: str, datagram: bytes, seconds: float = 0.6) -> list[tuple[str, bytes]]:
    """What a search from this PC finds, and on which of its two sockets."""
    broadcast = f"{ip.rpartition('.')[0]}.255"
    words = ("tests.simulator.plain_autoip", ip, broadcast, datagram.hex(), str(seconds))
    lines = [line.split() for line in pc.run(sys.executable, "-m", *words).splitlines()]
    return [(way, bytes.fromhex(reply)) for way, reply in lines]


def serials(answers: list[tuple[str, bytes]]) -> set[str]:
    return {fields_of(reply)["serial"] for _, reply in answers}


def read(host: Host, url: str) -> Any:
    """A GET from this host; ``None``: nothing answers."""
    code = "import sys, urllib.request as r; print(r.urlopen(sys.argv[1], timeout=1).read().decode())"
    try:
        return json.loads(host.run(sys.executable, "-c", code, url))
    except AssertionError:
        return None


@needs_namespaces
def test_a_sensor_in_the_subnet_of_the_pc(network: Network) -> None:
    pc, sensor = network.host("pc"), network.host("sensor")
    network.cable(pc, "left", sensor, "eth0", "192.168.0.100/24")
    [line] = network.simulate(sensor, 'name = "gate"\ninterface = "eth0"').announced
    assert (line["address"], line["autoip"]) == ("192.168.0.1:80", "192.168.0.1:30718")
    [(one, reply), (two, _)] = ask(pc, "192.168.0.100", search_request())
    assert (one, two) == ("own", "own"), "it answers each of the two broadcasts by unicast"
    assert header(reply)[2] == line["mac"]
    assert socket.inet_ntoa(fields_of(reply)["settings"]["EIPa"]) == "192.168.0.1"
    assert read(pc, "http://192.168.0.1/api/SerialNumber")["data"]["SerialNumber"] == line["serial"]
    assert f"192.168.0.1 dev left lladdr {line['mac']}" in pc.run("ip", "neigh")


@needs_namespaces
def test_a_sensor_in_a_foreign_subnet_is_heard_by_broadcast_only(network: Network) -> None:
    pc, switch = network.host("pc"), network.switch("switch")
    loud, quiet = network.host("loud"), network.host("quiet")
    network.plug(pc, "left", switch, "10.1.0.5/24")
    for host in (loud, quiet):
        network.plug(host, "eth0", switch)
    [line] = network.simulate(loud, 'name = "loud"\ninterface = "eth0"\nautoip_broadcasts = true').announced
    network.simulate(
        quiet, 'name = "quiet"\ninterface = "eth0"\nparameters = { EtherIPAddress = [192, 168, 0, 2] }'
    )
    answers = ask(pc, "10.1.0.5", search_request())
    assert {way for way, _ in answers} == {"broadcast"}
    assert serials(answers) == {line["serial"]}
    [entry] = read(quiet, "http://192.168.0.2/simulator/record")["autoip_requests"][:1]
    assert (entry["outcome"], entry["sender"]) == ("no route", "10.1.0.5:30718")


@needs_namespaces
def test_sensors_out_of_the_box_share_an_address_until_each_has_its_own(network: Network) -> None:
    pc, switch, box = network.host("pc"), network.switch("switch"), network.host("box")
    network.plug(pc, "left", switch, "192.168.0.100/24")
    new = []
    for number in range(3):
        network.plug(box, f"eth{number}", switch)
        new.append(
            f'name = "new-{number}"\ninterface = "eth{number}"\npowered_seconds = 0\naddress_seconds = 1'
        )
    lines = network.simulate(box, *new).announced
    assert {line["address"] for line in lines} == {"192.168.0.1:80"}
    assert serials(ask(pc, "192.168.0.100", search_request())) == {line["serial"] for line in lines}
    assert read(pc, "http://192.168.0.1/api/SerialNumber")["data"]["SerialNumber"] in {
        line["serial"] for line in lines
    }, "one of them answers"
    for number, line in enumerate(lines, 21):
        request = set_binary(line["mac"], f"192.168.0.{number}", "255.255.255.0")
        answers = ask(pc, "192.168.0.100", request)
        assert {header(reply)[0] for _, reply in answers} == {0x91}
    for number, line in enumerate(lines, 21):
        url = f"http://192.168.0.{number}/api/SerialNumber"
        wait_until(lambda url=url: read(pc, url))  # type: ignore[misc]
        assert read(pc, url)["data"]["SerialNumber"] == line["serial"]
    assert read(pc, "http://192.168.0.1/api/SerialNumber") is None


@needs_namespaces
def test_a_sensor_behind_a_router_answers_over_rest_and_to_no_broadcast(network: Network) -> None:
    pc, router, sensor = network.host("pc"), network.host("router"), network.host("sensor")
    network.cable(pc, "left", router, "near", "10.1.0.5/24")
    network.cable(router, "far", sensor, "eth0", "10.2.0.1/24")
    router.run("ip", "addr", "add", "10.1.0.1/24", "dev", "near")
    router.set(ip_forward=1)
    pc.run("ip", "route", "add", "default", "via", "10.1.0.1")
    addresses = "EtherIPAddress = [10, 2, 0, 51], EtherIPGateAddress = [10, 2, 0, 1]"
    [line] = network.simulate(
        sensor, f'name = "gate"\ninterface = "eth0"\nparameters = {{ {addresses} }}'
    ).announced
    assert read(pc, "http://10.2.0.51/api/SerialNumber")["data"]["SerialNumber"] == line["serial"]
    assert ask(pc, "10.1.0.5", search_request()) == []


@needs_namespaces
def test_dhcp_gives_another_address_at_a_reboot(network: Network) -> None:
    pc, sensor = network.host("pc"), network.host("sensor")
    network.cable(pc, "left", sensor, "eth0", "10.1.0.5/24")
    network.simulate(
        sensor,
        'name = "gate"\ninterface = "eth0"\nreboot_seconds = 1\n'
        'dhcp_address = "10.1.0.51"\naddress_after_reboot = "10.1.0.77"\n'
        '[[device.fault]]\nname = "restarts"\nat = "GET OrderNumber"\ntimes = 1',
    )
    assert read(pc, "http://10.1.0.51/api/SerialNumber")
    assert read(pc, "http://10.1.0.51/api/OrderNumber") is None
    wait_until(lambda: read(pc, "http://10.1.0.77/api/SerialNumber"))
    assert read(pc, "http://10.1.0.51/api/SerialNumber") is None


@needs_namespaces
def test_everything_is_gone_afterwards(tmp_path: Path) -> None:
    with Network(tmp_path) as network:
        pc, sensor = network.host("pc"), network.host("sensor")
        network.cable(pc, "left", sensor, "eth0", "10.1.0.5/24")
        simulated = network.simulate(sensor, 'name = "gate"\ninterface = "eth0"')
        processes = [pc.pid, sensor.pid, simulated.process.pid]
        assert all(Path(f"/proc/{number}").exists() for number in processes)
    assert not any(Path(f"/proc/{number}").exists() for number in processes)


@needs_namespaces
def test_an_interface_that_does_not_exist_is_named(network: Network, tmp_path: Path) -> None:
    scenario = tmp_path / "fleet.toml"
    scenario.write_text('[[device]]\nname = "gate"\ninterface = "eth7"', encoding="utf-8")
    process = network.start(network.host("sensor"), "simulate", "--scenario", str(scenario))
    _, said = process.communicate()
    assert process.returncode == 2
    assert b"The interface eth7 cannot be set up" in said
