"""Keys that come in one burst, as over a line that stalls: each finds what the one before has led to."""

from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from sicktui.model.device import Profile
from sicktui.stores.secrets.vault import VaultState
from sicktui.tui.dialogs.form import ValuesForm
from sicktui.tui.screens.passwords.vault import VaultMenu
from sicktui.tui.screens.sensors.device_form import DeviceForm
from tests.support.dashboard import DashboardHarness, text_of, until


def burst(pilot: Pilot[None], text: str) -> None:
    """All keys at once, as one read from the terminal brings them."""
    named = {"\t": "tab", "\r": "enter", "-": "minus", ".": "full_stop", ":": "colon", " ": "space"}
    for letter in text:
        shown = letter if letter.isprintable() else None
        pilot.app.post_message(events.Key(named.get(letter, letter), shown))


async def test_a_burst_with_tabs_fills_the_fields_that_it_was_meant_for(harness: DashboardHarness) -> None:
    async with harness.dashboard((80, 24)) as (pilot, _):
        await pilot.press("n")
        await until(pilot, lambda: isinstance(pilot.app.screen, DeviceForm))
        burst(pilot, "gate-7\t127.0.0.1:9\tMaintenance\r")
        await until(pilot, lambda: "gate-7" in harness.context.devices().profiles)
    saved = harness.context.devices().profiles["gate-7"]
    assert (saved.address, saved.user) == ("127.0.0.1:9", "Maintenance")


async def test_enter_goes_on_to_the_next_field_in_a_burst_too(harness: DashboardHarness) -> None:
    vault = harness.context.credentials.vault
    assert vault is not None
    async with harness.dashboard((80, 24)) as (pilot, _):
        await pilot.press("V")
        await until(pilot, lambda: isinstance(pilot.app.screen, VaultMenu))
        await pilot.press("c")
        await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm))
        burst(pilot, "a long password\ra long password\r")
        await until(pilot, lambda: vault.state() is VaultState.OPEN)


async def test_what_is_typed_before_a_dialog_is_there_is_meant_for_it(harness: DashboardHarness) -> None:
    harness.profiles(Profile(name="a", address="127.0.0.1:9"))
    async with harness.dashboard((80, 24)) as (pilot, _):
        await until(pilot, lambda: "1 offline" in text_of(pilot))
        burst(pilot, "nxy-7\t127.0.0.1:8\r")  # x would remove, and y agree to it
        await until(pilot, lambda: len(harness.context.devices().profiles) == 2)
        burst(pilot, "q")
        await until(pilot, lambda: not pilot.app.is_running)
    assert [p.name for p in harness.context.devices().profiles.values()] == ["a", "xy-7"]


async def test_what_is_pasted_keeps_its_place_in_a_burst(harness: DashboardHarness) -> None:
    """It must not land in the field before: that may be one that is shown."""
    async with harness.dashboard((80, 24)) as (pilot, _):
        await pilot.press("n")
        await until(pilot, lambda: isinstance(pilot.app.screen, DeviceForm))
        burst(pilot, "gate-7\t")
        pilot.app.post_message(events.Paste("127.0.0.1:9"))
        burst(pilot, "\r")
        await until(pilot, lambda: "gate-7" in harness.context.devices().profiles)
    assert harness.context.devices().profiles["gate-7"].address == "127.0.0.1:9"


async def test_the_letters_of_a_burst_keep_their_order(harness: DashboardHarness) -> None:
    text = "the quick brown fox jumps over the lazy dog" * 3
    async with harness.dashboard((80, 24)) as (pilot, _):
        await pilot.press("n")
        await until(pilot, lambda: isinstance(pilot.app.screen, DeviceForm))
        burst(pilot, text)
        box = pilot.app.screen.query_one("#name", Input)
        await until(pilot, lambda: box.value == text)
