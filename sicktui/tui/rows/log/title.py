"""The heading of the log: whose lines, whether it follows, which level, what is looked for."""

from sicktui.model.safe_text import clean
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell, joined
from sicktui.tui.glyphs import Glyphs
from sicktui.tui.rows.log.book import LogBook, LogLevel


def log_title(of: str, book: LogBook, glyphs: Glyphs) -> Cell:
    """The heading.

    Args:
        of: whose lines are shown.
        book: the log.
        glyphs: the characters of the terminal.
    """
    state = cell("FOLLOW", Tone.GOOD)
    if book.is_paused:
        state = cell(f"PAUSED, {book.held} new", Tone.WARN)
    level: Cell = ()
    if book.level is not LogLevel.ALL:
        level = cell(f"{book.level.value} only", Tone.WARN)
    first = (Span("Log "), Span(of, Tone.DIM))
    return joined((first, state, level, _search(book)), Span(f" {glyphs.dot} ", Tone.DIM))


def _search(book: LogBook) -> Cell:
    if not book.sought:
        return ()
    found = book.found()
    words = f"{found.index(book.place) + 1} of {len(found)}" if book.place in found else f"{len(found)} found"
    return cell(f"/{clean(book.sought, 30)} {words}", Tone.KEY if found else Tone.WARN)
