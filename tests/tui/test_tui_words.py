"""Spans, columns, heights, phrases: everything that needs no terminal."""

from itertools import product
from typing import get_args

import pytest
from rich.cells import cell_len

from sicktui.model.settings import DashboardSettings
from sicktui.tui.drawing.columns import Column, share
from sicktui.tui.drawing.spans import (
    Span,
    Tone,
    joined,
    pad,
    text_of,
    truncate,
    truncate_middle,
    width_of,
    wrapped,
)
from sicktui.tui.glyphs import ASCII, UNICODE, choose_glyphs, choose_palette, wants_mouse
from sicktui.tui.main.layout import PaneId, split_height
from sicktui.tui.rows.devices import Contact, DeviceRow, natural
from sicktui.tui.rows.fleet.choice import listed_columns
from sicktui.tui.rows.fleet.order import SortOrder, arranged


@pytest.mark.parametrize("width", range(12))
@pytest.mark.parametrize("text", ["picoscan-gate-1", "温度センサー", "é", ""])
def test_fitted_takes_exactly_its_width(text: str, width: int) -> None:
    content = (Span(text[:2], Tone.GOOD), Span(text[2:]))
    assert width_of(pad(content, width, "…")) == width
    assert width_of(truncate(content, width, "…")) <= width


def test_a_name_is_cut_in_its_middle() -> None:
    assert truncate_middle("picoscan-gate-1", 10, "…") == "pico…ate-1"
    assert truncate_middle("short", 10, "…") == "short"
    assert cell_len(truncate_middle("温度センサー温度センサー", 10, "…")) <= 10


def test_wrapping_breaks_at_blanks_and_in_long_words() -> None:
    assert wrapped("one two three", 7) == ["one two", "three"]
    assert wrapped("x" * 10, 4) == ["xxxx", "xxxx", "xx"]
    assert wrapped("", 5) == []


def test_joined_leaves_empty_groups_out() -> None:
    assert text_of(joined([(Span("a"),), (), (Span("b"),)], Span(" - "))) == "a - b"


def test_a_narrow_terminal_loses_niceties_first() -> None:
    columns = listed_columns(())

    def names(width: int) -> list[str]:
        widths = share(columns, [16, 15, 11, 8, 9, 8, 6, 14, 10, 10, 10, 9, 6, 20], width)
        assert sum(widths) + sum(1 for w in widths if w) - 1 <= width
        return [c.id for c, w in zip(columns, widths, strict=True) if w]

    assert names(77) == ["name", "address", "version", "state", "health", "backup", "contact"]
    assert "model" in names(95)
    assert "note" not in names(150)
    assert names(220) == [c.id for c in columns]
    assert names(3) == ["name"]


def test_a_steady_column_does_not_follow_its_content() -> None:
    columns: list[Column[DeviceRow]] = [
        Column(id="a", title="", least=3, most=9, steady=True, cell=lambda _r, _g, _w: ()),
        Column(id="b", title="", least=3, most=9, cell=lambda _r, _g, _w: ()),
    ]
    assert share(columns, [1, 1], 40) == [9, 3]
    assert share(columns, [1, 30], 40) == [9, 9]


def test_comfort_comes_before_more_for_an_important_column() -> None:
    columns: list[Column[DeviceRow]] = [
        Column(id="a", title="", least=3, most=9, steady=True, cell=lambda _r, _g, _w: ()),
        Column(id="b", title="", least=3, comfort=5, most=9, rank=3, cell=lambda _r, _g, _w: ()),
    ]
    assert share(columns, [9, 9], 12) == [6, 5]


@pytest.mark.parametrize(("devices", "runs"), [(0, 0), (6, 0), (6, 1), (200, 5), (1, 40)])
def test_heights_add_up(devices: int, runs: int) -> None:
    for height in range(3, 70):
        for zoomed, log in product((None, *get_args(PaneId)), (True, False)):
            got = split_height(height, devices=devices, runs=runs, zoomed=zoomed, log=log)
            assert got.run + got.devices + got.detail + got.log == height
            assert min(got.run, got.devices, got.detail, got.log) >= 0


def test_fourteen_sensors_at_work_fit_into_24_lines() -> None:
    """Beside the status line, two lines of hints, the run, and the count of the folded ones."""
    got = split_height(21, devices=200, runs=1)
    assert got.room - 1 >= 14
    assert (got.run, got.detail, got.log, got.compact) == (1, 2, 2, True)
    few = split_height(22, devices=6, runs=1)
    assert (few.devices, few.log) == (8, 11)
    assert not split_height(22, devices=6, runs=0).compact


def row(name: str, **more: object) -> DeviceRow:
    return DeviceRow(device=name, name=name, address=f"10.0.0.{len(name)}", **more)  # type: ignore[arg-type]


def test_numbers_in_names_count_as_numbers() -> None:
    rows = [row("line-10"), row("line-2"), row("Line-1")]
    assert [r.name for r in arranged(rows, SortOrder.NAME, "")] == ["Line-1", "line-2", "line-10"]
    assert natural("a" + "9" * 5000)


def test_the_filter_needs_every_word() -> None:
    rows = [row("gate-1", tags=("hall-3",), contact=Contact.OFFLINE), row("gate-2", tags=("hall-3",))]
    assert [r.name for r in arranged(rows, SortOrder.NAME, "@hall offline")] == ["gate-1"]
    assert [r.name for r in arranged(rows, SortOrder.TROUBLE, "GATE")] == ["gate-1", "gate-2"]
    assert arranged(rows, SortOrder.NAME, "[/oops]") == []


def test_glyphs_fit_the_terminal() -> None:
    auto = DashboardSettings()
    assert choose_glyphs(auto, {"TERM": "xterm-256color"}, "utf-8") is UNICODE
    assert choose_glyphs(auto, {"TERM": "linux"}, "utf-8") is ASCII
    assert choose_glyphs(auto, {}, "iso8859-1") is ASCII
    assert choose_glyphs(auto, {}, "no such encoding") is ASCII
    assert choose_glyphs(auto, {"SICKTUI_ASCII": "1"}, "utf-8") is ASCII
    assert choose_glyphs(auto, {"LANG": "C"}, "utf-8") is ASCII, "Python's streams are UTF-8 nevertheless"
    assert choose_glyphs(auto, {"LC_ALL": "POSIX", "LANG": "de_DE.UTF-8"}, "utf-8") is ASCII
    assert choose_glyphs(auto, {"LC_ALL": "", "LANG": "C.utf8"}, "utf-8") is UNICODE
    assert choose_glyphs(DashboardSettings(glyphs="unicode"), {"SICKTUI_ASCII": "1"}, None) is UNICODE
    for glyphs in (UNICODE, ASCII):
        signs = [s for name in glyphs.__struct_fields__ if name != "unicode" for s in getattr(glyphs, name)]
        assert all(cell_len(sign) == 1 for sign in signs)
        assert glyphs is UNICODE or all(sign.isascii() for sign in signs)


def test_colours_and_mouse_fit_the_terminal() -> None:
    auto = DashboardSettings()
    assert choose_palette(auto, {"TERM": "xterm-256color"}) == "256"
    assert choose_palette(auto, {"TERM": "xterm-kitty"}) == "full"
    assert (
        choose_palette(auto, {"TERM": "screen.xterm-256color", "COLORTERM": "truecolor", "STY": "1"}) == "256"
    )
    assert choose_palette(auto, {"TERM": "xterm"}) == "16"
    assert choose_palette(auto, {"TERM": "xterm", "COLORTERM": "truecolor"}) == "full"
    assert choose_palette(DashboardSettings(colours="16"), {"TERM": "xterm-256color"}) == "16"
    assert choose_palette(auto, {"NO_COLOR": "", "COLORTERM": "truecolor"}) == "none"
    assert wants_mouse(auto, {}) is True
    assert wants_mouse(auto, {"SSH_CONNECTION": "1.2.3.4 5 6.7.8.9 22"}) is False
    assert wants_mouse(DashboardSettings(mouse="on"), {"SSH_CONNECTION": "x"}) is True
