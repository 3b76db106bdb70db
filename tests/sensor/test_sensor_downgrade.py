"""A downgrade gets no password: what a sensor has once spoken is kept, and whoever answers must be it."""

from pathlib import Path
from typing import Any

import pytest

from sicktui.model.enums import AuthScheme, Code
from sicktui.sensor.api.login.owner import SensorOwner
from sicktui.sensor.errors import AccessDenied, OtherSensor, PasswordWithheld, ProtocolError
from sicktui.stores.memory.sensor_memory import SensorMemory, TargetMemory
from tests.sensor.conftest import MakeSensor
from tests.sensor.scripted import NOT_FOUND, PASSWORD, TOKEN, ScriptedSensor, html, reply, target
from tests.sensor.test_sensor_auth import assert_never_in_clear


def remembered(folder: Path, address: str, **about: Any) -> TargetMemory:
    """The memory of a sensor, as a process that starts now reads it."""
    return SensorMemory(folder / "sensors.json").of(target(address, **about))


async def meet(device: ScriptedSensor, connect: MakeSensor, folder: Path, serial: str | None) -> None:
    """Let an earlier process see the sensor speak challenge-response, then downgrade it."""
    if serial is not None:
        device.on("GET SerialNumber", reply({"SerialNumber": serial}))
    sensor = connect(memory=remembered(folder, device.address))
    await sensor.read.serial_number()
    assert await sensor.access.scheme() is AuthScheme.CHALLENGE
    device.on("POST getChallenge", NOT_FOUND)
    device.on("POST CreateSessionToken", reply({"token": TOKEN}))


async def test_after_a_challenge_no_later_process_sends_basic(
    challenging: ScriptedSensor, connect: MakeSensor, tmp_path: Path
) -> None:
    await meet(challenging, connect, tmp_path, "0042")
    sensor = connect(memory=remembered(tmp_path, challenging.address))
    with pytest.raises(PasswordWithheld) as caught:
        await sensor.access.open_session()
    assert caught.value.code is Code.ACCESS_DENIED
    assert not isinstance(caught.value, AccessDenied), "the sensor has refused no password"
    assert "auth = 'basic'" in caught.value.advice
    assert_never_in_clear(challenging)


@pytest.mark.parametrize(
    "disguise",
    [
        {"DeviceIdent": {"Name": "other", "Version": "1.0.0.0R"}},
        {"DeviceIdent": {"Name": "picoScan", "Version": "2.9.0.0R"}},
        {"SerialNumber": "777"},
        {"SerialNumber": None},
    ],
    ids=["another name", "another version", "another serial", "no serial"],
)
@pytest.mark.parametrize("elsewhere", [False, True], ids=["address", "serial and name only"])
async def test_nothing_that_a_device_says_voids_the_memory(
    challenging: ScriptedSensor,
    connect: MakeSensor,
    tmp_path: Path,
    disguise: dict[str, Any],
    elsewhere: bool,
) -> None:
    await meet(challenging, connect, tmp_path, "0042")
    for name, value in disguise.items():
        challenging.on(f"GET {name}", NOT_FOUND if value is None else reply({name: value}))
    about = {"serial": "42"} if elsewhere and "SerialNumber" not in disguise else {}
    where = "127.0.0.9:1" if elsewhere else challenging.address
    sensor = connect(memory=remembered(tmp_path, where, **about), **about)
    with pytest.raises((PasswordWithheld, OtherSensor)):
        await sensor.access.open_session()
    assert_never_in_clear(challenging)


async def test_in_one_process_another_identity_voids_nothing(
    challenging: ScriptedSensor, connect: MakeSensor
) -> None:
    sensor = connect()
    await sensor.read.ident()
    assert await sensor.access.scheme() is AuthScheme.CHALLENGE
    challenging.on("POST getChallenge", NOT_FOUND)
    challenging.on("GET DeviceIdent", reply({"Name": "picoScan", "Version": "1.0.0.0R"}))
    await sensor.read.ident()
    with pytest.raises(PasswordWithheld):
        await sensor.access.open_session()
    assert_never_in_clear(challenging)


async def test_the_serial_alone_is_enough_at_another_address(
    challenging: ScriptedSensor, connect: MakeSensor, tmp_path: Path
) -> None:
    await meet(challenging, connect, tmp_path, "0042")
    challenging.on("GET SerialNumber", reply({"SerialNumber": "00042"}))
    sensor = connect(memory=remembered(tmp_path, "127.0.0.9:1", device="other"))
    with pytest.raises(PasswordWithheld):
        await sensor.access.open_session()
    assert_never_in_clear(challenging)


async def test_a_serial_that_cannot_be_read_gets_no_basic(
    basic: ScriptedSensor, connect: MakeSensor, tmp_path: Path
) -> None:
    basic.on("GET SerialNumber", html(200))
    with pytest.raises(ProtocolError):
        await connect(memory=remembered(tmp_path, basic.address)).access.open_session()
    assert_never_in_clear(basic)


async def test_a_sensor_that_never_spoke_it_gets_basic(
    basic: ScriptedSensor, connect: MakeSensor, tmp_path: Path
) -> None:
    assert await connect(memory=remembered(tmp_path, basic.address)).access.open_session()
    assert not (tmp_path / "sensors.json").exists()


async def test_only_the_profile_itself_allows_basic(
    challenging: ScriptedSensor, connect: MakeSensor, tmp_path: Path
) -> None:
    await meet(challenging, connect, tmp_path, "0042")
    memory = remembered(tmp_path, challenging.address)
    with pytest.raises(PasswordWithheld):
        await connect(memory=memory, auth="basic").access.open_session()
    assert_never_in_clear(challenging)
    allowed = connect(memory=memory, auth="basic", basic_allowed=True)
    assert await allowed.access.open_session()


async def test_a_damaged_memory_allows_no_basic(
    basic: ScriptedSensor, connect: MakeSensor, tmp_path: Path
) -> None:
    (tmp_path / "sensors.json").write_bytes(b'{"challenge": [')
    with pytest.raises(PasswordWithheld, match=r"sensors\.json"):
        await connect(memory=remembered(tmp_path, basic.address)).access.open_session()
    assert_never_in_clear(basic)
    assert (tmp_path / "sensors.json").read_bytes() == b'{"challenge": ['


async def test_a_damaged_memory_keeps_no_challenge_from_working(
    challenging: ScriptedSensor, connect: MakeSensor, tmp_path: Path
) -> None:
    (tmp_path / "sensors.json").write_bytes(b"\xff")
    assert await connect(memory=remembered(tmp_path, challenging.address)).access.open_session()


@pytest.mark.parametrize("answer", [reply({"SerialNumber": "43"}), NOT_FOUND], ids=["another", "none"])
@pytest.mark.parametrize("auth", ["auto", "basic"])
async def test_a_pinned_serial_is_checked_before_anything_about_the_password(
    basic: ScriptedSensor, connect: MakeSensor, answer: bytes, auth: str
) -> None:
    basic.on("GET SerialNumber", answer)
    with pytest.raises(OtherSensor) as caught:
        await connect(auth=auth, serial="42").access.check_password()
    assert caught.value.code is Code.OTHER_DEVICE
    assert basic.asked() == ["GET SerialNumber"]


async def test_leading_zeros_are_one_serial(challenging: ScriptedSensor, connect: MakeSensor) -> None:
    challenging.on("GET SerialNumber", reply({"SerialNumber": "00042"}))
    assert await connect(serial="42").access.check_password()


async def test_a_password_stored_for_another_sensor_is_not_used(
    challenging: ScriptedSensor, connect: MakeSensor
) -> None:
    challenging.on("GET SerialNumber", reply({"SerialNumber": "43"}))
    sensor = connect(owner=SensorOwner(serial="42", stored=True))
    with pytest.raises(PasswordWithheld, match="belongs to the sensor with serial number 42"):
        await sensor.access.check_password()
    assert challenging.asked() == ["GET SerialNumber"]


async def test_a_job_sends_nothing_secret_to_another_sensor_than_its_plans(
    challenging: ScriptedSensor, connect: MakeSensor
) -> None:
    challenging.on("GET SerialNumber", reply({"SerialNumber": "43"}))
    sensor = connect(owner=SensorOwner(serial="42", stored=False))
    with pytest.raises(OtherSensor, match="the plan was made for 42"):
        await sensor.backups.create("a passphrase that matters")
    assert challenging.asked() == ["GET SerialNumber"]
    assert PASSWORD.encode() not in b"".join(seen.body for seen in challenging.seen)
