"""Makes the passphrases of backups available: unlocks the vault, or asks."""

import asyncio
from collections.abc import Sequence

from sicktui.engine.restore.source import facts_of
from sicktui.model.device import Target
from sicktui.model.run.plan import RunSpec
from sicktui.model.safe_text import clean
from sicktui.stores.backups.passphrases import Passphrases
from sicktui.tui.flows.passwords.vault import unlock
from sicktui.tui.flows.services import Services
from sicktui.tui.screens.passwords.passphrases import NOT_THE_ONE, passphrase_form


async def unlock_passphrases(services: Services, targets: Sequence[Target]) -> bool:
    """Unlock the vault if it holds the only passphrase of one of these devices.

    Returns:
        ``False`` if the vault stays locked, so that a backup would be made without its passphrase.
    """
    known = Passphrases(services.context.credentials)
    for target in targets:
        if await asyncio.to_thread(known.locked, target.device):
            await unlock(services, f"The vault holds the backup passphrase of {clean(target.device, 40)}.")
            return not await asyncio.to_thread(known.locked, target.device)
    return True


async def may_back_up(services: Services, targets: Sequence[Target]) -> bool:
    """Whether backups can be taken now, with the passphrases that were set for them."""
    if await unlock_passphrases(services, targets):
        return True
    services.notify(
        "The vault is still locked and holds the backup passphrase, so no backup was taken: "
        "without the passphrase anyone could read it.",
        "error",
    )
    return False


async def ensure_passphrases(services: Services, spec: RunSpec) -> bool:
    """Ask for the passphrases of the backups that a run restores, unless a known one opens them.

    Returns:
        ``False`` if the operator left.
    """
    orders = [(item.target, order) for item in spec.items if (order := spec.order_of(item.device))]
    await unlock_passphrases(services, [target for target, _ in orders])
    known = Passphrases(services.context.credentials)
    for target, order in orders:
        problem = ""
        facts = await asyncio.to_thread(facts_of, services.context.backups, order)
        while facts is not None and await asyncio.to_thread(known.opening, facts, target.device) is None:
            form = passphrase_form(services.appearance, target.device, order.name, problem)
            typed = await services.ask(form)
            if typed is None:
                return False
            known.try_too(typed["phrase"])
            problem = NOT_THE_ONE
    return True
