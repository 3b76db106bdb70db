"""The search screen: it fills while it searches, marks, adds, follows, and says why nothing was found."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Any

import pytest
from msgspec import structs
from textual.pilot import Pilot
from textual.widgets import Input

from sicktui.engine.context import Context
from sicktui.engine.discovery.search import Progress, SearchRequest
from sicktui.model.device import Identity, Profile
from sicktui.model.errors import UsageError
from sicktui.model.network.subnet import Subnet
from sicktui.model.search.judgement import judge
from sicktui.model.search.records import (
    By,
    Found,
    Listed,
    NoSensor,
    Problem,
    Remark,
    RestAnswer,
    SearchState,
    Sighting,
)
from sicktui.model.settings import DiscoverySettings
from sicktui.simulator.spec import DeviceSpec
from sicktui.tui.appearance import Appearance
from sicktui.tui.commands.keymap import KeyMap
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.dialogs.form import CheckBox, ValuesForm
from sicktui.tui.drawing.columns import share
from sicktui.tui.drawing.spans import text_of as spans_text
from sicktui.tui.glyphs import ASCII
from sicktui.tui.rows.search import SEARCH_COLUMNS, means_of, progress_cell, rows_of
from sicktui.tui.screens.passwords.login import Login
from sicktui.tui.screens.sensors import search as search_screen
from sicktui.tui.screens.sensors.search import SearchScreen
from sicktui.tui.state.asked import SearchInput
from tests.discovery.kit import free_udp_port
from tests.support.dashboard import (
    DashboardHarness,
    flat_of,
    lines_of,
    main_of,
    notes_of,
    text_of,
    until,
    without_password,
)
from tests.support.ports import closed_port

ONE = DeviceSpec(name="one", serial="25420067", model="picoScan150", parameters={"LocationName": "gate-1"})
TWO = DeviceSpec(name="two", serial="25420068", model="picoScan120", parameters={"LocationName": ""})
SUBNET = Subnet(host="192.168.0.2", prefix=24)


@pytest.fixture(autouse=True)
def nowhere(harness: DashboardHarness) -> None:
    """Searches last a moment, and their datagrams reach no sensor of the network that the tests run in."""
    settings = DiscoverySettings(port=free_udp_port(), wait=0.4)
    harness.context.settings = structs.replace(harness.context.settings, discovery=settings)


def ports(harness: DashboardHarness) -> str:
    return " ".join(device.address.rpartition(":")[2] for device in harness.devices)


def is_over(pilot: Pilot[None]) -> bool:
    screen = pilot.app.screen
    return isinstance(screen, SearchScreen) and screen._progress is not None and screen._progress.done


async def sweep(pilot: Pilot[None], harness: DashboardHarness, **more: str) -> None:
    """From the main screen to the end of a sweep of this PC."""
    await pilot.press("+")
    await until(pilot, lambda: isinstance(pilot.app.screen, SearchScreen))
    await pilot.press("c")
    await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm))
    for name, text in ({"ranges": "127.0.0.1/32", "ports": ports(harness)} | more).items():
        pilot.app.screen.query_one(f"#{name}", Input).value = text
    pilot.app.screen.query_one("#quiet", CheckBox).value = True
    await pilot.press("enter")
    await until(pilot, lambda: is_over(pilot))


def found(number: int = 1, **more: Any) -> Found:
    fields: dict[str, Any] = {
        "address": f"192.168.{number // 250}.{number % 250 + 1}",
        "by": By.BROADCAST,
        "mac": f"00:06:77:00:{number // 256:02x}:{number % 256:02x}",
        "serial": f"{25_000_000 + number}",
        "model": "picoScan150",
        "version": "2.3.0.0R",
        "confirmed": True,
    }
    return Found(**fields | more)


def progress(*sensors: Found, done: bool = True, **more: Any) -> Progress:
    fields: dict[str, Any] = {"subnets": (SUBNET,), "seconds": 1.0, "done": done}
    seen = SearchState(**fields | more)
    return Progress(found=sensors, seen=seen, wait=5.0)


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[SearchRequest]]:
    """Searches that report what a test says; the answer collects what was asked for."""

    def replace(*reports: Progress, then: Callable[[], object] | None = None) -> list[SearchRequest]:
        asked: list[SearchRequest] = []

        async def search(
            _: Context, request: SearchRequest, **_more: object
        ) -> AsyncGenerator[Progress, None]:
            asked.append(request)
            try:
                for report in reports:
                    await asyncio.sleep(0)
                    yield report
                while not reports or not reports[-1].done:
                    await asyncio.sleep(0.01)
            finally:
                if then is not None:
                    then()

        monkeypatch.setattr(search_screen, "search", search)
        return asked

    return replace


async def edited(pilot: Pilot[None], *, told: str, title: str, **texts: str) -> None:
    """Enter the name or the address of the selected sensor, and leave the form if that is refused."""
    await pilot.press("e")
    await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm) and title in flat_of(pilot))
    for name, text in texts.items():
        pilot.app.screen.query_one(f"#{name}", Input).value = text
    await pilot.press("enter")
    if told:
        await until(pilot, lambda: told in flat_of(pilot))
        await pilot.press("escape")
    await until(pilot, lambda: isinstance(pilot.app.screen, SearchScreen))


async def test_from_the_empty_list_to_added_sensors_with_one_key_a_step(harness: DashboardHarness) -> None:
    await harness.start(ONE, TWO)
    without_password(harness)
    async with harness.dashboard((120, 36)) as (pilot, main):
        await until(pilot, lambda: "search the network" in text_of(pilot))
        await sweep(pilot, harness)
        assert "Found 2 sensors, 2 new" in flat_of(pilot)
        assert "gate-1" in text_of(pilot)
        assert "25420068" in text_of(pilot)
        await pilot.press("a")
        await until(pilot, lambda: "2 marked" in flat_of(pilot))
        suggested = {"25420067": "gate-1", "25420068": "picoScan120-25420068"}
        first, second = sorted(harness.devices, key=lambda device: int(device.address.rpartition(":")[2]))
        title = f"{suggested[first.serial]} in the list"
        await edited(pilot, name="all", told="already means something else", title=title)
        await edited(pilot, name="dock 7", told="", title=title)
        await until(pilot, lambda: "name in the list: dock 7" in flat_of(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm))
        await until(pilot, lambda: suggested[second.serial] in text_of(pilot))
        assert "dock 7" in text_of(pilot)
        pilot.app.screen.query_one("#tags", Input).value = "hall 3!"
        await pilot.press("enter")
        await until(pilot, lambda: "not a valid tag" in flat_of(pilot))
        assert not harness.context.devices().profiles
        pilot.app.screen.query_one("#tags", Input).value = "hall-3, north"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Login))
        assert "store it once for @hall-3" in flat_of(pilot)
        pilot.app.screen.query_one("#password", Input).value = "servicelevel"
        pilot.app.screen.query_one("#shared", CheckBox).value = True
        await pilot.press("enter")
        await until(pilot, lambda: "Added 2 devices: " in flat_of(pilot))
        assert text_of(pilot).count("added as") == 2
        assert "marked" not in text_of(pilot)
        await pilot.press("q")
        await until(pilot, lambda: pilot.app.screen is main and "2 online" in text_of(pilot))
    profiles = harness.context.devices().profiles
    assert {name: (p.serial, p.tags, p.model) for name, p in profiles.items()} == {
        "dock 7": (first.serial, ("hall-3", "north"), first.spec.model),
        suggested[second.serial]: (second.serial, ("hall-3", "north"), second.spec.model),
    }
    assert "The password of @hall-3" in notes_of(pilot)
    assert not any(r.method == "POST" and "Write" in r.endpoint for d in harness.devices for r in d.requests)


async def test_the_password_can_be_skipped_and_one_row_be_added(harness: DashboardHarness) -> None:
    await harness.start(ONE, TWO)
    without_password(harness)
    async with harness.dashboard((80, 24)) as (pilot, _):
        await sweep(pilot, harness)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Login))
        await pilot.press("escape")
        await until(pilot, lambda: "Added 1 device" in flat_of(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "cannot be added: added as" in notes_of(pilot))
        assert len(harness.context.devices().profiles) == 1
        await pilot.press("r")
        await until(pilot, lambda: is_over(pilot) and "in the list as" in flat_of(pilot))


async def test_a_moved_sensor_is_followed_after_a_question(harness: DashboardHarness) -> None:
    fleet = await harness.start(ONE)
    [gate] = fleet.devices
    harness.profiles(Profile(name="gate", address="127.0.0.1:9", serial="25420067"))
    async with harness.dashboard((80, 24)) as (pilot, _):
        await sweep(pilot, harness)
        assert "moved: gate" in text_of(pilot)
        assert "Press f to change the list." in flat_of(pilot)
        await pilot.press("space")
        await until(pilot, lambda: "cannot be added: moved" in notes_of(pilot))
        await pilot.press("f")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        assert f"127.0.0.1:9 → {gate.address}" in flat_of(pilot)
        await pilot.press("n")
        await until(pilot, lambda: isinstance(pilot.app.screen, SearchScreen))
        assert harness.context.devices().profiles["gate"].address == "127.0.0.1:9"
        by_name = gate.address.replace("127.0.0.1", "localhost")
        await edited(pilot, address="banana:x", told="invalid address", title="gate in the list")
        await edited(pilot, address=by_name, told="", title="gate in the list")
        await pilot.press("f")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm) and by_name in flat_of(pilot))
        await pilot.press("y")
        await until(pilot, lambda: "Changed 1 address: gate." in flat_of(pilot))
    assert harness.context.devices().profiles["gate"].address == by_name


async def test_another_sensor_at_an_address_of_the_list_is_not_added(harness: DashboardHarness) -> None:
    fleet = await harness.start(ONE)
    harness.profiles(Profile(name="dock", address=fleet.devices[0].address, serial="99"))
    async with harness.dashboard((80, 24)) as (pilot, _):
        await sweep(pilot, harness)
        assert "other sensor at dock" in text_of(pilot), text_of(pilot)
        assert "The list has dock with serial number 99" in flat_of(pilot)
        await pilot.press("a", "enter")
        await until(pilot, lambda: "cannot be added: other sensor" in notes_of(pilot))
    assert list(harness.context.devices().profiles) == ["dock"]


def test_the_advice_names_keys_and_no_options_of_a_command() -> None:
    one, two = (
        Sighting(by=By.BROADCAST, host="192.168.0.7", mac=f"00:06:77:00:00:0{n}", interface="192.168.0.2")
        for n in (1, 2)
    )
    answer = RestAnswer(address="192.168.0.9", host="192.168.0.9", identity=Identity(name="x", version=""))
    moved = RestAnswer(
        address="192.168.0.8", host="192.168.0.8", identity=Identity(name="x", version="", serial="7")
    )
    away = structs.replace(one, host="10.0.0.1", mac="00:06:77:00:00:03")
    closed = structs.replace(one, host="192.168.0.5", mac="00:06:77:00:00:04")
    refusal = RestAnswer(address="192.168.0.5", host="192.168.0.5", refusal=NoSensor.CLOSED)
    seen = SearchState(
        sightings=(one, two, away, closed),
        answers=(answer, moved),
        refusals={"192.168.0.5": refusal},
        subnets=(SUBNET,),
    )
    gate = Listed(name="gate", address="192.168.0.6", host="192.168.0.6", serial="7")
    states = {each.address: each for each in judge(seen, [gate], means_of(KeyMap({"commission": "f9"}), "f"))}
    advice = {address: each.advice for address, each in states.items()}
    assert "Esc, then f9" in advice["192.168.0.7"]
    assert "Esc, then f9" in advice["10.0.0.1"]
    assert "Esc, then n" in advice["192.168.0.9"]
    assert "Press f" in advice["192.168.0.8"]
    assert "press c" in advice["192.168.0.5"]
    assert not [text for text in advice.values() if "--" in text or "sicktui" in text]


async def test_an_empty_result_has_its_reasons_and_what_to_press(harness: DashboardHarness) -> None:
    async with harness.dashboard((60, 18)) as (pilot, _):
        await sweep(pilot, harness, ports=str(closed_port()))
        await until(pilot, lambda: "No sensor was found." in text_of(pilot))
        await until(pilot, lambda: "Nothing in the range answers as a sensor." in flat_of(pilot))
        assert "press c to name other TCP ports" in flat_of(pilot)
        assert "--" not in text_of(pilot), "no options of a command"


async def test_what_was_entered_is_checked_and_remembered(
    harness: DashboardHarness, scripted: Callable[..., list[SearchRequest]]
) -> None:
    asked = scripted(progress())
    async with harness.dashboard((80, 24)) as (pilot, main):
        await pilot.press("+")
        await until(pilot, lambda: is_over(pilot))
        assert asked[0] == SearchRequest(), "broadcast and the neighbour table, at once"
        await pilot.press("c")
        await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm))
        for name, text, told in (
            ("ranges", "banana", "'banana' is not an IPv4 range"),
            ("ranges", "10.0.0.0/8", "takes days"),
            ("ranges", "[bold]x", "'[bold]x' is not an IPv4 range"),
            ("ranges", "192.0.2.9:8080", "Name an address with a port as 'Ask also'"),
            ("ports", "eighty", "'eighty' has no valid port"),
            ("ports", "0", "no valid port"),
            ("ports", "9" * 5000, "A port is a number"),
            ("targets", "gate.example", "not an IPv4 address"),
            ("wait", "nan", "cannot be waited for"),
            ("wait", "1e9", "cannot be waited for"),
        ):
            box = pilot.app.screen.query_one(f"#{name}", Input)
            box.value = text
            await pilot.press("enter")
            await until(pilot, lambda told=told: told in flat_of(pilot))  # type: ignore[misc]
            box.value = ""
        pilot.app.screen.query_one("#ranges", Input).value = "10.1.0.0/24 10.2.0.7"
        pilot.app.screen.query_one("#ranges", Input).focus()
        await pilot.press("down")
        assert (pilot.app.focused and pilot.app.focused.id) == "ports", "arrows move like tab"
        await pilot.press("up")
        assert (pilot.app.focused and pilot.app.focused.id) == "ranges"
        pilot.app.screen.query_one("#ports", Input).value = "80, 8080"
        pilot.app.screen.query_one("#wait", Input).value = "2.5"
        await pilot.press("enter")
        await until(pilot, lambda: len(asked) == 2 and is_over(pilot))
        assert asked[1].swept([80]) == 255
        assert (asked[1].ports, asked[1].wait, asked[1].broadcast) == ((80, 8080), 2.5, True)
        await pilot.press("q")
        await until(pilot, lambda: pilot.app.screen is main)
        await pilot.press("+")
        await until(pilot, lambda: len(asked) == 3 and is_over(pilot))
        assert asked[2] == asked[1]
        await pilot.press("c")
        await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm))
        assert pilot.app.screen.query_one("#ranges", Input).value == "10.1.0.0/24 10.2.0.7"


async def test_a_large_range_is_asked_about_and_not_repeated_by_itself(
    harness: DashboardHarness, scripted: Callable[..., list[SearchRequest]]
) -> None:
    asked = scripted(progress())
    async with harness.dashboard((80, 24)) as (pilot, main):
        await pilot.press("+")
        await until(pilot, lambda: is_over(pilot))
        await pilot.press("c")
        await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm))
        pilot.app.screen.query_one("#ranges", Input).value = "10.1.0.0/16"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        assert "Ask 65534 addresses?" in flat_of(pilot) or "Ask 65536 addresses?" in flat_of(pilot)
        await pilot.press("n")
        await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm))
        assert pilot.app.screen.query_one("#ranges", Input).value == "10.1.0.0/16"
        assert len(asked) == 1
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: len(asked) == 2 and is_over(pilot))
        assert asked[1].networks
        await pilot.press("q")
        await until(pilot, lambda: pilot.app.screen is main)
        await pilot.press("+")
        await until(pilot, lambda: len(asked) == 3 and is_over(pilot))
        assert not asked[2].networks, "a yes counts for one search"


async def test_it_fills_while_it_searches_and_esc_closes_the_search(
    harness: DashboardHarness, scripted: Callable[..., list[SearchRequest]]
) -> None:
    closed: list[bool] = []
    running = progress(found(1), done=False, total=254, probed=127, seconds=10.0)
    asked = scripted(running, then=lambda: closed.append(True))
    async with harness.dashboard((80, 24)) as (pilot, main):
        await pilot.press("+")
        await until(pilot, lambda: "10 s left, 127 of 254 addresses asked, 1 found" in flat_of(pilot))
        await pilot.press("space")
        await until(pilot, lambda: "1 marked" in flat_of(pilot))
        await pilot.press("r")
        await until(pilot, lambda: len(asked) == 2 and closed == [True])
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is main and closed == [True, True])


def searching() -> set[str]:
    """The tasks of searches."""
    names = {getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks()}
    return {name for name in names if name.startswith(("Search.", "SearchScreen.", "collect"))}


async def test_esc_leaves_nothing_of_a_real_search_behind(harness: DashboardHarness) -> None:
    await harness.start(ONE)
    async with harness.dashboard((80, 24)) as (pilot, main):
        main.dashboard.searched = SearchInput(
            ranges="127.0.0.1/32",
            ports=ports(harness),
            targets=f"127.0.0.1:{free_udp_port()}",
            wait="300",
            quiet=True,
        )
        await pilot.press("+")
        await until(pilot, lambda: "1 found" in flat_of(pilot) and " left" in flat_of(pilot))
        assert searching()
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is main and not searching())


async def test_an_unconfirmed_sensor_is_neither_marked_nor_added(
    harness: DashboardHarness, scripted: Callable[..., list[SearchRequest]]
) -> None:
    scripted(progress(found(1, confirmed=False), found(2, problem=Problem.ADDRESS_CONFLICT, message="Two.")))
    async with harness.dashboard((80, 24)) as (pilot, _):
        await pilot.press("+")
        await until(pilot, lambda: is_over(pilot))
        await pilot.press("a", ">", "space", "enter")
        await until(pilot, lambda: "not confirmed by its own REST API" in notes_of(pilot))
        assert isinstance(pilot.app.screen, SearchScreen)
        assert "marked" not in text_of(pilot)
    assert not harness.context.devices().profiles


async def test_what_is_found_out_while_the_operator_is_asked_counts(
    harness: DashboardHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asyncio.Event()

    async def search(*_: object, **_more: object) -> AsyncGenerator[Progress, None]:
        yield progress(found(1), found(2), done=False)
        await asked.wait()
        yield progress(found(1), found(2, problem=Problem.ADDRESS_CONFLICT, message="Two sensors."))

    monkeypatch.setattr(search_screen, "search", search)
    async with harness.dashboard((80, 24)) as (pilot, _):
        await pilot.press("+")
        await until(pilot, lambda: "2 found" in flat_of(pilot))
        screen = pilot.app.screen
        assert isinstance(screen, SearchScreen)
        await pilot.press("a", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm))
        asked.set()
        await until(pilot, lambda: screen._progress is not None and screen._progress.done)
        await pilot.press("enter")
        await until(pilot, lambda: "Added 1 device" in flat_of(pilot))
        assert "192.168.0.3 was not added: conflict." in flat_of(pilot)
    assert [profile.serial for profile in harness.context.devices().profiles.values()] == ["25000001"]


async def test_what_is_added_meanwhile_elsewhere_is_named(
    harness: DashboardHarness, scripted: Callable[..., list[SearchRequest]]
) -> None:
    scripted(progress(found(1), found(2)))
    async with harness.dashboard((80, 24)) as (pilot, _):
        await pilot.press("+")
        await until(pilot, lambda: is_over(pilot))
        await pilot.press("a", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm))
        harness.profiles(Profile(name="theirs", address="10.0.0.1", serial="25000001"))
        await pilot.press("enter")
        await until(pilot, lambda: "Added 1 device" in flat_of(pilot))
        assert "192.168.0.2 was not added: in the list already." in flat_of(pilot)


async def test_a_list_that_cannot_be_read_is_named(
    harness: DashboardHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sicktui.tui.main.screen.LIST_EVERY", 3600.0)  # The main screen would say so itself.
    async with harness.dashboard((80, 24)) as (pilot, _):
        harness.context.home.create()
        harness.context.home.devices_file.write_text("what = [", encoding="utf-8")
        await pilot.press("+")
        await until(pilot, lambda: isinstance(pilot.app.screen, SearchScreen))
        # The path of the folder may have any length: its end may be wrapped.
        await until(pilot, lambda: "devices.toml" in flat_of(pilot).replace(" ", ""))
        harness.context.home.devices_file.write_text("", encoding="utf-8")
        await pilot.press("r")  # the main screen may have named it meanwhile, in a dialog above
        await until(pilot, lambda: isinstance(pilot.app.screen, SearchScreen))
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is main_of(pilot))


HOSTILE = "[bold red]x[/]\x1b[31m\x9b2J\u202eevil\n\tname\x00" + "W" * 500


@pytest.mark.parametrize("size", [(80, 24), (60, 18), (120, 36)])
async def test_texts_of_sensors_are_data(
    harness: DashboardHarness, scripted: Callable[..., list[SearchRequest]], size: tuple[int, int]
) -> None:
    hostile = dict.fromkeys(("name", "model", "version", "order_number", "serial"), HOSTILE)
    remark = Remark(code="odd", message=HOSTILE, advice=HOSTILE)
    sensors = (
        found(1, **hostile),
        found(2, **hostile, device=HOSTILE, problem=Problem.MOVED, message=HOSTILE, advice=HOSTILE),
        found(3, **hostile, instead_of=HOSTILE, problem=Problem.OTHER_SENSOR, message=HOSTILE),
    )
    scripted(progress(*sensors, remarks=(remark,)))
    async with harness.dashboard(size) as (pilot, _):
        await pilot.press("+")
        await until(pilot, lambda: is_over(pilot))
        for key in ("j", "j", "k", "space", "f"):
            await pilot.press(key)
            shown = text_of(pilot)
            assert not any(bad in shown for bad in ("\x1b", "\x9b", "\u202e", "\x00", "\t"))
            assert all(len(line) <= size[0] for line in lines_of(pilot))
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("n")
        await until(pilot, lambda: isinstance(pilot.app.screen, SearchScreen))
        await pilot.press("<", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm))
        assert "[bold red]x" in flat_of(pilot)


@pytest.mark.parametrize("size", [(80, 24), (60, 18)])
async def test_small_and_plain_terminals(
    harness: DashboardHarness, scripted: Callable[..., list[SearchRequest]], size: tuple[int, int]
) -> None:
    scripted(
        progress(
            found(1, name="north gate"),
            found(2, hidden=True),
            found(3, device="dock", problem=Problem.MOVED, message="dock is at another place."),
            found(4, problem=Problem.NO_REST_API, confirmed=False, message="Closed.", advice="Wait."),
            found(5, device="gate-5"),
        )
    )
    async with harness.dashboard(size, Appearance(glyphs=ASCII)) as (pilot, _):
        await pilot.press("+")
        await until(pilot, lambda: is_over(pilot))
        await pilot.press("space")
        shown = text_of(pilot)
        assert shown.isascii(), [char for char in shown if not char.isascii()]
        for words in ("* new", "* new, hidden", "! moved: dock", "no REST API", "in the list as gate"):
            assert words in shown, shown
        for key in ("enter add", "space mark", "a all new", "f follow moved", "c ranges", "r search again"):
            assert key in " ".join(shown.split()), key
        assert "1 marked" in shown


async def test_two_hundred_rows_keep_their_order_and_the_cursor(
    harness: DashboardHarness, scripted: Callable[..., list[SearchRequest]]
) -> None:
    many = [found(n, device=f"known-{n}" if n % 2 else None) for n in range(200)]
    scripted(progress(*many[100:], done=False), progress(*reversed(many)))
    async with harness.dashboard((80, 24)) as (pilot, _):
        await pilot.press("+")
        await until(pilot, lambda: is_over(pilot))
        screen = pilot.app.screen
        assert isinstance(screen, SearchScreen)
        keys = [row.key for row in screen.table.rows]
        assert keys == [each.key for each in many if each.is_new] + [e.key for e in many if not e.is_new]
        await pilot.press("a")
        await until(pilot, lambda: "100 marked" in flat_of(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm))
        assert "Add 100 sensors" in text_of(pilot)
        assert "and 91 more" in text_of(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "Added 100 devices" in flat_of(pilot))
    assert len(harness.context.devices().profiles) == 100


def test_rows_change_places_only_with_their_state() -> None:
    sensors = [found(9), found(2), found(5, confirmed=False), found(1, device="gate")]
    for order in (sensors, sensors[::-1]):
        assert [row.found.address for row in rows_of(order, frozenset(), {})] == [
            "192.168.0.3",
            "192.168.0.10",
            "192.168.0.6",
            "192.168.0.2",
        ]
    marked = rows_of(sensors, frozenset(each.key for each in sensors), {sensors[0].key: "added as x"})
    assert [row.marked for row in marked] == [True, False, False, False], "only what can be added is marked"


@pytest.mark.parametrize("width", [20, 40, 58, 78, 118])
def test_the_state_and_the_address_are_always_in_sight(width: int) -> None:
    row = rows_of([found(1, name="gate")], frozenset(), {})[0]
    contents = [len(spans_text(c.cell(row, ASCII, c.most))) for c in SEARCH_COLUMNS]
    shown = {
        c.id for c, size in zip(SEARCH_COLUMNS, share(SEARCH_COLUMNS, contents, width), strict=True) if size
    }
    assert "address" in shown
    assert ("state" in shown) == (width >= 24)


@pytest.mark.parametrize(
    ("report", "words"),
    [
        (progress(done=False), "Searching: 4 s left, 0 found"),
        (progress(done=False, seconds=6.0), "Searching: finishing, 0 found"),
        (progress(done=False, total=254, probed=0), "Searching: 4 s left, 0 of 254 addresses asked, 0 found"),
        (
            progress(done=False, total=60_000, probed=1000, seconds=10.0),
            "Searching: 9 min 50 s left, 1000 of 60000 addresses asked, 0 found",
        ),
        (progress(found(1), probed=3), "Found 1 sensor, 1 new, 0 moved, 3 addresses asked"),
    ],
)
def test_how_far_it_is(report: Progress, words: str) -> None:
    assert spans_text(progress_cell(report, 0)) == words


@pytest.mark.parametrize(
    ("asked", "large"),
    [
        (SearchInput(), False),
        (SearchInput(ranges="10.0.0.0/17"), False),
        (SearchInput(ranges="10.0.0.0/16"), True),
        (SearchInput(ranges="10.0.0.0/17 10.0.128.0/17"), True),
        (SearchInput(ranges="10.0.0.0/17", ports="80 8080 443"), True),
    ],
)
def test_every_port_of_a_range_counts(asked: SearchInput, *, large: bool) -> None:
    assert asked.request().is_large is large
    assert not asked.without_ranges.request().is_large


def test_ports_that_are_no_numbers_are_named() -> None:
    with pytest.raises(UsageError, match="has no valid port"):
        SearchInput(ports="\u0661").request()
    assert SearchInput(ports="443, 80-82 81").request().ports == (443, 80, 81, 82)
    for odd in ("90-80", "80-", "-80", "80-90-100", "1-257", "0-5"):
        with pytest.raises(UsageError, match="port"):
            SearchInput(ports=odd).request()
