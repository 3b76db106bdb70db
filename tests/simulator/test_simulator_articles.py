"""SICK's two support articles, replayed request by request with a plain HTTP client."""

import http.client
import time

import pytest

from sicktui.simulator import Device
from sicktui.simulator.device.auth import Proof
from sicktui.simulator.device.passwords import key_of
from tests.simulator.conftest import Start
from tests.simulator.plain_client import (
    auth_post,
    basic,
    compute_response,
    get,
    get_challenge,
    let_pass,
    post,
    request,
)
from tests.support.waiting import wait_until

SCALE = 100.0


def pause(seconds: float) -> None:
    """The article's ``sleep``, in the fleet's time."""
    time.sleep(seconds / SCALE)


def firmware_article(device: Device, package: bytes) -> tuple[str, str, list[int]]:
    """Section 6 of the firmware article, line by line: old version, new version, states seen."""
    states: list[int] = []

    def get_update_state() -> int:
        states.append(get(device, "UpdateState").json["data"]["UpdateState"])
        return states[-1]

    # 1. Authenticate
    response = post(device, "/api/CreateSessionToken", {}, basic())
    token = response.json["data"]["token"]
    # 2. Read current firmware version
    old_version = get(device, "DeviceIdent", basic()).json["data"]["Version"]
    # 3. Upload firmware package
    headers = basic() | {"X-Session-Token": token, "Content-Type": "application/octet-stream"}
    assert request(device, "PUT", "/api/update", package, headers).status == 200
    # 4. Trigger
    for _ in range(6):
        pause(5)
        if get_update_state() != 0:
            break
    else:
        post(device, "/api/methods/RunFirmwareUpdate", {}, basic())
    # 5. Poll until finished or device reboots
    for _ in range(60):
        pause(5)
        try:
            state = get_update_state()
        except OSError:
            break
        if state == 2:
            break
        assert state != 3, "Update failed"
    # 6. Wait for device to come back online
    for _ in range(12):
        pause(5)
        try:
            new_version = get(device, "DeviceIdent").json["data"]["Version"]
        except OSError:
            continue
        if new_version != old_version:
            return old_version, new_version, states
    raise AssertionError("the device did not come back")


@pytest.mark.parametrize(
    ("autostart", "finished"), [(None, 3.0), (None, 8.0), (7.0, 8.0)], ids=["trigger", "state-2", "autostart"]
)
def test_the_firmware_article_works_as_written(
    start: Start, firmware: bytes, autostart: float | None, finished: float
) -> None:
    device = start(
        "firmware-article",
        time_scale=SCALE,
        flash_seconds=22,
        reboot_seconds=18,
        finished_seconds=finished,
        autostart_after=autostart,
    )
    old, new, states = firmware_article(device, firmware)
    assert (old, new) == ("2.2.0.0R", "2.4.0.0R")
    assert 1 in states
    triggers = [entry for entry in device.requests if entry.path.endswith("RunFirmwareUpdate")]
    assert [entry.path for entry in triggers] == ([] if autostart else ["/api/methods/RunFirmwareUpdate"])
    assert device.flashes == 1
    assert device.violations == []


def test_the_firmware_article_documents_its_answers(start: Start) -> None:
    device = start("firmware-article")
    token = post(device, "/api/CreateSessionToken", {}, basic()).json
    assert token["header"] == {"status": 0, "message": "Ok"}
    assert list(token) == ["header", "data"]
    assert list(token["data"]) == ["token"]
    state = get(device, "UpdateState").json
    assert state == {"header": {"status": 0, "message": "Ok"}, "data": {"UpdateState": 0}}
    ident = get(device, "DeviceIdent").json
    assert ident["data"] == {"Name": "picoScan", "Version": "2.2.0.0R"}


@pytest.mark.parametrize("token", [None, "worthless", "expired"])
def test_the_upload_without_a_good_token_is_401(start: Start, firmware: bytes, token: str | None) -> None:
    device = start("firmware-article", token_seconds=500)
    headers = basic()
    if token == "expired":
        headers["X-Session-Token"] = post(device, "/api/CreateSessionToken", {}, basic()).json["data"][
            "token"
        ]
        let_pass(device, 501)
    elif token:
        headers["X-Session-Token"] = token
    assert request(device, "PUT", "/api/update", firmware, headers).status == 401
    assert device.updater.image is None


def test_the_authentication_article_writes_a_parameter(start: Start) -> None:
    device = start("auth-article", location="picoScan150 25420067")
    # Section 4: read, challenge, hash, write.
    before = get(device, "LocationName").json
    assert before == {
        "header": {"status": 0, "message": "Ok"},
        "data": {"LocationName": "picoScan150 25420067"},
    }
    answer = post(device, "/api/getChallenge", {"data": {"user": "Service"}}).json
    assert answer["header"] == {"status": 0, "message": "Ok"}
    challenge = answer["challenge"]
    assert challenge["realm"] == "SICK Sensor"
    assert challenge["salt"] == [0] * 16
    body = {
        "header": {
            "nonce": challenge["nonce"],
            "opaque": challenge["opaque"],
            "realm": "SICK Sensor",
            "user": "Service",
            "response": compute_response("Service", "servicelevel", challenge, "LocationName"),
        },
        "data": {"LocationName": "my-sensor"},
    }
    written = post(device, "/api/LocationName", body).json
    assert written == {"header": {"status": 0, "message": "Ok"}}
    assert get(device, "LocationName").json["data"] == {"LocationName": "my-sensor"}
    assert device.violations == []


def test_the_authentication_article_backs_up_and_restores(start: Start) -> None:
    device = start("auth-article")
    auth_post(device, "LocationName", {"LocationName": "as it was"})
    # Section 5: token, trigger, wait, download, upload, activate, persist.
    token = auth_post(device, "CreateSessionToken").json["data"]["token"]
    created = auth_post(device, "CreateParameterBackup", {"Passphrase": "test"}).json
    assert created == {"header": {"status": 0, "message": "Ok"}}
    assert get(device, "parameterbackup").status == 403
    wait_until(lambda: get(device, "parameterbackup", {"X-Session-Token": token}).status == 200)
    answer = get(device, "parameterbackup", {"X-Session-Token": token})
    assert answer.headers["content-type"] == "application/octet-stream"
    assert 80_000 < len(answer.body) < 95_000

    auth_post(device, "LocationName", {"LocationName": "changed"})
    headers = {"X-Session-Token": token, "Content-Type": "application/octet-stream"}
    assert request(device, "PUT", "/api/parameterbackup", answer.body, headers).status == 200
    restored = auth_post(device, "RestoreParameterBackup", {"Passphrase": "test"}).json
    assert restored == {"header": {"status": 0, "message": "Ok"}}
    wait_until(lambda: device.parameters.current["LocationName"] == "as it was")
    saved: dict[str, object] = device.parameters.saved
    assert saved["LocationName"] == "gate"
    assert auth_post(device, "PersistParameters").json == {"header": {"status": 0, "message": "Ok"}}
    assert device.parameters.saved["LocationName"] == "as it was"
    assert device.violations == []


@pytest.mark.parametrize("salt", ["zeros", "random", "empty", "null", "absent"])
def test_every_salt_form_is_hashed_as_the_article_says(start: Start, salt: str) -> None:
    device = start("auth-article", salt=salt, realm="Werk Süd", password="pässwörd")
    challenge = get_challenge(device)
    expected = {"zeros": [0] * 16, "empty": [], "null": None}
    if salt == "absent":
        assert "salt" not in challenge
    elif salt == "random":
        assert len(challenge["salt"]) == 16
        assert any(challenge["salt"])
    else:
        assert challenge["salt"] == expected[salt]
    assert auth_post(device, "PersistParameters", password="pässwörd").code == 0
    assert auth_post(device, "PersistParameters", password="wrong").code == 4


@pytest.mark.parametrize(
    ("salt", "expected"),
    [
        (b"", "6a50e6050ee8754ca74d5f04e18f824bf72967a788ff63c953abbb48d426f05c"),
        (bytes(16), "f74cf426b001ea57e6f6a0023ee55b87a04f1158849814f880ef4f0b5969c04a"),
        (bytes(range(16)), "46d6be5ad285722c7242436f55a715a8af0567f7a5c5f5be1a5d2574b772ffbd"),
    ],
    ids=["none", "zeros", "counting"],
)
def test_both_sides_compute_the_known_vectors(start: Start, salt: bytes, expected: str) -> None:
    """Vectors computed independently: Service, SICK Sensor, servicelevel, a nonce of zeros."""
    challenge = {"realm": "SICK Sensor", "nonce": "00" * 32, "salt": list(salt)}
    assert compute_response("Service", "servicelevel", challenge, "LocationName") == expected
    auth = start("auth-article").auth
    auth._keys["Service"] = key_of("Service", "SICK Sensor", b"servicelevel", salt)
    sent = Proof(nonce="00" * 32, opaque="", realm="SICK Sensor", user="Service", response="")
    assert auth._response("LocationName", sent) == expected


def test_a_reboot_in_the_middle_of_a_poll_is_a_network_error(start: Start, firmware: bytes) -> None:
    device = start("firmware-article", flash_seconds=5, finished_seconds=0, reboot_seconds=100)
    token = post(device, "/api/CreateSessionToken", {}, basic()).json["data"]["token"]
    request(device, "PUT", "/api/update", firmware, basic() | {"X-Session-Token": token})
    post(device, "/api/methods/RunFirmwareUpdate", {}, basic())

    def poll_for_ever() -> None:
        for _ in range(400):
            assert get(device, "UpdateState").json["data"]["UpdateState"] == 1
            pause(1)

    with pytest.raises((OSError, http.client.HTTPException)):
        poll_for_ever()
