"""Versions: a backup counts for as long as the sensor's parameters stay what they were.

When a new backup turns out to hold what the newest one holds, no second file is kept: the newest one is
seen again, and its validity range grows. The mark of that is a separate file (``.seen``), so that
neither the bytes nor the metadata of a backup are ever written twice.
"""

import logging
from pathlib import Path
from typing import Final, Literal

import msgspec
from msgspec import Struct

from sicktui.model.clock import is_timestamp
from sicktui.stores.backups.content import same_parameters
from sicktui.stores.backups.fingerprint import is_passphrase
from sicktui.stores.backups.store import Age, BackupFacts, BackupRecord, BackupStore, BackupUnusable
from sicktui.stores.disk.files import display_path, write_atomic
from sicktui.stores.disk.sealed_json import read_json, why_unusable

_SUFFIX: Final = ".seen"

How = Literal["checksum", "bytes", "content", "readable"]
"""How it was found out: by ``MD5Parameters`` and the readable parameters, byte by byte, by the parameters
inside a JSON file, or by the same bytes and the readable parameters."""

_log: Final = logging.getLogger(__name__)


class Confirmation(Struct, frozen=True, kw_only=True):
    """The last time that a backup was found to hold what the sensor holds."""

    when: str
    """RFC 3339, UTC."""
    how: How
    operator: str = ""
    run: str | None = None
    times: int = 1
    """How often it was seen again in all."""
    age: Age | None = None
    """How sure it is that what was seen was of that moment; ``None``: noted by an earlier sicktui."""


class BackupVersion(Struct, frozen=True, kw_only=True):
    """A backup and the range of time for which it is known to hold."""

    record: BackupRecord
    seen: Confirmation | None = None

    @property
    def last_seen(self) -> str:
        """When it was last found to hold what the sensor holds."""
        return self.seen.when if self.seen else self.record.created

    @property
    def last_seen_age(self) -> Age | None:
        """How sure that is; ``None``: not known."""
        return self.seen.age if self.seen else self.record.age


def sighting_file(store: BackupStore, record: BackupRecord) -> Path:
    """The file with the mark of a backup, if it was ever confirmed."""
    return store.path(record).with_suffix(_SUFFIX)


def version_of(store: BackupStore, record: BackupRecord) -> BackupVersion:
    """A backup with its range. A mark that cannot be read counts as none and is logged."""
    path = sighting_file(store, record)
    seen = None
    try:
        seen = read_json(path, Confirmation)
        if not is_timestamp(seen.when):
            seen = None
            _log.warning("The mark %s cannot be used: it has no time", display_path(path))
    except FileNotFoundError:
        pass
    except (OSError, msgspec.DecodeError) as error:
        why = why_unusable(error)
        _log.warning("The mark %s cannot be used: %s", display_path(path), why)
    return BackupVersion(record=record, seen=seen)


def versions(store: BackupStore, key: str | None = None) -> list[BackupVersion]:
    """The backups with their ranges, newest first.

    Args:
        store: the backups.
        key: only those of the sensor with this serial number (or MAC address, or name).

    Raises:
        StorageError: the folder cannot be read.
    """
    return [version_of(store, record) for record in store.list(key)]


def see_again(
    store: BackupStore,
    record: BackupRecord,
    *,
    when: str,
    how: How,
    operator: str,
    run: str | None,
    age: Age | None = None,
) -> BackupVersion:
    """Note that a backup still holds what the sensor holds.

    Raises:
        StorageError: it cannot be written; the backup itself is untouched.
    """
    before = version_of(store, record).seen
    times = before.times + 1 if before else 1
    seen = Confirmation(when=when, how=how, operator=operator, run=run, times=times, age=age)
    write_atomic(sighting_file(store, record), msgspec.json.encode(seen))
    return BackupVersion(record=record, seen=seen)


def newest_whole(store: BackupStore, key: str) -> BackupRecord | None:
    """The newest backup of a sensor that is still intact.

    Raises:
        StorageError: the folder cannot be read.
    """
    return next((record for record in store.list(key) if is_whole(store, record)), None)


def is_whole(store: BackupStore, record: BackupRecord) -> bool:
    """Whether a backup still has the hash in its metadata."""
    try:
        store.verify(record)
    except BackupUnusable:
        return False
    return True


def opens_with(facts: BackupFacts, passphrase: str) -> bool:
    """Whether a backup was made with this passphrase; an empty one means none."""
    known = facts.passphrase_fingerprint
    if known is None or not passphrase:
        return known is None and not passphrase
    try:
        return is_passphrase(passphrase, known)
    except ValueError:
        return False  # a fingerprint of a later version of sicktui


def same_version(
    store: BackupStore, facts: BackupFacts, passphrase: str, file: Path, sha256: str
) -> tuple[BackupRecord, How] | None:
    """The newest backup of the sensor, if a new one holds the same, and how that is known.

    Only the newest counts: parameters that were changed and changed back are three versions. It must
    be whole, of the same firmware, and open with the same passphrase, for it stands for the new one.

    Args:
        store: the backups.
        facts: what is known of the new one.
        passphrase: of the new one.
        file: its bytes.
        sha256: their hash.

    Raises:
        StorageError: the folder cannot be read.
        OSError: a file cannot be read.
    """
    newest = next(iter(store.list(facts.key)), None)
    if newest is None or newest.version != facts.version:
        return None
    how = _how_equal(store, newest, facts, file, sha256)
    if how is None or not is_whole(store, newest):
        return None
    opens = newest.passphrase_fingerprint == facts.passphrase_fingerprint or opens_with(newest, passphrase)
    return (newest, how) if opens else None


def _how_equal(
    store: BackupStore, newest: BackupRecord, facts: BackupFacts, file: Path, sha256: str
) -> How | None:
    if newest.parameters_md5 and facts.parameters_md5 and newest.parameters_md5 != facts.parameters_md5:
        return None  # also for the same bytes: a restore compares with the checksum of the moment
    if newest.sha256 == sha256:
        return "bytes"
    if newest.parameters_md5 and facts.parameters_md5:
        return "checksum"
    try:
        return "content" if same_parameters(store.path(newest), file) else None
    except FileNotFoundError:
        return None  # the newest one has lost its bytes
