"""The thresholds of the settings: the defaults of ``[health]``, and those of a sensor's groups."""

from typing import Final

from msgspec import Struct

from sicktui.model.settings import HealthGroup, HealthSettings

_OFF: Final = 0


class HealthLimits(Struct, frozen=True, kw_only=True):
    """The thresholds that hold for one sensor, and those of the sensor itself beside them."""

    temperature_warning: float = 0.0
    """°C; 0: only the sensor's own."""
    temperature_error: float = 0.0
    contaminated_sectors: int = 1
    clock_offset: float = 60.0
    certificate_days: float = 30.0


def limits_for(settings: HealthSettings, tags: tuple[str, ...]) -> HealthLimits:
    """What holds for a sensor: of several groups the strictest, and the default where none has a threshold.

    Args:
        settings: the section of health.
        tags: the tags of the device.
    """
    groups = [settings.groups[tag] for tag in tags if tag in settings.groups]
    return HealthLimits(
        temperature_warning=_strictest(settings.temperature_warning, groups, "temperature_warning"),
        temperature_error=_strictest(settings.temperature_error, groups, "temperature_error"),
        contaminated_sectors=int(_strictest(settings.contaminated_sectors, groups, "contaminated_sectors")),
        clock_offset=_strictest(settings.clock_offset, groups, "clock_offset"),
        certificate_days=_strictest(settings.certificate_days, groups, "certificate_days", largest=True),
    )


def _strictest(default: float, groups: list[HealthGroup], name: str, *, largest: bool = False) -> float:
    found = [value for group in groups if (value := getattr(group, name)) is not None]
    chosen = [value for value in found if value != _OFF or largest]
    if chosen:
        return float(max(chosen) if largest else min(chosen))
    return float(found[0] if found else default)  # a group that has only switched it off
