"""From readings to a report: a pure function."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sicktui.model.clock import timestamp
from sicktui.model.health.facts import Facts, facts_of, led_words
from sicktui.model.health.records import Measure, Readings, Report, report_of
from sicktui.model.health.rules import RULES
from sicktui.model.health.rules.clock import SOURCES
from sicktui.model.health.variables import WEB_SERVER

Value = bool | int | float | str | Sequence[str] | None


def judge(readings: Readings) -> Report:
    """What is wrong with a sensor, and what it reports. Never raises, whatever it sent."""
    facts = facts_of(readings)
    found = [finding for rule in RULES if (finding := rule.apply(facts)) is not None]
    return report_of(found, list(measures_of(facts)))


def measures_of(facts: Facts) -> Iterator[Measure]:
    """The values that were understood, in the order in which they are shown."""
    readings = facts.readings

    def at(variable: str) -> datetime:
        reading = readings.values.get(variable)
        return reading.at if reading is not None else readings.at

    for name, variable, value, unit in _rows(facts):
        if value is not None and value != ():
            yield Measure(name=name, value=value, unit=unit, at=at(variable))


def _rows(facts: Facts) -> Iterator[tuple[str, str, Value, str]]:
    """Name, variable, value and unit."""
    status, update = facts.status, facts.update
    lower, upper = facts.thresholds or (None, None)
    yield "device_status", "DeviceStatus", None if status is None else status.value, ""
    yield "device_state", "SCdevicestate", facts.ready, ""
    yield "update_state", "UpdateState", None if update is None else update.value, ""
    yield "measuring", "SCdevicestate", facts.measures, ""
    yield "temperature", "CurrentTempDev", facts.temperature, "°C"
    yield "temperature_alarm", "temperatureAlarmStatus", facts.alarm, ""
    yield "temperature_upper", "temperatureAlarmConfiguration", upper, "°C"
    yield "temperature_lower", "temperatureAlarmConfiguration", lower, "°C"
    yield "operating_hours", "OpHours", facts.hours, "h"
    yield "since_power_on", "DailyOpHours", facts.since_power_on, ""
    yield "power_on_count", "PowerOnCnt", facts.power_on_count, ""
    yield "leds", "LEDState", tuple(led_words(facts)), ""
    yield from _contamination(facts)
    yield from _clock(facts)
    yield "autostart", "AutoStartMeasure", facts.autostart, ""
    yield "output", "ScanDataEnable", facts.output.enabled, ""
    yield "output_format", "ScanDataFormat", facts.output.format, ""
    yield "output_receiver", "ScanDataEthSettings", facts.output.receiver, ""
    yield "imu", "ImuDataEnable", facts.imu, ""
    yield "encoder", "EncoderDataEnable", facts.encoder, ""
    yield from _measuring(facts)
    yield "calibration", "LFTchecksum", facts.calibration or None, ""
    yield "checksums_good", "LFTchecksum", facts.sums_good, ""
    yield "https", "httpsStatus", facts.https.enabled if facts.https else None, ""
    expires = facts.https.expires if facts.https else None
    yield "certificate_expires", "certificateBundleInfo", timestamp(expires) if expires else None, ""
    yield "cola", "EtherAuxEnabled", facts.cola, ""
    yield "scan_mode", "EtherCoLaScanMode", facts.scan_mode, ""
    yield "cloning_plug", "enableCloningPlug", facts.cloning_plug, ""
    yield "web_server", WEB_SERVER, facts.web_server, ""


def _contamination(facts: Facts) -> Iterator[tuple[str, str, Value, str]]:
    yield "contamination_strategy", "ContaminationConfig", facts.contamination.strategy, ""
    shown = facts.shown_contamination
    if shown is not None:
        yield "contamination", "ContaminationData", tuple(sector.word for sector in shown.sectors), ""
        yield "contamination_warning", "ContaminationResult", shown.warning, ""
        yield "contamination_error", "ContaminationResult", shown.error, ""


def _measuring(facts: Facts) -> Iterator[tuple[str, str, Value, str]]:
    found, worth = facts.readings.measuring, facts.measuring_worth
    if found is None or worth is None:
        return
    yield "measuring_evidence", "", worth.value, ""
    if found.heard is not None:
        yield "datagrams", "", found.heard.good, ""
        yield "telegram_counter", "", found.heard.last, ""
        rate = found.heard.rate
        yield "datagrams_per_second", "", None if rate is None else round(rate, 1), ""
    if found.promise is not None:
        yield "datagrams_promised", "", found.promise.rate, ""


def _clock(facts: Facts) -> Iterator[tuple[str, str, Value, str]]:
    clock = facts.clock
    if clock is None:
        return
    variable = "LSPdatetime" if "LSPdatetime" in facts.readings.values else "DateTime"
    yield "clock", variable, timestamp(clock.shows), ""
    if clock.is_unset:
        yield "uptime", variable, clock.uptime.total_seconds(), "s"
    else:
        yield "clock_offset", variable, round(clock.offset, 1), "s"
    if clock.source is not None:
        yield "clock_source", "TSCRole", SOURCES.get(clock.source, str(clock.source)), ""
