"""Compares parameters: sensors now, snapshots and backups, each with each."""

import asyncio
from collections.abc import Sequence

from sicktui.engine.context import Context
from sicktui.engine.parameters.of_backup import parameters_of
from sicktui.model.device import Target
from sicktui.model.errors import SicktuiError
from sicktui.model.safe_text import clean
from sicktui.model.snapshot import Scope, Snapshot
from sicktui.model.wording import count
from sicktui.stores.backups.store import BackupRecord
from sicktui.tui.flows.services import Services, backup_key
from sicktui.tui.rows.parameters.snapshots import Kind, SnapshotRow, in_order
from sicktui.tui.screens.sensors.diff import DiffScreen
from sicktui.tui.screens.sensors.snapshots import Pair, SnapshotPicker, SnapshotReader


async def diff(services: Services, devices: tuple[str, ...]) -> None:
    """Compare one device with anything that is stored or listed, or two devices with each other."""
    targets = services.targets(devices)
    if len(targets) == 1:
        await _with_anything(services, targets[0])
        return
    snapshots = await _read(services, targets)
    if len(snapshots) > 1:
        await services.ask(DiffScreen(services.appearance, snapshots[0], snapshots[1]))


async def compare_backups(services: Services, records: Sequence[BackupRecord], device: str = "") -> None:
    """Compare two backups, or one with the sensor now.

    Args:
        services: the main screen.
        records: one or two backups.
        device: the device whose sensor is read; needed for one.
    """
    snapshots = services.context.snapshots

    def work() -> list[Snapshot]:
        known = [parameters_of(snapshots, record) for record in records]
        return [each.snapshot for each in known if each is not None]

    sides = sorted(await asyncio.to_thread(work), key=lambda side: side.taken)
    if len(sides) < len(records):
        services.notify("No readable parameters were stored with this backup: nothing to compare.", "warning")
    elif len(sides) > 1:
        await services.ask(DiffScreen(services.appearance, sides[0], sides[1]))
    else:
        for now in await _read(services, services.targets((device,))):
            await services.ask(DiffScreen(services.appearance, sides[0], now))


async def _with_anything(services: Services, target: Target) -> None:
    key, names = backup_key(services, target.device), list(services.profiles())
    try:
        sides = await asyncio.to_thread(_sides, services.context, target.device, key, names)
    except SicktuiError as error:
        services.notify(str(error), "error")
        return
    if not any(side.own and side.snapshot is not None for side in sides):
        for taken in await _read(services, [target]):
            name, number = clean(target.device, 40), count(len(taken.values), "parameter")
            words = f"First snapshot of {name} ({number}) stored. Later ones can be compared with it."
            services.notify(words)
        return
    pair: Pair | None = await services.ask(SnapshotPicker(services.appearance, target.device, sides))
    if pair is None:
        return
    both = (pair.before, pair.after)
    asked = tuple(side.device for side in both if side.snapshot is None)
    read = await _read(services, services.targets(asked), pair.scope) if asked else []
    if len(read) == len(asked):
        fresh = iter(read)
        before, after = (side.snapshot or next(fresh) for side in both)
        await services.ask(DiffScreen(services.appearance, before, after))


def _sides(context: Context, device: str, key: str | None, names: Sequence[str]) -> list[SnapshotRow]:
    """All that can be compared. Reads the disk."""
    backups = {record.snapshot: record for record in context.backups.list() if record.snapshot}
    rows = [SnapshotRow(device=name, own=name == device) for name in names]
    for kept in context.snapshots.list():
        own = kept.key == key or kept.device == device
        record = backups.get(kept.id)
        known = parameters_of(context.snapshots, record) if record is not None and own else None
        side = kept if known is None else known.snapshot
        kind: Kind = "snapshot" if record is None else "backup"
        rows.append(SnapshotRow(device=kept.device, snapshot=side, kind=kind, own=own))
    return in_order(rows)


async def _read(services: Services, targets: Sequence[Target], scope: Scope = "full") -> list[Snapshot]:
    """Snapshots of the sensors now; empty if one could not be read, or the operator stopped."""
    taken = await services.ask(SnapshotReader(services.appearance, services.context, targets, scope))
    services.refresh_backups()  # parameters may turn out to have changed since the last backup
    return taken or []
