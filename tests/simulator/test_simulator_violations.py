"""Every breach of the protocol is noticed, named, and nothing else is."""

import http.client
import threading
from contextlib import closing

import pytest

from sicktui.simulator import Device
from tests.simulator.conftest import Start
from tests.simulator.plain_client import (
    auth_post,
    basic,
    get,
    get_challenge,
    let_pass,
    post,
    proof,
    request,
    session_token,
)
from tests.support.waiting import wait_until


def only(device: Device) -> str:
    [violation] = device.violations
    return violation


def test_a_clean_client_leaves_no_mark(start: Start, firmware: bytes) -> None:
    device = start("picoscan-2.3.3", flash_seconds=2, reboot_seconds=2)
    assert auth_post(device, "checkCredentials").code == 0
    assert request(device, "PUT", "/api/update", firmware, session_token(device)).status == 200
    assert auth_post(device, "RunFirmwareUpdate").code == 0
    wait_until(lambda: device.firmware_version == "2.4.0.0R" and device.online)
    assert device.violations == []


def test_a_nonce_used_twice(start: Start) -> None:
    device = start("auth-article")
    header = proof(device, "PersistParameters")
    assert post(device, "/api/PersistParameters", {"header": header}).code == 0
    assert post(device, "/api/PersistParameters", {"header": header}).code == 10
    assert "nonce used twice" in only(device)


def test_a_nonce_from_nowhere_or_from_before_the_reboot(start: Start) -> None:
    device = start("auth-article", reboot_seconds=1)
    header = proof(device, "PersistParameters")
    auth_post(device, "RebootDevice")
    wait_until(lambda: device.power_on_count == 43 and device.online)
    assert post(device, "/api/PersistParameters", {"header": header}).code == 10
    assert "never issued, or forgot" in only(device)


def test_an_expired_nonce(start: Start) -> None:
    device = start("auth-article", nonce_seconds=500.0)
    header = proof(device, "PersistParameters")
    let_pass(device, 501)
    assert post(device, "/api/PersistParameters", {"header": header}).code == 10
    assert "expired nonce" in only(device)


@pytest.mark.parametrize("key", ["realm", "opaque", "user"])
def test_what_is_not_echoed(start: Start, key: str) -> None:
    device = start("auth-article")
    header = proof(device, "PersistParameters") | {key: "Operator" if key == "user" else "x"}
    assert post(device, "/api/PersistParameters", {"header": header}).code == 10
    assert f"{key} not echoed" in only(device)


def test_a_wrong_response_and_half_a_header(start: Start) -> None:
    device = start("auth-article")
    assert auth_post(device, "PersistParameters", password="wrong").code == 4
    assert "wrong response" in only(device)
    header = proof(device, "PersistParameters")
    del header["opaque"]
    assert post(device, "/api/PersistParameters", {"header": header}).code == 2
    assert "no complete authentication header" in device.violations[-1]


def test_passwords_tried_in_a_loop_lock_the_device(start: Start) -> None:
    device = start("auth-article", lock_after=5, lock_seconds=20, time_scale=20.0)
    for _ in range(5):
        assert auth_post(device, "PersistParameters", password="wrong").code == 4
    assert [text for text in device.violations if "in a row" in text] == [
        "PersistParameters: 4 wrong passwords in a row",
        "PersistParameters: 5 wrong passwords in a row",
    ]
    assert device.auth.locked
    assert auth_post(device, "PersistParameters").code == 4
    wait_until(lambda: not device.auth.locked)
    assert auth_post(device, "PersistParameters").code == 0


def test_a_password_in_the_clear(start: Start) -> None:
    device = start("auth-article")
    assert get(device, "DeviceIdent", basic()).status == 200
    assert "in clear text" in only(device)
    assert device.requests[0].headers["authorization"] == "Basic"


def test_wrong_basic_credentials(start: Start) -> None:
    device = start("firmware-article")
    assert post(device, "/api/CreateSessionToken", {}, basic(password="no")).status == 401
    assert "wrong Basic credentials" in only(device)


def test_header_after_data(start: Start) -> None:
    device = start("auth-article")
    body = {"data": {"LocationName": "x"}, "header": proof(device, "LocationName")}
    assert post(device, "/api/LocationName", body).code == 0
    assert "header after data" in only(device)


def test_an_upload_in_chunks(start: Start, firmware: bytes) -> None:
    device = start("picoscan-2.2.1")
    with closing(http.client.HTTPConnection("127.0.0.1", device.port.number, timeout=5)) as connection:
        connection.request("PUT", "/api/update", iter([firmware]), encode_chunked=True)
        assert connection.getresponse().status == 411
    assert "chunked" in only(device)
    assert device.updater.image is None


def test_an_upload_without_length(start: Start) -> None:
    device = start("picoscan-2.2.1")
    with closing(http.client.HTTPConnection("127.0.0.1", device.port.number, timeout=5)) as connection:
        connection.putrequest("PUT", "/api/update")
        connection.endheaders()
        assert connection.getresponse().status == 411
    assert "without Content-Length" in only(device)


def test_an_upload_that_is_too_long(start: Start) -> None:
    device = start("picoscan-2.2.1")
    head = b"PUT /api/update HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 100000001\r\n\r\n"
    with closing(http.client.HTTPConnection("127.0.0.1", device.port.number, timeout=5)) as connection:
        connection.connect()
        connection.sock.sendall(head)
        assert connection.sock.recv(100).startswith(b"HTTP/1.1 413 ")
    assert "100000001 bytes" in only(device)


def test_an_upload_and_a_flash_and_a_reboot_during_a_flash(start: Start, firmware: bytes) -> None:
    device = start("picoscan-2.2.1", flash_seconds=500)
    request(device, "PUT", "/api/update", firmware)
    auth_post(device, "RunFirmwareUpdate")
    assert request(device, "PUT", "/api/update", firmware).status == 409
    assert auth_post(device, "RunFirmwareUpdate").code == 3
    assert auth_post(device, "RebootDevice").code == 3
    upload, flash, reboot = device.violations
    assert "an upload during UpdateState 1" in upload
    assert "a second flash during UpdateState 1" in flash
    assert reboot == "RebootDevice: during UpdateState 1"
    assert device.flashes == 1


def test_a_trigger_without_a_package(start: Start) -> None:
    device = start("picoscan-2.2.1", check_seconds=1)
    assert auth_post(device, "RunFirmwareUpdate").code == 0
    assert "no package was uploaded" in only(device)
    wait_until(lambda: device.update_state == 3)


def test_two_requests_at_once(start: Start) -> None:
    device = start("picoscan-2.2.1", latency=20.0)
    other = threading.Thread(target=get, args=(device, "DeviceIdent"))
    other.start()
    wait_until(lambda: len(device.requests) == 1)
    get(device, "SerialNumber")
    other.join()
    assert only(device) == "GET SerialNumber: sent while GET DeviceIdent was not answered yet"


def test_a_client_that_gave_up_counts_no_more(start: Start) -> None:
    device = start("picoscan-2.2.1", latency=20.0)
    with pytest.raises(TimeoutError):
        request(device, "GET", "/api/DeviceIdent", seconds=0.05)
    wait_until(lambda: device.requests[0].outcome == "client gone")
    assert get(device, "SerialNumber").status == 200
    assert device.violations == []


def test_requests_are_recorded_without_secrets(start: Start, firmware: bytes) -> None:
    device = start("firmware-article")
    token = post(device, "/api/CreateSessionToken", {}, basic()).json["data"]["token"]
    headers = basic() | {"X-Session-Token": token, "Content-Type": "application/octet-stream"}
    request(device, "PUT", "/api/update", firmware, headers)
    entry = device.requests[-1]
    assert (entry.number, entry.endpoint, entry.http_status) == (2, "PUT update", 200)
    assert (entry.body_length, entry.outcome) == (len(firmware), "answered")
    assert entry.sha256 is not None
    assert entry.headers["x-session-token"] == "present"
    assert entry.headers["authorization"] == "Basic"
    record = request(device, "GET", "/simulator/record")
    assert token.encode() not in record.body
    assert b"servicelevel" not in record.body
    assert [known["path"] for known in record.json["requests"]] == ["/api/CreateSessionToken", "/api/update"]
    assert record.json["violations"] == []
    fleet = request(device, "GET", "/simulator/fleet").json
    assert [known["name"] for known in fleet["devices"]] == ["gate"]
    assert len(device.requests) == 2


def test_challenges_are_forgotten_when_there_are_too_many(start: Start) -> None:
    device = start("auth-article")
    first = proof(device, "PersistParameters")
    for _ in range(70):
        get_challenge(device)
    assert post(device, "/api/PersistParameters", {"header": first}).code == 10
