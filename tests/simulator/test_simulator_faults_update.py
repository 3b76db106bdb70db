"""Faults of uploads, flashes and backups do what their lines in the table say."""

import http.client
import socket
import time
from contextlib import closing

import pytest

from sicktui.simulator import Device, Fault
from tests.simulator.conftest import Start
from tests.simulator.plain_client import (
    auth_post,
    get,
    refused,
    request,
    session_token,
    version_of,
)
from tests.support.waiting import wait_until


def put(device: Device, content: bytes, headers: dict[str, str] | None = None) -> int:
    return request(device, "PUT", "/api/update", content, headers).status


def flash(device: Device, firmware: bytes) -> None:
    """Upload and trigger."""
    headers = session_token(device) if device.generation.tokens else {}
    assert put(device, firmware, headers) == 200
    assert auth_post(device, "RunFirmwareUpdate").code == 0


def pico(start: Start, *faults: Fault, **changes: object) -> Device:
    """A picoScan that flashes in a moment."""
    quick = {"flash_seconds": 2, "finished_seconds": 2, "reboot_seconds": 2} | changes
    return start("picoscan-2.2.1", *faults, **quick)


# -- uploads ------------------------------------------------------------------------------------------


def broken_upload(device: Device, content: bytes) -> None:
    with pytest.raises((OSError, http.client.HTTPException)):
        put(device, content)


@pytest.mark.parametrize("fraction", [0.0, 0.3, 0.9])
def test_upload_reset(start: Start, firmware: bytes, fraction: float) -> None:
    device = pico(start, Fault(name="upload_reset", fraction=fraction, times=1))
    content = firmware * 20
    broken_upload(device, content)
    assert device.updater.image is None
    assert device.phase == "idle"
    entry = device.requests[0]
    assert entry.outcome == "dropped"
    assert entry.body_length == pytest.approx(len(content) * fraction, abs=600_000)
    assert put(device, firmware) == 200


def test_upload_reset_at_the_end_loses_only_the_answer(start: Start, firmware: bytes) -> None:
    device = pico(start, Fault(name="upload_reset", fraction=1.0, times=1))
    broken_upload(device, firmware)
    wait_until(lambda: device.phase == "uploaded")


def test_upload_early_401(start: Start, firmware: bytes) -> None:
    device = pico(start, Fault(name="upload_early_401"))
    with closing(socket.create_connection(("127.0.0.1", device.port.number), timeout=5)) as sock:
        sock.sendall(b"PUT /api/update HTTP/1.1\r\nHost: x\r\nContent-Length: 50000000\r\n\r\n" + bytes(9))
        assert sock.recv(65536).startswith(b"HTTP/1.1 401 ")
        time.sleep(0.1)
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            sock.sendall(bytes(49_000_000))
    assert put(device, firmware) == 200


# -- the flash ----------------------------------------------------------------------------------------


def test_unknown_state(start: Start) -> None:
    device = pico(start, Fault(name="unknown_state"))
    assert get(device, "UpdateState").json["data"] == {"UpdateState": 7}


def test_stuck_at_0_and_trigger_lost(start: Start, firmware: bytes) -> None:
    stuck = pico(start, Fault(name="stuck_at_0"))
    flash(stuck, firmware)
    assert auth_post(stuck, "RunFirmwareUpdate").code == 0
    assert (stuck.update_state, stuck.flashes) == (0, 0)
    lost = pico(start, Fault(name="trigger_lost"))
    flash(lost, firmware)
    assert lost.update_state == 0
    assert auth_post(lost, "RunFirmwareUpdate").code == 0
    wait_until(lambda: version_of(lost) == "2.4.0.0R")


def test_stuck_at_1(start: Start, firmware: bytes) -> None:
    device = pico(start, Fault(name="stuck_at_1"))
    flash(device, firmware)
    time.sleep(0.2)
    assert (device.update_state, device.online) == (1, True)


def test_update_error(start: Start, firmware: bytes) -> None:
    device = pico(start, Fault(name="update_error"))
    flash(device, firmware)
    wait_until(lambda: device.update_state == 3)
    assert version_of(device) == "2.2.1.0R"
    assert device.phase == "error"


def test_no_reboot(start: Start, firmware: bytes) -> None:
    device = pico(start, Fault(name="no_reboot"))
    flash(device, firmware)
    wait_until(lambda: device.update_state == 2)
    time.sleep(0.15)
    assert (device.update_state, version_of(device)) == (2, "2.2.1.0R")


def test_no_return_and_slow_return(start: Start, firmware: bytes) -> None:
    gone = pico(start, Fault(name="no_return"))
    flash(gone, firmware)
    wait_until(lambda: refused(gone))
    time.sleep(0.2)
    assert refused(gone)
    slow = pico(start, Fault(name="slow_return", seconds=90))
    flash(slow, firmware)
    wait_until(lambda: refused(slow))
    began = time.monotonic()
    wait_until(lambda: version_of(slow) == "2.4.0.0R")
    assert time.monotonic() - began > 0.5


def test_old_version_and_other_serial(start: Start, firmware: bytes) -> None:
    device = pico(start, Fault(name="old_version"), Fault(name="other_serial", value="77777777"))
    before = device.mac
    flash(device, firmware)
    wait_until(lambda: device.power_on_count == 43 and device.online)
    assert version_of(device) == "2.2.1.0R"
    assert get(device, "SerialNumber").json["data"] == {"SerialNumber": "77777777"}
    assert device.mac != before


def test_moved(start: Start, firmware: bytes) -> None:
    device = pico(start, Fault(name="moved"))
    old = device.port.number
    flash(device, firmware)
    wait_until(lambda: device.power_on_count == 43 and device.online)
    assert device.port.number != old
    assert version_of(device) == "2.4.0.0R"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", old))


def test_autostart(start: Start, firmware: bytes) -> None:
    device = pico(start, Fault(name="autostart", seconds=3))
    assert put(device, firmware) == 200
    assert device.update_state == 0
    wait_until(lambda: device.update_state == 1)
    wait_until(lambda: version_of(device) == "2.4.0.0R")
    assert device.flashes == 1


def test_finished_never_seen(start: Start, firmware: bytes) -> None:
    device = pico(start, Fault(name="finished_never_seen"), finished_seconds=50)
    flash(device, firmware)
    seen = {device.update_state}
    while device.online:
        seen.add(device.update_state)
    assert seen == {1}
    wait_until(lambda: version_of(device) == "2.4.0.0R")


def test_power_off_in_flash(start: Start, firmware: bytes) -> None:
    device = pico(start, Fault(name="power_off_in_flash", fraction=0.5, seconds=15))
    flash(device, firmware)
    wait_until(lambda: refused(device))
    wait_until(lambda: device.online)
    assert version_of(device) == "2.2.1.0R"
    assert (device.update_state, device.phase) == (0, "idle")
    dead = pico(start, Fault(name="power_off_in_flash"))
    flash(dead, firmware)
    wait_until(lambda: refused(dead))
    time.sleep(0.2)
    assert refused(dead)


def test_health_afterwards(start: Start, firmware: bytes) -> None:
    sick = pico(start, Fault(name="unhealthy", value=8))
    flash(sick, firmware)
    wait_until(lambda: version_of(sick) == "2.4.0.0R")
    assert get(sick, "DeviceStatus").json["data"] == {"DeviceStatus": 8}
    slow = pico(start, Fault(name="slow_startup", seconds=20))
    flash(slow, firmware)
    wait_until(lambda: version_of(slow) == "2.4.0.0R")
    assert get(slow, "DeviceStatus").json["data"] == {"DeviceStatus": 1}
    wait_until(lambda: slow.device_status == 3)


def test_parameters_lost(start: Start, firmware: bytes) -> None:
    device = pico(start, Fault(name="parameters_lost", value=("LocationName", "ScanDataFormat")))
    flash(device, firmware)
    wait_until(lambda: version_of(device) == "2.4.0.0R")
    assert get(device, "LocationName").json["data"] == {"LocationName": "not defined"}


def test_other_update_between_plan_and_upload(start: Start, firmware: bytes) -> None:
    device = pico(start, Fault(name="other_update_running", after=1, value="2.3.9.0R"), flash_seconds=20)
    states = [get(device, "UpdateState").json["data"]["UpdateState"] for _ in range(2)]
    assert states == [0, 1]
    assert put(device, firmware) == 409
    wait_until(lambda: version_of(device) == "2.3.9.0R")


def test_other_update_between_upload_and_trigger(start: Start, firmware: bytes) -> None:
    device = pico(start, Fault(name="other_update_running", when="uploaded"), flash_seconds=15)
    assert get(device, "UpdateState").json["data"] == {"UpdateState": 0}
    assert put(device, firmware) == 200
    assert get(device, "UpdateState").json["data"] == {"UpdateState": 1}
    assert auth_post(device, "RunFirmwareUpdate").code == 3
    wait_until(lambda: device.power_on_count == 43 and device.online)
    assert version_of(device) == "2.2.1.0R"


# -- backups ------------------------------------------------------------------------------------------


def create(device: Device) -> dict[str, object]:
    found = auth_post(device, "CreateParameterBackup", {"Passphrase": "p"}).json.get("data", {})
    assert isinstance(found, dict)
    return found


def test_backup_false(start: Start) -> None:
    for generation in ("picoscan-2.2.1", "auth-article"):
        device = start(generation, Fault(name="backup_false"))
        assert create(device) == {"Result": False}
        assert device.backups.file is None


def test_backup_pending_for_ever(start: Start) -> None:
    device = start("picoscan-2.3.3", Fault(name="backup_pending_forever"))
    create(device)
    time.sleep(0.1)
    result = get(device, "CreateParameterBackupResult").json["data"]["CreateParameterBackupResult"]
    assert result == {"Status": 0, "Result": False}
    assert get(device, "parameterbackup", session_token(device)).status == 404


def test_backup_slow_and_growing(start: Start) -> None:
    slow = pico(start, Fault(name="backup_slow", seconds=10))
    create(slow)
    assert get(slow, "parameterbackup").status == 404
    wait_until(lambda: get(slow, "parameterbackup").status == 200)
    growing = pico(start, Fault(name="backup_growing", seconds=20))
    create(growing)
    first = len(get(growing, "parameterbackup").body)
    wait_until(lambda: not growing.backups.create_pending)
    assert first < len(get(growing, "parameterbackup").body)


def test_backup_stale_file(start: Start) -> None:
    device = pico(start, Fault(name="backup_stale_file"))
    before = get(device, "parameterbackup").body
    assert create(device) == {"Result": True}
    wait_until(lambda: not device.backups.create_pending)
    assert get(device, "parameterbackup").body == before


def test_what_comes_instead_of_the_file(start: Start) -> None:
    device = pico(
        start,
        *(Fault(name=name, times=1) for name in ("backup_empty", "backup_html", "backup_error_object")),
        Fault(name="backup_damaged", fraction=0.25, times=1),
        Fault(name="backup_truncated", times=1),
        Fault(name="backup_denied", at="GET parameterbackup", times=1),
    )
    create(device)
    wait_until(lambda: device.backups.file is not None)
    whole = len(device.backups.file or b"")
    empty = get(device, "parameterbackup")
    assert (empty.status, empty.body) == (200, b"")
    assert get(device, "parameterbackup").headers["content-type"] == "text/html"
    assert get(device, "parameterbackup").code == 3
    assert len(get(device, "parameterbackup").body) == whole // 4
    with pytest.raises(http.client.IncompleteRead) as caught:
        get(device, "parameterbackup")
    assert len(caught.value.partial) == whole // 2
    assert get(device, "parameterbackup").status == 403
    assert len(get(device, "parameterbackup").body) == whole


def test_restore_pending_for_ever(start: Start) -> None:
    device = start("picoscan-2.3.3", Fault(name="restore_pending_forever"))
    assert auth_post(device, "RestoreParameterBackup", {"Passphrase": ""}).code == 0
    time.sleep(0.1)
    result = get(device, "RestoreParameterBackupResult").json["data"]["RestoreParameterBackupResult"]
    assert result["Status"] == 0
