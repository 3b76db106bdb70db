"""A plant on loopback: simulated sensors, a home, and runs executed in this process."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from msgspec import structs

from sicktui.engine.context import Context
from sicktui.engine.plan.spec import new_spec
from sicktui.engine.run.events import first_events
from sicktui.engine.run.handshake import RunSecrets
from sicktui.engine.run.history import every_event
from sicktui.engine.run.runner import Runner
from sicktui.engine.targets import choose
from sicktui.engine.update.plan import plan_update
from sicktui.model.enums import Operation
from sicktui.model.event import Event, VerdictReached
from sicktui.model.package import Package
from sicktui.model.plan import PlanItem, RunSpec, UpdateOptions
from sicktui.model.run_view import RunView, reduce
from sicktui.model.settings import Limits, Timing
from sicktui.simulator.device.package import make_package
from sicktui.simulator.fleet.fleet import Device, Fleet
from sicktui.simulator.spec import DeviceSpec
from sicktui.stores.packages.inspect import PackageError, inspect_package

FAST = Timing(
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
TIME_SCALE = 50.0
"""The simulated devices live fifty times faster: a flash of 20 s takes 0.4 s."""

PASSWORD = "servicelevel"


class Plant:
    """Simulated sensors and what is needed to update them."""

    def __init__(self, context: Context, folder: Path, stack: AsyncExitStack) -> None:
        self.context = context
        self.folder = folder
        self._stack = stack
        self.fleet: Fleet
        self.items: list[PlanItem] = []
        self.provoked: str | None = None
        """Words of a violation that the test itself causes."""

    async def sensors(self, *specs: DeviceSpec, time_scale: float = TIME_SCALE) -> list[Device]:
        """Start simulated sensors."""
        self.fleet = await self._stack.enter_async_context(Fleet(list(specs), time_scale=time_scale))
        return list(self.fleet.devices)

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

    def settings(self, *, limits: Limits | None = None, **timing: float) -> None:
        """Change settings for what follows."""
        self.context.settings = structs.replace(
            self.context.settings,
            timing=structs.replace(self.context.settings.timing, **timing),
            limits=limits or self.context.settings.limits,
        )

    async def plan(
        self, package: Package | PackageError, options: UpdateOptions | None = None, words: Sequence[str] = ()
    ) -> list[PlanItem]:
        """Plan an update of the named devices, or of all sensors by address."""
        addresses = words or [device.address for device in self.fleet.devices]
        targets = choose(addresses, self.context.devices(), self.context.settings)
        self.items = await plan_update(self.context, targets, package, options or UpdateOptions())
        return self.items

    def spec(self, package: Package | None, options: UpdateOptions | None = None) -> RunSpec:
        """The run of the last plan."""
        return new_spec(self.context, Operation.UPDATE, self.items, package=package, options=options)

    def runner(self, spec: RunSpec) -> Runner:
        """A runner in this process for a run that is journalled with it."""
        self.context.journal.create_run(spec, first_events(spec))
        return self.resumed(spec)

    def resumed(self, spec: RunSpec) -> Runner:
        """A runner in this process for a run that is in the journal already."""
        secrets = RunSecrets(passwords={item.device: PASSWORD for item in spec.items}, passphrase="pass")
        return Runner(self.context.home, self.context.journal, spec, secrets, self.context.clock)

    async def update(
        self,
        package: Package,
        options: UpdateOptions | None = None,
        *,
        between: Callable[[], Awaitable[None]] | None = None,
    ) -> RunView:
        """Plan and run an update of all sensors in this process.

        ``between`` is awaited after the plan, before the run.
        """
        await self.plan(package, options)
        if between is not None:
            await between()
        spec = self.spec(package, options)
        await self.runner(spec).run()
        return self.view(spec.run)

    def events(self, run: str) -> list[Event]:
        """All events of a run."""
        return list(every_event(self.context.journal, run))

    def view(self, run: str) -> RunView:
        """The run as every face sees it."""
        view = RunView()
        for event in self.events(run):
            view = reduce(view, event)
        return view

    async def verdict(self, package: Package, options: UpdateOptions | None = None) -> VerdictReached:
        """The verdict of an update of the only sensor."""
        view = await self.update(package, options)
        return only_verdict(view)


def only_verdict(view: RunView) -> VerdictReached:
    """The verdict of the only device of a run."""
    [device] = view.devices.values()
    assert device.verdict is not None
    return device.verdict
