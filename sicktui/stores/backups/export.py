"""Backups that leave this PC and come back: the bytes, and beside them what is known of them (``.json``)."""

from pathlib import Path
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct, structs

from sicktui.model.clock import is_timestamp
from sicktui.model.errors import UsageError
from sicktui.stores.backups.content import inspect
from sicktui.stores.backups.snapshots import SnapshotStore
from sicktui.stores.backups.store import (
    MAX_BACKUP_BYTES,
    BackupFacts,
    BackupRecord,
    BackupStore,
    BackupUnusable,
)
from sicktui.stores.disk.files import (
    copy_hashed,
    display_path,
    explain_os_error,
    export_file,
    is_regular,
    storage_errors,
)
from sicktui.stores.disk.sealed_json import ChangedSince, read_sealed, sealed, why_unusable

SIDECAR: Final = ".json"
_ADVICE: Final = "Choose an unchanged backup file, or take a backup with 'sicktui backup'."


class Sidecar(Struct, frozen=True, kw_only=True):
    """What is written beside an exported backup."""

    kind: Literal["sicktui backup"] = "sicktui backup"
    record: BackupRecord
    values: dict[str, Any] = {}
    """The readable parameters of its time, for comparing after a restore."""


class BackupOnDisk(Struct, frozen=True, kw_only=True):
    """A backup file somewhere on this PC, looked at."""

    path: Path
    sha256: str
    size: int
    sidecar: Sidecar | None = None
    """The content of its metadata file, if it has one that is about these bytes."""
    warning: str = ""
    """Why its metadata file is not used."""


def inspect_file(path: Path) -> BackupOnDisk:
    """Check and hash a file that should be a backup. It is read once, and not at all if it is too large.

    Raises:
        BackupUnusable: it is missing, not a file, too large, or certainly not a backup.
    """
    try:
        if not is_regular(path):
            raise _unusable(path, "it is not a regular file")
        size = path.stat().st_size
        if size > MAX_BACKUP_BYTES:
            raise _unusable(path, f"it has {size} bytes, far more than any sensor's parameters")
        trouble = inspect(path, foreign=True).trouble
        if trouble:
            raise _unusable(path, f"it is {trouble}")
        with path.open("rb") as file:
            size, sha256 = copy_hashed(file, None, MAX_BACKUP_BYTES)
    except OSError as error:
        raise _unusable(path, f"it cannot be read, {explain_os_error(error)[0]}") from error
    if path.name.lower().endswith((".spk", ".spk.signed")):
        raise _unusable(path, "its name is that of a firmware package")
    sidecar, warning = _sidecar(path, sha256, size)
    return BackupOnDisk(path=path, sha256=sha256, size=size, sidecar=sidecar, warning=warning)


def _sidecar(path: Path, sha256: str, size: int) -> tuple[Sidecar | None, str]:
    beside = path.with_name(path.name + SIDECAR)
    try:
        sidecar = read_sealed(beside, Sidecar)
    except FileNotFoundError:
        return None, ""
    except ChangedSince:
        raise _unusable(path, f"its metadata ({display_path(beside.name)}) was edited") from None
    except (OSError, msgspec.DecodeError) as error:
        why = why_unusable(error)
        return None, f"Its metadata ({display_path(beside.name)}) cannot be read: {why}."
    if not is_timestamp(sidecar.record.created):
        return None, f"Its metadata ({display_path(beside.name)}) has no creation time."
    if sidecar.record.sha256 != sha256:
        if size < sidecar.record.size:
            raise _unusable(path, f"it was cut off: it has {size} of {sidecar.record.size} bytes")
        raise _unusable(path, "it was edited: its content does not match its metadata")
    return sidecar, ""


def export(store: BackupStore, snapshots: SnapshotStore, record: BackupRecord, target: Path) -> Path:
    """Write a copy of a backup and its metadata beside it, after checking that it is whole.

    Returns:
        The metadata file.

    Raises:
        BackupUnusable: it is not what was stored any more.
        StorageError: it cannot be written, or its folder does not exist.
    """
    store.verify(record)
    values: dict[str, Any] = {}
    if record.snapshot is not None:
        kept = next((s for s in snapshots.list(record.key) if s.id == record.snapshot), None)
        values = dict(kept.values) if kept else {}
    beside = target.with_name(target.name + SIDECAR)
    with storage_errors("read", store.path(record)):
        content = store.path(record).read_bytes()
    export_file(target, content)
    export_file(beside, sealed(Sidecar(record=record, values=values)))
    return beside


def import_file(
    store: BackupStore, found: BackupOnDisk, facts: BackupFacts | None = None
) -> tuple[BackupRecord, bool]:
    """Take a backup file from elsewhere into the store.

    Args:
        store: the backups.
        found: the file.
        facts: what is known of it, where it has no metadata.

    Returns:
        Its record, and whether it is new here.

    Raises:
        UsageError: its sensor is not known.
        BackupUnusable: it changed meanwhile.
        StorageError: it cannot be kept.
    """
    described = found.sidecar.record if found.sidecar else facts
    if described is None:
        raise UsageError(
            f"{display_path(found.path.name)} has no metadata, so its sensor is not known.",
            advice="Give --serial, and if you know them --device, --model and --firmware.",
        )
    known = next((kept for kept in store.list(described.key) if kept.sha256 == found.sha256), None)
    if known is not None:
        return known, False
    plain = {name: getattr(described, name) for name in BackupFacts.__struct_fields__}
    # Its snapshot is on the PC that it came from.
    facts = structs.replace(BackupFacts(**plain), snapshot=None)
    return store.add(found.path, facts, sha256=found.sha256, from_elsewhere=True), True


def _unusable(path: Path, why: str) -> BackupUnusable:
    return BackupUnusable(f"{display_path(path)} is not a usable backup: {why}.", advice=_ADVICE)
