"""What ``sicktui backup`` does: a run that changes no parameter, so it asks nothing."""

import asyncio
from collections.abc import Sequence

from sicktui.cli.common import Common
from sicktui.cli.layout import count
from sicktui.cli.phrases import prepare
from sicktui.cli.session import open_session
from sicktui.cli.updating import execute
from sicktui.engine.backup_plan import plan_backup
from sicktui.engine.launch import new_spec
from sicktui.model.words import Operation


def backup(common: Common, words: Sequence[str], *, detach: bool) -> int:
    """Back up the devices that are meant. Returns the contract's exit code."""
    with open_session(common) as session:
        targets = session.targets(words)
        session.ask_passwords(targets)
        prepare(session, targets)
        session.out.note(f"Reading {count(len(targets), 'sensor')}...")
        items = asyncio.run(plan_backup(session.context, targets))
        spec = new_spec(session.context, Operation.BACKUP, items)
        return asyncio.run(execute(session, spec, detach=detach))
