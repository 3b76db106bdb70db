"""The stand-in records each request, and where a client breaks the protocol."""

import http.client
from typing import Any

import pytest

from tests.sources.servers import setting
from tests.thinx_server.generations import OCTOBER_2026 as RIGHT
from tests.thinx_server.record import Violation
from tests.thinx_server.troubles import Trouble, Way


def test_requests_are_recorded_with_their_moment_and_a_good_client_breaks_no_rule() -> None:
    with setting(RIGHT) as it:
        device = it.known()
        device.by_token(device.check_in().registration["ott"])
        device.firmware()
        assert it.record.broken == []
        first, second, token, simple = it.record.requests
        assert second.moment - first.moment == 2
        assert (token.method, token.path, token.key) == ("GET", "/device/firmware", "")
        assert simple.registration["mac"] == device.mac
        assert simple.headers["origin"] == "device"


def test_a_client_that_leaves_the_protocol_is_recorded() -> None:
    with setting(RIGHT) as it:
        device = it.known()
        key = it.application.account.key
        device.request("GET", "/device/firmware?ott=1", {"Authentication": key})
        device.post(f"/device/firmware?key={key}", {"mac": device.mac}, {"Authentication": key})
        assert set(it.record.broken) == {
            Violation.KEY_AT_TOKEN_WAY,
            Violation.KEY_IN_URL,
            Violation.OTHER_HEADERS,
            Violation.FIELD_MISSING,
        }


@pytest.mark.parametrize(
    ("fields", "violation"),
    [
        ({"mac": "aabbcc000001"}, Violation.MAC_MALFORMED),
        ({"version": "1.0"}, Violation.NOT_SEMVER),
        ({"version": None}, Violation.NOT_SEMVER),
        ({"udid": None}, Violation.UDID_NULL),
        ({"udid": "1"}, Violation.UDID_MALFORMED),
        ({"ott": "0" * 64}, Violation.POST_WITH_TOKEN),
        ({"forced": "true"}, Violation.FORCED_NOT_BOOLEAN),
        ({"env_hash": ""}, Violation.ENV_HASH),
    ],
)
def test_a_field_that_breaks_the_protocol_is_recorded(fields: dict[str, Any], violation: Violation) -> None:
    with setting(RIGHT) as it:
        it.device().check_in(**fields)
        assert it.record.broken == [violation]


def test_a_udid_that_never_arrived_is_not_lost() -> None:
    with setting(RIGHT) as it:
        device = it.device()
        it.application.script.once(Way.CHECK_IN, Trouble(end_after=10))
        with pytest.raises(http.client.IncompleteRead):
            device.check_in()
        it.clock.now += 2
        device.check_in()
        assert it.record.broken == []
        device.udid = None
        device.check_in()
        assert it.record.broken == [Violation.TOO_FAST, Violation.UDID_LOST]
