"""How often an update asks a sensor, and for what."""

import pytest

from sicktui.engine.authentication import authenticate
from sicktui.engine.update import preparation
from sicktui.engine.update.machine import Wait, next_act
from sicktui.engine.update.resume import new_evidence
from sicktui.model.enums import Code, UpdateState, Verdict
from sicktui.model.run.plan import UpdateOptions
from sicktui.model.settings import Timing
from sicktui.model.update.evidence import Evidence
from sicktui.model.update.observations import Act, Began, Ended, Outcome, Reading, Silent
from sicktui.sensor.client import Sensor
from sicktui.simulator.spec import Fault
from tests.support.engine_harness import EngineHarness, paths

BEFORE = Reading(state=UpdateState.INITIAL, name="picoScan", version="2.3.0.0R", serial="1001")


def tries(evidence: Evidence, until: float) -> list[float]:
    """When a sensor that does not answer from second 100 on is asked, from then on."""
    now, at = 100.0, []
    while now <= 100.0 + until:
        evidence = evidence.seen(Silent(why="refused"), now)
        at.append(now - 100.0)
        act = next_act(evidence, now, Timing())
        assert isinstance(act, Wait)
        now += act.seconds
    return at


def test_a_sensor_that_reboots_is_tried_soon_and_then_at_the_interval() -> None:
    sent = new_evidence(BEFORE, "2.4.0.0R").seen(Began(act=Act.PUT), 80.0)
    sent = sent.seen(Ended(act=Act.PUT, outcome=Outcome.TAKEN, sent=1, whole=True), 90.0)
    assert tries(sent, 20.0) == [0, 1, 2, 4, 8, 13, 18]


def test_a_sensor_that_fails_before_the_upload_is_left_in_peace() -> None:
    assert tries(new_evidence(BEFORE, "2.4.0.0R"), 9.0) == [0, 5]


NO_BACKUP = UpdateOptions(backup=False)


async def before_the_package(harness: EngineHarness) -> list[str]:
    """What an update without a backup asks a sensor for, from its run's first request to the package."""
    device = await harness.sensor(name="gate", version="2.3.0.0R")
    verdict = await harness.verdict(harness.package(), NO_BACKUP)
    assert verdict.verdict is Verdict.SUCCEEDED, verdict.message
    asked = paths(device)
    asked = asked[: asked.index("PUT update") + 1]
    first = max(i for i, path in enumerate(asked) if path == "POST checkCredentials")
    return asked[asked.index("GET DeviceIdent", first) :]


@pytest.mark.skips_waiting
async def test_a_run_reads_each_thing_once_before_the_package(harness: EngineHarness) -> None:
    assert await before_the_package(harness) == [
        "GET DeviceIdent",
        "GET SerialNumber",
        "GET PowerOnCnt",
        "GET DailyOpHours",
        "GET LFTchecksum",
        "GET UpdateState",
        "POST getChallenge",
        "POST CreateSessionToken",
        # Who takes the token's file: another sensor may have opened the session.
        "GET SerialNumber",
        "PUT update",
    ]


@pytest.mark.skips_waiting
async def test_readings_that_are_old_are_read_again(
    harness: EngineHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparation, "_FRESH", -1.0)
    asked = await before_the_package(harness)
    assert asked[-4:] == ["GET UpdateState", "GET DeviceIdent", "GET SerialNumber", "PUT update"]


@pytest.mark.skips_waiting
async def test_a_sensor_that_took_the_place_before_the_login_gets_nothing(
    harness: EngineHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = await harness.sensor(name="gate", version="2.3.0.0R")
    real = authenticate

    async def of_another(sensor: Sensor) -> str:
        said = await real(sensor)
        device.add_fault(Fault(name="other_sensor"))
        return said

    monkeypatch.setattr(preparation, "authenticate", of_another)
    verdict = await harness.verdict(harness.package(), NO_BACKUP)
    assert (verdict.verdict, verdict.code) == (Verdict.FAILED, Code.OTHER_DEVICE), verdict.message
    assert not paths(device, "PUT")
