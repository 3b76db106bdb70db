"""Pieces of text with a tone, and how to measure, cut and wrap them.

Everything that the dashboard draws is made of spans. A span's text is shown as it is: nothing in
here or below reads markup.
"""

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from rich.cells import cell_len, chop_cells, set_cell_size

from sicktui.model.safe_text import clean
from sicktui.model.wording import more


class Tone(StrEnum):
    """What a piece of text means, for its colour. The words say the same."""

    PLAIN = "plain"
    DIM = "dim"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    BUSY = "busy"
    KEY = "key"
    FOUND = "found"


class Span(NamedTuple):
    """A piece of text in one tone."""

    text: str
    tone: Tone = Tone.PLAIN


Cell = tuple[Span, ...]
"""A run of spans on one line."""

EMPTY: Final[Cell] = ()


def cell(text: str, tone: Tone = Tone.PLAIN) -> Cell:
    """A cell of one span; an empty text gives an empty cell."""
    return (Span(text, tone),) if text else EMPTY


def text_of(content: Iterable[Span]) -> str:
    """The text of the spans without their tones."""
    return "".join(span.text for span in content)


def width_of(content: Iterable[Span]) -> int:
    """How many terminal cells the spans take."""
    return sum(cell_len(span.text) for span in content)


def highlighted(content: Cell, wanted: str) -> Cell:
    """The spans with every occurrence of a text marked as found, whatever its case."""
    pattern = re.compile(f"({re.escape(wanted)})", re.IGNORECASE)
    return tuple(
        Span(part, Tone.FOUND if odd % 2 else span.tone)
        for span in content
        for odd, part in enumerate(pattern.split(span.text))
        if part
    )


def joined(groups: Iterable[Cell], separator: Span) -> Cell:
    """The groups that are not empty, with the separator between them."""
    spans: list[Span] = []
    for group in groups:
        if group:
            if spans:
                spans.append(separator)
            spans.extend(group)
    return tuple(spans)


def truncate(content: Cell, width: int, ellipsis: str) -> Cell:
    """The spans in at most ``width`` terminal cells; what is cut off ends in the ellipsis."""
    if width_of(content) <= width:
        return content
    if width <= cell_len(ellipsis):
        return (Span(set_cell_size(text_of(content), max(0, width))),)
    kept: list[Span] = []
    room = width - cell_len(ellipsis)
    for span in content:
        size = cell_len(span.text)
        if size > room:
            kept.append(Span(set_cell_size(span.text, room).rstrip() + ellipsis, span.tone))
            break
        kept.append(span)
        room -= size
    return tuple(kept)


def truncate_middle(text: str, width: int, ellipsis: str) -> str:
    """The text in at most ``width`` cells without its middle: names differ at their ends."""
    if cell_len(text) <= width or width < 5:  # noqa: PLR2004 - too narrow to keep both ends
        return text
    room = width - cell_len(ellipsis)
    tail = text
    while cell_len(tail) > room - room // 2:
        tail = tail[1:]
    return set_cell_size(text, room - cell_len(tail)) + ellipsis + tail


def pad(content: Cell, width: int, ellipsis: str, *, right: bool = False) -> Cell:
    """The spans in exactly ``width`` terminal cells: cut, or padded with blanks."""
    shown = truncate(content, width, ellipsis)
    missing = width - width_of(shown)
    if missing <= 0:
        return shown
    blank = Span(" " * missing)
    return (blank, *shown) if right else (*shown, blank)


def flow(groups: Iterable[Cell], width: int, gap: str) -> list[Cell]:
    """The groups side by side in as many lines of at most ``width`` cells as they take, none cut in two."""
    lines: list[Cell] = []
    for group in groups:
        longer = joined((lines[-1], group), Span(gap)) if lines else group
        if lines and width_of(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(group)
    return lines


def hanging_indent(line: Cell, width: int, most: int = 24) -> list[Cell]:
    """A line whose last span wraps below itself, if the text before it takes at most ``most`` cells."""
    if len(line) < 2 or width_of(line) <= width:  # noqa: PLR2004 - a lead and a text
        return [line]
    *lead, last = line
    indent = width_of(lead)
    if indent > most or width - indent < most:
        return [line]
    first, *more = wrapped(last.text, width - indent) or [""]
    return [(*lead, Span(first, last.tone)), *((Span(" " * indent), Span(text, last.tone)) for text in more)]


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most ``width`` terminal cells, broken at blanks where it can be."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if cell_len(longer) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        *whole, line = chop_cells(word, max(2, width)) or [""]
        lines.extend(whole)
    if line:
        lines.append(line)
    return lines


def bullets(names: Sequence[str], most: int = 12) -> list[Cell]:
    """One indented line a name; many are cut short with their number."""
    lines: list[Cell] = [cell(f"  {clean(name, 60)}") for name in names[:most]]
    rest = more(len(names), most)
    return [*lines, cell(f"  {rest}")] if rest else lines
