"""What goes through the database between terminals, coordinator and PCs: JSON, checked when it is read.

Everything here is written and read by programs of several versions; ``PROTOCOL`` is their common number.
"""

import re
from typing import Annotated, Any, Final, TypeVar

import msgspec
from msgspec import Meta, Struct

from sicktui.model.enums import Code, Operation, Verdict
from sicktui.model.errors import SicktuiError, UsageError
from sicktui.model.run.plan import Operator
from sicktui.model.safe_text import clean
from sicktui.model.spread.pace import Pace

PROTOCOL: Final = "orders-1"
"""Changed when an older program could misunderstand an order or a result."""
_NUMBER: Final = re.compile(r"orders-(\d{1,6})\Z")
MAX_PC: Final = 40
_PC: Final = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._-]{{0,{MAX_PC - 1}}}\Z")
_S = TypeVar("_S", bound=Struct)
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]


class PcDevice(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A device as its PC publishes it: no address, no password."""

    name: str
    model: str = ""
    version: str = ""
    tags: tuple[str, ...] = ()
    segment: str | None = None
    seen: str | None = None
    """When its sensor answered last (RFC 3339)."""


class PcPackage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A package on the shelf of a PC."""

    sha256: str
    version: str = ""
    approved: bool = False


class Inventory(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a PC publishes of itself."""

    devices: tuple[PcDevice, ...] = ()
    packages: tuple[PcPackage, ...] = ()
    orders: tuple[str, ...] = ()
    """The orders that it works on now."""


class Ask(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is done to each device: the same for all of a rollout."""

    operation: Operation = Operation.UPDATE
    package: Sha256 | None = None
    expect_version: str | None = None
    backup: bool = True
    allow_downgrade: bool = False
    force: bool = False
    persist: bool = False
    jobs: int | None = None
    """Sensors at once on each PC; ``None``: as that PC's settings say."""


class Item(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One device of a rollout."""

    device: str
    """``pc/device``."""
    model: str = ""
    version: str = ""
    tags: tuple[str, ...] = ()
    segment: str | None = None
    refused: str = ""
    """Why nothing is sent to it; empty: it may go."""
    advice: str = ""
    code: Code | None = None

    @property
    def pc(self) -> str:
        """The PC that reaches it."""
        return self.device.partition("/")[0]

    @property
    def name(self) -> str:
        """Its name on that PC."""
        return self.device.partition("/")[2]


class RolloutSpec(Struct, frozen=True, kw_only=True):
    """A rollout as it was ordered."""

    rollout: str
    created: str
    operator: Operator
    ask: Ask
    pace: Pace
    deadline: Annotated[float, Meta(gt=0)]
    """Seconds after which an order that has no result makes its devices unknown."""
    items: tuple[Item, ...]


class OrderSpec(Struct, frozen=True, kw_only=True):
    """One PC's part of a wave."""

    order: str
    """The key, and the id of its workflow."""
    rollout: str
    pc: str
    wave: int
    devices: tuple[str, ...]
    """Their names on that PC."""
    ask: Ask
    max_failures: int | None
    """What is left of the budget of the rollout; ``None``: no limit."""
    given: float
    """Seconds since 1970 by the clock of the database."""
    not_after: float
    """A run that has not begun until then does not begin any more."""


class DeviceResult(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The verdict of one device, in the words of its PC."""

    device: str
    """Its name on the PC."""
    verdict: Verdict
    code: Code | None = None
    message: str = ""
    advice: str = ""
    seconds: float = 0.0
    from_version: str | None = None
    to_version: str | None = None
    serial: str | None = None
    package_sha256: str | None = None
    backup: str | None = None
    backup_sha256: str | None = None
    """Of the backup that came first, where the PC still has it."""
    downtime_seconds: float | None = None
    sha256: str | None = None
    bytes: int | None = None


class OrderResult(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How an order ended on its PC."""

    order: str
    pc: str
    verdicts: tuple[DeviceResult, ...]
    run: str | None = None
    exit_code: int | None = None
    head: str | None = None
    """The head of the chain of the run's events, if the record is intact."""


def encoded(record: Struct) -> Any:  # noqa: ANN401  JSON
    """A record as plain JSON data."""
    return msgspec.to_builtins(record)


def decoded(data: object, record: type[_S]) -> _S:
    """A record from JSON data that another program wrote.

    Raises:
        SicktuiError: it is not one.
    """
    try:
        return msgspec.convert(data, record)
    except msgspec.ValidationError as error:
        raise SicktuiError(
            f"The fleet's database holds a {record.__name__} that cannot be read: {clean(str(error), 200)}.",
            advice="Update sicktui on every PC of the fleet.",
            code=Code.PROTOCOL_ERROR,
        ) from error


def is_newer(protocol: str) -> bool:
    """Whether a protocol is newer than the one of this program."""
    theirs, ours = _NUMBER.match(protocol), _NUMBER.match(PROTOCOL)
    return theirs is not None and ours is not None and int(theirs[1]) > int(ours[1])


def check_pc(name: str) -> str:
    """The name of a PC, if it can be one.

    Raises:
        UsageError: it cannot.
    """
    if not _PC.match(name):
        what = f"{clean(name, MAX_PC)!r} cannot be the name of a PC" if name else "This PC has no name"
        raise UsageError(
            f"{what} (fleet.pc).",
            advice=f"Set it to 1 to {MAX_PC} letters, digits, dots and dashes: "
            "sicktui config edit, or --set fleet.pc=hall-3.",
        )
    return name


def queue_of(pc: str) -> str:
    """The queue to which only the workers of this PC listen."""
    return f"pc:{pc}"


COORDINATOR: Final = "coordinator"
"""The queue of the coordinator, and its executor id."""
