"""What a simulated device answers to a GET: its parameters, and the variables that are read only.

Names and shapes are those of SICK's OpenAPI files.
"""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from sicktui.simulator.device.state import DeviceState
from sicktui.simulator.errors import ApiError
from sicktui.simulator.status import NOT_FOUND

Read = Callable[[DeviceState], object]


def _datetime(_: DeviceState) -> object:
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


def _checksum(device: DeviceState) -> object:
    app = hashlib.md5(device.firmware_version.encode()).hexdigest()  # noqa: S324 - the vendor's choice
    return {
        "MD5SumOK": True,
        "MD5LinuxRoot": app[::-1],
        "MD5App": app,
        "MD5Calibration": hashlib.md5(device.serial.encode()).hexdigest(),  # noqa: S324 - as above
        "MD5Parameters": device.parameters.md5,
    }


def _contamination(device: DeviceState) -> object:
    prefix = "" if device.generation.family.name == "LRSNAV" else "b"
    names = ("warningActive", "errorActive") if not prefix else ("bWarningActive", "bErrorActive")
    return dict.fromkeys(names, False)


_IDENTITY: Final[dict[str, Read]] = {
    "DeviceIdent": lambda device: {
        "Name": device.generation.family.name,
        "Version": device.spelled(device.firmware_version)[: device.ident_length],
    },
    "DeviceType": lambda device: device.model,
    "OrderNumber": lambda device: device.order_number,
    "SerialNumber": lambda device: device.serial_prefix + device.serial,
    "FirmwareVersion": lambda device: device.spelled(device.firmware_version),
    "EtherMACAddress": lambda device: [int(part, 16) for part in device.mac.split(":")],
}
_HEALTH: Final[dict[str, Read]] = {
    "DeviceStatus": lambda device: device.device_status,
    "SCdevicestate": lambda device: 0 if device.device_status == 1 else 1,
    "CurrentTempDev": lambda device: device.temperature,
    "OpHours": lambda device: device.operating_hours,
    "DailyOpHours": lambda device: device.hours_since_power_on,
    "PowerOnCnt": lambda device: device.power_on_count if device.shown_count is None else device.shown_count,
    "ContaminationResult": _contamination,
}
_STRUCTS: Final = frozenset(
    {"DeviceIdent", "ContaminationResult", "LFTchecksum", "httpsStatus", "certificateBundleInfo"}
)


def read_only_of(device: DeviceState) -> dict[str, Read]:
    """The variables that a device lets be read but not written."""
    readable = {**_IDENTITY, **_HEALTH}
    family = device.generation.family.name
    readable["DateTime" if family == "LRSNAV" else "LSPdatetime"] = _datetime
    if family == "picoScan":
        readable["LFTchecksum"] = _checksum
    if family != "LRSNAV":
        readable["httpsStatus"] = lambda device: device.https.status()
        readable["certificateBundleInfo"] = lambda device: device.https.info()
    if device.generation.trigger is not None:
        readable["UpdateState"] = lambda device: device.update_state
    return readable


def read(device: DeviceState, name: str) -> dict[str, object]:
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


def shape(device: DeviceState, name: str, value: object, *, is_struct: bool) -> dict[str, object]:
    """A value as GET replies carry it in the device's generation."""
    if is_struct and isinstance(value, dict) and not device.generation.wrapped:
        return dict(value)
    return {name: value}
