"""The hash chain, against vectors that were computed independently (reference, SICK REST API)."""

import hashlib
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sicktui.sensor.api.login.challenge import Challenge, encoded_secret, header, parse_challenge, response
from sicktui.sensor.errors import AccessDenied, ProtocolError
from tests.sensor.conftest import MakeSensor
from tests.sensor.scripted import NONCE, REALM, ScriptedSensor, challenge

NO_SALT = "6a50e6050ee8754ca74d5f04e18f824bf72967a788ff63c953abbb48d426f05c"
ZEROS = "f74cf426b001ea57e6f6a0023ee55b87a04f1158849814f880ef4f0b5969c04a"
COUNTING = "46d6be5ad285722c7242436f55a715a8af0567f7a5c5f5be1a5d2574b772ffbd"


def proof_of(password: str, puzzle: Challenge, endpoint: str) -> str:
    return response(puzzle.key("Service", encoded_secret(password)), puzzle, endpoint)


@pytest.mark.parametrize(
    ("salt", "expected"),
    [
        (None, NO_SALT),
        ([], NO_SALT),
        ([0] * 16, ZEROS),
        (list(range(16)), COUNTING),
    ],
    ids=["absent", "empty", "sixteen zeros", "0 to 15"],
)
def test_the_response_equals_the_published_vector(salt: list[int] | None, expected: str) -> None:
    puzzle = Challenge(nonce="00" * 32, opaque="", realm="SICK Sensor", salt=salt)
    assert proof_of("servicelevel", puzzle, "LocationName") == expected


def test_an_absent_salt_key_is_no_salt() -> None:
    puzzle = parse_challenge({"nonce": "00" * 32, "opaque": "", "realm": "SICK Sensor"})
    assert proof_of("servicelevel", puzzle, "LocationName") == NO_SALT


def test_a_path_is_hashed_as_it_is_posted() -> None:
    puzzle = Challenge(nonce=NONCE, opaque="", realm=REALM)
    first = hashlib.sha256(b"Service:SICK Sensor:pw").hexdigest()
    second = hashlib.sha256(b"POST:methods/RunFirmwareUpdate").hexdigest()
    expected = hashlib.sha256(f"{first}:{NONCE}:{second}".encode()).hexdigest()
    assert proof_of("pw", puzzle, "methods/RunFirmwareUpdate") == expected


def test_the_header_echoes_the_challenge_and_adds_user_and_response() -> None:
    puzzle = Challenge(nonce="n", opaque="o", realm="r", salt=[1])
    proof = header("Service", puzzle.key("Service", b"pw"), puzzle, "X")
    assert {name: proof[name] for name in ("nonce", "opaque", "realm", "user")} == {
        "nonce": "n",
        "opaque": "o",
        "realm": "r",
        "user": "Service",
    }
    assert len(proof["response"]) == 64


def test_texts_are_utf8() -> None:
    puzzle = Challenge(nonce="n", opaque="", realm="Ä")
    first = hashlib.sha256("Service:Ä:pässwörd".encode()).hexdigest()
    second = hashlib.sha256(b"POST:X").hexdigest()
    expected = hashlib.sha256(f"{first}:n:{second}".encode()).hexdigest()
    assert proof_of("pässwörd", puzzle, "X") == expected


def test_a_password_that_is_not_utf8_is_refused_without_being_shown() -> None:
    puzzle = Challenge(nonce="n", opaque="", realm="r")
    with pytest.raises(AccessDenied) as caught:
        proof_of("secret\udcff", puzzle, "X")
    assert "secret" not in repr(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    "salt", [[256], [-1], [1.5], ["a"], [True], "00ff", {"0": 1}, [[0]], [0] * 1000], ids=repr
)
async def test_a_strange_salt_is_a_protocol_error(
    device: ScriptedSensor, connect: MakeSensor, salt: object
) -> None:
    device.on("POST getChallenge", challenge(salt=salt))
    with pytest.raises(ProtocolError) as caught:
        await connect().access.scheme()
    assert "challenge" in caught.value.message


@pytest.mark.parametrize("field", ["nonce", "opaque", "realm"])
@pytest.mark.parametrize("value", [..., None, 7, ["x"]], ids=["absent", "null", "number", "list"])
async def test_a_challenge_without_its_fields_is_a_protocol_error(
    device: ScriptedSensor, connect: MakeSensor, field: str, value: object
) -> None:
    device.on("POST getChallenge", challenge(**{field: value}))
    with pytest.raises(ProtocolError):
        await connect().access.scheme()


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(_json | st.fixed_dictionaries({"nonce": _json, "opaque": _json, "realm": _json, "salt": _json}))
def test_any_json_is_a_challenge_or_a_validation_error(value: object) -> None:
    try:
        puzzle = parse_challenge(json.loads(json.dumps(value)))
    except msgspec.ValidationError:
        return
    assert all(0 <= byte <= 255 for byte in puzzle.salt or ())


@given(st.text(st.characters(codec="utf-8")), st.lists(st.integers(0, 255), max_size=32))
def test_every_password_and_salt_gives_a_lower_case_digest(password: str, salt: list[int]) -> None:
    proof = proof_of(password, Challenge(nonce="n", opaque="", realm="r", salt=salt), "X")
    assert len(proof) == 64
    assert proof == proof.lower()
