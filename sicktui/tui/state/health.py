"""The health of the listed sensors as far as it is known: for the list, and for what the log reports."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from msgspec import structs

from sicktui.model.clock import Clock
from sicktui.model.device import Health, Identity
from sicktui.model.health.records import DeviceHealth, Finding, Readings, Weight, code_words
from sicktui.model.health.since import ALARMING, refreshed
from sicktui.model.wording import age

OLD: Final = 2700.0
"""Seconds after which a finding is shown with its age: three rounds at the default interval."""


class FoundHealth:
    """The last reading of each device, with what was pushed since.

    Args:
        clock: the source of time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._found: dict[str, DeviceHealth] = {}
        self._read: dict[str, datetime] = {}
        """When each was read as a whole."""

    def take(self, found: DeviceHealth, *, whole: bool = True) -> DeviceHealth | None:
        """Something new is known; returns what was known of the same sensor before.

        Args:
            found: the health; that of a sensor that could not be read keeps what was found before.
            whole: whether all was read, and not only some values pushed.
        """
        if found.identity is None:
            return None
        before = self.known(found.device, found.identity)
        self._found[found.device] = found
        if whole:
            self._read[found.device] = found.at
        elif before is None:
            self._read.pop(found.device, None)
        return before

    def with_values(self, device: str, identity: Identity, values: Mapping[str, Any]) -> Readings | None:
        """The readings of a sensor with newer values; ``None`` if it had these already.

        Args:
            device: the device.
            identity: the sensor that answers.
            values: by variable.
        """
        before, now = self.readings(device, identity), self._clock.now()
        if before is None:
            before = Readings(identity=identity, at=now, values={})
        after = refreshed(before, values, now)
        return None if after is before else after

    def keep(self, devices: Collection[str]) -> None:
        """Forget all but these devices."""
        self._found = {name: found for name, found in self._found.items() if name in devices}
        self._read = {name: at for name, at in self._read.items() if name in devices}

    def known(self, device: str, identity: Identity | None) -> DeviceHealth | None:
        """What is known of this very sensor; ``None``: nothing."""
        found = self._found.get(device)
        if found is None or found.identity is None or identity is None:
            return None
        return found if found.identity.is_same_sensor(identity) else None

    def readings(self, device: str, identity: Identity) -> Readings | None:
        """What was read and pushed of this very sensor; ``None``: nothing."""
        known = self.known(device, identity)
        return known.readings if known is not None else None

    def read_at(self, device: str) -> datetime | None:
        """When a device was last read as a whole; ``None``: not yet."""
        return self._read.get(device)

    def worst(self, device: str, identity: Identity | None) -> Finding | None:
        """The worst that was found of this very sensor, if it is an error or a warning."""
        found = self.known(device, identity)
        findings = found.report.findings if found else ()
        return findings[0] if findings and findings[0].level in ALARMING else None

    def age_of(self, device: str) -> str:
        """The age of a whole reading in few letters, where it is old; else empty."""
        at = self._read.get(device)
        seconds = (self._clock.now() - at).total_seconds() if at else 0.0
        return age(seconds, grain=10) if seconds >= OLD else ""

    def of(self, device: str, identity: Identity | None, health: Health | None) -> Health:
        """What a row shows: what the sensor reports, with the worst that was found of this very sensor.

        Args:
            device: the device.
            identity: the sensor that answers.
            health: what it reported last; ``None``: it was not read yet.
        """
        shown, worst = health or Health(), self.worst(device, identity)
        if worst is None:
            return shown
        old = self.age_of(device)
        words = code_words(worst.code) + (f" ({old} ago)" if old else "")
        return structs.replace(shown, alarm=words, is_grave=worst.level is Weight.ERROR)
