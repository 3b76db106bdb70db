"""What the dashboard remembers from one start to the next, and the choice of columns."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from sicktui.model.device import Profile
from sicktui.model.enums import Operation, Step, StepState
from sicktui.model.run.event import Contacted, StepChanged
from sicktui.model.run.view import DeviceView, RunView, reduce
from sicktui.model.settings import Density
from sicktui.stores.secrets.coverage import PasswordState
from sicktui.tui.appearance import Appearance
from sicktui.tui.drawing.columns import share
from sicktui.tui.drawing.spans import text_of as text_of_cell
from sicktui.tui.glyphs import UNICODE
from sicktui.tui.main.layout import LEAST_LOG, split_height
from sicktui.tui.rows.devices import DEVICE_COLUMNS, DeviceRow, contact_cell, login_cell
from sicktui.tui.rows.fleet.choice import (
    BY_DEFAULT,
    PC,
    column_rows,
    known_columns,
    listed_columns,
    with_unseen,
)
from sicktui.tui.rows.fleet.columns import fleet_columns
from sicktui.tui.rows.fleet.order import SortOrder, arranged
from sicktui.tui.rows.log.book import LogLevel
from tests.support.dashboard import DashboardHarness, flat_of, lines_of, text_of, type_in, until
from tests.tui.test_tui_board import at, board_of, seen


def test_the_columns_that_were_chosen_are_shown_and_the_last_one_goes_first() -> None:
    every = listed_columns((), with_pc=True)
    assert [(c.id, c.rank) for c in every] == [(c.id, c.rank) for c in DEVICE_COLUMNS]
    assert [c.id for c in listed_columns(())] == [c.id for c in every if c.id != "pc"], "only a fleet has PCs"
    chosen = known_columns(("tags", "nonsense", "name", "contact", "tags", "model"))
    assert chosen == ("tags", "contact", "model")
    columns = listed_columns(chosen)
    assert [c.id for c in columns] == ["name", "model", "contact", "tags"], "they keep their places"
    widths = dict(zip((c.id for c in columns), share(columns, [20] * 4, 34), strict=True))
    assert [name for name, width in widths.items() if width] == ["name", "tags"], "the name never goes"
    assert known_columns(BY_DEFAULT) == known_columns(()) == ()
    shown = [row.key for row in column_rows(chosen) if row.is_shown]
    assert (tuple(shown), len(column_rows(chosen))) == (chosen, len(BY_DEFAULT))


def words_of(row: DeviceRow, width: int) -> tuple[str, str]:
    return text_of_cell(login_cell(row, UNICODE, width)), text_of_cell(contact_cell(row, UNICODE, width))


def test_what_is_wrong_with_a_password_is_in_the_list() -> None:
    dashboard, _ = board_of("a", "b", "c", "d", "e")
    for name in dashboard.targets:
        dashboard.observed(seen(name))
    states = list(PasswordState)
    dashboard.passwords = dict(zip("abcde", states, strict=True))
    rows = dashboard.all_device_rows()
    assert [words_of(row, 16)[0] for row in rows] == [
        "challenge",
        "▲ no password",
        "▲ locked",
        "▲ other sensor's",
        "▲ refused",
    ]
    assert [words_of(row, 7)[0] for row in rows[1:]] == ["▲ none", "locked", "other's", "refused"]
    for wanted, names in {
        "state:password": "bde",
        "state:no-password": "b",
        "state:refused": "e",
        "state:locked": "c",
        "state:trouble": "bde",
    }.items():
        found = arranged(rows, SortOrder.NAME, wanted)
        assert "".join(row.device for row in found) == names, wanted
    assert [row.device for row in arranged(rows, SortOrder.TROUBLE, "")] == list("bdeac")
    narrow = {c.id: c.rank for c in fleet_columns(with_runs=False, is_wide=False, with_login=True)}
    assert narrow["auth"] < narrow["address"]


def test_a_sensor_that_a_run_owns_is_paused_until_the_run_hears_from_it() -> None:
    dashboard, clock = board_of("a", "b")
    for name in dashboard.targets:
        dashboard.observed(seen(name))
    view = structs.replace(RunView(run="r1"), devices={n: DeviceView(device=n) for n in "ab"})
    dashboard.advanced("r1", view)
    clock.elapsed = 60.0
    waiting = dashboard.all_device_rows()[0]
    assert words_of(waiting, 20)[1] == "○ paused"
    assert words_of(waiting, 7)[1] == "paused"
    began = StepChanged(ts=at(60), device="a", step=Step.PREFLIGHT, state=StepState.STARTED)
    dashboard.advanced("r1", reduce(view, began))
    assert words_of(dashboard.all_device_rows()[0], 9)[1] == "○ paused"
    heard = Contacted(ts=at(60), device="a", answered=True)
    dashboard.advanced("r1", reduce(reduce(view, began), heard))
    assert words_of(dashboard.all_device_rows()[0], 20)[1] == "● online <10s"


@pytest.mark.parametrize("density", ["compact", "comfortable"])
async def test_a_small_screen_shows_fourteen_sensors_at_work(
    harness: DashboardHarness, density: Density
) -> None:
    """With the run above them, a group that waits, and the log and the hints below."""
    names = [f"gate-{number}" for number in range(24)]
    harness.profiles(*(Profile(name=name, address="127.0.0.1:9") for name in names))
    parts = {name: DeviceView(device=name) for name in names}
    view = structs.replace(RunView(run="r1", operation=Operation.UPDATE), devices=parts)
    for name in names[:16]:
        began = StepChanged(ts=at(0), device=name, step=Step.FLASH, state=StepState.STARTED)
        view = reduce(view, began)
    async with harness.dashboard((80, 24), Appearance(density=density)) as (pilot, main):
        await until(pilot, lambda: "24 devices" in text_of(pilot))
        main.dashboard.advanced("r1", view)
        main.renderer.render()
        await until(pilot, lambda: "16 at work" in text_of(pilot))
        await until(pilot, lambda: sum("► flash" in line for line in lines_of(pilot)) >= 14)


def test_beside_a_run_its_own_columns_stay() -> None:
    for is_wide in (False, True):
        every = [c.id for c in fleet_columns(with_runs=True, is_wide=is_wide)]
        few = [c.id for c in fleet_columns(with_runs=True, is_wide=is_wide, chosen=("contact", "serial"))]
        gone = {"address", "model", "health", "backup", "tags", "location", "auth", "temperature", "note"}
        assert few == [name for name in every if name not in gone]


def test_the_log_is_as_high_as_it_was_made() -> None:
    for height in range(12, 60):
        for lines in (1, 3, 8, 500):
            got = split_height(height, devices=200, runs=1, log_lines=lines)
            assert got.run + got.devices + got.detail + got.log == height
            assert got.log >= LEAST_LOG
            assert got.room >= 2
    assert split_height(36, devices=200, runs=0, log_lines=9).log == 9


async def written(file: Path, **expected: object) -> dict[str, Any]:
    """What the file holds as soon as it has these values: a disk may be slower than leaving is patient."""
    deadline = time.monotonic() + 30.0
    found: dict[str, Any] = {}
    while time.monotonic() < deadline:
        found = json.loads(file.read_text()) if file.exists() else {}
        if expected.items() <= found.items():
            break
        await asyncio.sleep(0.02)
    return found


def test_the_column_of_the_pc_is_a_choice_in_a_fleet_only_and_is_kept_without_one() -> None:
    assert PC not in [row.key for row in column_rows((), with_pc=False)]
    rest = tuple(name for name in BY_DEFAULT if name != PC)
    assert known_columns(with_unseen(rest, ())) == (), "all of them, as before"
    assert with_unseen(("state", "model"), ("model", PC, "state")) == ("state", "model", PC)
    assert with_unseen(("state",), ("model", PC, "state")) == (PC, "state")
    assert with_unseen(("state", "model"), ("model", "state")) == ("state", "model")


async def test_the_view_of_the_last_time_is_shown_again(harness: DashboardHarness) -> None:
    harness.profiles(*(Profile(name=f"gate-{n}", address="127.0.0.1:9", tags=("hall",)) for n in range(3)))
    file = harness.context.home.view_file
    async with harness.dashboard((100, 30)) as (pilot, main):
        await until(pilot, lambda: "3 devices" in text_of(pilot))
        assert not file.exists(), "what nobody chose is not written"
        await pilot.press("s", "Z", "vertical_line")
        await until(pilot, lambda: "Which columns" in text_of(pilot) and "√ Contact" in text_of(pilot))
        await until(pilot, lambda: "Where there is no room, the last column goes first." in flat_of(pilot))
        assert "the PC of the fleet" not in text_of(pilot)
        await pilot.press("space", "j", "minus", "enter")
        await until(pilot, lambda: main.is_active)
        assert main.dashboard.columns[:2] == ("state", "version")
        assert main.dashboard.columns[-1] == BY_DEFAULT[-1]
        before = main.renderer.heights.log
        await pilot.press("full_stop", "full_stop", "slash")
        await type_in(pilot, "gate-9")
        await pilot.press("enter")
        assert main.renderer.log_lines == before + 2
        main.dispatcher.run("log_level")
        assert main.renderer.log.book.level is LogLevel.WARNINGS
    kept = await written(file, filter="gate-9", log_level="warnings")
    assert (kept["filter"], kept["log_level"]) == ("gate-9", "warnings")
    file.write_text(json.dumps(kept | {"zoomed": "run", "log_of": 3, "later": "!"}))
    async with harness.dashboard((100, 30)) as (pilot, main):
        await until(
            pilot,
            lambda: any(
                "The filter of last time is on: gate-9." in each.text for each in main.renderer.log.book.lines
            ),
        )
        assert main.renderer.log.book.level is LogLevel.WARNINGS
        hidden = ("No device matches the filter 'gate-9'", "filter: gate-9")
        await until(pilot, lambda: all(words in text_of(pilot) for words in hidden))
        assert (main.dashboard.order, main.dashboard.backwards) == (SortOrder.TROUBLE, True)
        assert main.renderer.zoomed is None
        assert main.renderer.log_lines == before + 2
        await pilot.press("escape")
        await until(pilot, lambda: "gate-2" in text_of(pilot) and "Contact" not in text_of(pilot))
    assert await written(file, filter="") == kept | {"filter": "", "zoomed": "run", "log_of": 3, "later": "!"}
