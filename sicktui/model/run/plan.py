"""A plan: what would happen to each device, and why."""

from collections.abc import Sequence
from typing import Any, Final

from msgspec import Struct

from sicktui.model.device import Identity, Target
from sicktui.model.enums import Action, AuthScheme, Code, DeviceStatus, Operation
from sicktui.model.firmware.package import Package
from sicktui.model.run.order import Order
from sicktui.model.settings import Settings


class PlanItem(Struct, frozen=True, kw_only=True):
    """One device's part of a plan."""

    target: Target
    action: Action
    reason: Code | None
    """Why it is skipped or refused; ``None`` for a device that may go."""
    message: str
    """The reason in words; for a device that may go, what to expect and to mind."""
    advice: str = ""
    identity: Identity | None = None
    from_version: str | None = None
    to_version: str | None = None
    warnings: tuple[str, ...] = ()
    auth: AuthScheme | None = None
    """How the sensor lets a write through, as far as the plan has found out."""
    device_status: DeviceStatus | None = None
    """Its own health when the plan was made; ``None`` where it has no ``DeviceStatus``."""
    against_vendor: bool = False
    """Whether the vendor rules it out, so that it needs a typed confirmation: a downgrade of a picoScan."""

    unapproved: bool = False
    """Whether its package is not approved where it must be, so that it needs a typed confirmation."""

    @property
    def device(self) -> str:
        """The device's name, as people know it."""
        return self.target.device

    @property
    def may_go(self) -> bool:
        """Whether the run will work on it: neither skipped nor refused."""
        return self.action is Action.UPDATE


DOWNGRADE_WORD: Final = "downgrade"
"""What must be typed to start a downgrade that the vendor rules out."""
UNAPPROVED_WORD: Final = "unapproved"
"""What must be typed to use a package that is not approved where it must be."""


def word_to_type(items: Sequence[PlanItem]) -> str:
    """What must be typed to start a plan; empty where a yes is enough."""
    going = [item for item in items if item.may_go]
    words = (
        UNAPPROVED_WORD if any(item.unapproved for item in going) else "",
        DOWNGRADE_WORD if any(item.against_vendor for item in going) else "",
    )
    return " ".join(filter(None, words))


def update_words(before: str, after: str) -> str:
    """The first sentence of the plan for a sensor that may be updated."""
    return f"Update from {before} to {after or 'an unknown version'}."


class UpdateOptions(Struct, frozen=True, kw_only=True):
    """The options of an update."""

    expect_version: str | None = None
    backup: bool = True
    allow_downgrade: bool = False
    force: bool = False
    persist: bool = False
    bulk: bool = False
    """Whether it is for many devices, or for those of a tag: then the pins of profiles hold."""
    allow_unapproved: bool = False
    """Take a package that is not approved, although ``limits.require_approval`` is on."""


class RestoreOrder(Struct, frozen=True, kw_only=True):
    """Which backup is to be restored: everything that the runner process must know of it."""

    path: str
    """The file with its bytes."""
    name: str
    """What people call it: the backup's id, or the file's name."""
    sha256: str
    size: int
    """Bytes."""
    backup: str | None = None
    """The id of the stored backup that these bytes are; ``None`` for a file without metadata."""
    created: str | None = None
    device: str | None = None
    serial: str | None = None
    """The serial number of the sensor that it was taken from."""
    version: str | None = None
    """The firmware that wrote it."""
    location: str | None = None
    sealed: bool = False
    """Whether it was made with a passphrase. What is kept of that stays in the backup's metadata."""
    parameters_md5: str | None = None
    values: dict[str, Any] = {}
    """Readable parameters as they were when it was made, for reading back. Treat as read-only."""
    replace: bool = False
    """Whether it is restored onto another sensor, which replaces the one that it was taken from."""
    force: bool = False
    """Whether it may be restored onto another model."""

    @property
    def described(self) -> bool:
        """Whether it has metadata, so that the passphrase can be tested."""
        return self.created is not None


class Operator(Struct, frozen=True, kw_only=True):
    """Who started something, and from where, as far as the PC knows."""

    user: str
    host: str
    ssh_client: str | None = None

    def __str__(self) -> str:
        """``user@host``, and where the SSH session came from."""
        return f"{self.user}@{self.host}" + (f" from {self.ssh_client}" if self.ssh_client else "")


class RunSpec(Struct, frozen=True, kw_only=True):
    """Everything that the runner process needs but the secrets. Kept in the journal."""

    run: str
    operation: Operation
    created: str
    settings: Settings
    operator: Operator
    items: tuple[PlanItem, ...]
    package: Package | None = None
    options: UpdateOptions = UpdateOptions()
    backup: str | None = None
    """For a restore: the id of the backup, or the path of its file."""
    restore: RestoreOrder | None = None
    """For a restore: what is restored onto every device that is not in ``restores``."""
    restores: dict[str, RestoreOrder] = {}
    """For a restore of several sensors: what goes onto each, by device. Treat as read-only."""
    retry_of: str | None = None
    """The run whose failed and unknown devices this one takes up again."""
    order: Order | None = None
    """The order that it was started for."""

    def order_of(self, device: str) -> RestoreOrder | None:
        """What is restored onto a device."""
        return self.restores.get(device, self.restore)

    def backup_of(self, device: str) -> str | None:
        """The id of the backup that is restored onto a device, or the path of its file."""
        order = self.restores.get(device)
        return self.backup if order is None else order.backup or order.path
