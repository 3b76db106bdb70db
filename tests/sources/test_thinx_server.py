"""Each measured row of the server of June 2026, and that each is switched by its name."""

import hashlib
import http.client
import json
import re
import time
from pathlib import Path

import pytest

from tests.sources.plain_client import PlainClient
from tests.sources.servers import FIRMWARE, setting
from tests.thinx_server.devices import Account
from tests.thinx_server.firmware import Build, Firmware
from tests.thinx_server.generations import GENERATIONS, JUNE_2026, MEASURED, OCTOBER_2026, Fault
from tests.thinx_server.record import Violation

QUICK = JUNE_2026.minus(Fault.SLOW_BODIES)
"""June 2026 without its waits."""
FETCHABLE = QUICK.minus(Fault.NO_BUILD_FOUND, Fault.CUT_BUFFER, Fault.BARE_UPDATED)
"""The same, with builds that are found."""
RIGHT = OCTOBER_2026


def test_each_row_has_a_name_and_each_generation_its_own() -> None:
    assert list(MEASURED) == list(range(1, 18))
    assert set(MEASURED.values()) <= JUNE_2026.faults
    for fault in Fault:
        assert RIGHT.plus(fault).has(fault)
        assert not JUNE_2026.minus(fault).has(fault)
        assert RIGHT.only(fault).faults == {fault}
    assert len(GENERATIONS) == 3


def test_the_stand_in_imports_nothing_of_the_program() -> None:
    folder = Path(__file__).parents[1] / "thinx_server"
    imports = re.compile(r"^\s*(?:from|import) +sicktui", re.MULTILINE)
    assert [path.name for path in folder.glob("*.py") if imports.search(path.read_text())] == []


def test_1_two_devices_of_one_second_get_one_token_and_the_last_ones_build() -> None:
    other = Firmware.made(70_000, seed=2)
    builds = (
        Build("1.1.0", FIRMWARE, macs=frozenset({"AA:BB:CC:00:00:01"})),
        Build("1.1.0", other, macs=frozenset({"AA:BB:CC:00:00:02"})),
    )
    with setting(FETCHABLE, *builds) as it:
        first, second = it.known(1), it.known(2)
        it.clock.now = 1_790_000_000.2
        token = first.check_in().registration["ott"]
        it.clock.now += 0.7
        assert second.check_in().registration["ott"] == token
        assert token == hashlib.sha256(b"1790000000").hexdigest()
        assert first.by_token(token).body == other.read()
        assert it.record.broken == [Violation.TOO_FAST]
        it.clock.now += 1.1
        assert first.check_in().registration["ott"] != token
    with setting(RIGHT, *builds) as it:
        first, second = it.known(1), it.known(2)
        tokens = [first.check_in().registration["ott"], second.check_in().registration["ott"]]
        assert first.by_token(tokens[0]).body == FIRMWARE.read()
        assert second.by_token(tokens[1]).body == other.read()


def test_2_an_update_is_offered_but_no_build_is_ever_found() -> None:
    with setting(QUICK) as it:
        device = it.known()
        token = device.check_in().registration["ott"]
        assert device.by_token(token).body == b"OTT_UPDATE_NOT_AVAILABLE"
        assert device.firmware().json == {"success": False, "status": "UPDATE_NOT_FOUND"}


def test_3_the_first_check_in_that_matches_a_build_is_answered_by_a_bare_word() -> None:
    with setting(FETCHABLE.plus(Fault.BARE_UPDATED)) as it:
        device = it.device()
        answer = device.check_in()
        assert (answer.status, answer.content_type, answer.body) == (200, "text/html", b"updated")
        it.clock.now += 2
        assert device.check_in().registration["status"] == "OK"


def test_4_too_many_requests_are_answered_429_until_the_reset() -> None:
    with setting(FETCHABLE) as it:
        device = it.device()
        for number in range(500):
            answer = device.request("GET", "/", {})
            assert answer.headers["ratelimit-limit"] == "500"
            assert answer.headers["ratelimit-remaining"] == str(499 - number)
            it.clock.now += 1 / 16
        answer = device.check_in()
        assert (answer.status, answer.content_type) == (429, "text/html")
        assert (answer.headers["ratelimit-remaining"], answer.headers["ratelimit-reset"]) == ("0", "29")
        it.clock.now += 28
        assert device.check_in().status == 429
        assert it.record.broken == [Violation.DURING_RATE_LIMIT]
        it.clock.now += 1
        assert device.check_in().status == 200
        assert it.record.statuses[-3:] == [429, 429, 200]


@pytest.mark.parametrize("way", ["simple", "token"])
def test_5_nothing_moves_before_the_first_byte(way: str) -> None:
    firmware = Firmware.made(1_000_000)
    with setting(FETCHABLE.plus(Fault.SLOW_BODIES), Build("1.1.0", firmware)) as it:
        device = it.known()
        token = device.check_in().registration["ott"]
        began = time.monotonic()
        answer = device.by_token(token) if way == "token" else device.firmware()
        assert time.monotonic() - began > 0.5
        if way == "simple":
            assert answer.json["payload"]["data"] == list(firmware.read())
            assert 3.5 < len(answer.body) / firmware.size < 3.65
            assert int(answer.headers["content-length"]) == len(answer.body)
        else:
            assert answer.body == firmware.read()


def test_6_a_build_of_an_unknown_platform_gets_no_answer() -> None:
    build = Build("1.1.0", FIRMWARE, platform="picoscan")
    with setting(FETCHABLE, build) as it:
        device = it.known()
        token = device.check_in().registration["ott"]
        impatient = PlainClient(it.server.url, it.application.account, timeout=1)
        impatient.udid = device.udid
        with pytest.raises(TimeoutError):
            impatient.firmware()
        with pytest.raises(TimeoutError):
            impatient.by_token(token)
        assert it.record.statuses.count(None) == 2
    with setting(RIGHT, build) as it:
        assert it.known().firmware().json["status"] == "UPDATE_NOT_FOUND"


def test_7_a_build_under_1000_bytes_is_an_empty_200() -> None:
    with setting(FETCHABLE, Build("1.1.0", Firmware.made(999))) as it:
        device = it.known()
        token = device.check_in().registration["ott"]
        for answer in (device.firmware(), device.by_token(token)):
            assert (answer.status, answer.content_type, answer.body) == (200, "application/json", b"")
    for generation, size in ((FETCHABLE, 1000), (RIGHT, 999)):
        with setting(generation, Build("1.1.0", Firmware.made(size))) as it:
            assert it.known().firmware().json["filesize"] == size


def test_8_forced_does_not_override_the_servers_own_switch() -> None:
    with setting(FETCHABLE, auto_update=False) as it:
        assert it.known().firmware(forced=True).json == {"success": False, "status": "OK"}
    with setting(RIGHT, auto_update=False) as it:
        assert it.known().firmware().json == {"success": False, "status": "OK"}
        assert it.known().firmware(forced=True).json["md5"] == FIRMWARE.md5


def test_9_a_post_with_a_token_asks_for_another_one() -> None:
    with setting(FETCHABLE) as it:
        device = it.known()
        token = device.check_in().registration["ott"]
        it.clock.now += 2
        answer = device.firmware(ott=token).json
        assert list(answer) == ["ott"]
        assert answer["ott"] != token
        assert it.record.broken == [Violation.POST_WITH_TOKEN]
    with setting(RIGHT) as it:
        device = it.known()
        assert device.firmware(ott=device.check_in().registration["ott"]).body == FIRMWARE.read()


def test_10_a_lost_udid_makes_a_second_device_the_first_time() -> None:
    with setting(FETCHABLE) as it:
        udids = [it.known().udid for _ in range(3)]
        assert len(set(udids)) == 2
        assert udids[1] == udids[2]
        assert it.record.broken == [Violation.UDID_LOST] * 2
    with setting(RIGHT) as it:
        assert it.known().udid == it.known().udid


def test_11_the_first_reply_has_other_fields_than_the_later_ones() -> None:
    with setting(FETCHABLE, auto_update=False) as it:
        device = it.device()
        first = device.check_in().registration
        later = device.check_in().registration
        assert set(first) - set(later) == {"iv", "meshes"}
        assert set(later) - set(first) == {"auto_update", "mesh_ids", "timestamp"}
        assert (first["success"], first["status"], first["udid"]) == (True, "OK", device.udid)
        assert first["owner"] == it.application.account.owner
    with setting(RIGHT, auto_update=False) as it:
        assert set(it.device().check_in().registration) == set(later)


def test_12_a_udid_of_zero_gives_null() -> None:
    with setting(FETCHABLE) as it:
        registration = it.device().check_in(udid="0").registration
        assert (registration["success"], registration["udid"]) == (True, None)
        assert it.device().check_in(udid=None).registration["udid"]
        assert it.record.broken[0] == Violation.UDID_MALFORMED
        assert Violation.UDID_NULL in it.record.broken


@pytest.mark.parametrize("udid", ["0", "not-a-uuid", 7])
def test_a_malformed_udid_crashes_the_server(udid: object) -> None:
    with setting(FETCHABLE.minus(Fault.UDID_ZERO_GIVES_NULL)) as it:
        device = it.device()
        with pytest.raises((http.client.HTTPException, ConnectionError)):
            device.check_in(udid=udid)
        assert it.record.broken == [Violation.UDID_MALFORMED]
        assert device.check_in().registration["udid"]  # it has been started again


@pytest.mark.parametrize("as_text", [False, True])
def test_13_a_sick_version_fails_where_an_update_is_there(as_text: bool) -> None:
    generation = FETCHABLE.plus(Fault.NESTED_REFUSAL_IS_TEXT) if as_text else FETCHABLE
    with setting(generation) as it:
        answer = it.known().check_in("2.3.0.0R").json
        inner = json.loads(answer["response"]) if as_text else answer["response"]
        assert inner == {"registration": {"success": False, "response": "device_update_failed"}}
        assert answer["success"] is False
        assert it.record.broken == [Violation.NOT_SEMVER]
        it.application.builds.clear()
        assert it.known().check_in("2.3.0.0R").registration["status"] == "OK"
    with setting(RIGHT) as it:
        assert it.known().check_in("2.3.0.0R").registration["status"] == "OK"


def test_14_firmware_is_served_with_a_wrong_key_and_a_part_of_the_key_passes() -> None:
    with setting(FETCHABLE) as it:
        device, right = it.known(), it.application.account
        device.account = Account(right.owner, "0" * 64)
        assert device.check_in().json == {"success": False, "response": "owner_found_but_no_key"}
        assert device.firmware().json["md5"] == FIRMWARE.md5
        device.account = Account(right.owner, right.key[5:9])
        assert device.check_in().registration["status"] == "FIRMWARE_UPDATE"
        device.account = Account("0" * 64, right.key)
        assert device.check_in().json == {"success": False, "response": "apikey_not_found"}
        assert device.firmware().json == {"success": False, "response": "apikey_not_found"}
    with setting(RIGHT) as it:
        device, right = it.known(), it.application.account
        for key in ("0" * 64, right.key[5:9]):
            device.account = Account(right.owner, key)
            for answer in (device.check_in(), device.firmware()):
                assert answer.json == {"success": False, "response": "owner_found_but_no_key"}


def test_15_further_refusals() -> None:
    with setting(FETCHABLE) as it:
        device = it.known()
        assert device.firmware(mac="").json == {"success": False, "response": "missing_mac"}
        assert device.check_in(mac="").json == {"success": False, "response": "missing_mac"}
        answer = device.firmware(udid="00000000-0000-4000-8000-000000000000")
        assert (answer.content_type, answer.body) == ("text/html", b"no_such_device")
        answer = device.request("GET", "/device/firmware", {})
        assert answer.json == {"success": False, "response": "OTT_MISSING"}
        answer = device.post("/device/register", {"registration": {}})
        assert (answer.status, answer.json["response"]) == (400, "request_invalid")
        answer = device.post("/device/register", b"{")
        assert (answer.status, answer.content_type) == (400, "text/html")
        assert Violation.NOT_JSON in it.record.broken


@pytest.mark.parametrize("path", ["/device/register", "/device/firmware"])
def test_15_the_header_is_authentication(path: str) -> None:
    with setting(FETCHABLE) as it:
        refusal = {"success": False, "response": "authentication"}
        by_other_name = it.device().post(path, {}, {"Authorization": it.application.account.key})
        assert (by_other_name.status, by_other_name.json) == (403, refusal)
        assert Violation.AUTHORIZATION_HEADER in it.record.broken
        without = it.device().post(path, {}, {})
        assert (without.status, without.json) == (200, refusal)
    with setting(RIGHT) as it:
        assert it.device().post(path, {}, {}).status == 401


def test_16_versions_of_four_numbers_collapse_and_another_env_hash_is_an_offer() -> None:
    with setting(FETCHABLE, Build("2.3.1", FIRMWARE)) as it:
        device = it.known()
        assert device.check_in("2.3.0.1").registration["status"] == "OK"
        assert device.check_in("2.3.0.0").registration["status"] == "FIRMWARE_UPDATE"
        assert device.check_in("2.3.0.0.2").registration["status"] == "OK"
        assert device.check_in("2.3.1").registration["status"] == "OK"
        assert Violation.ENV_HASH not in it.record.broken
        assert device.check_in("2.3.1", env_hash="other").registration["status"] == "FIRMWARE_UPDATE"
        assert Violation.ENV_HASH in it.record.broken
    with setting(RIGHT, Build("2.3.1", FIRMWARE)) as it:
        device = it.known()
        assert device.check_in("2.3.0.0").registration["status"] == "OK"
        assert device.check_in("2.3.1", env_hash="other").registration["status"] == "OK"


def test_17_tokens_end_with_the_redis_and_by_their_time_only() -> None:
    with setting(FETCHABLE.minus(Fault.SAME_TOKEN_WITHIN_A_SECOND)) as it:
        device = it.known()
        token = device.check_in().registration["ott"]
        for _ in range(3):  # success does not end it
            assert device.by_token(token).body == FIRMWARE.read()
        it.clock.now += 3600
        assert device.by_token(token).body == b"OTT_UPDATE_NOT_FOUND"
        assert it.record.broken == []
        device.by_token(token)
        assert it.record.broken == [Violation.TOKEN_AFTER_REFUSAL]
        token = device.check_in().registration["ott"]
        it.application.tokens.lose()
        assert device.by_token(token).body == b"OTT_UPDATE_NOT_FOUND"
        assert device.by_token("no-token").body == b"OTT_UPDATE_NOT_FOUND"
    with setting(FETCHABLE.minus(Fault.TOKENS_EXPIRE)) as it:
        device = it.known()
        token = device.check_in().registration["ott"]
        it.clock.now += 7 * 24 * 3600
        assert device.by_token(token).body == FIRMWARE.read()


def test_a_token_redeems_the_newest_build_at_fetch_time() -> None:
    newer = Firmware.made(80_000, seed=3)
    with setting(FETCHABLE) as it:
        device = it.known()
        token = device.check_in().registration["ott"]
        it.application.builds.append(Build("1.10.0", newer))
        it.application.builds.append(Build("1.9.0", FIRMWARE))
        assert device.by_token(token).body == newer.read()
        it.application.devices.remove(device.udid or "")
        answer = device.by_token(token)
        assert (answer.content_type, answer.body) == ("text/html", b"OTT_INFO_NOT_FOUND")


def test_a_token_ends_with_success_where_the_page_is_followed() -> None:
    with setting(RIGHT.plus(Fault.TOKEN_ENDS_WITH_SUCCESS)) as it:
        device = it.known()
        token = device.check_in().registration["ott"]
        assert device.by_token(token).body == FIRMWARE.read()
        assert device.by_token(token).body == b"OTT_UPDATE_NOT_FOUND"


def test_the_cut_buffer_has_the_length_and_the_md5_of_the_binary() -> None:
    with setting(FETCHABLE.plus(Fault.CUT_BUFFER)) as it:
        device = it.known()
        answer = device.by_token(device.check_in().registration["ott"])
        assert answer.body.startswith(b'{"success":{"type":"Buffer","data":[')
        assert len(answer.body) == FIRMWARE.size == int(answer.headers["content-length"])
        assert (answer.headers["x-md5"], answer.content_type) == (FIRMWARE.md5, "application/octet-stream")
        assert device.firmware().json["payload"]["data"] == list(FIRMWARE.read())


def test_use_ott_is_refused_by_a_bare_text() -> None:
    with setting(FETCHABLE) as it:
        answer = it.known().firmware(use="ott")
        assert (answer.content_type, answer.body) == ("text/html", b"OTT_API_KEY_NOT_VALID")
    with setting(RIGHT) as it:
        assert len(it.known().firmware(use="ott").json["ott"]) == 64


def test_the_offer_ends_when_the_new_version_is_reported() -> None:
    with setting(RIGHT) as it:
        device = it.known()
        answer = device.check_in()
        assert answer.content_type == "text/html"
        assert set(answer.registration) == {"status", "auto_update", "udid", "ott", "mac", "version"}
        assert device.check_in("1.1.0", status="updated").registration["status"] == "OK"
        assert device.firmware().json == {"success": False, "status": "OK"}
        assert it.application.devices.all()[0].statuses == ["updated"]
        it.application.builds.clear()
        assert device.firmware().json == {"success": False, "status": "UPDATE_NOT_FOUND"}
