"""The history of backups, sensor by sensor, with marks where something should be done."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from sicktui.engine.backup.marks import Mark, SensorHistory
from sicktui.engine.context import Context
from sicktui.engine.parameters.compare import compare
from sicktui.model.device import Profile
from sicktui.model.snapshot import Snapshot
from sicktui.stores.backups.passphrases import Passphrases
from sicktui.stores.backups.store import BackupRecord, BackupUnusable
from sicktui.stores.backups.versions import BackupVersion, is_whole, versions


def histories(context: Context, *, old_after_days: float | None = None) -> list[SensorHistory]:
    """Every sensor that has backups or is in the device list, in the order of the list. Contacts no sensor.

    Args:
        context: the stores.
        old_after_days: from when on a backup is marked as old; the setting if ``None``.

    Raises:
        SicktuiError: the device list or the backups cannot be read.
    """
    old_after = context.settings.backups.old_after if old_after_days is None else old_after_days
    by_key: dict[str, list[BackupVersion]] = {}
    for version in versions(context.backups):
        by_key.setdefault(version.record.key, []).append(version)
    found: list[SensorHistory] = []
    for profile in context.devices().profiles.values():
        key = _key_of(profile, by_key)
        found.append(_history(context, key, profile.name, by_key.pop(key, []), old_after))
    for key, rest in by_key.items():
        found.append(_history(context, key, rest[0].record.device, rest, old_after))
    return found


def _key_of(profile: Profile, by_key: dict[str, list[BackupVersion]]) -> str:
    """What a profile's sensor is kept under: the serial number that it pins, else that of its last backup."""
    if profile.serial is not None:
        return profile.serial
    # The keys are in the order of their newest backups.
    named = (kept[0] for kept in by_key.values() if kept[0].record.device == profile.name)
    newest = next(named, None)
    return newest.record.key if newest else profile.name


def _history(
    context: Context, key: str, device: str, of_sensor: list[BackupVersion], old_after_days: float
) -> SensorHistory:
    if not of_sensor:
        return SensorHistory(key=key, device=device, marks=(Mark.NONE,))
    newest = of_sensor[0]
    age = context.clock.now() - datetime.fromisoformat(newest.last_seen)
    marks = []
    if not is_whole(context.backups, newest.record):
        marks.append(Mark.DAMAGED)
    if age > timedelta(days=old_after_days):
        marks.append(Mark.OLD)
    if changed_since(context, newest) is not None:
        marks.append(Mark.CHANGED)
    return SensorHistory(
        key=key,
        device=device,
        versions=tuple(of_sensor),
        marks=tuple(marks),
        age_days=max(0.0, age.total_seconds() / 86_400),
    )


def changed_since(context: Context, version: BackupVersion) -> Snapshot | None:
    """The newest snapshot that shows parameters other than those of a backup; ``None`` if none does.

    Only what was read counts: a change since the last snapshot is not known.
    """
    record = version.record
    # What completes this backup is part of it: after an update it has the values of the new firmware.
    kept = [s for s in context.snapshots.list(record.key) if s.backup != record.id]
    later = [s for s in kept if s.taken > version.last_seen]
    if not later:
        return None
    newest = later[0]
    if record.parameters_md5 and newest.parameters_md5 and record.parameters_md5 != newest.parameters_md5:
        return newest
    then = next((s for s in kept if s.id == record.snapshot), None)
    return newest if then is not None and compare(then, newest).settings else None


class BackupCheck(Struct, frozen=True, kw_only=True):
    """The result of verifying one backup."""

    record: BackupRecord
    problem: str = ""
    """Why it is not intact, with advice; empty if it is."""
    opens: bool | None = None
    """Whether a passphrase that is known is the one it was made with; ``None``: none was tried."""


def verify(
    context: Context, records: Sequence[BackupRecord], *, passphrases: bool = False
) -> Iterator[BackupCheck]:
    """Hash backups again, and try the known passphrases on each. Contacts no sensor.

    Args:
        context: the stores and the credentials.
        records: the backups.
        passphrases: whether the passphrases are tried too: 50 ms for each backup.
    """
    known = Passphrases(context.credentials)
    for record in records:
        problem = ""
        try:
            context.backups.verify(record)
        except BackupUnusable as error:
            problem = str(error)
        opens = known.opening(record, record.device) is not None if passphrases else None
        yield BackupCheck(record=record, problem=problem, opens=opens)
