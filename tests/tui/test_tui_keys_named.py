"""Sentences on the screen name the keys that an operator has chosen for the commands."""

from typing import Final

from sicktui.model.firmware.offer import Offer, OfferState
from sicktui.simulator.spec import DeviceSpec
from sicktui.tui.appearance import Appearance
from sicktui.tui.commands.keymap import KeyMap
from sicktui.tui.rows.log.lines import LogLine
from sicktui.tui.screens.update.offers import OffersScreen
from tests.support.dashboard import DashboardHarness, flat_of, notes_of, until

CHANGED: Final = {"backup": "f5", "shelf": "f6", "log_save": "f7", "runs": "f8"}


async def test_a_sentence_names_the_key_that_was_chosen(harness: DashboardHarness) -> None:
    await harness.sensors(DeviceSpec(name="gate-1"))
    harness.shelve()
    appearance = Appearance(keys=KeyMap(CHANGED))
    async with harness.dashboard(appearance=appearance) as (pilot, main):
        main.renderer.log.add([LogLine(time="10:00:00", device=None, text="one line")])
        await pilot.press("3", "y")
        await until(pilot, lambda: "f7 in the log writes a file." in notes_of(pilot))
        await pilot.press("2", "h")
        await until(pilot, lambda: "Press f5 in the list to take one." in flat_of(pilot))
        offers = OffersScreen(appearance, harness.context, list)
        await pilot.app.push_screen(offers)
        [entry] = harness.context.shelf.entries()
        offers.on_package(entry, Offer(source="plant", device=None, version="2", state=OfferState.FETCHED))
        await until(pilot, lambda: "Press f6 to see it." in notes_of(pilot))
