"""What goes wrong on the PC: its clock jumps, its disk is full. Verdicts stay true all the same."""

import itertools
import sys
from collections.abc import Callable
from typing import Final

import pytest

from sicktui.engine.job import recorder
from sicktui.engine.run.execution import Runner
from sicktui.engine.run.handshake import RunSecrets
from sicktui.engine.run.history import every_event
from sicktui.model.enums import STEPS, Code, Operation, RunState, StepState, Verdict
from sicktui.model.run.event import Event, StepChanged, VerdictReached
from sicktui.model.run.plan import RunSpec
from sicktui.model.settings import Limits, Settings
from sicktui.simulator import Device, DeviceSpec, Fault
from sicktui.stores.journal.database import JournalError
from tests.reliability.batch import TIMING
from tests.reliability.case import GENERATIONS, NEW, OLD
from tests.reliability.pc_cases import FULL, FullDisk, acted, flashing, spoil_backups
from tests.support.clocks import JumpingClock
from tests.support.engine_harness import EngineHarness
from tests.support.harness import PASSWORD, only_verdict
from tests.support.processes import files_end_at

MEGABYTE: Final = 1_000_000

pytestmark = pytest.mark.skips_waiting


def sensor(name: str = "gate", **changes: object) -> DeviceSpec:
    return DeviceSpec(**({"name": name, "version": OLD} | changes))  # type: ignore[arg-type]


def sent(device: Device, endpoint: str) -> int:
    return sum(
        request.path.endswith(f"/{endpoint}") and request.method != "GET" for request in device.requests
    )


# -- the clock --------------------------------------------------------------------------------------


async def test_a_clock_that_jumps_changes_no_verdict_and_no_order(harness: EngineHarness) -> None:
    harness.context.clock = JumpingClock(harness.context.clock)
    devices = await harness.sensors(sensor("one"), sensor("two", faults=(Fault(name="old_version"),)))
    view = await harness.update(harness.package())
    one, two = (view.devices[device.address].verdict for device in devices)
    assert one is not None
    assert two is not None
    assert (one.verdict, two.verdict, two.code) == (Verdict.SUCCEEDED, Verdict.FAILED, Code.VERSION_MISMATCH)
    assert isinstance(one.downtime_seconds, float)
    assert 0 < one.downtime_seconds < one.seconds < 60
    assert all(device.rate >= 0 for device in view.devices.values())
    steps = [
        event.step
        for event in harness.events(view.run)
        if isinstance(event, StepChanged) and event.device == one.device and event.state is StepState.STARTED
    ]
    assert tuple(steps) == STEPS[Operation.UPDATE], "the order is that of the journal, not of the time stamps"


# -- a disk that is full while the journal is written -------------------------------------------------


async def planned(
    harness: EngineHarness,
    monkeypatch: pytest.MonkeyPatch,
    full_at: Callable[[Event], bool],
    *,
    room_at_the_end: bool,
    faults: tuple[Fault, ...] = (),
) -> tuple[Runner, RunSpec, FullDisk, Device]:
    monkeypatch.setattr(recorder, "PATIENCE", 0.1)
    monkeypatch.setattr(recorder, "PAUSE", 0.02)
    harness.context.home.create()
    journal = FullDisk(harness.context.home.journal_file, full_at=full_at, room_at_the_end=room_at_the_end)
    harness.context.__dict__["journal"] = journal
    [device] = await harness.sensors(sensor(faults=faults))
    package = harness.package()
    await harness.plan(package)
    spec = harness.spec(package)
    return harness.runner(spec), spec, journal, device


@pytest.mark.parametrize("moment", FULL)
async def test_a_disk_that_is_full_for_a_while(
    harness: EngineHarness, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    full_at, expected, uploads, triggers = FULL[moment]
    runner, spec, journal, device = await planned(harness, monkeypatch, full_at, room_at_the_end=True)
    await runner.run()
    view = harness.view(spec.run)
    verdict = only_verdict(view)
    code = None if expected is Verdict.SUCCEEDED else Code.STORAGE_ERROR
    assert (verdict.verdict, verdict.code) == (expected, code), verdict.message
    assert (verdict.verdict is Verdict.SUCCEEDED) == (device.firmware_version == NEW)
    if code is not None:
        assert "disk is full" in verdict.message
        assert verdict.advice
    assert (sent(device, "update"), sent(device, "RunFirmwareUpdate")) == (uploads, triggers)
    assert device.violations == []
    assert sum(isinstance(event, VerdictReached) for event in harness.events(spec.run)) == 1
    assert view.state is RunState.FINISHED
    if expected is Verdict.SUCCEEDED:
        done = {
            event.step
            for event in harness.events(spec.run)
            if isinstance(event, StepChanged) and event.state is StepState.DONE
        }
        assert done >= set(STEPS[Operation.UPDATE]), "what could not be written was written later"
    assert not journal.full


@pytest.mark.parametrize("moment", FULL)
async def test_a_disk_that_stays_full_leaves_a_run_that_can_be_resumed(
    harness: EngineHarness, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    full_at, expected, uploads, triggers = FULL[moment]
    runner, spec, journal, device = await planned(harness, monkeypatch, full_at, room_at_the_end=False)
    with pytest.raises(JournalError, match="disk is full"):
        await runner.run()
    assert (device.firmware_version == NEW) == (expected is Verdict.SUCCEEDED), "it was watched to its end"
    assert (sent(device, "update"), sent(device, "RunFirmwareUpdate")) == (uploads, triggers)
    assert harness.view(spec.run).summary is None, "nothing says that the run is over"
    journal.make_room()
    secrets = RunSecrets(passwords={item.device: PASSWORD for item in spec.items}, passphrase="pass")
    context = harness.context
    await Runner(context.home, journal, spec, secrets, context.clock, resumed=True).run()
    verdict = only_verdict(harness.view(spec.run))
    # What was not begun is done now; what was begun is found out from the sensor.
    assert verdict.verdict is Verdict.SUCCEEDED, verdict.message
    assert device.firmware_version == NEW
    assert sent(device, "RunFirmwareUpdate") == 1
    assert device.violations == []


async def test_a_trigger_that_cannot_be_repeated_is_not_called_one_that_was_never_sent(
    harness: EngineHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first one seems lost; the second one cannot be written down. The first may yet have its effect."""
    seen = itertools.count(1)
    second = acted("run_firmware_update", "intended")
    runner, spec, _, device = await planned(
        harness,
        monkeypatch,
        lambda event: second(event) and next(seen) > 1,
        room_at_the_end=True,
        faults=(Fault(name="trigger_lost"),),
    )
    await runner.run()
    verdict = only_verdict(harness.view(spec.run))
    assert (verdict.verdict, verdict.code) == (Verdict.FAILED, Code.NOT_STARTED), verdict.message
    assert "although RunFirmwareUpdate was answered" in verdict.message
    assert (device.firmware_version, sent(device, "RunFirmwareUpdate")) == (OLD, 1)


async def test_a_full_disk_starts_no_other_job(
    harness: EngineHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness.settings(limits=Limits(requests_per_second=1000.0, max_failures=9, jobs=1))
    monkeypatch.setattr(recorder, "PATIENCE", 0.1)
    harness.context.home.create()
    journal = FullDisk(harness.context.home.journal_file, full_at=flashing, room_at_the_end=False)
    harness.context.__dict__["journal"] = journal
    one, two = await harness.sensors(sensor("one"), sensor("two"))
    package = harness.package()
    await harness.plan(package)
    spec = harness.spec(package)
    with pytest.raises(JournalError):
        await harness.runner(spec).run()
    assert one.firmware_version == NEW
    assert (two.firmware_version, sent(two, "update")) == (OLD, 0)
    journal.make_room()
    assert not [event for event in every_event(journal, spec.run) if isinstance(event, VerdictReached)]


# -- a disk that is full while a backup is stored ------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit for the size of files")
async def test_a_backup_that_does_not_fit_keeps_the_flash_from_happening(harness: EngineHarness) -> None:
    [device] = await harness.sensors(sensor(backup_size=MEGABYTE))
    package = harness.package()
    with files_end_at(MEGABYTE // 2):
        verdict = await harness.verdict(package)
    assert (verdict.verdict, verdict.code) == (Verdict.FAILED, Code.STORAGE_ERROR), verdict.message
    assert verdict.advice
    assert (sent(device, "update"), sent(device, "RunFirmwareUpdate")) == (0, 0)
    assert device.violations == []


async def test_a_backup_that_cannot_be_kept_keeps_the_flash_from_happening(harness: EngineHarness) -> None:
    harness.context.home.create()
    spoil_backups(harness.context.home.backups)
    [device] = await harness.sensors(sensor())
    verdict = await harness.verdict(harness.package())
    assert (verdict.verdict, verdict.code) == (Verdict.FAILED, Code.STORAGE_ERROR), verdict.message
    assert verdict.advice
    assert (sent(device, "update"), sent(device, "RunFirmwareUpdate")) == (0, 0)


# -- politeness ---------------------------------------------------------------------------------------


async def test_a_sensor_that_mutes_itself_is_never_asked_too_often(harness: EngineHarness) -> None:
    # By default two requests a second on average and ten after a pause: twelve in the busiest second.
    # The time of these sensors is as long as the PC's.
    harness.context.settings = Settings(timing=TIMING, limits=Limits(max_failures=9))
    limit = Fault(name="rate_limit", rate=12.0, seconds=20.0)
    specs = [sensor(each, generation=each, faults=(limit,)) for each in GENERATIONS if "multi" not in each]
    devices = await harness.sensors(*specs, time_scale=1.0)
    view = await harness.update(harness.package())
    assert [device.violations for device in devices] == [[] for _ in devices]
    for state in view.devices.values():
        assert state.verdict is not None
        assert state.verdict.verdict is Verdict.SUCCEEDED, state.verdict.message
