"""``changePassword`` on the wire: the guide's vector, and every result."""

import pytest

from sicktui.model.enums import Code
from sicktui.model.errors import UsageError
from sicktui.model.passwords.new import check_new_password, generate_password
from sicktui.sensor.api.login.challenge import password_hash
from sicktui.sensor.api.login.password_change import sealed
from sicktui.sensor.errors import DeviceError, LoginsLocked, NotSupported, ProtocolError
from tests.sensor.conftest import MakeSensor
from tests.sensor.scripted import ScriptedSensor, challenge, if_proven, refused, reply
from tests.support.clocks import ManualClock

NEW = "Sick-Test-2026!"
SALT = bytes(range(16))
VECTOR = (
    "101112131415161718191a1b1c1d1e1fd897c8b83068b68da1c42a11780a22131c9ddb52127a421a391b779fdbcf6f0c"
    "d60cc3458ef7b39b9fc8cd65663f20a870d9525a5aec50409eb42c3add608135e9b8fe534ba50eebb72227a2a4215487"
)
CHANGE = "POST changePassword"


def test_the_message_is_the_guides() -> None:
    old = password_hash("Service", b"servicelevel", "SICK Sensor", bytes(16))
    new = password_hash("Service", NEW.encode(), "SICK Sensor", SALT)
    assert sealed(old, new, SALT, bytes(range(16, 32))).hex() == VECTOR


async def test_it_is_sent_with_the_header_of_the_same_challenge(
    challenging: ScriptedSensor, connect: MakeSensor
) -> None:
    challenging.on(CHANGE, if_proven(reply({"result": 0})))
    await connect(auth="challenge").password.change(NEW, SALT)
    assert challenging.asked() == ["POST getChallenge", CHANGE]
    sent = challenging.last(CHANGE).json["data"]
    assert sent["userLevel"] == "Service"
    assert len(sent["encryptedMessage"]) == 96
    assert NEW.encode() not in challenging.last(CHANGE).body


@pytest.mark.parametrize("status", [1, 2])
async def test_the_level_is_numbered_where_its_name_is_not_understood(
    challenging: ScriptedSensor, connect: MakeSensor, status: int
) -> None:
    challenging.on(CHANGE, refused(status), if_proven(reply({"result": 0})))
    await connect().password.change(NEW, SALT)
    assert challenging.last(CHANGE).json["data"]["userLevel"] == 4


@pytest.mark.parametrize(
    ("result", "kind", "code"),
    [
        (2, DeviceError, Code.DEVICE_ERROR),
        (4, NotSupported, Code.NOT_SUPPORTED),
        (5, LoginsLocked, Code.LOCKED),
        (3, ProtocolError, Code.PROTOCOL_ERROR),
        (True, ProtocolError, Code.PROTOCOL_ERROR),
        (None, ProtocolError, Code.PROTOCOL_ERROR),
    ],
)
async def test_every_other_result_is_an_error(
    challenging: ScriptedSensor, connect: MakeSensor, result: object, kind: type[Exception], code: Code
) -> None:
    challenging.on(CHANGE, if_proven(reply({"result": result})))
    with pytest.raises(kind) as caught:
        await connect().password.change(NEW, SALT)
    assert getattr(caught.value, "code") == code  # noqa: B009
    assert getattr(caught.value, "outcome_unknown") is (kind is ProtocolError)  # noqa: B009


async def test_the_time_lock_is_waited_out_once(
    challenging: ScriptedSensor, connect: MakeSensor, clock: ManualClock
) -> None:
    challenging.on(CHANGE, if_proven(reply({"result": 5})), if_proven(reply({"result": 0})))
    await connect().password.change(NEW, SALT)
    assert max(clock.slept) > 30


@pytest.mark.parametrize("salt", [..., None, [], [0] * 8])
async def test_a_sensor_without_a_salt_is_sent_nothing(
    challenging: ScriptedSensor, connect: MakeSensor, salt: object
) -> None:
    challenging.on("POST getChallenge", challenge(salt=salt))
    with pytest.raises(NotSupported, match="no salt"):
        await connect().password.change(NEW, SALT)
    assert CHANGE not in challenging.asked()


@pytest.mark.parametrize(
    "password", ["", "short", "x" * 65, "Gr\u00fcn-2026", " blank-before", "tab\tinside", "servicelevel"]
)
async def test_passwords_that_are_not_for_every_client_are_refused(
    challenging: ScriptedSensor, connect: MakeSensor, password: str
) -> None:
    with pytest.raises(UsageError):
        await connect().password.change(password, SALT)
    assert challenging.seen == []


def test_generated_passwords_are_allowed_and_differ() -> None:
    made = {check_new_password(generate_password()) for _ in range(200)}
    assert len(made) == 200
    assert all(any(c.isdigit() for c in p) and any(c.isupper() for c in p) for p in made)
