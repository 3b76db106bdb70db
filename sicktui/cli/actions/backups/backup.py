"""What ``sicktui backup`` does: a run that changes no parameter, so it asks nothing."""

import asyncio
from collections.abc import Sequence

from msgspec import structs

from sicktui.cli.actions.passwords.passphrase import unlock_passphrases
from sicktui.cli.actions.updates.ordered import carry_out
from sicktui.cli.actions.updates.start import OnStarted, execute
from sicktui.cli.context import open_cli
from sicktui.cli.options import Common
from sicktui.cli.waiting import read_counted
from sicktui.engine.backup.plan import plan_backup
from sicktui.engine.orders import OrderRequest
from sicktui.engine.plan.spec import new_spec
from sicktui.model.enums import Operation
from sicktui.model.run.order import Order
from sicktui.model.wording import count


def backup(common: Common, words: Sequence[str], *, detach: bool = False, order: Order | None = None) -> int:
    """Back up devices. Returns the contract's exit code."""
    with open_cli(common) as cli:

        def begin(started: OnStarted) -> int:
            targets = cli.targets(words)
            cli.ask_passwords(targets)
            unlock_passphrases(cli, targets)
            number = len(targets)
            cli.out.note(f"Reading {count(number, 'sensor')}...")
            items = read_counted(cli, number, lambda done: plan_backup(cli.context, targets, on_item=done))
            spec = structs.replace(new_spec(cli.context, Operation.BACKUP, items), order=order)
            return asyncio.run(execute(cli, spec, detach=detach, started=started))

        given = None if order is None else OrderRequest(order=order, operation=Operation.BACKUP)
        return carry_out(cli, given, begin, detach=detach)
