"""Backups that leave this PC and come back: the bytes, and beside them what is known of them (``.json``)."""

from pathlib import Path
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct, structs

from sicktui.model.clock import is_timestamp
from sicktui.model.errors import UsageError
from sicktui.model.safe_text import clean
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
    is_regular,
    storage_errors,
    write_atomic,
)
from sicktui.stores.disk.sealed_json import ChangedSince, read_sealed, sealed

SIDECAR: Final = ".json"
_ADVICE: Final = "Give the file that the sensor gave, or take a backup with 'sicktui backup'."


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
    """What its metadata file says, if one lies beside it and is about these bytes."""
    warning: str = ""
    """Why a metadata file that lies beside it is not used."""


def inspect_file(path: Path) -> BackupOnDisk:
    """Look at a file that somebody says is a backup. It is read once; five gigabytes are refused unread.

    Raises:
        BackupUnusable: it is missing, no file, too large, or surely no backup.
    """
    try:
        if not is_regular(path):
            raise _unusable(path, "it is a folder or a device, no file")
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
        raise _unusable(path, f"the metadata beside it ({display_path(beside.name)}) were edited") from None
    except (OSError, msgspec.DecodeError) as error:
        why = explain_os_error(error)[0] if isinstance(error, OSError) else clean(str(error))
        return None, f"The metadata beside it ({display_path(beside.name)}) cannot be read: {why}."
    if not is_timestamp(sidecar.record.created):
        return None, f"The metadata beside it ({display_path(beside.name)}) do not say when it was made."
    if sidecar.record.sha256 != sha256:
        if size < sidecar.record.size:
            raise _unusable(path, f"it was cut off: it has {size} of {sidecar.record.size} bytes")
        raise _unusable(path, "its bytes are not those that its metadata were written for: it was edited")
    return sidecar, ""


def export(store: BackupStore, snapshots: SnapshotStore, record: BackupRecord, target: Path) -> Path:
    """Write a copy of a backup and its metadata beside it, after checking that it is whole.

    Returns:
        The metadata file.

    Raises:
        BackupUnusable: it is not what the sensor gave any more.
        StorageError: it cannot be written.
    """
    store.verify(record)
    values: dict[str, Any] = {}
    if record.snapshot is not None:
        kept = next((s for s in snapshots.list(record.key) if s.id == record.snapshot), None)
        values = dict(kept.values) if kept else {}
    beside = target.with_name(target.name + SIDECAR)
    with storage_errors("read", store.path(record)):
        content = store.path(record).read_bytes()
    write_atomic(target, content)
    write_atomic(beside, sealed(Sidecar(record=record, values=values)))
    return beside


def import_file(
    store: BackupStore, found: BackupOnDisk, facts: BackupFacts | None = None
) -> tuple[BackupRecord, bool]:
    """Take a backup file from elsewhere into the store.

    Args:
        store: the backups.
        found: the file.
        facts: what is known of it, where no metadata lie beside it.

    Returns:
        Its record, and whether it is new here.

    Raises:
        UsageError: nobody says which sensor it is of.
        BackupUnusable: it changed meanwhile.
        StorageError: it cannot be kept.
    """
    described = found.sidecar.record if found.sidecar else facts
    if described is None:
        raise UsageError(
            f"Nobody says which sensor {display_path(found.path.name)} is of: no metadata lie beside it.",
            advice="Give --serial, and if you know them --device, --model and --firmware.",
        )
    known = next((kept for kept in store.list(described.key) if kept.sha256 == found.sha256), None)
    if known is not None:
        return known, False
    plain = {name: getattr(described, name) for name in BackupFacts.__struct_fields__}
    # Its snapshot is on the PC that it came from.
    return store.add(
        found.path, structs.replace(BackupFacts(**plain), snapshot=None), sha256=found.sha256
    ), True


def _unusable(path: Path, why: str) -> BackupUnusable:
    return BackupUnusable(f"{display_path(path)} is no backup that can be used: {why}.", advice=_ADVICE)
