"""How a restore ends where its outcome is not known, and that what is said of it is true."""

import asyncio
from itertools import product

import pytest

from sicktui.model.enums import Code, Verdict
from sicktui.model.run.event import Acted, Logged
from sicktui.simulator.fleet.fleet import Device
from sicktui.simulator.spec import Fault
from tests.restore.delays import applies_later
from tests.support.engine_harness import EngineHarness, paths
from tests.support.harness import only_verdict

pytestmark = pytest.mark.skips_waiting

RESTORE = "POST RestoreParameterBackup"


def change(device: Device) -> None:
    device.parameters.write("ScanDataFormat", 4)
    device.parameters.save()


@pytest.mark.parametrize(
    ("generation", "reply"),
    [("auth-article", "html"), ("picoscan-2.2.1", "http_503"), ("multiscan-2.4.2", "not_json")],
)
async def test_a_restore_that_is_answered_badly_twice_is_not_known(
    harness: EngineHarness, generation: str, reply: str
) -> None:
    device = await harness.sensor(generation=generation)
    record = await harness.backed_up(device)
    change(device)
    device.add_fault(Fault(name=reply, at=RESTORE, acts=False))
    harness.settings(backup_timeout=2.0, poll_interval=1.0)
    verdict = await harness.restore(device, record.id)
    assert verdict.verdict is Verdict.UNKNOWN, verdict
    assert verdict.code in (Code.PROTOCOL_ERROR, Code.DEVICE_ERROR)
    assert "not known whether it takes effect" in verdict.message
    assert paths(device).count(RESTORE) == 2


async def test_one_that_is_answered_badly_and_reports_no_work_has_failed(harness: EngineHarness) -> None:
    """A sensor with a result sets it to pending before it answers (SICK's SDK 2.0 relies on that)."""
    device = await harness.sensor(generation="picoscan-2.3.3")
    record = await harness.backed_up(device)
    change(device)
    assert (await harness.restore(device, record.id)).verdict is Verdict.SUCCEEDED  # it has a result now
    change(device)
    device.add_fault(Fault(name="html", at=RESTORE, acts=False))
    harness.settings(backup_timeout=2.0, poll_interval=1.0)
    verdict = await harness.restore(device, record.id)
    assert (verdict.verdict, verdict.code) == (Verdict.FAILED, Code.RESTORE_REJECTED), verdict
    assert "is not at work" in verdict.message


async def test_a_restore_that_stays_pending_is_busy_and_not_to_be_restarted(harness: EngineHarness) -> None:
    device = await harness.sensor(
        generation="picoscan-2.3.3", faults=(Fault(name="restore_pending_forever"),)
    )
    record = await harness.backed_up(device)
    change(device)
    harness.settings(backup_timeout=2.0, poll_interval=1.0)
    verdict = await harness.restore(device, record.id)
    assert (verdict.verdict, verdict.code) == (Verdict.UNKNOWN, Code.BUSY), verdict
    assert "Do not restart" in verdict.advice


async def test_a_resumed_restore_ends_with_the_result_that_it_sees_come(harness: EngineHarness) -> None:
    device = await harness.sensor(generation="picoscan-2.3.3", restore_seconds=4.0)
    record = await harness.backed_up(device)
    change(device)
    spec = await harness.restore_run(device, record.id)
    task = asyncio.create_task(harness.runner(spec).run())
    while not any(isinstance(e, Acted) and e.act == "restore" for e in harness.events(spec.run)):
        await asyncio.sleep(0.001)
    while RESTORE not in paths(device):
        await asyncio.sleep(0.001)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await harness.runner(spec, resumed=True).run()
    verdict = only_verdict(harness.view(spec.run))
    assert verdict.verdict is Verdict.SUCCEEDED, verdict
    assert paths(device).count(RESTORE) == 1


@pytest.mark.parametrize("generation", ["auth-article", "picoscan-2.3.3"])
async def test_a_reboot_that_undoes_a_restore_is_told_as_it_was(
    harness: EngineHarness, generation: str
) -> None:
    """The sensor takes the request to save, and restarts before it has."""
    device = await harness.sensor(generation=generation)
    record = await harness.backed_up(device)
    change(device)
    before = dict(device.parameters.current)

    async def restart() -> None:
        await asyncio.sleep(0.02)  # its reply leaves first
        await device.power_off()
        await asyncio.sleep(2.0)
        await device.power_on()

    def save_never() -> None:
        device.spawn(restart())

    device.parameters.save = save_never  # type: ignore[method-assign]
    verdict = await harness.restore(device, record.id)
    assert device.parameters.current == before
    assert (verdict.verdict, verdict.code) == (Verdict.FAILED, Code.RESTORE_REJECTED), verdict
    assert "restored and saved" not in verdict.message
    assert "restarted" in verdict.message
    assert "Restore it again" in verdict.advice


@pytest.mark.parametrize("generation", ["auth-article", "picoscan-2.2.1"])
async def test_where_nothing_can_prove_a_restore_it_is_not_waited_for(
    harness: EngineHarness, generation: str
) -> None:
    """Without a result, a difference or a checksum nothing that may come changes the verdict."""
    device = await harness.sensor(generation=generation)
    device.add_fault(Fault(name="status", at="GET LFTchecksum", value=5))
    record = await harness.backed_up(device)
    harness.settings(backup_timeout=60.0)
    verdict = await harness.restore(device, record.id)
    assert (verdict.verdict, verdict.code) == (Verdict.UNKNOWN, Code.NOT_SUPPORTED), verdict
    assert verdict.seconds < 20
    assert any(path.endswith(("WriteEeprom", "PersistParameters")) for path in paths(device))


REFUSALS = (1, 2, 4, 6, 9, 10, 99)


@pytest.mark.parametrize("generation", ["picoscan-2.2.1", "picoscan-2.3.3"])
@pytest.mark.parametrize("status", REFUSALS)
@pytest.mark.parametrize("seconds", [0.0, 4.0])
async def test_a_refused_restore_that_is_applied_all_the_same_is_waited_for(
    harness: EngineHarness, generation: str, status: int, seconds: float
) -> None:
    device = await harness.sensor(generation=generation)
    before = dict(device.parameters.current)
    record = await harness.backed_up(device)
    change(device)
    applies_later(device, seconds)
    device.add_fault(Fault(name="status", at=RESTORE, value=status, acts=True))
    harness.settings(backup_timeout=8.0)
    verdict = await harness.restore(device, record.id)
    assert verdict.verdict is Verdict.SUCCEEDED, (verdict.verdict, verdict.message, verdict.advice)
    assert device.parameters.saved == before


@pytest.mark.parametrize("status", [2, 9, 99])
@pytest.mark.parametrize("visible", [True, False])
async def test_a_refused_restore_claims_only_what_can_be_read(
    harness: EngineHarness, status: int, visible: bool
) -> None:
    device = await harness.sensor(generation="auth-article")
    record = await harness.backed_up(device)
    if visible:
        change(device)
    device.add_fault(Fault(name="status", at=RESTORE, value=status))
    harness.settings(backup_timeout=8.0)
    verdict = await harness.restore(device, record.id)
    logged = [event.message for event in harness.events(str(verdict.run)) if isinstance(event, Logged)]
    waits = "The restore was refused, and may be done all the same: the sensor is watched for 8 s."
    assert logged.count(waits) == 1
    assert "No parameter was changed" not in verdict.advice
    assert (verdict.verdict, verdict.code) == (Verdict.UNKNOWN, Code.RESTORE_REJECTED), verdict
    seen = "Nothing that can be read has changed within 8 s" if visible else "cannot be read"
    assert seen in verdict.message


@pytest.mark.parametrize(
    ("generation", "status"),
    [
        *product(("auth-article", "picoscan-2.2.1"), (None, 6, 9)),
        *product(("multiscan-2.4.2",), (6, 9)),  # what it accepts it replies to with the result
    ],
)
async def test_a_restore_that_may_still_be_applied_has_not_failed(
    harness: EngineHarness, generation: str, status: int | None
) -> None:
    """A sensor without a result may apply what it has accepted, or refused, long after backup_timeout."""
    device = await harness.sensor(generation=generation)
    record = await harness.backed_up(device)
    change(device)
    before = dict(device.parameters.current)
    if status is None:
        applies_later(device, 900.0)
    else:
        device.add_fault(Fault(name="status", at=RESTORE, value=status))
    harness.settings(backup_timeout=8.0)
    verdict = await harness.restore(device, record.id)
    assert (verdict.verdict, verdict.code) == (Verdict.UNKNOWN, Code.RESTORE_REJECTED), verdict
    assert device.parameters.current == before
    assert "within 8 s" in verdict.message
    assert "restore again" in verdict.advice


async def test_a_refused_restore_has_failed_where_the_result_shows_its_end(harness: EngineHarness) -> None:
    """A sensor with a result sets it to pending before it replies: one that reads finished is at rest."""
    device = await harness.sensor(generation="picoscan-2.3.3", earlier_results=True)
    record = await harness.backed_up(device)
    change(device)
    device.add_fault(Fault(name="status", at=RESTORE, value=9))
    harness.settings(backup_timeout=8.0)
    verdict = await harness.restore(device, record.id)
    assert (verdict.verdict, verdict.code) == (Verdict.FAILED, Code.RESTORE_REJECTED), verdict
    assert "Nothing that can be read was changed" in verdict.advice


@pytest.mark.parametrize("earlier", [True, False])
@pytest.mark.parametrize("visible", [True, False])
async def test_a_restore_that_was_taken_and_stays_pending_is_busy(
    harness: EngineHarness, earlier: bool, visible: bool
) -> None:
    """Whether its result read pending before or not, and whether a change can be seen or not."""
    device = await harness.sensor(
        generation="picoscan-2.3.3",
        earlier_results=earlier,
        faults=(Fault(name="restore_pending_forever"),),
    )
    record = await harness.backed_up(device)
    if visible:
        change(device)
    harness.settings(backup_timeout=2.0, poll_interval=1.0)
    verdict = await harness.restore(device, record.id)
    assert (verdict.verdict, verdict.code) == (Verdict.UNKNOWN, Code.BUSY), verdict


@pytest.mark.parametrize("earlier", [True, False])
async def test_one_that_hangs_without_effect_is_sent_again_on_a_fresh_sensor_too(
    harness: EngineHarness, earlier: bool
) -> None:
    device = await harness.sensor(generation="picoscan-2.3.3", earlier_results=earlier)
    before = dict(device.parameters.current)
    record = await harness.backed_up(device)
    change(device)
    device.add_fault(Fault(name="hang", at=RESTORE, times=1, acts=False))
    verdict = await harness.restore(device, record.id)
    assert verdict.verdict is Verdict.SUCCEEDED, verdict
    assert device.parameters.saved == before
    assert paths(device).count(RESTORE) == 2
