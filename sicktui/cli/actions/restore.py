"""What ``sicktui restore`` does: plan, ask, start, follow."""

import asyncio
from typing import Final

from sicktui.cli.actions.passphrase import prepare
from sicktui.cli.actions.update import execute
from sicktui.cli.options import Common
from sicktui.cli.session import Session, ask_secret, open_session
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
    with open_session(common) as session:
        targets = session.targets([word])
        if len(targets) != 1:
            raise UsageError(
                f"A backup goes onto one sensor, and {word} means {len(targets)}.", advice="Name one device."
            )
        session.ask_passwords(targets)
        prepare(session, targets, makes=False, told=False)
        options = RestoreOptions(replace=replace, force=force)
        plan = _plan(session, targets[0], backup, options)
        if plan.may_go or detach or common.json:
            _show(session, plan)  # else the verdict says it
        if plan.may_go and not session.confirm(_question(plan)):
            session.out.note("Nothing was done.")
            return ExitCode.INTERRUPTED
        spec = restore_spec(session.context, plan, backup)
        return asyncio.run(execute(session, spec, detach=detach))


def _plan(session: Session, target: Target, backup: str, options: RestoreOptions) -> RestorePlan:
    """Look at backup and sensor; a passphrase that is missing is asked for where there is somebody."""
    plan = asyncio.run(plan_restore(session.context, target, backup, options))
    for _ in range(PASSPHRASE_TRIES):
        if plan.item.reason is not Code.WRONG_PASSPHRASE or not session.interactive:
            break
        session.out.note(plan.item.message)
        passphrase = ask_secret("Passphrase of the backup: ")
        if not passphrase:
            break
        session.context.credentials.passphrase = passphrase
        plan = asyncio.run(plan_restore(session.context, target, backup, options))
    return plan


def _show(session: Session, plan: RestorePlan) -> None:
    """Say on stderr what would happen, and what to mind."""
    colour = None if plan.may_go else "red"
    for line in indented(plan.item.message, columns=session.out.columns, first=""):
        session.out.note(line, colour)
    if plan.item.advice:
        session.out.note(f"  -> {plan.item.advice}")


def _question(plan: RestorePlan) -> str:
    item = plan.item
    sensor = item.identity.serial or item.identity.mac or item.identity.name if item.identity else "?"
    return f"Overwrite the parameters of {item.device} (serial number {sensor})?"
