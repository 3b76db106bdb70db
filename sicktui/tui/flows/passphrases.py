"""Keeps the passphrases of backups: store, generate, forget, test."""

import asyncio
from collections.abc import Sequence
from typing import Final

from sicktui.engine.backup.history import BackupCheck, verify
from sicktui.engine.context import Context
from sicktui.model.errors import SicktuiError
from sicktui.model.safe_text import clean
from sicktui.model.wording import count, names
from sicktui.stores.backups.passphrases import PLANT, Passphrases, generate
from sicktui.stores.secrets.store import MEMORY
from sicktui.stores.secrets.vault import VaultState
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.dialogs.notice import Notice, SecretNotice
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.flows.services import Stage
from sicktui.tui.flows.vault import ensure_place, unlock
from sicktui.tui.screens.passphrases import PassphraseAct, PassphraseFacts, PassphraseMenu, store_form

_NAMED: Final = 4


async def manage_passphrases(stage: Stage, devices: tuple[str, ...]) -> None:
    """Show who has a passphrase, and do what the operator chooses, until the menu is left."""
    while True:
        facts = await asyncio.to_thread(_facts, stage.context, devices)
        choice = await stage.ask(PassphraseMenu(stage.face, facts))
        if choice is None:
            return
        whose = (PLANT,) if choice.plant else devices
        match choice.act:
            case PassphraseAct.STORE:
                await _store(stage, whose)
            case PassphraseAct.GENERATE:
                await _generate(stage, whose)
            case PassphraseAct.FORGET:
                await _forget(stage, whose)
            case PassphraseAct.TEST:
                await _test(stage, devices)


def _facts(context: Context, devices: tuple[str, ...]) -> PassphraseFacts:
    known, vault = Passphrases(context.credentials), context.credentials.vault
    return PassphraseFacts(
        devices=devices,
        own=frozenset(device for device in devices if known.stored(device) is not None),
        plant=known.stored(PLANT) is not None,
        given=context.credentials.passphrase is not None,
        locked=vault is not None and vault.state() is VaultState.LOCKED,
    )


async def _store(stage: Stage, whose: tuple[str, ...]) -> None:
    typed = await stage.ask(store_form(stage.face, [name for name in whose if name != PLANT]))
    if typed is not None and await _replaces(stage, whose):
        await _keep(stage, whose, typed["new"])


async def _generate(stage: Stage, whose: tuple[str, ...]) -> None:
    if not await _replaces(stage, whose):
        return
    phrase = generate()
    if await _keep(stage, whose, phrase):
        lines: list[Cell] = [
            cell(f"The new passphrase of {_who(whose)}:"),
            (),
            cell(f"   {phrase}", Tone.KEY),
            (),
            cell("Write it down and keep it in a safe place: without it no backup can be restored."),
            cell("It is shown only now.", Tone.WARN),
        ]
        await stage.ask(SecretNotice(stage.face, "Write this down", lines))


async def _replaces(stage: Stage, whose: tuple[str, ...]) -> bool:
    """Whether a passphrase that is stored already may go."""
    await _open_vault(stage)
    known = Passphrases(stage.context.credentials)
    taken = [name for name in whose if await asyncio.to_thread(known.stored, name) is not None]
    if not taken:
        return True
    lines = [
        cell(f"A passphrase of {_who(taken)} is stored already, and older backups need it."),
        cell("Whoever has not written it down cannot restore those any more.", Tone.WARN),
    ]
    agreed = await stage.ask(Confirm(stage.face, "Replace it?", lines, yes="replace", no="keep"))
    return agreed is True


async def _keep(stage: Stage, whose: tuple[str, ...], phrase: str) -> bool:
    """Keep it where it lasts; whether it is kept at all, be it for some of them only."""
    hint = await ensure_place(stage)
    known = Passphrases(stage.context.credentials)

    places: dict[str, str] = {}

    def work() -> None:
        for name in whose:
            places[name] = known.remember(name, phrase)

    try:
        await asyncio.to_thread(work)
    except SicktuiError as error:
        stage.say(str(error), "error")
    if not places:
        return False
    told = f"The passphrase of {_who(tuple(places))} is kept in: {', '.join(sorted(set(places.values())))}."
    stage.say(told, "warning" if MEMORY in places.values() else "information")
    if hint:
        stage.warn(hint)
    await stage.learn_stores()
    return True


async def _forget(stage: Stage, whose: tuple[str, ...]) -> None:
    lines = [
        cell(f"Forget the passphrase of {_who(whose)}?"),
        cell("Backups that were made with it need it all the same.", Tone.WARN),
    ]
    asked = Confirm(stage.face, "Forget the passphrase?", lines, yes="forget", no="keep")
    if not await stage.ask(asked):
        return
    await _open_vault(stage)
    known = Passphrases(stage.context.credentials)
    gone = [name for name in whose if await asyncio.to_thread(known.forget, name)]
    stage.say(f"Forgotten: the passphrase of {_who(gone)}." if gone else "None was stored.")


async def _test(stage: Stage, devices: tuple[str, ...]) -> None:
    """Find out now, and not at the restore, whether a passphrase is lost."""
    await _open_vault(stage)
    try:
        found = await asyncio.to_thread(_verified, stage.context, devices)
    except SicktuiError as error:
        stage.say(str(error), "error")
        return
    await stage.ask(Notice(stage.face, "Passphrases, tested on the backups", _findings(stage, found)))


def _verified(context: Context, devices: tuple[str, ...]) -> list[BackupCheck]:
    records = [record for record in context.backups.list() if record.device in devices]
    return list(verify(context, records, passphrases=True))


def _findings(stage: Stage, found: Sequence[BackupCheck]) -> list[Cell]:
    glyphs = stage.face.glyphs
    if not found:
        return [cell("No backup of these devices is kept on this PC, so there is nothing to test on.")]
    lost = [each for each in found if each.opens is False]
    head = f"{count(len(found), 'backup')} tested: "
    if not lost:
        return [cell(f"{head}a passphrase that is known here opens each of them.", Tone.GOOD)]
    return [
        cell(f"{head}{len(lost)} open with no passphrase that is known here.", Tone.BAD),
        cell("Find it, or make new backups while the sensors still work.", Tone.KEY),
        (),
        *((Span(f"{glyphs.failed} ", Tone.BAD), Span(clean(each.record.id, 80))) for each in lost),
    ]


async def _open_vault(stage: Stage) -> None:
    vault = stage.context.credentials.vault
    if vault is not None and await asyncio.to_thread(vault.state) is VaultState.LOCKED:
        await unlock(stage, "The vault may hold the passphrase.")


def _who(whose: Sequence[str]) -> str:
    if tuple(whose) == (PLANT,):
        return "the plant"
    return names([clean(name, 40) for name in whose], _NAMED)
