"""Unlocks the vault where needed, and manages it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Final

from sicktui.model.device import Target
from sicktui.model.errors import SicktuiError
from sicktui.model.passwords.strength import weak_password_warning
from sicktui.model.wording import count
from sicktui.stores.secrets.credentials import account_of
from sicktui.stores.secrets.store import MEMORY
from sicktui.stores.secrets.vault import ImportResult, Vault, VaultState
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.dialogs.fields import FormValues
from sicktui.tui.dialogs.form import ValuesForm
from sicktui.tui.drawing.spans import cell
from sicktui.tui.flows.services import Services
from sicktui.tui.screens.passwords.vault import (
    VaultAct,
    VaultMenu,
    change_form,
    create_form,
    export_form,
    import_form,
    unlock_form,
)

KEY: Final = "vault"
"""The id of the command that opens the menu."""


async def unlock(services: Services, why: str) -> bool:
    """Ask for the vault's password until it is right; returns whether the vault is unlocked then."""
    vault = services.context.credentials.vault
    problem = ""
    while vault is not None and await asyncio.to_thread(vault.state) is VaultState.LOCKED:
        typed = await services.ask(unlock_form(services.appearance, why, problem))
        if typed is None:
            return False
        problem = await _trouble(vault.unlock, typed["vault"])
    await services.refresh_stores()
    return vault is not None and await asyncio.to_thread(vault.state) is VaultState.OPEN


async def unlock_for(services: Services, targets: Sequence[Target], why: str) -> None:
    """Unlock the vault if it may hold the password of one of these devices."""
    for target in targets:
        if await asyncio.to_thread(services.context.credentials.is_locked, target.device, target.user):
            await unlock(services, why)
            return


def held_in_vault(services: Services, entries: Sequence[tuple[str, str]]) -> list[str]:
    """Those of these devices or groups, with their users, whose password is in the vault."""
    vault = services.context.credentials.vault
    names = set() if vault is None else set(vault.names())
    return [device for device, user in entries if account_of(device, user) in names]


async def unlock_holding(services: Services, entries: Sequence[tuple[str, str]]) -> None:
    """Unlock the vault if it holds one of these."""
    if await asyncio.to_thread(held_in_vault, services, entries):
        await unlock(services, "Unlock the vault to remove the password from it.")


async def ensure_place(services: Services) -> str:
    """Unlock the vault if a new password would otherwise be kept only in memory.

    Returns:
        A hint how to store it; empty if it is stored, or there is no way.
    """
    report = await asyncio.to_thread(services.context.credentials.describe)
    if report.active != MEMORY:
        return ""
    if report.vault is VaultState.LOCKED:
        await unlock(services, "Unlock the vault to store the password.")
        return ""
    if report.vault is not VaultState.ABSENT:
        return ""
    key = services.appearance.keys.of(KEY)
    return f"Passwords are lost when sicktui exits. Press {key} to create a vault that keeps them."


async def manage(services: Services) -> None:
    """Show the menu and carry out what is chosen."""
    vault = services.context.credentials.vault
    if vault is None:
        services.notify("A vault cannot be used here.", "warning")
        return
    state = await asyncio.to_thread(vault.state)
    report = await asyncio.to_thread(services.context.credentials.describe)
    # The menu shows its absence already; why a better store is not used belongs here too.
    absent = state is VaultState.ABSENT
    problems = [str(found) for found in report.problems if found.name != vault.name or not absent]
    entries = len(await asyncio.to_thread(vault.names))
    act = await services.ask(
        VaultMenu(services.appearance, vault.path, state, entries=entries, problems=problems)
    )
    if act is not None:
        await _ACTS[act](services, vault)
        await services.refresh_stores()


async def _create(services: Services, vault: Vault) -> None:
    typed = await services.ask(create_form(services.appearance, vault.path))
    if typed is None:
        return
    problem = await _trouble(vault.create, typed["new"])
    if problem:
        services.notify(problem, "error")
        return
    _name_weakness(services, typed)
    moved = await asyncio.to_thread(services.context.credentials.keep_entered)
    services.notify("Vault created." + (f" It now keeps {count(moved, 'password')}." if moved else ""))


async def _unlock(services: Services, vault: Vault) -> None:
    number = len(await asyncio.to_thread(vault.names))
    if await unlock(services, f"This unlocks {count(number, 'entry', 'entries')}."):
        await asyncio.to_thread(services.context.credentials.keep_entered)
        services.notify("The vault is unlocked until sicktui exits.")


async def _lock(services: Services, vault: Vault) -> None:
    vault.lock()
    services.notify("Vault locked.")


async def _change(services: Services, vault: Vault) -> None:
    def work(typed: FormValues) -> str:
        vault.change_password(typed["vault"], typed["new"])
        return "The vault's password was changed."

    await _until_done(services, change_form, work)


async def _export(services: Services, vault: Vault) -> None:
    def work(typed: FormValues) -> str:
        path = typed.path("file")
        return f"{count(vault.export(path, typed['new']), 'entry', 'entries')} written to {path}."

    await _until_done(services, export_form, work)


async def _import(services: Services, vault: Vault) -> None:
    taken: list[tuple[Path, str, ImportResult]] = []

    def work(typed: FormValues) -> str:
        path = typed.path("file")
        result = vault.import_from(path, typed["vault"])
        taken.append((path, typed["vault"], result))
        return f"{count(len(result.added), 'entry', 'entries')} imported."

    await _until_done(services, import_form, work)
    if not taken or not taken[-1][2].kept:
        return
    path, password, result = taken[-1]
    number = count(len(result.kept), "entry", "entries")
    question = [
        cell(f"{number} in the copy differ from the vault:"),
        *(cell(f"  {name}") for name in result.kept[:10]),
    ]
    if await services.ask(
        Confirm(services.appearance, "Replace them?", question, yes="use those of the copy")
    ):
        problem = await _trouble(lambda _: vault.import_from(path, password, replace=True), "")
        services.notify(problem or f"{number} replaced.", "error" if problem else "information")


async def _until_done(
    services: Services, form: Callable[..., ValuesForm], work: Callable[[FormValues], str]
) -> None:
    """Ask, and ask again with the reason while it fails."""
    problem = ""
    while (typed := await services.ask(form(services.appearance, problem))) is not None:
        try:
            done = await asyncio.to_thread(work, typed)
        except SicktuiError as error:
            problem = str(error)
            continue
        services.notify(done)
        _name_weakness(services, typed)
        return


def _name_weakness(services: Services, typed: FormValues) -> None:
    new = typed.get("new", "")
    if new and (warning := weak_password_warning(new)):
        services.warn(warning)


async def _trouble(work: Callable[[str], object], password: str) -> str:
    try:
        await asyncio.to_thread(work, password)
    except SicktuiError as error:
        return str(error)
    return ""


_ACTS: Final[dict[VaultAct, Callable[[Services, Vault], Awaitable[None]]]] = {
    VaultAct.CREATE: _create,
    VaultAct.UNLOCK: _unlock,
    VaultAct.LOCK: _lock,
    VaultAct.PASSWORD: _change,
    VaultAct.EXPORT: _export,
    VaultAct.IMPORT: _import,
}
