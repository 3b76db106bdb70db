"""Compares: a sensor with what it was, or two sensors."""

import asyncio
from collections.abc import Sequence

from sicktui.model.device import Target
from sicktui.model.errors import SicktuiError
from sicktui.model.safe_text import clean
from sicktui.model.snapshot import Scope, Snapshot
from sicktui.model.wording import count
from sicktui.tui.flows.restore import key_of
from sicktui.tui.flows.services import Stage
from sicktui.tui.screens.diff import DiffScreen
from sicktui.tui.screens.snapshots import Pair, SnapshotPicker, SnapshotReader, read_snapshots


async def diff(stage: Stage, devices: tuple[str, ...]) -> None:
    """Compare the one device with what it was, or the two with each other."""
    targets = stage.targets(devices)
    if len(targets) == 1:
        await _with_itself(stage, targets[0])
        return
    snapshots = await _read(stage, targets)
    if len(snapshots) > 1:
        await stage.ask(DiffScreen(stage.face, snapshots[0], snapshots[1]))


async def compare_with_now(stage: Stage, device: str, before: Snapshot, scope: Scope = "full") -> None:
    """Read a sensor, and compare it with an earlier snapshot."""
    for now in await _read(stage, stage.targets((device,)), scope):
        await stage.ask(DiffScreen(stage.face, before, now))


async def _with_itself(stage: Stage, target: Target) -> None:
    key = key_of(stage, target.device)
    try:
        kept = await asyncio.to_thread(read_snapshots, stage.context, target.device, key)
    except SicktuiError as error:
        stage.say(str(error), "error")
        return
    if not kept:
        for taken in await _read(stage, [target]):
            name, number = clean(target.device, 40), count(len(taken.values), "parameter")
            words = f"This is the first snapshot of {name} ({number}): from now on it can be compared with."
            stage.say(words)
        return
    pair: Pair | None = await stage.ask(SnapshotPicker(stage.face, target.device, kept))
    if pair is None or pair.before is None:
        return
    if pair.after is None:
        await compare_with_now(stage, target.device, pair.before, pair.scope)
    else:
        await stage.ask(DiffScreen(stage.face, pair.before, pair.after))


async def _read(stage: Stage, targets: Sequence[Target], scope: Scope = "full") -> list[Snapshot]:
    """The sensors as they are now; empty if one could not be read, or it was stopped."""
    taken = await stage.ask(SnapshotReader(stage.face, stage.context, targets, scope))
    stage.look_at_backups()  # parameters may be seen now to have changed since the last backup
    return taken or []
