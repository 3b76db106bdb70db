"""Several passwords that may be right, and two ways to hash one that is not ASCII."""

from pathlib import Path

import pytest

from sicktui.sensor.errors import AccessDenied
from sicktui.stores.memory.sensor_memory import SensorMemory
from tests.sensor.conftest import MakeSensor
from tests.sensor.scripted import ScriptedSensor, if_proven, reply, target
from tests.support.clocks import ManualClock

GREEN = "Gr\u00fcn-2026"
CHECK = "POST checkCredentials"


@pytest.mark.parametrize("secret", [GREEN.encode(), GREEN.encode("latin-1")], ids=["UTF-8", "one byte"])
async def test_both_ways_to_hash_are_tried_and_the_one_that_worked_is_remembered(
    challenging: ScriptedSensor, connect: MakeSensor, tmp_path: Path, secret: bytes
) -> None:
    challenging.on(CHECK, if_proven(reply(), password=secret))
    memory = SensorMemory(tmp_path / "sensors.json")
    assert await connect(
        password=GREEN, memory=memory.of(target(challenging.address))
    ).access.check_password()
    challenging.seen.clear()
    again = SensorMemory(tmp_path / "sensors.json").of(target(challenging.address))
    assert await connect(password=GREEN, memory=again).access.check_password()
    assert challenging.asked().count(CHECK) == 1


async def test_the_sensor_that_was_given_a_new_password_in_the_other_way_is_found_again(
    challenging: ScriptedSensor, connect: MakeSensor, tmp_path: Path
) -> None:
    memory = SensorMemory(tmp_path / "sensors.json").of(target(challenging.address))
    for secret in (GREEN.encode("latin-1"), GREEN.encode()):
        challenging.on(CHECK, if_proven(reply(), password=secret))
        assert await connect(password=GREEN, memory=memory).access.check_password()
    challenging.seen.clear()
    assert await connect(password=GREEN, memory=memory).access.check_password()
    assert challenging.asked().count(CHECK) == 1


@pytest.mark.parametrize(("password", "tries"), [(GREEN, 2), ("ascii", 1), ("\u20ac\u4e2d", 2)])
async def test_a_refused_password_is_tried_once_in_each_way_and_counted(
    challenging: ScriptedSensor, connect: MakeSensor, tmp_path: Path, password: str, tries: int
) -> None:
    memory = SensorMemory(tmp_path / "sensors.json").of(target(challenging.address))
    sensor = connect(password=password, memory=memory)
    for more in (0, 1):
        with pytest.raises(AccessDenied):
            await sensor.access.check_password()
        assert challenging.asked().count(CHECK) == tries + more
        assert memory.refused_logins(None).count == tries + more


async def test_the_second_way_is_not_tried_into_the_lock(
    challenging: ScriptedSensor, connect: MakeSensor, clock: ManualClock, tmp_path: Path
) -> None:
    memory = SensorMemory(tmp_path / "sensors.json").of(target(challenging.address))
    for number in range(4):
        with pytest.raises(AccessDenied):
            await connect(password=f"wrong {number}", memory=memory).access.check_password()
    challenging.on(CHECK, if_proven(reply(), password=GREEN.encode("latin-1")))
    assert await connect(password=GREEN, memory=memory).access.check_password()
    assert max(clock.slept) > 30


async def test_each_candidate_is_tried_once_and_the_one_that_holds_is_told(
    challenging: ScriptedSensor, connect: MakeSensor
) -> None:
    held: list[str] = []
    sensor = connect(password="new", others=("old", "servicelevel"), on_accepted=held.append)
    assert await sensor.access.check_password()
    assert await sensor.access.open_session()
    assert held == ["servicelevel"]
    assert challenging.asked().count(CHECK) == 3
    assert challenging.asked().count("POST CreateSessionToken") == 1


async def test_no_candidate_holds(challenging: ScriptedSensor, connect: MakeSensor) -> None:
    held: list[str] = []
    sensor = connect(password="new", others=("old",), on_accepted=held.append)
    with pytest.raises(AccessDenied):
        await sensor.access.check_password()
    assert held == []
    assert challenging.asked().count(CHECK) == 2
