"""The client against the simulated fleet: two readings of one protocol, written apart."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from sicktui.model.backup.evidence import Result
from sicktui.model.clock import SystemClock
from sicktui.model.enums import AuthScheme, Code, UpdateState
from sicktui.model.restore.observations import RestoreReply
from sicktui.sensor.api.transfers import Downloaded
from sicktui.sensor.client import Sensor
from sicktui.sensor.errors import (
    AccessDenied,
    DeviceError,
    NotSupported,
    OutcomeUnknown,
    OutOfConnections,
    ProtocolError,
    SensorError,
    Unreachable,
    UploadInterrupted,
)
from sicktui.sensor.turns.queue import RequestQueues
from sicktui.simulator.device.files.package import make_package
from sicktui.simulator.fleet.fleet import Device, Fleet
from sicktui.simulator.spec import DeviceSpec, Fault, FaultValue, GenerationName
from tests.sensor.acts import start_flash
from tests.sensor.acts import upload as upload_package
from tests.sensor.scripted import PASSWORD, target
from tests.support.clocks import ManualClock
from tests.support.waiting import eventually

SPEED = 50.0
LIMIT = 1024 * 1024
NEW = "2.9.0.0R"
UPDATABLE: tuple[GenerationName, ...] = (
    "firmware-article",
    "auth-article",
    "picoscan-2.2.1",
    "picoscan-2.3.3",
    "multiscan-2.4.2",
)
ALL: tuple[GenerationName, ...] = (*UPDATABLE, "lrs4000-1.9.1")

Start = Callable[..., Awaitable[tuple[Device, Sensor]]]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Start one simulated sensor and a client of it, and see that the sensor has nothing to object to."""
    devices: list[Device] = []
    async with AsyncExitStack() as stack:

        async def begin(
            generation: GenerationName = "picoscan-2.3.3",
            *,
            password: str | None = PASSWORD,
            speed: float = SPEED,
            requests_per_second: float = 1000.0,
            spec: DeviceSpec | None = None,
            request_timeout: float = 2.0,
            faults: tuple[Fault, ...] = (),
        ) -> tuple[Device, Sensor]:
            spec = spec or DeviceSpec(name="gate-7", generation=generation, faults=faults)
            fleet = await stack.enter_async_context(Fleet([spec], time_scale=speed))
            (device,) = fleet.devices
            if password == PASSWORD:
                devices.append(device)
            # Waiting is real only where a test is about it.
            clock = SystemClock() if speed == 1.0 else ManualClock(1000.0)
            sensor = Sensor(
                target(device.address, request_timeout=request_timeout, stall_timeout=2.0),
                password=password,
                queues=RequestQueues(requests_per_second, clock),
                clock=clock,
                memory=None,
            )
            stack.push_async_exit(sensor)
            return device, sensor

        yield begin
    assert [device.violations for device in devices] == [[] for _ in devices]


def write_package(folder: Path, device: Device) -> Path:
    name = "package.spk" if device.firmware_version < "2.2" else "package.spk.signed"
    path = folder / name
    make_package(path, family=device.model, version=NEW, size=600_000)
    return path


def unseen(_sent: int, _total: int) -> None:
    """Nobody watches."""


@pytest.mark.parametrize("generation", ALL)
async def test_who_it_is_and_how_it_feels(start: Start, generation: GenerationName) -> None:
    device, sensor = await start(generation)
    identity = await sensor.read.identity()
    assert identity.serial == device.serial
    assert identity.version == device.firmware_version
    assert identity.mac is not None
    assert (identity.name, identity.version) == await sensor.read.ident()
    await sensor.read.health()
    asked = len(device.requests)
    await sensor.read.identity()
    assert len(device.requests) <= asked + 6
    if generation == "lrs4000-1.9.1":
        with pytest.raises(NotSupported):
            await sensor.read.update_state()
    else:
        assert await sensor.read.update_state() is UpdateState.INITIAL


@pytest.mark.parametrize("generation", ALL)
async def test_being_let_in(start: Start, generation: GenerationName) -> None:
    _, sensor = await start(generation)
    basic = generation == "firmware-article"
    assert await sensor.access.scheme() is (AuthScheme.BASIC if basic else AuthScheme.CHALLENGE)
    proven = await sensor.access.check_password()
    tokens = await sensor.access.open_session()
    assert tokens is (generation in ("firmware-article", "auth-article", "picoscan-2.3.3"))
    assert proven or tokens or generation == "lrs4000-1.9.1"
    assert await sensor.parameters.persist()


@pytest.mark.parametrize("generation", ALL)
async def test_a_wrong_password_is_tried_once(start: Start, generation: GenerationName) -> None:
    device, sensor = await start(generation, password="wrong")
    with pytest.raises(AccessDenied):
        await sensor.parameters.persist()
    assert len(device.violations) == 1


@pytest.mark.parametrize("generation", ALL)
async def test_writing_a_variable(start: Start, generation: GenerationName) -> None:
    _, sensor = await start(generation)
    await sensor.parameters.write("LocationName", "Tor 7")
    assert await sensor.read.value("LocationName") == "Tor 7"
    if generation != "firmware-article":
        await sensor.parameters.find_me(5)


@pytest.mark.parametrize("generation", UPDATABLE)
async def test_an_update_from_package_to_new_version(
    start: Start, generation: GenerationName, tmp_path: Path
) -> None:
    device, sensor = await start(generation)
    before = await sensor.read.identity()
    package = write_package(tmp_path, device)
    size = package.stat().st_size
    told: list[tuple[int, int]] = []
    await upload_package(sensor, package, size, lambda sent, total: told.append((sent, total)))
    assert told[0] == (0, size)
    assert told[-1] == (size, size)
    assert await sensor.read.update_state() is UpdateState.INITIAL
    await start_flash(sensor)
    seen: set[UpdateState] = set()

    async def gone() -> bool:
        try:
            seen.add(await sensor.read.update_state())
        except Unreachable:
            return True
        return False

    async def back() -> bool:
        try:
            return (await sensor.read.ident())[1] == NEW
        except Unreachable:
            return False

    await eventually(gone)
    assert UpdateState.STARTED in seen
    sensor.access.forget_session()
    await eventually(back)
    after = await sensor.read.identity()
    assert (after.serial, after.version) == (before.serial, NEW)
    # Sessions did not survive the reboot; a new one is opened by itself.
    await sensor.parameters.persist()


@pytest.mark.parametrize("generation", UPDATABLE)
async def test_a_backup_and_back(start: Start, generation: GenerationName, tmp_path: Path) -> None:
    device, sensor = await start(generation)
    await sensor.parameters.write("LocationName", "before")
    await sensor.access.open_session()
    await sensor.backups.create("pass")
    file = tmp_path / "backup"
    fetched: list[Downloaded] = []

    async def there() -> bool:
        status = await sensor.backups.create_status()
        if status is not None and not status.finished:
            return False
        assert status in (None, Result(finished=True, ok=True))
        try:
            fetched.append(await sensor.backups.download(file, LIMIT))
        except (NotSupported, DeviceError, ProtocolError):
            return False
        return len(fetched) > 1 and fetched[-1] == fetched[-2]

    await eventually(there)
    assert fetched[-1].sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    await sensor.parameters.write("LocationName", "after")
    await sensor.backups.upload(file)
    reply = await sensor.backups.restore("pass")
    replies: list[RestoreReply] = [reply]

    async def restored() -> bool:
        status = await sensor.backups.restore_status()
        if status is not None:
            replies.append(status)
            if not status.finished:
                return False
        return await sensor.read.value("LocationName") == "before"

    await eventually(restored)
    assert replies[-1].ok is not False
    assert device.violations == []


async def test_a_backup_with_another_passphrase(start: Start, tmp_path: Path) -> None:
    _, sensor = await start("multiscan-2.4.2")
    await sensor.backups.create("one")
    file = tmp_path / "backup"

    async def there() -> bool:
        try:
            await sensor.backups.download(file, LIMIT)
        except SensorError:
            return False
        return True

    await eventually(there)
    await sensor.backups.upload(file)
    reply = await sensor.backups.restore("two")
    assert reply.ok is False
    assert "passphrase" in reply.words


# -- faults -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("status", 3, DeviceError),
        ("status", 11, OutOfConnections),
        ("http_503", None, DeviceError),
        ("cut_reply", None, Unreachable),
        ("not_json", None, ProtocolError),
        ("html", None, ProtocolError),
        ("wrong_types", None, ProtocolError),
        ("invalid_utf8", None, ProtocolError),
        ("huge_json", None, ProtocolError),
        ("redirect", "http://192.0.2.1/", ProtocolError),
        ("hang", None, Unreachable),
        ("trickle", None, Unreachable),
    ],
)
async def test_a_read_that_goes_wrong(
    start: Start, name: str, value: FaultValue | None, kind: type[SensorError]
) -> None:
    _, sensor = await start(
        faults=(Fault(name=name, at="DeviceIdent", value=value),),
        request_timeout=0.3,
    )
    with pytest.raises(SensorError) as caught:
        await sensor.read.ident()
    assert type(caught.value) is kind
    assert caught.value.advice


@pytest.mark.parametrize(
    ("name", "acts", "kind"),
    [
        ("cut_reply", None, OutcomeUnknown),
        ("hang", True, OutcomeUnknown),
        ("hang", False, OutcomeUnknown),
        ("not_json", True, ProtocolError),
        ("http_503", False, DeviceError),
    ],
)
async def test_a_trigger_that_goes_wrong_is_sent_once(
    start: Start, tmp_path: Path, name: str, acts: bool | None, kind: type[SensorError]
) -> None:
    device, sensor = await start(
        faults=(Fault(name=name, at="POST RunFirmwareUpdate", acts=acts),),
        request_timeout=0.3,
    )
    package = write_package(tmp_path, device)
    await upload_package(sensor, package, package.stat().st_size, unseen)
    with pytest.raises(SensorError) as caught:
        await start_flash(sensor)
    assert type(caught.value) is kind
    assert caught.value.outcome_unknown is (kind is not DeviceError)
    assert device.flashes == (1 if acts or name == "cut_reply" else 0)


@pytest.mark.parametrize("generation", UPDATABLE)
async def test_a_stale_challenge_is_replaced(start: Start, generation: GenerationName) -> None:
    _, sensor = await start(
        generation, faults=(Fault(name="status", value=10, at="POST LocationName", times=1),)
    )
    if generation == "firmware-article":
        return
    await sensor.parameters.write("LocationName", "x")


@pytest.mark.parametrize("generation", ["firmware-article", "auth-article", "picoscan-2.3.3"])
@pytest.mark.parametrize("seconds", [0.0, 5.0])
async def test_an_early_401_to_an_upload(
    start: Start, tmp_path: Path, generation: GenerationName, seconds: float
) -> None:
    device, sensor = await start(generation, faults=(Fault(name="upload_early_401", seconds=seconds),))
    path = tmp_path / "package.spk.signed"
    make_package(path, family=device.model, version=NEW, size=8_000_000)
    await upload_package(sensor, path, path.stat().st_size, unseen)
    assert await sensor.read.update_state() is UpdateState.INITIAL


async def test_a_reset_in_the_middle_of_an_upload(start: Start, tmp_path: Path) -> None:
    device, sensor = await start(faults=(Fault(name="upload_reset", fraction=0.3, times=1),))
    path = tmp_path / "package.spk.signed"
    make_package(path, family=device.model, version=NEW, size=4_000_000)
    with pytest.raises(UploadInterrupted) as caught:
        await upload_package(sensor, path, path.stat().st_size, unseen)
    assert caught.value.sent < caught.value.total
    assert caught.value.code is Code.UPLOAD_FAILED
    await upload_package(sensor, path, path.stat().st_size, unseen)


@pytest.mark.parametrize("at", ["PUT update", "GET parameterbackup"])
@pytest.mark.parametrize("status", [401, 403])
async def test_a_good_token_that_is_refused_is_renewed(
    start: Start, tmp_path: Path, at: str, status: int
) -> None:
    device, sensor = await start(
        "auth-article",
        spec=DeviceSpec(
            name="gate-7",
            generation="auth-article",
            stale_backup=True,
            faults=(Fault(name="token_refused", at=at, value=status),),
        ),
    )
    if at.startswith("PUT"):
        package = write_package(tmp_path, device)
        await upload_package(sensor, package, package.stat().st_size, unseen)
    else:
        await sensor.backups.download(tmp_path / "backup", LIMIT)
    assert [record.endpoint for record in device.requests].count("POST CreateSessionToken") == 2


async def test_an_unknown_update_state(start: Start) -> None:
    _, sensor = await start(faults=(Fault(name="unknown_state"),))
    with pytest.raises(ProtocolError) as caught:
        await sensor.read.update_state()
    assert "7" in caught.value.message


async def test_a_sensor_known_by_its_mac_address_only(start: Start) -> None:
    _, sensor = await start(faults=(Fault(name="mac_only"),))
    identity = await sensor.read.identity()
    assert identity.serial is None
    assert identity.key == f"MAC {identity.mac}"


@pytest.mark.parametrize("salt", ["zeros", "random", "empty", "null", "absent"])
async def test_every_salt(start: Start, salt: str) -> None:
    spec = DeviceSpec(name="gate-7", generation="picoscan-2.3.3", salt=salt)  # type: ignore[arg-type]
    _, sensor = await start(spec=spec)
    assert await sensor.access.check_password()


@pytest.mark.parametrize("style", ["status", "http_json", "http_empty"])
async def test_every_style_of_errors(start: Start, style: str) -> None:
    spec = DeviceSpec(name="gate-7", generation="firmware-article", error_style=style)  # type: ignore[arg-type]
    _, sensor = await start(spec=spec)
    assert await sensor.access.scheme() is AuthScheme.BASIC
    assert await sensor.access.open_session()
    with pytest.raises(NotSupported):
        await sensor.read.value("NoSuchVariable")


async def test_a_polite_client_stays_below_the_limit(start: Start) -> None:
    """In no second are there more requests than the burst and the average of one second."""
    _, sensor = await start(
        faults=(Fault(name="rate_limit", rate=40.0, seconds=10.0),), speed=1.0, requests_per_second=20.0
    )
    await sensor.access.open_session()
    for _ in range(45):
        await sensor.read.ident()
