"""What is done to the sensors of a batch: how the run is made, and what is true of backups and parameters."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

from msgspec import Struct

from sicktui.engine.backup.plan import plan_backup
from sicktui.engine.context import Context
from sicktui.engine.plan.spec import new_spec
from sicktui.engine.restore.plan import plan_restore, restores_spec
from sicktui.engine.restore.rules import RestoreOptions
from sicktui.engine.restore.source import LATEST
from sicktui.engine.targets import choose
from sicktui.engine.update.plan import plan_update
from sicktui.model.device import Target
from sicktui.model.enums import Operation
from sicktui.model.firmware.package import Package
from sicktui.model.run.plan import RunSpec, UpdateOptions
from sicktui.simulator import Device, make_package
from sicktui.simulator.device.files.backup import Unusable, read
from sicktui.simulator.device.parameters import NETWORK
from sicktui.stores.packages.inspect import inspect_package
from tests.reliability.case import NEW
from tests.reliability.https_cases import encrypted

PASSPHRASE: Final = ""
"""None: its fingerprint is slow on purpose. The tests of backups have passphrases."""
Devices = Mapping[str, Device]


class Birth(Struct, frozen=True, kw_only=True):
    """What a sensor was when the batch began."""

    serial: str
    power_on_count: int
    parameters: dict[str, object]
    backed_up: dict[str, object]
    """The parameters that its backup has, where it has one."""

    @classmethod
    def of(cls, device: Device, backed_up: dict[str, object]) -> "Birth":
        """The sensor as it is now."""
        return cls(
            serial=device.serial,
            power_on_count=device.power_on_count,
            parameters=dict(device.parameters.current),
            backed_up=backed_up,
        )


def change_parameters(device: Device) -> None:
    """Let somebody change what was backed up."""
    device.parameters.write("LocationName", "somewhere else")
    device.parameters.write("ScanDataFormat", 4)
    device.parameters.save()


def holds(device: Device, path: Path) -> bool:
    """Whether a stored backup opens, and holds the parameters that the sensor has."""
    try:
        contents = read(path.read_bytes(), PASSPHRASE, model=device.model, firmware=device.firmware_version)
    except Unusable:
        return False
    current = {name: value for name, value in device.parameters.current.items() if name not in NETWORK}
    return contents.parameters == current


async def update_run(
    context: Context, devices: Devices, folder: Path, options: UpdateOptions, *, at_once: bool = False
) -> RunSpec:
    """A run that updates all of them; one that follows its plan at once goes on with its logins."""
    package = _package(devices.values(), folder)
    items = await plan_update(context, targets(context, devices), package, options, at_once=at_once)
    return new_spec(context, Operation.UPDATE, items, package=package, options=options)


async def backup_run(context: Context, devices: Devices, *_: object) -> RunSpec:
    """A run that backs all of them up."""
    return new_spec(context, Operation.BACKUP, await plan_backup(context, targets(context, devices)))


async def restore_run(context: Context, devices: Devices, *_: object) -> RunSpec:
    """A run that restores onto each its latest backup."""
    chosen = targets(context, devices)
    plans = [await plan_restore(context, target, LATEST, RestoreOptions()) for target in chosen]
    return restores_spec(context, plans)


PLANS: Final[dict[Operation, Callable[[Context, Devices, Path, UpdateOptions], Awaitable[RunSpec]]]] = {
    Operation.UPDATE: update_run,
    Operation.BACKUP: backup_run,
    Operation.RESTORE: restore_run,
}


def targets(context: Context, devices: Devices) -> list[Target]:
    """All of them, by their addresses; over HTTPS those with a certificate."""
    folder = context.home.devices_file.parent
    chosen = choose(list(devices), context.devices(), context.settings)
    return [encrypted(target, devices, folder) for target in chosen]


def _package(devices: Iterable[Device], folder: Path) -> Package:
    [family] = {device.generation.family.name for device in devices}
    path = folder / f"{family}_{NEW}.spk.signed"
    make_package(path, family, NEW, size=60_000, signed=True)
    return inspect_package(path)
