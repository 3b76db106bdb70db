"""What a simulated device answers to a GET: its parameters, and the variables that are read only.

Which there are, and of what type, is in ``families/``; here are the values that a living sensor has.
"""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from sicktui.simulator.device.health.lights import lights
from sicktui.simulator.device.state import DeviceState
from sicktui.simulator.errors import ApiError
from sicktui.simulator.families.kinds import Kind, Record, merged
from sicktui.simulator.status import NOT_FOUND

Read = Callable[[DeviceState], object]

_MICROSECONDS: Final = 1_000_000


def _datetime(device: DeviceState) -> object:
    now = datetime.fromtimestamp(device.health.clock.seconds, UTC)
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


def _contaminated(device: DeviceState) -> object:
    kind = device.generation.api.variables["ContaminationResult"].kind
    names = kind.fields if isinstance(kind, Record) else ()  # LRS4000: other ones
    return dict(zip(names, device.health.contamination.result, strict=True))


def _leds(device: DeviceState) -> object:
    warning, error = device.health.contamination.result
    return lights(
        status=device.device_status,
        warning=warning or device.health.temperature.alarm,
        error=error,
        enabled=bool(device.parameters.current["LEDEnable"]),
        blinking=device.blinking,
    )


def _alarm(device: DeviceState) -> object:
    on = device.health.temperature.alarm
    return alarm_state(on=on) if device.spec.temperature_alarm == "object" else on


def alarm_state(*, on: bool) -> dict[str, object]:
    """``temperatureAlarmStatus`` as an object (developer guide, WebSocket events)."""
    return {"AlarmState": "OverTemp" if on else "NoAlarm"}


def _scan(device: DeviceState) -> object:
    frequency = device.spec.scan_frequency
    return {} if frequency is None else {"udiScanFreq": round(frequency * 100)}


def _motion(device: DeviceState) -> object:
    """At rest: one g down, no rotation."""
    return {
        "Acceleration": [0.0, 0.0, 9.81],
        "AngularVelocity": [0.0, 0.0, 0.0],
        "Orientation": [1.0, 0.0, 0.0, 0.0],
        "TimeStamp": _ticks(device) % 0x1_0000_0000,
    }


def _ticks(device: DeviceState) -> int:
    """Microseconds since power-on."""
    return int(device.hours_since_power_on * 3600 * _MICROSECONDS)


def _fields(device: DeviceState) -> object:
    """No field is configured; scans are evaluated all the same."""
    return {"Version": 1, "Timestamp": _ticks(device), "EvaluationResultList": []}


def _leased(device: DeviceState) -> object:
    lease = device.addressing.lease
    return [int(part) for part in lease.split(".")] if lease else device.parameters.current["EtherIPAddress"]


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
    "SCdevicestate": lambda device: device.health.readiness(device.device_status),
    "CurrentTempDev": lambda device: device.health.temperature.degrees,
    "temperatureAlarmStatus": _alarm,
    "OpHours": lambda device: device.operating_hours,
    "DailyOpHours": lambda device: device.hours_since_power_on,
    "PowerOnCnt": lambda device: device.power_on_count if device.shown_count is None else device.shown_count,
    "LFTchecksum": _checksum,
    "LEDState": _leds,
    "ContaminationData": lambda device: device.health.contamination.codes,
    "ContaminationActiveSectors": lambda device: device.health.contamination.active,
    "ContaminationResult": _contaminated,
    "UpdateState": lambda device: device.update_state,
}
_WORK: Final[dict[str, Read]] = {
    "LSPdatetime": _datetime,
    "DateTime": _datetime,
    "DeviceTime": lambda device: (_ticks(device) // 1000) % 0x1_0000_0000,
    "LastParaDate": lambda _: "17.03.2026",
    "LastParaTime": lambda _: "08:41",
    "ScanConfig": _scan,
    "InertialMeasurementUnit": _motion,
    "FieldEvaluationResult": _fields,
    "perpendicularDistanceResult": lambda device: {"timestamp": _ticks(device), "evaluations": []},
    "CreateParameterBackupResult": lambda device: device.backup_result,
    "RestoreParameterBackupResult": lambda device: device.restore_result,
    "httpsStatus": lambda device: device.https.status(),
    "certificateBundleInfo": lambda device: device.https.info(),
    "EtherIPAddressDHCP": _leased,
    "EtherIPMaskDHCP": lambda device: device.parameters.current["EtherIPMask"],
    "EtherIPGateAddressDHCP": lambda device: device.parameters.current["EtherIPGateAddress"],
}
_READERS: Final = {**_IDENTITY, **_HEALTH, **_WORK}


def readable(device: DeviceState, name: str) -> bool:
    """Whether a device lets a variable be read."""
    variable = device.generation.api.variables.get(name)
    return variable is not None and "R" in variable.access


def read(device: DeviceState, name: str) -> dict[str, object]:
    """The ``data`` of a GET: ``{name: value}``, or a struct's fields, flat or wrapped.

    Raises:
        ApiError: 5, no such variable.
    """
    if not readable(device, name):
        raise ApiError(NOT_FOUND)
    kind = device.generation.api.variables[name].kind
    flat = isinstance(kind, Record) and not kind.named and not device.generation.wrapped
    current: Any = _value(device, name, kind)
    return dict(current) if flat else {name: current}


def value(device: DeviceState, name: str) -> object:
    """What a variable has that the family has."""
    return _value(device, name, device.generation.api.variables[name].kind)


def _value(device: DeviceState, name: str, kind: Kind) -> object:
    if name in device.parameters.table:
        return device.parameters.current[name]
    initial = kind.initial()
    return merged(initial, _READERS[name](device)) if name in _READERS else initial
