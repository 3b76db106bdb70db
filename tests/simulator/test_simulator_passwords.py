"""The device's side of passwords: changed by the vendor's message, locked after five wrong ones."""

import hashlib
import hmac
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from sicktui.simulator import Device, Fault
from sicktui.simulator.device.passwords import key_of, opened
from tests.simulator.conftest import Start
from tests.simulator.plain_client import (
    PASSWORD,
    auth_post,
    compute_response,
    get,
    get_challenge,
    post,
    session_token,
)

VECTOR = bytes.fromhex(
    "101112131415161718191a1b1c1d1e1fd897c8b83068b68da1c42a11780a22131c9ddb52127a421a391b779fdbcf6f0c"
    "d60cc3458ef7b39b9fc8cd65663f20a870d9525a5aec50409eb42c3add608135e9b8fe534ba50eebb72227a2a4215487"
)
"""SICK's guide, section 4: the new password of it is ``Sick-Test-2026!``, its salt 00..0f."""
NEW = "Sick-Test-2026!"


def test_the_vector_of_the_guide_opens() -> None:
    old = key_of("Service", "SICK Sensor", b"servicelevel", bytes(16))
    assert opened(VECTOR, old) == key_of("Service", "SICK Sensor", NEW.encode(), bytes(range(16)))
    assert opened(VECTOR, key_of("Service", "SICK Sensor", b"other", bytes(16))) is None
    assert opened(VECTOR[:-1], old) is None


def message(challenge: dict[str, Any], old: str, new: str, level: str = "Service") -> list[int]:
    """What the guide describes, written here from its six steps."""

    def hash1(user: str, password: str, salt: bytes) -> bytes:
        return hashlib.sha256(f"{user}:{challenge['realm']}:{password}:".encode() + salt).digest()

    key, salt, iv = hash1("Service", old, bytes(challenge["salt"])), bytes(range(16)), bytes(range(16, 32))
    cipher = Cipher(algorithms.AES128(key[:16]), modes.CBC(iv)).encryptor()
    sealed = iv + cipher.update(hash1(level, new, salt) + salt) + cipher.finalize()
    return list(sealed + hmac.digest(key, sealed, "sha256"))


def change(device: Device, old: str, new: str, *, level: object = "Service") -> int:
    challenge = get_challenge(device)
    header = {name: challenge[name] for name in ("nonce", "opaque", "realm")} | {
        "user": "Service",
        "response": compute_response("Service", old, challenge, "changePassword"),
    }
    sealed = message(challenge, old, new, level if isinstance(level, str) else "Service")
    answer = post(
        device,
        "/api/changePassword",
        {"header": header, "data": {"userLevel": level, "encryptedMessage": sealed}},
    ).json
    assert answer["header"]["status"] == 0
    result: int = answer["data"]["result"]
    return result


@pytest.mark.parametrize("level", ["Service", 4])
def test_a_changed_password_and_its_salt_hold_from_then_on(start: Start, level: object) -> None:
    device = start("picoscan-2.2.1")
    assert change(device, PASSWORD, NEW, level=level) == 0
    assert get_challenge(device)["salt"] == list(range(16))
    assert auth_post(device, "checkCredentials", password=NEW).code == 0
    assert auth_post(device, "checkCredentials", password=PASSWORD).code == 4
    assert device.auth.accepts(NEW)


def test_a_higher_level_and_a_foreign_message_change_nothing(start: Start) -> None:
    device = start("picoscan-2.2.1", user="AuthorizedClient")
    challenge = get_challenge(device, "AuthorizedClient")
    header = {name: challenge[name] for name in ("nonce", "opaque", "realm")} | {
        "user": "AuthorizedClient",
        "response": compute_response("AuthorizedClient", PASSWORD, challenge, "changePassword"),
    }
    data = {"userLevel": "Service", "encryptedMessage": [0] * 96}
    assert post(device, "/api/changePassword", {"header": header, "data": data}).json["data"]["result"] == 2
    assert "may not change the password of Service" in device.violations[-1]


@pytest.mark.parametrize("result", [2, 4, 5])
def test_a_refused_change_changes_nothing(start: Start, result: int) -> None:
    device = start("picoscan-2.2.1", change_password_result=result)
    assert change(device, PASSWORD, NEW) == result
    assert device.auth.accepts(PASSWORD)


def test_a_login_into_the_lock_is_a_violation(start: Start) -> None:
    device = start("picoscan-2.2.1", Fault(name="logins_locked", at="SerialNumber"))
    get(device, "SerialNumber")
    assert auth_post(device, "checkCredentials").code == 4
    assert device.violations == ["checkCredentials: a login while logins are locked"]


def test_a_password_hashed_one_byte_a_character(start: Start) -> None:
    device = start("picoscan-2.2.1", password="Gr\u00fcn", hashed_as="byte")
    assert auth_post(device, "checkCredentials", password="Gr\u00fcn").code == 4
    assert device.auth.accepts("Gr\u00fcn")


def test_too_many_requests_with_and_without_a_time(start: Start) -> None:
    timed = Fault(name="too_many_requests", at="LocationName", seconds=7)
    device = start("picoscan-2.3.3", Fault(name="too_many_requests", at="checkCredentials"), timed)
    answer = get(device, "LocationName")
    assert (answer.status, answer.headers["retry-after"]) == (429, "7")
    assert get(device, "LocationName").status == 200
    assert session_token(device)
