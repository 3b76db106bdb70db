"""What the last readings of health have found, for the list."""

from typing import Final

from msgspec import structs

from sicktui.model.device import Health, Identity
from sicktui.model.health.records import DeviceHealth, Weight

_ALARMING: Final = (Weight.ERROR, Weight.WARNING)


class FoundHealth:
    """The last reading of each device."""

    def __init__(self) -> None:
        self._found: dict[str, DeviceHealth] = {}

    def take(self, found: DeviceHealth) -> None:
        """A sensor was read; one that could not be read keeps what was found before."""
        if found.identity is not None:
            self._found[found.device] = found

    def of(self, device: str, identity: Identity | None, health: Health | None) -> Health:
        """What a row shows: what the sensor reports, with the worst that was found of this very sensor.

        Args:
            device: the device.
            identity: the sensor that answers.
            health: what it reported last; ``None``: it was not read yet.
        """
        shown, found = health or Health(), self._found.get(device)
        if found is None or found.identity is None or identity is None or not found.report.findings:
            return shown
        worst = found.report.findings[0]
        if worst.level not in _ALARMING or not found.identity.is_same_sensor(identity):
            return shown
        words = worst.code.replace("_", " ")
        return structs.replace(shown, alarm=words, is_grave=worst.level is Weight.ERROR)
