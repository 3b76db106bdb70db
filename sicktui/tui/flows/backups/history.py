"""Shows the backups of a device; restores or compares the chosen one."""

from sicktui.tui.flows.backups.restore import restore
from sicktui.tui.flows.passwords.passphrase_unlock import unlock_passphrases
from sicktui.tui.flows.sensors.diff import compare_backups
from sicktui.tui.flows.services import Services, backup_key
from sicktui.tui.screens.backups.history import HistoryScreen


async def browse_history(services: Services, device: str) -> None:
    """Show the history until the operator leaves or restores a backup."""
    # Verifying tries passphrases on the backups: it must not fail because the vault is locked.
    await unlock_passphrases(services, services.targets((device,)))
    selected: str | None = None
    while True:
        answer = await services.ask(
            HistoryScreen(
                services.appearance,
                services.context,
                device,
                backup_key(services, device),
                kept=services.dashboard.backups_of(device),
                selected=selected,
            )
        )
        if answer is None:
            return
        selected = answer.record.id
        if not answer.compare:
            await restore(services, (device,), answer.record.id)
            return
        await compare_backups(services, answer.compare, device)
