"""Health and temperature of a device in the list."""

from typing import Final

from sicktui.model.device import SERVICE_MODE, Health
from sicktui.model.enums import DeviceStatus
from sicktui.tui.drawing.spans import Cell, Tone, cell
from sicktui.tui.glyphs import Glyphs

AMPLE: Final = 40
_BROKEN: Final = (DeviceStatus.RECOVERABLE_ERROR, DeviceStatus.FATAL_ERROR, DeviceStatus.SERVICE_REQUIRED)


def health_cell(health: Health, glyphs: Glyphs, width: int = AMPLE) -> Cell:
    """The sensor's health; a good one without the sign where there is no room for both."""
    status = health.status
    if status is None:
        return cell(glyphs.skipped, Tone.DIM)
    if health.alarm and status.healthy:
        return _alarm_cell(health, glyphs, width)
    if health.note == SERVICE_MODE:
        return cell(f"{glyphs.busy} {status.label}", Tone.BUSY)
    if status is DeviceStatus.SERVICE_RECOMMENDED or not (status.healthy or status in _BROKEN):
        return cell(f"{glyphs.warning} {status.label}", Tone.WARN)
    if status in _BROKEN:
        return cell(f"{glyphs.failed} {status.label}", Tone.BAD)
    return cell(signed(glyphs.full, status.label, width), Tone.GOOD)


def _alarm_cell(health: Health, glyphs: Glyphs, width: int) -> Cell:
    """What a reading of the health has found; where there is no room, how bad that is."""
    sign, word, tone = (glyphs.warning, "warn", Tone.WARN)
    if health.is_grave:
        sign, word, tone = (glyphs.failed, "error", Tone.BAD)
    whole = f"{sign} {health.alarm}"
    return cell(whole if len(whole) <= width else f"{sign} {word}", tone)


def signed(sign: str, words: str, width: int) -> str:
    """Sign and words; the words alone where there is no room for both."""
    whole = f"{sign} {words}"
    return whole if len(whole) <= width else words


def temperature_cell(health: Health, glyphs: Glyphs) -> Cell:
    """Degrees inside the sensor, where they are known."""
    if health.temperature is None:
        return cell(glyphs.skipped, Tone.DIM)
    return cell(f"{health.temperature:.0f} {'°' if glyphs.unicode else ''}C")
