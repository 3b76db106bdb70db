"""What the dashboard remembers from one start to the next, and the choice of columns."""

import json

from sicktui.model.device import Profile
from sicktui.tui.drawing.columns import share
from sicktui.tui.main.layout import LEAST_LOG, split_height
from sicktui.tui.rows.devices import DEVICE_COLUMNS
from sicktui.tui.rows.fleet.choice import BY_DEFAULT, column_rows, known_columns, listed_columns
from sicktui.tui.rows.fleet.columns import fleet_columns
from sicktui.tui.rows.fleet.order import Order
from tests.support.dashboard import DashboardHarness, text_of, type_in, until


def test_the_columns_that_were_chosen_are_shown_and_the_last_one_goes_first() -> None:
    assert [c.id for c in listed_columns(())] == [c.id for c in DEVICE_COLUMNS]
    assert [c.rank for c in listed_columns(())] == [c.rank for c in DEVICE_COLUMNS]
    chosen = known_columns(("tags", "nonsense", "name", "contact", "tags", "model"))
    assert chosen == ("tags", "contact", "model")
    columns = listed_columns(chosen)
    assert [c.id for c in columns] == ["name", "model", "contact", "tags"], "they keep their places"
    widths = dict(zip((c.id for c in columns), share(columns, [20] * 4, 34), strict=True))
    assert [name for name, width in widths.items() if width] == ["name", "tags"], "the name never goes"
    assert known_columns(BY_DEFAULT) == known_columns(()) == ()
    shown = [row.key for row in column_rows(chosen) if row.is_shown]
    assert (tuple(shown), len(column_rows(chosen))) == (chosen, len(BY_DEFAULT))


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


async def test_the_view_of_the_last_time_is_shown_again(harness: DashboardHarness) -> None:
    harness.profiles(*(Profile(name=f"gate-{n}", address="127.0.0.1:9", tags=("hall",)) for n in range(3)))
    file = harness.context.home.view_file
    async with harness.dashboard((100, 30)) as (pilot, main):
        await until(pilot, lambda: "3 devices" in text_of(pilot))
        assert not file.exists(), "what nobody chose is not written"
        await pilot.press("s", "Z", "vertical_line")
        await until(pilot, lambda: "Which columns" in text_of(pilot))
        assert "√ Contact" in text_of(pilot)
        await pilot.press("space", "j", "minus", "enter")
        await until(pilot, lambda: main.is_active)
        assert main.dashboard.columns[:3] == ("state", "version", "address")
        before = main.renderer.heights.log
        await pilot.press("full_stop", "full_stop", "slash")
        await type_in(pilot, "gate-9")
        await pilot.press("enter")
        assert main.renderer.log_lines == before + 2
    kept = json.loads(file.read_text())
    assert kept["filter"] == "gate-9"
    file.write_text(json.dumps(kept | {"zoomed": "run", "log_of": 3, "later": "!"}))
    async with harness.dashboard((100, 30)) as (pilot, main):
        await until(pilot, lambda: "The filter of last time is on: gate-9." in text_of(pilot))
        assert "No device matches the filter 'gate-9'" in text_of(pilot)
        assert "filter: gate-9" in text_of(pilot)
        assert (main.dashboard.order, main.dashboard.backwards) == (Order.TROUBLE, True)
        assert main.renderer.zoomed is None
        assert main.renderer.log_lines == before + 2
        await pilot.press("escape")
        await until(pilot, lambda: "gate-2" in text_of(pilot))
        assert "Contact" not in text_of(pilot)
    assert json.loads(file.read_text()) == kept | {"filter": "", "zoomed": "run", "log_of": 3, "later": "!"}
