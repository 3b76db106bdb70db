"""Which backup goes onto which sensor: what a plan refuses, and a sensor that takes another's place."""

import os
from pathlib import Path

import pytest

from sicktui.model.enums import Code, Verdict
from sicktui.model.errors import UsageError
from sicktui.simulator.device.files.package import make_package
from sicktui.simulator.device.plans import RestorePlan
from sicktui.simulator.fleet.fleet import Device
from sicktui.simulator.spec import Fault
from sicktui.stores.backups.export import export
from sicktui.stores.backups.store import BackupRecord
from sicktui.stores.disk.locks import sensor_lock
from tests.support.engine_harness import WITH_BACKUP, EngineHarness, paths

pytestmark = pytest.mark.skips_waiting


async def backed_up(harness: EngineHarness, **spec: object) -> tuple[Device, BackupRecord]:
    device = await harness.sensor(**spec)  # type: ignore[arg-type]
    return device, await harness.backed_up(device)


# -- replacement --------------------------------------------------------------------------------------


@pytest.mark.parametrize("generation", WITH_BACKUP)
async def test_a_replacement_gets_everything_that_a_backup_holds(
    harness: EngineHarness, generation: str
) -> None:
    old = await harness.sensor(generation=generation, location="gate 7", parameters={"ScanDataFormat": 4})
    harness.profile("gate", old, serial=old.serial, note="by the door")
    record = await harness.backed_up("gate")
    await old.power_off()
    new = await harness.sensor(
        generation=generation, name="new", serial="99000001", parameters={"EtherIPAddress": [10, 0, 0, 9]}
    )
    harness.profile("gate", new, serial=old.serial, note="by the door")
    refused = await harness.plan_restore("gate", "latest")
    assert refused.item.reason is Code.OTHER_DEVICE
    assert "--replace" in refused.item.advice
    verdict = await harness.restore("gate", "latest", replace=True)
    assert verdict.verdict is Verdict.SUCCEEDED, verdict
    assert (verdict.backup, verdict.serial) == (record.id, "99000001")
    assert new.parameters.saved["LocationName"] == "gate 7"
    assert new.parameters.saved["ScanDataFormat"] == 4
    assert new.parameters.saved["EtherIPAddress"] == [10, 0, 0, 9]
    profile = harness.context.devices().profiles["gate"]
    assert (profile.serial, profile.address, profile.note) == ("99000001", new.address, "by the door")
    assert f"99000001 instead of {old.serial}" in verdict.message
    assert "Not copied: network settings, passwords" in verdict.message
    assert "EtherIPAddress stays 10.0.0.9 (the old sensor had 192.168.0.1)" in verdict.message
    # From now on it is the sensor of this profile.
    assert (await harness.plan_restore("gate", record.id, replace=True)).may_go
    assert (await harness.backup("gate")).verdict is Verdict.SUCCEEDED


@pytest.mark.parametrize("replace", [True, False])
async def test_network_settings_that_come_along_all_the_same_are_said(
    harness: EngineHarness, replace: bool
) -> None:
    """No document says what a backup holds: what was seen to change is not called left behind."""
    old = await harness.sensor(location="gate 7", parameters={"EtherIPAddress": [10, 0, 0, 5]})
    record = await harness.backed_up(old)
    device = await harness.sensor(name="new", serial="99000001") if replace else old
    device.parameters.write("EtherIPAddress", [10, 0, 0, 9])
    finish = device.backups.finish_restore

    async def finish_all(plan: RestorePlan) -> None:
        await finish(plan)
        device.parameters.write("EtherIPAddress", [10, 0, 0, 5])

    device.backups.finish_restore = finish_all  # type: ignore[method-assign]
    verdict = await harness.restore(device, record.id, replace=replace)
    assert verdict.verdict is Verdict.SUCCEEDED, verdict
    assert "EtherIPAddress was 10.0.0.9 and is now 10.0.0.5" in verdict.message
    assert "next restart" in verdict.message
    assert "Not copied: network settings" not in verdict.message


async def test_the_location_is_carried_even_if_the_restore_leaves_it_out(harness: EngineHarness) -> None:
    old, record = await backed_up(harness, location="gate 7", generation="picoscan-2.2.1")
    await old.power_off()
    fault = Fault(name="restore_parameters_failed", value="LocationName")
    new = await harness.sensor(name="new", serial="99000001", generation="picoscan-2.2.1", faults=(fault,))
    new.parameters.write("ScanDataFormat", 4)
    verdict = await harness.restore(new, record.id, replace=True)
    assert new.parameters.saved["LocationName"] == "gate 7"
    assert verdict.verdict is Verdict.SUCCEEDED, verdict
    assert "is not in the device list" in verdict.message


async def test_latest_finds_the_old_sensor_by_the_profiles_name(harness: EngineHarness) -> None:
    old = await harness.sensor()
    harness.profile("gate", old)
    record = await harness.backed_up("gate")
    await old.power_off()
    new = await harness.sensor(name="new", serial="99000001")
    harness.profile("gate", new)
    verdict = await harness.restore("gate", "latest", replace=True)
    assert (verdict.verdict, verdict.backup) == (Verdict.SUCCEEDED, record.id)
    assert harness.context.devices().profiles["gate"].serial == "99000001"


async def test_a_new_sensor_under_an_old_name_is_hinted_at(harness: EngineHarness) -> None:
    old = await harness.sensor()
    harness.profile("gate", old)
    await harness.backed_up("gate")
    harness.profile("gate", await harness.sensor(name="new", serial="99000001"))
    plan = await harness.plan_restore("gate", "latest")
    assert plan.item.reason is Code.BACKUP_UNUSABLE
    assert "--replace" in plan.item.advice


async def test_a_replacement_without_any_backup_is_refused(harness: EngineHarness) -> None:
    device = await harness.sensor()
    plan = await harness.plan_restore(device, "latest", replace=True)
    assert plan.item.reason is Code.BACKUP_UNUSABLE


async def test_another_model_is_refused_unless_forced(harness: EngineHarness) -> None:
    _, record = await backed_up(harness, model="picoScan150")
    other = await harness.sensor(name="other", model="picoScan120", generation="multiscan-2.4.2")
    plan = await harness.plan_restore(other, record.id, replace=True)
    assert plan.item.reason is Code.MODEL_MISMATCH
    assert "picoScan150" in plan.item.message
    assert "picoScan120" in plan.item.message
    forced = await harness.plan_restore(other, record.id, replace=True, force=True)
    assert forced.may_go
    assert any("picoScan150" in warning for warning in forced.item.warnings)
    verdict = await harness.restore(other, record.id, replace=True, force=True)
    assert verdict.code is Code.RESTORE_REJECTED


async def test_a_backup_of_another_sensor_needs_an_explicit_word(harness: EngineHarness) -> None:
    first, record = await backed_up(harness)
    second = await harness.sensor(name="second")
    plan = await harness.plan_restore(second, record.id)
    assert plan.item.reason is Code.OTHER_DEVICE
    assert first.serial in plan.item.message


async def test_another_sensor_than_planned_is_not_written_to(harness: EngineHarness) -> None:
    device, record = await backed_up(harness)
    spec = await harness.restore_run(device, record.id)
    device.serial = "77777777"
    await harness.runner(spec).run()
    verdict = harness.view(spec.run).devices[device.address].verdict
    assert verdict is not None
    assert (verdict.verdict, verdict.code) == (Verdict.FAILED, Code.OTHER_DEVICE)
    assert "PUT parameterbackup" not in paths(device)


@pytest.mark.parametrize("what", ["other_sensor", "other_update_running"])
async def test_what_changes_while_the_parameters_are_read_is_noticed(
    harness: EngineHarness, what: str
) -> None:
    """Reading takes twenty seconds at two requests a second: who answers is asked right before the upload."""
    device, record = await backed_up(harness, update_state=0)
    spec = await harness.restore_run(device, record.id)
    device.add_fault(Fault(name=what, at="GET LocationName"))
    await harness.runner(spec).run()
    verdict = harness.view(spec.run).devices[device.address].verdict
    assert verdict is not None
    code = Code.OTHER_DEVICE if what == "other_sensor" else Code.BUSY
    assert (verdict.verdict, verdict.code) == (Verdict.FAILED, code), verdict
    assert "PUT parameterbackup" not in paths(device)


async def test_a_sensor_that_is_being_updated_or_used_is_left_alone(harness: EngineHarness) -> None:
    device, record = await backed_up(harness, update_state=0)
    lock = sensor_lock(harness.context.home, f"serial {device.serial}", purpose="a test")
    lock.acquire()
    plan = await harness.plan_restore(device, record.id)
    lock.release()
    assert plan.item.reason is Code.BUSY
    flashing = await harness.sensor(name="flashing", serial=device.serial, update_state=1)
    plan = await harness.plan_restore(flashing, record.id)
    assert plan.item.reason is Code.BUSY


async def test_a_sensor_that_does_not_answer_or_let_in_is_said(harness: EngineHarness) -> None:
    harness.provoked = "wrong response"
    device, record = await backed_up(harness)
    closed = await harness.sensor(name="closed", password="other")
    assert (await harness.plan_restore(closed, record.id, replace=True)).item.reason is Code.ACCESS_DENIED
    await device.power_off()
    assert (await harness.plan_restore(device, record.id)).item.reason is Code.UNREACHABLE


# -- latest -------------------------------------------------------------------------------------------


async def test_latest_passes_a_damaged_backup_over_and_says_so(harness: EngineHarness) -> None:
    device, first = await backed_up(harness)
    device.parameters.write("LocationName", "later")
    second = await harness.backed_up(device)
    spoil(harness, second)
    plan = await harness.plan_restore(device, "latest")
    assert plan.order is not None
    assert plan.order.backup == first.id
    assert any(second.id in warning for warning in plan.item.warnings)
    spoil(harness, first)
    plan = await harness.plan_restore(device, "latest")
    assert plan.item.reason is Code.BACKUP_UNUSABLE
    assert "None of the 2 backups" in plan.item.message


async def test_a_backup_with_edited_metadata_is_refused_and_passed_over(harness: EngineHarness) -> None:
    device, old = await backed_up(harness, generation="picoscan-2.3.3")
    device.parameters.write("LocationName", "elsewhere")
    newer = await harness.backed_up(device)
    notes = harness.context.backups.path(newer).with_suffix(".json")
    notes.write_text(notes.read_text().replace(str(newer.version), "9.9.9"))
    named = await harness.plan_restore(device, newer.id)
    assert named.item.reason is Code.BACKUP_UNUSABLE
    assert "was changed" in named.item.message
    latest = await harness.plan_restore(device, "latest")
    assert latest.order is not None
    assert latest.order.backup == old.id
    assert newer.id in " ".join(latest.item.warnings)
    harness.context.backups.path(old).with_suffix(".json").write_bytes(b"{")
    nothing = await harness.plan_restore(device, "latest")
    assert nothing.item.reason is Code.BACKUP_UNUSABLE
    assert "None of the 2 backups" in nothing.item.message
    assert not any("Restore" in path or path.startswith("PUT") for path in paths(device))


async def test_an_edited_backup_is_refused_before_the_sensor_is_asked(harness: EngineHarness) -> None:
    device, record = await backed_up(harness)
    spoil(harness, record)
    asked = len(device.requests)
    plan = await harness.plan_restore(device, record.id)
    assert plan.item.reason is Code.BACKUP_UNUSABLE
    assert len(device.requests) == asked


async def test_a_backup_that_changes_after_the_plan_is_not_sent(harness: EngineHarness) -> None:
    device, record = await backed_up(harness)
    spec = await harness.restore_run(device, record.id)
    spoil(harness, record)
    await harness.runner(spec).run()
    verdict = harness.view(spec.run).devices[device.address].verdict
    assert verdict is not None
    assert (verdict.verdict, verdict.code) == (Verdict.FAILED, Code.BACKUP_UNUSABLE)
    assert "PUT parameterbackup" not in paths(device)


async def test_an_unknown_id_is_wrong_use(harness: EngineHarness) -> None:
    device, record = await backed_up(harness)
    with pytest.raises(UsageError, match=record.id):
        await harness.plan_restore(device, record.id[:-1] + "zz")


# -- files --------------------------------------------------------------------------------------------


def spoil(harness: EngineHarness, record: BackupRecord) -> None:
    path = harness.context.backups.path(record)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x10
    path.write_bytes(content)


def bad_files(folder: Path) -> dict[str, Path]:
    """Files that somebody may take for a backup."""
    huge = folder / "huge.bin"
    with huge.open("wb") as file:
        file.truncate(5_000_000_000)
    contents = {
        "empty": b"",
        "text": b"This is a letter about the sensor at gate 7.\n" * 50,
        "html": b"<!DOCTYPE html><html>" + b"x" * 1000,
        "zip": b"PK\x03\x04" + os.urandom(2000),
        "short": os.urandom(100),
        "reply": b'{"header":{"status":3,"message":"Internal Server Error"}}',
        "torn": b'{"version": "2.4.2", "parameters": [{"name": "Loc',
        "metadata": b'{"id": "x", "sha256": "00", "serial": "1", "passphrase_fingerprint": null}',
    }
    files = {"huge": huge, "missing": folder / "missing.bin", "folder": folder}
    for name, content in contents.items():
        files[name] = folder / f"{name}.bin"
        files[name].write_bytes(content)
    files["package"] = folder / "picoScan_2.4.0.0R.spk.signed"
    make_package(files["package"], "picoScan", "2.4.0.0R", size=2000, signed=True)
    return files


async def test_what_is_no_backup_is_refused_without_asking_the_sensor(harness: EngineHarness) -> None:
    device = await harness.sensor()
    for name, path in bad_files(harness.folder).items():
        plan = await harness.plan_restore(device, str(path))
        assert plan.item.reason is Code.BACKUP_UNUSABLE, name
        assert plan.item.message
        assert plan.item.advice, name
    assert device.requests == []


async def test_a_file_of_the_store_is_known_by_its_bytes(harness: EngineHarness) -> None:
    device, record = await backed_up(harness)
    copy = harness.folder / "copy.bin"
    copy.write_bytes(harness.context.backups.path(record).read_bytes())
    plan = await harness.plan_restore(device, str(copy))
    assert plan.order is not None
    assert (plan.order.backup, plan.order.path) == (record.id, str(copy))


async def test_an_exported_backup_brings_its_metadata_along(harness: EngineHarness) -> None:
    device, record = await backed_up(harness)
    file = harness.folder / "away" / "gate.backup"
    file.parent.mkdir()
    beside = export(harness.context.backups, harness.context.snapshots, record, file)
    harness.context.backups.path(record).with_suffix(".json").unlink()
    plan = await harness.plan_restore(device, str(file))
    assert plan.may_go, plan.item
    assert plan.facts == record
    device.parameters.write("ScanDataFormat", 4)
    verdict = await harness.restore(device, str(file))
    assert verdict.verdict is Verdict.SUCCEEDED
    assert verdict.backup == str(file)
    whole = file.read_bytes()
    file.write_bytes(whole[:-1])
    plan = await harness.plan_restore(device, str(file))
    assert plan.item.reason is Code.BACKUP_UNUSABLE
    assert "cut off" in plan.item.message
    file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    plan = await harness.plan_restore(device, str(file))
    assert "edited" in plan.item.message
    beside.write_text("{")
    plan = await harness.plan_restore(device, str(file))
    assert plan.may_go
    assert any("cannot be read" in warning for warning in plan.item.warnings)


async def test_an_exported_backup_with_edited_metadata_is_refused(harness: EngineHarness) -> None:
    """They say for which model it is: with others beside it, the file would go to the wrong one."""
    device, record = await backed_up(harness, generation="picoscan-2.3.3")
    file = harness.folder / "stick" / "gate.backup"
    file.parent.mkdir()
    beside = export(harness.context.backups, harness.context.snapshots, record, file)
    harness.context.backups.path(record).with_suffix(".json").unlink()
    beside.write_text(beside.read_text().replace(str(record.model), "PICS999-9"))
    plan = await harness.plan_restore(device, str(file))
    assert plan.item.reason is Code.BACKUP_UNUSABLE
    assert "was edited" in plan.item.message
    assert plan.item.advice


@pytest.mark.parametrize(
    ("generation", "expected"),
    [
        ("multiscan-2.4.2", Verdict.SUCCEEDED),
        ("picoscan-2.3.3", Verdict.SUCCEEDED),
        # ``Result`` true means taken on, and a bare file names nothing to compare with.
        ("picoscan-2.2.1", Verdict.UNKNOWN),
    ],
)
async def test_a_bare_file_is_restored_with_a_warning(
    harness: EngineHarness, generation: str, expected: Verdict
) -> None:
    device, record = await backed_up(harness, generation=generation)
    file = harness.folder / "bare.bin"
    file.write_bytes(harness.context.backups.path(record).read_bytes())
    harness.context.backups.path(record).with_suffix(".json").unlink()
    device.parameters.write("ScanDataFormat", 4)
    plan = await harness.plan_restore(device, str(file))
    assert plan.may_go
    assert any("has no metadata" in warning for warning in plan.item.warnings)
    verdict = await harness.restore(device, str(file))
    assert verdict.verdict is expected, verdict
    assert device.parameters.saved["ScanDataFormat"] == 2
    wrong = await harness.restore(device, str(file), passphrase="wrong")
    assert wrong.code is Code.RESTORE_REJECTED
