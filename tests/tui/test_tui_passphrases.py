"""The menu of passphrases: store, generate, forget, test; for devices and for the plant."""

import re

from textual.pilot import Pilot

from sicktui.simulator.spec import DeviceSpec
from sicktui.stores.backups.passphrases import SITE, Passphrases
from sicktui.tui.dialogs.form import ValuesForm
from sicktui.tui.dialogs.notice import Notice, SecretNotice
from sicktui.tui.screens.passwords.passphrases import PassphraseMenu
from tests.support.dashboard import DashboardHarness, flat_of, notes_of, text_of, type_in, until

GATE = DeviceSpec(name="gate-1", serial="1001")
DOCK = DeviceSpec(name="dock-1", serial="1002")
FORM = re.compile(r"[a-z2-9]{4}(?:-[a-z2-9]{4}){5}")


async def menu(pilot: Pilot[None]) -> None:
    if not isinstance(pilot.app.screen, PassphraseMenu):
        await pilot.press("P")
    await until(pilot, lambda: isinstance(pilot.app.screen, PassphraseMenu) and "Site " in text_of(pilot))


async def test_a_passphrase_is_stored_twice_typed_and_never_shown(harness: DashboardHarness) -> None:
    await harness.sensors(GATE, DOCK)
    known = Passphrases(harness.context.credentials)
    async with harness.dashboard((80, 24)) as (pilot, _):
        await until(pilot, lambda: "2 online" in text_of(pilot))
        await pilot.press("a")
        await menu(pilot)
        assert text_of(pilot).count("none: its backups are not protected") == 2
        await pilot.press("s")
        await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm))
        await pilot.press(*"phrase one", "enter", *"phrase two", "enter")
        await until(pilot, lambda: "The two passphrases differ" in text_of(pilot))
        assert "phrase o" not in text_of(pilot)
        await type_in(pilot, "phrase one")
        await pilot.press("enter")
        await until(pilot, lambda: known.stored("gate-1") == known.stored("dock-1") == "phrase one")
        await menu(pilot)
        assert text_of(pilot).count("has its own") == 2
        assert known.stored(SITE) is None


async def test_a_new_one_is_made_for_the_plant_and_shown_once(harness: DashboardHarness) -> None:
    known = Passphrases(harness.context.credentials)
    async with harness.dashboard((80, 24)) as (pilot, _):
        await menu(pilot)
        await pilot.press("n", "s", "f", "t")  # there is no device that they could be about
        await pilot.press("N")
        await until(pilot, lambda: isinstance(pilot.app.screen, SecretNotice))
        [shown] = FORM.findall(text_of(pilot))
        assert known.stored(SITE) == shown
        await pilot.press("enter")
        assert isinstance(pilot.app.screen, SecretNotice), "one that was typed ahead does not close it"
        await pilot.press("ctrl+c")
        assert not pilot.app.clipboard, "a secret goes to no clipboard"
        if isinstance(pilot.app.screen, SecretNotice):
            await pilot.press("w")
        await menu(pilot)
        assert shown not in text_of(pilot)
        await pilot.press("N")
        await until(pilot, lambda: "older backups need it" in flat_of(pilot))
        await pilot.press("n")
        await menu(pilot)
        assert known.stored(SITE) == shown
        await pilot.press("F")
        await until(pilot, lambda: "Forget the passphrase?" in text_of(pilot))
        await pilot.press("y")
        await until(pilot, lambda: known.stored(SITE) is None)
        assert shown not in notes_of(pilot)


async def test_a_passphrase_that_is_lost_is_found_out_on_the_backups(harness: DashboardHarness) -> None:
    await harness.sensors(GATE)
    first = await harness.backed_up("gate-1", "the old phrase")
    known = Passphrases(harness.context.credentials)
    async with harness.dashboard((80, 24)) as (pilot, _):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await menu(pilot)
        await pilot.press("t")
        await until(pilot, lambda: isinstance(pilot.app.screen, Notice) and first.id in text_of(pilot))
        assert "1 cannot be opened with any known passphrase" in flat_of(pilot)
        await pilot.press("q")
        await menu(pilot)
        known.remember("gate-1", "the old phrase")
        await pilot.press("t")
        await until(pilot, lambda: "open with a known passphrase" in flat_of(pilot))
