"""Backups: their history, differences, and a new sensor in the place of an old one."""

from msgspec import structs
from textual.pilot import Pilot

from screenshots.stage import PASSWORD, ShiftedClock, board_of, furnish, opened, picture, shown, until
from sicktui.engine.backup.plan import plan_backup
from sicktui.engine.context import Context
from sicktui.engine.parameters.snapshot import snapshot_now
from sicktui.engine.plan.spec import new_spec
from sicktui.engine.run.events import first_events
from sicktui.engine.run.execution import Runner
from sicktui.engine.run.handshake import RunSecrets
from sicktui.engine.targets import choose
from sicktui.model.enums import Operation
from sicktui.simulator.fleet.fleet import Fleet
from sicktui.simulator.fleet.standard import standard_fleet
from sicktui.simulator.spec import DeviceSpec
from sicktui.stores.config.devices import save_devices
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.screens.backups.history import HistoryScreen
from sicktui.tui.screens.backups.replace import ReplaceScreen
from sicktui.tui.screens.sensors.diff import DiffScreen
from sicktui.tui.screens.sensors.snapshots import SnapshotPicker

FORGOTTEN = -40.0
"""Days: since then nobody has backed the dock up."""


async def keeping() -> None:
    """Backups: history, diff, and a new sensor in the place of an old one."""
    clock = ShiftedClock()
    with opened(clock) as context:
        async with Fleet(standard_fleet(6), time_scale=4.0) as fleet:
            furnish(context, fleet)
            await give_a_past(context, fleet, clock)
            async with shown(context) as pilot:
                await until(pilot, lambda: len(board_of(pilot).observations) == len(fleet.devices))
                await pilot.pause(1.0)
                await picture_history(pilot, fleet)
                await picture_diff(pilot)
                await picture_replacement(pilot, context, fleet)


async def give_a_past(context: Context, fleet: Fleet, clock: ShiftedClock) -> None:
    """Backups and snapshots of the last weeks."""
    gate, dock = fleet.devices[0], fleet.devices[2]
    story: tuple[tuple[float, dict[str, object]], ...] = (
        (-64.0, {}),
        (-41.0, {"ScanDataFormat": 4}),
        (-26.5, {}),
        (-12.2, {"LocationName": "north gate", "ScanDataEthSettings": {"Port": 2116}}),
        (-0.9, {"ScanDataEnable": True}),
    )
    for days, changes in story:
        clock.days = days
        for name, value in changes.items():
            gate.parameters.write(name, value)
        gate.parameters.save()
        await back_up(context, gate.name)
        if days == story[0][0]:
            [target] = choose([gate.name], context.devices(), context.settings)
            await snapshot_now(context, target)
            flip_a_bit(context)
        if days < FORGOTTEN:
            await back_up(context, dock.name)
    clock.days = 0.0


def flip_a_bit(context: Context) -> None:
    """What a bad disk does: the verification is to find it."""
    [record] = context.backups.list()
    path = context.backups.path(record)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


async def back_up(context: Context, name: str) -> None:
    """Back a sensor up in this process, on the clock of the pictures."""
    targets = choose([name], context.devices(), context.settings)
    spec = new_spec(context, Operation.BACKUP, await plan_backup(context, targets))
    context.journal.create_run(spec, first_events(spec))
    secrets = RunSecrets(passwords={name: PASSWORD})
    await Runner(context.home, context.journal, spec, secrets, context.clock, resumed=False).run()


async def picture_history(pilot: Pilot[None], fleet: Fleet) -> None:
    """The versions of the gate's sensor, verified."""
    await pilot.press(*"jjj")  # the list is sorted by name: lrs, multiscan, two at the dock, two at the gate
    while board_of(pilot).selected != fleet.devices[0].name:
        await pilot.press("j")
        await pilot.pause(0.1)
    await pilot.press("h")
    await until(pilot, lambda: isinstance(pilot.app.screen, HistoryScreen))
    await pilot.pause(0.5)
    await pilot.press("V")
    await pilot.pause(2.0)
    await pilot.press(">")
    await pilot.pause(0.5)
    picture(pilot, "history")
    await pilot.press("q")


async def picture_diff(pilot: Pilot[None]) -> None:
    """What has changed since the first snapshot."""
    await pilot.pause(0.5)
    await pilot.press("d")
    await until(pilot, lambda: isinstance(pilot.app.screen, SnapshotPicker))
    await pilot.press(">", "k", "enter")  # the oldest but one is the full one
    await until(pilot, lambda: isinstance(pilot.app.screen, DiffScreen))
    await pilot.pause(0.5)
    picture(pilot, "diff")
    await pilot.press("q")


async def picture_replacement(pilot: Pilot[None], context: Context, fleet: Fleet) -> None:
    """A new sensor at the old address, from the guide to the verdict."""
    old = fleet.devices[0]
    spec = DeviceSpec(name="new", generation="picoscan-2.3.3", model="picoScan150", serial="26110309")
    await old.power_off()
    async with Fleet([spec], time_scale=4.0) as spare:
        new = spare.devices[0]
        devices = context.devices()
        profile = structs.replace(devices.profiles[old.name], address=new.address, serial=old.serial)
        save_devices(context.home.devices_file, devices.replace(old.name, profile))
        dashboard = board_of(pilot)
        await pilot.press("R")
        await until(pilot, lambda: dashboard.targets[old.name].address == new.address)
        await until(
            pilot,
            lambda: (
                old.name in dashboard.observations
                and dashboard.observations[old.name].observation.other is not None
            ),
        )
        await pilot.press("E")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReplaceScreen))
        await pilot.pause(3.0)
        pilot.app.clear_notifications()
        await pilot.pause(0.5)
        picture(pilot, "replacement")
        await pilot.press("r")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: dashboard.shown_run in dashboard.runs and not dashboard.live_runs)
        await pilot.pause(1.5)
        pilot.app.clear_notifications()
        await pilot.pause(0.5)
        picture(pilot, "replaced")
