"""Restores onto simulated sensors: round trips, every result, and what a sensor may do in between."""

import asyncio
from itertools import pairwise

import pytest

from sicktui.engine.reports.document import ReportForm, read_facts, render
from sicktui.model.enums import STEPS, Code, Operation, RunState, Verdict
from sicktui.model.run.event import Acted, StepChanged
from sicktui.sensor.api.backups import RESTORE_WORDS
from sicktui.simulator.fleet.fleet import Device
from sicktui.simulator.spec import Fault
from tests.support.engine_harness import WITH_BACKUP, EngineHarness, paths
from tests.support.harness import only_verdict

pytestmark = pytest.mark.skips_waiting

CODES = [code for code in RESTORE_WORDS if code]


def change(device: Device) -> None:
    """Somebody sets the sensor up otherwise, and saves it."""
    device.parameters.write("LocationName", "somewhere else")
    device.parameters.write("ScanDataFormat", 4)
    device.parameters.write("LEDEnable", False)  # noqa: FBT003
    device.parameters.save()


@pytest.mark.parametrize("generation", WITH_BACKUP)
async def test_a_round_trip_on_every_generation(harness: EngineHarness, generation: str) -> None:
    device = await harness.sensor(generation=generation)
    before = dict(device.parameters.current)
    record = await harness.backed_up(device)
    change(device)
    verdict = await harness.restore(device, record.id)
    assert verdict.verdict is Verdict.SUCCEEDED, (verdict.code, verdict.message)
    assert device.parameters.current == device.parameters.saved == before
    assert (verdict.serial, verdict.backup) == (device.serial, record.id)
    assert "read back" in verdict.message
    steps = [e.step for e in harness.events(str(verdict.run)) if isinstance(e, StepChanged)]
    assert tuple(dict.fromkeys(steps)) == STEPS[Operation.RESTORE]


@pytest.mark.parametrize("refused", [False, True])
async def test_the_report_lists_what_a_restore_has_changed(harness: EngineHarness, refused: bool) -> None:
    device = await harness.sensor(generation="multiscan-2.4.2", location="gate 7")
    record = await harness.backed_up(device)
    change(device)
    if refused:
        device.add_fault(Fault(name="restore_code", value=9))
    verdict = await harness.restore(device, record.id)
    assert (verdict.verdict is Verdict.FAILED) is refused, verdict.message
    [facts] = read_facts(harness.context, str(verdict.run)).devices
    assert facts.parameters_compared is not None
    assert facts.parameters_compared > 3
    rows = {change.name: (change.before, change.after) for change in facts.parameters}
    whole = {"LocationName": ("'somewhere else'", "'gate 7'"), "ScanDataFormat": ("4", "2")}
    assert rows == ({} if refused else whole)
    page = render(read_facts(harness.context, str(verdict.run)), ReportForm.MARKDOWN).decode()
    assert ("| ScanDataFormat" in page) is not refused


async def test_a_family_without_backups_is_not_touched(harness: EngineHarness) -> None:
    other = await harness.sensor(generation="picoscan-2.3.3", name="other")
    record = await harness.backed_up(other)
    lrs = await harness.sensor(generation="lrs4000-1.9.1")
    plan = await harness.plan_restore(lrs, record.id)
    assert (plan.may_go, plan.item.reason) == (False, Code.MODEL_MISMATCH)
    verdict = await harness.restore(lrs, record.id, force=True, replace=True)
    assert (verdict.verdict, verdict.code) == (Verdict.FAILED, Code.NOT_SUPPORTED)
    assert "No parameter was changed" in verdict.advice


@pytest.mark.parametrize("code", CODES)
async def test_every_result_is_told_in_plain_words_with_advice(harness: EngineHarness, code: int) -> None:
    device = await harness.sensor(generation="multiscan-2.4.2")
    record = await harness.backed_up(device)
    change(device)
    after = dict(device.parameters.current)
    device.add_fault(Fault(name="restore_code", value=code))
    verdict = await harness.restore(device, record.id)
    assert (verdict.verdict, verdict.code) == (Verdict.FAILED, Code.RESTORE_REJECTED)
    assert RESTORE_WORDS[code] in verdict.message
    assert f"RestoreResult {code}" in verdict.message
    assert len(verdict.advice) > 20
    assert device.parameters.current == after
    assert "POST WriteEeprom" not in paths(device)


@pytest.mark.parametrize("generation", WITH_BACKUP)
async def test_a_refused_restore_never_succeeds_and_fails_where_it_is_reported(
    harness: EngineHarness, generation: str
) -> None:
    device = await harness.sensor(generation=generation)
    record = await harness.backed_up(device)
    change(device)
    device.add_fault(Fault(name="restore_code", value=9))
    verdict = await harness.restore(device, record.id)
    reported = generation not in ("firmware-article", "auth-article")  # those keep silent about it
    wanted = Verdict.FAILED if reported else Verdict.UNKNOWN
    assert (verdict.verdict, verdict.code) == (wanted, Code.RESTORE_REJECTED), verdict
    assert verdict.advice


@pytest.mark.parametrize("generation", ["picoscan-2.3.3", "multiscan-2.4.2"])
@pytest.mark.usefixtures("every_parameter")
async def test_parameters_that_failed_are_listed_and_the_rest_is_saved(
    harness: EngineHarness, generation: str
) -> None:
    device = await harness.sensor(generation=generation)
    record = await harness.backed_up(device)
    change(device)
    device.add_fault(Fault(name="restore_parameters_failed", value=("ScanDataFormat", "LEDEnable")))
    verdict = await harness.restore(device, record.id)
    assert (verdict.verdict, verdict.code) == (Verdict.FAILED, Code.RESTORE_REJECTED)
    assert "Not restored: ScanDataFormat, LEDEnable." in verdict.message
    assert "restored and saved" in verdict.message
    assert device.parameters.saved["LocationName"] == record.location
    assert device.parameters.saved["ScanDataFormat"] == 4


async def test_what_a_silent_sensor_leaves_out_is_read_back(harness: EngineHarness) -> None:
    device = await harness.sensor(generation="auth-article")
    record = await harness.backed_up(device)
    change(device)
    device.add_fault(Fault(name="restore_parameters_failed", value="ScanDataFormat"))
    verdict = await harness.restore(device, record.id)
    assert (verdict.verdict, verdict.code) == (Verdict.UNKNOWN, Code.RESTORE_REJECTED)  # the rest may come
    assert "ScanDataFormat: 2 is now 4" in verdict.message


@pytest.mark.usefixtures("every_parameter")
async def test_a_silent_sensor_with_nothing_to_see_is_no_success(harness: EngineHarness) -> None:
    """It may have refused the backup: what can be read was as in the backup before."""
    device = await harness.sensor(generation="auth-article")
    device.add_fault(Fault(name="status", at="GET LFTchecksum", value=5))
    record = await harness.backed_up(device)
    assert record.parameters_md5 is None
    device.add_fault(Fault(name="restore_code", value=6))
    verdict = await harness.restore(device, record.id)
    assert (verdict.verdict, verdict.code) == (Verdict.UNKNOWN, Code.NOT_SUPPORTED), verdict
    assert "does not report restore results" in verdict.message
    assert verdict.advice
    device.parameters.write("LEDEnable", not device.parameters.current["LEDEnable"])
    assert (await harness.restore(device, record.id)).code is Code.RESTORE_REJECTED


async def test_a_restore_that_stays_pending_ends_unknown(harness: EngineHarness) -> None:
    device = await harness.sensor(
        generation="picoscan-2.3.3", faults=(Fault(name="restore_pending_forever"),)
    )
    record = await harness.backed_up(device)
    change(device)
    verdict = await harness.restore(device, record.id)
    assert (verdict.verdict, verdict.code) == (Verdict.UNKNOWN, Code.BUSY)
    assert "pending" in verdict.message


async def test_a_sensor_without_result_and_nothing_to_compare_ends_unknown(harness: EngineHarness) -> None:
    device = await harness.sensor(generation="auth-article")
    record = await harness.backed_up(device)
    file = harness.folder / "from-elsewhere.bin"
    file.write_bytes(harness.context.backups.path(record).read_bytes())
    harness.context.backups.path(record).with_suffix(".json").unlink()
    verdict = await harness.restore(device, str(file))
    assert (verdict.verdict, verdict.code) == (Verdict.UNKNOWN, Code.NOT_SUPPORTED), verdict
    assert verdict.advice


@pytest.mark.parametrize("generation", ["auth-article", "picoscan-2.2.1", "picoscan-2.3.3"])
@pytest.mark.parametrize(
    "fault",
    [
        Fault(name="cut_reply", at="POST RestoreParameterBackup", times=1),
        Fault(name="hang", at="POST RestoreParameterBackup", acts=True, times=1),
        Fault(name="hang", at="POST RestoreParameterBackup", times=1),
        Fault(name="upload_reset", at="PUT parameterbackup", times=1),
        Fault(name="hang", at="POST WriteEeprom", acts=True, times=1),
    ],
    ids=lambda fault: f"{fault.name}-{fault.at}-{fault.acts}",
)
async def test_a_broken_connection_is_repaired_without_harm(
    harness: EngineHarness, generation: str, fault: Fault
) -> None:
    device = await harness.sensor(generation=generation)
    before = dict(device.parameters.current)
    record = await harness.backed_up(device)
    change(device)
    device.add_fault(fault)
    harness.settings(request_timeout=0.8 if fault.name == "hang" else 2.0)
    verdict = await harness.restore(device, record.id)
    assert verdict.verdict is Verdict.SUCCEEDED, (verdict.code, verdict.message)
    assert device.parameters.saved == before


@pytest.mark.parametrize("generation", ["picoscan-2.2.1", "picoscan-2.3.3"])
@pytest.mark.parametrize("lost", ["POST RestoreParameterBackup", "POST WriteEeprom"])
async def test_another_sensor_after_a_broken_connection_gets_nothing(
    harness: EngineHarness, generation: str, lost: str
) -> None:
    device = await harness.sensor(generation=generation)
    record = await harness.backed_up(device)
    change(device)
    found = dict(device.parameters.current)
    harness.provoked = "a nonce that this device never issued"  # the call under way reaches the other one
    device.add_fault(Fault(name="other_sensor", at=lost))
    device.add_fault(Fault(name="cut_reply", at=lost, times=1))
    verdict = await harness.restore(device, record.id)
    assert (verdict.verdict, verdict.code) == (Verdict.UNKNOWN, Code.OTHER_DEVICE), verdict
    assert verdict.advice
    assert paths(device).count(lost) == 1
    assert paths(device).count("PUT parameterbackup") == 1
    if lost != "POST WriteEeprom":
        assert dict(device.parameters.current) == found


async def test_a_token_that_has_run_out_is_renewed(harness: EngineHarness) -> None:
    device = await harness.sensor(
        generation="picoscan-2.3.3", faults=(Fault(name="token_refused", at="PUT parameterbackup", times=1),)
    )
    record = await harness.backed_up(device)
    assert (await harness.restore(device, record.id)).verdict is Verdict.SUCCEEDED


@pytest.mark.parametrize("status", [2, 3, 6, 99])
async def test_a_sensor_that_does_not_save_is_no_success(harness: EngineHarness, status: int) -> None:
    """It may have saved all the same, whatever it answers."""
    device = await harness.sensor(
        generation="picoscan-2.3.3", faults=(Fault(name="status", at="POST WriteEeprom", value=status),)
    )
    record = await harness.backed_up(device)
    change(device)
    verdict = await harness.restore(device, record.id)
    assert (verdict.verdict, verdict.code) == (Verdict.UNKNOWN, Code.DEVICE_ERROR)
    assert "not known whether the sensor saved it" in verdict.message
    assert paths(device).count("POST WriteEeprom") == 2


@pytest.mark.parametrize(
    "generation", ["auth-article", "picoscan-2.2.1", "picoscan-2.3.3", "multiscan-2.4.2"]
)
@pytest.mark.parametrize("act", ["POST RestoreParameterBackup", "save"])
@pytest.mark.parametrize("reply", ["http_503", "html", "not_json", "wrong_types"])
async def test_an_act_that_was_done_and_answered_oddly_is_read_back(
    harness: EngineHarness, generation: str, act: str, reply: str
) -> None:
    device = await harness.sensor(generation=generation)
    before = dict(device.parameters.current)
    record = await harness.backed_up(device)
    change(device)
    at = act if act != "save" else f"POST {device.generation.persist[0]}"
    device.add_fault(Fault(name=reply, at=at, acts=True, times=1))
    verdict = await harness.restore(device, record.id)
    assert verdict.verdict is Verdict.SUCCEEDED, (verdict.code, verdict.message)
    assert device.parameters.saved == before
    assert paths(device).count("POST RestoreParameterBackup") == 1


async def test_a_save_that_is_never_answered_well_is_known_by_the_checksum(harness: EngineHarness) -> None:
    fault = Fault(name="http_503", at="POST WriteEeprom", acts=True)
    for name, generation, expected in (
        ("pico", "picoscan-2.3.3", Verdict.SUCCEEDED),
        ("multi", "multiscan-2.4.2", Verdict.UNKNOWN),
    ):
        device = await harness.sensor(name=name, generation=generation)
        record = await harness.backed_up(device)
        change(device)
        device.add_fault(fault)
        verdict = await harness.restore(device, record.id)
        assert verdict.verdict is expected, (verdict.code, verdict.message)


@pytest.mark.usefixtures("every_parameter")
async def test_what_cannot_be_read_and_differs_is_known_by_the_checksum(harness: EngineHarness) -> None:
    """The sensor reports success, all that can be read agrees, and its own checksum does not."""
    device = await harness.sensor(generation="picoscan-2.3.3", hidden=("rosFrameId",))
    record = await harness.backed_up(device)
    change(device)
    device.parameters.write("rosFrameId", "another")
    device.parameters.save()
    device.add_fault(Fault(name="restore_silently_partial", value="rosFrameId"))
    verdict = await harness.restore(device, record.id)
    assert (verdict.verdict, verdict.code) == (Verdict.UNKNOWN, Code.RESTORE_REJECTED), verdict.message
    assert "MD5Parameters" in verdict.message


@pytest.mark.parametrize("generation", ["auth-article", "picoscan-2.2.1", "picoscan-2.3.3"])
async def test_a_sensor_that_reboots_to_apply_a_restore_is_waited_for(
    harness: EngineHarness, generation: str
) -> None:
    device = await harness.sensor(generation=generation)
    before = dict(device.parameters.current)
    record = await harness.backed_up(device)
    change(device)
    device.add_fault(Fault(name="restore_reboots"))
    verdict = await harness.restore(device, record.id)
    assert verdict.verdict is Verdict.SUCCEEDED, (verdict.code, verdict.message)
    assert device.parameters.saved == before
    assert device.power_on_count > 42


async def test_a_sensor_that_is_busy_when_it_is_to_save_is_asked_again(harness: EngineHarness) -> None:
    device = await harness.sensor(
        generation="picoscan-2.3.3", faults=(Fault(name="status", at="POST WriteEeprom", value=11, times=2),)
    )
    record = await harness.backed_up(device)
    before = dict(device.parameters.current)
    change(device)
    verdict = await harness.restore(device, record.id)
    assert verdict.verdict is Verdict.SUCCEEDED, verdict.message
    assert device.parameters.saved == before
    asked = paths(device)
    saves = [number for number, path in enumerate(asked) if path == "POST WriteEeprom"]
    assert len(saves) == 3
    for earlier, later in pairwise(saves):
        assert {"GET SerialNumber", "GET UpdateState"} <= set(asked[earlier:later])


async def test_the_wrong_passphrase_never_reaches_the_sensor(harness: EngineHarness) -> None:
    device = await harness.sensor()
    record = await harness.backed_up(device)
    asked = len(device.requests)
    harness.context.credentials.passphrase = "wrong"
    plan = await harness.plan_restore(device, record.id)
    assert (plan.may_go, plan.item.reason) == (False, Code.WRONG_PASSPHRASE)
    harness.context.credentials.passphrase = None
    plan = await harness.plan_restore(device, record.id)
    assert plan.item.reason is Code.WRONG_PASSPHRASE
    assert "none is known" in plan.item.message
    assert {entry.method for entry in device.requests[asked:]} <= {"GET"}


async def test_a_runner_with_another_passphrase_sends_nothing(harness: EngineHarness) -> None:
    device = await harness.sensor()
    record = await harness.backed_up(device)
    verdict = await harness.restore(device, record.id, passphrase="wrong")
    assert (verdict.verdict, verdict.code) == (Verdict.FAILED, Code.WRONG_PASSPHRASE)
    assert "PUT parameterbackup" not in paths(device)
    assert "POST RestoreParameterBackup" not in paths(device)


async def test_a_backup_without_passphrase_needs_none(harness: EngineHarness) -> None:
    device = await harness.sensor()
    record = await harness.backed_up(device, passphrase="")
    change(device)
    assert record.passphrase_fingerprint is None
    verdict = await harness.restore(device, record.id)
    assert verdict.verdict is Verdict.SUCCEEDED, (verdict.code, verdict.message)


async def test_older_firmware_is_warned_about_and_the_sensor_has_the_last_word(
    harness: EngineHarness,
) -> None:
    device = await harness.sensor(generation="multiscan-2.4.2", version="2.4.2.0R")
    record = await harness.backed_up(device)
    device.firmware_version = "2.3.0.0R"
    plan = await harness.plan_restore(device, record.id)
    assert plan.may_go
    assert any("older firmware may reject" in warning for warning in plan.item.warnings)
    verdict = await harness.restore(device, record.id)
    assert verdict.code is Code.RESTORE_REJECTED
    assert "RestoreResult 10" in verdict.message


async def test_a_restore_can_be_told_to_stop_before_it_begins(harness: EngineHarness) -> None:
    device = await harness.sensor(latency=1.0)
    record = await harness.backed_up(device)
    spec = await harness.restore_run(device, record.id)
    runner = harness.runner(spec)
    task = asyncio.create_task(runner.run())
    await asyncio.sleep(0.05)
    await runner.cancel("stop")
    await task
    view = harness.view(spec.run)
    assert view.state is RunState.CANCELLED
    assert only_verdict(view).verdict is Verdict.CANCELLED
    assert "PUT parameterbackup" not in paths(device)


@pytest.mark.parametrize("act", ["put_backup", "restore", "persist"])
@pytest.mark.parametrize("phase", ["intended", "done"])
@pytest.mark.parametrize("generation", ["auth-article", "picoscan-2.3.3"])
async def test_an_interrupted_restore_is_brought_to_its_end(
    harness: EngineHarness, act: str, phase: str, generation: str
) -> None:
    """The runner is killed right after a line of the journal; another one goes on."""
    device = await harness.sensor(generation=generation)
    before = dict(device.parameters.current)
    record = await harness.backed_up(device)
    change(device)
    spec = await harness.restore_run(device, record.id)
    task = asyncio.create_task(harness.runner(spec).run())

    def reached() -> bool:
        return any(
            isinstance(e, Acted) and (e.act, e.phase) == (act, phase) for e in harness.events(spec.run)
        )

    while not reached() and not task.done():
        await asyncio.sleep(0.001)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await harness.runner(spec, resumed=True).run()
    verdict = only_verdict(harness.view(spec.run))
    assert verdict.verdict is Verdict.SUCCEEDED, (verdict.code, verdict.message)
    assert device.parameters.saved == before


@pytest.mark.usefixtures("every_parameter")
async def test_what_was_left_out_is_not_forgotten_by_an_interruption(harness: EngineHarness) -> None:
    device = await harness.sensor(
        generation="picoscan-2.3.3", faults=(Fault(name="restore_parameters_failed", value="rosFrameId"),)
    )
    record = await harness.backed_up(device)
    spec = await harness.restore_run(device, record.id)
    task = asyncio.create_task(harness.runner(spec).run())
    while not any(isinstance(e, Acted) and e.act == "persist" for e in harness.events(spec.run)):
        await asyncio.sleep(0.001)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await harness.runner(spec, resumed=True).run()
    verdict = only_verdict(harness.view(spec.run))
    assert verdict.code is Code.RESTORE_REJECTED
    assert "rosFrameId" in verdict.message
