"""What a simulated device lets be read and written, per family (SICK's OpenAPI files).

A *parameter* is writable, lost at a power cycle unless it was saved, and part of a backup. The rest
is read only: identity, health, counters.
"""

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec import Struct

from sicktui.simulator.errors import ApiError
from sicktui.simulator.generations import Family

if TYPE_CHECKING:
    from sicktui.simulator.device.device import Device

OK: Final = 0
INVALID_DATA: Final = 2
NOT_FOUND: Final = 5
OUT_OF_RANGE: Final = 6
OUT_OF_BOUNDS: Final = 7
READ_ONLY: Final = 8
ILLEGAL_VALUE: Final = 9

Check = Callable[[object], int]
"""Says with which ``header.status`` a value is refused; 0 takes it."""

NETWORK: Final = ("EtherIPAddress", "EtherIPMask", "EtherIPGateAddress")
"""Parameters that a backup leaves out, so that a restore moves no sensor."""


class Parameter(Struct, frozen=True, kw_only=True):
    """A writable variable."""

    default: object
    check: Check
    struct: bool = False
    """Whether GET gives its fields flat under ``data`` (or wrapped, as the generation has it)."""


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
    """The parameters of one device: those in force, and those that survive a power cycle."""

    def __init__(self, family: Family, changed: Mapping[str, object]) -> None:
        self.table = parameters_of(family)
        self.defaults: dict[str, object] = {name: entry.default for name, entry in self.table.items()}
        self.current: dict[str, object] = {**self.defaults, **changed}
        self.saved: dict[str, object] = dict(self.current)

    def write(self, name: str, value: object) -> None:
        """Set a parameter; ``ApiError`` with the vendor's status if it cannot take the value."""
        entry = self.table[name]
        status = entry.check(value)
        if status != OK:
            raise ApiError(status)
        before = self.current[name]
        if isinstance(before, dict) and isinstance(value, dict):
            value = {**before, **value}
        self.current[name] = value

    def save(self) -> None:
        """What is in force now survives a power cycle."""
        self.saved = dict(self.current)

    def power_cycle(self) -> None:
        """What was not saved is lost."""
        self.current = dict(self.saved)

    def reset(self) -> None:
        """Back to the defaults, in force but not saved."""
        self.current = dict(self.defaults)

    @property
    def md5(self) -> str:
        """``LFTchecksum.MD5Parameters``: a fingerprint of what is in force."""
        return hashlib.md5(msgspec.json.encode(self.current, order="sorted")).hexdigest()  # noqa: S324 - the vendor's choice


Read = Callable[["Device"], object]


def _datetime(_: "Device") -> object:
    now = datetime.now(UTC)
    return {
        "uiYear": now.year,
        "usiMonth": now.month,
        "usiDay": now.day,
        "usiHour": now.hour,
        "usiMinute": now.minute,
        "usiSec": now.second,
        "udiUSec": now.microsecond,
    }


def _checksum(device: "Device") -> object:
    app = hashlib.md5(device.firmware_version.encode()).hexdigest()  # noqa: S324 - the vendor's choice
    return {
        "MD5SumOK": True,
        "MD5LinuxRoot": app[::-1],
        "MD5App": app,
        "MD5Calibration": hashlib.md5(device.serial.encode()).hexdigest(),  # noqa: S324 - as above
        "MD5Parameters": device.parameters.md5,
    }


def _contamination(device: "Device") -> object:
    prefix = "" if device.generation.family.name == "LRSNAV" else "b"
    names = ("warningActive", "errorActive") if not prefix else ("bWarningActive", "bErrorActive")
    return dict.fromkeys(names, False)


_IDENTITY: Final[dict[str, Read]] = {
    "DeviceIdent": lambda device: {
        "Name": device.generation.family.name,
        "Version": device.firmware_version,
    },
    "DeviceType": lambda device: device.model,
    "OrderNumber": lambda device: device.order_number,
    "SerialNumber": lambda device: device.serial,
    "FirmwareVersion": lambda device: device.firmware_version,
    "EtherMACAddress": lambda device: [int(part, 16) for part in device.mac.split(":")],
}
_HEALTH: Final[dict[str, Read]] = {
    "DeviceStatus": lambda device: device.device_status,
    "SCdevicestate": lambda device: 0 if device.device_status == 1 else 1,
    "CurrentTempDev": lambda device: device.temperature,
    "OpHours": lambda device: device.operating_hours,
    "DailyOpHours": lambda device: device.hours_since_power_on,
    "PowerOnCnt": lambda device: device.power_on_count,
    "ContaminationResult": _contamination,
}
_STRUCTS: Final = frozenset({"DeviceIdent", "ContaminationResult", "LFTchecksum"})


def read_only_of(device: "Device") -> dict[str, Read]:
    """The variables that a device lets be read but not written."""
    readable = {**_IDENTITY, **_HEALTH}
    family = device.generation.family.name
    readable["DateTime" if family == "LRSNAV" else "LSPdatetime"] = _datetime
    if family == "picoScan":
        readable["LFTchecksum"] = _checksum
    if device.generation.trigger is not None:
        readable["UpdateState"] = lambda device: device.update_state
    return readable


def read(device: "Device", name: str) -> dict[str, object]:
    """The ``data`` of a GET: ``{name: value}``, or a struct's fields, flat or wrapped.

    Raises:
        ApiError: 5, no such variable.
    """
    store = device.parameters
    if name in store.table:
        return shape(device, name, store.current[name], is_struct=store.table[name].struct)
    readers = read_only_of(device)
    if name not in readers:
        raise ApiError(NOT_FOUND)
    return shape(device, name, readers[name](device), is_struct=name in _STRUCTS)


def shape(device: "Device", name: str, value: object, *, is_struct: bool) -> dict[str, object]:
    """A value as GET replies carry it in the device's generation."""
    if is_struct and isinstance(value, dict) and not device.generation.wrapped:
        return dict(value)
    return {name: value}
