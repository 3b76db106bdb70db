"""Paragraphs of spans that wrap by themselves."""

from collections.abc import Iterable, Sequence

from textual.content import Content
from textual.reactive import Reactive
from textual.widgets import Static

from sicktui.tui.drawing.spans import Cell, Tone
from sicktui.tui.widgets.spoken import spoken

_STYLES = {
    Tone.PLAIN: "",
    Tone.DIM: "$text-muted",
    Tone.GOOD: "$text-success",
    Tone.WARN: "$text-warning",
    Tone.BAD: "bold $text-error",
    Tone.BUSY: "$text-primary",
    Tone.KEY: "bold $accent",
}


def content_of(cell: Iterable[tuple[str, Tone]]) -> Content:
    """Spans as Textual's content. The texts are not parsed."""
    return Content.assemble(*((text, _STYLES[tone]) for text, tone in cell))


class Prose(Static):
    """A text that is shown as it is, in as many lines as it takes."""

    DEFAULT_CSS = """
    Prose { height: auto; background: transparent; }
    """

    auto_links: Reactive[bool] = Reactive(default=False)

    def __init__(self, paragraphs: Sequence[Cell] = (), *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(_assembled(paragraphs), id=id, markup=False)

    def show(self, *paragraphs: Cell) -> None:
        """Show these paragraphs instead."""
        self.update(_assembled(paragraphs))


def _assembled(paragraphs: Sequence[Cell]) -> Content:
    return Content("\n").join(content_of(spoken(cell)) for cell in paragraphs)
