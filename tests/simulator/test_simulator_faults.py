"""Each named fault does on the wire what its line in the table says."""

import http.client
import json
import time
from contextlib import closing
from pathlib import Path

import pytest

from sicktui.simulator import Device, Fault, ScenarioError
from sicktui.simulator.faults import REGISTRY, behaviour_of
from tests.simulator.conftest import Start
from tests.simulator.plain_client import (
    auth_post,
    get,
    let_pass,
    post,
    request,
    session_token,
)
from tests.support.waiting import wait_until


def put(device: Device, content: bytes, headers: dict[str, str] | None = None) -> int:
    return request(device, "PUT", "/api/update", content, headers).status


def pico(start: Start, *faults: Fault, **changes: object) -> Device:
    """A picoScan that flashes in a moment."""
    quick = {"flash_seconds": 2, "finished_seconds": 2, "reboot_seconds": 2} | changes
    return start("picoscan-2.2.1", *faults, **quick)


# -- single requests ----------------------------------------------------------------------------------


def test_status_and_http_errors(start: Start) -> None:
    device = pico(
        start,
        Fault(name="status", at="DeviceIdent", value=11, times=2),
        Fault(name="http_503", at="GET SerialNumber"),
        Fault(name="http_503", at="GET OrderNumber", value=500),
    )
    assert [get(device, "DeviceIdent").code for _ in range(3)] == [11, 11, 0]
    answer = get(device, "SerialNumber")
    assert (answer.status, answer.body) == (503, b"")
    assert get(device, "OrderNumber").status == 500
    assert device.requests[0].fault == "status"


def test_where_and_when_and_after(start: Start) -> None:
    device = pico(start, Fault(name="status", at="POST *", value=10, after=1, times=1))
    assert get(device, "DeviceIdent").code == 0
    assert post(device, "/api/FindMe", {"data": {"uiDuration": 1}}).code == 0
    assert post(device, "/api/FindMe", {"data": {"uiDuration": 1}}).code == 10
    writes = pico(start, Fault(name="status", at="writes", value=11))
    assert get(writes, "DeviceIdent").code == 0
    assert auth_post(writes, "WriteEeprom").code == 11
    later = pico(start, Fault(name="http_503", when="uploaded"))
    assert get(later, "DeviceIdent").status == 200
    assert put(later, b"x") == 200
    assert get(later, "DeviceIdent").status == 503


@pytest.mark.parametrize("cut", [0.0, 0.7])
def test_cut_reply(start: Start, cut: float) -> None:
    device = pico(start, Fault(name="cut_reply", at="DeviceIdent", fraction=cut, times=1))
    with pytest.raises(http.client.IncompleteRead) as caught:
        get(device, "DeviceIdent")
    assert (len(caught.value.partial) > 0) == (cut > 0)
    assert device.requests[0].outcome == "cut"
    assert get(device, "DeviceIdent").status == 200


def test_cut_reply_to_an_act_that_was_done(start: Start, firmware: bytes) -> None:
    device = pico(
        start, Fault(name="cut_reply", at="RunFirmwareUpdate"), Fault(name="cut_reply", at="update")
    )
    with pytest.raises(http.client.HTTPException):
        put(device, firmware)
    with pytest.raises(http.client.HTTPException):
        auth_post(device, "RunFirmwareUpdate")
    wait_until(lambda: device.firmware_version == "2.4.0.0R")


def test_rubbish_instead_of_json(start: Start) -> None:
    device = pico(start, *(Fault(name=name, times=1) for name in ("not_json", "html", "invalid_utf8")))
    with pytest.raises(json.JSONDecodeError):
        _ = get(device, "DeviceIdent").json
    page = get(device, "DeviceIdent")
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert b"<html>" in page.body
    with pytest.raises(UnicodeDecodeError):
        _ = get(device, "DeviceIdent").json


def test_wrong_types(start: Start) -> None:
    device = pico(start, Fault(name="wrong_types"))
    assert get(device, "DeviceIdent").json["data"] == {"Name": 17, "Version": 17}
    assert get(device, "UpdateState").json["data"] == {"UpdateState": [0]}
    challenge = post(device, "/api/getChallenge", {"data": {"user": "Service"}}).json["challenge"]
    assert challenge["nonce"] == 17


def test_huge_json(start: Start) -> None:
    device = pico(start, Fault(name="huge_json", value=3_000_000, times=1), Fault(name="huge_json"))
    answer = get(device, "DeviceIdent")
    assert len(answer.body) == 3_000_000
    assert len(answer.json["data"]["Name"]) > 2_900_000
    with closing(http.client.HTTPConnection("127.0.0.1", device.port.number, timeout=5)) as connection:
        connection.request("GET", "/api/DeviceIdent")
        response = connection.getresponse()
        assert response.getheader("Content-Length") == "1000000000"
        assert len(response.read(100_000)) == 100_000
    wait_until(lambda: device.port.connections == 0)


def test_redirect(start: Start) -> None:
    device = pico(start, Fault(name="redirect", value="http://example.invalid/"))
    answer = get(device, "DeviceIdent")
    assert (answer.status, answer.headers["location"]) == (302, "http://example.invalid/")


@pytest.mark.parametrize("acts", [False, True])
def test_hang(start: Start, acts: bool) -> None:
    device = pico(start, Fault(name="hang", at="LEDEnable", acts=acts, times=1))
    with pytest.raises(TimeoutError):
        request(device, "POST", "/api/LEDEnable", b'{"header":{},"data":{}}', seconds=0.2)
    assert (len(device.violations) == 1) == acts  # the half header was looked at, or not
    assert get(device, "DeviceIdent").status == 200
    wait_until(lambda: device.requests[0].outcome == "silent")


def test_trickle(start: Start) -> None:
    device = pico(start, Fault(name="trickle", at="DeviceIdent", rate=20))  # 1000 bytes a real second
    began = time.monotonic()
    assert get(device, "DeviceIdent").json["data"]["Version"] == "2.2.1.0R"
    assert time.monotonic() - began > 0.1


def test_token_refused(start: Start) -> None:
    device = start("picoscan-2.3.3", Fault(name="token_refused", value=(401, 403)))
    token = session_token(device)
    assert [put(device, b"x", token) for _ in range(3)] == [401, 403, 200]
    twice = start("picoscan-2.3.3", Fault(name="token_refused", value=403, times=2))
    token = session_token(twice)
    assert [get(twice, "parameterbackup", token).status for _ in range(3)] == [403, 403, 404]


def test_password_changed(start: Start) -> None:
    device = start("auth-article", Fault(name="password_changed", at="PUT update"))
    token = session_token(device)
    assert put(device, b"x", token) == 401
    assert auth_post(device, "PersistParameters").code == 4
    assert auth_post(device, "PersistParameters", password="changed").code == 0


def test_rate_limit(start: Start) -> None:
    device = pico(start, Fault(name="rate_limit", rate=3, seconds=20, times=1), time_scale=1.0)
    for _ in range(3):
        assert get(device, "DeviceIdent").status == 200
    with pytest.raises(TimeoutError):
        request(device, "GET", "/api/DeviceIdent", seconds=0.1)
    assert device.violations == ["4 requests in a second, where 3 are allowed"]
    let_pass(device, 21)
    assert get(device, "DeviceIdent").status == 200


def test_identity_can_be_missing(start: Start) -> None:
    mac_only = pico(start, Fault(name="mac_only"))
    assert get(mac_only, "SerialNumber").code == 5
    assert get(mac_only, "EtherMACAddress").code == 0
    nothing = pico(start, Fault(name="no_identity_beyond_ident"))
    for name in ("SerialNumber", "EtherMACAddress", "DeviceType", "OrderNumber", "LocationName"):
        assert get(nothing, name).code == 5
    assert get(nothing, "DeviceIdent").code == 0


def test_slow_link(start: Start) -> None:
    device = pico(start, Fault(name="slow_link", rate=20_000))  # a megabyte a real second
    began = time.monotonic()
    assert put(device, bytes(300_000)) == 200
    assert time.monotonic() - began > 0.25


# -- the registry -------------------------------------------------------------------------------------

WANTED = {
    "upload_reset",
    "upload_early_401",
    "token_refused",
    "status",
    "http_503",
    "cut_reply",
    "not_json",
    "html",
    "wrong_types",
    "invalid_utf8",
    "huge_json",
    "redirect",
    "unknown_state",
    "hang",
    "trickle",
    "stuck_at_0",
    "trigger_lost",
    "stuck_at_1",
    "no_reboot",
    "no_return",
    "old_version",
    "other_serial",
    "autostart",
    "finished_never_seen",
    "rate_limit",
    "slow_link",
    "power_off_in_flash",
    "unhealthy",
    "slow_startup",
    "backup_false",
    "backup_pending_forever",
    "backup_stale_file",
    "backup_empty",
    "backup_html",
    "backup_truncated",
    "backup_denied",
    "restore_code",
    "mac_only",
    "no_identity_beyond_ident",
    "other_update_running",
}


def test_every_fault_says_in_one_line_what_the_device_does() -> None:
    assert set(REGISTRY) >= WANTED
    for name in REGISTRY:
        assert summary_of(name).endswith("."), name


def test_the_documentation_has_every_fault() -> None:
    page = (Path(__file__).parents[2] / "docs" / "simulator.md").read_text()
    for name, behaviour in REGISTRY.items():
        takes = ", ".join(f"`{key}`" for key in behaviour.uses) or "-"
        assert f"| `{name}` | {summary_of(name).replace('``', '`')} | {takes} |" in page


def summary_of(name: str) -> str:
    return (REGISTRY[name].__doc__ or "").strip().splitlines()[0]


def test_unknown_faults_and_keys_are_refused() -> None:
    with pytest.raises(ScenarioError, match="Did you mean 'stuck_at_"):
        behaviour_of(Fault(name="stuck_at_00"))
    with pytest.raises(ScenarioError, match="does not accept 'fraction'"):
        behaviour_of(Fault(name="hang", fraction=0.5))
