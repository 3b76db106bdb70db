"""What politeness adds to an update by design: seconds of waiting over what the sensor itself needs.

Every setting is at its default, and the clock skips the waiting, so a busy machine changes nothing here. The
run follows its plan at once and shares the sensor's rate limit with it, as two processes of a PC do.
"""

from typing import Final, NamedTuple

import pytest
from msgspec import structs

from sicktui.engine.parameters import variables
from sicktui.engine.parameters.variables import PATIENCE
from sicktui.engine.run import execution
from sicktui.engine.run.events import first_events
from sicktui.engine.run.execution import Runner
from sicktui.engine.run.handshake import RunSecrets
from sicktui.engine.update.plan import plan_update
from sicktui.engine.update.resume import new_evidence
from sicktui.model.enums import UpdateState, Verdict
from sicktui.model.run.event import Logged, Noticed, Surveyed
from sicktui.model.run.plan import UpdateOptions
from sicktui.model.settings import Limits, Timing
from sicktui.model.update.observations import Act, Began, Ended, Looked, Outcome, Reading, Silent, Want
from sicktui.simulator.spec import DeviceSpec, Fault
from tests.support.engine_harness import EngineHarness
from tests.support.harness import PASSPHRASE, PASSWORD, only_verdict

pytestmark = pytest.mark.skips_waiting

SIZE: Final = 4_000_000
FLOORS: Final = {
    "20 s": DeviceSpec(
        name="gate", link_rate=400_000.0, flash_seconds=3, finished_seconds=0, reboot_seconds=3
    ),
    "70 s": DeviceSpec(
        name="gate", link_rate=160_000.0, flash_seconds=26, finished_seconds=2, reboot_seconds=10
    ),
}
"""As in the benchmark, with a fifth of the bytes at a fifth of the rate."""


class Waited(NamedTuple):
    """Seconds by the skipped clock."""

    plan: float
    over: float
    """The run, over the sensor's own floor."""


async def waited(
    harness: EngineHarness, monkeypatch: pytest.MonkeyPatch, spec: DeviceSpec, *, backup: bool
) -> Waited:
    """Plan and update at the defaults."""
    monkeypatch.setattr(variables, "PATIENCE", PATIENCE)
    context = harness.context
    context.settings = structs.replace(context.settings, timing=Timing(), limits=Limits())
    monkeypatch.setattr(execution, "shared_queues", lambda *_: context.queues)
    described = structs.replace(spec, autostart_after=0.0, generation="picoscan-2.3.3", version="2.3.0.0R")
    [device] = await harness.sensors(described, time_scale=1.0)
    package, options, clock = harness.package(size=SIZE), UpdateOptions(backup=backup), context.clock
    began = clock.monotonic()
    harness.items = await plan_update(context, harness.targets(), package, options, at_once=True)
    planned = clock.monotonic()
    run = harness.spec(package, options)
    context.journal.create_run(run, first_events(run))
    secrets = RunSecrets(
        passwords={device.address: PASSWORD}, passphrase=PASSPHRASE, sessions=dict(context.sessions)
    )
    await Runner(context.home, context.journal, run, secrets, clock).run()
    ended = clock.monotonic()
    assert only_verdict(harness.view(run.run)).verdict is Verdict.SUCCEEDED
    upload = SIZE / (spec.link_rate or 1.0)
    floor = upload + spec.flash_seconds + spec.finished_seconds + spec.reboot_seconds + Timing().settle
    return Waited(planned - began, ended - planned - floor)


@pytest.mark.parametrize("floor", FLOORS)
async def test_an_update_costs_its_floor_and_few_seconds(
    harness: EngineHarness, monkeypatch: pytest.MonkeyPatch, floor: str
) -> None:
    found = await waited(harness, monkeypatch, FLOORS[floor], backup=False)
    assert found.plan <= 1.1
    assert found.over <= 3.0


@pytest.mark.parametrize("floor", FLOORS)
async def test_a_backup_before_it_costs_its_requests(
    harness: EngineHarness, monkeypatch: pytest.MonkeyPatch, floor: str
) -> None:
    """Thirteen seconds before the upload, two and a half for the comparison after it; eight are wanted."""
    found = await waited(harness, monkeypatch, FLOORS[floor], backup=True)
    assert found.over <= 16.2


async def test_the_login_of_a_plan_serves_the_run_and_who_answers_is_read_last(
    harness: EngineHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    await waited(harness, monkeypatch, FLOORS["20 s"], backup=False)
    [device] = harness.devices
    asked = [f"{request.method} {request.path.rpartition('/')[2]}" for request in device.requests]
    upload = asked.index("PUT update")
    assert asked.count("POST CreateSessionToken") == 1
    assert asked.count("POST getChallenge") == 1
    assert asked[upload - 4 : upload] == [
        "GET PowerOnCnt",
        "GET DeviceIdent",
        "GET SerialNumber",
        "GET UpdateState",
    ]


async def test_one_session_and_one_look_serve_a_backup_and_the_upload(
    harness: EngineHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    await waited(harness, monkeypatch, FLOORS["20 s"], backup=True)
    [device] = harness.devices
    asked = [f"{request.method} {request.path.rpartition('/')[2]}" for request in device.requests]
    assert asked.count("POST CreateSessionToken") == 1
    assert asked[asked.index("PUT update") - 5 : asked.index("PUT update")] == [
        "GET LFTchecksum",
        "GET PowerOnCnt",
        "GET DeviceIdent",
        "GET SerialNumber",
        "GET UpdateState",
    ]


async def test_whoever_logs_in_after_the_backup_looks_once_more(harness: EngineHarness) -> None:
    """At the requests of a login somebody else may begin an update."""
    device = await harness.sensor(version="2.3.0.0R")
    await harness.update(harness.package())
    asked = [request.endpoint for request in device.requests]
    upload = asked.index("PUT update")
    assert asked[upload - 3 : upload] == ["GET UpdateState", "GET DeviceIdent", "GET SerialNumber"]
    assert "POST CreateSessionToken" in asked[upload - 8 : upload]


async def test_parameters_are_compared_before_the_last_look_and_read_once(
    harness: EngineHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So the look that a verdict rests on shows of whom they are, and its checksum is theirs."""
    await waited(harness, monkeypatch, FLOORS["20 s"], backup=True)
    [device] = harness.devices
    asked = [request.path.rpartition("/")[2] for request in device.requests]
    after = asked[asked.index("update") + 1 :]
    assert after.count("ScanConfig") == after.count("LocationName") == 1
    last = ["UpdateState", "DeviceIdent", "SerialNumber", "LFTchecksum", "DeviceStatus", "FirmwareVersion"]
    assert after[-7:] == [*last, "PowerOnCnt"]
    assert after[-8] == "DeviceStatus", "between two looks only its health is read"


async def test_what_only_helps_is_read_while_the_sensor_flashes(harness: EngineHarness) -> None:
    """And proves the reboot all the same, where the count of reboots does not."""
    device = await harness.sensor(
        version="2.3.0.0R",
        time_scale=1.0,
        flash_seconds=20,
        parameters={"TSCRole": 0},
        faults=(Fault(name="power_on_not_counted"),),
    )
    harness.settings(poll_interval=15.0, reconnect_timeout=60.0, flash_timeout=60.0, autostart_wait=0.0)
    view = await harness.update(harness.package(), UpdateOptions(backup=False))
    assert only_verdict(view).verdict is Verdict.SUCCEEDED
    events = harness.events(view.run)
    surveys = [event for event in events if isinstance(event, Surveyed)]
    assert [survey.hours is None for survey in surveys] == [True, False]
    assert all(survey.calibration for survey in surveys[1:])
    proven = [event.known.proof for event in events if isinstance(event, Noticed) and event.known.proof]
    assert "its hours since power-on fell" in proven[-1]
    states = [request.update_state for request in device.requests if request.path.endswith("DailyOpHours")]
    assert states[0] == UpdateState.STARTED
    assert any(isinstance(event, Logged) and "TSCRole 0" in event.message for event in events)


def test_nothing_is_taken_for_the_old_firmware_once_a_reboot_may_have_been() -> None:
    before = Reading(
        state=UpdateState.INITIAL, name="picoScan", version="2.3.0.0R", serial="1001", power_on=7
    )
    sent = new_evidence(before, "2.4.0.0R").seen(Began(act=Act.PUT), 0.0)
    sent = sent.seen(Ended(act=Act.PUT, outcome=Outcome.TAKEN, sent=1, whole=True), 1.0)
    flashing = structs.replace(before, state=UpdateState.STARTED)
    looked = sent.seen(Looked(reading=flashing), 2.0)
    assert looked.is_before
    more = looked.supplemented(Reading(hours=50.0))
    assert (more.before.hours, more.latest.hours, more.before.power_on) == (50.0, 50.0, 7)
    assert Want.HOURS in more.offers
    assert not looked.seen(Silent(why="refused"), 3.0).is_before
    assert not looked.seen(Silent(why="refused"), 3.0).seen(Looked(reading=flashing), 4.0).is_before
    assert not looked.seen(Looked(reading=structs.replace(flashing, version="2.4.0.0R")), 3.0).is_before
