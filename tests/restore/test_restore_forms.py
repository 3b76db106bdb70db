"""The forms that a restore's call and its reply have, by family (SICK's OpenAPI files, developer guide)."""

from collections.abc import Mapping

import pytest

from sicktui.engine.observe import connect
from sicktui.model.enums import Code, Verdict
from sicktui.simulator.device.plans import RestorePlan
from sicktui.simulator.errors import ApiError
from sicktui.simulator.fleet.fleet import Device
from sicktui.simulator.spec import Fault
from tests.support.engine_harness import EngineHarness, paths

pytestmark = pytest.mark.skips_waiting

RESTORE = "POST RestoreParameterBackup"
_REFUSED = (1, 2)


def change(device: Device) -> None:
    device.parameters.write("ScanDataFormat", 4)
    device.parameters.save()


def watched(device: Device, *, wants: bool = False, status: int = 2) -> list[dict[str, object]]:
    """The data of each RestoreParameterBackup; ``wants``: the sensor refuses those without ``Filter``."""
    sent: list[dict[str, object]] = []
    original = device.backups.restore

    def restore(data: dict[str, object]) -> RestorePlan:
        sent.append(data)
        if wants and "Filter" not in data:
            raise ApiError(status)
        return original(data)

    device.backups.restore = restore  # type: ignore[method-assign]
    return sent


@pytest.mark.parametrize(
    ("generation", "documented"),
    [
        ("auth-article", False),
        ("picoscan-2.2.1", False),
        ("multiscan-2.4.2", False),
        ("picoscan-2.3.3", True),
    ],
)
async def test_filter_is_sent_where_it_is_documented(
    harness: EngineHarness, generation: str, documented: bool
) -> None:
    device = await harness.sensor(generation=generation)
    record = await harness.backed_up(device)
    change(device)
    sent = watched(device)
    verdict = await harness.restore(device, record.id)
    assert verdict.verdict is Verdict.SUCCEEDED, verdict
    assert [data.get("Filter") for data in sent] == [0 if documented else None]


@pytest.mark.parametrize("status", _REFUSED)
async def test_filter_is_tried_once_where_the_call_without_it_is_refused(
    harness: EngineHarness, status: int
) -> None:
    device = await harness.sensor(generation="picoscan-2.3.3", hidden=("RestoreParameterBackupResult",))
    record = await harness.backed_up(device)
    change(device)
    sent = watched(device, wants=True, status=status)
    asked = len(device.requests)
    verdict = await harness.restore(device, record.id)
    assert verdict.verdict is Verdict.SUCCEEDED, verdict
    assert [data.get("Filter") for data in sent] == [None, 0]
    after = paths(device)[asked:]
    calls = [number for number, path in enumerate(after) if path == RESTORE]
    assert "GET UpdateState" in after[calls[0] : calls[1]], "it is read before the second call"


async def test_filter_is_not_tried_for_another_refusal(harness: EngineHarness) -> None:
    device = await harness.sensor(generation="picoscan-2.2.1")
    record = await harness.backed_up(device)
    change(device)
    sent = watched(device, wants=True, status=9)
    verdict = await harness.restore(device, record.id)
    assert (verdict.verdict, verdict.code) == (Verdict.UNKNOWN, Code.RESTORE_REJECTED), verdict
    assert "Nothing that can be read has changed" in verdict.message
    assert len(sent) == 1


@pytest.mark.parametrize("becomes", ["flashes", "exchanged"])
async def test_filter_is_not_tried_on_a_sensor_that_has_changed(harness: EngineHarness, becomes: str) -> None:
    device = await harness.sensor(generation="picoscan-2.2.1", flash_seconds=9000.0)
    record = await harness.backed_up(device)
    change(device)
    sent: list[dict[str, object]] = []

    def restore(data: dict[str, object]) -> RestorePlan:
        sent.append(data)
        if becomes == "flashes":
            device.updater.start_foreign(None)
        else:
            device.serial = "99000001"
        raise ApiError(2)

    device.backups.restore = restore  # type: ignore[method-assign]
    harness.settings(flash_timeout=5.0)
    verdict = await harness.restore(device, record.id)
    assert len(sent) == 1
    assert verdict.verdict is Verdict.UNKNOWN, verdict
    assert verdict.code is (Code.RESTORE_REJECTED if becomes == "flashes" else Code.OTHER_DEVICE), verdict


@pytest.mark.parametrize("becomes", ["flashes", "exchanged"])
async def test_an_upload_with_a_refused_token_is_not_repeated_on_a_sensor_that_has_changed(
    harness: EngineHarness, becomes: str
) -> None:
    device = await harness.sensor(generation="picoscan-2.3.3", flash_seconds=9000.0)
    record = await harness.backed_up(device)
    change(device)

    def expired(headers: Mapping[str, str]) -> bool:
        if becomes == "flashes":
            device.updater.start_foreign(None)
        else:
            device.serial = "99000001"
        return False

    device.auth.token_good = expired  # type: ignore[method-assign]
    verdict = await harness.restore(device, record.id)
    assert verdict.verdict is Verdict.FAILED, verdict
    assert paths(device).count("PUT parameterbackup") == 1


async def test_a_result_of_an_earlier_restore_does_not_count(harness: EngineHarness) -> None:
    """The sensor takes the call on, does nothing, and still shows the result of yesterday's."""
    device = await harness.sensor(generation="picoscan-2.3.3")
    record = await harness.backed_up(device)
    change(device)
    assert (await harness.restore(device, record.id)).verdict is Verdict.SUCCEEDED
    change(device)

    async def nothing(plan: RestorePlan) -> None:
        device.backups.restore_pending, device.backups.restored = False, True

    device.backups.finish_restore = nothing  # type: ignore[method-assign]
    harness.settings(backup_timeout=2.0, poll_interval=1.0)
    verdict = await harness.restore(device, record.id)
    assert verdict.verdict is not Verdict.SUCCEEDED, verdict


async def test_a_result_that_could_not_be_read_before_does_not_count(harness: EngineHarness) -> None:
    """It may be an earlier restore's: it was not there to be compared with."""
    device = await harness.sensor(generation="picoscan-2.3.3")
    device.add_fault(Fault(name="status", at="GET LFTchecksum", value=5))
    record = await harness.backed_up(device)
    device.add_fault(Fault(name="status", at="GET RestoreParameterBackupResult", value=5, times=1))

    async def nothing(plan: RestorePlan) -> None:
        device.backups.restore_pending, device.backups.restored = False, True

    device.backups.finish_restore = nothing  # type: ignore[method-assign]
    harness.settings(backup_timeout=2.0, poll_interval=1.0)
    verdict = await harness.restore(device, record.id)
    assert verdict.verdict is Verdict.UNKNOWN, verdict


async def test_status_0_of_a_fresh_sensor_is_not_a_restore_at_work(harness: EngineHarness) -> None:
    """Its default is pending (OpenAPI): a restore is sent, and ends when it becomes finished."""
    device = await harness.sensor(generation="picoscan-2.3.3")
    record = await harness.backed_up(device)
    before = dict(device.parameters.current)
    change(device)
    sensor = connect(harness.context, harness.target(device))
    fresh = await sensor.backups.restore_status()
    await sensor.aclose()
    assert fresh is not None
    assert not fresh.finished
    verdict = await harness.restore(device, record.id)
    assert verdict.verdict is Verdict.SUCCEEDED, verdict
    assert device.parameters.saved == before
    assert paths(device).count(RESTORE) == 1


@pytest.mark.parametrize("minutes", [1.5, 4.0])
async def test_a_reboot_of_minutes_is_waited_for(harness: EngineHarness, minutes: float) -> None:
    device = await harness.sensor(generation="picoscan-2.3.3", reboot_seconds=minutes * 60)
    before = dict(device.parameters.current)
    record = await harness.backed_up(device)
    change(device)
    device.add_fault(Fault(name="restore_reboots"))
    harness.settings(reconnect_timeout=600.0, reconnect_interval=5.0)
    verdict = await harness.restore(device, record.id)
    assert verdict.verdict is Verdict.SUCCEEDED, verdict
    assert device.parameters.saved == before
