"""What ``sicktui backup`` does: a run that changes no parameter, so it asks nothing."""

import asyncio
from collections.abc import Sequence

from sicktui.cli.actions.passwords.passphrase import unlock_passphrases
from sicktui.cli.actions.updates.update import execute
from sicktui.cli.context import open_cli
from sicktui.cli.options import Common
from sicktui.cli.waiting import read_counted
from sicktui.engine.backup.plan import plan_backup
from sicktui.engine.plan.spec import new_spec
from sicktui.model.enums import Operation
from sicktui.model.wording import count


def backup(common: Common, words: Sequence[str], *, detach: bool) -> int:
    """Back up devices. Returns the contract's exit code."""
    with open_cli(common) as cli:
        targets = cli.targets(words)
        cli.ask_passwords(targets)
        unlock_passphrases(cli, targets)
        cli.out.note(f"Reading {count(len(targets), 'sensor')}...")
        items = read_counted(cli, len(targets), lambda done: plan_backup(cli.context, targets, on_item=done))
        spec = new_spec(cli.context, Operation.BACKUP, items)
        return asyncio.run(execute(cli, spec, detach=detach))
