"""Readings of sensors for tests of the health rules."""

from datetime import UTC, datetime
from typing import Any

from sicktui.model.device import Identity
from sicktui.model.health.judgement import judge
from sicktui.model.health.records import Finding, Readings, Remembered, Report, read_at

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
GREEN = [{"Color": 0, "Function": 0, "Id": name} for name in ("LED1", "LED2")]
MD5 = "0123456789abcdef" * 2


def time_of(moment: datetime) -> dict[str, int]:
    """A moment as a sensor reports it."""
    return {
        "uiYear": moment.year,
        "usiMonth": moment.month,
        "usiDay": moment.day,
        "usiHour": moment.hour,
        "usiMinute": moment.minute,
        "usiSec": moment.second,
        "udiUSec": 0,
    }


WELL: dict[str, Any] = {
    "DeviceStatus": 3,
    "SCdevicestate": 1,
    "UpdateState": 0,
    "CurrentTempDev": 41.5,
    "temperatureAlarmConfiguration": {"upperThreshold": 55, "lowerThreshold": 50},
    "temperatureAlarmStatus": False,
    "LEDState": GREEN,
    "AutoStartMeasure": True,
    "LSPdatetime": time_of(NOW),
    "TSCRole": 1,
    "OpHours": 0x1B50B,
    "DailyOpHours": 49.86,
    "PowerOnCnt": 17,
    "ContaminationConfig": {"eStrategy": 1},
    "ContaminationResult": {"bWarningActive": False, "bErrorActive": False},
    "ContaminationData": [1] * 7,
    "ContaminationActiveSectors": [True] * 7,
    "treatBlockedSectorsAsErrorSectors": False,
    "LFTchecksum": {"MD5SumOK": True, "MD5Calibration": MD5},
    "ScanDataEnable": True,
    "ScanDataFormat": 2,
    "ScanDataEthSettings": {"Protocol": 1, "IPAddress": [192, 168, 0, 100], "Port": 2115},
    "httpsStatus": {"enabled": True, "errorCode": {"error": "None"}},
    "certificateBundleInfo": {"certificates": [{"validNotAfter": "Nov 30 12:00:00 2027 GMT"}]},
    "EtherAuxEnabled": False,
    "EtherCoLaScanMode": 2,
    "enableCloningPlug": False,
    "ImuDataEnable": False,
    "EncoderDataEnable": False,
    "GetWebserverEnabled": {"IsEnabled": True},
}
"""A picoScan150 of which nothing is to be found."""


def readings(
    changes: dict[str, Any] | None = None,
    *,
    family: str = "picoScan",
    before: Remembered | None = None,
    unreadable: dict[str, str] | None = None,
    absent: tuple[str, ...] = (),
) -> Readings:
    """What was read of a sensor that is well, with changes; ``...`` leaves a variable out."""
    values = {name: value for name, value in {**WELL, **(changes or {})}.items() if value is not ...}
    return Readings(
        identity=Identity(name=family, version="2.3.3.0R", serial="25420067"),
        at=NOW,
        values=read_at(NOW, values),
        unreadable=unreadable or {},
        absent=absent,
        before=before or Remembered(),
    )


def report(changes: dict[str, Any] | None = None, **more: Any) -> Report:
    """What is found of it."""
    return judge(readings(changes, **more))


def codes(changes: dict[str, Any] | None = None, **more: Any) -> list[str]:
    """The codes of what is found of it."""
    return [finding.code for finding in report(changes, **more).findings]


def only(changes: dict[str, Any], **more: Any) -> Finding:
    """What is found of it, which is one thing."""
    (found,) = report(changes, **more).findings
    return found
