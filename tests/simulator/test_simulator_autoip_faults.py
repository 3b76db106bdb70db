"""Each named fault of AutoIP does on the wire what its line in the table says."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from sicktui.simulator import Device, DeviceSpec, Fault
from tests.simulator.plain_autoip import HEADER, ask, fields_of, header, search_request, set_binary
from tests.simulator.plain_client import get
from tests.support.fleet_thread import FleetThread
from tests.support.waiting import wait_until

Faulty = Callable[..., Device]


@pytest.fixture
def faulty() -> Iterator[Faulty]:
    """Starts a sensor with faults, whose address may be set."""
    with ExitStack() as stack:

        def begin(*faults: Fault, **changes: Any) -> Device:
            defaults: dict[str, Any] = {"name": "gate", "powered_seconds": 0, "faults": faults}
            spec = DeviceSpec(**(defaults | changes))
            return stack.enter_context(FleetThread([spec], autoip=0)).devices[0]

        yield begin


def found(device: Device, *datagrams: bytes, answers: int = 1) -> list[bytes]:
    port = int(str(device.autoip.address).rpartition(":")[2])
    return ask(port, *(datagrams or (search_request(),)), answers=answers)


def test_garbage(faulty: Faulty) -> None:
    [answer] = found(faulty(Fault(name="autoip_garbage")))
    assert header(answer)[:2] == (0x95, len(answer) - HEADER)
    with pytest.raises(Exception):  # noqa: B017, PT011  whatever a naive reader meets first
        fields_of(answer)


def test_truncated(faulty: Faulty) -> None:
    device = faulty(Fault(name="autoip_truncated"), Fault(name="autoip_truncated", fraction=0.05, after=1))
    [half], [tenth] = found(device), found(device)
    assert header(half)[1] > len(half)
    assert len(tenth) < HEADER


def test_oversized(faulty: Faulty) -> None:
    [answer] = found(faulty(Fault(name="autoip_oversized")))
    assert len(answer) > 60_000
    assert len(fields_of(answer)["location"]) == 60_000


@pytest.mark.parametrize("where", [None, "inside"])
def test_wrong_lengths(faulty: Faulty, where: str | None) -> None:
    [answer] = found(faulty(Fault(name="autoip_wrong_lengths", value=where)))
    if where is None:
        assert header(answer)[1] == 0xFFFF
    else:
        with pytest.raises(AssertionError):
            fields_of(answer)


def test_claims(faulty: Faulty) -> None:
    device = faulty(
        Fault(name="autoip_claims", value=("25420067", "127.0.0.9", "00:06:77:00:00:09"), times=1),
        Fault(name="autoip_claims", after=1),
    )
    [answer] = found(device)
    assert header(answer)[2] == "00:06:77:00:00:09"
    fields = fields_of(answer)
    assert (fields["serial"], fields["settings"]["EIPa"]) == ("25420067", b"\x7f\0\0\x09")
    assert get(device, "SerialNumber").json["data"]["SerialNumber"] == device.serial
    [answer] = found(device)
    assert (fields_of(answer)["serial"], header(answer)[2]) == ("99999999", device.mac)


def test_duplicated_late_lost_and_under_another_id(faulty: Faulty) -> None:
    assert len(found(faulty(Fault(name="autoip_duplicated")), answers=3)) == 3
    late = faulty(Fault(name="autoip_late", seconds=20))
    assert found(late, answers=0) == []  # 20 s are 0.4 s here
    assert len(found(late)) == 1
    lost = faulty(Fault(name="autoip_lost"))
    assert [len(found(lost, answers=n)) for n in (0, 1)] == [0, 1]
    [answer] = found(faulty(Fault(name="autoip_wrong_id")))
    assert header(answer)[3] == b"\xfe\xfd\xfc\xfb"


def test_entities(faulty: Faulty) -> None:
    [answer] = found(faulty(Fault(name="autoip_entities")))
    assert header(answer)[0] == 0x90
    assert answer.count(b"<!ENTITY") == 9
    assert b'value="&i;"' in answer


def test_many_items(faulty: Faulty) -> None:
    [answer] = found(faulty(Fault(name="autoip_many_items")))
    top = ET.fromstring(answer[HEADER:])  # noqa: S314  it comes from our simulator
    assert len(list(top)) > 8_000
    [answer] = found(faulty(Fault(name="autoip_many_items", value="binary")))
    assert header(answer)[0] == 0x95
    assert answer.count(b"AbcD") == 5_000


def test_control_characters(faulty: Faulty) -> None:
    [answer] = found(faulty(Fault(name="autoip_control_characters")))
    assert {"\x1b", "\n", "\0", "\x9b"} <= set(fields_of(answer)["location"])
    [answer] = found(faulty(Fault(name="autoip_control_characters", value="a\tb")))
    assert fields_of(answer)["location"] == "a\tb"


def test_two_replies_with_one_mac(faulty: Faulty) -> None:
    device = faulty(Fault(name="autoip_same_mac", value="25000001"))
    one, two = found(device, answers=2)
    assert header(one)[2] == header(two)[2] == device.mac
    assert [fields_of(answer)["serial"] for answer in (one, two)] == [device.serial, "25000001"]
    assert fields_of(two)["settings"]["EIPa"] == b"\x7f\0\0\x02"


def test_two_macs_with_one_address(faulty: Faulty) -> None:
    device = faulty(Fault(name="autoip_same_address"))
    one, two = found(device, answers=2)
    assert fields_of(one)["settings"]["EIPa"] == fields_of(two)["settings"]["EIPa"]
    assert header(one)[2] == device.mac != header(two)[2]
    assert fields_of(two)["settings"]["EMAC"].hex(":") == header(two)[2]


def test_a_new_address_that_is_confirmed_and_not_taken(faulty: Faulty) -> None:
    device = faulty(Fault(name="autoip_set_ignored"))
    [answer] = found(device, set_binary(device.mac, "127.0.0.61"))
    assert header(answer)[0] == 0x91
    assert device.parameters.current["EtherIPAddress"] == [192, 168, 0, 1]


def test_a_new_address_that_is_taken_and_not_confirmed(faulty: Faulty) -> None:
    device = faulty(Fault(name="autoip_set_unanswered"))
    assert found(device, set_binary(device.mac, "127.0.0.62"), answers=0) == []
    assert device.parameters.current["EtherIPAddress"] == [127, 0, 0, 62]


def test_another_address_than_the_one_that_is_set(faulty: Faulty, loopback: None) -> None:
    device = faulty(Fault(name="autoip_set_other"))
    assert len(found(device, set_binary(device.mac, "127.0.0.63"))) == 1
    wait_until(lambda: device.online and device.port.host == "127.0.0.99")
