"""What ``sicktui runs retry`` does: find what failed, plan it anew, ask, start, follow."""

import asyncio
from functools import partial

from sicktui.cli.actions.backups.restore import preview
from sicktui.cli.actions.passwords.passphrase import unlock_passphrases
from sicktui.cli.actions.updates.plan import show_plan
from sicktui.cli.actions.updates.start import execute
from sicktui.cli.actions.updates.update import question
from sicktui.cli.context import CliContext, open_cli
from sicktui.cli.options import Common
from sicktui.cli.waiting import read_counted
from sicktui.engine.restore.plan import RestorePlan
from sicktui.engine.retry import Retry, find_retry, nothing_to_retry, package_again, plan_retry
from sicktui.model.enums import Operation
from sicktui.model.exit_codes import ExitCode
from sicktui.model.run.event import Summarised
from sicktui.model.run.plan import RunSpec, word_to_type
from sicktui.model.wording import count, names


def retry(common: Common, word: str, *, detach: bool) -> int:
    """Start a new run for what failed in an earlier one. Returns the contract's exit code."""
    with open_cli(common) as cli:
        found = find_retry(cli.context, cli.context.journal.resolve(word))
        if reason := nothing_to_retry(found):
            return _nothing(cli, found, reason)
        if found.removed:
            cli.out.note(f"Left out, because no longer in the device list: {names(found.removed)}.", "yellow")
        is_update = found.spec.operation is Operation.UPDATE
        package = package_again(cli.context, found) if is_update else None
        _ask_secrets(cli, found)
        cli.out.note(f"Reading {count(len(found.targets), 'sensor')}...")
        plan = partial(plan_retry, cli.context, found, package=package, overridden=common.overridden)
        restores: list[RestorePlan] = []
        spec = read_counted(
            cli, len(found.targets), lambda done: plan(on_item=done, on_restore=restores.append)
        )
        _show(cli, spec, to_stderr=common.json or detach)
        if cli.interactive and not common.yes:
            for each in restores:
                if each.may_go:
                    preview(cli, each)
        if _declined(cli, spec):
            return ExitCode.INTERRUPTED
        return asyncio.run(execute(cli, spec, detach=detach))


def _nothing(cli: CliContext, found: Retry, reason: str) -> int:
    cli.out.emit(
        Summarised(
            ts=cli.now(), run=found.run, operation=found.spec.operation, verdicts={}, exit_code=ExitCode.OK
        )
    )
    cli.out.note(f"{reason} Nothing was done.")
    return ExitCode.OK


def _ask_secrets(cli: CliContext, found: Retry) -> None:
    targets, operation = found.targets, found.spec.operation
    cli.ask_passwords(targets)
    makes = operation is Operation.BACKUP or (operation is Operation.UPDATE and found.spec.options.backup)
    if makes or operation is Operation.RESTORE:
        unlock_passphrases(cli, targets, makes=makes, warn=False)


def _show(cli: CliContext, spec: RunSpec, *, to_stderr: bool) -> None:
    if spec.operation is Operation.UPDATE:
        show_plan(cli, spec.items, to_stderr=to_stderr, limits=spec.settings.limits)
        return
    for item in spec.items:
        cli.out.note(f"{item.device}: {item.message}", None if item.may_go else "red")


def _declined(cli: CliContext, spec: RunSpec) -> bool:
    """Ask as the command of the operation does: a backup changes nothing, so it asks nothing."""
    going = sum(item.may_go for item in spec.items)
    if not going or spec.operation is Operation.BACKUP:
        return False
    if spec.operation is Operation.UPDATE:
        return cli.declined(question(spec.items, going), word=word_to_type(spec.items))
    who = names([item.device for item in spec.items if item.may_go])
    return cli.declined(f"Overwrite the parameters of {count(going, 'sensor')} ({who})?")
