"""What ``sicktui backups`` does: the backups that are kept on this PC."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from sicktui.cli.common import Common
from sicktui.cli.layout import count, size, table
from sicktui.cli.narrator import moment
from sicktui.cli.session import Session, open_session
from sicktui.engine.outcome import EXIT_FAILED, EXIT_INTERRUPTED, EXIT_OK
from sicktui.stores.backups import BackupRecord, BackupUnusable
from sicktui.stores.files import write_atomic

HEADERS: Final = ("ID", "DEVICE", "SERIAL", "FIRMWARE", "CREATED", "SIZE")


def list_backups(common: Common, serial: str | None) -> int:
    """Print the backups, newest first."""
    with open_session(common) as session:
        records = session.context.backups.list(serial)
        for record in records:
            _fact(session, record)
        if records:
            session.out.lines(table(HEADERS, [_cells(record) for record in records]))
        else:
            session.out.note("There is no backup yet. 'sicktui backup DEVICE' makes one.")
        _tell_damaged(session)
        return EXIT_OK


def _cells(record: BackupRecord) -> tuple[str, ...]:
    return (
        record.id,
        record.device,
        record.serial or "-",
        record.version or "-",
        moment(record.created),
        size(record.size),
    )


def _fact(session: Session, record: BackupRecord, **more: object) -> None:
    session.out.fact("backup", session.now(), **(msgspec.to_builtins(record) | more))


def _tell_damaged(session: Session) -> int:
    damaged = session.context.backups.damaged()
    for path, problem in damaged.items():
        session.out.note(f"The metadata {path} cannot be used: {problem}.", "red")
    return len(damaged)


def show(common: Common, word: str) -> int:
    """Print everything that is known of a backup."""
    with open_session(common) as session:
        record = session.context.backups.get(word)
        _fact(session, record, path=str(session.context.backups.path(record)))
        facts = {**msgspec.to_builtins(record), "path": str(session.context.backups.path(record))}
        session.out.lines(f"{key:<23} {'-' if value is None else value}" for key, value in facts.items())
        return EXIT_OK


def verify(common: Common, words: Sequence[str]) -> int:
    """Hash backups again. Returns 1 if one of them is damaged."""
    with open_session(common) as session:
        store = session.context.backups
        records = [store.get(word) for word in words] if words else store.list()
        bad = 0
        for record in records:
            problem = _problem(session, record)
            bad += bool(problem)
            _fact(session, record, whole=not problem, message=problem)
            session.out.line(f"{record.id}  {problem or 'whole'}", "red" if problem else None)
        if not words:
            bad += _tell_damaged(session)
        session.out.note(f"{count(len(records), 'backup')} checked, {bad} damaged.")
        return EXIT_FAILED if bad else EXIT_OK


def _problem(session: Session, record: BackupRecord) -> str:
    try:
        session.context.backups.verify(record)
    except BackupUnusable as error:
        return str(error)
    return ""


def export(common: Common, word: str, file: str) -> int:
    """Copy a backup's file, after checking that it is whole."""
    with open_session(common) as session:
        record = session.context.backups.get(word)
        session.context.backups.verify(record)
        target = Path(file).expanduser()
        if target.is_dir():
            target /= session.context.backups.path(record).name
        if target.exists() and not session.confirm(f"{target} exists. Replace it?"):
            session.out.note("Nothing was done.")
            return EXIT_INTERRUPTED
        write_atomic(target, session.context.backups.path(record).read_bytes())
        session.out.note(f"Wrote backup {record.id} to {target}.")
        return EXIT_OK
