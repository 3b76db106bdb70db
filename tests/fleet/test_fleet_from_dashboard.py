"""Rollouts that are ordered in the dashboard: a real database, coordinator and workers, sensors over HTTP."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec import structs
from textual.pilot import Pilot

from sicktui.fleet.records import Inventory, PcDevice
from sicktui.fleet.tables.deliveries import Deliveries
from sicktui.model.clock import timestamp
from sicktui.model.device import Profile
from sicktui.model.settings import FleetSettings
from sicktui.tui.main.screen import MainScreen
from tests.fleet.postgres import Postgres
from tests.fleet.site import PATIENCE, Site, as_login, opened, wait_until
from tests.support.dashboard import DashboardHarness, flat_of, notes_of, text_of, until
from tests.support.fleet_thread import sensor

pytestmark = [pytest.mark.starts_afresh, pytest.mark.timeout(400)]


@pytest.fixture
def site(tmp_path: Path, postgres: Postgres) -> Iterator[Site]:
    """Two halls; ``b1`` refuses the password of the plant."""
    halls = [[sensor("a0")], [sensor("b0"), sensor("b1", password="another")]]
    with opened(tmp_path, postgres, *halls) as made:
        yield made


def connect(harness: DashboardHarness, postgres: Postgres, *, pc: str, login: str = "operator") -> None:
    """The dashboard of a PC, as one login of the database."""
    fleet = FleetSettings(pc=pc, url=postgres.url(login))
    limits = structs.replace(harness.context.settings.limits, max_failures=3)
    harness.context.settings = structs.replace(harness.context.settings, fleet=fleet, limits=limits)


async def mark(pilot: Pilot[None], main: MainScreen, *devices: str) -> None:
    for device in devices:
        await until(pilot, lambda: device in text_of(pilot), seconds=PATIENCE)  # noqa: B023
        main.renderer.devices.select(device)
        await until(pilot, lambda: main.dashboard.selected == device)  # noqa: B023
        await pilot.press("space")
    await until(pilot, lambda: main.dashboard.marks == set(devices))


async def to_plan(pilot: Pilot[None], plan: str) -> None:
    """Choose the first package of the list."""
    await pilot.press("u")
    await until(pilot, lambda: "Which package?" in text_of(pilot))
    await until(pilot, lambda: "SHA-256" in text_of(pilot) and "not on this PC" in text_of(pilot))
    await pilot.press("enter")
    await until(pilot, lambda: plan in text_of(pilot), seconds=PATIENCE)


async def confirm(pilot: Pilot[None]) -> None:
    await pilot.press("u")
    await until(pilot, lambda: "Order the rollout?" in text_of(pilot))
    await pilot.press("y")


async def test_what_is_ordered_by_key_is_done_on_every_pc_and_flashes_once(
    site: Site, harness: DashboardHarness
) -> None:
    site.start(site.pcs[0], "coordinator")
    for pc in site.pcs:
        site.start(pc, "worker")
    wait_until(lambda: site.row("SELECT count(*) FROM fleet.pc") == len(site.pcs), "the PCs")
    connect(harness, site.postgres, pc="hall-1")
    harness.profiles(Profile(name="a0", address=site.devices["a0"].address))
    async with harness.dashboard() as (pilot, main):
        await mark(pilot, main, "a0", "hall-2/b0", "hall-2/b1")
        await to_plan(pilot, "Plan update 3 on 2 PCs")
        await pilot.press("b", "c")
        await until(pilot, lambda: "first 1 alone" in text_of(pilot) and "the canaries" in text_of(pilot))
        await confirm(pilot)
        await until(pilot, lambda: "ordered for 3 sensors on 2 PCs" in notes_of(pilot), seconds=PATIENCE)
        ends = ("Update R", "finished", "2 succeeded", "1 failed")
        await until(pilot, lambda: all(each in flat_of(pilot) for each in ends), seconds=60.0)
    updaters = {name: device.updater for name, device in site.devices.items()}
    done = {name: (updater.uploads, updater.flashes) for name, updater in updaters.items()}
    assert done == {"a0": (1, 1), "b0": (1, 1), "b1": (0, 0)}
    assert site.row("SELECT string_agg(act || ' ' || role, ',') FROM fleet.act") == "run operator"
    spec = site.row("SELECT spec FROM fleet.rollout")
    assert [item["device"] for item in spec["items"]] == ["hall-1/a0", "hall-2/b0", "hall-2/b1"]
    assert (spec["pace"]["canary"], spec["ask"]["backup"]) == (1, False)


def publish(office: Site, login: str, *devices: str) -> None:
    """Report as the worker of a PC does."""
    worker = as_login(office.postgres, login, Deliveries)
    now = timestamp(datetime.now(UTC))
    known = tuple(PcDevice(name=name, model="picoScan150", version="2.3.0.0R", seen=now) for name in devices)
    worker.publish(login, Inventory(devices=known))
    worker.engine.dispose()


async def to_plan_of(pilot: Pilot[None], main: MainScreen, sha256: str, plan: str) -> None:
    await mark(pilot, main, "hall-2/belt")
    await pilot.press("u")
    await until(pilot, lambda: "Which package?" in text_of(pilot))
    await until(pilot, lambda: pilot.app.focused is pilot.app.screen.query_one("#path"))
    pilot.app.focused.value = sha256  # type: ignore[union-attr]
    await pilot.press("enter")
    await until(pilot, lambda: plan in text_of(pilot), seconds=PATIENCE)


async def test_a_database_that_is_gone_at_the_order_takes_it_once_when_it_is_back(
    office: Site, harness: DashboardHarness
) -> None:
    """And nothing takes it up, as no coordinator runs."""
    publish(office, "hall-2", "belt")
    connect(harness, office.postgres, pc="")
    async with harness.dashboard() as (pilot, main):
        await to_plan_of(pilot, main, "ab" * 32, "Plan update 1 on 1 PC")
        await pilot.press("u")
        await until(pilot, lambda: "Order the rollout?" in text_of(pilot))
        office.postgres.stop()
        try:
            await pilot.press("y")
            await until(pilot, lambda: "was not ordered" in notes_of(pilot), seconds=PATIENCE)
            await until(pilot, lambda: "database does not do it" in flat_of(pilot), seconds=PATIENCE)
            await pilot.press("u")  # there is no plan that could be confirmed
            assert "Order the rollout?" not in text_of(pilot)
        finally:
            office.postgres.start()
        await until(pilot, lambda: "Plan update 1 on 1 PC" in text_of(pilot), seconds=PATIENCE)
        await confirm(pilot)
        await until(pilot, lambda: "ordered for 1 sensor on 1 PC" in notes_of(pilot), seconds=PATIENCE)
        assert office.row("SELECT count(*) FROM fleet.rollout") == 1
        missing = "No coordinator takes it up. Start 'sicktui fleet coordinator' on one PC of the fleet."
        await until(pilot, lambda: missing in flat_of(pilot), seconds=PATIENCE)


async def test_an_auditor_sees_the_plan_and_orders_nothing(office: Site, harness: DashboardHarness) -> None:
    publish(office, "hall-2", "belt")
    connect(harness, office.postgres, pc="", login="auditor")
    async with harness.dashboard() as (pilot, main):
        await to_plan_of(pilot, main, "ab" * 32, "Plan update 1 on 1 PC")
        await confirm(pilot)
        await until(pilot, lambda: "was not ordered" in notes_of(pilot), seconds=PATIENCE)
        assert "permission denied" in notes_of(pilot)
    assert office.row("SELECT count(*) FROM fleet.rollout") == 0
