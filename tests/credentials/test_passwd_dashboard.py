"""The dialog that changes passwords."""

import pytest
from textual.widgets import Input

from sicktui.simulator import DeviceSpec
from sicktui.stores.secrets.credentials import Credentials
from sicktui.tui.dialogs.form import ValuesForm
from sicktui.tui.dialogs.notice import Notice
from tests.support.dashboard import DashboardHarness, text_of, until
from tests.support.keyrings import Working, keyring_store

OLD = "servicelevel"
NEW = "Sick-Test-2026!"


@pytest.mark.parametrize("generated", [False, True])
async def test_it_is_entered_twice_or_generated(harness: DashboardHarness, generated: bool) -> None:
    await harness.sensors(DeviceSpec(name="gate-1", version="2.3.0.0R", serial="1001"))
    credentials = Credentials(given=None, keyring=keyring_store(Working()))
    credentials.remember("gate-1", "Service", OLD)
    harness.context.credentials = credentials
    async with harness.dashboard() as (pilot, _):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await pilot.press("W")
        await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm))
        if generated:
            await pilot.press("tab", "tab", "space", "enter")
        else:
            for text in (NEW, "another"):
                box = pilot.app.focused
                assert isinstance(box, Input)
                box.value = text
                await pilot.press("enter")
            await until(pilot, lambda: "two passwords differ" in text_of(pilot))
            box = pilot.app.focused
            assert isinstance(box, Input)
            box.value = NEW
            await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Notice))
        assert "succeeded" in text_of(pilot)
    now = credentials.own_password("gate-1", "Service")
    assert now is not None
    assert (now == NEW) is not generated
    assert harness.fleet is not None
    assert harness.fleet.devices[0].auth.accepts(now)
