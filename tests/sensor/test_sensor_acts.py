"""Trigger, persist, write, blink: small acts, each negotiated and remembered."""

from collections.abc import Awaitable, Callable

import pytest

from sicktui.model.enums import Code
from sicktui.model.errors import UsageError
from sicktui.sensor.api.capabilities import Capabilities
from sicktui.sensor.client import Sensor
from sicktui.sensor.errors import (
    AccessDenied,
    DeviceError,
    NotSupported,
    ProtocolError,
    SensorError,
    is_unsure,
)
from tests.sensor.acts import start_flash
from tests.sensor.conftest import MakeSensor
from tests.sensor.scripted import NOT_FOUND, ScriptedSensor, html, http, if_proven, refused, reply


def posts(device: ScriptedSensor) -> list[str]:
    return [key.removeprefix("POST ") for key in device.asked() if key.startswith("POST")]


async def test_a_challenge_sensor_is_triggered_on_the_vendors_path_first(
    challenging: ScriptedSensor, connect: MakeSensor
) -> None:
    challenging.on("POST RunFirmwareUpdate", if_proven(reply()))
    sensor = connect(auth="challenge")
    await start_flash(sensor)
    assert posts(challenging) == ["getChallenge", "RunFirmwareUpdate"]
    assert sensor.capabilities.trigger == "RunFirmwareUpdate"


async def test_a_basic_sensor_is_triggered_on_the_articles_path_first(
    basic: ScriptedSensor, connect: MakeSensor
) -> None:
    basic.on("POST methods/RunFirmwareUpdate", reply())
    await start_flash(connect(auth="basic"))
    assert posts(basic) == ["methods/RunFirmwareUpdate"]
    assert basic.seen[0].body == b"{}"
    assert basic.seen[0].headers["authorization"].startswith("Basic ")


@pytest.mark.parametrize("absent", [NOT_FOUND, http(404), html(404)], ids=["status 5", "bare", "page"])
async def test_the_other_path_is_tried_and_remembered(
    challenging: ScriptedSensor, connect: MakeSensor, absent: bytes
) -> None:
    challenging.on("POST RunFirmwareUpdate", absent)
    challenging.on("POST methods/RunFirmwareUpdate", if_proven(reply()))
    sensor = connect(auth="challenge")
    await start_flash(sensor)
    await start_flash(sensor)
    assert [name for name in posts(challenging) if name != "getChallenge"] == [
        "RunFirmwareUpdate",
        "methods/RunFirmwareUpdate",
        "methods/RunFirmwareUpdate",
    ]
    challenging.seen.clear()
    await start_flash(connect(auth="challenge", capabilities=sensor.capabilities))
    assert posts(challenging) == ["getChallenge", "methods/RunFirmwareUpdate"]


async def test_a_sensor_without_any_trigger(challenging: ScriptedSensor, connect: MakeSensor) -> None:
    with pytest.raises(NotSupported):
        await start_flash(connect())


@pytest.mark.parametrize("answer", [refused(4), http(401), refused(3), http(500)], ids=repr)
async def test_a_trigger_that_is_refused_is_not_tried_on_the_other_path(
    challenging: ScriptedSensor, connect: MakeSensor, answer: bytes
) -> None:
    challenging.on("POST RunFirmwareUpdate", answer)
    with pytest.raises((AccessDenied, DeviceError)):
        await start_flash(connect())
    assert "methods/RunFirmwareUpdate" not in posts(challenging)


async def test_write_eeprom_persists(challenging: ScriptedSensor, connect: MakeSensor) -> None:
    challenging.on("POST WriteEeprom", if_proven(reply({"Success": True})))
    sensor = connect()
    assert await sensor.parameters.persist() is True
    assert sensor.capabilities.persist == "WriteEeprom"


async def test_persist_parameters_persists_where_write_eeprom_does_not_exist(
    challenging: ScriptedSensor, connect: MakeSensor
) -> None:
    challenging.on("POST PersistParameters", if_proven(reply()))
    sensor = connect(auth="challenge")
    assert await sensor.parameters.persist() is True
    challenging.seen.clear()
    assert await sensor.parameters.persist() is True
    assert posts(challenging) == ["getChallenge", "PersistParameters"]


async def test_a_sensor_that_cannot_persist(challenging: ScriptedSensor, connect: MakeSensor) -> None:
    sensor = connect()
    assert await sensor.parameters.persist() is False
    challenging.seen.clear()
    assert await sensor.parameters.persist() is False
    assert challenging.seen == []


async def test_a_way_to_persist_that_was_found_and_is_gone_is_an_error(
    challenging: ScriptedSensor, connect: MakeSensor
) -> None:
    with pytest.raises(NotSupported):
        await connect(capabilities=Capabilities(persist="WriteEeprom")).parameters.persist()


@pytest.mark.parametrize("data", [{"Success": False}, {"Result": False}, {"WriteEeprom": {"Success": False}}])
async def test_a_persist_that_did_not_succeed_is_an_error(
    challenging: ScriptedSensor, connect: MakeSensor, data: dict[str, object]
) -> None:
    challenging.on("POST WriteEeprom", reply(data))
    with pytest.raises(DeviceError) as caught:
        await connect().parameters.persist()
    assert "WriteEeprom failed" in caught.value.message


async def test_find_me(challenging: ScriptedSensor, connect: MakeSensor) -> None:
    challenging.on("POST FindMe", if_proven(reply()))
    await connect().parameters.find_me(5)
    assert challenging.last("POST FindMe").json["data"] == {"uiDuration": 5}


@pytest.mark.parametrize("seconds", [0, -1, 65536])
async def test_find_me_for_a_time_that_is_not_possible(
    challenging: ScriptedSensor, connect: MakeSensor, seconds: int
) -> None:
    with pytest.raises(UsageError):
        await connect().parameters.find_me(seconds)
    assert challenging.seen == []


async def test_a_value_that_is_no_json_is_not_sent(challenging: ScriptedSensor, connect: MakeSensor) -> None:
    sensor = connect()
    for value in (object(), "lone \udc80 surrogate"):
        with pytest.raises(UsageError):
            await sensor.parameters.write("LocationName", value)
    assert "LocationName" not in posts(challenging)


async def test_call_returns_the_data_flat_or_wrapped(
    challenging: ScriptedSensor, connect: MakeSensor
) -> None:
    challenging.on("POST GetX", reply({"a": 1}), reply({"GetX": {"a": 1}}), reply([1]))
    sensor = connect()
    assert (await sensor.access.call("GetX", {"b": 2})).fields == {"a": 1}
    assert challenging.last("POST GetX").json["data"] == {"b": 2}
    assert (await sensor.access.call("GetX")).fields == {"a": 1}
    list_reply = await sensor.access.call("GetX")
    with pytest.raises(ProtocolError):
        _ = list_reply.fields


TRIGGER = "RunFirmwareUpdate"
ACTS: dict[str, Callable[[Sensor], Awaitable[object]]] = {
    "RunFirmwareUpdate": lambda sensor: sensor.firmware.trigger("RunFirmwareUpdate"),
    "WriteEeprom": lambda sensor: sensor.parameters.persist(),
    "LocationName": lambda sensor: sensor.parameters.write("LocationName", "gate 8"),
    "FindMe": lambda sensor: sensor.parameters.find_me(5),
    "CreateParameterBackup": lambda sensor: sensor.backups.create("a passphrase"),
    "RestoreParameterBackup": lambda sensor: sensor.backups.restore("a passphrase"),
}
SERIAL = reply({"SerialNumber": "25001234"})


def state(value: int) -> bytes:
    return reply({"UpdateState": value})


REPEATED = [
    *(pytest.param(refused(10, "Invalid Challenge"), act, id=f"10-{act}") for act in ACTS if act != TRIGGER),
    pytest.param(http(429), "FindMe", id="429-FindMe"),
]
ONCE = [
    *(pytest.param(http(429), act, id=f"429-{act}") for act in ACTS if act != "FindMe"),
    pytest.param(refused(10, "Invalid Challenge"), TRIGGER, id=f"10-{TRIGGER}"),
]


@pytest.mark.parametrize(("answer", "act"), ONCE)
async def test_no_act_is_repeated_that_may_be_at_work(
    challenging: ScriptedSensor, connect: MakeSensor, act: str, answer: bytes
) -> None:
    """HTTP 429 does not prove that nothing was done; after a trigger Invalid Challenge does not, either."""
    challenging.on(f"POST {act}", answer, if_proven(reply()))
    challenging.on("GET UpdateState", state(0))
    with pytest.raises(SensorError) as caught:
        await ACTS[act](connect(auth="challenge"))
    assert caught.value.outcome_unknown
    assert is_unsure(caught.value)
    assert posts(challenging).count(act) == 1


@pytest.mark.parametrize(("refusal", "act"), REPEATED)
async def test_no_act_is_repeated_without_a_reading(
    challenging: ScriptedSensor, connect: MakeSensor, act: str, refusal: bytes
) -> None:
    """Who answers, and UpdateState: of every act, by one rule."""
    challenging.on(f"POST {act}", refusal, if_proven(reply()))
    challenging.on("GET UpdateState", state(0))
    challenging.on("GET SerialNumber", SERIAL)
    sensor = connect(auth="challenge")
    await sensor.read.serial_number()
    await ACTS[act](sensor)
    asked = challenging.asked()
    calls = [number for number, key in enumerate(asked) if key == f"POST {act}"]
    assert len(calls) == 2
    assert {"GET UpdateState", "GET SerialNumber"} <= set(asked[calls[0] : calls[1]])


@pytest.mark.parametrize("act", sorted(ACTS.keys() - {TRIGGER}))
@pytest.mark.parametrize("becomes", ["flashes", "exchanged"])
async def test_no_act_is_repeated_on_a_sensor_that_has_changed(
    challenging: ScriptedSensor, connect: MakeSensor, act: str, becomes: str
) -> None:
    challenging.on(f"POST {act}", refused(10, "Invalid Challenge"), if_proven(reply()))
    challenging.on("GET UpdateState", state(int(becomes == "flashes")))
    other = reply({"SerialNumber": "25009999"}) if becomes == "exchanged" else SERIAL
    challenging.on("GET SerialNumber", SERIAL, other)
    sensor = connect(auth="challenge")
    await sensor.read.serial_number()
    with pytest.raises(SensorError) as caught:
        await ACTS[act](sensor)
    assert caught.value.code is (Code.DEVICE_ERROR if becomes == "flashes" else Code.OTHER_DEVICE)
    assert posts(challenging).count(act) == 1


async def test_the_second_way_to_save_is_preceded_by_a_reading(
    challenging: ScriptedSensor, connect: MakeSensor
) -> None:
    challenging.on("POST PersistParameters", if_proven(reply()))
    challenging.on("GET UpdateState", state(1))
    sensor = connect(auth="challenge")
    with pytest.raises(NotSupported):
        await sensor.parameters.persist()
    assert "PersistParameters" not in posts(challenging)
    assert "GET UpdateState" in challenging.asked()


async def test_the_name_of_a_path_is_hashed_otherwise_only_after_a_reading(
    challenging: ScriptedSensor, connect: MakeSensor
) -> None:
    challenging.on("POST checkCredentials", if_proven(reply()))
    challenging.on("POST methods/Something", refused(4), if_proven(reply()))
    challenging.on("GET UpdateState", state(1))
    sensor = connect(auth="challenge")
    assert await sensor.access.check_password()
    with pytest.raises(AccessDenied):
        await sensor.access.call("methods/Something")
    assert posts(challenging).count("methods/Something") == 1
    assert "GET UpdateState" in challenging.asked()
