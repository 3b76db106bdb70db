"""The THiNX protocol without a network: versions, MAC addresses, the streaming decoder."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sicktui.sources.part_file import Blob, PackageTooLarge, PartFile
from sicktui.sources.thinx.protocol.buffer_json import BadJson, BufferJson, CutShort, blob_of
from sicktui.sources.thinx.protocol.refusals import Refusal
from sicktui.sources.thinx.protocol.replies import CheckedIn, read_check_in, read_token
from sicktui.sources.thinx.protocol.requests import firmware_name, mac_of, made_mac
from sicktui.sources.thinx.protocol.versions import is_newer, semver
from tests.thinx_server import firmware as shapes
from tests.thinx_server.firmware import Firmware


@pytest.mark.parametrize(
    ("sick", "theirs"),
    [
        ("2.3.0.0R", "2.3.0"),
        ("V2.3", "2.3.0"),
        ("2.3.1.7R", "2.3.1"),
        ("2.4.0.2B", "2.4.0-b.2"),
        ("1.2.0-b.0+1225.523ef", "1.2.0-b.0"),
        ("beta", None),
        ("", None),
    ],
)
def test_a_version_is_reported_as_three_numbers(sick: str, theirs: str | None) -> None:
    assert semver(sick) == theirs


@pytest.mark.parametrize(
    ("offered", "running", "newer"),
    [
        ("2.3.1", "2.3.0.0R", True),
        ("2.3.0", "2.3.0.0R", False),
        ("2.3.0", "2.3.0.5R", False),
        ("2.2.9", "2.3.0.0R", False),
        ("2.3.0", "2.3.0.0B", True),
        ("2.3.10", "2.3.9.0R", True),
        ("tomorrow", "2.3.0.0R", None),
    ],
)
def test_an_offer_is_newer_by_those_numbers(offered: str, running: str, newer: bool | None) -> None:
    assert is_newer(offered, running) is newer


def test_a_mac_address_has_one_spelling_and_one_can_be_made_of_a_serial_number() -> None:
    assert mac_of("00:06:77:00:00:01") == mac_of("00-06-77-00-00-01") == "00:06:77:00:00:01"
    assert mac_of(None) is mac_of("n/a") is None
    made = made_mac("25420001")
    assert made.startswith("02:")
    assert made == made_mac("025420001")
    assert made != made_mac("25420002")


def test_the_name_of_the_firmware_is_plain() -> None:
    assert firmware_name("picoScan150") == "picoScan150"
    assert firmware_name('LMS "1xx": é') == "LMS-1xx"
    assert firmware_name("::") == "sensor"


def decode(room: Path, text: bytes, size: int) -> Any:
    decoder = BufferJson(lambda: PartFile(room))
    for at in range(0, len(text), size):
        decoder.feed(text[at : at + size])
    return decoder.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.binary(max_size=300),
    size=st.integers(1, 40),
    md5=st.text(max_size=20),
    indent=st.sampled_from([None, 1]),
    first=st.booleans(),
)
def test_a_buffer_is_the_same_bytes_however_it_is_cut(
    tmp_path: Path, data: bytes, size: int, md5: str, indent: int | None, first: bool
) -> None:
    buffer = {"type": "Buffer", "data": list(data)}
    value = (
        {"payload": buffer, "md5": md5} if first else {"md5": md5, "n": [1, None, True], "payload": buffer}
    )
    found = decode(tmp_path, json.dumps(value, indent=indent).encode(), size)
    blob = blob_of(found["payload"])
    assert isinstance(blob, Blob)
    assert blob.path.read_bytes() == data
    assert (blob.size, blob.md5) == (len(data), hashlib.md5(data, usedforsecurity=False).hexdigest())
    assert found["md5"] == md5


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.text(max_size=4).filter(lambda key: key not in {"data", "payload"}), inner, max_size=3
            )
        ),
        max_leaves=6,
    ),
    size=st.integers(1, 9),
)
def test_any_other_json_is_decoded_as_usual(tmp_path: Path, value: object, size: int) -> None:
    assert decode(tmp_path, json.dumps({"x": value}).encode(), size) == {"x": value}


@given(
    value=st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.text(max_size=20)
        | st.sampled_from(["FIRMWARE_UPDATE", "OK"]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["registration", "success", "status", "response", "udid", "ott", "version", "x"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=9,
    ),
    cut=st.integers(0, 40),
)
def test_any_reply_to_a_check_in_is_understood_or_a_refusal(value: object, cut: int) -> None:
    body = json.dumps(value).encode()
    for given_body in (body, body[cut:], body[: len(body) - cut]):
        reply = read_check_in(given_body)
        token = read_token(given_body)
        if isinstance(reply, CheckedIn):
            assert reply.udid is None or len(reply.udid) == 36
        assert isinstance(token, Refusal) or len(token) == 64


@pytest.mark.parametrize(
    "text",
    [
        '{"data":[1,2,256]}',
        '{"data":[1,-2]}',
        '{"data":[1,2.5]}',
        '{"data":[1,"2"]}',
        '{"data":[1,,2]}',
        '{"data":[1,2,]}',
        '{"data":[,1]}',
        '{"data":[[1]]}',
        '{"data":[' + "1" * 5000 + "]}",
        '{"data":[1]} {}',
        '{"data"}',
        '{"a":1,}',
        "{1:2}",
        '{"a":tru}',
        '{"a":"\\x"}',
        "[" * 50,
        '{"a":' * 50,
    ],
)
@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_what_is_not_such_json_is_refused(tmp_path: Path, text: str, size: int) -> None:
    with pytest.raises(BadJson):
        decode(tmp_path, text.encode(), size)


def test_every_beginning_of_it_is_known_to_be_cut(tmp_path: Path) -> None:
    text = b'{"md5":"x","payload":{"type":"Buffer","data":[1,2,33]}}'
    for end in range(len(text)):
        with pytest.raises(CutShort):
            decode(tmp_path, text[:end], 10)


def test_more_bytes_than_a_package_has_are_refused_on_the_way(tmp_path: Path) -> None:
    decoder = BufferJson(lambda: PartFile(tmp_path, limit=100))
    with pytest.raises(PackageTooLarge):
        decoder.feed(b'{"data":[' + b"1," * 101 + b"1]}")


def test_the_shapes_of_the_server_are_decoded(tmp_path: Path) -> None:
    made = Firmware.made(50_000)
    found = decode(tmp_path, b"".join(shapes.simple(made).chunks()), 65_536)
    assert (found["md5"], found["filesize"]) == (made.md5, 50_000)
    blob = blob_of(found["payload"])
    assert blob is not None
    assert blob.md5 == made.md5
