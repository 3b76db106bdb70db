"""Offers in the dashboard: the badge, the screen, a fetch, and what an offer would change."""

from pathlib import Path

import pytest
from msgspec import structs
from textual.pilot import Pilot

from sicktui.model.device import Identity
from sicktui.model.firmware.offer import Offer, OfferState
from sicktui.model.settings import DashboardSettings, SourceSettings
from sicktui.simulator import DeviceSpec
from sicktui.simulator.device.files.package import make_package
from sicktui.sources.opening import account
from sicktui.tui.rows.offers import ListedSensor, fleet_effect, offer_rows, waiting
from sicktui.tui.screens.update.offers import OffersScreen
from tests.support.dashboard import DashboardHarness, flat_of, notes_of, text_of, type_in, until


def offer(device: str | None, version: str | None, state: OfferState, **fields: str) -> Offer:
    return structs.replace(Offer(source="plant", device=device, version=version, state=state), **fields)


def listed(device: str, version: str, model: str = "picoScan150") -> ListedSensor:
    identity = Identity(name=model, version=version, serial=device, device_type=model)
    return ListedSensor(device=device, identity=identity)


FLEET = [
    *(listed(f"gate-{number}", "2.3.1.0R") for number in range(4)),
    *(listed(f"gate-{number}", "2.3.3.0R") for number in (4, 5)),
    listed("other", "1.0.0.0R", "multiScan100"),
]


def test_offers_of_one_version_are_one_row_with_what_they_would_change() -> None:
    offers = [
        *(offer(f"gate-{number}", "2.3.3", OfferState.OFFERED) for number in range(4)),
        *(offer(f"gate-{number}", "2.3.3", OfferState.CURRENT) for number in (4, 5)),
        offer("other", None, OfferState.UNAVAILABLE, message="No answer."),
    ]
    rows = offer_rows(offers)
    assert [(row.first.state, len(row.offers)) for row in rows] == [
        (OfferState.OFFERED, 4),
        (OfferState.CURRENT, 2),
        (OfferState.UNAVAILABLE, 1),
    ]
    assert fleet_effect(rows[0], FLEET) == ["4 of 6 picoScan150 would go 2.3.1.0R -> 2.3.3"]
    assert fleet_effect(rows[1], FLEET) == []


def test_a_package_of_a_folder_counts_the_sensors_that_its_name_fits() -> None:
    [row] = offer_rows([offer(None, "2.3.3.0R", OfferState.OFFERED, name="picoScan150_2.3.3.0R.spk.signed")])
    assert fleet_effect(row, FLEET) == ["4 of 6 picoScan150 would go 2.3.1.0R -> 2.3.3.0R"]


def test_what_waits_is_counted_once_until_it_is_approved() -> None:
    offers = [
        offer("a", "2.3.3", OfferState.OFFERED),
        offer("b", "2.3.3", OfferState.OFFERED),
        offer("c", "2.3.3", OfferState.FETCHED, package="f" * 64),
        offer("d", "2.3.0", OfferState.CURRENT),
    ]
    assert waiting(offers, set()) == 2
    assert waiting(offers, {"f" * 64}) == 1


@pytest.fixture
async def share(harness: DashboardHarness, tmp_path: Path) -> Path:
    folder = tmp_path / "share"
    folder.mkdir()
    make_package(folder / "picoScan150_2.9.0.0R.spk.signed", "picoScan", "2.9.0.0R", size=9000, signed=True)
    settings = harness.context.settings
    harness.context.settings = structs.replace(
        settings,
        sources={"share": SourceSettings(kind="folder", path=str(folder))},
        dashboard=DashboardSettings(check_interval=0.5),
    )
    await harness.sensors(DeviceSpec(name="gate-1"))
    return folder


async def look(pilot: Pilot[None]) -> None:
    await pilot.press("N")
    await until(pilot, lambda: isinstance(pilot.app.screen, OffersScreen))


async def test_an_offer_is_a_badge_and_is_fetched_but_not_approved(
    harness: DashboardHarness, share: Path
) -> None:
    shelf = harness.context.shelf
    async with harness.dashboard((100, 30)) as (pilot, _):
        await until(pilot, lambda: "1 offer waits" in text_of(pilot))
        await look(pilot)
        await until(pilot, lambda: "2.9.0.0R" in text_of(pilot) and "new" in text_of(pilot))
        await until(pilot, lambda: "would go" in flat_of(pilot))
        await pilot.press("f")
        await until(pilot, lambda: len(shelf.entries()) == 1)
        await until(pilot, lambda: "on the shelf" in text_of(pilot) and "not approved yet" in notes_of(pilot))
        [entry] = shelf.entries()
        assert (entry.source, entry.approved) == ("share", False)
        await pilot.press("f")
        await until(pilot, lambda: "already" in notes_of(pilot))
        await pilot.press("q")
        await until(pilot, lambda: "1 offer waits" in text_of(pilot))
        shelf.approve(entry.sha256)
        await look(pilot)
        await pilot.press("q")
        await until(pilot, lambda: "offer waits" not in text_of(pilot))


async def test_a_source_in_trouble_is_shown_with_its_remedy(harness: DashboardHarness, share: Path) -> None:
    share.rename(share.with_name("away"))
    async with harness.dashboard((100, 30)) as (pilot, _):
        await look(pilot)
        await pilot.press("c")
        await until(pilot, lambda: "it is not there" in flat_of(pilot))
        assert "Check that the share is connected" in flat_of(pilot)


async def test_the_key_of_a_server_is_stored_and_forgotten(harness: DashboardHarness) -> None:
    thinx = SourceSettings(kind="thinx", url="https://127.0.0.1:9", owner="a" * 64, devices=("all",))
    harness.context.settings = structs.replace(harness.context.settings, sources={"plant": thinx})
    credentials = harness.context.credentials
    async with harness.dashboard((80, 24)) as (pilot, _):
        await look(pilot)
        await pilot.press("l")
        await until(pilot, lambda: "API key of plant" in text_of(pilot))
        await type_in(pilot, "short")
        await pilot.press("enter")
        await until(pilot, lambda: "64 hex digits" in flat_of(pilot) and "not an API key" in flat_of(pilot))
        await type_in(pilot, "b" * 64)
        await pilot.press("enter")
        await until(pilot, lambda: credentials.secret(account("plant")) == "b" * 64)
        assert "b" * 64 not in text_of(pilot) + notes_of(pilot)
        await pilot.press("l")
        await until(pilot, lambda: "API key of plant" in text_of(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: credentials.secret(account("plant")) is None)


async def test_without_sources_the_screen_names_the_way_to_one(harness: DashboardHarness) -> None:
    async with harness.dashboard((80, 24)) as (pilot, _):
        await look(pilot)
        await until(pilot, lambda: "No source is set up" in text_of(pilot))
