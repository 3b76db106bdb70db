"""Manages backup passphrases: store, generate, forget, test."""

import asyncio
from collections.abc import Sequence
from typing import Final

from sicktui.engine.backup.history import BackupCheck, verify
from sicktui.engine.context import Context
from sicktui.model.errors import SicktuiError
from sicktui.model.safe_text import clean
from sicktui.model.wording import count, names
from sicktui.stores.backups.passphrases import SITE, Passphrases, generate
from sicktui.stores.secrets.store import MEMORY
from sicktui.stores.secrets.vault import VaultState
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.dialogs.notice import Notice, SecretNotice
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.flows.passwords.vault import ensure_place, unlock
from sicktui.tui.flows.services import Services
from sicktui.tui.screens.passwords.passphrases import (
    PassphraseAct,
    PassphraseFacts,
    PassphraseMenu,
    store_form,
)

_NAMED: Final = 4


async def manage_passphrases(services: Services, devices: tuple[str, ...]) -> None:
    """Show the menu and carry out what is chosen, until the operator leaves."""
    while True:
        facts = await asyncio.to_thread(_facts, services.context, devices)
        choice = await services.ask(PassphraseMenu(services.appearance, facts))
        if choice is None:
            return
        whose = (SITE,) if choice.plant else devices
        match choice.act:
            case PassphraseAct.STORE:
                await _store(services, whose)
            case PassphraseAct.GENERATE:
                await _generate(services, whose)
            case PassphraseAct.FORGET:
                await _forget(services, whose)
            case PassphraseAct.TEST:
                await _test(services, devices)


def _facts(context: Context, devices: tuple[str, ...]) -> PassphraseFacts:
    known, vault = Passphrases(context.credentials), context.credentials.vault
    return PassphraseFacts(
        devices=devices,
        own=frozenset(device for device in devices if known.stored(device) is not None),
        plant=known.stored(SITE) is not None,
        given=context.credentials.passphrase is not None,
        locked=vault is not None and vault.state() is VaultState.LOCKED,
    )


async def _store(services: Services, whose: tuple[str, ...]) -> None:
    typed = await services.ask(store_form(services.appearance, [name for name in whose if name != SITE]))
    if typed is not None and await _replaces(services, whose):
        await _keep(services, whose, typed["new"])


async def _generate(services: Services, whose: tuple[str, ...]) -> None:
    if not await _replaces(services, whose):
        return
    phrase = generate()
    if await _keep(services, whose, phrase):
        lines: list[Cell] = [
            cell(f"The new passphrase of {_who(whose)}:"),
            (),
            cell(f"   {phrase}", Tone.KEY),
            (),
            cell("Write it down and keep it in a safe place: without it, backups cannot be restored."),
            cell("It is shown only now.", Tone.WARN),
        ]
        await services.ask(SecretNotice(services.appearance, "Write this down", lines))


async def _replaces(services: Services, whose: tuple[str, ...]) -> bool:
    """Whether a stored passphrase can be replaced."""
    await _open_vault(services)
    known = Passphrases(services.context.credentials)
    taken = [name for name in whose if await asyncio.to_thread(known.stored, name) is not None]
    if not taken:
        return True
    lines = [
        cell(f"A passphrase of {_who(taken)} is already stored, and older backups need it."),
        cell("Backups made with it cannot be restored unless it was written down.", Tone.WARN),
    ]
    agreed = await services.ask(Confirm(services.appearance, "Replace it?", lines, yes="replace", no="keep"))
    return agreed is True


async def _keep(services: Services, whose: tuple[str, ...], phrase: str) -> bool:
    """Store it; returns whether that worked for at least one of them."""
    hint = await ensure_place(services)
    known = Passphrases(services.context.credentials)

    places: dict[str, str] = {}

    def work() -> None:
        for name in whose:
            places[name] = known.remember(name, phrase)

    try:
        await asyncio.to_thread(work)
    except SicktuiError as error:
        services.notify(str(error), "error")
    if not places:
        return False
    told = f"The passphrase of {_who(tuple(places))} is stored in: {', '.join(sorted(set(places.values())))}."
    services.notify(told, "warning" if MEMORY in places.values() else "information")
    if hint:
        services.warn(hint)
    await services.refresh_stores()
    return True


async def _forget(services: Services, whose: tuple[str, ...]) -> None:
    lines = [
        cell(f"Forget the passphrase of {_who(whose)}?"),
        cell("Backups made with it will still need it.", Tone.WARN),
    ]
    asked = Confirm(services.appearance, "Forget the passphrase?", lines, yes="forget", no="keep")
    if not await services.ask(asked):
        return
    await _open_vault(services)
    known = Passphrases(services.context.credentials)
    gone = [name for name in whose if await asyncio.to_thread(known.forget, name)]
    services.notify(f"Forgotten: the passphrase of {_who(gone)}." if gone else "No passphrase was stored.")


async def _test(services: Services, devices: tuple[str, ...]) -> None:
    """Find out before a restore whether a passphrase is lost."""
    await _open_vault(services)
    try:
        found = await asyncio.to_thread(_verified, services.context, devices)
    except SicktuiError as error:
        services.notify(str(error), "error")
        return
    await services.ask(
        Notice(services.appearance, "Passphrases tested on the backups", _findings(services, found))
    )


def _verified(context: Context, devices: tuple[str, ...]) -> list[BackupCheck]:
    records = [record for record in context.backups.list() if record.device in devices]
    return list(verify(context, records, passphrases=True))


def _findings(services: Services, found: Sequence[BackupCheck]) -> list[Cell]:
    glyphs = services.appearance.glyphs
    if not found:
        return [cell("No backups of these devices on this PC to test with.")]
    lost = [each for each in found if each.opens is False]
    head = f"{count(len(found), 'backup')} tested: "
    if not lost:
        return [cell(f"{head}all of them open with a known passphrase.", Tone.GOOD)]
    return [
        cell(f"{head}{len(lost)} cannot be opened with any known passphrase.", Tone.BAD),
        cell("Find the passphrase, or take new backups while the sensors still work.", Tone.KEY),
        (),
        *((Span(f"{glyphs.failed} ", Tone.BAD), Span(clean(each.record.id, 80))) for each in lost),
    ]


async def _open_vault(services: Services) -> None:
    vault = services.context.credentials.vault
    if vault is not None and await asyncio.to_thread(vault.state) is VaultState.LOCKED:
        await unlock(services, "The vault may hold the passphrase.")


def _who(whose: Sequence[str]) -> str:
    if tuple(whose) == (SITE,):
        return "the site"
    return names([clean(name, 40) for name in whose], _NAMED)
