"""Compares the parameters of a sensor with a snapshot, or of two sensors."""

import asyncio
from collections.abc import Sequence

from sicktui.engine.parameters.snapshot import snapshots_of
from sicktui.model.device import Target
from sicktui.model.errors import SicktuiError
from sicktui.model.safe_text import clean
from sicktui.model.snapshot import Scope, Snapshot
from sicktui.model.wording import count
from sicktui.tui.flows.backups.restore import key_of
from sicktui.tui.flows.services import Services
from sicktui.tui.screens.sensors.diff import DiffScreen
from sicktui.tui.screens.sensors.snapshots import Pair, SnapshotPicker, SnapshotReader


async def diff(services: Services, devices: tuple[str, ...]) -> None:
    """Compare one device with a snapshot, or two devices with each other."""
    targets = services.targets(devices)
    if len(targets) == 1:
        await _with_itself(services, targets[0])
        return
    snapshots = await _read(services, targets)
    if len(snapshots) > 1:
        await services.ask(DiffScreen(services.appearance, snapshots[0], snapshots[1]))


async def compare_with_now(services: Services, device: str, before: Snapshot, scope: Scope = "full") -> None:
    """Read a sensor, and compare it with an earlier snapshot."""
    for now in await _read(services, services.targets((device,)), scope):
        await services.ask(DiffScreen(services.appearance, before, now))


async def _with_itself(services: Services, target: Target) -> None:
    key = key_of(services, target.device)
    try:
        kept = await asyncio.to_thread(snapshots_of, services.context, target.device, key)
    except SicktuiError as error:
        services.notify(str(error), "error")
        return
    if not kept:
        for taken in await _read(services, [target]):
            name, number = clean(target.device, 40), count(len(taken.values), "parameter")
            words = f"First snapshot of {name} ({number}) stored. Later ones can be compared with it."
            services.notify(words)
        return
    pair: Pair | None = await services.ask(SnapshotPicker(services.appearance, target.device, kept))
    if pair is None or pair.before is None:
        return
    if pair.after is None:
        await compare_with_now(services, target.device, pair.before, pair.scope)
    else:
        await services.ask(DiffScreen(services.appearance, pair.before, pair.after))


async def _read(services: Services, targets: Sequence[Target], scope: Scope = "full") -> list[Snapshot]:
    """Snapshots of the sensors now; empty if one could not be read, or the operator stopped."""
    taken = await services.ask(SnapshotReader(services.appearance, services.context, targets, scope))
    services.refresh_backups()  # parameters may turn out to have changed since the last backup
    return taken or []
