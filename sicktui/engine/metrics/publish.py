"""Writes the Prometheus text file. Trouble with it is reported once and holds nothing up."""

import logging
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from msgspec import Struct

from sicktui.engine.context import Context
from sicktui.engine.metrics.exposition import exposition
from sicktui.engine.metrics.families import KnownDevices, LastRun, families
from sicktui.engine.metrics.seen import SeenDevices, merged
from sicktui.model.clock import Clock, timestamp
from sicktui.model.device import Observation
from sicktui.model.enums import Operation
from sicktui.model.errors import SicktuiError
from sicktui.model.health.records import DeviceHealth
from sicktui.model.run.event import Summarised
from sicktui.model.settings import MetricsSettings
from sicktui.stores.backups.store import BackupStore
from sicktui.stores.config.devices import load_devices
from sicktui.stores.disk.files import StorageError, display_path, write_atomic
from sicktui.stores.disk.home import Home
from sicktui.stores.disk.shared_record import SharedRecord
from sicktui.stores.journal.journal import Journal

_READABLE: Final = 0o644
"""The collector is another user."""
_RUNS: Final = 50
"""The last runs that are looked through for one of each operation."""
_log: Final = logging.getLogger(__name__)


class Fresh(Struct, frozen=True, kw_only=True):
    """What was read of sensors since the file was written last."""

    observations: tuple[Observation, ...] = ()
    health: tuple[DeviceHealth, ...] = ()


class Metrics:
    """The file of one installation; nothing is done where the settings name none.

    Args:
        home: the folders.
        settings: where the file is.
        clock: where time comes from.
    """

    def __init__(self, home: Home, settings: MetricsSettings, clock: Clock) -> None:
        self._home = home
        self._settings = settings
        self._clock = clock
        self._record = SharedRecord(home.state / "metrics.json", SeenDevices())
        self._told = ""

    @property
    def is_wanted(self) -> bool:
        """Whether the settings name a file."""
        return bool(self._settings.file)

    def publish(self, journal: Journal, fresh: Fresh | None = None) -> str:
        """Write the file with what was read since, and all that is known here. Never raises for trouble.

        Args:
            journal: the record of runs.
            fresh: what was read of sensors.

        Returns:
            Why it could not be written, in words; empty if it was, or if that is the reason of last time.
        """
        if not self.is_wanted:
            return ""
        try:
            self._publish(journal, fresh or Fresh())
        except (SicktuiError, OSError, ValueError) as error:
            before, self._told = self._told, f"The file of metrics is not written: {error}"
            return "" if before == self._told else self._told
        self._told = ""
        return ""

    def _publish(self, journal: Journal, fresh: Fresh) -> None:
        profiles = load_devices(self._home.devices_file).profiles
        now = self._clock.now()

        def change(seen: SeenDevices) -> SeenDevices:
            return merged(seen, fresh.observations, fresh.health, listed=profiles, now=timestamp(now))

        seen = self._record.change(change)
        known = KnownDevices(
            devices={name: profile.address for name, profile in profiles.items()},
            seen=seen,
            backups=_newest(BackupStore(self._home.backups), profiles),
            runs=list(_last_runs(journal)),
            with_addresses=self._settings.addresses,
            now=now,
        )
        place = Path(self._settings.file).expanduser()
        if not place.parent.is_dir():
            raise StorageError(f"There is no folder {display_path(place.parent)}.")
        write_atomic(place, exposition(families(known)).encode(), mode=_READABLE)


def publish(context: Context, fresh: Fresh) -> None:
    """Write the file at the end of a command that has read sensors, where the settings name one."""
    metrics = Metrics(context.home, context.settings.metrics, context.clock)
    if metrics.is_wanted and (trouble := metrics.publish(context.journal, fresh)):
        _log.warning("%s", trouble)


def _newest(backups: BackupStore, listed: Iterable[str]) -> dict[str, str]:
    taken: dict[str, str] = {}
    for record in backups.list():
        taken[record.device] = max(record.created, taken.get(record.device, ""))
    return {device: taken[device] for device in listed if device in taken}


def _last_runs(journal: Journal) -> Iterator[LastRun]:
    found: set[Operation] = set()
    for row in journal.runs(_RUNS):
        if row.finished is None or row.operation in found:
            continue
        summary = journal.latest(row.run, Summarised)
        if isinstance(summary, Summarised):
            found.add(row.operation)
            yield LastRun(finished=row.finished, summary=summary)
