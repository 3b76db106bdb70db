"""The first device, and tags for many."""

from sicktui.model.device import Profile
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.dialogs.form import ValuesForm
from sicktui.tui.screens.sensors.device_form import DeviceForm
from sicktui.tui.screens.sensors.tags import TagsScreen
from tests.support.dashboard import DashboardHarness, text_of, type_in, until


async def test_the_first_device_needs_few_keys_and_an_empty_list_offers_the_ways(
    harness: DashboardHarness,
) -> None:
    async with harness.dashboard((80, 24)) as (pilot, _):
        app = pilot.app
        await until(pilot, lambda: "Press a key to begin" in text_of(pilot))
        shown = text_of(pilot)
        for line in ("+    search", "n    add", "I    import", "C    set up", "0    try it", "?    all keys"):
            assert line in shown
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, DeviceForm) and app.screen.query("#address"))
        await type_in(pilot, "gate-1")
        await pilot.press("tab")
        await type_in(pilot, "127.0.0.1:9")
        await pilot.press("enter")
        await until(pilot, lambda: "gate-1" in harness.context.devices().profiles)
        await pilot.press("0")
        await until(pilot, lambda: "not empty" in text_of(pilot))
        assert app.is_running


async def test_an_empty_list_leads_to_the_demo(harness: DashboardHarness) -> None:
    async with harness.dashboard((80, 24)) as (pilot, _):
        await until(pilot, lambda: "Press a key to begin" in text_of(pilot))
        await pilot.press("0")
        await until(pilot, lambda: getattr(pilot.app, "then", "") == "demo")


async def test_devices_are_tagged_in_bulk_and_a_password_goes_with_its_tag(harness: DashboardHarness) -> None:
    harness.profiles(
        *(Profile(name=name, address=f"127.0.0.1:{i}", tags=("old",)) for i, name in enumerate("ab", 1)),
        Profile(name="c", address="127.0.0.1:3"),
    )
    credentials = harness.context.credentials
    credentials.hold("@old", "Service", "secret-of-old")

    def tags() -> list[tuple[str, ...]]:
        return [profile.tags for profile in harness.context.devices().profiles.values()]

    async with harness.dashboard((100, 30)) as (pilot, main):
        app = pilot.app
        await until(pilot, lambda: "3 devices" in text_of(pilot))
        await pilot.press("a")
        await until(pilot, lambda: main.dashboard.command_context().marked == ("a", "b", "c"))
        await pilot.press("#")
        await until(pilot, lambda: isinstance(app.screen, TagsScreen) and "shared" in text_of(pilot))
        assert "3 devices (a, b, c)" in text_of(pilot)
        await pilot.press("t")
        await until(pilot, lambda: isinstance(app.screen, ValuesForm) and app.screen.query("#tags"))
        await type_in(pilot, "@hall-3, bad!")
        await pilot.press("enter")
        await until(pilot, lambda: "'bad!' is not a tag" in text_of(pilot))
        await type_in(pilot, "@hall-3")
        await pilot.press("enter")
        await until(pilot, lambda: tags() == [("old", "hall-3"), ("old", "hall-3"), ("hall-3",)])

        await until(pilot, lambda: isinstance(app.screen, TagsScreen) and "@hall-3" in text_of(pilot))
        await pilot.press("j", "L")
        await until(pilot, lambda: isinstance(app.screen, ValuesForm) and app.screen.query("#name"))
        await type_in(pilot, "new")
        await pilot.press("enter")
        await until(pilot, lambda: tags()[0] == ("new", "hall-3"))
        await until(pilot, lambda: credentials.own_password("@new", "Service") == "secret-of-old")
        assert credentials.own_password("@old", "Service") is None

        await until(pilot, lambda: isinstance(app.screen, TagsScreen) and "@new" in text_of(pilot))
        await pilot.press("x")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: tags() == [("hall-3",)] * 3)
        await until(pilot, lambda: isinstance(app.screen, TagsScreen) and "@new" not in text_of(pilot))
        await pilot.press("u")
        await until(pilot, lambda: tags() == [()] * 3)
        await until(pilot, lambda: "No device has a tag" in text_of(pilot))
