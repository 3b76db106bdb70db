"""What can be observed of an update: a look at the sensor, an act that left this PC, time that passed."""

from enum import Enum, StrEnum
from typing import Annotated, Final

from msgspec import Meta, Struct, structs

from sicktui.model.enums import DeviceStatus, UpdateState


class Want(StrEnum):
    """What a look reads, beside UpdateState and DeviceIdent, which every look reads."""

    IDENTITY = "identity"
    """``SerialNumber`` and ``EtherMACAddress``."""
    STATUS = "status"
    FIRMWARE = "firmware"
    POWER_ON = "power_on"
    HOURS = "hours"
    CLOCK = "clock"
    CHECKSUM = "checksum"


ACT_WANTS: Final = frozenset({Want.IDENTITY})
"""What must have been read right before an act."""
COUNTERS: Final = (Want.POWER_ON, Want.HOURS, Want.CLOCK, Want.CHECKSUM)
"""What can prove a reboot, the strongest first."""


class Reading(Struct, frozen=True, kw_only=True):
    """What one look found. ``None``: not read, or not offered by this sensor."""

    state: UpdateState | None = None
    name: str = ""
    """``DeviceIdent.Name``."""
    version: str = ""
    """``DeviceIdent.Version``."""
    serial: str | None = None
    mac: str | None = None
    status: DeviceStatus | None = None
    firmware: str | None = None
    """``FirmwareVersion``."""
    power_on: int | None = None
    """``PowerOnCnt``."""
    hours: float | None = None
    """``DailyOpHours``: since power-on, in a unit of the sensor's."""
    clock: float | None = None
    """The sensor's own clock, seconds since 1970."""
    checksum: str | None = None
    """``LFTchecksum``: the digests of Linux root and application."""
    calibration: str | None = None
    """``LFTchecksum``: the digest of the calibration, which never moves."""
    sums_ok: bool | None = None
    """``LFTchecksum``: whether each of its areas passes its own check."""

    parameters: str | None = None
    """``LFTchecksum``: the digest of the saved parameters. No verdict rests on it."""

    def with_more(self, read: "Reading") -> "Reading":
        """The same with what proves a reboot, and the checksums, as far as another reading has them."""
        names = ("power_on", "hours", "clock", "checksum", "calibration", "sums_ok")
        more = {name: value for name in names if (value := getattr(read, name)) is not None}
        return structs.replace(self, **more) if more else self


class Last(Enum):
    """Kinds of a last observation."""

    TIME = "time"
    ACT = "act"
    LOOK = "look"
    """Answered whole."""
    BLIND = "blind"


class Known(Struct, frozen=True, kw_only=True):
    """What all looks of an update have shown, as far as a resumed run must know it."""

    reading: Reading
    """The last known value of each variable."""
    silent: bool = False
    silences: Annotated[int, Meta(ge=0)] = 0
    """Since the last act, the one that goes on included."""
    proof: str = ""
    """What proves a reboot, in words; empty: nothing yet."""
    by: Want | None = None
    """The variable that proves it; ``None``: a silence that ended with another version."""

    @property
    def news(self) -> tuple[object, ...]:
        """Changes when there is something to write down: not with every tick of a clock."""
        known = self.reading
        return known.version, known.power_on, known.checksum, self.silent, self.silences, self.proof


class Act(StrEnum):
    """What a sensor can feel of an update."""

    PUT = "put_update"
    TRIGGER = "run_firmware_update"


class Outcome(Enum):
    """What became of the last act of a kind."""

    NONE = "none"
    """Never begun."""
    OPEN = "open"
    """Begun; the process died or the connection broke before a reply."""
    TAKEN = "taken"
    """Answered with Ok."""
    NO_TOKEN = "no_token"  # noqa: S105
    """Refused for want of a (valid) session token."""
    ABSENT = "absent"
    """Not Found: this path does not exist, so nothing was done."""
    REFUSED = "refused"
    """Answered with the sensor's own error."""
    ODD = "odd"
    """Answered with something else (5xx, a web page): it may have been done."""


class Looked(Struct, frozen=True, kw_only=True):
    """The sensor answered a look whole."""

    reading: Reading
    wants: frozenset[Want] = frozenset()
    took: float = 0.0
    """Seconds from its first request on: so old may be what it read."""


class Glimpsed(Struct, frozen=True, kw_only=True):
    """The sensor answered, and only its health was read."""

    status: DeviceStatus | None
    took: float = 0.0


class Silent(Struct, frozen=True, kw_only=True):
    """No answer at all."""

    why: str = ""


class Garbled(Struct, frozen=True, kw_only=True):
    """An answer that cannot be used: an error, nonsense, or a variable that is missing for now."""

    why: str = ""
    code: str = ""
    """The contract's code of it."""
    advice: str = ""


class Began(Struct, frozen=True, kw_only=True):
    """An act is about to leave this PC. Its intention is on disk."""

    act: Act


class Ended(Struct, frozen=True, kw_only=True):
    """What became of it."""

    act: Act
    outcome: Outcome
    sent: int = 0
    """Bytes of the package that left this PC."""
    whole: bool = False
    """Whether that was all of them."""
    code: str = ""
    """The contract's code of the reply."""
    why: str = ""
    advice: str = ""


class Renewed(Struct, frozen=True, kw_only=True):
    """The session was renewed, or could not be."""

    ok: bool
    code: str = ""
    why: str = ""
    advice: str = ""


class Tick(Struct, frozen=True, kw_only=True):
    """Time has passed."""


Observation = Looked | Glimpsed | Silent | Garbled | Began | Ended | Renewed | Tick
