"""A resumed restore that its preflight ends: what an earlier process has sent is not denied."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple

import pytest

from sicktui.engine.plan.base import lock_of
from sicktui.engine.run.staging import scratch_folder
from sicktui.model.enums import Code, Verdict
from sicktui.model.run.event import Acted, VerdictReached
from sicktui.model.run.plan import RunSpec
from sicktui.simulator.fleet.fleet import Device
from sicktui.simulator.spec import Fault
from sicktui.stores.backups.store import BackupRecord
from sicktui.stores.disk.locks import SensorLock
from tests.support.engine_harness import EngineHarness
from tests.support.harness import PASSPHRASE, only_verdict

pytestmark = pytest.mark.skips_waiting

RESTORE, PUT = "restore", "put_backup"


class Resumed(NamedTuple):
    """What a cause may change before the next process begins."""

    harness: EngineHarness
    device: Device
    record: BackupRecord
    spec: RunSpec


def file_gone(at: Resumed) -> None:
    at.harness.context.backups.path(at.record).unlink()
    (scratch_folder(at.harness.context.home, at.spec.run, at.device.address) / "restore.backup").unlink()


def away(at: Resumed) -> None:
    at.device.add_fault(Fault(name="link_lost", at="*", seconds=9000.0))


def denied(at: Resumed) -> None:
    at.device.add_fault(Fault(name="status", at="GET DeviceIdent", value=4))


def another(at: Resumed) -> None:
    at.device.serial = "99000001"


def nothing(_: Resumed) -> None:
    """Another passphrase is given."""


CAUSES = pytest.mark.parametrize(
    ("cause", "code"),
    [
        (file_gone, Code.BACKUP_UNUSABLE),
        (nothing, Code.WRONG_PASSPHRASE),
        (away, Code.UNREACHABLE),
        (denied, Code.ACCESS_DENIED),
        (another, Code.OTHER_DEVICE),
    ],
)


async def resumed_after(
    harness: EngineHarness, act: str, phase: str, cause: Callable[[Resumed], None]
) -> tuple[VerdictReached, bool]:
    """The verdict of a run that is killed at a line of its journal; whether a restore was in it by then."""
    device = await harness.sensor(generation="picoscan-2.3.3")
    record = await harness.backed_up(device)
    device.parameters.write("ScanDataFormat", 4)
    device.parameters.save()
    spec = await harness.restore_run(device, record.id)
    task = asyncio.create_task(harness.runner(spec).run())

    def acts() -> list[tuple[str, str]]:
        return [(event.act, event.phase) for event in harness.events(spec.run) if isinstance(event, Acted)]

    while (act, phase) not in acts() and not task.done():
        await asyncio.sleep(0.001)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    sent = RESTORE in {name for name, _ in acts()}
    cause(Resumed(harness, device, record, spec))
    passphrase = "another one" if cause is nothing else PASSPHRASE
    await harness.runner(spec, passphrase, resumed=True).run()
    return only_verdict(harness.view(spec.run)), sent


@CAUSES
@pytest.mark.parametrize("phase", ["intended", "done"])
async def test_a_restore_that_was_sent_stays_unknown(
    harness: EngineHarness, cause: Callable[[Resumed], None], code: Code, phase: str
) -> None:
    verdict, _ = await resumed_after(harness, RESTORE, phase, cause)
    assert (verdict.verdict, verdict.code) == (Verdict.UNKNOWN, code), verdict
    assert "What became of the restore is not known." in verdict.message
    assert "Nothing was" not in f"{verdict.message} {verdict.advice}"


@CAUSES
async def test_a_file_that_was_sent_is_not_denied(
    harness: EngineHarness, cause: Callable[[Resumed], None], code: Code
) -> None:
    verdict, sent = await resumed_after(harness, PUT, "intended", cause)
    assert (verdict.verdict, verdict.code) == (Verdict.UNKNOWN if sent else Verdict.FAILED, code), verdict
    assert "Nothing was" not in f"{verdict.message} {verdict.advice}"


async def test_a_restore_that_was_sent_stays_unknown_while_another_process_holds_the_sensor(
    harness: EngineHarness,
) -> None:
    def held(at: Resumed) -> None:
        [item] = at.spec.items
        lock = lock_of(harness.context.home, item.target, item.identity, purpose="another run")
        lock.acquire()
        locks.append(lock)

    locks: list[SensorLock] = []
    try:
        verdict, _ = await resumed_after(harness, RESTORE, "done", held)
    finally:
        for lock in locks:
            lock.release()
    assert (verdict.verdict, verdict.code) == (Verdict.UNKNOWN, Code.BUSY), verdict
