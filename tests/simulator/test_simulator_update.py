"""The firmware update of simulated devices: states, images, package types, reboots."""

import asyncio
import hashlib
import http.client
import socket
import time
import tracemalloc
from contextlib import closing
from pathlib import Path

import pytest

from sicktui.simulator import Device, DeviceSpec, Fault, Fleet, make_package
from tests.simulator.conftest import Start
from tests.simulator.plain_client import (
    auth_post,
    basic,
    get,
    post,
    refused,
    request,
    session_token,
    version_of,
)
from tests.support.waiting import wait_until

GENERATIONS = ["firmware-article", "auth-article", "picoscan-2.2.1", "picoscan-2.3.3", "multiscan-2.4.2"]


def upload(device: Device, content: bytes) -> int:
    headers: dict[str, str] = {}
    if device.generation.auth == "basic":
        headers = basic() | {
            "X-Session-Token": post(device, "/api/CreateSessionToken", {}, basic()).json["data"]["token"]
        }
    elif device.generation.tokens:
        headers = session_token(device)
    return request(device, "PUT", "/api/update", content, headers).status


def trigger(device: Device) -> int:
    if device.generation.auth == "basic":
        return post(device, "/api/methods/RunFirmwareUpdate", {}, basic()).code
    return auth_post(device, "RunFirmwareUpdate").code


def state(device: Device) -> int:
    data = get(device, "UpdateState").json["data"]
    return int(data["UpdateState"])


def package(
    folder: Path, family: str = "picoScan", version: str = "2.5.0.0R", *, signed: bool = True
) -> bytes:
    return make_package(folder / "p.spk", family, version, size=50_000, signed=signed).read_bytes()


@pytest.mark.parametrize("generation", GENERATIONS)
def test_every_generation_is_updated(start: Start, tmp_path: Path, generation: str) -> None:
    device = start(generation, flash_seconds=10, finished_seconds=6, reboot_seconds=4)
    content = package(tmp_path, device.generation.family.name)
    assert upload(device, content) == 200
    assert state(device) == 0
    assert trigger(device) == 0
    assert state(device) == 1
    wait_until(lambda: device.update_state == 2)
    assert version_of(device) != "2.5.0.0R"
    wait_until(lambda: refused(device))
    wait_until(lambda: version_of(device) == "2.5.0.0R")
    assert state(device) == 0
    assert get(device, "PowerOnCnt").json["data"] == {"PowerOnCnt": 43}
    assert get(device, "FirmwareVersion").json["data"] == {"FirmwareVersion": "2.5.0.0R"}
    assert device.violations == []


def test_the_lrs4000_has_no_update_and_no_backup(start: Start) -> None:
    device = start("lrs4000-1.9.1")
    for name in ("UpdateState", "CreateParameterBackupResult", "parameterbackup"):
        assert get(device, name).code == 5
    for name in ("RunFirmwareUpdate", "CreateParameterBackup", "RestoreParameterBackup", "checkCredentials"):
        assert post(device, f"/api/{name}", {}).code == 5
    assert request(device, "PUT", "/api/update", b"x").status == 404
    assert get(device, "DeviceIdent").json["data"]["Name"] == "LRSNAV"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: b"any bytes at all",
        lambda content: b"",
        lambda content: content[:-1],
        lambda content: content[:-1] + bytes([content[-1] ^ 1]),
        lambda content: content.replace(b'"picoScan"', b'"multScan"'),
        lambda content: content.replace(b'"signed":true', b'"signed":troo'),
    ],
    ids=["bytes", "empty", "short", "flipped", "family", "header"],
)
def test_a_wrong_image_is_taken_and_ends_in_state_3(start: Start, tmp_path: Path, spoil: object) -> None:
    device = start("picoscan-2.2.1", check_seconds=2)
    assert callable(spoil)
    assert upload(device, spoil(package(tmp_path))) == 200
    assert trigger(device) == 0
    wait_until(lambda: state(device) == 3)
    assert version_of(device) == "2.2.1.0R"
    assert upload(device, package(tmp_path)) == 200
    assert state(device) == 3
    assert trigger(device) == 0
    assert state(device) == 1


def test_a_package_for_the_model_or_for_another(start: Start, tmp_path: Path) -> None:
    device = start("picoscan-2.2.1", model="picoScan120", flash_seconds=1, reboot_seconds=1)
    upload(device, package(tmp_path, "picoScan150"))
    trigger(device)
    wait_until(lambda: device.update_state == 3)
    upload(device, package(tmp_path, "picoScan120"))
    trigger(device)
    wait_until(lambda: device.firmware_version == "2.5.0.0R")


@pytest.mark.parametrize(
    ("running", "signed", "starts"),
    [
        ("2.1.9.0R", True, False),
        ("2.1.9.0R", False, True),
        ("2.2.0.0R", True, True),
        ("2.2.0.0R", False, False),
    ],
)
def test_the_package_type_rule(
    start: Start, tmp_path: Path, running: str, signed: bool, starts: bool
) -> None:
    device = start("picoscan-2.2.1", version=running, flash_seconds=500)
    upload(device, package(tmp_path, signed=signed))
    assert trigger(device) == 0
    assert state(device) == (1 if starts else 0)
    assert device.flashes == int(starts)


def test_any_image_can_be_accepted(start: Start) -> None:
    device = start(
        "picoscan-2.3.3", accept_any_image=True, next_version="9.9.9.0R", flash_seconds=1, reboot_seconds=1
    )
    upload(device, b"no package of any kind")
    trigger(device)
    wait_until(lambda: version_of(device) == "9.9.9.0R")


@pytest.mark.parametrize("stale", [2, 3])
def test_a_stale_state_stays_until_the_flash(start: Start, tmp_path: Path, stale: int) -> None:
    device = start("picoscan-2.2.1", update_state=stale, flash_seconds=10, reboot_seconds=1)
    assert state(device) == stale
    upload(device, package(tmp_path))
    assert state(device) == stale
    trigger(device)
    assert state(device) == 1
    wait_until(lambda: version_of(device) == "2.5.0.0R")
    assert state(device) == 0


def test_a_reboot_closes_the_port_and_breaks_connections(start: Start) -> None:
    device = start("picoscan-2.3.3", reboot_seconds=10)
    token = session_token(device)
    number = device.port.number
    with closing(http.client.HTTPConnection("127.0.0.1", number, timeout=5)) as kept:
        kept.request("GET", "/api/DeviceIdent")
        kept.getresponse().read()
        assert auth_post(device, "RebootDevice").code == 0
        wait_until(lambda: refused(device))
        assert kept.sock is not None
        with pytest.raises(ConnectionResetError):
            kept.sock.recv(1)
    # The number is kept: nobody else can have it meanwhile.
    with closing(socket.socket()) as other, pytest.raises(OSError, match="in use"):
        other.bind(("127.0.0.1", number))
    wait_until(lambda: device.online)
    assert device.port.number == number
    assert get(device, "parameterbackup", token).status == 403
    assert get(device, "PowerOnCnt").json["data"] == {"PowerOnCnt": 43}


@pytest.mark.parametrize(("method", "kept"), [("RebootDevice", True), ("SoftReset", False)])
def test_unsaved_parameters_are_lost_or_saved(start: Start, method: str, kept: bool) -> None:
    device = start("picoscan-2.2.1", reboot_seconds=1)
    auth_post(device, "LocationName", {"LocationName": "new"})
    auth_post(device, method)
    wait_until(lambda: device.power_on_count == 43 and device.online)
    assert get(device, "LocationName").json["data"] == {"LocationName": "new" if kept else "gate"}


def test_factory_defaults(start: Start) -> None:
    device = start("picoscan-2.2.1", parameters={"ScanDataFormat": 4})
    before = get(device, "LFTchecksum").json["data"]["MD5Parameters"]
    assert auth_post(device, "LoadFactoryDefaults").code == 0
    assert get(device, "ScanDataFormat").json["data"] == {"ScanDataFormat": 2}
    assert get(device, "LFTchecksum").json["data"]["MD5Parameters"] == before, "it covers what is saved"
    assert auth_post(device, "WriteEeprom").code == 0
    assert get(device, "LFTchecksum").json["data"]["MD5Parameters"] != before


def test_a_slow_link_is_slow_both_ways(start: Start) -> None:
    device = start("picoscan-2.2.1", link_rate=20_000, time_scale=100.0)  # 2 MB a real second
    began = time.monotonic()
    assert upload(device, bytes(600_000)) == 200
    assert time.monotonic() - began > 0.25
    auth_post(device, "CreateParameterBackup", {"Passphrase": ""})
    wait_until(lambda: device.backups.file is not None)
    device.backups.file = bytes(600_000)
    began = time.monotonic()
    assert len(get(device, "parameterbackup").body) == 600_000
    assert time.monotonic() - began > 0.25


def test_somebody_else_is_updating_from_the_start(start: Start, tmp_path: Path) -> None:
    device = start("picoscan-2.2.1", update_state=1, flash_seconds=15, reboot_seconds=1)
    assert state(device) == 1
    assert upload(device, package(tmp_path)) == 409
    wait_until(lambda: device.power_on_count == 43 and device.online)
    assert (state(device), device.flashes) == (0, 0)


def test_an_upload_is_never_kept_whole(start: Start) -> None:
    device = start("picoscan-2.2.1")
    size, block = 24_000_000, bytes(100_000)
    tracemalloc.start()
    try:
        with closing(http.client.HTTPConnection("127.0.0.1", device.port.number, timeout=5)) as connection:
            connection.putrequest("PUT", "/api/update")
            connection.putheader("Content-Length", str(size))
            connection.endheaders()
            for _ in range(size // len(block)):
                connection.send(block)
            assert connection.getresponse().status == 200
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()
    assert device.requests[-1].sha256 == hashlib.sha256(bytes(size)).hexdigest()


def test_an_upload_that_the_client_breaks_off_leaves_nothing(start: Start) -> None:
    device = start("picoscan-2.2.1")
    with closing(socket.create_connection(("127.0.0.1", device.port.number))) as sock:
        sock.sendall(b"PUT /api/update HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n" + bytes(100))
        wait_until(lambda: device.phase == "uploading")
    wait_until(lambda: device.phase == "idle")
    assert device.updater.image is None
    assert device.requests[-1].outcome == "client gone"
    assert device.requests[-1].body_length == 100


async def test_a_fleet_lives_in_the_tests_own_loop() -> None:
    specs = [DeviceSpec(name="one"), DeviceSpec(name="two", offline=True)]
    async with Fleet(specs) as fleet:
        one, two = fleet.devices
        assert fleet["two"] is two
        assert await asyncio.to_thread(version_of, one) == "2.3.3.0R"
        assert await asyncio.to_thread(refused, two)
        await one.power_off()
        assert await asyncio.to_thread(refused, one)
        await one.power_on()
        assert await asyncio.to_thread(version_of, one) == "2.3.3.0R"
        one.add_fault(Fault(name="http_503"))
        assert (await asyncio.to_thread(get, one, "DeviceIdent")).status == 503
    assert refused(one)
