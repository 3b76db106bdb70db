"""Updates of simulated sensors over real HTTP, from the plan to the verdict."""

import asyncio
from pathlib import Path

import pytest

from sicktui.model.enums import Action, Code, RunState, Step, StepState, UpdateState, Verdict
from sicktui.model.run.event import Acted, Logged, Progressed, StepChanged, Summarised, UpdateStateRead
from sicktui.model.run.plan import UpdateOptions
from sicktui.model.settings import Limits
from sicktui.simulator.spec import DeviceSpec, Fault
from tests.support.engine_harness import EngineHarness, paths
from tests.support.harness import only_verdict

pytestmark = pytest.mark.skips_waiting

GENERATIONS = ["firmware-article", "auth-article", "picoscan-2.2.1", "picoscan-2.3.3"]


def sensor(name: str = "gate", **changes: object) -> DeviceSpec:
    return DeviceSpec(**({"name": name, "version": "2.3.0.0R"} | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_every_generation_is_updated_with_proof(harness: EngineHarness, generation: str) -> None:
    [device] = await harness.sensors(sensor(generation=generation))
    package = harness.package()
    view = await harness.update(package)
    verdict = only_verdict(view)
    assert (verdict.verdict, verdict.code) == (Verdict.SUCCEEDED, None), verdict.message
    assert (verdict.from_version, verdict.to_version) == ("2.3.0.0R", "2.4.0.0R")
    assert verdict.serial == device.serial
    assert verdict.package_sha256 == package.sha256
    assert isinstance(verdict.backup, str)
    assert isinstance(verdict.downtime_seconds, float)
    assert device.firmware_version == "2.4.0.0R"
    assert view.state is RunState.FINISHED
    assert isinstance(view.summary, Summarised)
    assert view.summary.exit_code == 0


async def test_a_multiscan_takes_a_package_of_its_own(harness: EngineHarness) -> None:
    [device] = await harness.sensors(sensor(generation="multiscan-2.4.2", version="2.4.1.0R"))
    verdict = only_verdict(await harness.update(harness.package("2.4.2.0R", family="multiScan")))
    assert verdict.verdict is Verdict.SUCCEEDED, verdict.message
    assert device.firmware_version == "2.4.2.0R"


async def test_the_journal_has_the_eight_steps_in_order_and_intentions_before_acts(
    harness: EngineHarness,
) -> None:
    await harness.sensors(sensor())
    view = await harness.update(harness.package())
    events = harness.events(view.run)
    started = [e.step for e in events if isinstance(e, StepChanged) and e.state is StepState.STARTED]
    assert started == [
        Step.PREFLIGHT,
        Step.BACKUP,
        Step.AUTHENTICATE,
        Step.UPLOAD,
        Step.TRIGGER,
        Step.FLASH,
        Step.REBOOT,
        Step.VERIFY,
    ]
    acts = [(e.act, e.phase) for e in events if isinstance(e, Acted)]
    assert acts == [
        ("create_backup", "intended"),
        ("create_backup", "done"),
        ("put_update", "intended"),
        ("put_update", "done"),
        ("run_firmware_update", "intended"),
        ("run_firmware_update", "done"),
    ]
    states = [e.value for e in events if isinstance(e, UpdateStateRead)]
    assert states[0] == 0
    assert 1 in states


async def test_progress_is_true_and_sparse(harness: EngineHarness) -> None:
    await harness.sensors(sensor(link_rate=160_000.0), time_scale=20.0)
    package = harness.package(size=4_000_000)
    await harness.plan(package)
    spec = harness.spec(package)
    runner = harness.runner(spec)
    seen: list[Progressed] = []

    async def watch() -> None:
        after = 0
        while True:
            for number, event in harness.context.journal.events(spec.run, after=after):
                after = number
                if isinstance(event, Progressed) and event.step is Step.UPLOAD:
                    seen.append(event)
            await asyncio.sleep(0.05)

    watcher = asyncio.create_task(watch())
    await runner.run()
    watcher.cancel()
    assert seen[-1].sent == seen[-1].total == package.size
    assert [event.sent for event in seen] == sorted(event.sent for event in seen)
    assert 3 <= len(seen) <= 12  # a second of upload at four a second, the first and the last


async def test_a_current_sensor_is_skipped_and_force_flashes_it_again(harness: EngineHarness) -> None:
    [device] = await harness.sensors(sensor(version="2.4.0.0R"))
    verdict = only_verdict(await harness.update(harness.package()))
    assert (verdict.verdict, verdict.code) == (Verdict.SKIPPED, Code.ALREADY_CURRENT)
    assert not [r for r in device.requests if r.method == "PUT"]
    verdict = only_verdict(await harness.update(harness.package(), UpdateOptions(force=True)))
    assert verdict.verdict is Verdict.SUCCEEDED, verdict.message
    assert len([r for r in device.requests if r.method == "PUT"]) == 1


async def test_a_stale_state_3_is_not_mistaken_for_a_failure(harness: EngineHarness) -> None:
    await harness.sensors(sensor(update_state=3))
    verdict = only_verdict(await harness.update(harness.package()))
    assert verdict.verdict is Verdict.SUCCEEDED, verdict.message


async def test_a_lost_trigger_is_sent_again_though_a_stale_state_3_is_there(harness: EngineHarness) -> None:
    [device] = await harness.sensors(sensor(update_state=3, faults=(Fault(name="trigger_lost"),)))
    verdict = only_verdict(await harness.update(harness.package()))
    assert verdict.verdict is Verdict.SUCCEEDED, verdict.message
    assert len([r for r in device.requests if r.path.endswith("RunFirmwareUpdate")]) == 2


@pytest.mark.parametrize("broken", ["DeviceStatus", "PowerOnCnt"])
async def test_a_variable_that_cannot_be_read_before_is_no_reason_to_refuse(
    harness: EngineHarness, broken: str
) -> None:
    await harness.sensors(sensor(faults=(Fault(name="http_503", at=broken, when="idle"),)))
    [item] = await harness.plan(harness.package())
    assert item.action is Action.UPDATE, item.message
    verdict = only_verdict(await harness.update(harness.package()))
    assert verdict.verdict is Verdict.SUCCEEDED, verdict.message


async def test_a_stale_state_2_is_not_mistaken_for_success(harness: EngineHarness) -> None:
    [device] = await harness.sensors(sensor(update_state=2, faults=(Fault(name="stuck_at_0"),)))
    harness.settings(flash_timeout=1.0)
    verdict = only_verdict(await harness.update(harness.package()))
    assert (verdict.verdict, verdict.code) == (Verdict.FAILED, Code.NOT_STARTED), verdict.message
    assert device.firmware_version == "2.3.0.0R"


async def test_a_status_that_nobody_knows_is_not_called_zero(harness: EngineHarness) -> None:
    await harness.sensors(sensor(faults=(Fault(name="unhealthy", value=42),)))
    harness.settings(reconnect_timeout=1.5)
    verdict = only_verdict(await harness.update(harness.package()))
    assert (verdict.verdict, verdict.code) == (Verdict.UNKNOWN, Code.UNHEALTHY)
    assert "DeviceStatus is 42 (unknown)" in verdict.message


async def test_an_error_after_finished_is_told_as_one(harness: EngineHarness) -> None:
    [device] = await harness.sensors(sensor(faults=(Fault(name="no_reboot"),)))
    harness.settings(reconnect_timeout=1.5)

    async def turns_to_error() -> None:
        while device.update_state != UpdateState.FINISHED:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.3)
        device.updater.state = UpdateState.ERROR

    turning = asyncio.create_task(turns_to_error())
    verdict = only_verdict(await harness.update(harness.package()))
    await turning
    assert (verdict.verdict, verdict.code) == (Verdict.FAILED, Code.UPDATE_ERROR), verdict.message
    assert "reports Finished" not in verdict.message


async def test_an_automatic_start_is_awaited_and_not_triggered(harness: EngineHarness) -> None:
    [device] = await harness.sensors(sensor(faults=(Fault(name="autostart"),)))
    harness.settings(autostart_wait=1.0)
    verdict = only_verdict(await harness.update(harness.package()))
    assert verdict.verdict is Verdict.SUCCEEDED, verdict.message
    assert not [r for r in device.requests if r.path.endswith("RunFirmwareUpdate")]


@pytest.mark.parametrize(
    ("fault", "verdict", "code"),
    [
        (Fault(name="stuck_at_1"), Verdict.UNKNOWN, Code.FLASH_TIMEOUT),
        (Fault(name="no_reboot"), Verdict.UNKNOWN, Code.VERSION_MISMATCH),
        (Fault(name="old_version"), Verdict.FAILED, Code.VERSION_MISMATCH),
        (Fault(name="other_serial"), Verdict.UNKNOWN, Code.OTHER_DEVICE),
        (Fault(name="unhealthy"), Verdict.UNKNOWN, Code.UNHEALTHY),
        (Fault(name="slow_startup", seconds=20), Verdict.SUCCEEDED, None),
        (Fault(name="upload_reset", times=1), Verdict.SUCCEEDED, None),
        (Fault(name="upload_reset"), Verdict.FAILED, Code.UPLOAD_FAILED),
        (Fault(name="upload_early_401"), Verdict.SUCCEEDED, None),
        (Fault(name="mac_only"), Verdict.SUCCEEDED, None),
        (Fault(name="no_identity_beyond_ident"), Verdict.SUCCEEDED, None),
        (Fault(name="backup_false"), Verdict.FAILED, Code.BACKUP_FAILED),
        (Fault(name="http_503", at="UpdateState", when="flashing", times=3), Verdict.SUCCEEDED, None),
        (Fault(name="status", at="CreateSessionToken", value=10, times=1), Verdict.SUCCEEDED, None),
    ],
    ids=lambda value: value.name if isinstance(value, Fault) else None,
)
async def test_faults(harness: EngineHarness, fault: Fault, verdict: Verdict, code: Code | None) -> None:
    [device] = await harness.sensors(sensor(faults=(fault,)))
    harness.settings(flash_timeout=1.5, reconnect_timeout=1.5)
    reached = only_verdict(await harness.update(harness.package()))
    assert (reached.verdict, reached.code) == (verdict, code), reached.message
    assert reached.message
    if verdict is not Verdict.SUCCEEDED:
        assert reached.advice
    else:
        assert device.firmware_version == "2.4.0.0R"
    if code is Code.BACKUP_FAILED:
        assert not [r for r in device.requests if r.method == "PUT"], (
            "a failed backup keeps the flash from happening"
        )


async def test_what_is_known_by_asking_after_a_broken_upload_is_not_called_unknown(
    harness: EngineHarness,
) -> None:
    await harness.sensors(sensor(faults=(Fault(name="upload_reset"),)))
    verdict = only_verdict(await harness.update(harness.package()))
    assert "It runs 2.3.0.0R" in verdict.message
    assert "unknown" not in verdict.advice
    assert "network" in verdict.advice


async def test_a_silence_is_not_called_a_reboot(harness: EngineHarness) -> None:
    """Nothing has proven one: the cable may have been pulled."""
    await harness.sensors(sensor(faults=(Fault(name="no_return"),)))
    harness.settings(reconnect_timeout=1.5)
    verdict = only_verdict(await harness.update(harness.package()))
    assert "has not come back within 1.5 s of falling silent. " in verdict.message
    assert "reboot" not in verdict.message


@pytest.mark.parametrize("fault", ["mac_only", "no_identity_beyond_ident"])
async def test_a_sensor_without_serial_number_is_known_otherwise_and_the_verdict_says_so(
    harness: EngineHarness, fault: str
) -> None:
    await harness.sensors(sensor(faults=(Fault(name=fault),)))
    verdict = only_verdict(await harness.update(harness.package()))
    assert verdict.serial is None
    assert "MAC address" in verdict.message if fault == "mac_only" else "name and address" in verdict.message


async def test_nobody_knows_the_expected_version(harness: EngineHarness) -> None:
    await harness.sensors(sensor())
    package = harness.package(name="firmware.spk.signed")
    assert package.version is None
    verdict = only_verdict(await harness.update(package))
    assert (verdict.verdict, verdict.code) == (Verdict.UNKNOWN, Code.VERSION_MISMATCH)
    assert "2.4.0.0R" in verdict.message
    assert "--expect-version" in verdict.advice


async def test_several_side_by_side_and_a_failure_leaves_the_others_alone(harness: EngineHarness) -> None:
    harness.settings(limits=Limits(requests_per_second=1000.0, max_failures=3))
    devices = await harness.sensors(
        sensor("one"),
        sensor("two", faults=(Fault(name="update_error"),)),
        sensor("three"),
        sensor("four", offline=True),
        sensor("five", generation="lrs4000-1.9.1", version="1.9.1.0R"),
    )
    view = await harness.update(harness.package())
    verdicts = {name: v.verdict for name, v in view.devices.items() if v.verdict}
    got = {
        device.name: (verdicts[device.address].verdict, verdicts[device.address].code) for device in devices
    }
    assert got == {
        "one": (Verdict.SUCCEEDED, None),
        "two": (Verdict.FAILED, Code.UPDATE_ERROR),
        "three": (Verdict.SUCCEEDED, None),
        "four": (Verdict.FAILED, Code.UNREACHABLE),
        "five": (Verdict.FAILED, Code.NOT_SUPPORTED),
    }
    assert view.summary is not None
    assert view.summary.exit_code == 1


async def test_the_budget_stops_what_has_not_started(harness: EngineHarness) -> None:
    harness.settings(limits=Limits(requests_per_second=1000.0, max_failures=1, jobs=1))
    await harness.sensors(sensor("one", faults=(Fault(name="update_error"),)), sensor("two"), sensor("three"))
    view = await harness.update(harness.package())
    codes = [device.verdict.code for device in view.devices.values() if device.verdict]
    assert codes == [Code.UPDATE_ERROR, Code.BUDGET_EXHAUSTED, Code.BUDGET_EXHAUSTED]


async def test_a_canary_goes_first_and_its_failure_spares_the_rest(harness: EngineHarness) -> None:
    harness.settings(limits=Limits(requests_per_second=1000.0, max_failures=9, canary=1))
    await harness.sensors(sensor("one", faults=(Fault(name="update_error"),)), sensor("two"))
    view = await harness.update(harness.package())
    codes = [device.verdict.code for device in view.devices.values() if device.verdict]
    assert codes == [Code.UPDATE_ERROR, Code.BUDGET_EXHAUSTED]


async def test_a_package_that_changes_after_the_plan_is_refused(harness: EngineHarness) -> None:
    [device] = await harness.sensors(sensor())
    package = harness.package()

    async def tamper() -> None:
        path = Path(package.path)
        path.write_bytes(path.read_bytes()[:-1] + b"!")

    await harness.plan(package)
    view = await harness.update(package, between=tamper)
    verdict = only_verdict(view)
    assert (verdict.verdict, verdict.code) == (Verdict.FAILED, Code.PACKAGE_UNREADABLE)
    assert not [r for r in device.requests if r.method == "PUT"]


async def test_cancel_before_the_upload_writes_nothing(harness: EngineHarness) -> None:
    devices = await harness.sensors(sensor("one"), sensor("two"))
    package = harness.package()
    await harness.plan(package)
    spec = harness.spec(package)
    runner = harness.runner(spec)
    harness.context.journal.send(spec.run, "cancel")
    runner.control.cancel()
    await runner.run()
    view = harness.view(spec.run)
    assert {d.verdict.verdict for d in view.devices.values() if d.verdict} == {Verdict.CANCELLED}
    assert view.state is RunState.CANCELLED
    assert view.summary is not None
    assert view.summary.exit_code == 130
    assert not [r for device in devices for r in device.requests if r.method == "PUT"]


async def test_cancel_during_the_flash_lets_it_finish(harness: EngineHarness) -> None:
    await harness.sensors(sensor())
    package = harness.package()
    await harness.plan(package)
    spec = harness.spec(package)
    runner = harness.runner(spec)
    running = asyncio.create_task(runner.run())
    while harness.view(spec.run).devices[harness.items[0].device].update_state != 1:
        await asyncio.sleep(0.02)
    harness.context.journal.send(spec.run, "cancel")
    await running
    verdict = only_verdict(harness.view(spec.run))
    assert verdict.verdict is Verdict.SUCCEEDED, verdict.message


async def test_two_entries_for_one_sensor_are_refused(harness: EngineHarness) -> None:
    devices = await harness.sensors(sensor("one", serial="7"), sensor("two", serial="7"))
    items = await harness.plan(harness.package())
    assert [(item.action, item.reason) for item in items] == [(Action.REFUSE, Code.DUPLICATE_DEVICE)] * 2
    assert items[0].message.count(devices[1].address) == 1, "its address is its name here: said once"


async def test_a_wrong_password_is_sent_once_to_a_sensor_with_two_addresses(harness: EngineHarness) -> None:
    harness.provoked = "wrong response"
    devices = await harness.sensors(
        sensor("gate", serial="25420067", password="another"),
        sensor("dock", serial="0025420067", password="another"),
    )
    items = await harness.plan(harness.package())
    assert [item.reason for item in items] == [Code.DUPLICATE_DEVICE] * 2  # leading zeros are spelling
    tried = [r for device in devices for r in device.requests if r.path.endswith("/checkCredentials")]
    assert len(tried) == 1


async def test_the_plan_writes_nothing(harness: EngineHarness) -> None:
    [device] = await harness.sensors(sensor())
    await harness.plan(harness.package())
    assert {r.path.rsplit("/", 1)[-1] for r in device.requests if r.method != "GET"} <= {
        "getChallenge",
        "checkCredentials",
    }


async def test_a_wrong_password_is_tried_once(harness: EngineHarness) -> None:
    harness.provoked = "wrong response"
    [device] = await harness.sensors(sensor(password="another"))
    [item] = await harness.plan(harness.package())
    assert (item.action, item.reason) == (Action.REFUSE, Code.ACCESS_DENIED)
    assert len([r for r in device.requests if r.path.endswith("checkCredentials")]) == 1


async def test_basic_is_warned_of(harness: EngineHarness) -> None:
    await harness.sensors(sensor(generation="firmware-article"))
    [item] = await harness.plan(harness.package())
    assert any("clear text" in warning for warning in item.warnings)


async def test_the_log_explains_long_waits_and_a_second_trigger(harness: EngineHarness) -> None:
    [device] = await harness.sensors(sensor(faults=(Fault(name="trigger_lost"),)))
    harness.settings(autostart_wait=10.0, flash_timeout=100.0, poll_interval=1.0)
    view = await harness.update(harness.package())
    logged = [event.message for event in harness.events(view.run) if isinstance(event, Logged)]
    waits = [
        "The sensor may start to flash by itself: it is watched for 10 s before RunFirmwareUpdate is sent.",
        (
            "RunFirmwareUpdate was sent, and the sensor may check the package first: "
            "it is watched for 30 s before it is sent once more."
        ),
        "UpdateState has not changed since RunFirmwareUpdate; sending it once more.",
    ]
    assert [text for text in logged if text in waits] == waits, logged
    assert only_verdict(view).verdict is Verdict.SUCCEEDED
    assert paths(device).count("POST RunFirmwareUpdate") == 2


@pytest.mark.parametrize(
    ("at", "late"),
    [
        ("POST RunFirmwareUpdate", Fault(name="verifies_first", seconds=8.0)),
        ("PUT update", Fault(name="autostart", seconds=3.0)),
    ],
    ids=["trigger", "upload"],
)
@pytest.mark.parametrize(
    ("name", "value"), [("too_many_requests", None), ("status", 10)], ids=["HTTP 429", "status 10"]
)
async def test_an_act_that_begins_late_after_a_refusal_is_not_sent_twice(
    harness: EngineHarness, at: str, late: Fault, name: str, value: int | None
) -> None:
    """Neither HTTP 429 nor Invalid Challenge proves that nothing was done."""
    refusal = Fault(name=name, at=at, value=value, times=1, acts=True)
    [device] = await harness.sensors(sensor(generation="picoscan-2.3.3", faults=(late, refusal)))
    harness.settings(autostart_wait=5.0, poll_interval=1.0, settle=2.0)
    verdict = only_verdict(await harness.update(harness.package()))
    assert verdict.verdict is Verdict.SUCCEEDED, verdict.message
    assert paths(device).count(at) == 1
