"""Parameter backups on the disk: one folder for each sensor, nothing ever overwritten.

A backup is two files: its bytes as the sensor sent them, and its metadata (``.json``). The metadata comes
last, so that a backup that is listed is whole, whenever the power went.
"""

import logging
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Literal

import msgspec
from msgspec import Struct, structs

from sicktui.model.clock import is_timestamp
from sicktui.model.device import bare_serial, same_serial
from sicktui.model.enums import Code
from sicktui.model.errors import SicktuiError
from sicktui.model.safe_text import clean
from sicktui.stores.disk.files import (
    TooLarge,
    copy_hashed,
    display_path,
    explain_os_error,
    make_folder,
    publish,
    safe_name,
    settle,
    storage_errors,
    temporary,
    write_atomic,
)
from sicktui.stores.disk.ids import resolve_prefix
from sicktui.stores.disk.sealed_json import read_sealed, sealed, why_unusable

MAX_BACKUP_BYTES: Final = 100_000_000
"""Far more than any sensor's parameters (86 KB at picoScan)."""
_METADATA: Final = ".json"
_COUNTER: Final = ".sequence"
_BYTES: Final = ".backup"
_MOST_AT_ONCE: Final = 1000
_ON_ITS_WAY: Final = 60.0
"""Seconds within which the metadata of a file are surely written."""

_log: Final = logging.getLogger(__name__)


Age = Literal["written", "compared", "assumed"]
"""How sure it is that a file is of its moment: the sensor wrote it for this request; the same bytes were
there before, and what can be compared is the sensor's; the same, and nothing can be compared."""


class BackupUnusable(SicktuiError):
    """A backup that does not match its metadata."""

    def __init__(self, message: str, *, advice: str) -> None:
        super().__init__(message, advice=advice, code=Code.BACKUP_UNUSABLE)


class BackupFacts(Struct, frozen=True, kw_only=True):
    """What is known of a backup before it is stored."""

    device: str
    """What the device was called."""
    serial: str | None
    mac: str | None = None
    name: str | None = None
    """``DeviceIdent.Name``: the product family."""
    model: str | None = None
    order_number: str | None = None
    version: str | None
    """The firmware that wrote it."""
    created: str
    """RFC 3339, UTC."""
    operator: str
    run: str | None
    content_type: str | None = None
    api: str | None = None
    """The generation of the sensor's API, in words."""
    passphrase_fingerprint: str | None = None
    location: str | None = None
    """``LocationName``, which a replacement gets too."""
    parameters_md5: str | None = None
    """``LFTchecksum.MD5Parameters`` while the backup was made, where the sensor has it."""
    snapshot: str | None = None
    """The id of the snapshot that was taken with it."""
    age: Age | None = None
    """How sure it is that the file is of its moment; ``None``: not known."""
    hours: int | None = None
    """The sensor's ``OpHours`` then, in its unit: they only rise, whatever the PC's clock was."""

    @property
    def key(self) -> str:
        """What the sensor is kept under: its serial number, else MAC address, else the device's name."""
        return self.serial or self.mac or self.device


class BackupRecord(BackupFacts, frozen=True, kw_only=True):
    """The metadata of a stored backup."""

    id: str
    sha256: str
    size: int
    """Bytes."""
    sequence: int | None = None
    """Which backup of this store it is; ``None``: one from elsewhere, or of an earlier sicktui."""
    format: Literal[1] = 1


class BackupStore:
    """The backups in one folder. Several processes may use it at once.

    Args:
        folder: where it is; made with the first backup.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(
        self, file: Path, facts: BackupFacts, *, sha256: str | None = None, from_elsewhere: bool = False
    ) -> BackupRecord:
        """Store a copy of a backup file, for good: when this returns it survives a loss of power.

        Args:
            file: the file as it was downloaded; the caller removes it.
            facts: its metadata.
            sha256: what its bytes must hash to, where that is known.
            from_elsewhere: it was not taken just now, so it need not be the newest.

        Raises:
            BackupUnusable: the file is empty, far too large, or not what was downloaded.
            StorageError: it cannot be kept.
        """
        place = self.folder / safe_name(facts.key)
        make_folder(place)
        with storage_errors("keep the backup in", place):
            with file.open("rb") as source, temporary(place, "new") as (copy, temp):
                try:
                    size, actual = copy_hashed(source, copy, MAX_BACKUP_BYTES)
                except TooLarge:
                    raise _refused(facts, f"larger than {MAX_BACKUP_BYTES // 1_000_000} MB") from None
                if size == 0:
                    raise _refused(facts, "empty")
                if sha256 is not None and actual != sha256:
                    raise _refused(facts, "not what was downloaded")
                settle(copy)
                id = self._publish(temp, place, _id(facts, actual))  # noqa: A001 - the record's word
            record = BackupRecord(
                **structs.asdict(facts),
                id=id,
                sha256=actual,
                size=size,
                sequence=None if from_elsewhere else self._next_sequence(),
            )
            with temporary(place, "new") as (text, temp):
                text.write(sealed(record))
                settle(text)
                publish(temp, place / (id + _METADATA))
        return record

    def list(self, serial: str | None = None) -> list[BackupRecord]:
        """The backups, the one that was taken last first (see ``in_order``).

        Those that cannot be read are left out (see ``damaged``).

        Args:
            serial: only those of the sensor kept under this serial number (or MAC address, or name).

        Raises:
            StorageError: the folder cannot be read.
        """
        found = self._records("*" if serial is None else safe_name(serial))
        records = [record for record in found.values() if isinstance(record, BackupRecord)]
        chosen = [record for record in records if serial is None or _is_of(record, serial)]
        return in_order(chosen)

    def damaged(self) -> dict[Path, str]:
        """What is there but is not a usable backup, and why: metadata, files without them, folders.

        Raises:
            StorageError: the folder cannot be read.
        """
        return {path: found for path, found in self._records().items() if isinstance(found, str)}

    def get(self, id: str) -> BackupRecord:  # noqa: A002 - the contract's word
        """The backup of that id, or of a beginning that only one has.

        Raises:
            UsageError: there is none, or more than one.
            BackupUnusable: there is one, but what is written of it cannot be used.
            StorageError: the folder cannot be read.
        """
        records = {record.id: record for record in self.list()}
        if id not in records and (why := {path.stem: why for path, why in self.damaged().items()}.get(id)):
            raise BackupUnusable(
                f"The backup {clean(id)} cannot be used: {why} ('sicktui backups verify').",
                advice="Take an older backup, or make a new one while the sensor still works.",
            )
        return records[
            resolve_prefix(id, list(records), "backup", where="'sicktui backups list' shows them.")
        ]

    def path(self, record: BackupRecord) -> Path:
        """The file with the bytes of a backup."""
        return self.folder / safe_name(record.key) / (record.id + _BYTES)

    def verify(self, record: BackupRecord) -> None:
        """Hash a backup again.

        Raises:
            BackupUnusable: it is gone, or not what was stored.
        """
        path = self.path(record)
        try:
            with path.open("rb") as file:
                actual = copy_hashed(file, None, record.size)
        except TooLarge:
            actual = (record.size + 1, "")
        except OSError as error:
            raise BackupUnusable(
                f"Cannot read backup {record.id} of {clean(record.device)}: {explain_os_error(error)[0]}.",
                advice="Take an older backup, or make a new one while the sensor still works.",
            ) from error
        if actual != (record.size, record.sha256):
            raise BackupUnusable(
                f"The backup {record.id} of {clean(record.device)} has changed since it was stored"
                f" ({display_path(path)} was changed).",
                advice="Do not restore it: take an older backup, or make a new one while the sensor works.",
            )

    def _next_sequence(self) -> int:
        """One more than any backup of this store has had, deleted ones included."""
        counter = self.folder / _COUNTER
        try:
            last = int(counter.read_text())
        except (OSError, ValueError):
            last = 0  # none yet, or lost: what is stored goes on from there
        number = max([last, *(record.sequence or 0 for record in self.list())]) + 1
        write_atomic(counter, str(number).encode())
        return number

    def _publish(self, temp: Path, place: Path, wanted: str) -> str:
        for number in range(1, _MOST_AT_ONCE):
            id = wanted if number == 1 else f"{wanted}-{number}"  # noqa: A001 - the record's word
            try:
                publish(temp, place / (id + _BYTES))
            except FileExistsError:
                continue
            return id
        raise FileExistsError(wanted)

    def _records(self, sensor: str = "*") -> dict[Path, BackupRecord | str]:
        """The metadata files in the folders of that name (a pattern), and what is wrong with some."""
        found: dict[Path, BackupRecord | str] = {}
        with storage_errors("read", self.folder):
            # Not by a pattern of files: that passes a folder over in silence that this user may not read.
            places = sorted(self.folder.iterdir()) if self.folder.exists() else []
        for place in places:
            # Leading zeros of a serial number are spelling.
            other = sensor != "*" and bare_serial(sensor) != bare_serial(place.name)
            if other or place.name.startswith("."):
                continue
            try:
                if not place.is_dir():
                    continue
                names = {entry.name for entry in place.iterdir() if not entry.name.startswith(".")}
            except OSError as error:
                found[place] = explain_os_error(error)[0]
                continue
            for name in sorted(names):
                if name.endswith(_METADATA):
                    found[place / name] = self._record(place / name)
                elif name.endswith(_BYTES) and name.removesuffix(_BYTES) + _METADATA not in names:
                    found |= _lonely(place / name)
        for path, problem in found.items():
            if isinstance(problem, str):
                _log.warning("The backup %s cannot be used: %s", display_path(path), problem)
        return found

    def _record(self, path: Path) -> BackupRecord | str:
        try:
            record = read_sealed(path, BackupRecord)
        except (OSError, msgspec.DecodeError) as error:
            return why_unusable(error)
        if record.id != path.name.removesuffix(_METADATA) or self.path(record).parent != path.parent:
            return "it belongs to another backup"
        return record if is_timestamp(record.created) else "its creation time is missing"


def _is_of(record: BackupRecord, key: str) -> bool:
    return record.key == key or (record.serial is not None and same_serial(record.serial, key))


def in_order(records: Iterable[BackupRecord]) -> "list[BackupRecord]":
    """The same, the one that was taken last first. The PC's clock orders only what nothing else does.

    What was taken here has a number. What comes from elsewhere is placed by the sensor's hours; without them
    it is taken for older than anything that was taken here.
    """
    found = list(records)
    numbered: dict[str, list[BackupRecord]] = {}
    for record in found:
        if record.sequence is not None and record.hours is not None:
            numbered.setdefault(record.key, []).append(record)

    def place(record: BackupRecord) -> tuple[int, int, int, str, str]:
        if record.sequence is not None:
            return (record.sequence, 0, 0, record.created, record.id)
        hours = record.hours
        earlier = () if hours is None else numbered.get(record.key, ())
        before = max((one.sequence or 0 for one in earlier if (one.hours or 0) <= (hours or 0)), default=0)
        return (before, 1, hours or 0, record.created, record.id)

    return sorted(found, key=place, reverse=True)


def _lonely(path: Path) -> dict[Path, BackupRecord | str]:
    """A file without metadata, unless they may still be on their way: they are written last."""
    try:
        entry = path.stat()
    except OSError:
        return {}  # deleted since
    if entry.st_size == 0 or time.time() - entry.st_mtime < _ON_ITS_WAY:
        return {}
    return {path: "its metadata is missing"}


def _id(facts: BackupFacts, sha256: str) -> str:
    """``<sensor>-<when>-<hash>``: readable, and sorts by time."""
    moment = "".join(char for char in facts.created if char.isdigit())[:14]
    return f"{safe_name(facts.key)}-{moment[:8]}-{moment[8:]}-{sha256[:6]}"


def _refused(facts: BackupFacts, why: str) -> BackupUnusable:
    return BackupUnusable(
        f"The backup of {clean(facts.device)} was not stored: the file is {why}.",
        advice="Make the backup again.",
    )
