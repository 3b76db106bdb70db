"""Replies: what a sensor says, and errors in words."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sicktui.model.enums import Code
from sicktui.sensor.api.replies import error_of, parse_reply
from sicktui.sensor.errors import (
    AccessDenied,
    DeviceError,
    NotSupported,
    OutOfConnections,
    ProtocolError,
    SensorError,
)
from sicktui.sensor.transport.messages import Answer, Request

ASKED = Request("10.0.0.7", "GET", "DeviceIdent")


def answer(body: object, http_status: int = 200, content_type: str = "application/json") -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(http_status=http_status, content_type=content_type, body=raw)


@pytest.mark.parametrize("http_status", [200, 400, 403, 500])
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (1, DeviceError),
        (2, DeviceError),
        (3, DeviceError),
        (4, AccessDenied),
        (5, NotSupported),
        (6, DeviceError),
        (7, DeviceError),
        (8, DeviceError),
        (9, DeviceError),
        (10, DeviceError),
        (11, OutOfConnections),
        (42, DeviceError),
    ],
)
def test_the_sensors_own_status_wins(status: int, kind: type[SensorError], http_status: int) -> None:
    with pytest.raises(SensorError) as caught:
        parse_reply(answer({"header": {"status": status, "message": ""}}, http_status), ASKED)
    assert type(caught.value) is kind
    assert caught.value.status == status
    assert caught.value.http_status == http_status
    assert "10.0.0.7" in caught.value.message
    assert caught.value.advice
    assert caught.value.code is kind.usual_code


@pytest.mark.parametrize(
    ("http_status", "kind"),
    [
        (401, AccessDenied),
        (403, AccessDenied),
        (404, NotSupported),
        (405, DeviceError),
        (429, OutOfConnections),
        (500, DeviceError),
        (503, DeviceError),
    ],
)
@pytest.mark.parametrize("body", [b"", b"<html></html>", b'{"header":{"status":0}}', b"[]"], ids=repr)
def test_without_a_status_of_its_own_the_status_line_decides(
    http_status: int, kind: type[SensorError], body: bytes
) -> None:
    with pytest.raises(SensorError) as caught:
        parse_reply(answer(body, http_status), ASKED)
    assert type(caught.value) is kind
    assert str(http_status) in caught.value.message


def test_the_sensors_message_is_shown_cleaned() -> None:
    with pytest.raises(DeviceError) as caught:
        parse_reply(answer({"header": {"status": 9, "message": "\x1b[31m[red]bad\r\n" + "x" * 999}}), ASKED)
    assert "\x1b" not in caught.value.message
    assert "Illegal Value" in caught.value.message
    assert "bad" in caught.value.message
    assert len(caught.value.message) < 400


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "empty"),
        (b"   ", "empty"),
        (b"hello", "not JSON"),
        (b'{"header":{"status":0}', "not JSON"),
        (b'{"header":{"status":0}} trailing', "not JSON"),
        (b"\xff\xfe{}", "UTF-8"),
        (b'{"x":"\xff"}', "UTF-8"),
        (b"[]", "not in the form"),
        (b"null", "not in the form"),
        (b'"text"', "not in the form"),
        (b'{"header":[]}', "not in the form"),
        (b'{"header":null}', "not in the form"),
        (b'{"header":{"status":"0"}}', "not in the form"),
        (b'{"header":{"status":true}}', "not in the form"),
        (b'{"header":{"status":null}}', "not in the form"),
        (b'{"header":{"message":7}}', "not in the form"),
        (b"[" * 100_000, "not in the form"),
        (b'{"data":' + b"[" * 100_000, "deep"),
        (b'{"data":' + b"[" * 200 + b"]" * 200 + b"}", "deep"),
        (b'{"data":' + b'{"a":' * 200 + b"1" + b"}" * 200 + b"}", "deep"),
        (b'{"other":' + b"[" * 100_000, "deep"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_body_that_is_no_reply_is_a_protocol_error(body: bytes, why: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        parse_reply(answer(body), ASKED)
    assert why in caught.value.message
    assert "something else seems to answer" in caught.value.advice
    assert caught.value.http_status == 200


def test_a_web_page_is_called_one() -> None:
    with pytest.raises(ProtocolError) as caught:
        parse_reply(answer(b"<!DOCTYPE html>", content_type="text/html; charset=utf-8"), ASKED)
    assert "web page" in caught.value.message


def test_not_found_with_a_web_page_hints_at_the_address() -> None:
    with pytest.raises(NotSupported) as caught:
        parse_reply(answer(b"<html>", 404, "text/html"), ASKED)
    assert "web page" in caught.value.advice


def test_a_redirect_is_a_protocol_error_and_https_has_its_own_advice() -> None:
    with pytest.raises(ProtocolError) as caught:
        parse_reply(Answer(http_status=302, location="/login\x1b[2J"), ASKED)
    assert "/login" in caught.value.message
    assert "\x1b" not in caught.value.message
    with pytest.raises(ProtocolError) as caught:
        parse_reply(Answer(http_status=301, location="https://10.0.0.7/"), ASKED)
    assert "scheme = 'https'" in caught.value.advice


def test_flat_and_wrapped_replies_are_the_same() -> None:
    flat = parse_reply(answer({"data": {"Name": "p", "Version": "1"}}), ASKED)
    wrapped = parse_reply(answer({"data": {"DeviceIdent": {"Name": "p", "Version": "1"}}}), ASKED)
    assert flat.value == wrapped.value == {"Name": "p", "Version": "1"}
    assert flat.fields == wrapped.fields


def test_a_byte_order_mark_is_tolerated() -> None:
    assert parse_reply(answer(b"\xef\xbb\xbf" + b'{"data":{"DeviceIdent":1}}'), ASKED).value == 1


def test_a_reply_without_data_has_no_fields_and_no_value() -> None:
    reply = parse_reply(answer({"header": {"status": 0}}), ASKED)
    assert reply.fields == {}
    with pytest.raises(ProtocolError, match="no data"):
        _ = reply.value


def test_fields_of_a_reply_whose_data_is_no_object_are_a_protocol_error() -> None:
    with pytest.raises(ProtocolError, match="not a JSON object"):
        _ = parse_reply(answer({"data": [1]}), ASKED).fields


def test_a_file_transfer_believes_the_status_line_where_there_is_no_json() -> None:
    asked = Request("10.0.0.7", "PUT", "update")
    assert error_of(answer(b""), asked) is None
    assert error_of(answer(b"\x00\x01binary"), asked) is None
    assert isinstance(error_of(answer(b"", 401), asked), AccessDenied)
    assert isinstance(error_of(answer({"header": {"status": 2}}), asked), DeviceError)
    assert isinstance(error_of(Answer(http_status=307, location="/"), asked), ProtocolError)


def test_neither_answers_nor_replies_show_their_contents() -> None:
    secret = answer({"header": {"status": 0}, "data": {"token": "dKVwNYUkHsHS"}})
    assert "dKVw" not in repr(secret)
    assert "dKVw" not in repr(parse_reply(secret, ASKED))


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=15,
)
_headers = st.fixed_dictionaries({}, optional={"status": _json | st.integers(0, 12), "message": _json})
_envelopes = st.fixed_dictionaries(
    {}, optional={"header": _headers | _json, "data": _json, "challenge": _json}
).map(lambda value: json.dumps(value).encode())


@given(
    st.binary() | _envelopes, st.integers(200, 599), st.sampled_from(["", "text/html", "application/json"])
)
def test_any_reply_is_understood_or_a_sensor_error(body: bytes, http_status: int, content_type: str) -> None:
    received = answer(body, http_status, content_type)
    refusals = [error_of(received, ASKED)]
    try:
        parse_reply(received, ASKED)
    except SensorError as error:
        refusals.append(error)
    for refusal in refusals:
        assert refusal is None or (refusal.message.isprintable() and refusal.code is not None)


def test_too_many_requests_are_no_status_of_the_sensor() -> None:
    limited = Answer(http_status=429, body=b'{"header":{"status":3,"message":"slow down"}}', retry_after=7.0)
    with pytest.raises(OutOfConnections) as caught:
        parse_reply(limited, ASKED)
    assert (caught.value.code, caught.value.retry_after) == (Code.RATE_LIMITED, 7.0)
