"""The writable variables of a simulated device, per family (SICK's OpenAPI files).

A *parameter* is lost at a power cycle unless it was saved, and part of a backup.
"""

import hashlib
from collections.abc import Callable, Mapping
from typing import Final

import msgspec
from msgspec import Struct

from sicktui.simulator.errors import ApiError
from sicktui.simulator.generations import Family
from sicktui.simulator.status import ILLEGAL_VALUE, INVALID_DATA, OK, OUT_OF_BOUNDS, OUT_OF_RANGE

Check = Callable[[object], int]
"""Returns the ``header.status`` for a value; 0 accepts it."""

NETWORK: Final = ("EtherIPAddress", "EtherIPMask", "EtherIPGateAddress")
"""Parameters that a backup leaves out, so that a restore never changes an address."""


class Parameter(Struct, frozen=True, kw_only=True):
    """A writable variable."""

    default: object
    check: Check
    struct: bool = False
    """Whether GET returns its fields flat under ``data`` (or wrapped, depending on the generation)."""


def text(limit: int) -> Check:
    """A string of at most ``limit`` characters."""

    def check(value: object) -> int:
        if not isinstance(value, str):
            return INVALID_DATA
        return OK if len(value) <= limit else OUT_OF_BOUNDS

    return check


def boolean(value: object) -> int:
    """``true`` or ``false``."""
    return OK if isinstance(value, bool) else INVALID_DATA


def whole(low: int, high: int) -> Check:
    """An integer from ``low`` to ``high``."""

    def check(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            return INVALID_DATA
        return OK if low <= value <= high else OUT_OF_RANGE

    return check


def number(low: float, high: float) -> Check:
    """A number from ``low`` to ``high``."""

    def check(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return INVALID_DATA
        return OK if low <= value <= high else OUT_OF_RANGE

    return check


def choice(*values: int) -> Check:
    """One of the listed integers."""

    def check(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            return INVALID_DATA
        return OK if value in values else ILLEGAL_VALUE

    return check


def octets(value: object) -> int:
    """Four integers from 0 to 255."""
    if not isinstance(value, list) or len(value) != 4:  # noqa: PLR2004 - an IPv4 address has four bytes
        return INVALID_DATA
    return max(whole(0, 255)(part) for part in value)


def fields(**checks: Check) -> Check:
    """An object with (some of) these fields."""

    def check(value: object) -> int:
        if not isinstance(value, dict) or not value or not checks.keys() >= value.keys():
            return INVALID_DATA
        return max(checks[name](part) for name, part in value.items())

    return check


def _orientation(reach: int) -> Parameter:
    length, angle = whole(-reach, reach), whole(-3_600_000, 3_600_000)
    check = fields(x=length, y=length, z=length, yaw=angle, pitch=angle, roll=angle)
    level = dict.fromkeys(("x", "y", "z", "yaw", "pitch", "roll"), 0)
    return Parameter(default=level, check=check, struct=True)


def _ethernet(default: list[int]) -> Parameter:
    return Parameter(default=default, check=octets)


_COMMON: Final = {
    "EtherIPAddress": _ethernet([192, 168, 0, 1]),
    "EtherIPMask": _ethernet([255, 255, 255, 0]),
    "EtherIPGateAddress": _ethernet([0, 0, 0, 0]),
    "LEDEnable": Parameter(default=True, check=boolean),
}
_STREAMING: Final = {
    "ScanDataEnable": Parameter(default=False, check=boolean),
    "ScanDataFormat": Parameter(default=2, check=choice(1, 2, 3, 4)),
    "ScanDataEthSettings": Parameter(
        default={"Protocol": 1, "IPAddress": [192, 168, 0, 100], "Port": 2115},
        check=fields(Protocol=choice(1, 2), IPAddress=octets, Port=whole(0, 65535)),
        struct=True,
    ),
    "AutoStartMeasure": Parameter(default=True, check=boolean),
    "SensorPosition": _orientation(100_000),
}
_OF_FAMILY: Final[dict[str, dict[str, Parameter]]] = {
    "picoScan": {
        **_STREAMING,
        "rosFrameId": Parameter(default="picoScan_", check=text(64)),
        "EnableLongRangeMode": Parameter(default=False, check=boolean),
    },
    "multiScan": {**_STREAMING, "bInterlacedMode": Parameter(default=False, check=boolean)},
    "LRSNAV": {
        "ScanDataFormat": Parameter(default=3, check=choice(0, 2, 3)),
        "ScanDataScaleFactor": Parameter(default=1.0, check=number(0.1, 16.0)),
    },
}


def parameters_of(family: Family) -> dict[str, Parameter]:
    """The parameters that devices of a family have."""
    location = Parameter(default="not defined", check=text(family.location_limit))
    return {"LocationName": location, **_COMMON, **_OF_FAMILY[family.name]}


class ParameterStore:
    """The parameters of one device: the active ones, and those that survive a power cycle."""

    def __init__(self, family: Family, changed: Mapping[str, object]) -> None:
        self.table = parameters_of(family)
        self.defaults: dict[str, object] = {name: entry.default for name, entry in self.table.items()}
        self.current: dict[str, object] = {**self.defaults, **changed}
        self.saved: dict[str, object] = dict(self.current)

    def write(self, name: str, value: object) -> None:
        """Set a parameter; ``ApiError`` with the vendor's status if the value is not allowed."""
        entry = self.table[name]
        status = entry.check(value)
        if status != OK:
            raise ApiError(status)
        before = self.current[name]
        if isinstance(before, dict) and isinstance(value, dict):
            value = {**before, **value}
        self.current[name] = value

    def save(self) -> None:
        """Make the active values survive a power cycle."""
        self.saved = dict(self.current)

    def power_cycle(self) -> None:
        """Drop what was not saved."""
        self.current = dict(self.saved)

    def reset(self) -> None:
        """Set the defaults, active but not saved."""
        self.current = dict(self.defaults)

    @property
    def md5(self) -> str:
        """``LFTchecksum.MD5Parameters``: a fingerprint of what is saved (SICK's developer guide)."""
        return hashlib.md5(msgspec.json.encode(self.saved, order="sorted")).hexdigest()  # noqa: S324 - the vendor's choice
