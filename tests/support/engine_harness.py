"""Updates, backups and restores of simulated sensors, planned and run in this process."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from sicktui.engine.plan.spec import new_spec
from sicktui.engine.restore.plan import RestorePlan, plan_restore, restore_spec
from sicktui.engine.restore.rules import RestoreOptions
from sicktui.engine.update.plan import plan_update
from sicktui.model.enums import Operation
from sicktui.model.firmware.package import Package
from sicktui.model.run.event import VerdictReached
from sicktui.model.run.plan import PlanItem, RunSpec, UpdateOptions
from sicktui.model.run.view import RunView
from sicktui.simulator.fleet.fleet import Device
from sicktui.simulator.spec import DeviceSpec
from sicktui.stores.packages.inspect import PackageError
from tests.support.harness import PASSPHRASE, TIME_SCALE, Harness, only_verdict

GENERATIONS: Final = (
    "firmware-article",
    "auth-article",
    "picoscan-2.2.1",
    "picoscan-2.3.3",
    "multiscan-2.4.2",
    "lrs4000-1.9.1",
)
WITH_BACKUP: Final = GENERATIONS[:-1]


class EngineHarness(Harness):
    """Simulated sensors, and what is needed to update, back up and restore them."""

    items: Sequence[PlanItem] = ()
    """The last plan of an update."""

    async def sensors(self, *specs: DeviceSpec, time_scale: float = TIME_SCALE) -> list[Device]:
        """Start simulated sensors."""
        return list((await self.start(*specs, time_scale=time_scale)).devices)

    async def sensor(self, time_scale: float = TIME_SCALE, **spec: object) -> Device:
        """Start one simulated sensor, called ``gate`` unless the spec says otherwise."""
        described = DeviceSpec(**({"name": "gate"} | spec))  # type: ignore[arg-type]
        [device] = await self.sensors(described, time_scale=time_scale)
        return device

    # -- updates -----------------------------------------------------------------------------------

    async def plan(
        self, package: Package | PackageError, options: UpdateOptions | None = None, words: Sequence[str] = ()
    ) -> Sequence[PlanItem]:
        """Plan an update of the named devices, or of all sensors by address."""
        self.items = await plan_update(self.context, self.targets(words), package, options or UpdateOptions())
        return self.items

    def spec(self, package: Package | None, options: UpdateOptions | None = None) -> RunSpec:
        """The run of the last plan."""
        return new_spec(self.context, Operation.UPDATE, self.items, package=package, options=options)

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

    async def verdict(self, package: Package, options: UpdateOptions | None = None) -> VerdictReached:
        """The verdict of an update of the only sensor."""
        return only_verdict(await self.update(package, options))

    # -- restores ----------------------------------------------------------------------------------

    async def plan_restore(self, word: Device | str, backup: str, **options: bool) -> RestorePlan:
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
        plan = await self.plan_restore(word, backup, **options)
        assert plan.may_go, plan.item
        return restore_spec(self.context, plan, backup)


def paths(device: Device, method: str = "") -> list[str]:
    """The endpoints that a sensor was asked for, in order."""
    return [entry.endpoint for entry in device.requests if entry.method == (method or entry.method)]
