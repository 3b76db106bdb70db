"""The dashboard listens for messages: what waited is shown at its start, and so is a broker in trouble."""

from functools import partial
from pathlib import Path

import pytest
from msgspec import structs

from sicktui.engine.offers import watch as watching
from sicktui.engine.offers.check import check
from sicktui.engine.offers.session import OfferSession
from sicktui.model.settings import SourceSettings
from sicktui.simulator import DeviceSpec
from sicktui.sources.thinx.mqtt import connection, trouble
from sicktui.stores.secrets.store import SOURCE_VARIABLE
from sicktui.tui.screens.update.plan import PlanScreen
from tests.sources.fake_broker import FakeBroker, publish
from tests.sources.site import add_build
from tests.sources.test_watch import Heard
from tests.support.dashboard import DashboardHarness, flat_of, harness, text_of, until
from tests.thinx_server.application import Application
from tests.thinx_server.server import Server

__all__ = ["harness"]


@pytest.fixture
async def udid(
    harness: DashboardHarness,
    server: Server,
    application: Application,
    fake: FakeBroker,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    """A sensor that has checked in, with a source that is asked at no interval; returns its id."""
    monkeypatch.setenv(SOURCE_VARIABLE, application.account.key)
    monkeypatch.setattr(watching, "watch", partial(watching.watch, least_pause=0.1))
    source = SourceSettings(
        kind="thinx",
        url=server.url,
        mqtt_url=f"mqtt://127.0.0.1:{fake.port}",
        owner=application.account.owner,
        devices=("all",),
    )
    context = harness.context
    await harness.sensors(DeviceSpec(name="gate-1"))
    context.settings = structs.replace(
        context.settings, sources={"plant": structs.replace(source, mqtt_url="")}
    )
    await check(OfferSession(context, application.account.key, [], []), Heard())
    context.settings = structs.replace(context.settings, sources={"plant": source})
    [device] = application.devices.all()
    return device.udid


async def test_a_message_that_waited_is_shown_at_the_start_and_makes_it_check(
    harness: DashboardHarness, application: Application, fake: FakeBroker, udid: str, tmp_path: Path
) -> None:
    add_build(application, tmp_path)
    fake.answers = [publish(application.account.owner, udid, retained=True), b""]
    async with harness.dashboard((120, 30)) as (pilot, _):
        await until(pilot, lambda: "A message about new firmware was waiting" in flat_of(pilot))
        await until(pilot, lambda: "1 offer waits" in text_of(pilot))
    assert len(application.record.check_ins) == 2
    assert harness.context.shelf.entries() == []


async def test_the_end_of_an_update_ends_its_offer(
    harness: DashboardHarness, application: Application, udid: str, tmp_path: Path
) -> None:
    key, context = application.account.key, harness.context
    package = add_build(application, tmp_path)
    await check(OfferSession(context, key, [], []), Heard())
    context.shelf.add(package)
    async with harness.dashboard((120, 30)) as (pilot, main):
        await until(pilot, lambda: "1 offer waits" in text_of(pilot))
        await pilot.press("u")
        await until(pilot, lambda: "Which package?" in text_of(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, PlanScreen) and "update 1" in text_of(pilot))
        await pilot.press("b", "u", "y")
        await until(pilot, lambda: main.dashboard.runs and not main.dashboard.live_runs)
        await until(pilot, lambda: "offer waits" not in text_of(pilot))
    [device] = application.devices.all()
    assert (device.udid, device.version) == (udid, "2.4.0")
    assert device.statuses[-1].startswith("updated to 2.4.0")


async def test_a_broker_in_trouble_is_a_badge_and_a_line_until_it_answers(
    harness: DashboardHarness, fake: FakeBroker, udid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trouble, "REFUSALS", 1)
    monkeypatch.setattr(connection, "LONGEST_PAUSE", 1.0)
    fake.code = 5
    async with harness.dashboard((120, 30)) as (pilot, _):
        await until(pilot, lambda: "MQTT not heard" in text_of(pilot))
        await until(pilot, lambda: "plant: The broker refuses gate-1" in flat_of(pilot))
        await pilot.press("N")
        await until(pilot, lambda: "The broker refuses gate-1" in flat_of(pilot))
        await pilot.press("q")
        fake.code = 0
        await until(pilot, lambda: "plant: The broker answers again" in flat_of(pilot))
        await until(pilot, lambda: "MQTT not heard" not in text_of(pilot))
    assert udid
