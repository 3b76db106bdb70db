"""What the health of a sensor is compared with, kept across processes: ``health.json``."""

import logging
from datetime import datetime
from pathlib import Path
from typing import Final

from msgspec import Struct, structs

from sicktui.model.clock import timestamp
from sicktui.model.errors import SicktuiError
from sicktui.stores.disk.shared_record import SharedRecord

MOST: Final = 20_000
"""Sensors. A full memory keeps what it has: new sensors must not push old ones out."""

_log: Final = logging.getLogger(__name__)


class Calibration(Struct, frozen=True, kw_only=True):
    """The calibration of a sensor, as it was read first."""

    digest: str
    """``MD5Calibration``."""
    since: str
    """When that was (RFC 3339)."""


class _Health(Struct, frozen=True, kw_only=True):
    calibrations: dict[str, Calibration] = {}
    """By serial number, else MAC address."""


class HealthMemory:
    """The memory of one installation. Safe for several processes and threads.

    Args:
        path: its file.
    """

    def __init__(self, path: Path) -> None:
        self._record = SharedRecord(path, _Health())

    def calibration(
        self, key: str | None, digest: str, now: datetime, *, accept: bool = False
    ) -> Calibration | None:
        """The calibration that a sensor had first; a sensor that is not known yet is remembered.

        That it cannot be written is logged: the next reading tries again.

        Args:
            key: the sensor; ``None``: nothing identifies it, so it is not remembered.
            digest: its calibration now; empty: it does not report one.
            now: the time.
            accept: whether the one of now replaces the first.

        Raises:
            StorageError: the file cannot be read, so what the sensor had first is not known.
        """
        known = self._record.read().calibrations
        first = known.get(key or "")
        if not key or not digest or (first is not None and not accept) or len(known) >= MOST:
            return first
        new = Calibration(digest=digest, since=timestamp(now))

        def change(record: _Health) -> _Health:
            kept = record.calibrations
            if key in kept and not accept:
                return record
            return structs.replace(record, calibrations={**kept, key: new})

        try:
            return self._record.change(change).calibrations[key]
        except SicktuiError as error:
            _log.warning("Cannot remember the calibration of a sensor: %s", error.message)
            return first
