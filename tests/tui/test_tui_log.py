"""The log: what is kept, shown, found, paused, copied and saved."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sicktui.model.enums import Level
from sicktui.tui.drawing.spans import Span, Tone, highlighted, text_of
from sicktui.tui.glyphs import UNICODE
from sicktui.tui.rows.log.book import CAPACITY, LogBook, LogLevel
from sicktui.tui.rows.log.lines import LogLine, line
from sicktui.tui.rows.log.title import log_title
from sicktui.tui.terminal.clipboard import MOST
from tests.support.clocks import START
from tests.support.dashboard import DashboardHarness, notes_of, until
from tests.support.dashboard import text_of as screen_of


def lines(*texts: str, device: str = "a", tone: Tone = Tone.PLAIN) -> Iterator[LogLine]:
    return (LogLine(time="10:00:00", device=device, text=text, tone=tone) for text in texts)


def shown(book: LogBook) -> list[str]:
    return [each.text for _, each in book.shown()]


def place(book: LogBook) -> int | None:
    return book.place


def test_a_level_shows_what_is_at_least_as_bad() -> None:
    book = LogBook()
    book.add(line(START, level.value, None, level) for level in (Level.ERROR, Level.WARNING, Level.INFO))
    book.next_level()
    assert (book.level, shown(book)) == (LogLevel.WARNINGS, ["error", "warning"])
    book.next_level()
    assert (book.level, shown(book)) == (LogLevel.ERRORS, ["error"])
    assert book.add(lines("plain")) == [], "not shown at this level"
    book.next_level()
    assert shown(book) == ["error", "warning", "info", "plain"]


def test_a_search_begins_at_the_newest_line_and_goes_round() -> None:
    book = LogBook()
    book.add(lines("upload began", "flash", "Upload ended", "reboot"))
    book.seek("UPLOAD")
    assert book.found() == [0, 2]
    assert place(book) == 2
    for direction, expected in ((1, 0), (1, 2), (-1, 0), (-1, 2)):
        book.step(direction)
        assert place(book) == expected
    book.wanted = lambda each: each.text != "Upload ended"
    book.step(1)
    assert place(book) == 0, "a line that is not shown is not found"
    book.seek("10:00:00 a")
    assert len(book.found()) == 3, "the time and the device are searched too"
    book.seek("[/oops]")
    book.step(-1)
    assert not book.found()
    assert place(book) is None
    book.seek("")
    assert not book.found()


def test_numbers_stay_while_old_lines_go_and_a_pause_keeps_the_newest() -> None:
    book = LogBook()
    book.add(lines("mark", *["x"] * (CAPACITY - 1)))
    book.seek("mark")
    assert place(book) == 0
    book.pause()
    assert book.add(lines(*["y"] * (2 * CAPACITY), "last")) == []
    assert (book.held, book.found()) == (CAPACITY, [0]), "what is looked at stays"
    book.resume()
    assert (book.held, book.found()) == (0, [])
    assert (len(shown(book)), shown(book)[-1]) == (CAPACITY, "last")
    book.step(1)
    assert place(book) is None


def test_the_title_shows_whether_it_follows_and_what_is_found() -> None:
    book = LogBook()
    assert text_of(log_title("all devices", book, UNICODE)) == "Log all devices · FOLLOW"
    book.add(lines("one", "two", "one more"))
    book.seek("one")
    book.step(-1)
    book.next_level()
    book.pause()
    book.add(lines("late"))
    assert text_of(log_title("a", book, UNICODE)) == "Log a · PAUSED, 1 new · warnings only · /one 0 found"
    book.level = LogLevel.ALL
    assert text_of(log_title("a", book, UNICODE)).endswith("/one 1 of 2")


def test_the_text_has_the_newest_lines_that_fit() -> None:
    book = LogBook()
    assert book.text() == ("", 0)
    book.add(lines("first", "second"))
    whole, number = book.text()
    assert (whole.splitlines()[1], number) == ("10:00:00 a               second", 2)
    assert book.text(len(whole.encode()) - 1) == (whole.splitlines(keepends=True)[1], 1)
    book.add(lines(*["ä" * 500] * CAPACITY))
    text, number = book.text(MOST)
    assert len(text.encode()) <= MOST
    assert 70 < number < CAPACITY


def test_what_is_found_is_marked_and_nothing_of_it_is_a_pattern() -> None:
    content = (Span("[/b] a.c ", Tone.DIM), Span("A.C abc", Tone.BAD))
    assert highlighted(content, "a.c") == (
        Span("[/b] ", Tone.DIM),
        Span("a.c", Tone.FOUND),
        Span(" ", Tone.DIM),
        Span("A.C", Tone.FOUND),
        Span(" abc", Tone.BAD),
    )


async def test_the_log_is_searched_filtered_copied_and_saved_by_keys(
    harness: DashboardHarness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with harness.dashboard((80, 24)) as (pilot, main):
        log = main.dashboard.log
        main.renderer.log.add(lines(*(f"line {i}" for i in range(40)), "[/oops] \u202egone"))
        main.renderer.log.add(lines("it failed", tone=Tone.BAD))
        await pilot.press("3")
        await until(pilot, lambda: "FOLLOW" in screen_of(pilot) and "it failed" in screen_of(pilot))
        await pilot.press("k")
        await until(pilot, lambda: "PAUSED, 0 new" in screen_of(pilot))
        main.notifier.log("held back")
        await until(pilot, lambda: "PAUSED, 1 new" in screen_of(pilot))
        await pilot.press("G")
        await until(pilot, lambda: "FOLLOW" in screen_of(pilot) and "held back" in screen_of(pilot))
        await pilot.press("g", "g")
        await until(pilot, lambda: re.search(r"line 0\b", screen_of(pilot)) and "PAUSED" in screen_of(pilot))
        await pilot.press("p")
        await until(pilot, lambda: "FOLLOW" in screen_of(pilot))
        await pilot.press("/", *"LINE 1")
        await until(pilot, lambda: "11 lines found" in screen_of(pilot) and "line 19" in screen_of(pilot))
        await pilot.press("enter", "n", "n")
        await until(pilot, lambda: "/LINE 1 2 of 11" in screen_of(pilot) and "line 10" in screen_of(pilot))
        await pilot.press("N", "N")
        await until(pilot, lambda: "/LINE 1 11 of 11" in screen_of(pilot))
        await pilot.press("q")
        await until(pilot, lambda: "/LINE" not in screen_of(pilot))
        await pilot.press("n")
        await until(pilot, lambda: "next: Search the log first." in notes_of(pilot))
        await pilot.press("l", "l")
        await until(pilot, lambda: "errors only" in screen_of(pilot) and "line 3" not in screen_of(pilot))
        await pilot.press("y")
        await until(pilot, lambda: "1 line: Sent to the clipboard" in notes_of(pilot))
        assert pilot.app.clipboard == "10:00:00 a               it failed\n"
        await pilot.press("l", "w")
        await until(pilot, lambda: "Save the log" in screen_of(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: f"Wrote {len(log.shown())} lines to" in notes_of(pilot))
        [file] = tmp_path.glob("log-*.txt")
        assert "line 0\n" in file.read_text(encoding="utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps the folder that a program works in")
async def test_the_log_is_saved_where_the_working_folder_was_deleted(
    harness: DashboardHarness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, here = tmp_path / "anna", tmp_path / "here"
    for folder in (home, here):
        folder.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(here)
    async with harness.dashboard((80, 24)) as (pilot, main):
        here.rmdir()
        main.renderer.log.add(lines("it is kept"))
        await pilot.press("3", "w")
        await until(pilot, lambda: "Save the log" in screen_of(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "Wrote " in notes_of(pilot))
    [file] = home.glob("log-*.txt")
    assert "it is kept\n" in file.read_text(encoding="utf-8")
