"""What ``sicktui restore`` does: plan, ask, start, follow."""

import asyncio
from typing import Final

from sicktui.cli.actions.passphrase import prepare
from sicktui.cli.actions.update import execute
from sicktui.cli.context import CliContext, ask_secret, open_cli
from sicktui.cli.options import Common
from sicktui.cli.tables import indented
from sicktui.engine.restore.plan import RestorePlan, plan_restore, restore_spec
from sicktui.engine.restore.rules import RestoreOptions
from sicktui.model.device import Target
from sicktui.model.enums import Code
from sicktui.model.errors import UsageError
from sicktui.model.exit_codes import ExitCode

PASSPHRASE_TRIES: Final = 3
"""How often a person is asked; no sensor notices."""


def restore(common: Common, word: str, backup: str, *, replace: bool, force: bool, detach: bool) -> int:
    """Restore a backup onto one device. Returns the contract's exit code."""
    with open_cli(common) as cli:
        targets = cli.targets([word])
        if len(targets) != 1:
            raise UsageError(
                f"A backup goes onto one sensor, and {word} means {len(targets)}.", advice="Name one device."
            )
        cli.ask_passwords(targets)
        prepare(cli, targets, makes=False, told=False)
        options = RestoreOptions(replace=replace, force=force)
        plan = _plan(cli, targets[0], backup, options)
        if plan.may_go or detach or common.json:
            _show(cli, plan)  # else the verdict says it
        if plan.may_go and not cli.confirm(_question(plan)):
            cli.out.note("Nothing was done.")
            return ExitCode.INTERRUPTED
        spec = restore_spec(cli.context, plan, backup)
        return asyncio.run(execute(cli, spec, detach=detach))


def _plan(cli: CliContext, target: Target, backup: str, options: RestoreOptions) -> RestorePlan:
    """Look at backup and sensor; a passphrase that is missing is asked for where there is somebody."""
    plan = asyncio.run(plan_restore(cli.context, target, backup, options))
    for _ in range(PASSPHRASE_TRIES):
        if plan.item.reason is not Code.WRONG_PASSPHRASE or not cli.interactive:
            break
        cli.out.note(plan.item.message)
        passphrase = ask_secret("Passphrase of the backup: ")
        if not passphrase:
            break
        cli.context.credentials.passphrase = passphrase
        plan = asyncio.run(plan_restore(cli.context, target, backup, options))
    return plan


def _show(cli: CliContext, plan: RestorePlan) -> None:
    """Say on stderr what would happen, and what to mind."""
    colour = None if plan.may_go else "red"
    for line in indented(plan.item.message, columns=cli.out.columns, first=""):
        cli.out.note(line, colour)
    if plan.item.advice:
        cli.out.note(f"  -> {plan.item.advice}")


def _question(plan: RestorePlan) -> str:
    item = plan.item
    sensor = item.identity.label or item.identity.name if item.identity else "?"
    return f"Overwrite the parameters of {item.device} (serial number {sensor})?"
