"""The variables that health is read from: each as a value with a meaning, or ``Unreadable``."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, TypeVar

from sicktui.model.clock import sensor_moment
from sicktui.model.device import certificate_end
from sicktui.model.safe_text import clean
from sicktui.model.variable import Unreadable, code, decimal, items, part, whole, yes_or_no

T = TypeVar("T")
Parse = Callable[[Any], T]

_COLDEST, _HOTTEST = -50.0, 100.0
_MOST_HOURS: Final = 10_000_000.0
_MOST_SECTORS: Final = 12
_MOST_LEDS: Final = 8
_LAST_COLOUR, _LAST_FUNCTION = 3, 6
_LAST_STRATEGY = 2
_LAST_ROLE = 4
"""``TSCRole`` 4 is PTP master (LRS4000), 2 an NTP server in one of the guide's pages."""
_DIGEST: Final = re.compile(r"[0-9a-f]{32}")
_ALARM: Final = {"overtemp": True, "noalarm": False}
"""``AlarmState`` of the pushed form of ``temperatureAlarmStatus``."""


def temperature(value: Any) -> float:  # noqa: ANN401
    """Degrees Celsius inside the sensor: -50 to 100."""
    return decimal(value, _COLDEST, _HOTTEST)


def thresholds(value: Any) -> tuple[int, int]:  # noqa: ANN401
    """``temperatureAlarmConfiguration``: the lower threshold and the upper one."""
    upper = whole(part(value, "upperThreshold"), -128, 127)
    return whole(part(value, "lowerThreshold"), -128, 127), upper


def alarm(value: Any) -> bool:  # noqa: ANN401
    """``temperatureAlarmStatus``: a truth value, or the ``AlarmState`` of the pushed form."""
    if isinstance(value, dict):
        word = value.get("AlarmState", value.get("temperatureAlarmStatus"))
        if isinstance(word, str) and word.lower() in _ALARM:
            return _ALARM[word.lower()]
        value = word
    return yes_or_no(value)


def hours(value: Any) -> float:  # noqa: ANN401
    """Hours, or what ``DailyOpHours`` counts in."""
    return decimal(value, 0.0, _MOST_HOURS)


def lifetime(value: Any) -> float:  # noqa: ANN401
    """``OpHours``, which counts tenths of an hour, in hours."""
    return whole(value) / 10


def moment(value: Any) -> datetime:  # noqa: ANN401
    """``LSPdatetime``, ``DateTime``."""
    try:
        return sensor_moment(value)
    except ValueError as error:
        raise Unreadable(str(error)) from None


def leds(value: Any) -> tuple[tuple[str, int, int], ...]:  # noqa: ANN401
    """``LEDState``: name, colour and function of each."""
    return tuple(
        (
            clean(str(led.get("Id", "")) if isinstance(led, dict) else "", 16),
            whole(part(led, "Color"), 0, _LAST_COLOUR),
            whole(part(led, "Function"), 0, _LAST_FUNCTION),
        )
        for led in items(value, _MOST_LEDS)
    )


def sector_codes(value: Any) -> tuple[int, ...]:  # noqa: ANN401
    """``ContaminationData``."""
    return tuple(code(sector) for sector in items(value, _MOST_SECTORS))


def sector_flags(value: Any) -> tuple[bool, ...]:  # noqa: ANN401
    """``ContaminationActiveSectors``."""
    return tuple(yes_or_no(sector) for sector in items(value, _MOST_SECTORS))


def contamination_result(value: Any) -> tuple[bool, bool]:  # noqa: ANN401
    """``ContaminationResult``: warning and error; LRS4000 has other names for them."""
    warning, error = "bWarningActive", "bErrorActive"
    if isinstance(value, dict) and warning not in value:
        warning, error = "warningActive", "errorActive"
    return yes_or_no(part(value, warning)), yes_or_no(part(value, error))


def strategy(value: Any) -> int:  # noqa: ANN401
    """``ContaminationConfig.eStrategy``."""
    return whole(part(value, "eStrategy"), 0, _LAST_STRATEGY)


def clock_source(value: Any) -> int:  # noqa: ANN401
    """``TSCRole``."""
    return whole(value, 0, _LAST_ROLE)


def digest(value: Any) -> str:  # noqa: ANN401
    """An MD5 in small letters; empty where the sensor sends blanks, which is the default of the files."""
    if not isinstance(value, str):
        raise Unreadable("it is not text")
    found = value.strip("\0 ").lower()
    if found and not _DIGEST.fullmatch(found):
        raise Unreadable("it is not an MD5")
    return found


def checksums(value: Any) -> tuple[str, bool | None]:  # noqa: ANN401
    """``LFTchecksum``: the digest of the calibration, and whether all areas passed their own check."""
    if not isinstance(value, dict):
        raise Unreadable("it is not an object")
    good = value.get("MD5SumOK")
    return digest(value.get("MD5Calibration", "")), None if good is None else yes_or_no(good)


def https_status(value: Any) -> tuple[bool, str]:  # noqa: ANN401
    """``httpsStatus``: whether HTTPS is on, and its error; empty where there is none."""
    enabled = yes_or_no(part(value, "enabled"))
    trouble = value.get("errorCode")
    error = trouble.get("error", "") if isinstance(trouble, dict) else trouble
    text = clean(str(error or "").strip("\0 "), 64)
    return enabled, "" if text.lower() == "none" else text


def certificate_expiry(value: Any) -> datetime | None:  # noqa: ANN401
    """``certificateBundleInfo``: when the first certificate expires; ``None`` if there is none."""
    found = [
        certificate_end(str(part(certificate, "validNotAfter")))
        for certificate in items(part(value, "certificates"), 4)
    ]
    ends = [end for end in found if end is not None]
    if len(ends) < len(found):
        raise Unreadable("the end of a certificate is not a date")
    return min(ends, default=None)
