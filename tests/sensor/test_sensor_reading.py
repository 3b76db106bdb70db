"""Identity, state and health, over a real socket."""

import json
from collections.abc import Awaitable, Callable
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from sicktui.model.device import Health, Identity
from sicktui.model.enums import AuthScheme, DeviceStatus, UpdateState
from sicktui.model.errors import UsageError
from sicktui.sensor.api import values
from sicktui.sensor.api.capabilities import Capabilities
from sicktui.sensor.api.replies import Reply
from sicktui.sensor.api.variables import DIGESTS, POWER_ON_COUNT
from sicktui.sensor.errors import NotSupported, OutOfConnections, ProtocolError
from sicktui.sensor.transport.messages import Request
from tests.sensor.conftest import MakeSensor
from tests.sensor.scripted import NOT_FOUND, ScriptedSensor, challenge, hang_up, html, http, refused, reply
from tests.sensor.scripted import Reply as Scripted
from tests.support.clocks import ManualClock


@pytest.fixture
def full(device: ScriptedSensor) -> ScriptedSensor:
    """A sensor that tells everything."""
    device.on("GET SerialNumber", reply({"SerialNumber": "25420067"}))
    device.on("GET EtherMACAddress", reply({"EtherMACAddress": [0, 6, 0x77, 1, 2, 255]}))
    device.on("GET DeviceType", reply({"DeviceType": "PICS150-1"}))
    device.on("GET OrderNumber", reply({"OrderNumber": "1134610"}))
    device.on("GET LocationName", reply({"LocationName": "gate 7"}))
    device.on("GET UpdateState", reply({"UpdateState": 1}))
    device.on("GET DeviceStatus", reply({"DeviceStatus": 3}))
    device.on("GET PowerOnCnt", reply({"PowerOnCnt": 41}))
    return device


async def test_identity_of_a_sensor_that_tells_everything(full: ScriptedSensor, connect: MakeSensor) -> None:
    assert await connect().read.identity() == Identity(
        name="picoScan",
        version="2.3.0.0R",
        serial="25420067",
        mac="00:06:77:01:02:ff",
        device_type="PICS150-1",
        order_number="1134610",
        location="gate 7",
    )
    assert full.asked()[0] == "GET DeviceIdent"
    assert all("authorization" not in seen.headers for seen in full.seen)


async def test_identity_of_a_sensor_that_tells_little_and_what_is_missing_is_asked_once(
    device: ScriptedSensor, connect: MakeSensor
) -> None:
    device.on("GET SerialNumber", http(404))
    sensor = connect()
    assert await sensor.read.identity() == Identity(name="picoScan", version="2.3.0.0R")
    device.seen.clear()
    await sensor.read.identity()
    assert device.asked() == ["GET DeviceIdent"]
    assert "SerialNumber" in sensor.capabilities.missing
    device.seen.clear()
    await connect(capabilities=sensor.capabilities).read.identity()
    assert device.asked() == ["GET DeviceIdent"]


async def test_another_firmware_is_asked_again(device: ScriptedSensor, connect: MakeSensor) -> None:
    sensor = connect()
    await sensor.read.identity()
    device.on("GET DeviceIdent", reply({"Name": "picoScan", "Version": "2.4.0.0R"}))
    device.on("GET SerialNumber", reply({"SerialNumber": "1"}))
    assert (await sensor.read.identity()).serial == "1"


async def test_a_starting_sensor_does_not_make_its_serial_number_forgotten(
    full: ScriptedSensor, connect: MakeSensor
) -> None:
    sensor = connect()
    await sensor.read.identity()
    full.on("GET SerialNumber", NOT_FOUND)
    with pytest.raises(NotSupported):
        await sensor.read.identity()
    full.on("GET SerialNumber", reply({"SerialNumber": "25420067"}))
    assert (await sensor.read.identity()).serial == "25420067"


async def test_a_known_sensor_is_recognised_with_two_questions(
    full: ScriptedSensor, connect: MakeSensor
) -> None:
    sensor = connect()
    known = await sensor.read.identity()
    full.seen.clear()
    assert await sensor.read.reread_identity(known) == known
    assert full.asked() == ["GET DeviceIdent", "GET SerialNumber"]
    full.on("GET SerialNumber", reply({"SerialNumber": "99999999"}))
    full.on("GET DeviceIdent", reply({"Name": "picoScan", "Version": "2.4.0.0R"}))
    other = await sensor.read.reread_identity(known)
    assert (other.serial, other.version) == ("99999999", "2.4.0.0R")


async def test_a_sensor_without_serial_number_is_recognised_by_its_mac_address(
    device: ScriptedSensor, connect: MakeSensor
) -> None:
    device.on(
        "GET EtherMACAddress",
        reply({"EtherMACAddress": [0, 6, 0x77, 1, 2, 3]}),
        reply({"EtherMACAddress": [0, 6, 0x77, 9, 9, 9]}),
    )
    sensor = connect()
    known = await sensor.read.identity()
    assert (await sensor.read.reread_identity(known)).mac == "00:06:77:09:09:09"


@pytest.mark.parametrize(
    ("told", "serial"),
    [
        ("25420067", "25420067"),
        (25420067, "25420067"),
        ("  7 ", "7"),
        ("", None),
        ("a\x1b[2Jb", "a·[2Jb"),
        ("x" * 100, "x" * 63 + "…"),
    ],
)
async def test_serial_numbers_come_as_text_or_number(
    device: ScriptedSensor, connect: MakeSensor, told: object, serial: str | None
) -> None:
    device.on("GET SerialNumber", reply({"SerialNumber": told}))
    assert (await connect().read.identity()).serial == serial


@pytest.mark.parametrize("mac", [[0] * 6, [255] * 6])
async def test_a_mac_address_that_tells_nobody_apart_is_none(
    device: ScriptedSensor, connect: MakeSensor, mac: list[int]
) -> None:
    device.on("GET EtherMACAddress", reply({"EtherMACAddress": mac}))
    assert (await connect().read.identity()).mac is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SerialNumber", True),
        ("SerialNumber", None),
        ("SerialNumber", [1]),
    ],
)
async def test_wrong_types_are_a_protocol_error(
    device: ScriptedSensor, connect: MakeSensor, name: str, value: object
) -> None:
    device.on(f"GET {name}", reply({name: value}))
    with pytest.raises(ProtocolError) as caught:
        await connect().read.identity()
    assert name in caught.value.message
    assert device.address in caught.value.message


@pytest.mark.parametrize(
    ("name", "bad", "good"),
    [
        ("UpdateState", 7, 0),
        ("UpdateState", "0", 0),
        ("SerialNumber", [1], "24160001"),
        ("DeviceIdent", {"Name": 1}, {"Name": "p", "Version": "1"}),
        ("PowerOnCnt", -1, 4),
    ],
)
async def test_a_value_of_the_wrong_type_is_read_again(
    device: ScriptedSensor, connect: MakeSensor, name: str, bad: object, good: object
) -> None:
    device.on(f"GET {name}", reply({name: bad}), reply({name: good}))
    read = connect().read
    of: dict[str, Callable[[], Awaitable[object]]] = {
        "UpdateState": read.update_state,
        "SerialNumber": read.serial_number,
        "DeviceIdent": read.ident,
        "PowerOnCnt": partial(read.optional, POWER_ON_COUNT),
    }
    await of[name]()
    assert device.asked().count(f"GET {name}") == 2


@pytest.mark.parametrize("name", ["LocationName", "OrderNumber", "DeviceType", "EtherMACAddress"])
@pytest.mark.parametrize(
    "answer",
    [
        reply({"LocationName": {"a": 1}, "OrderNumber": [1], "DeviceType": True, "EtherMACAddress": "x"}),
        http(500),
        http(403),
        http(200, b"\xff\xfe"),
        hang_up(),
    ],
    ids=["wrong type", "500", "403", "not UTF-8", "hangs up"],
)
async def test_what_identifies_nothing_may_fail_in_any_way(
    device: ScriptedSensor, connect: MakeSensor, name: str, answer: Scripted
) -> None:
    device.on("GET SerialNumber", reply({"SerialNumber": "24160001"}))
    device.on(f"GET {name}", answer)
    assert (await connect().read.identity()).serial == "24160001"


@pytest.mark.parametrize(("ok", "expected"), [(True, True), (False, False), ("yes", None), (0, None)])
async def test_a_check_of_the_checksums_that_is_odd_costs_no_checksum(
    full: ScriptedSensor, connect: MakeSensor, ok: object, expected: bool | None
) -> None:
    sums = {"MD5SumOK": ok, "MD5LinuxRoot": "a", "MD5App": "b"}
    full.on("GET LFTchecksum", reply({"LFTchecksum": sums}))
    found = await connect().read.optional(DIGESTS)
    assert found is not None
    assert (found.firmware, found.ok) == ("a b", expected)


@pytest.mark.parametrize("mac", [[0, 6, 0x77, 1, 2], [0, 6, 0x77, 1, 2, 256], "00:06:77:01:02:03"], ids=str)
async def test_a_mac_address_that_must_identify_is_checked(
    device: ScriptedSensor, connect: MakeSensor, mac: object
) -> None:
    device.on("GET SerialNumber", refused(5))
    device.on("GET EtherMACAddress", reply({"EtherMACAddress": mac}))
    with pytest.raises(ProtocolError, match="EtherMACAddress"):
        await connect().read.identity()


@pytest.mark.parametrize(
    "data",
    [
        {"Name": "p"},
        {"Name": "p", "Version": 2},
        {"Name": None, "Version": "1"},
        {"Name": "", "Version": "1"},
        {"Name": "p", "Version": " "},
        {"DeviceIdent": "picoScan"},
        [],
        "picoScan",
        7,
    ],
    ids=repr,
)
async def test_an_ident_without_name_and_version_is_a_protocol_error(
    device: ScriptedSensor, connect: MakeSensor, data: object
) -> None:
    device.on("GET DeviceIdent", reply(data))
    with pytest.raises(ProtocolError):
        await connect().read.ident()


async def test_ident_is_cleaned_and_read_wrapped_too(device: ScriptedSensor, connect: MakeSensor) -> None:
    device.on("GET DeviceIdent", reply({"DeviceIdent": {"Name": "pi\nco[b]", "Version": "1\x07"}}))
    assert await connect().read.ident() == ("pi·co[b]", "1·")


@pytest.mark.parametrize("answer", [html(404), NOT_FOUND, http(404)], ids=["page", "status 5", "bare"])
async def test_a_web_server_without_device_ident_is_no_sensor(
    device: ScriptedSensor, connect: MakeSensor, answer: bytes
) -> None:
    device.on("GET DeviceIdent", answer)
    with pytest.raises(ProtocolError) as caught:
        await connect().read.identity()
    assert "not a SICK sensor" in caught.value.message
    assert "something else" in caught.value.advice


@pytest.mark.parametrize("state", list(UpdateState))
async def test_update_state(device: ScriptedSensor, connect: MakeSensor, state: UpdateState) -> None:
    device.on("GET UpdateState", reply({"UpdateState": state.value}))
    assert await connect().read.update_state() is state


@pytest.mark.parametrize("value", [4, -1, "1", 1.0, None, True, [1]], ids=repr)
async def test_an_unknown_update_state_is_a_protocol_error(
    device: ScriptedSensor, connect: MakeSensor, value: object
) -> None:
    device.on("GET UpdateState", reply({"UpdateState": value}))
    with pytest.raises(ProtocolError) as caught:
        await connect().read.update_state()
    assert "UpdateState" in caught.value.message


async def test_a_sensor_without_update_state_says_so_each_time(
    device: ScriptedSensor, connect: MakeSensor
) -> None:
    sensor = connect()
    for _ in range(2):
        with pytest.raises(NotSupported):
            await sensor.read.update_state()
    # It may only be starting up, so it is asked again.
    assert device.asked() == ["GET UpdateState"] * 2


async def test_health(full: ScriptedSensor, connect: MakeSensor) -> None:
    assert await connect().read.health() == Health(status=DeviceStatus.NORMAL, power_on_count=41)


async def test_health_of_a_sensor_that_has_none(device: ScriptedSensor, connect: MakeSensor) -> None:
    sensor = connect()
    assert await sensor.read.health() == Health()
    device.seen.clear()
    await sensor.read.health()
    assert device.asked() == []


async def test_a_device_status_of_the_future_is_unknown(device: ScriptedSensor, connect: MakeSensor) -> None:
    device.on("GET DeviceStatus", reply({"DeviceStatus": 99}))
    status = (await connect().read.health()).status
    assert status is not None
    assert (status.value, status.label, status.healthy, status.is_known) == (99, "unknown", False, False)
    assert [DeviceStatus(number).is_known for number in (0, 1, 8, 9)] == [False, True, True, False]


@pytest.mark.parametrize(
    ("data", "value"),
    [
        ({"ScanDataEnable": True}, True),
        ({"a": 1, "b": [1, 2]}, {"a": 1, "b": [1, 2]}),
        ({"ScanDataEnable": {"a": 1}}, {"a": 1}),
        ([1, 2], [1, 2]),
        (None, None),
    ],
)
async def test_any_variable_is_read_unwrapped(
    device: ScriptedSensor, connect: MakeSensor, data: object, value: object
) -> None:
    body = {"header": {"status": 0, "message": "Ok"}, "data": data}
    device.on("GET ScanDataEnable", http(200, json.dumps(body).encode()))
    assert await connect().read.value("ScanDataEnable") == value


@pytest.mark.parametrize("name", ["", "..", "a/../b", "/a", "a/", "a b", "a?b", "ä", "a\r\nX: y", "a" * 101])
async def test_a_name_that_is_none_is_never_sent(
    device: ScriptedSensor, connect: MakeSensor, name: str
) -> None:
    sensor = connect()
    for call in (sensor.read.value(name), sensor.access.call(name), sensor.parameters.write(name, 1)):
        with pytest.raises(UsageError):
            await call
    assert device.seen == []


async def test_out_of_connections_is_waited_out(
    device: ScriptedSensor, connect: MakeSensor, clock: ManualClock
) -> None:
    device.on(
        "GET UpdateState", refused(11), http(429), refused(11, http_status=503), reply({"UpdateState": 0})
    )
    assert await connect().read.update_state() is UpdateState.INITIAL
    assert clock.slept == sorted(clock.slept)
    assert len(clock.slept) == 3


async def test_out_of_connections_for_ever_ends(
    device: ScriptedSensor, connect: MakeSensor, clock: ManualClock
) -> None:
    device.on("GET UpdateState", refused(11))
    with pytest.raises(OutOfConnections) as caught:
        await connect().read.update_state()
    assert "other programs" in caught.value.advice
    assert len(device.seen) == 4
    assert sum(clock.slept) < 5


async def test_what_was_learned_of_one_sensor_does_not_hold_for_another(
    device: ScriptedSensor, connect: MakeSensor
) -> None:
    learned = Capabilities(
        name="LRS4000",
        version="1.9.1",
        auth=AuthScheme.BASIC,
        trigger="methods/RunFirmwareUpdate",
        present=("SerialNumber",),
        missing=("UpdateState",),
    )
    sensor = connect(capabilities=learned)
    await sensor.read.ident()
    assert sensor.capabilities == Capabilities(name="picoScan", version="2.3.0.0R")


async def test_the_summary_names_what_was_negotiated(
    challenging: ScriptedSensor, connect: MakeSensor
) -> None:
    challenging.on("POST getChallenge", challenge())
    sensor = connect()
    assert sensor.capabilities.summary == ""
    await sensor.access.open_session()
    assert sensor.capabilities.summary == "challenge-response, session token"
    assert sensor.capabilities.tokens is True


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_json | st.fixed_dictionaries({"X": _json}) | st.fixed_dictionaries({"Name": _json, "Version": _json}))
def test_any_value_is_read_or_a_protocol_error(data: object) -> None:
    said = Reply(request=Request("10.0.0.7", "GET", "X"), http_status=200, data=data)
    readers = (
        values.device_ident,
        values.text,
        values.mac_address,
        values.update_state,
        values.device_status,
        values.count,
    )
    for read in readers:
        value: object
        try:
            value = read(said)
        except ProtocolError as error:
            value = error.message
        assert value is None or str(value).isprintable()


KNOWN = Identity(name="picoScan", version="2.3.0.0R", serial="25420067", mac="00:06:77:01:02:03")
MAC = [0, 6, 0x77, 1, 2, 3]


@pytest.mark.parametrize(
    "known", [KNOWN, structs.replace(KNOWN, mac=None), structs.replace(KNOWN, serial=None)], ids=repr
)
async def test_what_a_sensor_has_told_another_client_is_not_missing_while_it_starts(
    device: ScriptedSensor, connect: MakeSensor, known: Identity
) -> None:
    """A run that is resumed while its sensor boots must not take it for another one."""
    device.on("GET SerialNumber", NOT_FOUND)
    device.on("GET EtherMACAddress", NOT_FOUND)
    sensor = connect()
    with pytest.raises(NotSupported):
        await sensor.read.reread_identity(known)
    device.on("GET SerialNumber", reply({"SerialNumber": "25420067"}) if known.serial else NOT_FOUND)
    device.on("GET EtherMACAddress", reply({"EtherMACAddress": MAC}))
    assert (await sensor.read.reread_identity(known)).key == known.key


async def test_the_same_mac_address_without_the_serial_number_is_no_other_sensor(
    device: ScriptedSensor, connect: MakeSensor
) -> None:
    device.on("GET SerialNumber", NOT_FOUND)
    device.on("GET EtherMACAddress", reply({"EtherMACAddress": MAC}))
    with pytest.raises(NotSupported):
        await connect().read.reread_identity(KNOWN)


async def test_a_sensor_that_never_had_a_serial_number_is_another_one(
    device: ScriptedSensor, connect: MakeSensor
) -> None:
    device.on("GET SerialNumber", NOT_FOUND)
    device.on("GET EtherMACAddress", reply({"EtherMACAddress": [*MAC[:5], 99]}))
    assert (await connect().read.reread_identity(KNOWN)).key == "MAC 00:06:77:01:02:63"
    device.on("GET EtherMACAddress", NOT_FOUND)
    device.on("GET DeviceIdent", reply({"Name": "multiScan", "Version": "2.3.0.0R"}))
    assert (await connect().read.reread_identity(KNOWN)).key is None
