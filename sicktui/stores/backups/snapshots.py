"""Snapshots on the disk: one folder for each sensor, one JSON file for each snapshot, never overwritten."""

import logging
from pathlib import Path
from typing import Final

import msgspec
from msgspec import structs

from sicktui.model.device import bare_serial, same_serial
from sicktui.model.snapshot import Scope, Snapshot
from sicktui.stores.disk.files import (
    display_path,
    make_folder,
    publish,
    safe_name,
    settle,
    storage_errors,
    temporary,
)
from sicktui.stores.disk.ids import resolve_prefix
from sicktui.stores.disk.sealed_json import read_json, why_unusable

_SUFFIX: Final = ".json"
_MOST_AT_ONCE: Final = 1000

_log: Final = logging.getLogger(__name__)


class SnapshotStore:
    """The snapshots in one folder. Several processes may use it at once.

    Args:
        folder: where it is; made with the first snapshot.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, snapshot: Snapshot) -> Snapshot:
        """Keep a snapshot, for good. Returns it with its id.

        Raises:
            StorageError: it cannot be kept.
        """
        place = self.folder / safe_name(snapshot.key)
        make_folder(place)
        moment = "".join(char for char in snapshot.taken if char.isdigit())[:14]
        wanted = f"{safe_name(snapshot.key)}-{moment[:8]}-{moment[8:]}"
        with storage_errors("keep the snapshot in", place):
            for number in range(1, _MOST_AT_ONCE):
                kept = structs.replace(snapshot, id=wanted if number == 1 else f"{wanted}-{number}")
                try:
                    self._publish(kept, place)
                except FileExistsError:
                    continue
                return kept
            raise FileExistsError(wanted)

    def list(self, key: str | None = None) -> list[Snapshot]:
        """The snapshots, newest first; those that cannot be read are left out and logged.

        Args:
            key: only those of the sensor with this serial number (or MAC address, or name).

        Raises:
            StorageError: the folder cannot be read.
        """
        with storage_errors("read", self.folder):
            paths = [
                path
                for path in self.folder.glob(f"*/*{_SUFFIX}")
                if not path.name.startswith(".")
                # Leading zeros of a serial number are spelling.
                and (key is None or bare_serial(path.parent.name) == bare_serial(safe_name(key)))
            ]
        found = [snapshot for path in paths if (snapshot := _read(path)) is not None]
        return sorted(
            (snapshot for snapshot in found if key is None or _is_of(snapshot, key)),
            key=lambda snapshot: (snapshot.taken, snapshot.id),
            reverse=True,
        )

    def latest(self, key: str, scope: Scope | None = None) -> Snapshot | None:
        """The newest snapshot of a sensor, of that scope if one is asked for.

        Raises:
            StorageError: the folder cannot be read.
        """
        return next((kept for kept in self.list(key) if scope is None or kept.scope == scope), None)

    def get(self, id: str) -> Snapshot:  # noqa: A002 - the record's word
        """The snapshot of that id, or of a beginning that only one has.

        Raises:
            UsageError: there is none, or more than one.
            StorageError: the folder cannot be read.
        """
        kept = {snapshot.id: snapshot for snapshot in self.list()}
        where = "'sicktui diff DEVICE --list' shows those of a sensor."
        return kept[resolve_prefix(id, list(kept), "snapshot", where=where)]

    def remove(self, snapshot: Snapshot) -> None:
        """Delete a snapshot. One that is already gone is not an error.

        Raises:
            StorageError: it cannot be deleted.
        """
        path = self._path(snapshot)
        with storage_errors("delete", path):
            path.unlink(missing_ok=True)

    def _path(self, snapshot: Snapshot) -> Path:
        return self.folder / safe_name(snapshot.key) / (snapshot.id + _SUFFIX)

    def _publish(self, snapshot: Snapshot, place: Path) -> None:
        with temporary(place, "new") as (file, temp):
            file.write(msgspec.json.format(msgspec.json.encode(snapshot), indent=1))
            settle(file)
            publish(temp, place / (snapshot.id + _SUFFIX))


def _is_of(snapshot: Snapshot, key: str) -> bool:
    return snapshot.key == key or (snapshot.serial is not None and same_serial(snapshot.serial, key))


def _read(path: Path) -> Snapshot | None:
    try:
        snapshot = read_json(path, Snapshot)
    except (OSError, msgspec.DecodeError) as error:
        why = why_unusable(error)
        _log.warning("The snapshot %s cannot be used: %s", display_path(path), why)
        return None
    if snapshot.id != path.name.removesuffix(_SUFFIX) or safe_name(snapshot.key) != path.parent.name:
        _log.warning("The snapshot %s belongs elsewhere", display_path(path))
        return None
    return snapshot
