"""What every harness has: simulated sensors, a home, and runs executed in this process."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

from msgspec import structs

from sicktui.engine.backup.plan import plan_backup
from sicktui.engine.context import Context, open_context
from sicktui.engine.plan.spec import new_spec
from sicktui.engine.run.events import first_events
from sicktui.engine.run.execution import Runner
from sicktui.engine.run.handshake import RunSecrets
from sicktui.engine.run.history import every_event
from sicktui.engine.targets import choose
from sicktui.model.device import Profile, Target
from sicktui.model.enums import Operation
from sicktui.model.firmware.package import Package
from sicktui.model.run.event import Event, VerdictReached
from sicktui.model.run.plan import RunSpec
from sicktui.model.run.view import RunView, reduce
from sicktui.model.settings import Limits, Settings, Timing
from sicktui.simulator.device.files.package import make_package
from sicktui.simulator.fleet.fleet import Device, Fleet
from sicktui.simulator.spec import DeviceSpec
from sicktui.stores.backups.store import BackupRecord
from sicktui.stores.config.devices import save_devices
from sicktui.stores.packages.inspect import inspect_package

PASSWORD: Final = "servicelevel"
PASSPHRASE: Final = "a passphrase of the plant"
FAST: Final = Timing(
    poll_interval=0.05,
    autostart_wait=0.0,
    flash_timeout=4.0,
    reconnect_timeout=3.0,
    reconnect_interval=0.05,
    settle=0.1,
    request_timeout=2.0,
    stall_timeout=2.0,
    backup_timeout=3.0,
    restore_wait=0.01,
)
TIME_SCALE: Final = 50.0
"""The simulated devices live fifty times faster: a flash of 20 s takes 0.4 s."""
LIMITS: Final = Limits(requests_per_second=1000.0)


def fast_context(
    folder: Path, *, timing: Timing = FAST, limits: Limits = LIMITS, passphrase: str | None = None
) -> Context:
    """A context with fast settings, a known password and its own home."""
    context = open_context(
        home=folder / "home", password=PASSWORD, passphrase=passphrase, environ={}, use_keyring=False
    )
    context.settings = Settings(timing=timing, limits=limits)
    return context


class Harness:
    """Simulated sensors, and the context that works on them."""

    def __init__(self, context: Context, folder: Path, stack: AsyncExitStack) -> None:
        self.context = context
        self.folder = folder
        self._stack = stack
        self.fleets: list[Fleet] = []
        self.provoked: str | tuple[str, ...] = ()
        """Words of a violation that the test itself causes."""

    # -- sensors and settings --------------------------------------------------------------------

    async def start(self, *specs: DeviceSpec, time_scale: float = TIME_SCALE) -> Fleet:
        """Start simulated sensors; they end with the test."""
        fleet = await self._stack.enter_async_context(Fleet(list(specs), time_scale=time_scale))
        self.fleets.append(fleet)
        return fleet

    @property
    def fleet(self) -> Fleet:
        """The sensors that were started last."""
        return self.fleets[-1]

    @property
    def devices(self) -> list[Device]:
        """All sensors."""
        return [device for fleet in self.fleets for device in fleet.devices]

    def violations(self) -> list[str]:
        """Violations of the protocol that the sensors have seen, without the provoked one."""
        return [text for device in self.devices for text in device.violations if not self.is_provoked(text)]

    def is_provoked(self, violation: str) -> bool:
        """Whether a test has led to this violation itself."""
        provoked = (self.provoked,) if isinstance(self.provoked, str) else self.provoked
        return any(words in violation for words in provoked)

    def settings(self, *, limits: Limits | None = None, **timing: float) -> None:
        """Change settings for what follows."""
        settings = self.context.settings
        self.context.settings = structs.replace(
            settings,
            timing=structs.replace(settings.timing, **timing),
            limits=limits or settings.limits,
        )

    def profile(self, name: str, device: Device, **more: str) -> None:
        """Put a sensor into the device list."""
        devices = self.context.devices()
        profile = Profile(name=name, address=device.address, **more)  # type: ignore[arg-type]
        devices = devices.replace(name, profile) if name in devices.profiles else devices.add(profile)
        save_devices(self.context.home.devices_file, devices)

    def package(
        self,
        version: str = "2.4.0.0R",
        *,
        family: str = "picoScan",
        size: int = 200_000,
        signed: bool = True,
        name: str | None = None,
    ) -> Package:
        """A package on disk that devices of the family take."""
        suffix = ".spk.signed" if signed else ".spk"
        path = self.folder / (name or f"{family}_{version}{suffix}")
        make_package(path, family, version, size=size, signed=signed)
        return inspect_package(path)

    def target(self, word: Device | str) -> Target:
        """The target of a sensor's address, or of a profile's name."""
        [target] = self.targets([word if isinstance(word, str) else word.address])
        return target

    def targets(self, words: Sequence[str] = ()) -> list[Target]:
        """The targets of names or addresses; of all sensors without any."""
        chosen = words or [device.address for device in self.fleet.devices]
        return choose(chosen, self.context.devices(), self.context.settings)

    # -- runs --------------------------------------------------------------------------------------

    def runner(self, spec: RunSpec, passphrase: str = PASSPHRASE, *, resumed: bool = False) -> Runner:
        """A runner in this process; unless resumed, the run is journalled with it."""
        context = self.context
        if not resumed:
            context.journal.create_run(spec, first_events(spec))
        secrets = RunSecrets(passwords={item.device: PASSWORD for item in spec.items}, passphrase=passphrase)
        return Runner(context.home, context.journal, spec, secrets, context.clock, resumed=resumed)

    async def backup(self, word: Device | str, *, passphrase: str = PASSPHRASE) -> VerdictReached:
        """Plan and run the backup of one sensor; its verdict."""
        items = await plan_backup(self.context, [self.target(word)])
        spec = new_spec(self.context, Operation.BACKUP, items)
        await self.runner(spec, passphrase).run()
        return only_verdict(self.view(spec.run))

    async def backed_up(self, word: Device | str, passphrase: str = PASSPHRASE) -> BackupRecord:
        """The record of a backup that must succeed."""
        verdict = await self.backup(word, passphrase=passphrase)
        assert isinstance(verdict.backup, str), verdict
        return self.context.backups.get(verdict.backup)

    def events(self, run: str) -> list[Event]:
        """All events of a run."""
        return list(every_event(self.context.journal, run))

    def view(self, run: str) -> RunView:
        """The run as every face sees it."""
        view = RunView()
        for event in self.events(run):
            view = reduce(view, event)
        return view


def only_verdict(view: RunView) -> VerdictReached:
    """The verdict of the only device of a run."""
    [device] = view.devices.values()
    assert device.verdict is not None
    return device.verdict
