"""The widgets on records alone: what they draw, and how little they draw again."""

from collections.abc import Sequence

import pytest
from msgspec import structs
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.strip import Strip

from sicktui.tui.drawing.spans import Span, Tone
from sicktui.tui.glyphs import ASCII
from sicktui.tui.rows.devices import DEVICE_COLUMNS, Contact, DeviceRow
from sicktui.tui.rows.log.book import CAPACITY
from sicktui.tui.rows.log.lines import LogLine
from sicktui.tui.widgets.line_bar import LineBar
from sicktui.tui.widgets.log_pane import LogPane
from sicktui.tui.widgets.table import Table
from tests.support.dashboard import lines_of, text_of


class CountingTable(Table[DeviceRow]):
    """Remembers which parts of itself it asked to be painted."""

    asked: list[Region]

    def refresh(self, *regions: Region, **options: object) -> "CountingTable":
        self.__dict__.setdefault("asked", []).extend(regions or [Region(0, 0, *self.size)])
        return super().refresh(*regions, **options)  # type: ignore[arg-type]


class EngineHarness(App[None]):
    """Shows one widget."""

    def __init__(self, widget: Table[DeviceRow] | LogPane | LineBar) -> None:
        super().__init__()
        self.widget = widget

    def compose(self) -> ComposeResult:
        yield self.widget


def rows(count: int, **more: object) -> list[DeviceRow]:
    return [
        DeviceRow(
            device=f"d{i}",
            name=f"device-{i}",
            address=f"10.0.0.{i}:80",
            version="2.3.0.0R",
            contact=Contact.ONLINE,
            age="<10s",
            **more,  # type: ignore[arg-type]
        )
        for i in range(count)
    ]


def changed(before: Sequence[DeviceRow], index: int, **more: object) -> list[DeviceRow]:
    after = list(before)
    after[index] = structs.replace(after[index], **more)
    return after


async def test_one_changed_cell_paints_that_cell_only() -> None:
    table = CountingTable(DEVICE_COLUMNS, "Devices")
    async with EngineHarness(table).run_test(size=(120, 40)) as pilot:
        first = rows(200)
        table.show(first)
        await pilot.pause()
        table.asked.clear()
        table.show(list(first))
        await pilot.pause()
        assert table.asked == [], "equal rows cost nothing"
        table.show(changed(first, 3, age="15s"))
        await pilot.pause()
        [region] = table.asked
        assert region.height == 1
        assert region.width <= 14
        assert region.y == 2 + 3
        assert "15s" in lines_of(pilot)[5]
        table.asked.clear()
        table.show(changed(changed(first, 3, age="15s"), 150, age="20s"))
        await pilot.pause()
        assert table.asked == [], "what is out of sight costs nothing"


async def test_a_frame_for_one_cell_is_small() -> None:
    table = CountingTable(DEVICE_COLUMNS, "Devices")
    async with EngineHarness(table).run_test(size=(120, 40)) as pilot:
        first = rows(200)
        table.show(first)
        await pilot.pause()
        painted: list[int] = []
        render_line = table.render_line

        def counting(y: int) -> Strip:
            painted.append(y)
            return render_line(y)

        table.render_line = counting  # type: ignore[method-assign]
        table.show(changed(first, 7, contact=Contact.OFFLINE))
        await pilot.pause()
        assert painted == [9]


async def test_the_cursor_moves_scrolls_and_stays_with_its_row() -> None:
    table: Table[DeviceRow] = Table(DEVICE_COLUMNS, "Devices")
    async with EngineHarness(table).run_test(size=(80, 24)) as pilot:
        table.focus()
        table.show(rows(200))
        await pilot.press("j", "j", "down", "k")
        assert table.selected is not None
        assert table.selected.device == "d2"
        await pilot.press("G")
        assert table.selected.device == "d199"
        await pilot.press("g", "g")
        assert table.selected.device == "d0"
        await pilot.press(">")
        assert "device-199" in text_of(pilot)
        await pilot.press("K")
        assert table.selected.device == "d178"
        await pilot.press("ctrl+u", "ctrl+u", "ctrl+d")
        assert table.selected.device == "d167"
        await pilot.press("ctrl+d")
        assert table.selected.device == "d178"
        table.show([row for row in rows(200) if int(row.device[1:]) % 2 == 0])
        await pilot.pause()
        assert table.selected.device == "d178"
        assert "► " in next(line for line in lines_of(pilot) if "device-178" in line)
        table.show(rows(3))
        await pilot.pause()
        assert table.selected.device == "d2"
        table.show([])
        await pilot.press("j", "enter")
        assert (table.cursor, list(table.rows)) == (None, [])


async def test_names_full_of_markup_and_wide_letters_do_no_harm() -> None:
    table: Table[DeviceRow] = Table(DEVICE_COLUMNS, "[/oops]")
    names = ["[/oops]", "[bold red]x[/]", "温度センサー", "a" * 300, "\\[", "[@click=app.quit]q[/]"]
    async with EngineHarness(table).run_test(size=(80, 24)) as pilot:
        table.show([DeviceRow(device=name, name=name, address="[b]") for name in names])
        table.set_title((Span("[/title]"),))
        await pilot.pause()
        shown = text_of(pilot)
        for name in ("[/oops]", "[bold red]x[/]", "温度センサー", "[@click=", "[/title]"):
            assert name in shown
        await pilot.resize_terminal(120, 40)
        await pilot.resize_terminal(10, 4)
        await pilot.resize_terminal(80, 24)


async def test_ascii_stays_ascii() -> None:
    table: Table[DeviceRow] = Table(DEVICE_COLUMNS, "Devices", glyphs=ASCII)
    async with EngineHarness(table).run_test(size=(120, 20)) as pilot:
        table.show([*rows(3, marked=True), DeviceRow(device="x" * 90, name="x" * 90, address="y" * 90)])
        await pilot.pause()
        assert text_of(pilot).isascii()


def lines(count: int, device: str = "a", text: str = "line") -> list[LogLine]:
    return [LogLine(time="10:00:00", device=device, text=f"{text} {i}") for i in range(count)]


async def test_the_log_is_bounded_and_follows_its_end() -> None:
    log = LogPane()
    async with EngineHarness(log).run_test(size=(80, 24)) as pilot:
        for _ in range(5):
            log.add(lines(CAPACITY))
        await pilot.pause()
        assert len(log.book.lines) == CAPACITY
        assert f"line {CAPACITY - 1}" in text_of(pilot)


async def test_a_paused_log_stands_still_and_loses_nothing_that_is_kept() -> None:
    log = LogPane()
    async with EngineHarness(log).run_test(size=(80, 24)) as pilot:
        log.add(lines(30))
        await pilot.pause()
        before = text_of(pilot)
        log.pause(paused=True)
        log.add(lines(5, text="late"))
        await pilot.pause()
        assert text_of(pilot) == before
        assert log.book.held == 5
        log.pause(paused=False)
        await pilot.pause()
        assert "late 4" in text_of(pilot)
        assert log.book.held == 0


async def test_the_log_shows_whom_it_follows_and_wraps_with_an_indent() -> None:
    log = LogPane()
    async with EngineHarness(log).run_test(size=(80, 24)) as pilot:
        log.add(
            [*lines(2, "a"), *lines(2, "b", "other"), LogLine(time="10:00:01", device="a", text="[/x] " * 30)]
        )
        log.follow(lambda line: line.device == "a")
        await pilot.pause()
        shown = lines_of(pilot)
        assert not any("other" in line for line in shown)
        assert shown[4].startswith(" " * 25 + "[/x]")
        await pilot.resize_terminal(120, 24)
        await pilot.pause()
        assert max(len(line) for line in lines_of(pilot)) > 100
        log.follow(lambda _: False)
        await pilot.pause()
        assert lines_of(pilot)[1] == "No line of these devices at this level; 5 lines of others."
        log.follow(lambda _: True)
        await pilot.pause()
        assert "of others" not in text_of(pilot)


async def test_a_log_that_was_scrolled_up_stays_there() -> None:
    log = LogPane()
    async with EngineHarness(log).run_test(size=(80, 24)) as pilot:
        log.focus()
        log.add(lines(100))
        await pilot.press("<")
        await pilot.pause()
        log.add(lines(3, text="late"))
        await pilot.pause()
        assert "line 0" in text_of(pilot)
        await pilot.press(">")
        log.add(lines(1, text="last"))
        await pilot.pause()
        assert "last 0" in text_of(pilot)


@pytest.mark.parametrize("width", [1, 20, 80])
async def test_a_bar_repaints_only_lines_that_differ(width: int) -> None:
    bar = LineBar()
    async with EngineHarness(bar).run_test(size=(width, 5)) as pilot:
        bar.show((Span("[/one]", Tone.GOOD),))
        await pilot.pause()
        bar.show((Span("[/one]", Tone.GOOD),))
        assert list(bar.lines) == [(Span("[/one]", Tone.GOOD),)]
        bar.show()
        await pilot.pause()
        assert text_of(pilot).strip() == ""
