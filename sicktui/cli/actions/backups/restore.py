"""What ``sicktui restore`` does: plan, show what would change, ask, start, follow."""

import asyncio
import hashlib
from typing import Final

from msgspec import Struct, structs

from sicktui.cli.actions.backups.differences import diff_facts, difference_table, not_compared
from sicktui.cli.actions.passwords.passphrase import unlock_passphrases
from sicktui.cli.actions.updates.ordered import carry_out
from sicktui.cli.actions.updates.start import OnStarted, execute
from sicktui.cli.asking import ask_secret
from sicktui.cli.context import CliContext, open_cli
from sicktui.cli.files import given_file
from sicktui.cli.options import Common
from sicktui.cli.tables import indented
from sicktui.engine.orders import OrderRequest
from sicktui.engine.restore.plan import RestorePlan, plan_restore, restore_spec
from sicktui.engine.restore.preview import preview_restore, to_read
from sicktui.engine.restore.rules import RestoreOptions
from sicktui.engine.restore.source import LATEST, names_file
from sicktui.model.device import Target
from sicktui.model.enums import Code, Operation
from sicktui.model.errors import SicktuiError, UsageError
from sicktui.model.exit_codes import ExitCode
from sicktui.model.run.order import Order
from sicktui.model.wording import count
from sicktui.stores.backups.passphrases import IN_CLEAR
from sicktui.stores.disk.files import expand_path

BACKUP: Final = "--backup"
PASSPHRASE_TRIES: Final = 3
"""How often the passphrase is asked for; it is tested on this PC."""


class RestoreRequest(Struct, frozen=True, kw_only=True):
    """What is to be restored."""

    device: str
    backup: str
    replace: bool = False
    force: bool = False
    detach: bool = False
    dry_run: bool = False
    """Only show what would change."""


def restore(common: Common, request: RestoreRequest, order: Order | None = None) -> int:
    """Restore a backup onto one device. Returns the contract's exit code."""
    with open_cli(common) as cli:
        given = None if order is None else _given(cli, request, order)

        def begin(started: OnStarted) -> int:
            return _restore(cli, request, given.order if given else None, started)

        return carry_out(cli, given, begin, detach=request.detach)


def _given(cli: CliContext, request: RestoreRequest, order: Order) -> OrderRequest:
    """The order, with the bytes of a file that is named: it may be elsewhere by now, or gone."""
    unknown: frozenset[str] = frozenset()
    asked = dict(order.asked)
    if names_file(cli.context, request.backup):
        try:
            with expand_path(request.backup).open("rb") as file:
                asked[BACKUP] = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            unknown = frozenset({BACKUP})
    return OrderRequest(
        order=structs.replace(order, asked=asked), operation=Operation.RESTORE, unknown=unknown
    )


def _restore(cli: CliContext, request: RestoreRequest, order: Order | None, started: OnStarted) -> int:
    if names_file(cli.context, request.backup):
        given_file(request.backup, "backup", code=Code.BACKUP_UNUSABLE)
    elif request.backup != LATEST:
        cli.context.backups.get(request.backup)  # before a password is asked for
    targets = cli.targets([request.device])
    if len(targets) != 1:
        raise UsageError(
            f"A restore takes one sensor; {request.device} matches {len(targets)}.",
            advice="Name one device.",
        )
    cli.ask_passwords(targets)
    unlock_passphrases(cli, targets, makes=False, warn=False)
    options = RestoreOptions(replace=request.replace, force=request.force)
    cli.out.note(f"Reading {targets[0].device}...")
    plan = _plan(cli, targets[0], request.backup, options)
    if plan.may_go or request.detach or request.dry_run or cli.common.json:
        _show(cli, plan)  # else the verdict shows it
    if plan.may_go and (request.dry_run or (cli.interactive and not cli.common.yes)):
        preview(cli, plan)
    if request.dry_run:
        return ExitCode.OK if plan.may_go else _refused(cli, plan)
    if plan.may_go and plan.facts is not None and plan.facts.passphrase_fingerprint is not None:
        cli.out.note(IN_CLEAR)
    if plan.may_go and cli.declined(_question(plan)):
        return ExitCode.INTERRUPTED
    spec = structs.replace(restore_spec(cli.context, plan, request.backup), order=order)
    return asyncio.run(execute(cli, spec, detach=request.detach, started=started))


def _plan(cli: CliContext, target: Target, backup: str, options: RestoreOptions) -> RestorePlan:
    """Plan the restore; ask for a missing passphrase if there is a terminal."""
    plan = cli.read(plan_restore(cli.context, target, backup, options))
    for _ in range(PASSPHRASE_TRIES):
        if plan.item.reason is not Code.WRONG_PASSPHRASE or not cli.interactive:
            break
        cli.out.note(plan.item.message)
        passphrase = ask_secret("Passphrase of the backup: ")
        if not passphrase:
            break
        cli.context.credentials.passphrase = passphrase
        plan = cli.read(plan_restore(cli.context, target, backup, options))
    return plan


def _show(cli: CliContext, plan: RestorePlan) -> None:
    """Print on stderr what would happen, and the warnings."""
    colour = None if plan.may_go else "red"
    for line in indented(plan.item.message, columns=cli.out.columns, first=""):
        cli.out.note(line, colour)
    if plan.item.advice:
        cli.out.note(f"  -> {plan.item.advice}")


def _refused(cli: CliContext, plan: RestorePlan) -> ExitCode:
    item = plan.item
    return cli.end(SicktuiError(item.message, advice=item.advice, code=item.reason), ExitCode.REFUSED)


def preview(cli: CliContext, plan: RestorePlan) -> None:
    """Print what would change, as far as both sides can be read."""
    device, names = plan.item.device, to_read(plan)
    if not names:
        cli.out.note("No readable parameters were stored with this backup: what would change is not known.")
        return
    cli.out.note(f"Comparing {count(len(names), 'parameter')} of {device} with the backup...")
    try:
        found = cli.read(preview_restore(cli.context, plan))
    except SicktuiError as error:
        cli.trouble(plan.item.target, error)
        return
    if found is None:
        return
    drift = found.drift
    diff_facts(cli, device, drift, before=None, after=plan.order.backup if plan.order else None)
    difference_table(cli, drift.differences, ("PARAMETER", "NOW", "RESTORED"))
    number = len(drift.settings)
    words = count(number, "change") if number else "Nothing changes"
    cli.out.note(f"{words}; {count(drift.compared, 'parameter')} compared.")
    if number < len(drift.differences):
        cli.out.note("Of the network settings, a sensor usually keeps its own.")
    not_compared(cli, drift)
    if found.later:
        cli.out.note(f"Not from the backup itself: {found.later}.")


def _question(plan: RestorePlan) -> str:
    item = plan.item
    sensor = item.identity.label or item.identity.name if item.identity else "?"
    return f"Overwrite the parameters of {item.device} (serial number {sensor})?"
