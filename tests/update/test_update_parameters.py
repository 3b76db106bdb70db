"""After an update: what the reboot lost is named."""

import asyncio

import pytest
from msgspec import structs

from sicktui.engine.parameters.snapshot import snapshot_now
from sicktui.engine.update.checks import parameters as parameter_check
from sicktui.model.enums import Verdict
from sicktui.model.run.event import Compared, ParameterChange
from sicktui.simulator.spec import DeviceSpec, Fault
from sicktui.stores.backups.content import inspect
from tests.support.engine_harness import EngineHarness
from tests.support.harness import only_verdict

pytestmark = pytest.mark.skips_waiting

REST = "TSCTCupdatetime"
"""A setting that is not among those that a job reads first."""


@pytest.mark.parametrize("saved", [True, False])
async def test_what_was_not_saved_is_named_as_lost(harness: EngineHarness, saved: bool) -> None:
    """MD5Parameters covers what is saved, so it is the same before and after."""
    device = await harness.sensor(version="2.3.3.0R")
    device.parameters.write("ScanDataFormat", 4)
    if saved:
        device.parameters.save()
    view = await harness.update(harness.package("2.4.0.0R"))
    verdict = only_verdict(view)
    assert verdict.verdict is Verdict.SUCCEEDED, verdict.message
    assert ("ScanDataFormat: 4 is now 2" in verdict.message) == (not saved)
    [compared] = [event for event in harness.events(view.run) if isinstance(event, Compared)]
    assert compared.compared > 5
    lost = ParameterChange(name="ScanDataFormat", before="4", after="2")
    assert compared.changed == (() if saved else (lost,))


async def test_a_parameter_that_a_boot_loads_late_is_not_taken_for_lost(harness: EngineHarness) -> None:
    """The parameters are read while the sensor settles; what differs then is read once more at its end."""
    device = await harness.sensor(version="2.3.3.0R", time_scale=1.0, reboot_seconds=3)
    harness.settings(
        settle=6.0, poll_interval=2.0, autostart_wait=0.0, flash_timeout=60.0, reconnect_timeout=60.0
    )
    parameters, cycle = device.parameters, device.parameters.power_cycle

    def boot_slowly() -> None:
        cycle()
        parameters.current["ScanDataFormat"] = 4
        asyncio.get_running_loop().call_later(8.0, cycle)

    parameters.power_cycle = boot_slowly  # type: ignore[method-assign]
    view = await harness.update(harness.package("2.4.0.0R"))
    verdict = only_verdict(view)
    assert verdict.verdict is Verdict.SUCCEEDED, verdict.message
    assert "ScanDataFormat" not in verdict.message
    [compared] = [event for event in harness.events(view.run) if isinstance(event, Compared)]
    assert compared.changed == ()
    asked = [entry.path for entry in device.requests if entry.path.endswith("ScanDataFormat")]
    assert len(asked) == 3, "before the update, in settle, and once more"


@pytest.mark.parametrize("others", [0, 1])
async def test_all_that_a_full_snapshot_knows_is_compared_where_no_sensor_waits(
    harness: EngineHarness, others: int
) -> None:
    """A job reads ten variables before a flash. With the same MD5Parameters, ``diff`` knows the rest."""
    lost = Fault(name="parameters_lost", value=REST)
    first = DeviceSpec(name="first", version="2.3.3.0R", faults=(lost,))
    device, *_ = await harness.sensors(first, *[DeviceSpec(name="other", version="2.3.3.0R")] * others)
    device.parameters.write(REST, 300)
    device.parameters.save()
    await snapshot_now(harness.context, harness.target(device))
    harness.settings(limits=structs.replace(harness.context.settings.limits, jobs=1))
    verdict = (await harness.update(harness.package("2.4.0.0R"))).devices[device.address].verdict
    assert verdict is not None
    assert verdict.verdict is Verdict.SUCCEEDED, verdict.message
    assert (f": {REST}: 300 is now 600. To restore them: " in verdict.message) == (not others)
    assert "changed during the update" not in verdict.message


@pytest.mark.parametrize("lost", [False, True])
async def test_an_earlier_snapshot_is_compared_only_where_the_checksum_has_changed(
    harness: EngineHarness, lost: bool
) -> None:
    """It shows nothing else: some thirty requests, fifteen seconds at the default politeness."""
    faults = (Fault(name="parameters_lost", value=REST),) if lost else ()
    device = await harness.sensor(version="2.3.3.0R", faults=faults)
    device.parameters.write(REST, 300)
    device.parameters.save()
    await snapshot_now(harness.context, harness.target(device))
    verdict = await harness.verdict(harness.package("2.4.0.0R"))
    assert verdict.verdict is Verdict.SUCCEEDED, verdict.message
    asked = [entry.path for entry in device.requests if entry.path.endswith(REST)]
    assert len(asked) == (2 if lost else 1), "by the snapshot, and where it was lost once more"
    assert (f"{REST}: 300 is now 600" in verdict.message) is lost


@pytest.mark.parametrize("gone", [False, True])
async def test_all_that_a_json_backup_names_is_compared(
    harness: EngineHarness, monkeypatch: pytest.MonkeyPatch, gone: bool
) -> None:
    """What is found is only reported: a backup that has gone meanwhile costs no proven update its verdict."""
    if gone:
        monkeypatch.setattr(parameter_check, "inspect", lambda file: (file.unlink(), inspect(file)))
    lost = Fault(name="parameters_lost", value=REST)
    device = await harness.sensor(generation="multiscan-2.4.2", faults=(lost,))
    device.parameters.write(REST, 300)
    device.parameters.save()
    verdict = await harness.verdict(harness.package("2.4.4.0R", family="multiScan"))
    assert verdict.verdict is Verdict.SUCCEEDED, verdict.message
    words = f"Other than in the backup: {REST} is 300 in the file and 600 on the sensor."
    assert (words in verdict.message) is not gone
