"""Reads all parameters of a sensor that was backed up, once nothing waits for it.

While a sensor makes its backup file there is time for some ten parameters. The others are read when the run
is over, so that no flash waits for them, and only while the sensor is free.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import Final

from msgspec import structs

from sicktui.engine.observe import read_update_state
from sicktui.engine.parameters.of_backup import parameters_of
from sicktui.engine.parameters.snapshot import take_snapshot
from sicktui.engine.plan.base import lock_of
from sicktui.model.clock import Clock, timestamp
from sicktui.model.device import Target, same_serial
from sicktui.model.enums import UpdateState
from sicktui.model.errors import SicktuiError
from sicktui.model.snapshot import Snapshot
from sicktui.sensor.client import Sensor
from sicktui.stores.backups.snapshots import SnapshotStore
from sicktui.stores.backups.store import BackupRecord, BackupStore
from sicktui.stores.disk.home import Home
from sicktui.stores.disk.locks import operator

_AT_ONCE: Final = 32
"""Sensors whose parameters are all read at once: each has its file of them in memory."""
_LONGEST: Final = 300.0
"""Seconds for all parameters of one sensor after the run; 25 are usual."""

_log = logging.getLogger(__name__)


async def complete_backups(
    home: Home,
    backed_up: Iterable[tuple[Target, str]],
    connect: Callable[[Target], Sensor],
    *,
    run: str,
    clock: Clock,
) -> None:
    """Read all parameters of the sensors that a run has backed up. What fails is only logged.

    Args:
        home: the folders.
        backed_up: the devices, each with the id of its backup.
        connect: makes a connection that needs no password.
        run: the run, which is over.
        clock: where the time comes from.
    """
    gate = asyncio.Semaphore(_AT_ONCE)
    backups = BackupStore(home.backups)

    async def one(target: Target, backup: str) -> None:
        sensor = connect(target)
        try:
            async with gate, asyncio.timeout(_LONGEST):
                record = await asyncio.to_thread(backups.get, backup)
                await complete_backup(home, sensor, target, record, run=run, clock=clock)
        except (SicktuiError, OSError) as error:
            _log.warning("no full snapshot of %s: %s", target.device, error)
        finally:
            await sensor.aclose()

    await asyncio.gather(*(one(target, backup) for target, backup in backed_up))


async def complete_backup(
    home: Home,
    sensor: Sensor,
    target: Target,
    record: BackupRecord,
    *,
    run: str,
    clock: Clock,
) -> Snapshot | None:
    """Take a full snapshot to go with a backup that has none; ``None`` where it must not or need not be.

    It proves nothing about the backup: what was read while the file was made does.

    Args:
        home: the folders.
        sensor: reads only; needs no password.
        target: the device.
        record: its backup.
        run: the run that made it.
        clock: where the time comes from.

    Raises:
        Held: somebody else has begun to work on the sensor.
        SicktuiError: it is exchanged or updated meanwhile.
        SensorError: it cannot be read.
        StorageError: the snapshot cannot be stored.
    """
    snapshots = SnapshotStore(home.snapshots)
    known = await asyncio.to_thread(parameters_of, snapshots, record)
    if known is None or known.snapshot.scope == "full":
        return None
    identity = await sensor.read.identity()
    if not same_serial(identity.key_for(target.device), record.key):
        return None
    if await read_update_state(sensor) is UpdateState.STARTED:
        return None
    lock = lock_of(home, target, identity)
    lock.check()
    taken = await take_snapshot(
        sensor,
        identity,
        scope="full",
        device=target.device,
        taken=timestamp(clock.now()),
        by=str(operator()),
        run=run,
        # A lock that is free costs no time; of one that is held, the reading ends at once.
        on_read=lambda _done, _whole: lock.check(),
    )
    return await asyncio.to_thread(snapshots.add, structs.replace(taken, backup=record.id))
