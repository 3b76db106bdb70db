"""What ``sicktui fleet plan``, ``run``, ``approve`` and ``cancel`` do."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from sicktui.cli.actions.fleet.fleet_shared import chosen_rollout, open_fleet
from sicktui.cli.actions.fleet.fleet_watch import follow, print_rollout, rollout_line
from sicktui.cli.actions.updates.plan import find_package
from sicktui.cli.context import CliContext
from sicktui.cli.options import Common
from sicktui.cli.tables import indented, table
from sicktui.fleet.drafts import DEADLINE, Draft, Wish, drafted
from sicktui.fleet.records import Ask
from sicktui.model.enums import Operation
from sicktui.model.errors import SicktuiError, UsageError
from sicktui.model.exit_codes import ExitCode
from sicktui.model.firmware.package import Package
from sicktui.model.lines.fleet import FleetPlanLine
from sicktui.stores.disk.locks import operator

if TYPE_CHECKING:
    from sicktui.fleet.database import Database

_SHA256: Final = re.compile(r"[0-9a-fA-F]{64}\Z")
HEADERS: Final = ("PC", "DEVICE", "MODEL", "VERSION", "WAVE", "NOTE")


class Asked(Struct, frozen=True, kw_only=True):
    """A rollout as it is asked for on the command line."""

    devices: tuple[str, ...]
    package: str | None
    only_backup: bool = False
    expect_version: str | None = None
    backup: bool = True
    allow_downgrade: bool = False
    force: bool = False
    persist: bool = False
    jobs: int | None = None
    deadline: float = DEADLINE


def plan(common: Common, asked: Asked) -> int:
    """Show what a rollout would do, by what the PCs have published. Returns 4 if not one device may go."""
    with open_fleet(common) as (cli, database):
        draft = _draft(cli, asked, database)
        _show(cli, draft)
        return ExitCode.OK if draft.going else ExitCode.REFUSED


def run(common: Common, asked: Asked, *, detach: bool) -> int:
    """Order a rollout and follow it."""
    with open_fleet(common, connections=2) as (cli, database):
        from sicktui.fleet import desk  # noqa: PLC0415  of the extra

        draft = _draft(cli, asked, database)
        _show(cli, draft, to_stderr=True)
        if not draft.going:
            first = draft.spec.items[0]
            error = SicktuiError("Not one device may go.", advice=first.advice, code=first.code)
            cli.out.warn(error.message, error.advice)
            return cli.end(error, ExitCode.REFUSED)
        if cli.declined(draft.question, word=draft.word_to_type):
            return ExitCode.INTERRUPTED
        draft = draft.renewed(cli.context.clock.now())
        desk.order(database, draft)
        rollout = draft.spec.rollout
        cli.out.emit(rollout_line(draft.spec, None, cli.now()))
        cli.out.line(rollout)
        if detach:
            cli.out.note(f"Follow: sicktui fleet attach {rollout}")
            return ExitCode.OK
        return follow(cli, database, rollout)


def approve(common: Common, word: str) -> int:
    """Let a rollout that waits for it go on."""
    with open_fleet(common, connections=2) as (cli, database):
        from sicktui.fleet import desk  # noqa: PLC0415  of the extra

        known = database.rollouts()
        rollout = chosen_rollout(word, known)
        found = known[rollout]
        desk.check_approvable(found)
        message = found.progress.message if found.progress else ""
        if cli.declined(f"Let the rollout {rollout} go on? {message}"):
            return ExitCode.INTERRUPTED
        desk.approve(database, found)
        print_rollout(cli, database, rollout)
        cli.out.note(f"Approved {rollout} as {operator()}.")
        return ExitCode.OK


def cancel(common: Common, word: str) -> int:
    """Cancel a rollout: nothing more is started; what has begun is finished."""
    with open_fleet(common, connections=2) as (cli, database):
        from sicktui.fleet import desk  # noqa: PLC0415  of the extra

        known = database.rollouts()
        rollout = chosen_rollout(word, known)
        desk.cancel(database, known[rollout])
        print_rollout(cli, database, rollout)
        cli.out.note(
            f"Cancelling {rollout}. Sensors that were written to are finished first. "
            f"Follow: sicktui fleet attach {rollout}"
        )
        return ExitCode.OK


def _draft(cli: CliContext, asked: Asked, database: "Database") -> Draft:
    if asked.only_backup == (asked.package is not None):
        raise UsageError("A rollout updates with --package, or backs up with --only-backup.")
    sha256, version = (None, None) if asked.package is None else _package(cli, asked.package)
    ask = Ask(
        operation=Operation.BACKUP if asked.only_backup else Operation.UPDATE,
        package=sha256,
        expect_version=asked.expect_version or version,
        backup=asked.backup,
        allow_downgrade=asked.allow_downgrade,
        force=asked.force,
        persist=asked.persist,
        jobs=asked.jobs,
    )
    limits = cli.context.settings.limits
    wish = Wish(devices=asked.devices, ask=ask, limits=limits, deadline=asked.deadline)
    return drafted(wish, database.pcs(), cli.context.clock.now())


def _package(cli: CliContext, word: str) -> tuple[str, str | None]:
    """The SHA-256 of a package, and the version that it is for, if this PC knows the file."""
    if _SHA256.match(word):
        return word.lower(), None
    package = find_package(cli, word)
    if not isinstance(package, Package):
        raise package
    return package.sha256, package.version


def _show(cli: CliContext, draft: Draft, *, to_stderr: bool = False) -> None:
    rows: list[Sequence[str]] = []
    for item in draft.spec.items:
        note, wave = draft.words(item.device), draft.waves.get(item.device, "")
        cli.out.emit(
            FleetPlanLine(
                ts=cli.now(),
                pc=item.pc,
                device=item.name,
                action="refuse" if item.refused else "update",
                reason=item.code,
                message=note,
                from_version=item.version or None,
                to_version=draft.spec.ask.expect_version,
                wave=wave,
            )
        )
        rows.append((item.pc, item.name, item.model, item.version or "-", wave or "-", note))
    write = cli.out.note if to_stderr else cli.out.line
    for line in table(HEADERS, rows, columns=cli.out.wrap, spare=("MODEL",), wrapped=True):
        write(line)
    for advice in draft.advice:
        for line in indented(advice, columns=cli.out.columns, first="-> ", rest="   "):
            write(line)
