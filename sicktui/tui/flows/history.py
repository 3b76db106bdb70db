"""Looks at the backups of a device, and goes on to what was chosen there."""

import asyncio

from sicktui.model.errors import SicktuiError
from sicktui.stores.backups.store import BackupRecord
from sicktui.tui.flows.diff import compare_with_now
from sicktui.tui.flows.passphrase_unlock import unlock_passphrases
from sicktui.tui.flows.restore import key_of, restore
from sicktui.tui.flows.services import Stage
from sicktui.tui.screens.history import HistoryScreen


async def browse_history(stage: Stage, device: str) -> None:
    """Show the history until it is left, or a backup is to be restored."""
    # A verification tells whether a passphrase opens a backup: it must not fail for a vault that is locked.
    await unlock_passphrases(stage, stage.targets((device,)))
    selected: str | None = None
    while True:
        answer = await stage.ask(
            HistoryScreen(
                stage.face,
                stage.context,
                device,
                key_of(stage, device),
                kept=stage.board.backups_of(device),
                selected=selected,
            )
        )
        if answer is None:
            return
        selected = answer.record.id
        if not answer.compare:
            await restore(stage, (device,), answer.record.id)
            return
        await _compare(stage, device, answer.record)


async def _compare(stage: Stage, device: str, record: BackupRecord) -> None:
    try:
        snapshot = await asyncio.to_thread(stage.context.snapshots.get, record.snapshot or "")
    except SicktuiError as error:
        stage.say(str(error), "error")
        return
    await compare_with_now(stage, device, snapshot)
