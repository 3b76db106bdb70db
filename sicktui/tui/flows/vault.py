"""Opens the vault where it is needed, and does everything else that can be done with it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Final

from sicktui.model.device import Target
from sicktui.model.errors import SicktuiError
from sicktui.model.wording import count
from sicktui.stores.disk.files import written
from sicktui.stores.secrets.credentials import account_of
from sicktui.stores.secrets.store import MEMORY
from sicktui.stores.secrets.vault import Absorbed, Vault, VaultState
from sicktui.tui.commands import BY_ID
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.drawing.spans import cell
from sicktui.tui.flows.services import Stage
from sicktui.tui.screens.secret_form import SecretForm, Typed
from sicktui.tui.screens.vault import (
    VaultAct,
    VaultMenu,
    change_form,
    create_form,
    export_form,
    import_form,
    unlock_form,
)

KEY: Final = "vault"
"""The id of the command that leads here."""


async def unlock(stage: Stage, why: str) -> bool:
    """Ask for the vault's password until it is right; ``False`` if the operator left, or it is of no use."""
    vault = stage.context.credentials.vault
    problem = ""
    while vault is not None and await asyncio.to_thread(vault.state) is VaultState.LOCKED:
        typed = await stage.ask(unlock_form(stage.face, why, problem))
        if typed is None:
            return False
        problem = await _trouble(vault.unlock, typed["vault"])
    await stage.learn_stores()
    return vault is not None and await asyncio.to_thread(vault.state) is VaultState.OPEN


async def unlock_for(stage: Stage, targets: Sequence[Target], why: str) -> None:
    """Unlock the vault if the password of one of these devices can only be there."""
    for target in targets:
        if await asyncio.to_thread(stage.context.credentials.is_locked, target.device, target.user):
            await unlock(stage, why)
            return


def held_in_vault(stage: Stage, entries: Sequence[tuple[str, str]]) -> list[str]:
    """Whose password is in the vault, of these devices or groups with their users."""
    vault = stage.context.credentials.vault
    names = set() if vault is None else set(vault.names())
    return [device for device, user in entries if account_of(device, user) in names]


async def unlock_holding(stage: Stage, entries: Sequence[tuple[str, str]]) -> None:
    """Unlock the vault if something of these is to be taken out of it."""
    if await asyncio.to_thread(held_in_vault, stage, entries):
        await unlock(stage, "The vault is opened to take the password out.")


async def ensure_place(stage: Stage) -> str:
    """Unlock the vault if a new password would else be kept in memory alone.

    Returns:
        What would keep it longer; empty if it is kept well, or nothing would.
    """
    report = await asyncio.to_thread(stage.context.credentials.describe)
    if report.active != MEMORY:
        return ""
    if report.vault is VaultState.LOCKED:
        await unlock(stage, "The vault is opened to keep the password.")
        return ""
    if report.vault is not VaultState.ABSENT:
        return ""
    key = stage.face.keys.of(BY_ID[KEY])
    return f"Passwords are lost when sicktui ends. Press {key} to make a vault, which keeps them."


async def manage(stage: Stage) -> None:
    """Show how the vault is, and do what the operator chooses."""
    vault = stage.context.credentials.vault
    if vault is None:
        stage.say("There can be no vault here.", "warning")
        return
    state = await asyncio.to_thread(vault.state)
    report = await asyncio.to_thread(stage.context.credentials.describe)
    # That there is none is said already; why a better place is not used belongs here too.
    absent = state is VaultState.ABSENT
    problems = [str(found) for found in report.problems if found.name != vault.name or not absent]
    entries = len(await asyncio.to_thread(vault.names))
    act = await stage.ask(VaultMenu(stage.face, vault.path, state, entries=entries, problems=problems))
    if act is not None:
        await _ACTS[act](stage, vault)
        await stage.learn_stores()


async def _create(stage: Stage, vault: Vault) -> None:
    typed = await stage.ask(create_form(stage.face, vault.path))
    if typed is None:
        return
    problem = await _trouble(vault.create, typed["new"])
    if problem:
        stage.say(problem, "error")
        return
    moved = await asyncio.to_thread(stage.context.credentials.keep_entered)
    stage.say("The vault is made." + (f" It keeps {count(moved, 'password')} now." if moved else ""))


async def _unlock(stage: Stage, vault: Vault) -> None:
    number = len(await asyncio.to_thread(vault.names))
    if await unlock(stage, f"{count(number, 'entry', 'entries')} in it can then be used."):
        await asyncio.to_thread(stage.context.credentials.keep_entered)
        stage.say("The vault is open until sicktui ends.")


async def _lock(stage: Stage, vault: Vault) -> None:
    vault.lock()
    stage.say("The vault is locked.")


async def _change(stage: Stage, vault: Vault) -> None:
    def work(typed: Typed) -> str:
        vault.change_password(typed["vault"], typed["new"])
        return "The vault has a new password."

    await _until_done(stage, change_form, work)


async def _export(stage: Stage, vault: Vault) -> None:
    def work(typed: Typed) -> str:
        path = written(typed["file"].strip().strip("\"'"))
        return f"{count(vault.export(path, typed['new']), 'entry', 'entries')} written to {path}."

    await _until_done(stage, export_form, work)


async def _import(stage: Stage, vault: Vault) -> None:
    taken: list[tuple[Path, str, Absorbed]] = []

    def work(typed: Typed) -> str:
        path = written(typed["file"].strip().strip("\"'"))
        result = vault.absorb(path, typed["vault"])
        taken.append((path, typed["vault"], result))
        return f"{count(len(result.added), 'entry', 'entries')} taken over."

    await _until_done(stage, import_form, work)
    if not taken or not taken[-1][2].kept:
        return
    path, password, result = taken[-1]
    number = count(len(result.kept), "entry", "entries")
    question = [
        cell(f"The vault has other passwords for {number} of the copy:"),
        *(cell(f"  {name}") for name in result.kept[:10]),
    ]
    if await stage.ask(Confirm(stage.face, "Replace them?", question, yes="take those of the copy")):
        problem = await _trouble(lambda _: vault.absorb(path, password, replace=True), "")
        stage.say(problem or f"{number} replaced.", "error" if problem else "information")


async def _until_done(stage: Stage, form: Callable[..., SecretForm], work: Callable[[Typed], str]) -> None:
    """Ask, and ask again with the reason while it does not work."""
    problem = ""
    while (typed := await stage.ask(form(stage.face, problem))) is not None:
        try:
            done = await asyncio.to_thread(work, typed)
        except SicktuiError as error:
            problem = str(error)
            continue
        stage.say(done)
        return


async def _trouble(work: Callable[[str], object], password: str) -> str:
    try:
        await asyncio.to_thread(work, password)
    except SicktuiError as error:
        return str(error)
    return ""


_ACTS: Final[dict[VaultAct, Callable[[Stage, Vault], Awaitable[None]]]] = {
    VaultAct.CREATE: _create,
    VaultAct.UNLOCK: _unlock,
    VaultAct.LOCK: _lock,
    VaultAct.PASSWORD: _change,
    VaultAct.EXPORT: _export,
    VaultAct.IMPORT: _import,
}
