"""Being let in: which scheme, one password once, sessions that run out."""

import base64
from dataclasses import replace

import pytest

from sicktui.model.enums import AuthScheme, Code
from sicktui.sensor.api.capabilities import Capabilities, capabilities_with
from sicktui.sensor.api.login.session import Session
from sicktui.sensor.errors import (
    AccessDenied,
    DeviceError,
    NotSupported,
    OutOfConnections,
    ProtocolError,
    SensorError,
)
from tests.sensor.acts import start_flash
from tests.sensor.conftest import MakeSensor
from tests.sensor.scripted import (
    NOT_FOUND,
    PASSWORD,
    TOKEN,
    ScriptedSensor,
    Seen,
    challenge,
    html,
    http,
    if_proven,
    proven,
    refused,
    reply,
)
from tests.support.clocks import ManualClock

BASIC = "Basic " + base64.b64encode(b"Service:servicelevel").decode()


def assert_never_in_clear(device: ScriptedSensor) -> None:
    for seen in device.seen:
        assert "authorization" not in seen.headers
        assert PASSWORD.encode() not in seen.raw_head + seen.body


async def test_a_sensor_with_get_challenge_never_sees_the_password(
    challenging: ScriptedSensor, connect: MakeSensor
) -> None:
    challenging.on("POST WriteEeprom", if_proven(reply({"Success": True})))
    challenging.on("POST RunFirmwareUpdate", if_proven(reply()))
    sensor = connect()
    assert await sensor.access.scheme() is AuthScheme.CHALLENGE
    assert await sensor.access.check_password()
    assert await sensor.access.open_session()
    await sensor.parameters.persist()
    await start_flash(sensor)
    assert_never_in_clear(challenging)


async def test_each_authenticated_post_has_a_challenge_right_before_it(
    challenging: ScriptedSensor, connect: MakeSensor
) -> None:
    sensor = connect()
    await sensor.access.open_session()
    await sensor.access.check_password()
    assert challenging.asked() == [
        "POST getChallenge",
        "POST CreateSessionToken",
        "POST getChallenge",
        "POST checkCredentials",
    ]
    assert challenging.seen[0].json == {"data": {"user": "Service"}}


async def test_the_challenge_of_a_probe_is_not_kept_for_long(
    challenging: ScriptedSensor, connect: MakeSensor, clock: ManualClock
) -> None:
    sensor = connect()
    await sensor.access.scheme()
    await clock.sleep(2.1)
    await sensor.access.check_password()
    assert challenging.asked().count("POST getChallenge") == 2


async def test_header_stands_before_data(challenging: ScriptedSensor, connect: MakeSensor) -> None:
    challenging.on("POST LocationName", if_proven(reply()))
    await connect().parameters.write("LocationName", "gate 7")
    body = challenging.last("POST LocationName").body
    assert body.startswith(b'{"header":{')
    assert list(challenging.last("POST LocationName").json) == ["header", "data"]
    assert challenging.last("POST LocationName").json["data"] == {"LocationName": "gate 7"}
    assert challenging.last("POST LocationName").headers["content-type"] == "application/json"


async def test_an_act_without_data_has_none(challenging: ScriptedSensor, connect: MakeSensor) -> None:
    challenging.on("POST RebootDevice", if_proven(reply()))
    assert (await connect().access.call("RebootDevice")).fields == {}
    assert list(challenging.last("POST RebootDevice").json) == ["header"]


@pytest.mark.parametrize("absent", [NOT_FOUND, http(404), html(404)], ids=["status 5", "bare 404", "page"])
async def test_basic_only_where_get_challenge_is_not_found(
    basic: ScriptedSensor, connect: MakeSensor, absent: bytes
) -> None:
    basic.on("POST getChallenge", absent)
    sensor = connect()
    assert await sensor.access.scheme() is AuthScheme.BASIC
    assert await sensor.access.open_session()
    session = basic.last("POST CreateSessionToken")
    assert session.headers["authorization"] == BASIC
    assert session.body == b"{}"
    assert basic.asked() == [
        "POST getChallenge",
        "GET DeviceIdent",
        "POST getChallenge",
        "POST CreateSessionToken",
    ]
    assert sensor.capabilities.auth is AuthScheme.BASIC


@pytest.mark.parametrize("absent", [NOT_FOUND, http(404)], ids=["status 5", "bare 404"])
async def test_one_not_found_of_a_sensor_that_starts_is_no_reason_for_basic(
    challenging: ScriptedSensor, connect: MakeSensor, absent: bytes
) -> None:
    challenging.on("POST getChallenge", absent, challenge())
    sensor = connect()
    assert await sensor.access.open_session()
    assert sensor.capabilities.auth is AuthScheme.CHALLENGE
    assert_never_in_clear(challenging)


async def test_a_sensor_that_has_done_challenges_is_never_sent_a_password_in_clear(
    basic: ScriptedSensor, connect: MakeSensor
) -> None:
    sensor = connect(capabilities=capabilities_with(AuthScheme.CHALLENGE))
    with pytest.raises(DeviceError, match="does not support challenge-response"):
        await sensor.access.open_session()
    assert_never_in_clear(basic)
    assert capabilities_with(AuthScheme.BASIC) is None, "Basic is found out anew each time"


@pytest.mark.parametrize(
    "ident", [html(404), html(200), http(404), reply({"hello": "world"})], ids=["404", "page", "bare", "json"]
)
async def test_what_is_no_sensor_never_sees_the_password(
    device: ScriptedSensor, connect: MakeSensor, ident: bytes
) -> None:
    device.on("GET DeviceIdent", ident)
    with pytest.raises(ProtocolError):
        await connect().access.open_session()
    assert_never_in_clear(device)


@pytest.mark.parametrize(
    "answer",
    [http(405), http(500), http(503), refused(3), html(200), http(302), refused(11), http(401)],
    ids=repr,
)
async def test_trouble_with_get_challenge_is_no_reason_for_basic(
    device: ScriptedSensor, connect: MakeSensor, answer: bytes
) -> None:
    device.on("POST getChallenge", answer)
    sensor = connect()
    with pytest.raises(SensorError):
        await sensor.access.open_session()
    assert_never_in_clear(device)
    assert sensor.capabilities.auth is None


async def test_auth_challenge_never_falls_to_basic(device: ScriptedSensor, connect: MakeSensor) -> None:
    sensor = connect(auth="challenge")
    assert await sensor.access.scheme() is AuthScheme.CHALLENGE
    with pytest.raises(DeviceError) as caught:
        await sensor.access.open_session()
    assert caught.value.code is Code.NOT_SUPPORTED
    assert "clear text" in caught.value.message
    assert "auth = 'basic'" in caught.value.advice
    assert_never_in_clear(device)


async def test_auth_basic_asks_for_no_challenge(challenging: ScriptedSensor, connect: MakeSensor) -> None:
    challenging.on("POST CreateSessionToken", reply({"token": TOKEN}))
    sensor = connect(auth="basic")
    assert await sensor.access.scheme() is AuthScheme.BASIC
    await sensor.access.open_session()
    assert challenging.asked() == ["POST CreateSessionToken"]


async def test_basic_that_another_client_found_is_probed_again(
    challenging: ScriptedSensor, connect: MakeSensor
) -> None:
    """The sensor got a firmware that can do better meanwhile."""
    learned = Capabilities(name="picoScan", version="2.3.0.0R", auth=AuthScheme.BASIC)
    sensor = connect(capabilities=learned)
    await sensor.access.open_session()
    assert sensor.capabilities.auth is AuthScheme.CHALLENGE
    assert_never_in_clear(challenging)


async def test_after_a_reboot_basic_is_probed_again(basic: ScriptedSensor, connect: MakeSensor) -> None:
    sensor = connect()
    await sensor.access.open_session()
    sensor.access.forget_session()
    basic.on("POST getChallenge", challenge())
    basic.on("POST CreateSessionToken", if_proven(reply({"token": TOKEN})))
    basic.seen.clear()
    await sensor.access.open_session()
    assert_never_in_clear(basic)


async def test_a_sensor_that_could_do_challenges_is_not_sent_basic_when_it_forgets_them(
    challenging: ScriptedSensor, connect: MakeSensor
) -> None:
    sensor = connect()
    await sensor.access.open_session()
    challenging.on("POST getChallenge", NOT_FOUND)
    with pytest.raises(DeviceError) as caught:
        await sensor.access.open_session()
    assert "starting" in caught.value.advice
    assert_never_in_clear(challenging)
    # Asked again it still says so: not that the sensor has no tokens.
    with pytest.raises(DeviceError):
        await sensor.access.open_session()


async def test_challenge_that_another_client_found_is_not_probed_again(
    challenging: ScriptedSensor, connect: MakeSensor
) -> None:
    learned = Capabilities(name="picoScan", version="2.3.0.0R", auth=AuthScheme.CHALLENGE)
    await connect(capabilities=learned).access.open_session()
    assert challenging.asked() == ["POST getChallenge", "POST CreateSessionToken"]


@pytest.mark.parametrize("salt", [..., None, [], [0] * 16, list(range(16))], ids=repr)
async def test_every_form_of_salt_is_taken(
    device: ScriptedSensor, connect: MakeSensor, salt: list[int] | None
) -> None:
    device.on("POST getChallenge", challenge(salt=salt))
    device.on("POST checkCredentials", reply())
    assert await connect().access.check_password()


# -- passwords --------------------------------------------------------------------------------


async def test_a_wrong_password_is_tried_once(challenging: ScriptedSensor, connect: MakeSensor) -> None:
    sensor = connect(password="wrong")
    with pytest.raises(AccessDenied) as caught:
        await sensor.access.check_password()
    assert challenging.asked().count("POST checkCredentials") == 1
    assert caught.value.code is Code.ACCESS_DENIED
    assert caught.value.status == 4
    assert "Do not guess" in caught.value.advice
    assert "wrong" not in str(caught.value)


@pytest.mark.parametrize("answer", [http(401), http(403), refused(4), html(401)], ids=repr)
async def test_a_refused_basic_password_is_tried_once(
    basic: ScriptedSensor, connect: MakeSensor, answer: bytes
) -> None:
    basic.on("POST CreateSessionToken", answer)
    with pytest.raises(AccessDenied):
        await connect().access.open_session()
    assert basic.asked().count("POST CreateSessionToken") == 1


async def test_without_a_password_nothing_is_sent(challenging: ScriptedSensor, connect: MakeSensor) -> None:
    sensor = connect(password=None)
    with pytest.raises(AccessDenied) as caught:
        await sensor.access.check_password()
    assert "No password is known" in caught.value.message
    assert "sicktui login" in caught.value.advice
    assert challenging.seen == []
    assert await sensor.access.scheme() is AuthScheme.CHALLENGE


async def test_a_password_that_cannot_be_checked(challenging: ScriptedSensor, connect: MakeSensor) -> None:
    challenging.on("POST checkCredentials", NOT_FOUND)
    sensor = connect()
    assert await sensor.access.check_password() is False
    challenging.seen.clear()
    assert await sensor.access.check_password() is False
    assert challenging.seen == []


async def test_a_password_that_is_not_utf8_is_refused_without_being_shown(
    basic: ScriptedSensor, connect: MakeSensor
) -> None:
    with pytest.raises(AccessDenied) as caught:
        await connect(password="geheim\udcff").access.open_session()
    assert "geheim" not in str(caught.value)
    assert "POST CreateSessionToken" not in basic.asked()


# -- stale challenges, busy sensors -----------------------------------------------------------


async def test_an_invalid_challenge_is_replaced_once(
    challenging: ScriptedSensor, connect: MakeSensor
) -> None:
    challenging.on("POST WriteEeprom", refused(10, "Invalid Challenge"), if_proven(reply()))
    await connect(auth="challenge").parameters.persist()
    proven = ["POST getChallenge", "POST WriteEeprom"]
    assert challenging.asked() == [*proven, "GET UpdateState", *proven]  # no act without a look before it


async def test_a_challenge_that_stays_invalid_is_an_error(
    challenging: ScriptedSensor, connect: MakeSensor
) -> None:
    challenging.on("POST WriteEeprom", refused(10, "Invalid Challenge"))
    with pytest.raises(DeviceError) as caught:
        await connect().parameters.persist()
    assert caught.value.status == 10
    assert challenging.asked().count("POST WriteEeprom") == 2


async def test_a_sensor_out_of_connections_is_asked_again_for_challenge_and_session(
    challenging: ScriptedSensor, connect: MakeSensor, clock: ManualClock
) -> None:
    challenging.on("POST getChallenge", refused(11), refused(11), challenge())
    challenging.on("POST CreateSessionToken", refused(11), if_proven(reply({"token": TOKEN})))
    assert await connect().access.open_session()
    assert len(clock.slept) == 3


async def test_an_act_is_not_repeated_for_want_of_connections(
    challenging: ScriptedSensor, connect: MakeSensor
) -> None:
    challenging.on("POST RunFirmwareUpdate", refused(11))
    with pytest.raises(OutOfConnections):
        await start_flash(connect())
    assert challenging.asked().count("POST RunFirmwareUpdate") == 1


async def test_a_session_for_ever_out_of_connections_ends(
    challenging: ScriptedSensor, connect: MakeSensor, clock: ManualClock
) -> None:
    challenging.on("POST CreateSessionToken", refused(11))
    with pytest.raises(OutOfConnections):
        await connect().access.open_session()
    assert challenging.asked().count("POST CreateSessionToken") == 4
    assert sum(clock.slept) < 5


# -- sessions ---------------------------------------------------------------------------------


async def test_a_sensor_without_tokens_is_asked_once(
    challenging: ScriptedSensor, connect: MakeSensor
) -> None:
    challenging.on("POST CreateSessionToken", NOT_FOUND)
    sensor = connect()
    assert await sensor.access.open_session() is False
    assert sensor.capabilities.tokens is False
    challenging.seen.clear()
    assert await sensor.access.open_session() is False
    assert challenging.seen == []


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        {"token": ""},
        {"token": 7},
        {"token": None},
        {"token": "a\r\nX-Evil: 1"},
        {"token": "a b"},
        {"token": "ä"},
        {"token": "x" * 5000},
        [],
    ],
    ids=lambda value: repr(value)[:30],
)
async def test_an_unusable_token_is_a_protocol_error(
    challenging: ScriptedSensor, connect: MakeSensor, data: object
) -> None:
    challenging.on("POST CreateSessionToken", reply(data))
    with pytest.raises(ProtocolError) as caught:
        await connect().access.open_session()
    assert "Evil" not in str(caught.value)


async def test_a_wrapped_token_with_its_time_to_live_is_taken(
    challenging: ScriptedSensor, connect: MakeSensor
) -> None:
    wrapped = {"CreateSessionToken": {"token": TOKEN, "timeToLive": 600}}
    challenging.on("POST CreateSessionToken", if_proven(reply(wrapped)))
    assert await connect().access.open_session()


async def test_the_path_of_a_method_is_hashed_as_posted(
    challenging: ScriptedSensor, connect: MakeSensor
) -> None:
    def check(seen: Seen) -> bytes:
        assert proven(seen)
        return reply()

    challenging.on("POST methods/RunFirmwareUpdate", check)
    sensor = connect()
    await start_flash(sensor)
    assert sensor.capabilities.trigger == "methods/RunFirmwareUpdate"


def proven_by_last_part(seen: Seen) -> bytes:
    """A sensor that takes ``X`` for the name of ``methods/X``."""
    return reply() if proven(replace(seen, name=seen.name.rpartition("/")[2])) else refused(4)


async def test_a_sensor_that_hashes_the_last_part_of_a_path_is_found_out_once_the_password_is_proven(
    challenging: ScriptedSensor, connect: MakeSensor
) -> None:
    challenging.on("POST methods/RunFirmwareUpdate", proven_by_last_part)
    sensor = connect()
    await sensor.access.open_session()
    await start_flash(sensor)
    assert challenging.asked().count("POST methods/RunFirmwareUpdate") == 2
    await start_flash(sensor)
    assert challenging.asked().count("POST methods/RunFirmwareUpdate") == 3


async def test_a_password_that_is_not_proven_is_tried_with_one_name_only(
    challenging: ScriptedSensor, connect: MakeSensor
) -> None:
    challenging.on("POST methods/RunFirmwareUpdate", proven_by_last_part)
    with pytest.raises(AccessDenied):
        await start_flash(connect())
    assert challenging.asked().count("POST methods/RunFirmwareUpdate") == 1


async def test_a_proven_password_that_is_refused_is_tried_once_more_when_a_lock_would_be_over(
    challenging: ScriptedSensor, connect: MakeSensor, clock: ManualClock
) -> None:
    challenging.on("POST RunFirmwareUpdate", refused(4))
    sensor = connect()
    await sensor.access.open_session()
    with pytest.raises(AccessDenied):
        await start_flash(sensor)
    assert challenging.asked().count("POST RunFirmwareUpdate") == 2
    assert max(clock.slept) > 30
    with pytest.raises(AccessDenied):
        await start_flash(sensor)
    assert challenging.asked().count("POST RunFirmwareUpdate") == 3


async def test_nonsense_for_a_challenge_leaves_the_act_unsent(
    challenging: ScriptedSensor, connect: MakeSensor
) -> None:
    sensor = connect()
    await sensor.access.open_session()
    for nonsense in (html(200), http(200, b"x" * 2_000_000), b"SSH-2.0\r\n"):
        challenging.on("POST getChallenge", nonsense)
        with pytest.raises(ProtocolError) as caught:
            await sensor.access.call("RebootDevice")
        assert not caught.value.outcome_unknown
    assert "POST RebootDevice" not in challenging.asked()


@pytest.mark.parametrize("nonsense", [html(200), http(200, b"x" * 2_000_000), b"SSH-2.0\r\n"], ids=len)
async def test_nonsense_for_an_act_leaves_its_outcome_unknown(
    challenging: ScriptedSensor, connect: MakeSensor, nonsense: bytes
) -> None:
    challenging.on("POST RebootDevice", nonsense)
    with pytest.raises(ProtocolError) as caught:
        await connect().access.call("RebootDevice")
    assert caught.value.outcome_unknown


async def test_not_supported_is_raised_for_a_method_that_is_not_there(
    challenging: ScriptedSensor, connect: MakeSensor
) -> None:
    with pytest.raises(NotSupported) as caught:
        await connect().access.call("LoadFactoryDefaults")
    assert "LoadFactoryDefaults" in caught.value.message


# -- a session of another client --------------------------------------------------------------


async def test_a_session_of_a_moment_ago_is_used_and_an_older_one_is_not(
    challenging: ScriptedSensor, connect: MakeSensor, clock: ManualClock
) -> None:
    earlier = connect()
    assert await earlier.access.open_session()
    session = earlier.access.session
    assert session is not None
    assert TOKEN not in repr(session)
    later = connect(session=session)
    assert (await later.access.file_headers())["X-Session-Token"] == TOKEN
    assert challenging.asked().count("POST CreateSessionToken") == 1
    await clock.sleep(61.0)
    assert connect(session=session).access.session is None
    assert later.access.session is None


async def test_that_a_sensor_has_no_tokens_is_passed_on_too(
    challenging: ScriptedSensor, connect: MakeSensor
) -> None:
    later = connect(session=Session(token=None, at=1000.0))
    assert await later.access.file_headers() == {}
    assert "POST CreateSessionToken" not in challenging.asked()
