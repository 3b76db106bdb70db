"""Drawing spans with the line API."""

from collections.abc import Iterable
from typing import Final

from rich.segment import Segment
from rich.style import Style
from textual.reactive import Reactive
from textual.strip import Strip
from textual.widget import Widget

from sicktui.tui.drawing.spans import Span, Tone

COMPONENTS: Final = {f"painted--{tone.value}" for tone in Tone} | {
    "painted--header",
    "painted--cursor",
    "painted--cursor-blurred",
}


def painted_css(kind: str) -> str:
    """The default styles of the tones, for a widget class.

    Textual hands neither styles nor component classes down from a second base class.
    """
    return (
        kind
        + """ {
        & > .painted--dim { color: $text-muted; }
        & > .painted--good { color: $text-success; }
        & > .painted--warn { color: $text-warning; }
        & > .painted--bad { color: $text-error; text-style: bold; }
        & > .painted--busy { color: $text-primary; }
        & > .painted--key { color: $accent; text-style: bold; }
        & > .painted--found { text-style: reverse; }
        & > .painted--header { color: $text-muted; }
        & > .painted--cursor { background: $block-cursor-background; text-style: bold; }
        & > .painted--cursor-blurred { background: $panel; }
        &:ansi {
            & > .painted--dim { color: $foreground; text-style: dim; }
            & > .painted--cursor { text-style: bold reverse; color: $foreground; background: $background; }
            & > .painted--cursor-blurred { text-style: bold; background: $background; }
        }
    }
    """
    )


class Painted(Widget):
    """A widget that is drawn from spans, line by line.

    A text in it is never parsed for markup, and it asks for no links: with links on, each movement
    of the mouse over a pane repaints it (14 to 19 kB measured).
    """

    auto_links: Reactive[bool] = Reactive(default=False)

    def tone(self, tone: Tone) -> Style:
        """The style of a tone in the present theme."""
        return self.get_component_rich_style(f"painted--{tone.value}", partial=True)

    def component(self, name: str) -> Style:
        """The style of one of the other components: ``header``, ``cursor``."""
        return self.get_component_rich_style(f"painted--{name}", partial=True)

    def strip(self, spans: Iterable[Span], width: int, over: Style | None = None) -> Strip:
        """One line of exactly ``width`` cells. ``over`` is laid over each span's own style."""
        base = self.rich_style
        last = base + over if over else base
        segments = [
            Segment(span.text, base + self.tone(span.tone) + over if over else base + self.tone(span.tone))
            for span in spans
        ]
        return Strip(segments).adjust_cell_length(width, last).simplify()
