"""Deletes old backups, only when asked, and never the last good one of a sensor.

First a plan that a person can read, then the deletion. Whatever goes wrong in between (another process
takes a backup, a bit flips, the power goes), the newest backup that is whole stays: it is looked for again
right before anything of its sensor is deleted, and the metadata go first, so that no backup is
ever listed whose bytes are gone.
"""

import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from msgspec import Struct

from sicktui.model.clock import seconds_since
from sicktui.model.errors import UsageError
from sicktui.stores.backups.snapshots import SnapshotStore
from sicktui.stores.backups.store import BackupRecord, BackupStore
from sicktui.stores.backups.versions import BackupVersion, is_whole, newest_whole, sighting_file, versions
from sicktui.stores.disk.files import storage_errors, sync_folder

_DAY: Final = 24 * 3600.0
_LEFT_OVER_AFTER: Final = _DAY
"""Seconds after which a temporary file must be one that a killed process left behind."""
_METADATA: Final = ".json"


class PruneRule(Struct, frozen=True, kw_only=True):
    """Which backups may go. Where both are given, both must hold."""

    keep: int | None = None
    """Delete all but this many intact backups of each sensor, the newest."""
    older_than_days: float | None = None
    """Delete those last confirmed longer ago."""


class PrunePlan(Struct, frozen=True, kw_only=True):
    """What a prune would do."""

    remove: tuple[BackupVersion, ...] = ()
    keep: tuple[BackupVersion, ...] = ()
    last_good: tuple[str, ...] = ()
    """The ids of those that stay whatever is asked: the newest whole one of each sensor."""
    leftovers: tuple[Path, ...] = ()
    """Files that killed processes left behind."""

    @property
    def bytes(self) -> int:
        """How much room it makes."""
        return sum(version.record.size for version in self.remove)


def plan_prune(store: BackupStore, rule: PruneRule, now: datetime) -> PrunePlan:
    """What the rule would delete. Deletes nothing.

    Args:
        store: the backups.
        rule: which may go.
        now: the present time, with its time zone.

    Raises:
        UsageError: the rule is empty or out of range.
        StorageError: the folder cannot be read.
    """
    if rule.keep is None and rule.older_than_days is None:
        raise UsageError("Specify which backups to delete.", advice="Use --keep N or --older-than DAYS.")
    if (rule.keep is not None and rule.keep < 1) or (rule.older_than_days or 0) < 0:
        raise UsageError("At least one backup of each sensor is kept, and an age is not negative.")
    remove: list[BackupVersion] = []
    keep: list[BackupVersion] = []
    last_good: list[str] = []
    sensors: dict[str, list[BackupVersion]] = {}
    for version in versions(store):
        sensors.setdefault(version.record.key, []).append(version)
    for of_sensor in sensors.values():
        whole = [version for version in of_sensor if is_whole(store, version.record)]
        last_good += [version.record.id for version in whole[:1]]
        newest = {version.record.id for version in whole[: rule.keep or 1]}
        for version in of_sensor:
            stays = version.record.id in newest or not whole or not _is_old(version, rule, now)
            (keep if stays else remove).append(version)
    return PrunePlan(
        remove=tuple(remove),
        keep=tuple(keep),
        last_good=tuple(last_good),
        leftovers=tuple(_leftovers(store)),
    )


def _is_old(version: BackupVersion, rule: PruneRule, now: datetime) -> bool:
    if rule.older_than_days is None:
        return True
    return seconds_since(version.last_seen, now) > rule.older_than_days * _DAY


def _leftovers(store: BackupStore) -> Iterator[Path]:
    """Temporary files, and names that were taken but never filled, of a day ago or more."""
    limit = time.time() - _LEFT_OVER_AFTER
    with storage_errors("read", store.folder):
        for path in sorted(store.folder.glob("*/*")):
            entry = path.stat()
            temporary = path.name.startswith(".") and path.suffix == ".part"
            never_filled = path.suffix in (".backup", _METADATA) and entry.st_size == 0
            if (temporary or never_filled) and entry.st_mtime < limit:
                yield path


def prune(
    store: BackupStore, plan: PrunePlan, snapshots: SnapshotStore | None = None
) -> Iterator[BackupRecord]:
    """Carry out the plan, and yield each backup once it is deleted.

    A backup that is the last good one of its sensor by now is left out, and so is one that is gone.

    Args:
        store: the backups.
        plan: what to delete.
        snapshots: where the snapshots that were taken with them are; they go too.

    Raises:
        StorageError: one cannot be deleted; those before it are gone.
    """
    for version in plan.remove:
        record = version.record
        good = newest_whole(store, record.key)
        if good is None or good.id == record.id:
            continue
        path = store.path(record)
        metadata = path.with_suffix(_METADATA)
        with storage_errors("delete", metadata):
            metadata.unlink(missing_ok=True)
            sync_folder(metadata.parent)
        with storage_errors("delete", path):
            path.unlink(missing_ok=True)
            sighting_file(store, record).unlink(missing_ok=True)
        if snapshots is not None:
            _forget_snapshots(store, snapshots, record)
        yield record
    for left in plan.leftovers:
        with storage_errors("delete", left):
            left.unlink(missing_ok=True)


def _forget_snapshots(store: BackupStore, snapshots: SnapshotStore, record: BackupRecord) -> None:
    shared = any(other.snapshot == record.snapshot for other in store.list(record.key))
    for snapshot in snapshots.list(record.key):
        if snapshot.backup == record.id or (snapshot.id == record.snapshot and not shared):
            snapshots.remove(snapshot)
