"""What ``sicktui diff`` does: reads, stores a snapshot, compares, prints."""

import asyncio
import re
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from sicktui.cli import lines
from sicktui.cli.actions.backups.differences import diff_facts, difference_table, not_compared
from sicktui.cli.context import CliContext, open_cli
from sicktui.cli.options import Common
from sicktui.cli.tables import indented, table
from sicktui.cli.waiting import ReadCounter
from sicktui.engine.parameters.compare import Comparison, compare
from sicktui.engine.parameters.of_backup import stored_side
from sicktui.engine.parameters.snapshot import last_snapshot, snapshot_now, snapshots_of
from sicktui.engine.parameters.variables import NEVER_READABLE
from sicktui.model.device import Target
from sicktui.model.errors import SicktuiError, UsageError
from sicktui.model.exit_codes import ExitCode
from sicktui.model.lines.base import line_of
from sicktui.model.lines.parameters import SnapshotLine
from sicktui.model.snapshot import Scope, Snapshot
from sicktui.model.wording import count, moment, names
from sicktui.stores.disk.files import StorageError

_ID: Final = re.compile(r"-\d{8}-\d{2,6}(-[\da-f]*)?$")
"""How the id of a snapshot or backup ends, or its beginning down to the hour; no address does."""


class DiffRequest(Struct, frozen=True, kw_only=True):
    """What is to be compared."""

    device: str
    other: str | None = None
    against: str | None = None
    quick: bool = False

    @property
    def scope(self) -> Scope:
        """How much is read."""
        return "essential" if self.quick else "full"


class _Unread(Exception):
    def __init__(self, target: Target, error: SicktuiError) -> None:
        super().__init__(target.device)
        self.target = target
        self.error = error


def diff(common: Common, request: DiffRequest, *, differences_fail: bool) -> int:
    """Compare sensors, snapshots and backups, each with each. Returns 1 if a sensor could not be read."""
    if request.other is not None and request.against is not None:
        raise UsageError("Compare with OTHER or with --against, not with both.")
    with open_cli(common) as cli:
        first = _side(cli, request.device)
        second = _side(cli, request.other) if request.other is not None else None
        before = _named(cli, request.against) if request.against is not None else None
        if isinstance(first, Snapshot) and second is None and before is None:
            advice = "Name a device, a snapshot or a backup after it."
            raise UsageError(f"There is nothing to compare {request.device} with.", advice=advice)
        sides = [side for side in (first, second) if side is not None]
        try:
            taken = iter(_read(cli, [side for side in sides if isinstance(side, Target)], request.scope))
        except _Unread as unread:
            return cli.trouble(unread.target, unread.error)
        now, *others = [side if isinstance(side, Snapshot) else next(taken) for side in sides]
        if others:
            return _print(cli, now, others[0], differences_fail=differences_fail)
        before = before or last_snapshot(cli.context, now)
        if before is not None:
            return _print(cli, before, now, differences_fail=differences_fail)
        cli.out.emit(line_of(SnapshotLine, cli.now(), now))
        cli.out.note(f"First snapshot of {now.device} ({now.id}) stored. Later ones can be compared with it.")
        return ExitCode.OK


def snapshots(common: Common, word: str) -> int:
    """List the snapshots of a device's sensors."""
    with open_cli(common) as cli:
        target = cli.target(word)
        kept = snapshots_of(cli.context, target.device, target.serial)
        for snapshot in kept:
            cli.out.emit(line_of(SnapshotLine, cli.now(), snapshot))
        if kept:
            headers = ("ID", "DEVICE", "TAKEN", "FIRMWARE", "READ")
            rows = [(s.id, s.device, moment(s.taken), s.version, str(len(s.values))) for s in kept]
            cli.out.lines(table(headers, rows, columns=cli.out.wrap, spare=("READ", "TAKEN")))
        else:
            cli.out.note(
                f"There is no snapshot of {target.device} yet. Take one with 'sicktui diff {target.device}'."
            )
        return ExitCode.OK


def _read(cli: CliContext, targets: Sequence[Target], scope: Scope) -> list[Snapshot]:
    """Read sensors at once: each takes half a minute.

    Raises:
        _Unread: one of them cannot be read; the others are not waited for.
    """
    if not targets:
        return []
    cli.out.note(f"Reading {names([target.device for target in targets])}...")
    reading = ReadCounter(cli.out, len(targets))
    reading.show()
    try:
        return cli.read(_read_at_once(cli, targets, scope, reading))
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None
    finally:
        reading.clear()


async def _read_at_once(
    cli: CliContext, targets: Sequence[Target], scope: Scope, reading: ReadCounter
) -> list[Snapshot]:
    async def one(target: Target) -> Snapshot:
        try:
            taken = await snapshot_now(cli.context, target, scope=scope, on_read=reading.step)
        except (UsageError, StorageError):
            raise  # no trouble with the sensor
        except SicktuiError as error:
            raise _Unread(target, error) from error
        reading.done()
        return taken

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(target)) for target in targets]
    return [task.result() for task in tasks]


def _named(cli: CliContext, word: str) -> Snapshot:
    """A snapshot by its id, or what is known of a backup."""
    return stored_side(cli.context.snapshots, cli.context.backups, word)


def _side(cli: CliContext, word: str) -> Target | Snapshot:
    """The device that a word names, or what is stored under that id."""
    is_device = word in cli.context.devices().profiles or not _ID.search(word)
    return cli.target(word) if is_device else _named(cli, word)


def _print(cli: CliContext, before: Snapshot, after: Snapshot, *, differences_fail: bool) -> int:
    drift = compare(before, after)
    diff_facts(cli, after.device, drift, before=before.id, after=after.id)
    who = f"{_who(before)}  ->  {_who(after)}"
    for line in indented(who, columns=cli.out.columns, first="", rest="  "):
        cli.out.line(line, bold=True)
    difference_table(cli, drift.differences, ("PARAMETER", "BEFORE", "AFTER"))
    _print_result(cli, drift)
    if differences_fail and drift.differences:
        lines.blame(SicktuiError(f"{count(len(drift.differences), 'parameter')} of {after.device} differ."))
        return ExitCode.FAILED
    return ExitCode.OK


def _who(snapshot: Snapshot) -> str:
    return (
        f"{snapshot.device} ({snapshot.serial or snapshot.key}, {snapshot.version}) {moment(snapshot.taken)}"
    )


def _print_result(cli: CliContext, drift: Comparison) -> None:
    words = "Nothing differs" if not drift.differences else count(len(drift.differences), "difference")
    cli.out.note(f"{words}; {count(drift.compared, 'parameter')} compared.")
    if drift.checksum == "different" and not drift.settings:
        cli.out.note(
            "The checksum of all parameters (MD5Parameters) differs, so another parameter must have changed.",
            "yellow",
        )
    not_compared(cli, drift)
    cli.out.note(f"Never readable: {', '.join(NEVER_READABLE)}.")
