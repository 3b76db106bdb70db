"""Sentences on the screen name the keys that an operator has chosen for the commands."""

from typing import Final

import pytest

from sicktui.engine.reports.facts import run_facts
from sicktui.model.enums import RunState
from sicktui.model.firmware.offer import Offer, OfferState
from sicktui.simulator.spec import DeviceSpec
from sicktui.tui.appearance import Appearance
from sicktui.tui.commands.keymap import KeyMap
from sicktui.tui.rows.log.lines import LogLine
from sicktui.tui.rows.run.verdicts import can_retry
from sicktui.tui.screens.update.offers import OffersScreen
from tests.reports.sample import sample
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


@pytest.mark.parametrize(("changed", "key"), [({}, "&"), (CHANGED, "f8")])
def test_the_way_to_resume_a_run_is_named_by_its_key(changed: dict[str, str], key: str) -> None:
    spec, events = sample()
    interrupted = run_facts(spec, events, state=RunState.INTERRUPTED, hash_of=lambda _: None)
    assert can_retry(interrupted, KeyMap(changed)).endswith(f"r in the list of runs ({key}).")
