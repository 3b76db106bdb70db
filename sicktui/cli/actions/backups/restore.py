"""What ``sicktui restore`` does: plan, ask, start, follow."""

import asyncio
from typing import Final

from sicktui.cli.actions.passwords.passphrase import unlock_passphrases
from sicktui.cli.actions.updates.update import execute
from sicktui.cli.context import CliContext, ask_secret, open_cli
from sicktui.cli.files import given_file
from sicktui.cli.options import Common
from sicktui.cli.tables import indented
from sicktui.engine.restore.plan import RestorePlan, plan_restore, restore_spec
from sicktui.engine.restore.rules import RestoreOptions
from sicktui.engine.restore.source import names_file
from sicktui.model.device import Target
from sicktui.model.enums import Code
from sicktui.model.errors import UsageError
from sicktui.model.exit_codes import ExitCode
from sicktui.stores.backups.passphrases import IN_CLEAR

PASSPHRASE_TRIES: Final = 3
"""How often the passphrase is asked for; it is tested on this PC."""


def restore(common: Common, word: str, backup: str, *, replace: bool, force: bool, detach: bool) -> int:
    """Restore a backup onto one device. Returns the contract's exit code."""
    with open_cli(common) as cli:
        if names_file(cli.context, backup):
            given_file(backup, "backup", code=Code.BACKUP_UNUSABLE)
        targets = cli.targets([word])
        if len(targets) != 1:
            raise UsageError(
                f"A restore takes one sensor; {word} matches {len(targets)}.", advice="Name one device."
            )
        cli.ask_passwords(targets)
        unlock_passphrases(cli, targets, makes=False, warn=False)
        options = RestoreOptions(replace=replace, force=force)
        plan = _plan(cli, targets[0], backup, options)
        if plan.may_go or detach or common.json:
            _show(cli, plan)  # else the verdict shows it
        if plan.may_go and plan.facts is not None and plan.facts.passphrase_fingerprint is not None:
            cli.out.note(IN_CLEAR)
        if plan.may_go and cli.declined(_question(plan)):
            return ExitCode.INTERRUPTED
        spec = restore_spec(cli.context, plan, backup)
        return asyncio.run(execute(cli, spec, detach=detach))


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


def _question(plan: RestorePlan) -> str:
    item = plan.item
    sensor = item.identity.label or item.identity.name if item.identity else "?"
    return f"Overwrite the parameters of {item.device} (serial number {sensor})?"
