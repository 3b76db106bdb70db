"""What ``sicktui backups`` does: the backups that are kept on this PC."""

from collections.abc import Sequence
from typing import Final

import msgspec

from sicktui.cli.options import Common
from sicktui.cli.session import Session, open_session
from sicktui.cli.tables import indented, table
from sicktui.engine.backup.history import SensorHistory, histories
from sicktui.engine.backup.history import verify as check
from sicktui.model.exit_codes import ExitCode
from sicktui.model.wording import count, moment, size
from sicktui.stores.backups.export import export as write_export
from sicktui.stores.backups.store import BackupRecord
from sicktui.stores.backups.versions import BackupVersion, version_of, versions
from sicktui.stores.disk.files import present, written

HEADERS: Final = ("ID", "DEVICE", "SERIAL", "FIRMWARE", "CREATED", "LAST VALID", "SIZE", "BY")
SPARE: Final = ("SERIAL", "BY", "CREATED", "SIZE", "FIRMWARE")
"""What a narrow terminal is spared; serial number and time stand in the id."""
HISTORY: Final = ("DEVICE", "SENSOR", "NEWEST", "AGE", "VERSIONS", "FIRMWARE", "MARK")


def list_backups(common: Common, serial: str | None) -> int:
    """Print the backups, newest first."""
    with open_session(common) as session:
        kept = versions(session.context.backups, serial)
        for version in kept:
            _fact(session, version.record, last_seen=version.last_seen)
        if kept:
            rows = [_cells(version) for version in kept]
            session.out.lines(table(HEADERS, rows, columns=session.out.wrap, spare=SPARE))
        else:
            session.out.note("There is no backup yet. 'sicktui backup DEVICE' makes one.")
        _tell_damaged(session)
        return ExitCode.OK


def _cells(version: BackupVersion) -> tuple[str, ...]:
    record = version.record
    return (
        record.id,
        record.device,
        record.serial or "-",
        record.version or "-",
        moment(record.created),
        moment(version.last_seen),
        size(record.size),
        record.operator or "-",
    )


def history(common: Common, old_after: float | None) -> int:
    """Print each sensor's newest backup and what it is marked with."""
    with open_session(common) as session:
        found = histories(session.context, old_after_days=old_after)
        for sensor in found:
            newest = sensor.newest
            session.out.fact(
                "history",
                session.now(),
                device=sensor.device,
                key=sensor.key,
                newest=newest.record.id if newest else None,
                last_seen=newest.last_seen if newest else None,
                versions=len(sensor.versions),
                age_days=None if sensor.age_days is None else round(sensor.age_days, 2),
                marks=[mark.value for mark in sensor.marks],
            )
        rows = [_history_cells(sensor) for sensor in found]
        session.out.lines(table(HISTORY, rows, columns=session.out.wrap, spare=("SENSOR", "FIRMWARE")))
        _tell_damaged(session)
        return ExitCode.OK


def _history_cells(sensor: SensorHistory) -> tuple[str, ...]:
    newest = sensor.newest
    return (
        sensor.device,
        sensor.key,
        newest.record.id if newest else "-",
        "-" if sensor.age_days is None else f"{sensor.age_days:.0f} d",
        str(len(sensor.versions)),
        (newest.record.version or "-") if newest else "-",
        ", ".join(mark.words for mark in sensor.marks) or "fine",
    )


def _fact(session: Session, record: BackupRecord, **more: object) -> None:
    session.out.fact("backup", session.now(), **(printable(record) | more))


def printable(record: BackupRecord) -> dict[str, object]:
    """What is printed of a record: not the fingerprint, which is there to test passphrases."""
    known: dict[str, object] = msgspec.to_builtins(record)
    known["passphrase"] = known.pop("passphrase_fingerprint") is not None
    return known


def _tell_damaged(session: Session) -> int:
    damaged = session.context.backups.damaged()
    for path, problem in damaged.items():
        session.out.note(f"{path} cannot be used: {problem}.", "red")
    return len(damaged)


def show(common: Common, word: str) -> int:
    """Print everything that is known of a backup."""
    with open_session(common) as session:
        store = session.context.backups
        record = store.get(word)
        more: dict[str, object] = {
            "path": str(store.path(record)),
            "last_seen": version_of(store, record).last_seen,
        }
        _fact(session, record, **more)
        facts = {**printable(record), **more}
        session.out.lines(f"{key:<23} {'-' if value is None else value}" for key, value in facts.items())
        return ExitCode.OK


def verify(common: Common, words: Sequence[str], *, passphrase: bool) -> int:
    """Hash backups again. Returns 1 if one of them is damaged, or opens with no known passphrase."""
    with open_session(common) as session:
        store = session.context.backups
        records = [store.get(word) for word in words] if words else store.list()
        if passphrase:
            session.unlock_vault("The vault is opened for its passphrases.")
        bad = lost = 0
        for found in check(session.context, records, passphrases=passphrase):
            record, problem, opens = found.record, found.problem, found.opens
            bad += bool(problem)
            lost += opens is False
            _fact(session, record, whole=not problem, message=problem, opens=opens)
            _tell_checked(session, record, problem, opens=opens)
        if not words:
            bad += _tell_damaged(session)
        session.out.note(f"{count(len(records), 'backup')} checked, {bad} damaged.")
        if lost:
            session.out.note(
                f"{count(lost, 'backup')} cannot be restored with any passphrase that is known: find it, or "
                "make new backups while the sensors still work.",
                "red",
            )
        return ExitCode.FAILED if bad or lost else ExitCode.OK


def _tell_checked(session: Session, record: BackupRecord, problem: str, *, opens: bool | None) -> None:
    out = session.out
    if problem:
        out.line(f"{record.id}  DAMAGED", "red")
        out.lines(indented(problem, columns=out.columns))
    elif opens is False:
        out.line(f"{record.id}  whole, but no known passphrase opens it", "red")
    else:
        out.line(f"{record.id}  whole")


def export(common: Common, word: str, file: str) -> int:
    """Copy a backup's file and its metadata, after checking that it is whole."""
    with open_session(common) as session:
        context = session.context
        record = context.backups.get(word)
        context.backups.verify(record)
        target = written(file)
        if present(target) and target.is_dir():
            target /= context.backups.path(record).name
        if present(target) and not session.confirm(f"{target} exists. Replace it?"):
            session.out.note("Nothing was done.")
            return ExitCode.INTERRUPTED
        beside = write_export(context.backups, context.snapshots, record, target)
        session.out.note(f"Wrote backup {record.id} to {target}, and its metadata to {beside.name}.")
        return ExitCode.OK
