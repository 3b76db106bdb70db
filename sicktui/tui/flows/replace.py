"""Gives a new sensor the place of an old one: guide, question, run, and what became of it."""

from sicktui.engine.restore.plan import restore_spec
from sicktui.stores.backups.passphrases import Passphrases
from sicktui.tui.flows.login import ensure_access
from sicktui.tui.flows.passphrase_unlock import unlock_passphrases
from sicktui.tui.flows.restore import launch
from sicktui.tui.flows.services import Stage
from sicktui.tui.screens.details import Details
from sicktui.tui.screens.replace import ReplaceScreen


async def replace(stage: Stage, device: str) -> None:
    """Guide the operator from the new sensor at the old address to the verdict."""
    targets = stage.targets((device,))
    if not targets:
        return
    await ensure_access(stage, targets, "A replacement needs the password of the new sensor.")
    await unlock_passphrases(stage, targets)
    known = Passphrases(stage.context.credentials)
    known.forget_tried()
    try:
        answer = await stage.ask(ReplaceScreen(stage.face, stage.context, targets[0]))
        if answer is None:
            return
        spec = restore_spec(stage.context, answer.plan, answer.word)
        if not await launch(stage, spec):
            return
    finally:
        known.forget_tried()
    # It follows the run to its verdict, which says what came along and what did not.
    await stage.ask(Details(stage.face, stage.board, device))
