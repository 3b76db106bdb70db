"""What ``sicktui backups import`` and ``prune`` do: what comes in, and what goes."""

from msgspec import Struct

from sicktui.cli.actions.backups import printable
from sicktui.cli.options import Common
from sicktui.cli.session import Session, open_session
from sicktui.cli.tables import table
from sicktui.model.exit_codes import ExitCode
from sicktui.model.wording import count, moment, size
from sicktui.stores.backups.export import bring_in as take_in
from sicktui.stores.backups.export import look_at
from sicktui.stores.backups.prune import PrunePlan, PruneRule, plan_prune
from sicktui.stores.backups.prune import prune as delete
from sicktui.stores.backups.store import BackupFacts
from sicktui.stores.disk.files import written
from sicktui.stores.disk.locks import operator

HEADERS = ("ID", "DEVICE", "CREATED", "LAST VALID", "SIZE")


class Told(Struct, frozen=True, kw_only=True):
    """What the command line says of a file that has no metadata."""

    serial: str | None = None
    device: str | None = None
    model: str | None = None
    firmware: str | None = None


def bring_in(common: Common, file: str, told: Told) -> int:
    """Take a backup file into the store."""
    with open_session(common) as session:
        found = look_at(written(file))
        if found.warning:
            session.out.note(found.warning, "yellow")
        record, new = take_in(session.context.backups, found, _facts(session, told))
        session.out.fact("backup", session.now(), **printable(record), new=new)
        session.out.line(record.id)
        words = "is kept now" if new else "was kept here already"
        session.out.note(f"The backup {record.id} of {record.device} {words}.")
        return ExitCode.OK


def _facts(session: Session, told: Told) -> BackupFacts | None:
    if told.serial is None:
        return None
    return BackupFacts(
        device=told.device or told.serial,
        serial=told.serial,
        model=told.model,
        version=told.firmware,
        created=session.now(),
        operator=str(operator()),
        run=None,
    )


def prune(common: Common, keep: int | None, older_than: float | None, *, dry_run: bool) -> int:
    """Show what would go; unless that is all, ask, and delete it."""
    with open_session(common) as session:
        context = session.context
        rule = PruneRule(keep=keep, older_than_days=older_than)
        plan = plan_prune(context.backups, rule, context.clock.now())
        _show(session, plan)
        if not plan.remove and not plan.leftovers:
            session.out.note("Nothing would be deleted.")
            return ExitCode.OK
        if dry_run:
            return ExitCode.OK
        if not session.confirm(f"Delete {count(len(plan.remove), 'backup')} for good?"):
            session.out.note("Nothing was deleted.")
            return ExitCode.INTERRUPTED
        gone = 0
        for record in delete(context.backups, plan, context.snapshots):
            gone += 1
            session.out.fact("prune", session.now(), backup=record.id, device=record.device, deleted=True)
        session.out.note(f"{count(gone, 'backup')} deleted; {len(plan.keep)} kept.")
        return ExitCode.OK


def _show(session: Session, plan: PrunePlan) -> None:
    for version in plan.remove:
        record = version.record
        session.out.fact("prune", session.now(), backup=record.id, device=record.device, deleted=False)
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
        session.out.lines(table(HEADERS, rows, columns=session.out.wrap, spare=("CREATED", "SIZE")))
    kept = len(plan.keep)
    session.out.note(
        f"{count(len(rows), 'backup')} would go ({size(plan.bytes)}), "
        f"{kept} {'stays' if kept == 1 else 'stay'}, among them the last good one of "
        f"{count(len(plan.last_good), 'sensor')}."
    )
    if plan.leftovers:
        session.out.note(f"{count(len(plan.leftovers), 'file')} of killed processes would go too.")
