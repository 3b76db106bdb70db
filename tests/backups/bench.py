"""A bench on loopback: simulated sensors, a home, and backups and restores executed in this process."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from msgspec import structs

from sicktui.engine.backup.plan import plan_backup
from sicktui.engine.context import Context
from sicktui.engine.plan.spec import new_spec
from sicktui.engine.restore.plan import RestorePlan, plan_restore, restore_spec
from sicktui.engine.restore.rules import RestoreOptions
from sicktui.engine.run.events import first_events
from sicktui.engine.run.handshake import RunSecrets
from sicktui.engine.run.history import every_event
from sicktui.engine.run.runner import Runner
from sicktui.engine.targets import choose
from sicktui.model.device import Profile, Target
from sicktui.model.enums import Operation
from sicktui.model.event import Event, VerdictReached
from sicktui.model.plan import PlanItem, RunSpec
from sicktui.model.run_view import RunView, reduce
from sicktui.simulator.fleet.fleet import Device, Fleet
from sicktui.simulator.spec import DeviceSpec
from sicktui.stores.backups.store import BackupRecord
from sicktui.stores.config.devices import save_devices
from tests.engine.plant import PASSWORD, TIME_SCALE, only_verdict

PASSPHRASE = "a passphrase of the plant"
GENERATIONS = (
    "firmware-article",
    "auth-article",
    "picoscan-2.2.1",
    "picoscan-2.3.3",
    "multiscan-2.4.2",
    "lrs4000-1.9.1",
)
WITH_BACKUP = GENERATIONS[:-1]


class Bench:
    """Simulated sensors and what is needed to back them up and restore them."""

    def __init__(self, context: Context, folder: Path, stack: AsyncExitStack) -> None:
        self.context = context
        self.folder = folder
        self.fleets: list[Fleet] = []
        self.provoked: str | None = None
        """Words of a violation that the test itself causes."""
        self.stack = stack

    async def sensor(self, time_scale: float = TIME_SCALE, **spec: object) -> Device:
        """Start one simulated sensor, called ``gate`` unless the spec says otherwise."""
        described = DeviceSpec(**({"name": "gate"} | spec))  # type: ignore[arg-type]
        fleet = await self.stack.enter_async_context(Fleet([described], time_scale=time_scale))
        self.fleets.append(fleet)
        return fleet.devices[0]

    def timing(self, **changes: float) -> None:
        """Change deadlines for what follows."""
        settings = self.context.settings
        self.context.settings = structs.replace(settings, timing=structs.replace(settings.timing, **changes))

    def profile(self, name: str, device: Device, **more: str) -> None:
        """Put a sensor into the device list."""
        devices = self.context.devices()
        profile = Profile(name=name, address=device.address, **more)  # type: ignore[arg-type]
        devices = devices.replace(name, profile) if name in devices.profiles else devices.add(profile)
        save_devices(self.context.home.devices_file, devices)

    def target(self, word: Device | str) -> Target:
        """The target of a sensor's address, or of a profile's name."""
        text = word if isinstance(word, str) else word.address
        [target] = choose([text], self.context.devices(), self.context.settings)
        return target

    def secrets(self, items: Sequence[PlanItem], passphrase: str) -> RunSecrets:
        """What the runner is told."""
        return RunSecrets(passwords={item.device: PASSWORD for item in items}, passphrase=passphrase)

    def runner(self, spec: RunSpec, passphrase: str = PASSPHRASE, *, resumed: bool = False) -> Runner:
        """A runner in this process; unless resumed, the run is journalled with it."""
        if not resumed:
            self.context.journal.create_run(spec, first_events(spec))
        secrets = self.secrets(spec.items, passphrase)
        return Runner(
            self.context.home, self.context.journal, spec, secrets, self.context.clock, resumed=resumed
        )

    async def backup(self, word: Device | str, *, passphrase: str = PASSPHRASE) -> VerdictReached:
        """Plan and run the backup of one sensor; its verdict."""
        items = await plan_backup(self.context, [self.target(word)])
        spec = new_spec(self.context, Operation.BACKUP, items)
        await self.runner(spec, passphrase).run()
        return only_verdict(self.view(spec.run))

    async def backed_up(self, word: Device | str, *, passphrase: str = PASSPHRASE) -> BackupRecord:
        """The record of a backup that must succeed."""
        verdict = await self.backup(word, passphrase=passphrase)
        assert isinstance(verdict.backup, str), verdict
        return self.context.backups.get(verdict.backup)

    async def plan(self, word: Device | str, backup: str, **options: bool) -> RestorePlan:
        """Plan the restore of a backup."""
        return await plan_restore(self.context, self.target(word), backup, RestoreOptions(**options))

    async def restore(
        self, word: Device | str, backup: str, *, passphrase: str = PASSPHRASE, **options: bool
    ) -> VerdictReached:
        """Plan and run a restore that the plan lets go; its verdict."""
        spec = await self.restore_run(word, backup, **options)
        await self.runner(spec, passphrase).run()
        return only_verdict(self.view(spec.run))

    async def restore_run(self, word: Device | str, backup: str, **options: bool) -> RunSpec:
        """The run of a restore that the plan lets go, not journalled yet."""
        plan = await self.plan(word, backup, **options)
        assert plan.may_go, plan.item
        return restore_spec(self.context, plan, backup)

    def events(self, run: str) -> list[Event]:
        """All events of a run."""
        return list(every_event(self.context.journal, run))

    def view(self, run: str) -> RunView:
        """The run as every face sees it."""
        view = RunView()
        for event in self.events(run):
            view = reduce(view, event)
        return view


def paths(device: Device, method: str = "") -> list[str]:
    """The endpoints that a sensor was asked for, in order."""
    return [entry.endpoint for entry in device.requests if entry.method == (method or entry.method)]
