"""Replaces a sensor: guide, question, run, result."""

from sicktui.engine.restore.plan import restore_spec
from sicktui.stores.backups.passphrases import Passphrases
from sicktui.tui.flows.launch import launch
from sicktui.tui.flows.passwords.login import ensure_access
from sicktui.tui.flows.passwords.passphrase_unlock import unlock_passphrases
from sicktui.tui.flows.services import Services
from sicktui.tui.screens.backups.replace import ReplaceScreen
from sicktui.tui.screens.sensors.details import Details


async def replace(services: Services, device: str) -> None:
    """Guide the operator from the new sensor to the verdict."""
    targets = services.targets((device,))
    if not targets:
        return
    why = "Replacing a sensor requires the password of the new one."
    await ensure_access(services, targets, why, replaces=True)
    await unlock_passphrases(services, targets)
    known = Passphrases(services.context.credentials)
    known.forget_tried()
    try:
        answer = await services.ask(ReplaceScreen(services.appearance, services.context, targets[0]))
        if answer is None:
            return
        spec = restore_spec(services.context, answer.plan, answer.word)
        if not await launch(services, spec):
            return
    finally:
        known.forget_tried()
    # Shows the run up to its verdict, which lists what was restored and what was not.
    await services.ask(Details(services.appearance, services.dashboard, device))
