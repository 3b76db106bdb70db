"""What ``sicktui backups`` does: lists, checks, copies and deletes the backups on this PC."""

from collections.abc import Collection, Sequence
from typing import Final

from msgspec import UNSET, structs

from sicktui.cli import files, lines
from sicktui.cli.context import CliContext, open_cli
from sicktui.cli.options import Common
from sicktui.cli.tables import indented, table
from sicktui.engine.backup.history import histories
from sicktui.engine.backup.history import verify as check
from sicktui.engine.backup.imports import import_facts
from sicktui.engine.backup.marks import SensorHistory
from sicktui.engine.restore.source import LATEST
from sicktui.model.enums import Code
from sicktui.model.errors import SicktuiError, UsageError
from sicktui.model.exit_codes import ExitCode
from sicktui.model.lines.backups import BackupLine, ExportLine, HistoryLine, PruneLine
from sicktui.model.lines.base import line_of
from sicktui.model.wording import count, moment, size
from sicktui.stores.backups.export import export as write_export
from sicktui.stores.backups.export import import_file, inspect_file
from sicktui.stores.backups.prune import PrunePlan, PruneRule, plan_prune
from sicktui.stores.backups.prune import prune as delete
from sicktui.stores.backups.store import BackupRecord, BackupStore
from sicktui.stores.backups.versions import BackupVersion, version_of, versions
from sicktui.stores.disk.files import exists, expand_path, storage_errors

HEADERS: Final = ("ID", "DEVICE", "SERIAL", "FIRMWARE", "CREATED", "LAST VALID", "SIZE", "BY")
SPARE: Final = ("SERIAL", "BY", "CREATED", "SIZE", "FIRMWARE")
"""Columns that a narrow terminal leaves out; the id contains serial number and time."""
PRUNED: Final = ("ID", "DEVICE", "CREATED", "LAST VALID", "SIZE")
HISTORY: Final = ("DEVICE", "SENSOR", "NEWEST", "AGE", "VERSIONS", "FIRMWARE", "MARK")


def list_backups(common: Common, serial: str | None, words: Sequence[str] = ()) -> int:
    """Print the backups, newest first: all, or those of the devices that the words name."""
    with open_cli(common) as cli:
        every = versions(cli.context.backups, serial)
        named = _names(cli, words, {version.record.device for version in every})
        kept = [version for version in every if not words or version.record.device in named]
        for version in kept:
            _fact(cli, version.record, last_seen=version.last_seen)
        if kept:
            rows = [_cells(version) for version in kept]
            cli.out.lines(table(HEADERS, rows, columns=cli.out.wrap, spare=SPARE))
        elif words or serial is not None:
            cli.out.note("No backup is of these.")
        else:
            cli.out.note("There is no backup yet. Take one with 'sicktui backup DEVICE'.")
        _print_damaged(cli)
        return ExitCode.OK


def _names(cli: CliContext, words: Sequence[str], known: Collection[str]) -> set[str]:
    """The devices that the words name: also one that is only in the backups by now."""
    gone = {word for word in words if word in known}
    return gone | {target.device for target in cli.targets([word for word in words if word not in gone])}


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
    with open_cli(common) as cli:
        found = histories(cli.context, old_after_days=old_after)
        for sensor in found:
            newest = sensor.newest
            cli.out.emit(
                HistoryLine(
                    ts=cli.now(),
                    device=sensor.device,
                    key=sensor.key,
                    newest=newest.record.id if newest else None,
                    last_seen=newest.last_seen if newest else None,
                    versions=len(sensor.versions),
                    age_days=None if sensor.age_days is None else round(sensor.age_days, 2),
                    marks=[mark.value for mark in sensor.marks],
                )
            )
        rows = [_history_cells(sensor) for sensor in found]
        cli.out.lines(
            table(HISTORY, rows, columns=cli.out.wrap, spare=("SENSOR", "FIRMWARE", "VERSIONS", "AGE"))
        )
        _print_damaged(cli)
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


def _found(store: BackupStore, word: str) -> BackupRecord:
    """The backup of an id or its beginning, or the one that was taken last.

    Raises:
        UsageError: there is none, or more than one.
    """
    if word != LATEST:
        return store.get(word)
    if records := store.list():
        return records[0]
    raise UsageError("There is no backup yet.", advice="Take one with 'sicktui backup DEVICE'.")


def _fact(cli: CliContext, record: BackupRecord, **more: object) -> None:
    cli.out.emit(backup_line(record, cli.now(), **more))


def backup_line(record: BackupRecord, ts: str, **more: object) -> BackupLine:
    """The JSON line of a backup, without the fingerprint that tests passphrases."""
    passphrase = record.passphrase_fingerprint is not None
    return line_of(BackupLine, ts, record, backup=record.id, bytes=record.size, passphrase=passphrase, **more)


def _print_damaged(cli: CliContext) -> int:
    damaged = cli.context.backups.damaged()
    for path, problem in damaged.items():
        lines.blame(SicktuiError(f"{path} cannot be used: {problem}.", code=Code.BACKUP_UNUSABLE))
        cli.out.note(f"{path} cannot be used: {problem}.", "red")
    return len(damaged)


def show(common: Common, word: str) -> int:
    """Print all metadata of a backup."""
    with open_cli(common) as cli:
        store = cli.context.backups
        record = _found(store, word)
        version = version_of(store, record)
        more: dict[str, object] = {
            "path": str(store.path(record)),
            "last_seen": version.last_seen,
            "last_seen_age": version.last_seen_age,
        }
        line = backup_line(record, cli.now(), **more)
        cli.out.emit(line)
        facts = {key: value for key, value in structs.asdict(line).items() if value is not UNSET}
        for key in ("v", "ts", "id"):
            del facts[key]
        cli.out.lines(f"{key:<23} {'-' if value is None else value}" for key, value in facts.items())
        return ExitCode.OK


def verify(common: Common, words: Sequence[str], *, passphrase: bool) -> int:
    """Check backups. Returns 1 if one is damaged, or if no known passphrase opens it."""
    with open_cli(common) as cli:
        store = cli.context.backups
        records = [_found(store, word) for word in words] if words else store.list()
        if passphrase:
            cli.unlock_vault("The vault is needed for the passphrases in it.")
        bad = lost = 0
        for found in check(cli.context, records, passphrases=passphrase):
            record, problem, opens = found.record, found.problem, found.opens
            bad += bool(problem)
            lost += opens is False
            _fact(cli, record, whole=not problem, message=problem, opens=opens)
            if problem or opens is False:
                why = problem or "no known passphrase opens it"
                lines.blame(
                    SicktuiError(f"Backup {record.id}: {why.rstrip('.')}.", code=Code.BACKUP_UNUSABLE)
                )
            _print_checked(cli, record, problem, opens=opens)
        if not words:
            bad += _print_damaged(cli)
        cli.out.note(f"{count(len(records), 'backup')} checked, {bad} damaged.")
        if lost:
            cli.out.note(
                f"No known passphrase opens {count(lost, 'backup')}. Find the passphrase, or take new "
                "backups while the sensors still work.",
                "red",
            )
        return ExitCode.FAILED if bad or lost else ExitCode.OK


def _print_checked(cli: CliContext, record: BackupRecord, problem: str, *, opens: bool | None) -> None:
    out = cli.out
    if problem:
        out.line(f"{record.id}  DAMAGED", "red")
        out.lines(indented(problem, columns=out.columns))
    elif opens is False:
        out.line(f"{record.id}  intact, but no known passphrase opens it", "red")
    else:
        out.line(f"{record.id}  intact")


def export(common: Common, word: str, file: str) -> int:
    """Copy a backup's file and its metadata, after checking that it is intact."""
    to_stdout = files.is_stdout(common, file)
    with open_cli(common) as cli:
        context = cli.context
        record = _found(context.backups, word)
        context.backups.verify(record)
        if to_stdout:
            with storage_errors("read", context.backups.path(record)):
                cli.out.document(context.backups.path(record).read_bytes())
            return ExitCode.OK
        target = expand_path(file)
        if exists(target) and target.is_dir():
            target /= context.backups.path(record).name
        if not files.may_write(cli, target):
            return ExitCode.INTERRUPTED
        beside = write_export(context.backups, context.snapshots, record, target)
        cli.out.emit(ExportLine(ts=cli.now(), file=str(target), bytes=record.size, backup=record.id))
        cli.out.note(f"Wrote backup {record.id} to {target}, and its metadata to {beside.name}.")
        return ExitCode.OK


def import_backup(
    common: Common,
    file: str,
    *,
    serial: str | None,
    device: str | None,
    model: str | None,
    firmware: str | None,
) -> int:
    """Import a backup file."""
    with open_cli(common) as cli:
        found = inspect_file(files.given_file(file, "backup"))
        if found.warning:
            cli.out.note(found.warning, "yellow")
        facts = serial and import_facts(cli.context, serial, device=device, model=model, firmware=firmware)
        record, new = import_file(cli.context.backups, found, facts or None)
        _fact(cli, record, new=new)
        cli.out.line(record.id)
        words = "imported" if new else "already stored"
        cli.out.note(f"Backup {record.id} of {record.device} {words}.")
        return ExitCode.OK


def prune(common: Common, keep: int | None, older_than: float | None, *, dry_run: bool) -> int:
    """Show what would be deleted, ask, and delete it; a dry run only shows."""
    with open_cli(common) as cli:
        context = cli.context
        rule = PruneRule(keep=keep, older_than_days=older_than)
        plan = plan_prune(context.backups, rule, context.clock.now())
        _print_plan(cli, plan)
        if not plan.remove and not plan.leftovers:
            cli.out.note("Nothing would be deleted.")
            return ExitCode.OK
        if dry_run:
            return ExitCode.OK
        if cli.declined(f"Delete {count(len(plan.remove), 'backup')} for good?"):
            return ExitCode.INTERRUPTED
        gone = 0
        for record in delete(context.backups, plan, context.snapshots):
            gone += 1
            cli.out.emit(PruneLine(ts=cli.now(), backup=record.id, device=record.device, deleted=True))
        cli.out.note(f"{count(gone, 'backup')} deleted; {len(plan.keep)} kept.")
        return ExitCode.OK


def _print_plan(cli: CliContext, plan: PrunePlan) -> None:
    for version in plan.remove:
        record = version.record
        cli.out.emit(PruneLine(ts=cli.now(), backup=record.id, device=record.device, deleted=False))
    rows = [
        (
            version.record.id,
            version.record.device,
            moment(version.record.created),
            moment(version.last_seen),
            size(version.record.size),
        )
        for version in plan.remove
    ]
    if rows:
        cli.out.lines(table(PRUNED, rows, columns=cli.out.wrap, spare=("CREATED", "SIZE")))
    kept = len(plan.keep)
    cli.out.note(
        f"To delete: {count(len(rows), 'backup')} ({size(plan.bytes)}). To keep: {kept}, including the last "
        f"good one of {count(len(plan.last_good), 'sensor')}."
    )
    if plan.leftovers:
        cli.out.note(f"To delete as well: {count(len(plan.leftovers), 'file')} of killed processes.")
