"""Backups of simulated sensors: whole, of now, and kept with everything that is known of them."""

import hashlib
import random
import shutil
import sys

import pytest

from sicktui.engine.backup.plan import plan_backup
from sicktui.engine.plan.spec import new_spec
from sicktui.engine.run.staging import scratch_folder
from sicktui.model.enums import Code, Operation, Step, StepState, Verdict
from sicktui.model.run.event import Logged
from sicktui.simulator.fleet.fleet import Device
from sicktui.simulator.spec import Fault
from sicktui.stores.backups.store import BackupRecord
from sicktui.stores.backups.versions import opens_with, version_of, versions
from tests.support.engine_harness import WITH_BACKUP, EngineHarness, paths
from tests.support.harness import PASSPHRASE, only_verdict

pytestmark = pytest.mark.skips_waiting

LOCATION = "gate 7"


@pytest.mark.parametrize("generation", WITH_BACKUP)
async def test_every_generation_gives_a_whole_backup_with_its_metadata(
    harness: EngineHarness, generation: str
) -> None:
    device = await harness.sensor(generation=generation, location=LOCATION)
    verdict = await harness.backup(device)
    assert verdict.verdict is Verdict.SUCCEEDED, verdict.message
    record = harness.context.backups.get(str(verdict.backup))
    content = device.backups.file
    assert content is not None
    assert harness.context.backups.path(record).read_bytes() == content
    assert record.sha256 == verdict.sha256 == hashlib.sha256(content).hexdigest()
    assert record.size == verdict.bytes == len(content)
    assert (record.serial, record.mac, record.model) == (device.serial, device.mac, device.model)
    assert (record.order_number, record.version) == (device.order_number, device.firmware_version)
    assert (record.name, record.location) == (device.generation.family.name, LOCATION)
    assert record.run == verdict.run
    assert record.operator
    assert record.api
    assert "octet-stream" in str(record.content_type) or "json" in str(record.content_type)
    assert opens_with(record, PASSPHRASE)
    assert not opens_with(record, "another")
    assert PASSPHRASE not in str(record)
    picoscan = device.generation.family.name == "picoScan"
    assert record.parameters_md5 == (device.parameters.md5 if picoscan else None)
    assert record.snapshot is not None
    assert harness.context.snapshots.get(record.snapshot).values["LocationName"] == LOCATION


async def test_a_family_without_backups_says_so(harness: EngineHarness) -> None:
    device = await harness.sensor(generation="lrs4000-1.9.1")
    verdict = await harness.backup(device)
    assert (verdict.verdict, verdict.code) == (Verdict.FAILED, Code.NOT_SUPPORTED)
    assert harness.context.backups.list() == []


async def test_the_token_comes_before_the_trigger_and_the_wait_before_the_file(
    harness: EngineHarness,
) -> None:
    device = await harness.sensor(generation="picoscan-2.3.3")
    verdict = await harness.backup(device)
    asked = paths(device)
    trigger = asked.index("POST CreateParameterBackup")
    assert asked.index("POST CreateSessionToken") < trigger
    after = [path for path in asked[trigger:] if "ackup" in path]
    assert after[1] == "GET CreateParameterBackupResult"
    assert after[-2:] == ["GET parameterbackup"] * 2
    steps = harness.view(str(verdict.run)).devices[verdict.device].steps
    assert steps == dict.fromkeys((Step.AUTHENTICATE, Step.CREATE, Step.DOWNLOAD, Step.STORE), StepState.DONE)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault(name="backup_false"), "Result"),
        (Fault(name="backup_pending_forever"), "pending"),
        (Fault(name="backup_empty"), "empty"),
        (Fault(name="backup_html"), "web page"),
        (Fault(name="backup_error_object"), "status 3"),
        (Fault(name="backup_truncated"), "connection broke"),
    ],
    ids=lambda value: value.name if isinstance(value, Fault) else "",
)
@pytest.mark.parametrize("generation", ["picoscan-2.3.3", "auth-article", "multiscan-2.4.2"])
async def test_what_is_no_whole_backup_of_now_is_refused(
    harness: EngineHarness, generation: str, fault: Fault, words: str
) -> None:
    device = await harness.sensor(generation=generation, faults=(fault,))
    verdict = await harness.backup(device)
    assert (verdict.verdict, verdict.code) == (Verdict.FAILED, Code.BACKUP_FAILED), verdict.message
    if not (fault.name == "backup_pending_forever" and generation != "picoscan-2.3.3"):
        assert words in verdict.message
    assert verdict.advice
    assert harness.context.backups.list() == []


async def test_a_file_from_before_is_refused_where_a_parameter_in_it_differs(harness: EngineHarness) -> None:
    device = await harness.sensor(
        generation="multiscan-2.4.2", faults=(Fault(name="backup_stale_file"),), location="gate 7"
    )
    verdict = await harness.backup(device)
    assert (verdict.verdict, verdict.code) == (Verdict.FAILED, Code.BACKUP_FAILED), verdict.message
    assert "old file" in verdict.message
    assert "LocationName" in verdict.message
    assert harness.context.backups.list() == []


@pytest.mark.parametrize("generation", ["picoscan-2.3.3", "auth-article"])
async def test_a_file_from_before_that_cannot_be_compared_counts_and_its_age_is_kept(
    harness: EngineHarness, generation: str
) -> None:
    device = await harness.sensor(generation=generation, faults=(Fault(name="backup_stale_file"),))
    record = await harness.backed_up(device)
    assert record.age == "assumed"
    [run] = harness.context.journal.runs()
    lines = warnings(harness, run.run)
    assert any("rests on the sensor's word" in line for line in lines)
    reports = generation == "picoscan-2.3.3"
    assert sum("Waiting for another one for 3 s" in line for line in lines) == (not reports), "said once"
    assert paths(device).count("POST CreateParameterBackup") == 2


@pytest.mark.parametrize("byte", [b"\x00", b"\xff", b"a"])
async def test_one_byte_repeated_is_not_a_backup(harness: EngineHarness, byte: bytes) -> None:
    device = await harness.sensor(generation="auth-article")
    device.backups.served = lambda: byte * 86_000  # type: ignore[method-assign]
    verdict = await harness.backup(device)
    assert verdict.code is Code.BACKUP_FAILED
    assert "one byte repeated" in verdict.message


async def test_the_same_bytes_count_after_a_lost_folder_and_on_a_second_pc(harness: EngineHarness) -> None:
    device = await harness.sensor(generation="auth-article")
    record = await harness.backed_up(device)
    device.add_fault(Fault(name="backup_stale_file"))
    device.backups.file = harness.context.backups.path(record).read_bytes()
    shutil.rmtree(harness.context.backups.folder)
    again = await harness.backed_up(device)
    assert (again.sha256, again.age) == (record.sha256, "assumed")


async def test_a_json_backup_that_breaks_off_is_refused(harness: EngineHarness) -> None:
    device = await harness.sensor(generation="multiscan-2.4.2", faults=(Fault(name="backup_damaged"),))
    verdict = await harness.backup(device)
    assert verdict.code is Code.BACKUP_FAILED
    assert "JSON that breaks off" in verdict.message


async def test_a_binary_backup_that_shrinks_without_a_change_is_refused(harness: EngineHarness) -> None:
    device = await harness.sensor(generation="picoscan-2.3.3")
    good = await harness.backed_up(device)
    device.add_fault(Fault(name="backup_damaged"))
    verdict = await harness.backup(device)
    assert verdict.code is Code.BACKUP_FAILED
    assert "not complete" in verdict.message
    assert harness.context.backups.list() == [good]


async def test_a_binary_backup_that_shrinks_with_a_change_is_kept_and_said(harness: EngineHarness) -> None:
    device = await harness.sensor(generation="picoscan-2.3.3")
    await harness.backed_up(device)
    device.add_fault(Fault(name="backup_damaged"))
    device.parameters.write("LocationName", "elsewhere")
    device.parameters.save()
    verdict = await harness.backup(device)
    assert verdict.verdict is Verdict.SUCCEEDED
    assert any("much smaller" in line for line in warnings(harness, verdict.run))
    assert len(harness.context.backups.list()) == 2


async def test_a_file_that_grows_while_it_is_fetched_is_waited_for(harness: EngineHarness) -> None:
    fault = Fault(name="backup_growing", seconds=15)
    device = await harness.sensor(generation="auth-article", faults=(fault,))
    record = await harness.backed_up(device)
    assert record.size == len(device.backups.file or b"")


async def test_two_devices_that_are_one_sensor_are_not_backed_up_under_one_number(
    harness: EngineHarness,
) -> None:
    device = await harness.sensor()
    harness.profile("gate-1", device)
    items = await plan_backup(harness.context, [harness.target("gate-1"), harness.target(device)])
    assert {item.reason for item in items} == {Code.DUPLICATE_DEVICE}
    assert device.address in items[0].message
    assert "gate-1" in items[1].message
    assert not any("Backup" in path for path in paths(device))


def encrypts_for_each_fetch(device: Device) -> None:
    """What is fetched is never the same twice, though the parameters are."""
    served, rng = device.backups.served, random.Random(1)  # noqa: S311 - no secret

    def again() -> bytes | None:
        file = served()
        return file and file[:-64] + rng.randbytes(64)

    device.backups.served = again  # type: ignore[method-assign]


async def test_a_file_that_is_encrypted_for_each_fetch_is_taken_at_the_sensors_word(
    harness: EngineHarness,
) -> None:
    """It says itself when the file is written, so that two fetches need not be the same."""
    device = await harness.sensor(generation="picoscan-2.3.3")
    encrypts_for_each_fetch(device)
    verdict = await harness.backup(device)
    assert verdict.verdict is Verdict.SUCCEEDED, verdict.message
    assert any("differs on every download" in line for line in warnings(harness, verdict.run))
    again = await harness.backup(device)
    assert again.backup == verdict.backup, "MD5Parameters says that nothing has changed"


async def test_without_the_sensors_word_a_file_must_be_stable(harness: EngineHarness) -> None:
    device = await harness.sensor(generation="auth-article")
    encrypts_for_each_fetch(device)
    verdict = await harness.backup(device)
    assert verdict.code is Code.BACKUP_FAILED
    assert verdict.message.endswith("The file changes with every download.")


async def test_a_file_that_comes_byte_by_byte_does_not_take_for_ever(harness: EngineHarness) -> None:
    device = await harness.sensor(generation="picoscan-2.3.3")
    device.add_fault(Fault(name="trickle", at="GET parameterbackup", rate=1.0))
    harness.settings(backup_timeout=0.2)
    verdict = await harness.backup(device)
    assert verdict.code is Code.BACKUP_FAILED
    assert "had not ended after 2 s" in verdict.message
    assert harness.context.backups.list() == []


async def test_a_slow_backup_beside_an_older_file_is_waited_for(harness: EngineHarness) -> None:
    """The old file is there and stable all the time: it must not be taken for the new one."""
    device = await harness.sensor(generation="auth-article", stale_backup=True, backup_seconds=15)
    record = await harness.backed_up(device)
    assert record.sha256 == hashlib.sha256(device.backups.file or b"").hexdigest()
    assert paths(device).count("POST CreateParameterBackup") == 1


async def test_a_trigger_that_was_lost_is_sent_once_more(harness: EngineHarness) -> None:
    fault = Fault(name="backup_stale_file", times=1)
    device = await harness.sensor(generation="picoscan-2.3.3", faults=(fault,))
    record = await harness.backed_up(device)
    assert record.sha256 == hashlib.sha256(device.backups.file or b"").hexdigest()
    assert paths(device).count("POST CreateParameterBackup") == 2


async def test_a_stale_file_does_not_pass_when_a_parameter_has_changed(harness: EngineHarness) -> None:
    """The stored backup comes once more, though a parameter is another: it is not of now."""
    for generation in ("picoscan-2.3.3", "multiscan-2.4.2"):
        device = await harness.sensor(generation=generation, name=generation)
        good = await harness.backed_up(device)
        file = device.backups.file
        device.add_fault(Fault(name="backup_stale_file"))
        device.backups.file = file
        device.parameters.write("ScanDataFormat", 4)
        verdict = await harness.backup(device)
        assert verdict.code is Code.BACKUP_FAILED, verdict.message
        assert harness.context.backups.list(device.serial) == [good]


@pytest.mark.parametrize("generation", ["picoscan-2.3.3", "multiscan-2.4.2"])
async def test_the_same_file_counts_where_nothing_has_changed(
    harness: EngineHarness, generation: str
) -> None:
    """A sensor whose files are not random may well give the same bytes again."""
    device = await harness.sensor(generation=generation)
    good = await harness.backed_up(device)
    file = device.backups.file
    device.add_fault(Fault(name="backup_stale_file"))
    device.backups.file = file
    verdict = await harness.backup(device)
    assert (verdict.verdict, verdict.backup) == (Verdict.SUCCEEDED, good.id), verdict.message
    seen = version_of(harness.context.backups, good).seen
    assert seen is not None
    assert (seen.how, seen.age) == ("readable", "compared"), "MD5Parameters covers only what is saved"


async def test_a_binary_file_that_need_not_differ_is_not_refused_for_ever(harness: EngineHarness) -> None:
    """Without MD5Parameters, and with nothing else to go by than the parameters that can be read."""
    device = await harness.sensor(generation="picoscan-2.2.1", hidden=("LFTchecksum",))
    good = await harness.backed_up(device)
    file = device.backups.file
    device.add_fault(Fault(name="backup_stale_file"))
    device.backups.file = file
    verdict = await harness.backup(device)
    assert (verdict.verdict, verdict.backup) == (Verdict.SUCCEEDED, good.id), verdict.message
    assert "so are the parameters that can be compared" in verdict.message
    device.parameters.write("LocationName", "elsewhere")
    assert (await harness.backup(device)).code is Code.BACKUP_FAILED
    assert harness.context.backups.list(device.serial) == [good]


@pytest.mark.usefixtures("every_parameter")
async def test_an_old_json_file_is_known_by_any_parameter_that_it_names(harness: EngineHarness) -> None:
    """Also by one that no quick snapshot reads, and with nothing else that differs."""
    device = await harness.sensor(generation="multiscan-2.4.2")
    good = await harness.backed_up(device)
    file = device.backups.file
    device.add_fault(Fault(name="backup_stale_file"))
    device.backups.file = file
    device.parameters.write("LEDEnable", not device.parameters.current["LEDEnable"])
    verdict = await harness.backup(device)
    assert verdict.code is Code.BACKUP_FAILED, verdict.message
    assert "LEDEnable: true is now false" in verdict.message
    assert harness.context.backups.list() == [good]


@pytest.mark.usefixtures("every_parameter")
async def test_a_json_file_that_another_pc_had_made_counts_if_it_says_what_the_sensor_says(
    harness: EngineHarness,
) -> None:
    """The same parameters may make the same file: then it need not change with our trigger."""
    device = await harness.sensor(generation="multiscan-2.4.2")
    theirs = await harness.backed_up(device)
    harness.context.backups.path(theirs).with_suffix(".json").unlink()
    harness.context.backups.path(theirs).unlink()
    file = device.backups.file
    device.add_fault(Fault(name="backup_stale_file"))
    device.backups.file = file
    verdict = await harness.backup(device)
    assert verdict.verdict is Verdict.SUCCEEDED, verdict.message
    [ours] = harness.context.backups.list()
    assert ours.sha256 == theirs.sha256
    again = await harness.backup(device, passphrase="another one")
    assert again.verdict is Verdict.SUCCEEDED, again.message
    device.parameters.write("LEDEnable", not device.parameters.current["LEDEnable"])
    assert (await harness.backup(device)).code is Code.BACKUP_FAILED


@pytest.mark.parametrize("generation", WITH_BACKUP)
async def test_unchanged_parameters_stay_one_version_with_a_range(
    harness: EngineHarness, generation: str
) -> None:
    device = await harness.sensor(generation=generation)
    first = await harness.backed_up(device)
    verdict = await harness.backup(device)
    assert (verdict.verdict, verdict.backup) == (Verdict.SUCCEEDED, first.id)
    assert "still holds" in verdict.message
    [version] = versions(harness.context.backups)
    assert version.record.created == first.created < version.last_seen
    device.parameters.write("LocationName", "moved")
    second = await harness.backed_up(device)
    assert second.id != first.id
    device.parameters.write("LocationName", first.location)
    third = await harness.backed_up(device)
    assert [v.record.id for v in versions(harness.context.backups)] == [third.id, second.id, first.id]


async def test_another_passphrase_or_firmware_or_a_broken_file_makes_a_new_version(
    harness: EngineHarness,
) -> None:
    device = await harness.sensor(generation="picoscan-2.3.3")
    ids = {(await harness.backed_up(device)).id}
    verdict = await harness.backup(device, passphrase="another")
    ids.add(str(verdict.backup))
    assert any("both passphrases are needed" in line for line in warnings(harness, verdict.run))
    ids.add((await harness.backed_up(device, passphrase="")).id)
    device.firmware_version = "2.4.0.0R"
    last = await harness.backed_up(device, passphrase="")
    ids.add(last.id)
    flip(harness, last)
    ids.add((await harness.backed_up(device, passphrase="")).id)
    assert len(ids) == 5


async def test_a_passphrase_that_is_too_long_is_said_before_it_is_sent(harness: EngineHarness) -> None:
    device = await harness.sensor()
    verdict = await harness.backup(device, passphrase="x" * 257)
    assert verdict.code is Code.BACKUP_FAILED
    assert "256" in verdict.message
    assert "POST CreateParameterBackup" not in paths(device)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no /dev/full")
async def test_no_room_on_the_disk_is_said_and_earlier_backups_stay(harness: EngineHarness) -> None:
    device = await harness.sensor()
    good = await harness.backed_up(device)
    items = await plan_backup(harness.context, [harness.target(device)])
    spec = new_spec(harness.context, Operation.BACKUP, items)
    scratch = scratch_folder(harness.context.home, spec.run, device.address)
    (scratch / "backup.part").symlink_to("/dev/full")
    await harness.runner(spec).run()
    verdict = only_verdict(harness.view(spec.run))
    assert (verdict.verdict, verdict.code) == (Verdict.FAILED, Code.STORAGE_ERROR), verdict
    assert harness.context.backups.list() == [good]


async def test_a_store_that_cannot_be_written_is_said(harness: EngineHarness) -> None:
    device = await harness.sensor()
    harness.context.home.create()
    harness.context.home.backups.write_bytes(b"a file stands where the folder should be")
    verdict = await harness.backup(device)
    assert (verdict.verdict, verdict.code) == (Verdict.FAILED, Code.STORAGE_ERROR), verdict


@pytest.mark.parametrize(
    "fault",
    [
        Fault(name="backup_false"),
        Fault(name="backup_html"),
        Fault(name="backup_denied"),
    ],
    ids=lambda fault: fault.name,
)
async def test_without_its_backup_a_sensor_is_not_flashed(harness: EngineHarness, fault: Fault) -> None:
    device = await harness.sensor(faults=(fault,))
    verdict = only_verdict(await harness.update(harness.package()))
    assert (verdict.verdict, verdict.code) == (Verdict.FAILED, Code.BACKUP_FAILED), verdict
    assert "PUT update" not in paths(device)
    assert device.flashes == 0


def warnings(harness: EngineHarness, run: object) -> list[str]:
    return [event.message for event in harness.events(str(run)) if isinstance(event, Logged)]


def flip(harness: EngineHarness, record: BackupRecord) -> None:
    path = harness.context.backups.path(record)
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)
