"""What SICK's own clients, and HTTP libraries in general, need of a device."""

import http.client
import json
import socket
import time
from contextlib import closing

import pytest

from sicktui.simulator import Device, Fault
from tests.simulator.conftest import Start
from tests.simulator.plain_client import (
    PASSWORD,
    auth_post,
    basic,
    get,
    get_challenge,
    let_pass,
    post,
    proof,
    request,
)
from tests.support.waiting import wait_until

VENDOR = ["picoscan-2.2.1", "picoscan-2.3.3", "multiscan-2.4.2"]


@pytest.mark.parametrize("generation", VENDOR)
def test_login_is_check_credentials_without_data(start: Start, generation: str) -> None:
    device = start(generation)
    good = auth_post(device, "checkCredentials")
    assert (good.status, good.json) == (200, {"header": {"status": 0, "message": "Ok"}})
    bad = auth_post(device, "checkCredentials", password="wrong")
    assert (bad.status, bad.json) == (200, {"header": {"status": 4, "message": "Access Denied"}})


@pytest.mark.parametrize("generation", [*VENDOR, "lrs4000-1.9.1"])
def test_persisting_is_write_eeprom(start: Start, generation: str) -> None:
    device = start(generation)
    auth_post(device, "LEDEnable", {"LEDEnable": False})
    saved: dict[str, object] = dict(device.parameters.saved)
    assert saved["LEDEnable"] is True
    assert auth_post(device, "WriteEeprom").json["data"] == {"Success": True}
    assert device.parameters.saved["LEDEnable"] is False
    assert auth_post(device, "PersistParameters").code == 5


@pytest.mark.parametrize("generation", [*VENDOR, "lrs4000-1.9.1", "auth-article"])
def test_a_challenge_has_everything_beside_a_header(start: Start, generation: str) -> None:
    answer = post(start(generation), "/api/getChallenge", {"data": {"user": "Service"}}).json
    assert list(answer) == ["header", "challenge"]
    assert set(answer["challenge"]) == {"realm", "nonce", "opaque", "salt"}
    assert len(answer["challenge"]["salt"]) == 16


@pytest.mark.parametrize("generation", ["picoscan-2.3.3", "multiscan-2.4.2"])
def test_structs_are_wrapped_for_the_c_client(start: Start, generation: str) -> None:
    device = start(generation)
    assert set(get(device, "DeviceIdent").json["data"]) == {"DeviceIdent"}
    assert set(get(device, "ScanDataEthSettings").json["data"]["ScanDataEthSettings"]) == {
        "Protocol",
        "IPAddress",
        "Port",
    }


@pytest.mark.parametrize("generation", VENDOR)
def test_everything_that_the_clients_read_is_there(start: Start, generation: str) -> None:
    device = start(generation, serial="25420067")
    texts = {"DeviceType": None, "FirmwareVersion": None, "SerialNumber": "25420067", "OrderNumber": None}
    for name, expected in texts.items():
        value = get(device, name).json["data"][name]
        assert isinstance(value, str)
        assert expected in (None, value)
    assert get(device, "DeviceStatus").json["data"] == {"DeviceStatus": 3}
    assert get(device, "SCdevicestate").json["data"] == {"SCdevicestate": 1}
    assert get(device, "PowerOnCnt").json["data"] == {"PowerOnCnt": 42}
    assert get(device, "EtherMACAddress").json["data"]["EtherMACAddress"][:3] == [0, 6, 0x77]
    for name in ("OpHours", "EtherIPAddress", "LSPdatetime", "CurrentTempDev", "LocationName"):
        assert get(device, name).json["data"][name] is not None
    for name in ("ScanDataFormat", "ScanDataEnable"):
        value = get(device, name).json["data"][name]
        assert auth_post(device, name, {name: value}).code == 0


def test_what_else_can_be_read_per_family(start: Start) -> None:
    pico, lrs = start("picoscan-2.2.1"), start("lrs4000-1.9.1", hidden=("OpHours",))
    assert get(pico, "ContaminationResult").json["data"] == {"bWarningActive": False, "bErrorActive": False}
    assert get(lrs, "ContaminationResult").json["data"] == {"warningActive": False, "errorActive": False}
    assert get(lrs, "DateTime").json["data"]["DateTime"]["uiYear"] > 2000
    assert len(get(pico, "LFTchecksum").json["data"]["MD5Parameters"]) == 32
    assert get(lrs, "LFTchecksum").code == 5
    assert get(lrs, "OpHours").code == 5
    for value, status in ((2, 0), (0.05, 6), ("x", 2)):
        assert auth_post(lrs, "ScanDataScaleFactor", {"ScanDataScaleFactor": value}).code == status
    assert b"simulated" in request(pico, "GET", "/").body
    assert request(pico, "GET", "/elsewhere").status == 404
    assert request(pico, "DELETE", "/api/LocationName").status == 405
    assert request(pico, "HEAD", "/api/LocationName").status == 405
    assert request(pico, "GET", "/simulator/elsewhere").status == 404


def test_bodies_that_are_no_requests(start: Start) -> None:
    device = start("picoscan-2.2.1")
    for body in (b"null", b"", b'{"data":{}}'):
        assert request(device, "POST", "/api/WriteEeprom", body).code == 4
    assert request(device, "POST", "/api/WriteEeprom", b"[1]").code == 1
    assert request(device, "POST", "/api/getChallenge", b'{"data":5}').code == 2
    assert request(device, "POST", "/api/WriteEeprom", bytes(70_000)).status == 413


def test_find_me_needs_no_authentication_on_vendor_firmware(start: Start) -> None:
    device = start("picoscan-2.2.1")
    assert post(device, "/api/FindMe", {"data": {"uiDuration": 5}}).code == 0
    assert device.blinking_until > device.time.now()
    assert post(device, "/api/FindMe", {"data": {"uiDuration": -1}}).code == 6
    assert post(device, "/api/FindMe", {"data": {"uiDuration": "long"}}).code == 2
    assert post(start("picoscan-2.3.3"), "/api/FindMe", {"data": {"uiDuration": 0}}).code == 6
    assert device.violations == []
    article = start("auth-article")
    assert post(article, "/api/FindMe", {"data": {"uiDuration": 5}}).code == 4


def test_the_vendors_backup_example_works_without_tokens(start: Start) -> None:
    """It sleeps exactly one second and then fetches; here in the fleet's own time."""
    device = start("picoscan-2.2.1", time_scale=5.0)
    assert auth_post(device, "CreateParameterBackup", {"Passphrase": "x"}).json["data"] == {"Result": True}
    time.sleep(1 / 5)
    answer = get(device, "parameterbackup")
    assert (answer.status, len(answer.body) > 80_000) == (200, True)
    assert get(device, "CreateSessionToken").code == 5
    assert auth_post(device, "CreateSessionToken").code == 5


@pytest.mark.parametrize("generation", VENDOR)
def test_errors_have_both_keys_and_a_body(start: Start, generation: str) -> None:
    device = start(generation)
    missing = get(device, "NoSuchThing")
    assert (missing.status, missing.json) == (200, {"header": {"status": 5, "message": "Not Found"}})
    broken = request(device, "POST", "/api/LocationName", b"{not json")
    assert (broken.status, broken.json["header"]) == (200, {"status": 1, "message": "Parsing Failed"})


def raw(device: Device, *parts: bytes, wait: float = 0.15) -> list[bytes]:
    """Send parts one after the other; what had come back after each."""
    got: list[bytes] = []
    with closing(socket.create_connection(("127.0.0.1", device.port.number), timeout=5)) as sock:
        for part in parts:
            sock.sendall(part)
            sock.settimeout(wait)
            try:
                got.append(sock.recv(65536))
            except TimeoutError:
                got.append(b"")
    return got


def expecting(body: bytes) -> bytes:
    head = "POST /api/LocationName HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
    return (head + f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n").encode()


def test_expect_continue_is_answered(start: Start) -> None:
    device = start("picoscan-2.2.1")
    body = json.dumps({"header": proof(device, "LocationName"), "data": {"LocationName": "new"}}).encode()
    first, second = raw(device, expecting(body), body, wait=2.0)
    assert first.startswith(b"HTTP/1.1 100 ")
    assert second.startswith(b"HTTP/1.1 200 ")
    assert device.parameters.current["LocationName"] == "new"


def test_expect_continue_can_be_ignored(start: Start) -> None:
    device = start("picoscan-2.2.1", expect_continue=False)
    body = json.dumps({"header": proof(device, "LocationName"), "data": {"LocationName": "new"}}).encode()
    first, second = raw(device, expecting(body), body, wait=1.0)
    assert first == b""
    assert second.startswith(b"HTTP/1.1 200 ")


def test_a_refusal_comes_instead_of_the_continue(start: Start) -> None:
    device = start("picoscan-2.3.3")
    head = b"PUT /api/update HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5000000\r\n\r\n"
    [answer] = raw(device, head, wait=2.0)
    assert answer.startswith(b"HTTP/1.1 401 ")


def test_one_connection_serves_many_requests(start: Start) -> None:
    device = start("picoscan-2.2.1")
    with closing(http.client.HTTPConnection("127.0.0.1", device.port.number, timeout=5)) as connection:
        for _ in range(3):
            connection.request("GET", "/api/DeviceIdent")
            response = connection.getresponse()
            assert response.read()
            assert not response.will_close
        assert device.port.connections == 1
    wait_until(lambda: device.port.connections == 0)


@pytest.mark.parametrize(
    ("generation", "asked"), [("picoscan-2.2.1", "close"), ("lrs4000-1.9.1", "keep-alive")]
)
def test_connection_close_is_honoured_and_can_be_forced(start: Start, generation: str, asked: str) -> None:
    device = start(generation)
    answer = request(device, "GET", "/api/DeviceIdent", headers={"Connection": asked})
    assert answer.headers["connection"] == "close"


def test_errors_can_come_as_http_errors(start: Start) -> None:
    with_body = start("picoscan-2.2.1", error_style="http_json")
    answer = get(with_body, "NoSuchThing")
    assert (answer.status, answer.code) == (404, 5)
    assert auth_post(with_body, "WriteEeprom", password="wrong").status == 401
    bare = start("picoscan-2.2.1", error_style="http_empty")
    answer = get(bare, "NoSuchThing")
    assert (answer.status, answer.body) == (404, b"")


def test_status_4_5_10_and_11_can_be_had(start: Start) -> None:
    device = start("auth-article", Fault(name="status", at="ScanDataEnable", value=11, times=1))
    assert auth_post(device, "PersistParameters", password="wrong").code == 4
    assert get(device, "Nothing").code == 5
    header = proof(device, "PersistParameters")
    assert post(device, "/api/PersistParameters", {"header": header}).code == 0
    assert post(device, "/api/PersistParameters", {"header": header}).code == 10
    answer = get(device, "ScanDataEnable")
    assert answer.json["header"] == {"status": 11, "message": "Out Of Connections"}
    assert get(device, "ScanDataEnable").code == 0


def test_something_that_is_not_http_gets_a_400(start: Start) -> None:
    device = start("picoscan-2.2.1")
    [answer] = raw(device, b"\x02sRN DeviceIdent\x03\r\n\r\n", wait=2.0)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert get(device, "DeviceIdent").status == 200


def test_values_are_checked_as_the_api_says(start: Start) -> None:
    device = start("picoscan-2.2.1")
    wrong = {
        "LocationName": [("x" * 33, 7), (5, 2)],
        "ScanDataFormat": [(9, 9), ("x", 2), (True, 2)],
        "ScanDataEthSettings": [
            ({"Port": 70_000}, 6),
            ({"Other": 1}, 2),
            ({"IPAddress": [1] * 5}, 7),
        ],
    }
    for name, cases in wrong.items():
        for value, status in cases:
            assert auth_post(device, name, {name: value}).code == status, (name, value)
    assert auth_post(device, "LocationName", {"Other": "x"}).code == 2
    assert auth_post(device, "SerialNumber", {"SerialNumber": "1"}).code == 8
    assert auth_post(device, "ScanDataEthSettings", {"ScanDataEthSettings": {"Port": 2200}}).code == 0
    settings = get(device, "ScanDataEthSettings").json["data"]
    assert settings == {"Protocol": 1, "IPAddress": [192, 168, 0, 100], "Port": 2200}
    lrs = start("lrs4000-1.9.1")
    assert auth_post(lrs, "LocationName", {"LocationName": "x" * 17}).code == 7
    assert auth_post(lrs, "LocationName", {"LocationName": "x" * 16}).code == 0


def test_basic_devices_know_no_challenge(start: Start) -> None:
    device = start("firmware-article")
    answer = post(device, "/api/getChallenge", {"data": {"user": "Service"}})
    assert (answer.status, answer.code) == (404, 5)
    denied = post(device, "/api/CreateSessionToken", {})
    assert (denied.status, denied.code) == (401, 4)
    assert denied.headers["www-authenticate"].startswith("Basic")
    written = post(device, "/api/LocationName", {"data": {"LocationName": "x"}}, basic())
    assert (written.status, written.code) == (200, 0)


@pytest.mark.parametrize("generation", ["picoscan-2.3.3", "picoscan120-2.3.3", "multiscan200-1.1.0"])
def test_a_token_lives_as_long_as_the_device_says(start: Start, generation: str) -> None:
    device = start(generation, token_seconds=500.0)
    given = auth_post(device, "CreateSessionToken", {"timeToLive": 600}).json["data"]
    assert given["timeToLive"] == 500
    assert len(given["token"]) == 36
    token = {"X-Session-Token": given["token"]}
    assert get(device, "parameterbackup", token).status == 404  # good, but no file yet
    let_pass(device, 501)
    assert get(device, "parameterbackup", token).status == 403


def test_the_articles_answer_a_token_alone(start: Start) -> None:
    assert set(auth_post(start("auth-article"), "CreateSessionToken").json["data"]) == {"token"}


def test_the_wrong_user_and_the_wrong_level(start: Start) -> None:
    device = start("auth-article")
    assert post(device, "/api/getChallenge", {"data": {"user": "Nobody"}}).code == 2
    header = proof(device, "PersistParameters", PASSWORD, user="Maintenance")
    assert post(device, "/api/PersistParameters", {"header": header}).code == 4


def test_chance_is_the_same_for_the_same_seed(start: Start) -> None:
    first, second = start("auth-article", seed=7), start("auth-article", seed=7)
    assert get_challenge(first) == get_challenge(second)
    assert get_challenge(first) != get_challenge(start("auth-article", seed=8))
