"""Simulated sensors answer searches as SICK's own finder expects it."""

import json
import socket
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from sicktui.simulator import Device, DeviceSpec
from sicktui.simulator.network.autoip_packets import Facts, Ipv4, found_binary, reply
from tests.simulator.plain_autoip import (
    NOWHERE,
    ask,
    fields_of,
    header,
    items_of,
    request,
    search_request,
    set_binary,
    set_xml,
)
from tests.simulator.plain_client import auth_post, get, refused
from tests.support.fleet_thread import FleetThread
from tests.support.ports import free_ports
from tests.support.waiting import wait_until

VECTOR = bytes.fromhex(
    "950000b5000677224883c8f4b6270000000100087069636f5363616e00020003000300000000520100000006676174652d31"
    "0000000000083235343230303637000b504943533135302d3152310008322e332e332e305200073131343134313000000141"
    "7574560008312e302e302e3052000100000004657468300006454d41430006000677224883454950610004c0a80033454e4d"
    "610004ffffff00454447610004000000004544686300010045434475000400000005000102000144504e6f0002084a"
)
"""SICK's own decoder reads it as picoScan, 25420067, 1141410, 192.168.0.51, port 2122."""

StartPlant = Callable[..., FleetThread]


@pytest.fixture
def plant() -> Iterator[StartPlant]:
    """Starts sensors that hear searches: ``plant(dict(name="a"), ..., autoip=0)``."""
    with ExitStack() as stack:

        def begin(*changes: dict[str, Any], autoip: int = 0, time_scale: float = 50.0) -> FleetThread:
            defaults: dict[str, Any] = {"name": "gate", "latency": 0.0}
            specs = [DeviceSpec(**(defaults | each)) for each in changes]
            return stack.enter_context(FleetThread(specs, time_scale=time_scale, autoip=autoip))

        yield begin


def port_of(device: Device) -> int:
    assert device.autoip.address is not None
    return int(device.autoip.address.rpartition(":")[2])


def found(device: Device, *datagrams: bytes, answers: int = 1) -> list[bytes]:
    return ask(port_of(device), *(datagrams or (search_request(),)), answers=answers)


def ip_of(answer: bytes) -> str:
    return socket.inet_ntoa(fields_of(answer)["settings"]["EIPa"])


# -- searches -----------------------------------------------------------------------------------------


def test_the_vector_of_the_reference() -> None:
    facts = Facts(
        mac="00:06:77:22:48:83",
        ipv4=Ipv4(address="192.168.0.51"),
        name="picoScan",
        version="2.3.3.0R",
        type_code="PICS150-1R1",
        serial="25420067",
        order_number="1141410",
        location="gate-1",
        settle_seconds=5,
    )
    assert reply(0x95, facts.mac, bytes.fromhex("c8f4b627"), found_binary(facts)) == VECTOR


def test_a_picoscan_answers_in_binary(plant: StartPlant) -> None:
    [device] = plant({"serial": "25420067", "location": "Tor 1 Süd"}).devices
    [answer] = found(device)
    command, length, mac, number = header(answer)
    assert (command, length, mac, number) == (0x95, len(answer) - 16, device.mac, b"\1\2\3\4")
    fields = fields_of(answer)
    assert (fields["name"], fields["serial"], fields["order"]) == (
        "picoScan",
        "25420067",
        device.order_number,
    )
    assert (fields["version"], fields["class"], fields["firmware"]) == ((2, 3, 3, 0), b"R", "2.3.3.0R")
    assert (fields["location"], fields["type"]) == ("Tor 1 Süd", "picoScan150")
    assert fields["aux"] == {"AutV": b"1.0.0.0R"}
    assert fields["ports"] == {2: {"DPNo": b"\x08\x4a"}}
    settings = fields["settings"]
    assert settings["EMAC"].hex(":") == device.mac
    assert (ip_of(answer), settings["EDhc"], settings["ECDu"]) == ("127.0.0.1", b"\0", b"\0\0\0\5")


def test_an_lrs_answers_in_xml(plant: StartPlant) -> None:
    [device] = plant({"generation": "lrs4000-1.9.1", "location": 'a<&"', "address_seconds": 7}).devices
    [answer] = found(device)
    assert header(answer)[0] == 0x90
    items = items_of(answer)
    assert items["SerialNumber"] == device.serial
    assert (items["IPAddress"], items["IPConfigDuration"]) == ("127.0.0.1", "7000")
    assert (items["LocationName"], items["DHCPClientEnabled"]) == ('a<&"', "FALSE")
    assert items["FirmwareVersion"] == "V1.9.1.0R"
    assert answer.startswith(b'<?xml version="1.0" encoding="UTF-8"?><NetScanResult MACAddr="00:06:77:', 16)


def test_the_form_can_be_chosen(plant: StartPlant) -> None:
    [device] = plant({"autoip": "xml"}).devices
    assert [header(answer)[0] for answer in found(device)] == [0x90]


def test_sensors_that_share_a_port_all_answer(plant: StartPlant) -> None:
    [port] = free_ports(1, udp=True)
    fleet = plant(*({"name": f"gate-{number}"} for number in range(20)), autoip=port)
    answers = ask(port, search_request(), answers=20)
    assert {fields_of(answer)["serial"] for answer in answers} == {device.serial for device in fleet.devices}
    only = fleet.devices[7]
    [answer] = ask(port, search_request(mac=only.mac), answers=1)
    assert fields_of(answer)["serial"] == only.serial


@pytest.mark.parametrize(
    ("datagram", "words"),
    [
        (b"", "0 bytes"),
        (b"\x10" * 15, "15 bytes"),
        (search_request()[:14] + b"\0" + search_request()[15:], "byte 14"),
        (search_request() + b"\0", "announces"),
        (search_request()[:20], "announces"),
        (request(0x10, "ff:ff:ff:ff:ff:ff", b"abcd", b"\0" * 9), "a search of 25 bytes"),
        (request(0x42, "ff:ff:ff:ff:ff:ff", b"abcd", b"\0" * 8), "0x42"),
    ],
)
def test_what_is_no_search_is_ignored_and_noted(plant: StartPlant, datagram: bytes, words: str) -> None:
    [device] = plant({}).devices
    assert found(device, datagram, answers=0) == []
    [violation] = device.violations
    assert words in violation


def test_replies_of_other_sensors_are_nothing_to_note(plant: StartPlant) -> None:
    [device] = plant({}).devices
    assert found(device, VECTOR, answers=0) == []
    assert device.violations == []
    assert device.autoip.requests == []


@pytest.mark.parametrize(
    ("changes", "heard"),
    [
        ({"parameters": {"EtherCoLaScanMode": 0}}, True),
        ({"parameters": {"EtherCoLaScanMode": 1}}, True),
        ({"parameters": {"EtherCoLaScanMode": 2}}, False),
        ({}, True),
        ({"generation": "lrs4000-1.9.1", "parameters": {"EnableColaScan": False}}, False),
    ],
)
def test_a_sensor_can_hide(plant: StartPlant, changes: dict[str, Any], *, heard: bool) -> None:
    [device] = plant(changes).devices
    assert len(found(device, answers=heard)) == heard
    assert [entry.outcome for entry in device.autoip.requests] == ["answered" if heard else "ignored"]


def test_hidden_over_rest_and_back_after_a_power_cycle(plant: StartPlant) -> None:
    fleet = plant({"generation": "picoscan-2.2.1", "reboot_seconds": 1})
    [device] = fleet.devices
    body = {"EtherCoLaScanMode": 2}
    assert auth_post(device, "EtherCoLaScanMode", body).code == 0
    assert found(device, answers=0) == []
    fleet.do(device.reboot())  # it was not saved
    assert len(found(device)) == 1


def test_without_power_it_is_silent(plant: StartPlant) -> None:
    fleet = plant({"name": "dead", "offline": True}, {"name": "gate"})
    dead, device = fleet.devices
    assert found(dead, answers=0) == []
    fleet.do(device.power_off())
    assert found(device, answers=0) == []
    fleet.do(device.power_on())
    assert len(found(device)) == 1


def test_the_announcement_and_the_record_have_it(plant: StartPlant) -> None:
    [device] = plant({}).devices
    found(device)
    assert device.summary()["autoip"] == f"127.0.0.1:{port_of(device)}"
    with urllib.request.urlopen(f"http://{device.address}/simulator/record", timeout=5) as response:
        [entry] = json.load(response)["autoip_requests"]
    assert (entry["command"], entry["outcome"], entry["mac"]) == ("search", "answered", "ff:ff:ff:ff:ff:ff")


def test_the_announced_place_is_where_it_hears(plant: StartPlant, loopback: None) -> None:
    [device] = plant({"parameters": {"EtherIPAddress": [127, 0, 0, 31]}}).devices
    assert device.port.host == "127.0.0.31"
    assert device.summary()["autoip"] == f"127.0.0.1:{port_of(device)}"


# -- the web server -----------------------------------------------------------------------------------


def test_without_its_web_server_a_sensor_has_no_rest_api(plant: StartPlant) -> None:
    fleet = plant({"generation": "picoscan-2.2.1", "reboot_seconds": 1})
    [device] = fleet.devices
    assert auth_post(device, "SetWebserverEnabled", {"Enable": False}).code == 0
    assert get(device, "DeviceIdent").code == 0  # until the reboot
    assert auth_post(device, "WriteEeprom").code == 0
    fleet.do(device.reboot())
    assert refused(device)
    assert len(found(device)) == 1
    device.parameters.webserver = True
    fleet.do(device.reboot())
    assert refused(device), "it was not saved"


def test_a_sensor_may_come_without_its_web_server(plant: StartPlant) -> None:
    [device] = plant({"webserver": False, "https": True}).devices
    assert refused(device)
    assert len(found(device)) == 1


# -- addresses ----------------------------------------------------------------------------------------


def test_an_address_is_set(plant: StartPlant, loopback: None) -> None:
    [device] = plant({"generation": "picoscan-2.2.1", "powered_seconds": 0}).devices
    [answer] = found(device, set_binary(device.mac, "127.0.0.21"))
    assert header(answer)[0] == 0x91
    assert (header(answer)[2], header(answer)[3]) == (device.mac, b"\5\6\7\x08")
    wait_until(lambda: device.online and device.port.host == "127.0.0.21")
    [answer] = found(device)
    assert ip_of(answer) == "127.0.0.21"
    assert device.parameters.current["EtherIPAddress"] == [127, 0, 0, 21]
    assert device.parameters.saved["EtherIPAddress"] == [192, 168, 0, 1]


def test_while_the_address_changes_it_is_away(plant: StartPlant, loopback: None) -> None:
    changes = {"generation": "picoscan-2.2.1", "parameters": {"EtherCoLaScanMode": 0}, "address_seconds": 60}
    [device] = plant(changes).devices
    assert len(found(device, set_binary(device.mac, "127.0.0.22"))) == 1
    assert not device.online
    assert found(device, answers=0) == []
    wait_until(lambda: device.online)


def test_an_address_is_set_in_xml(plant: StartPlant, loopback: None) -> None:
    [device] = plant({"generation": "lrs4000-1.9.1"}).devices
    [answer] = found(device, set_xml(device.mac, "127.0.0.23"))
    assert header(answer)[0] == 0x91
    wait_until(lambda: device.online and device.port.host == "127.0.0.23")


@pytest.mark.parametrize(
    ("changes", "allowed"),
    [
        ({"parameters": {"EtherCoLaScanMode": 0}}, True),
        ({"parameters": {"EtherCoLaScanMode": 1}, "powered_seconds": 0}, False),
        ({"parameters": {"EtherCoLaScanMode": 2}, "powered_seconds": 0}, False),
        ({"powered_seconds": 30}, True),
        ({"powered_seconds": 61}, False),
        ({}, False),
    ],
)
def test_when_an_address_may_be_set(
    plant: StartPlant, loopback: None, changes: dict[str, Any], *, allowed: bool
) -> None:
    [device] = plant(changes, time_scale=1).devices
    answers = found(device, set_binary(device.mac, "127.0.0.24"), answers=allowed)
    assert [header(answer)[0] for answer in answers] == ([0x91] if allowed else [])
    assert [entry.outcome for entry in device.autoip.requests] == ["answered" if allowed else "ignored"]
    assert (device.parameters.current["EtherIPAddress"] == [127, 0, 0, 24]) == allowed


def test_for_a_minute_after_the_next_power_up_it_may_be_set(plant: StartPlant, loopback: None) -> None:
    fleet = plant({}, time_scale=10)
    [device] = fleet.devices
    assert found(device, set_binary(device.mac, "127.0.0.25"), answers=0) == []
    fleet.do(device.power_off())
    fleet.do(device.power_on())
    assert len(found(device, set_binary(device.mac, "127.0.0.25"))) == 1


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda _: set_binary("00:06:77:00:00:01", "127.0.0.26"), None),
        (lambda _: set_binary("ff:ff:ff:ff:ff:ff", "127.0.0.26"), None),
        (lambda mac: set_binary(mac, NOWHERE), "for no host"),
        (lambda mac: set_binary(mac, "127.255.255.255"), "for no host"),
        (lambda mac: set_binary(mac, "127.0.0.0"), "for no host"),
        (lambda mac: set_binary(mac, "224.0.0.1"), "for no host"),
        (lambda mac: set_binary(mac, "127.0.0.26", mask="255.0.255.0"), "for no host"),
        (lambda mac: set_xml(mac, "127.0.0.26"), "other form"),
        (lambda mac: request(0x11, mac, b"abcd", b"\0" * 12), "12 bytes"),
        (lambda mac: request(0x11, mac, b"abcd", b"<IPconfig/>"), "MACAddr"),
        (lambda mac: set_xml(mac, "127.0.0.300"), "without a good"),
    ],
)
def test_what_may_not_be_set_is_ignored(
    plant: StartPlant, make: Callable[[str], bytes], words: str | None
) -> None:
    [device] = plant({"powered_seconds": 0}).devices
    before = device.parameters.address
    assert found(device, make(device.mac), answers=0) == []
    assert device.parameters.address == before
    assert [words in violation for violation in device.violations if words] == ([True] if words else [])
    assert len(device.violations) == (words is not None)


def test_new_sensors_share_an_address_until_each_has_its_own(plant: StartPlant, loopback: None) -> None:
    new = {"shares_address": True, "powered_seconds": 0, "port": 8_765}
    fleet = plant(*(new | {"name": f"new-{number}"} for number in range(3)), time_scale=20)
    for device in fleet.devices:
        assert not device.online
        assert ip_of(found(device)[0]) == "192.168.0.1"
    for number, device in enumerate(fleet.devices, 31):
        assert len(found(device, set_binary(device.mac, f"127.0.0.{number}"))) == 1
    for number, device in enumerate(fleet.devices, 31):
        wait_until(lambda device=device: device.online)  # type: ignore[misc]
        assert device.address == f"127.0.0.{number}:8765"
        assert ip_of(found(device)[0]) == f"127.0.0.{number}"
    with urllib.request.urlopen("http://127.0.0.32:8765/api/SerialNumber", timeout=5) as response:
        assert json.load(response)["data"]["SerialNumber"] == fleet.devices[1].serial


def test_dhcp_gives_another_address_at_a_reboot(plant: StartPlant, loopback: None) -> None:
    fleet = plant({"dhcp_address": "127.0.0.41", "address_after_reboot": "127.0.0.42", "reboot_seconds": 1})
    [device] = fleet.devices
    [answer] = found(device)
    assert (device.port.host, ip_of(answer)) == ("127.0.0.41", "127.0.0.41")
    assert fields_of(answer)["settings"]["EDhc"] == b"\1"
    number = device.port.number
    fleet.do(device.reboot())
    assert device.address == f"127.0.0.42:{number}"
    with urllib.request.urlopen(f"http://{device.address}/api/EtherIPAddressDHCP", timeout=5) as response:
        assert json.load(response)["data"]["EtherIPAddressDHCP"] == [127, 0, 0, 42]


def test_without_a_dhcp_server_it_stays_away_or_falls_back(plant: StartPlant) -> None:
    away, back = plant(
        {"name": "away", "dhcp_address": "", "parameters": {"EtherDHCPFallback": 1}},
        {"name": "back", "dhcp_address": "", "parameters": {"EtherDHCPFallback": 0}},
    ).devices
    assert not away.online
    assert back.online


def test_dhcp_is_set(plant: StartPlant, loopback: None) -> None:
    [device] = plant(
        {
            "powered_seconds": 0,
            "dhcp_address": "127.0.0.44",
            "parameters": {"EtherAddressingMode": 0},
        }
    ).devices
    assert device.port.host == "127.0.0.1"
    assert len(found(device, set_binary(device.mac, NOWHERE, dhcp=1))) == 1
    wait_until(lambda: device.online and device.port.host == "127.0.0.44")
