"""What goes through the database between terminals, coordinator and PCs: JSON, checked when it is read.

Everything here is written and read by programs of several versions; ``PROTOCOL`` is their common number.
"""

import re
from typing import Annotated, Any, Final, TypeVar

import msgspec
from msgspec import Meta, Struct

from sicktui.fleet.bounds import (
    MAX_ITEMS,
    MAX_OF_PC,
    MAX_PC,
    MAX_SECONDS,
    PC_NAME,
    Budget,
    DeviceName,
    Duration,
    ExitNumber,
    ExpectedVersion,
    Jobs,
    Key,
    Moment,
    Number,
    PcName,
    Place,
    RolloutName,
    Sha256,
    Tags,
    Text,
    Word,
)
from sicktui.model.enums import Code, Operation, Verdict
from sicktui.model.errors import SicktuiError, UsageError
from sicktui.model.run.plan import Operator
from sicktui.model.safe_text import clean
from sicktui.model.spread.pace import Pace

PROTOCOL: Final = "orders-1"
"""Changed when an older program could misunderstand an order or a result."""
_NUMBER: Final = re.compile(r"orders-(\d{1,6})\Z")
_PC: Final = re.compile(rf"{PC_NAME}\Z")
_S = TypeVar("_S", bound=Struct)


class PcDevice(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A device as its PC publishes it: no address, no password."""

    name: DeviceName
    model: Word = ""
    version: Word = ""
    tags: Tags = ()
    segment: Word | None = None
    seen: Word | None = None
    """When its sensor answered last (RFC 3339)."""
    pin: Word | None = None


class PcPackage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A package on the shelf of a PC."""

    sha256: Sha256
    version: Word = ""
    approved: bool = False


class Inventory(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a PC publishes of itself."""

    devices: Annotated[tuple[PcDevice, ...], Meta(max_length=10 * MAX_OF_PC)] = ()
    packages: Annotated[tuple[PcPackage, ...], Meta(max_length=10_000)] = ()
    orders: Annotated[tuple[Key, ...], Meta(max_length=1000)] = ()
    """The orders that it works on now."""


class Ask(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is done to each device: the same for all of a rollout."""

    operation: Operation = Operation.UPDATE
    package: Sha256 | None = None
    expect_version: ExpectedVersion | None = None
    backup: bool = True
    allow_downgrade: bool = False
    force: bool = False
    persist: bool = False
    bulk: bool = True
    """Whether pins hold: all but a rollout of one device that was named alone. An order may have only one."""
    jobs: Jobs | None = None
    """Sensors at once on each PC; ``None``: as that PC's settings say, which are never exceeded."""


class Item(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One device of a rollout."""

    device: Place
    """``pc/device``."""
    model: Word = ""
    version: Word = ""
    tags: Tags = ()
    segment: Word | None = None
    pin: Word | None = None
    refused: Text = ""
    """Why nothing is sent to it; empty: it may go."""
    advice: Text = ""
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

    rollout: RolloutName
    created: Word
    operator: Operator
    ask: Ask
    pace: Pace
    deadline: Annotated[float, Meta(gt=0, le=MAX_SECONDS)]
    """Seconds after which an order that has no result makes its devices unknown."""
    items: Annotated[tuple[Item, ...], Meta(max_length=MAX_ITEMS)]


class OrderSpec(Struct, frozen=True, kw_only=True):
    """One PC's part of a wave."""

    order: Key
    """The key, and the id of its workflow."""
    rollout: RolloutName
    pc: PcName
    wave: Number
    devices: tuple[DeviceName, ...]
    """Their names on that PC."""
    ask: Ask
    max_failures: Budget | None
    """What is left of the budget of the rollout; ``None``: no limit."""
    given: Moment
    """Seconds since 1970 by the clock of the database."""
    not_after: Moment
    """A run that has not begun until then does not begin any more."""


class DeviceResult(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The verdict of one device, in the words of its PC."""

    device: DeviceName
    """Its name on the PC."""
    verdict: Verdict
    code: Code | None = None
    message: Text = ""
    advice: Text = ""
    refused: bool = False
    """Its PC refused it before a run worked on it: nothing was begun, so it spends no budget."""
    seconds: Duration = 0.0
    from_version: Word | None = None
    to_version: Word | None = None
    serial: Word | None = None
    package_sha256: Word | None = None
    backup: Word | None = None
    backup_sha256: Word | None = None
    """Of the backup that came first, where the PC still has it."""
    downtime_seconds: Duration | None = None
    sha256: Word | None = None
    bytes: Number | None = None


class OrderResult(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How an order ended on its PC."""

    order: Key
    pc: PcName
    verdicts: Annotated[tuple[DeviceResult, ...], Meta(max_length=MAX_OF_PC)]
    run: Word | None = None
    exit_code: ExitNumber | None = None
    head: Sha256 | None = None
    """The head of the chain of the run's events, if the record is intact."""


class Act(Struct, frozen=True, kw_only=True):
    """What a person did with a rollout."""

    act: str
    given_by: str
    at: float
    role: str
    client: str | None


class Parcel(Struct, frozen=True, kw_only=True):
    """Lines of the run of an order, as they were sent."""

    number: int
    order: str
    first: int
    lines: tuple[dict[str, object], ...]


def encoded(record: Struct) -> Any:  # noqa: ANN401  JSON
    """A record as plain JSON data."""
    return msgspec.to_builtins(record)


def refusal_of(data: object, record: type[Struct]) -> str:
    """Why no reader would take JSON data for this record; empty if it would."""
    try:
        msgspec.convert(data, record)
    except msgspec.ValidationError as error:
        return clean(str(error), 200)
    return ""


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
