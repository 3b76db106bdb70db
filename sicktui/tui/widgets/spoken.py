"""Puts keys in the place of commands and options in what a widget draws."""

from sicktui.tui.commands.advice import in_keys
from sicktui.tui.drawing.spans import Cell, Span


def spoken(content: Cell) -> Cell:
    """The spans with keys; the same spans if nothing in them names a command."""
    if not any("sicktui " in span.text or "--" in span.text for span in content):
        return content
    return tuple(Span(in_keys(span.text), span.tone) for span in content)
