"""Single parameters on simulated sensors: read, write with proof, save, blink."""

import asyncio

import pytest

from sicktui.engine.parameters.plan import touched
from sicktui.engine.parameters.write import (
    find_me,
    location_limit,
    persist_parameters,
    plan_write,
    read_parameter,
    write_parameter,
)
from sicktui.model.enums import Code
from sicktui.model.errors import SicktuiError, UsageError
from sicktui.sensor.errors import AccessDenied, DeviceError, NotSupported, OtherSensor, OutcomeUnknown
from sicktui.simulator.spec import Fault
from sicktui.stores.disk.locks import Held, sensor_lock
from tests.support.engine_harness import GENERATIONS, EngineHarness, paths

pytestmark = pytest.mark.skips_waiting


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_a_sensor_is_renamed_with_proof_on_every_generation(
    harness: EngineHarness, generation: str
) -> None:
    device = await harness.sensor(generation=generation, location="gate 7")
    target = harness.target(device)
    plan = await plan_write(harness.context, target, "LocationName", "gate 8")
    assert (plan.old, plan.new, plan.changes) == ("gate 7", "gate 8", True)
    written = await write_parameter(harness.context, target, "LocationName", plan.new, persist=True)
    assert (written.old, written.new, written.changed, written.persisted) == ("gate 7", "gate 8", True, True)
    assert str(written) == "LocationName: 'gate 7' is now 'gate 8'."
    assert device.parameters.saved["LocationName"] == "gate 8"
    assert await read_parameter(harness.context, target, "LocationName") == "gate 8"
    again = await write_parameter(harness.context, target, "LocationName", "gate 8")
    assert (again.changed, again.persisted) == (False, None)
    assert paths(device).count("POST LocationName") == 1


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_the_length_of_a_name_is_that_of_its_family(harness: EngineHarness, generation: str) -> None:
    device = await harness.sensor(generation=generation)
    limit = device.generation.location_limit
    assert location_limit(device.generation.family.name) == limit
    target = harness.target(device)
    await write_parameter(harness.context, target, "LocationName", "x" * limit)
    with pytest.raises(UsageError, match=f"at most {limit} characters"):
        await plan_write(harness.context, target, "LocationName", "x" * (limit + 1))
    with pytest.raises(UsageError, match="cannot be printed"):
        await write_parameter(harness.context, target, "LocationName", "a\x1b[31m")
    assert device.parameters.current["LocationName"] == "x" * limit


async def test_values_are_of_the_kind_that_the_variable_has(harness: EngineHarness) -> None:
    device = await harness.sensor()
    target = harness.target(device)

    async def new(name: str, text: str) -> object:
        return (await plan_write(harness.context, target, name, text)).new

    assert await new("ScanDataFormat", "4") == 4
    assert await new("ScanDataEnable", "True") is True
    assert await new("LocationName", "4") == "4"
    assert await new("LocationName", '"quoted"') == "quoted"
    assert await new("LocationName", '"half') == '"half'
    assert await new("EtherIPAddress", "[10,0,0,1]") == [10, 0, 0, 1]
    settings = device.parameters.current["ScanDataEthSettings"]
    assert isinstance(settings, dict)
    assert await new("ScanDataEthSettings", '{"Port": 2116}') == {**settings, "Port": 2116}
    with pytest.raises(UsageError, match="no field 'port'"):
        await new("ScanDataEthSettings", '{"port": 2116}')
    for name, text in (("ScanDataFormat", "four"), ("ScanDataEnable", "1"), ("EtherIPAddress", "10.0.0.1")):
        with pytest.raises(UsageError, match=name):
            await new(name, text)
    plan = await plan_write(harness.context, target, "EtherIPAddress", "[10,0,0,1]")
    assert "may no longer be reachable" in plan.warnings[0]


async def test_a_part_of_a_struct_is_written_and_read_back(harness: EngineHarness) -> None:
    device = await harness.sensor()
    written = await write_parameter(
        harness.context, harness.target(device), "ScanDataEthSettings", {"Port": 2116}
    )
    assert written.new["Port"] == 2116
    assert written.new["Protocol"] == 1


async def test_the_other_fields_of_a_struct_are_sent_as_they_are(harness: EngineHarness) -> None:
    """A sensor may give fields that it is not sent their defaults (vendor's OpenAPI)."""
    device = await harness.sensor()
    original = device.parameters.write
    settings = device.parameters.current["ScanDataEthSettings"]
    assert isinstance(settings, dict)

    def forgetful(name: str, value: object) -> None:
        assert isinstance(value, dict)
        assert list(value) == list(settings)
        original(name, value)

    device.parameters.write = forgetful  # type: ignore[method-assign]
    written = await write_parameter(
        harness.context, harness.target(device), "ScanDataEthSettings", {"Port": 2116}
    )
    assert written.new == {**settings, "Port": 2116}


async def test_what_was_confirmed_is_not_written_over_a_later_change(harness: EngineHarness) -> None:
    """Of a struct that would write back fields that somebody else has changed since it was shown."""
    device = await harness.sensor()
    target, name = harness.target(device), "ScanDataEthSettings"
    plan = await plan_write(harness.context, target, name, '{"Port": 2116}')
    await write_parameter(harness.context, target, name, {"IPAddress": [10, 0, 0, 9]})
    sent = len(paths(device))
    with pytest.raises(SicktuiError, match="was changed meanwhile") as caught:
        await write_parameter(harness.context, target, name, plan.new, planned=plan)
    assert caught.value.code is Code.BUSY
    assert f"POST {name}" not in paths(device)[sent:]
    again = await plan_write(harness.context, target, name, '{"Port": 2116}')
    device.swap("99999999")
    with pytest.raises(OtherSensor, match="than when ScanDataEthSettings was shown"):
        await write_parameter(harness.context, target, name, again.new, planned=again)
    assert f"POST {name}" not in paths(device)[sent:]


def test_a_form_writes_only_the_fields_that_were_touched() -> None:
    old = {"Port": 2115, "Net": {"Ip": [1, 2], "Mask": 24}, "On": True}
    assert touched({"Port": 2116, "Net": {"Ip": [1, 3], "Mask": 24}, "On": True}, old) == {
        "Port": 2116,
        "Net": {"Ip": [1, 3]},
    }
    assert touched({"Prt": 1}, old) == {"Prt": 1}
    assert touched("text", old) == "text"


async def test_a_hidden_field_is_not_written_back(harness: EngineHarness) -> None:
    """A sensor may answer with stars for a secret in a struct: written back, they would be the secret."""
    device = await harness.sensor()
    settings = device.parameters.current["ScanDataEthSettings"]
    assert isinstance(settings, dict)
    settings["Secret"] = "***"
    target = harness.target(device)
    with pytest.raises(UsageError, match="would be written back"):
        await plan_write(harness.context, target, "ScanDataEthSettings", '{"Port": 2116}')
    with pytest.raises(UsageError):
        await write_parameter(harness.context, target, "ScanDataEthSettings", {"Port": 2116})
    assert "POST ScanDataEthSettings" not in paths(device)


async def test_what_cannot_be_written_is_refused(harness: EngineHarness) -> None:
    device = await harness.sensor()
    target = harness.target(device)
    with pytest.raises(UsageError, match="read-only"):
        await plan_write(harness.context, target, "SerialNumber", "1")
    with pytest.raises(NotSupported):
        await plan_write(harness.context, target, "NoSuchThing", "1")
    with pytest.raises(UsageError, match="not a valid variable"):
        await read_parameter(harness.context, target, "../../etc")
    with pytest.raises(DeviceError, match="status 9"):
        await write_parameter(harness.context, target, "ScanDataFormat", 9)


async def test_a_value_that_the_sensor_does_not_keep_is_no_success(harness: EngineHarness) -> None:
    device = await harness.sensor(generation="picoscan-2.3.3", location="gate 7")
    original = device.parameters.write

    def forgetful(name: str, value: object) -> None:
        original(name, str(value)[:4])

    device.parameters.write = forgetful  # type: ignore[method-assign]
    with pytest.raises(SicktuiError, match="now reports 'gate' instead of 'gate 8'"):
        await write_parameter(harness.context, harness.target(device), "LocationName", "gate 8")


async def test_a_sensor_that_a_run_works_on_is_not_written_to(harness: EngineHarness) -> None:
    device = await harness.sensor(location="gate 7")
    with sensor_lock(harness.context.home, f"serial {device.serial}", purpose="run 1"), pytest.raises(Held):
        await write_parameter(harness.context, harness.target(device), "LocationName", "gate 8")
    assert device.parameters.current["LocationName"] == "gate 7"
    await write_parameter(harness.context, harness.target(device), "LocationName", "gate 8")


async def test_a_sensor_that_flashes_is_left_alone_whoever_flashes_it(harness: EngineHarness) -> None:
    device = await harness.sensor(location="gate 7", update_state=1)
    target = harness.target(device)
    for act in (
        write_parameter(harness.context, target, "LocationName", "gate 8"),
        persist_parameters(harness.context, target),
        find_me(harness.context, target, 5),
    ):
        with pytest.raises(SicktuiError, match="firmware update is under way") as caught:
            await act
        assert caught.value.code is Code.BUSY
    assert not [path for path in paths(device) if path.startswith("POST ") and "Challenge" not in path]


async def test_a_sensor_without_an_update_is_written_to(harness: EngineHarness) -> None:
    device = await harness.sensor(location="gate 7", hidden=("UpdateState",))
    await write_parameter(harness.context, harness.target(device), "LocationName", "gate 8")
    await find_me(harness.context, harness.target(device), 5)


async def test_another_sensor_than_the_profile_pins_is_not_written_to(harness: EngineHarness) -> None:
    device = await harness.sensor()
    harness.profile("gate", device, serial="1")
    with pytest.raises(SicktuiError) as caught:
        await write_parameter(harness.context, harness.target("gate"), "LocationName", "x")
    assert caught.value.code is Code.OTHER_DEVICE


@pytest.mark.parametrize("taken", [True, False])
async def test_a_value_that_is_read_back_from_another_sensor_proves_nothing(
    harness: EngineHarness, taken: bool
) -> None:
    """It may have the new value, or a third one: neither is that of the sensor that was written to."""
    device = await harness.sensor(location="gate 7")
    write = device.parameters.write

    def exchanged(name: str, value: object) -> None:
        write(name, value if taken else "yard")
        device.swap("99000001")

    device.parameters.write = exchanged  # type: ignore[method-assign]
    with pytest.raises(OutcomeUnknown, match="another sensor answers now") as caught:
        await write_parameter(harness.context, harness.target(device), "LocationName", "gate 8")
    assert caught.value.code is Code.OTHER_DEVICE


async def test_another_sensors_value_is_not_read_for_a_device(harness: EngineHarness) -> None:
    device = await harness.sensor()
    harness.profile("gate", device, serial="1")
    for name in ("LocationName", "SerialNumber"):
        with pytest.raises(SicktuiError) as caught:
            await read_parameter(harness.context, harness.target("gate"), name)
        assert caught.value.code is Code.OTHER_DEVICE


async def test_saving_and_blinking(harness: EngineHarness) -> None:
    device = await harness.sensor()
    target = harness.target(device)
    device.parameters.write("LocationName", "not saved")
    assert await persist_parameters(harness.context, target)
    assert device.parameters.saved["LocationName"] == "not saved"
    await find_me(harness.context, target, 5)
    assert device.blinking_until > device.time.now()
    with pytest.raises(UsageError):
        await find_me(harness.context, target, 0)


async def test_a_sensor_blinks_for_somebody_without_a_password(
    harness: EngineHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Vendor's OpenAPI: FindMe is the one POST without a header."""
    monkeypatch.setattr(harness.context.credentials, "password", lambda *_: None)
    device = await harness.sensor(generation="picoscan-2.2.1")
    await find_me(harness.context, harness.target(device), 5)
    assert device.blinking_until > device.time.now()
    harness.provoked = "FindMe"
    strict = await harness.sensor(generation="auth-article", name="strict")
    with pytest.raises(AccessDenied, match="No password is known"):
        await find_me(harness.context, harness.target(strict), 5)
    assert "POST getChallenge" not in paths(strict)


async def test_the_wrong_password_is_said(harness: EngineHarness) -> None:
    harness.provoked = "wrong response"
    device = await harness.sensor(password="another")
    with pytest.raises(AccessDenied):
        await write_parameter(harness.context, harness.target(device), "LocationName", "x")


@pytest.mark.parametrize("acts", [True, False])
async def test_a_write_that_is_not_answered_is_judged_by_the_value(
    harness: EngineHarness, acts: bool
) -> None:
    harness.settings(request_timeout=0.8)
    device = await harness.sensor(faults=(Fault(name="hang", at="POST LocationName", acts=acts),))
    if acts:
        written = await write_parameter(harness.context, harness.target(device), "LocationName", "x")
        assert written.new == "x"
        return
    with pytest.raises(SicktuiError) as caught:
        await write_parameter(harness.context, harness.target(device), "LocationName", "x")
    assert "unknown" in caught.value.message


@pytest.mark.parametrize("reply", ["http_503", "html", "not_json", "wrong_types", "cut_reply"])
async def test_a_write_that_was_done_and_answered_oddly_is_judged_by_the_value(
    harness: EngineHarness, reply: str
) -> None:
    faults = (
        Fault(name=reply, at="POST LocationName", acts=True),
        Fault(name=reply, at="POST WriteEeprom", acts=True, times=1),
    )
    device = await harness.sensor(location="gate 7", faults=faults)
    target = harness.target(device)
    written = await write_parameter(harness.context, target, "LocationName", "gate 8", persist=True)
    assert (written.changed, written.persisted) == (True, True)
    assert device.parameters.saved["LocationName"] == "gate 8"
    assert paths(device).count("POST LocationName") == 1


@pytest.mark.parametrize("status", [1, 2, 6, 9, 99])
@pytest.mark.parametrize("acts", [True, False])
async def test_a_write_that_was_refused_in_words_is_judged_by_the_value(
    harness: EngineHarness, status: int, acts: bool
) -> None:
    fault = Fault(name="status", at="POST LocationName", value=status, acts=acts)
    device = await harness.sensor(location="gate 7", faults=(fault,))
    write = write_parameter(harness.context, harness.target(device), "LocationName", "gate 8")
    if acts:
        assert (await write).new == "gate 8"
    else:
        with pytest.raises(DeviceError):
            await write
    assert paths(device).count("POST LocationName") == 1


async def test_a_write_that_was_refused_and_cannot_be_read_back_is_unknown(harness: EngineHarness) -> None:
    device = await harness.sensor(generation="picoscan-2.3.3")
    target = harness.target(device)
    await plan_write(harness.context, target, "LocationName", "gate 8")
    device.add_fault(Fault(name="status", at="POST LocationName", value=2))
    device.add_fault(Fault(name="http_503", at="GET LocationName", after=2))
    with pytest.raises(OutcomeUnknown, match="cannot be read back"):
        await write_parameter(harness.context, target, "LocationName", "gate 8")


async def test_a_write_that_is_answered_badly_and_has_not_shown_is_unknown(harness: EngineHarness) -> None:
    """A gateway that gives up says nothing of what comes of it (504)."""
    device = await harness.sensor(
        location="gate 7", faults=(Fault(name="http_503", at="POST LocationName", value=504),)
    )
    with pytest.raises(OutcomeUnknown, match="unknown whether it takes effect") as caught:
        await write_parameter(harness.context, harness.target(device), "LocationName", "gate 8")
    assert "before you write again" in caught.value.advice
    assert paths(device).count("POST LocationName") == 1


@pytest.mark.parametrize(
    "faults", [(), (Fault(name="http_503", at="POST LocationName", value=504, acts=True),)]
)
async def test_a_write_that_shows_late_is_waited_for(
    harness: EngineHarness, faults: tuple[Fault, ...]
) -> None:
    device = await harness.sensor(location="gate 7", faults=faults)
    original = device.parameters.write

    def later(name: str, value: object) -> None:
        asyncio.get_running_loop().call_later(3.0, original, name, value)

    device.parameters.write = later  # type: ignore[method-assign]
    written = await write_parameter(harness.context, harness.target(device), "LocationName", "gate 8")
    assert (written.changed, written.new) == (True, "gate 8")


async def test_a_write_that_cannot_be_read_back_is_unknown(harness: EngineHarness) -> None:
    device = await harness.sensor(generation="picoscan-2.3.3")
    target = harness.target(device)
    await plan_write(harness.context, target, "LocationName", "gate 8")
    device.add_fault(Fault(name="http_503", at="GET LocationName", after=2))
    with pytest.raises(OutcomeUnknown, match="cannot be read back"):
        await write_parameter(harness.context, target, "LocationName", "gate 8")


async def test_a_write_that_is_taken_and_has_not_shown_is_unknown(harness: EngineHarness) -> None:
    device = await harness.sensor(location="gate 7")
    device.parameters.write = lambda *_: None  # type: ignore[method-assign]
    with pytest.raises(OutcomeUnknown, match="still reads 'gate 7'"):
        await write_parameter(harness.context, harness.target(device), "LocationName", "gate 8")


async def test_a_value_that_is_hidden_when_it_is_read_back_is_unknown(harness: EngineHarness) -> None:
    device = await harness.sensor(location="gate 7")
    original = device.parameters.write

    def hidden(name: str, value: object) -> None:
        original(name, "***" if value else value)

    device.parameters.write = hidden  # type: ignore[method-assign]
    with pytest.raises(OutcomeUnknown, match="hides its value"):
        await write_parameter(harness.context, harness.target(device), "LocationName", "gate 8")


@pytest.mark.parametrize("acts", [True, False])
async def test_a_write_whose_login_was_refused_is_judged_by_the_value(
    harness: EngineHarness, acts: bool
) -> None:
    harness.provoked = "Access Denied"
    fault = Fault(name="status", at="POST LocationName", value=4, acts=acts)
    device = await harness.sensor(location="gate 7", faults=(fault,))
    write = write_parameter(harness.context, harness.target(device), "LocationName", "gate 8")
    if acts:
        assert (await write).new == "gate 8"
    else:
        with pytest.raises(AccessDenied):
            await write


@pytest.mark.parametrize(
    ("name", "meant"), [("locationname", "LocationName"), ("ScanDataFormt", "ScanDataFormat")]
)
async def test_a_misspelled_name_gets_the_one_that_was_meant(
    harness: EngineHarness, name: str, meant: str
) -> None:
    device = await harness.sensor()
    with pytest.raises(NotSupported) as caught:
        await read_parameter(harness.context, harness.target(device), name)
    assert f"did you mean '{meant}'?" in caught.value.advice
    with pytest.raises(NotSupported) as caught:
        await read_parameter(harness.context, harness.target(device), "Qqqqq")
    assert "did you mean" not in caught.value.advice
