"""A backup over real HTTP, where its call is not answered, its run is killed, or its sensor changes."""

import asyncio
from collections.abc import Callable

import pytest

from sicktui.engine.backup.plan import plan_backup
from sicktui.engine.plan.spec import new_spec
from sicktui.model.enums import Code, Operation, Verdict
from sicktui.model.run.event import Acted, Logged, VerdictReached
from sicktui.model.run.plan import RunSpec
from sicktui.simulator.fleet.fleet import Device
from sicktui.simulator.spec import Fault
from sicktui.stores.backups.versions import opens_with, version_of
from tests.support.engine_harness import WITH_BACKUP, EngineHarness, paths
from tests.support.harness import PASSPHRASE, only_verdict

pytestmark = pytest.mark.skips_waiting

CREATE = "POST CreateParameterBackup"
UNREAD = "LEDEnable"
"""A parameter that is in the backups of a sensor that has no such variable."""


def change_unread(device: Device) -> None:
    """Change it, and do not save it: ``MD5Parameters`` stays, and so does all that can be read."""
    device.parameters.write(UNREAD, not device.parameters.current[UNREAD])


def makes_equal_files(device: Device) -> None:
    """Equal parameters make equal files, as with a fixed key."""
    made: dict[str, bytes] = {}
    make = device.backups._make

    def again(passphrase: str, values: dict[str, object]) -> bytes:
        return made.setdefault(f"{passphrase} {values}", make(passphrase, values))

    device.backups._make = again  # type: ignore[method-assign]


async def backup_spec(harness: EngineHarness, device: Device) -> RunSpec:
    items = await plan_backup(harness.context, [harness.target(device)])
    return new_spec(harness.context, Operation.BACKUP, items)


async def resumed_after(harness: EngineHarness, spec: RunSpec, reached: Callable[[], bool]) -> VerdictReached:
    """The verdict of a run whose first process ends at a moment."""
    task = asyncio.create_task(harness.runner(spec).run())
    while not reached() and not task.done():
        await asyncio.sleep(0.001)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await harness.runner(spec, resumed=True).run()
    return only_verdict(harness.view(spec.run))


@pytest.mark.parametrize("phase", ["intended", "done"])
@pytest.mark.parametrize("generation", ["auth-article", "picoscan-2.3.3"])
async def test_equal_bytes_count_after_a_kill(harness: EngineHarness, generation: str, phase: str) -> None:
    device = await harness.sensor(generation=generation)
    makes_equal_files(device)
    spec = await backup_spec(harness, device)

    def called() -> bool:
        events = harness.events(spec.run)
        return any(isinstance(e, Acted) and (e.act, e.phase) == ("create_backup", phase) for e in events)

    verdict = await resumed_after(harness, spec, called)
    assert verdict.verdict is Verdict.SUCCEEDED, verdict.message
    [record] = harness.context.backups.list()
    assert harness.context.backups.path(record).read_bytes() == device.backups.file
    assert record.age in ("written", "assumed")


@pytest.mark.parametrize("generation", ["auth-article", "picoscan-2.3.3", "picoscan-2.2.1"])
async def test_equal_bytes_count_after_an_empty_answer_before_the_first(
    harness: EngineHarness, generation: str
) -> None:
    device = await harness.sensor(generation=generation)
    makes_equal_files(device)
    served = device.backups.served
    device.backups.served = lambda: served() or b""  # type: ignore[method-assign]
    record = await harness.backed_up(device)
    assert record.age == "assumed", "there may have been a file before: its bytes are the same"
    again = await harness.backup(device)
    assert (again.verdict, again.backup) == (Verdict.SUCCEEDED, record.id), again.message


@pytest.mark.parametrize("generation", WITH_BACKUP)
async def test_the_serial_and_the_state_are_read_right_before_each_call(
    harness: EngineHarness, generation: str
) -> None:
    """Also before the second; nothing else is asked between them and the call but its challenge."""
    device = await harness.sensor(generation=generation, faults=(Fault(name="backup_stale_file", times=1),))
    await harness.backed_up(device)
    asked = [path for path in paths(device) if path != "POST getChallenge"]
    calls = [number for number, path in enumerate(asked) if path == CREATE]
    assert len(calls) == 2
    for call in calls:
        assert asked[call - 3 : call] == ["GET DeviceIdent", "GET SerialNumber", "GET UpdateState"]


@pytest.mark.parametrize("fault", ["http_503", "html", "not_json", "cut_reply"])
@pytest.mark.parametrize("generation", ["auth-article", "picoscan-2.3.3"])
async def test_a_call_that_was_done_but_not_answered_gives_its_file(
    harness: EngineHarness, generation: str, fault: str
) -> None:
    device = await harness.sensor(generation=generation, backup_seconds=15)
    device.add_fault(Fault(name=fault, at=CREATE, times=1, acts=True))
    record = await harness.backed_up(device)
    assert (record.age, paths(device).count(CREATE)) == ("written", 1)
    assert harness.context.backups.path(record).read_bytes() == device.backups.file


@pytest.mark.parametrize("fault", ["http_503", "html"])
@pytest.mark.parametrize("generation", ["auth-article", "picoscan-2.3.3"])
@pytest.mark.parametrize("stale", [False, True])
async def test_a_call_that_is_never_answered_nor_done_gives_no_file(
    harness: EngineHarness, generation: str, fault: str, stale: bool
) -> None:
    """The file from before does not count on the word of a sensor that has given none."""
    device = await harness.sensor(generation=generation, stale_backup=stale)
    device.add_fault(Fault(name=fault, at=CREATE, acts=False))
    verdict = await harness.backup(device)
    assert (verdict.verdict, verdict.code) == (Verdict.FAILED, Code.BACKUP_FAILED), verdict.message
    assert harness.context.backups.list() == []


async def test_a_second_call_waits_for_the_first_where_nothing_reports_its_end(
    harness: EngineHarness,
) -> None:
    """A sensor without a result may write for as long as ``backup_timeout``."""
    device = await harness.sensor(generation="auth-article", stale_backup=True, backup_seconds=25)
    record = await harness.backed_up(device)
    assert (record.age, paths(device).count(CREATE)) == ("written", 1)


async def test_a_resumed_run_waits_for_the_call_of_the_first_where_nothing_reports_its_end(
    harness: EngineHarness,
) -> None:
    device = await harness.sensor(generation="auth-article", stale_backup=True, backup_seconds=25)
    spec = await backup_spec(harness, device)
    pending: list[bool] = []
    create = device.backups.create

    def noted(data: dict[str, object]) -> bool:
        pending.append(device.backups.create_pending)
        return create(data)

    device.backups.create = noted  # type: ignore[method-assign]
    verdict = await resumed_after(harness, spec, lambda: bool(pending))
    assert verdict.verdict is Verdict.SUCCEEDED, verdict.message
    assert pending == [False, False]


async def test_a_file_that_is_encrypted_for_each_download_may_be_the_one_from_before(
    harness: EngineHarness,
) -> None:
    """Other bytes prove nothing where they are other ones each time."""
    device = await harness.sensor(generation="picoscan-2.3.3", stale_backup=True)
    served, number = device.backups.served, iter(range(1000))

    def again() -> bytes | None:
        file = served()
        return file and file[:-8] + next(number).to_bytes(8, "big")

    device.backups.served = again  # type: ignore[method-assign]
    assert (await harness.backed_up(device)).age == "assumed"


def _exchanged(device: Device) -> None:
    device.serial = "99000001"


def _updated(device: Device) -> None:
    device.firmware_version = "9.9.0.0R"


@pytest.mark.parametrize(
    ("becomes", "code", "words"),
    [
        (_exchanged, Code.OTHER_DEVICE, "Another sensor answers"),
        (_updated, Code.BACKUP_FAILED, "Its firmware changed from"),
    ],
)
async def test_a_sensor_that_changes_while_its_file_is_fetched_leaves_none(
    harness: EngineHarness, becomes: Callable[[Device], None], code: Code, words: str
) -> None:
    device = await harness.sensor(generation="picoscan-2.3.3")
    served = device.backups.served

    def change() -> bytes | None:
        file = served()
        if file:
            becomes(device)
        return file

    device.backups.served = change  # type: ignore[method-assign]
    verdict = await harness.backup(device)
    assert (verdict.verdict, verdict.code) == (Verdict.FAILED, code), verdict
    assert words in verdict.message
    assert harness.context.backups.list() == []


async def test_no_passphrase_goes_to_a_sensor_that_was_exchanged_before_the_call(
    harness: EngineHarness,
) -> None:
    """Between the login and the call a file is downloaded, which may take minutes."""
    device = await harness.sensor(generation="picoscan-2.3.3", stale_backup=True)
    served = device.backups.served

    def change() -> bytes | None:
        _exchanged(device)
        return served()

    device.backups.served = change  # type: ignore[method-assign]
    verdict = await harness.backup(device)
    assert (verdict.verdict, verdict.code) == (Verdict.FAILED, Code.OTHER_DEVICE), verdict
    assert CREATE not in paths(device)


@pytest.mark.parametrize("generation", ["picoscan-2.3.3", "picoscan-2.2.1"])
async def test_a_late_file_of_an_unsaved_change_that_cannot_be_read_is_waited_for(
    harness: EngineHarness, generation: str
) -> None:
    """The sensor writes the new file some time after the call, and offers the old one until then."""
    device = await harness.sensor(generation=generation, backup_seconds=15, hidden=(UNREAD,))
    makes_equal_files(device)
    first = await harness.backed_up(device)
    change_unread(device)
    second = await harness.backed_up(device, passphrase="another")
    assert harness.context.backups.path(second).read_bytes() == device.backups.file
    assert (second.id != first.id, second.age) == (True, "written")


@pytest.mark.parametrize("generation", ["picoscan-2.3.3", "picoscan-2.2.1"])
async def test_a_trigger_that_was_lost_after_an_unsaved_change_is_sent_again(
    harness: EngineHarness, generation: str
) -> None:
    device = await harness.sensor(generation=generation, hidden=(UNREAD,))
    makes_equal_files(device)
    first = await harness.backed_up(device)
    file = device.backups.file
    device.add_fault(Fault(name="backup_stale_file", times=1))
    device.backups.file = file
    change_unread(device)
    second = await harness.backed_up(device, passphrase="another")
    assert harness.context.backups.path(second).read_bytes() == device.backups.file != file
    assert (second.id != first.id, second.age) == (True, "written")


@pytest.mark.parametrize("generation", ["picoscan-2.3.3", "picoscan-2.2.1"])
async def test_an_old_file_counts_by_no_checksum_after_an_unsaved_change(
    harness: EngineHarness, generation: str
) -> None:
    """What can be compared is the same, so it counts; what is kept of it does not call it written."""
    device = await harness.sensor(generation=generation, hidden=(UNREAD,))
    first = await harness.backed_up(device)
    file = device.backups.file
    device.add_fault(Fault(name="backup_stale_file"))
    device.backups.file = file
    change_unread(device)
    calls = paths(device).count(CREATE)
    verdict = await harness.backup(device)
    assert (verdict.verdict, verdict.backup) == (Verdict.SUCCEEDED, first.id), verdict.message
    assert "MD5Parameters" not in verdict.message
    assert paths(device).count(CREATE) == calls + 2
    seen = version_of(harness.context.backups, first).seen
    assert seen is not None
    assert (seen.how, seen.age) == ("readable", "compared")


@pytest.mark.parametrize("generation", ["picoscan-2.3.3", "picoscan-2.2.1"])
async def test_equal_bytes_count_after_the_same_parameters_were_saved(
    harness: EngineHarness, generation: str
) -> None:
    """Saving moves MD5Parameters, and a file of active parameters stays what it is: no parameter differs."""
    device = await harness.sensor(generation=generation)
    makes_equal_files(device)
    await harness.backed_up(device)
    device.parameters.write("LocationName", "gate 9")
    unsaved = await harness.backed_up(device)
    device.parameters.save()
    saved = await harness.backed_up(device)
    assert (saved.sha256, saved.age) == (unsaved.sha256, "assumed")
    assert saved.parameters_md5 != unsaved.parameters_md5, "a restore compares with it"
    again = await harness.backup(device)
    assert (again.verdict, again.backup) == (Verdict.SUCCEEDED, saved.id), again.message
    seen = version_of(harness.context.backups, saved).seen
    assert seen is not None
    assert seen.age == "compared"


async def test_a_file_from_before_opens_with_the_passphrase_of_then(harness: EngineHarness) -> None:
    device = await harness.sensor(generation="picoscan-2.3.3")
    first = await harness.backed_up(device)
    file = device.backups.file
    device.add_fault(Fault(name="backup_stale_file"))
    device.backups.file = file
    verdict = await harness.backup(device, passphrase="another")
    assert (verdict.verdict, verdict.backup) == (Verdict.SUCCEEDED, first.id), verdict.message
    lines = [event.message for event in harness.events(str(verdict.run)) if isinstance(event, Logged)]
    assert any("passphrase of that backup" in line for line in lines), lines
    assert [opens_with(first, word) for word in (PASSPHRASE, "another")] == [True, False]


@pytest.mark.parametrize("generation", ["auth-article", "picoscan-2.2.1"])
async def test_equal_bytes_that_were_written_anew_are_not_waited_for(
    harness: EngineHarness, generation: str
) -> None:
    """Nothing reports the end; that its server dates the file otherwise than before the call shows it."""
    device = await harness.sensor(generation=generation, backup_stamp="written")
    makes_equal_files(device)
    first = await harness.backed_up(device)
    calls = paths(device).count(CREATE)
    again = await harness.backup(device)
    assert (again.verdict, again.backup) == (Verdict.SUCCEEDED, first.id), again.message
    assert paths(device).count(CREATE) == calls + 1
    assert again.seconds < harness.context.settings.timing.backup_timeout


@pytest.mark.parametrize("stamp", ["written", "asked", "none"])
async def test_a_date_of_a_file_shows_no_more_than_that_it_was_written(
    harness: EngineHarness, stamp: str
) -> None:
    """One that stays, or moves with each request, ends no waiting: the call may be lost."""
    device = await harness.sensor(generation="picoscan-2.2.1", hidden=(UNREAD,), backup_stamp=stamp)
    makes_equal_files(device)
    first = await harness.backed_up(device)
    file = device.backups.file
    device.add_fault(Fault(name="backup_stale_file", times=1))
    device.backups.file = file
    change_unread(device)
    second = await harness.backed_up(device, passphrase="another")
    assert harness.context.backups.path(second).read_bytes() == device.backups.file != file
    assert (second.id != first.id, second.age) == (True, "written")
