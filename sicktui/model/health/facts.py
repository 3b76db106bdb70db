"""What one reading of a sensor means: every value parsed, or counted as unreadable."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from msgspec import Struct

from sicktui.model.device import HttpsState
from sicktui.model.enums import DeviceStatus, UpdateState
from sicktui.model.health import parsing
from sicktui.model.health.parsing import Parse
from sicktui.model.health.records import Readings
from sicktui.model.health.sectors import Contamination, Sector, sector_of
from sicktui.model.health.variables import WEB_SERVER
from sicktui.model.measuring.evidence import Worth
from sicktui.model.measuring.receiving import format_name, receiver_of
from sicktui.model.variable import Unreadable, code, part, whole, yes_or_no

T = TypeVar("T")

BUSY, READY, FAILED = 0, 1, 2
"""``SCdevicestate``."""
_RESTS: Final = (DeviceStatus.STARTUP, DeviceStatus.SERVICE_MODE, DeviceStatus.SUSPENDED)
_WORKS: Final = (DeviceStatus.NORMAL, DeviceStatus.SERVICE_RECOMMENDED, DeviceStatus.SERVICE_REQUIRED)
_FIRST_SET_YEAR: Final = 2000
"""A clock before this year was never set: it begins with 1970 at power-on, which may be years ago."""
_QUARTER: Final = 900.0
_FURTHEST_ZONE: Final = 15 * 3600.0


class SensorClock(Struct, frozen=True, kw_only=True):
    """What a sensor's clock shows, and what this PC's showed then."""

    shows: datetime
    here: datetime
    source: int | None = None
    """``TSCRole``: 0 none, 1 NTP, 3 PTP, 4 PTP master (LRS4000); ``None``: not known."""

    @property
    def is_unset(self) -> bool:
        """Whether it was never set since power-on."""
        return self.shows.year < _FIRST_SET_YEAR

    @property
    def uptime(self) -> timedelta:
        """Of an unset clock: the time since power-on."""
        return self.shows - self.shows.replace(
            year=1970, month=1, day=1, hour=0, minute=0, second=0, microsecond=0
        )

    @property
    def offset(self) -> float:
        """Seconds that it is ahead, without whole quarters of an hour, as time zones are apart.

        Whether it shows UTC or local time is not documented.
        """
        ahead = (self.shows - self.here).total_seconds()
        if abs(ahead) > _FURTHEST_ZONE:
            return ahead
        return ahead - round(ahead / _QUARTER) * _QUARTER


class Output(Struct, frozen=True, kw_only=True):
    """Where scan data goes; ``None``: not reported."""

    enabled: bool | None = None
    format: str | None = None
    receiver: str | None = None


class Facts(Struct, frozen=True, kw_only=True):
    """What is known of a sensor; ``None``: not reported, or unreadable."""

    readings: Readings
    status: DeviceStatus | None
    ready: int | None
    update: UpdateState | None
    temperature: float | None
    thresholds: tuple[int, int] | None
    """The lower and the upper one."""
    alarm: bool | None
    leds: tuple[tuple[str, int, int], ...]
    hours: float | None
    since_power_on: float | None
    power_on_count: int | None
    contamination: Contamination
    clock: SensorClock | None
    autostart: bool | None
    imu: bool | None
    """``ImuDataEnable``."""
    encoder: bool | None
    """``EncoderDataEnable``."""
    output: Output
    calibration: str
    """``MD5Calibration``; empty: not reported."""
    sums_good: bool | None
    https: HttpsState | None
    cola: bool | None
    scan_mode: int | None
    """``EtherCoLaScanMode``; of LRS4000, 0 where its search is on and 2 where it is off."""
    cloning_plug: bool | None
    web_server: bool | None
    """Whether its web server, and with it REST, is there after the next start."""
    unreadable: dict[str, str]

    @property
    def measures(self) -> bool | None:
        """Whether it reports that it measures; ``None``: its states leave that open.

        ``SCdevicestate`` and ``DeviceStatus`` must both report that it works; each alone can deny it. With an
        error, or while firmware is written, "ready" proves nothing.
        """
        if self.status in _RESTS or self.ready in (BUSY, FAILED):
            return False
        works = self.ready == READY and self.status in _WORKS
        return True if works and self.update is not UpdateState.STARTED else None

    @property
    def measuring_worth(self) -> Worth | None:
        """What is known about whether it measures; ``None``: that was not asked."""
        found = self.readings.measuring
        return None if found is None else found.worth(measures=self.measures)

    @property
    def judged_contamination(self) -> Contamination | None:
        """Contamination, where dirt means something: it measures, and its strategy is not known to be off."""
        return self.contamination if self.measures and self.contamination.strategy != 0 else None

    @property
    def shown_contamination(self) -> Contamination | None:
        """The same where "clean" means something, too: its strategy is known."""
        return self.judged_contamination if self.contamination.strategy else None


_LRS_FORMATS: Final = {2: "Compact", 3: "LMDscandata"}
_MODES: Final = {1: "Compact over TCP", 3: "native ROS 2"}


class _Taker:
    """Takes the values of one reading apart."""

    def __init__(self, readings: Readings) -> None:
        self._readings = readings
        self.unreadable = dict(readings.unreadable)

    def take(self, name: str, parse: Parse[T]) -> T | None:
        """A variable's value; ``None`` if it was not read or means nothing."""
        reading = self._readings.values.get(name)
        if reading is None:
            return None
        try:
            return parse(reading.value)
        except Unreadable as why:
            self.unreadable[name] = f"{why}."
        except (ValueError, OverflowError, RecursionError):
            self.unreadable[name] = "its value is not a known one."
        return None

    def at(self, name: str) -> datetime:
        """When a variable was read."""
        reading = self._readings.values.get(name)
        return reading.at if reading is not None else self._readings.at

    def first(self, *names: str) -> str:
        """The first of these variables that was read, else the first."""
        return next((name for name in names if name in self._readings.values), names[0])


def facts_of(readings: Readings) -> Facts:
    """Parse what was read. Never raises, whatever the sensor sent."""
    taker = _Taker(readings)
    take, family = taker.take, readings.identity.name
    calibration, good = take("LFTchecksum", parsing.checksums) or ("", None)
    return Facts(
        readings=readings,
        status=take("DeviceStatus", lambda value: DeviceStatus(code(value))),
        ready=take("SCdevicestate", lambda value: whole(value, BUSY, FAILED)),
        update=take("UpdateState", lambda value: UpdateState(whole(value, 0, max(UpdateState)))),
        temperature=take("CurrentTempDev", parsing.temperature),
        thresholds=take("temperatureAlarmConfiguration", parsing.thresholds),
        alarm=take("temperatureAlarmStatus", parsing.alarm),
        leds=take("LEDState", parsing.leds) or (),
        hours=take("OpHours", parsing.lifetime),
        since_power_on=take("DailyOpHours", parsing.hours),
        power_on_count=take("PowerOnCnt", whole),
        contamination=_contamination(taker, family),
        clock=_clock(taker),
        autostart=take("AutoStartMeasure", yes_or_no),
        imu=take("ImuDataEnable", yes_or_no),
        encoder=take("EncoderDataEnable", yes_or_no),
        output=_output(taker, family),
        calibration=calibration,
        sums_good=good,
        https=_https(taker),
        cola=take("EtherAuxEnabled", yes_or_no),
        scan_mode=_scan_mode(taker),
        cloning_plug=take("enableCloningPlug", yes_or_no),
        web_server=take(WEB_SERVER, lambda value: yes_or_no(part(value, "IsEnabled"))),
        unreadable=taker.unreadable,
    )


def _contamination(taker: _Taker, family: str) -> Contamination:
    take = taker.take
    warning, error = take("ContaminationResult", parsing.contamination_result) or (None, None)

    def sectors(value: Any) -> tuple[Sector, ...]:  # noqa: ANN401
        return tuple(sector_of(each, family) for each in parsing.sector_codes(value))

    return Contamination(
        sectors=take("ContaminationData", sectors) or (),
        judged=take("ContaminationActiveSectors", parsing.sector_flags) or (),
        strategy=take("ContaminationConfig", parsing.strategy),
        warning=warning,
        error=error,
        blocked_is_error=take("treatBlockedSectorsAsErrorSectors", yes_or_no) or False,
    )


def _clock(taker: _Taker) -> SensorClock | None:
    name = taker.first("LSPdatetime", "DateTime")
    shows = taker.take(name, parsing.moment)
    source = taker.take("TSCRole", parsing.clock_source)
    return None if shows is None else SensorClock(shows=shows, here=taker.at(name), source=source)


def _output(taker: _Taker, family: str) -> Output:
    take = taker.take
    mode = take("dataOutputMode", code)
    if mode is not None:  # multiScan200
        return Output(enabled=mode != 0, format=_MODES.get(mode, f"mode {mode}") if mode else None)
    enabled, number = take("ScanDataEnable", yes_or_no), take("ScanDataFormat", code)
    protocol, receiver = take("ScanDataEthSettings", receiver_of) or ("", "")
    if family.lower().startswith("lrs"):
        off = None if number is None else number != 0
        return Output(enabled=off, format=_LRS_FORMATS.get(number or 0))
    return Output(
        enabled=enabled,
        format=None if number is None else format_name(number),
        receiver=f"{protocol} {receiver}" if receiver else None,
    )


def _https(taker: _Taker) -> HttpsState | None:
    status = taker.take("httpsStatus", parsing.https_status)
    if status is None:
        return None
    enabled, trouble = status
    expires = taker.take("certificateBundleInfo", parsing.certificate_expiry) if enabled else None
    return HttpsState(enabled=enabled, expires=expires, trouble=trouble)


def _scan_mode(taker: _Taker) -> int | None:
    found = taker.take("EtherCoLaScanMode", lambda value: whole(value, 0, 3))
    if found is not None:
        return found
    searchable = taker.take("EnableColaScan", yes_or_no)
    return None if searchable is None else 0 if searchable else 2


def led_words(facts: Facts) -> Iterator[str]:
    """Each LED in words: ``LED1 green``, ``LED2 red blinking``."""
    colours = {0: "green", 1: "yellow", 2: "red", 3: "white"}
    ways = {
        1: "off",
        2: "blinking",
        3: "blinking fast",
        4: "blinking slowly",
        5: "signalling",
        6: "yellow-red",
    }
    for name, colour, way in facts.leds:
        shown = (
            "off" if way == 1 else f"{colours.get(colour, f'colour {colour}')} {ways.get(way, '')}".strip()
        )
        yield f"{name or 'LED'} {shown}"
