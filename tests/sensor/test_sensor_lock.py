"""Five refused logins lock a sensor for 30 s: counted, waited out, never tried into. HTTP 429 backs off."""

from pathlib import Path

import pytest

from sicktui.model.enums import Code
from sicktui.model.passwords.login import LOCK_WAIT, RefusedLogins
from sicktui.sensor.api.login.authentication import SensorNotes
from sicktui.sensor.errors import AccessDenied, LoginsLocked, OutOfConnections, UploadRefused
from sicktui.stores.memory.sensor_memory import SensorMemory
from tests.sensor.acts import start_flash
from tests.sensor.conftest import MakeSensor
from tests.sensor.scripted import (
    TOKEN,
    ScriptedSensor,
    challenge,
    http,
    if_proven,
    refused,
    reply,
    take_then,
    target,
)
from tests.support.clocks import ManualClock


def remembered(folder: Path, address: str) -> SensorNotes:
    """What a process of its own remembers of what answers at an address."""
    return SensorMemory(folder / "sensors.json").of(target(address))


async def refuse(connect: MakeSensor, folder: Path, device: ScriptedSensor, times: int) -> None:
    for number in range(times):
        with pytest.raises(AccessDenied):
            await connect(
                password=f"wrong {number}", memory=remembered(folder, device.address)
            ).access.check_password()


async def test_the_sixth_login_waits_whatever_process_sends_it(
    challenging: ScriptedSensor, connect: MakeSensor, clock: ManualClock, tmp_path: Path
) -> None:
    await refuse(connect, tmp_path, challenging, 5)
    assert clock.slept == []
    clock.elapsed += 10
    told: list[float] = []

    async def tell(seconds: float) -> None:
        told.append(seconds)

    sensor = connect(memory=remembered(tmp_path, challenging.address), on_wait=tell)
    assert await sensor.access.check_password()
    assert clock.slept == told == [pytest.approx(LOCK_WAIT - 10)]


async def test_an_accepted_login_ends_the_count(
    challenging: ScriptedSensor, connect: MakeSensor, clock: ManualClock, tmp_path: Path
) -> None:
    await refuse(connect, tmp_path, challenging, 4)
    assert await connect(memory=remembered(tmp_path, challenging.address)).access.check_password()
    await refuse(connect, tmp_path, challenging, 4)
    assert clock.slept == []


async def test_the_refusal_that_locks_says_so(
    challenging: ScriptedSensor, connect: MakeSensor, tmp_path: Path
) -> None:
    await refuse(connect, tmp_path, challenging, 4)
    with pytest.raises(AccessDenied) as caught:
        await connect(password="x", memory=remembered(tmp_path, challenging.address)).access.check_password()
    assert "5 logins in a row were refused" in caught.value.advice


async def test_a_token_is_not_asked_for_into_the_lock(
    challenging: ScriptedSensor, connect: MakeSensor, clock: ManualClock, tmp_path: Path
) -> None:
    await refuse(connect, tmp_path, challenging, 5)
    for act in ("open_session", "check_password"):
        challenging.seen.clear()
        sensor = connect(memory=remembered(tmp_path, challenging.address))
        assert await getattr(sensor.access, act)()
    assert clock.slept == [pytest.approx(LOCK_WAIT)]


async def test_basic_waits_too(
    basic: ScriptedSensor, connect: MakeSensor, clock: ManualClock, tmp_path: Path
) -> None:
    basic.on("POST CreateSessionToken", *[http(401)] * 5, reply({"token": TOKEN}))
    for _ in range(5):
        with pytest.raises(AccessDenied):
            await connect(memory=remembered(tmp_path, basic.address)).access.open_session()
    assert await connect(memory=remembered(tmp_path, basic.address)).access.open_session()
    assert clock.slept == [pytest.approx(LOCK_WAIT)]


@pytest.mark.parametrize("answer", [refused(4, "Login locked"), http(423)], ids=["words", "HTTP 423"])
async def test_a_lock_that_the_sensor_names_is_waited_out_and_then_named(
    challenging: ScriptedSensor, connect: MakeSensor, clock: ManualClock, answer: bytes
) -> None:
    challenging.on("POST checkCredentials", answer, if_proven(reply()))
    assert await connect().access.check_password()
    assert clock.slept == [pytest.approx(LOCK_WAIT)]
    challenging.on("POST checkCredentials", answer)
    with pytest.raises(LoginsLocked) as caught:
        await connect().access.check_password()
    assert caught.value.code is Code.LOCKED


async def test_somebody_elses_lock_in_the_middle_of_a_run_is_waited_out(
    challenging: ScriptedSensor, connect: MakeSensor, clock: ManualClock
) -> None:
    challenging.on("POST RunFirmwareUpdate", refused(4), if_proven(reply()))
    sensor = connect()
    await sensor.access.open_session()
    await start_flash(sensor)
    assert clock.slept == [pytest.approx(LOCK_WAIT)]
    assert challenging.asked()[-4:] == [
        "GET UpdateState",
        "GET UpdateState",
        "POST getChallenge",
        "POST RunFirmwareUpdate",
    ]


async def test_nothing_is_sent_after_the_lock_to_a_sensor_that_flashes_by_then(
    challenging: ScriptedSensor, connect: MakeSensor
) -> None:
    challenging.on("POST LocationName", refused(4))
    challenging.on("GET UpdateState", reply({"UpdateState": 0}), reply({"UpdateState": 1}))
    sensor = connect()
    await sensor.access.open_session()
    with pytest.raises(AccessDenied):
        await sensor.parameters.write("LocationName", "x")
    assert challenging.asked().count("POST LocationName") == 1


OF_OTHERS = "five refused logins of others"


@pytest.mark.parametrize("answer", [refused(4), http(401), http(403)], ids=["status 4", "401", "403"])
@pytest.mark.parametrize("login", ["checkCredentials", "CreateSessionToken", "LocationName"])
async def test_a_first_refusal_may_be_somebody_elses_lock(
    challenging: ScriptedSensor, connect: MakeSensor, answer: bytes, login: str
) -> None:
    challenging.on(f"POST {login}", answer)
    access = connect().access
    with pytest.raises(AccessDenied) as caught:
        await access.call(login, acting=False)
    assert OF_OTHERS in caught.value.message
    assert caught.value.code is Code.ACCESS_DENIED


async def test_a_refusal_that_is_surely_no_lock_does_not_say_so(
    challenging: ScriptedSensor, connect: MakeSensor, tmp_path: Path
) -> None:
    """A lock of this PC's making is named as that, and one that was waited out is over."""
    await refuse(connect, tmp_path, challenging, 4)
    with pytest.raises(AccessDenied) as caught:
        await connect(password="x", memory=remembered(tmp_path, challenging.address)).access.check_password()
    assert OF_OTHERS not in str(caught.value)
    challenging.on("POST checkCredentials", refused(4, "Login locked"), refused(4))
    with pytest.raises(AccessDenied) as caught:
        await connect().access.check_password()
    assert OF_OTHERS not in str(caught.value)


def test_a_clock_that_was_set_back_costs_one_lock_and_no_more() -> None:
    locked = RefusedLogins(count=5, last=1_000_000.0)
    assert locked.locked_for(0.0) == LOCK_WAIT
    assert locked.locked_for(1_000_031.0) == 0
    assert RefusedLogins(count=4, last=0.0).locked_for(0.0) == 0


# -- HTTP 429 ---------------------------------------------------------------------------------


def backed_off(clock: ManualClock) -> list[float]:
    """What was waited, but for the average rate (1 ms): after HTTP 429 there is no burst."""
    return [seconds for seconds in clock.slept if seconds > 0.002]


@pytest.mark.parametrize("wait", [None, 7.0])
@pytest.mark.parametrize("at", ["getChallenge", "CreateSessionToken", "checkCredentials", "FindMe"])
async def test_what_does_no_harm_twice_backs_off(
    challenging: ScriptedSensor, connect: MakeSensor, clock: ManualClock, at: str, wait: float | None
) -> None:
    limited = http(429, headers={} if wait is None else {"Retry-After": f"{wait:.0f}"})
    good = challenge() if at == "getChallenge" else if_proven(reply({"token": TOKEN}))
    challenging.on("POST RunFirmwareUpdate", if_proven(reply()))
    challenging.on("POST LocationName", if_proven(reply()))
    challenging.on("POST FindMe", if_proven(reply()))
    challenging.on(f"POST {at}", limited, limited, good)
    sensor = connect()
    assert await sensor.access.open_session()
    assert await sensor.access.check_password()
    await sensor.parameters.write("LocationName", "x")
    await sensor.parameters.find_me(5)
    await start_flash(sensor)
    assert backed_off(clock) == ([0.5, 1.0] if wait is None else [wait, wait])


async def test_what_is_limited_for_ever_ends(challenging: ScriptedSensor, connect: MakeSensor) -> None:
    challenging.on("POST FindMe", http(429))
    with pytest.raises(OutOfConnections) as caught:
        await connect().parameters.find_me(5)
    assert caught.value.code is Code.RATE_LIMITED
    assert challenging.asked().count("POST FindMe") == 4


# -- not offered ------------------------------------------------------------------------------

ODD = [refused(1), refused(2), http(405), http(501), refused(2, http_status=400)]
NAMES = ["status 1", "status 2", "405", "501", "400 with status 2"]


@pytest.mark.parametrize("answer", ODD, ids=NAMES)
@pytest.mark.parametrize(
    ("family", "version", "method"),
    [
        ("multiScan", "2.4.2.0R", "CreateSessionToken"),
        ("picoScan", "2.2.1.0R", "CreateSessionToken"),
        ("LRSNAV", "1.9.1.0R", "CreateSessionToken"),
        ("LRSNAV", "1.9.1.0R", "checkCredentials"),
    ],
)
async def test_what_the_family_does_not_document_is_not_offered(
    challenging: ScriptedSensor, connect: MakeSensor, family: str, version: str, method: str, answer: bytes
) -> None:
    challenging.on("GET DeviceIdent", reply({"Name": family, "Version": version}))
    challenging.on(f"POST {method}", answer)
    access = connect().access
    assert await (access.open_session if method == "CreateSessionToken" else access.check_password)() is False
    challenging.seen.clear()
    assert await (access.open_session if method == "CreateSessionToken" else access.check_password)() is False
    assert challenging.seen == []


@pytest.mark.parametrize("answer", ODD, ids=NAMES)
@pytest.mark.parametrize(
    ("family", "version", "method"),
    [
        ("picoScan", "2.3.3.0R", "CreateSessionToken"),
        ("picoScan120", "2.10.0.0", "CreateSessionToken"),
        ("multiScan200", "1.1.0.0R", "CreateSessionToken"),
        ("multiScan", "2.4.2.0R", "checkCredentials"),
        ("picoScan", "2.2.1.0R", "checkCredentials"),
    ],
)
async def test_what_the_family_documents_and_refuses_is_an_error(
    challenging: ScriptedSensor, connect: MakeSensor, family: str, version: str, method: str, answer: bytes
) -> None:
    challenging.on("GET DeviceIdent", reply({"Name": family, "Version": version}))
    challenging.on(f"POST {method}", answer)
    access = connect().access
    with pytest.raises(Exception, match=method):
        await (access.open_session if method == "CreateSessionToken" else access.check_password)()


@pytest.mark.parametrize("wait", [None, 7.0])
async def test_a_backup_that_goes_up_or_down_backs_off(
    challenging: ScriptedSensor, connect: MakeSensor, clock: ManualClock, tmp_path: Path, wait: float | None
) -> None:
    limited = http(429, headers={} if wait is None else {"Retry-After": f"{wait:.0f}"})
    package = tmp_path / "a.spk"
    package.write_bytes(b"x" * 5000)
    challenging.on("PUT parameterbackup", take_then(limited), take_then(reply()))
    challenging.on(
        "GET parameterbackup", limited, http(200, b"file", content_type="application/octet-stream")
    )
    sensor = connect()
    await sensor.backups.upload(package)
    await sensor.backups.download(tmp_path / "b", 1000)
    assert backed_off(clock) == ([0.5] * 2 if wait is None else [wait] * 2)
    put = [index for index, key in enumerate(challenging.asked()) if key == "PUT parameterbackup"]
    assert challenging.asked()[put[0] + 1] == "GET UpdateState"


async def test_a_package_is_not_sent_again_after_429(
    challenging: ScriptedSensor, connect: MakeSensor, tmp_path: Path
) -> None:
    """It may have been taken: whoever sent it waits, and looks."""
    package = tmp_path / "a.spk"
    package.write_bytes(b"x" * 5000)
    challenging.on("PUT update", take_then(http(429)))
    with pytest.raises(UploadRefused) as caught:
        await connect().firmware.upload(package, 5000, lambda _sent, _total: None)
    assert caught.value.code is Code.RATE_LIMITED
    assert challenging.asked().count("PUT update") == 1


async def test_a_password_that_holds_no_more_is_not_sent_again_by_the_same_client(
    challenging: ScriptedSensor, connect: MakeSensor
) -> None:
    sensor = connect()
    await sensor.access.open_session()
    challenging.on("POST CreateSessionToken", refused(4))
    for _ in range(3):
        with pytest.raises(AccessDenied):
            await sensor.access.open_session()
    with pytest.raises(AccessDenied):
        await sensor.parameters.write("LocationName", "x")
    assert challenging.asked().count("POST CreateSessionToken") == 3
    assert "POST LocationName" not in challenging.asked()
