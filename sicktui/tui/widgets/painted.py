"""Drawing spans with the line API."""

from collections.abc import Iterable, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.color import Color
from textual.reactive import Reactive
from textual.strip import Strip
from textual.widget import Widget

from sicktui.tui.drawing.spans import Span, Tone

Styles = Mapping[str, Style]
"""By tone, and by what else is drawn: ``header``, ``cursor``, ``cursor-blurred``."""

_painted: "WeakKeyDictionary[App[Any], tuple[Mapping[str, str], bool, Styles]]" = WeakKeyDictionary()
"""Of each app: the variables of its theme, whether the terminal's own colours are written, the styles."""


class Painted(Widget):
    """A widget that is drawn from spans, line by line.

    A text in it is never parsed for markup, and it asks for no links: with links on, each movement
    of the mouse over a pane repaints it (14 to 19 kB measured).

    The styles are those of the theme, worked out once for all widgets. As component classes, Textual would
    apply the whole stylesheet eleven times more to each widget, whenever a screen opens or closes.
    """

    auto_links: Reactive[bool] = Reactive(default=False)

    _drawn_in: Styles | None = None
    _laid: "dict[Style | None, Styles] | None" = None

    def notify_style_update(self) -> None:
        """Redraw in the colours of another theme."""
        super().notify_style_update()
        self._laid = None
        if self._drawn_in is not None and self._drawn_in is not styles_of(self.app):
            self._drawn_in = None
            self.refresh()

    def component(self, name: str) -> Style:
        """The style of something other than a tone: ``header``, ``cursor``."""
        return styles_of(self.app)[name]

    def strip(self, spans: Iterable[Span], width: int, over: Style | None = None) -> Strip:
        """One line of exactly ``width`` cells. ``over`` is laid over each span's own style."""
        styles = self._over(over)
        segments: list[Segment] = []
        text, last = "", styles[Tone.PLAIN]
        # Joined here: to simplify a finished strip takes longer than to make it.
        for span, tone in spans:
            style = styles[tone]
            if style is not last and text:
                segments.append(Segment(text, last))
                text = ""
            text, last = text + span, style
        if text:
            segments.append(Segment(text, last))
        missing = width - sum(segment.cell_length for segment in segments)
        if missing > 0:
            segments.append(Segment(" " * missing, styles[Tone.PLAIN]))
        strip = Strip(segments, width - missing if missing < 0 else width)
        return strip.adjust_cell_length(width) if missing < 0 else strip

    def _over(self, over: Style | None) -> Styles:
        """The styles on top of the widget's, and below ``over``; the same for all lines."""
        if self._laid is None:
            self._laid = {}
        if (laid := self._laid.get(over)) is None:
            base, self._drawn_in = self.rich_style, styles_of(self.app)
            last = over or Style()
            laid = self._laid[over] = {name: base + style + last for name, style in self._drawn_in.items()}
        return laid


def styles_of(app: "App[Any]") -> Styles:
    """The styles in the theme that an app has now; the same object until it changes."""
    variables, ansi = app.theme_variables, app.native_ansi_color
    known = _painted.get(app)
    if known is None or known[0] is not variables or known[1] != ansi:
        known = _painted[app] = variables, ansi, _styles(variables, ansi=ansi)
    return known[2]


def _styles(variables: Mapping[str, str], *, ansi: bool) -> Styles:
    def style(
        colour: str = "", behind: str = "", *, bold: bool = False, dim: bool = False, reverse: bool = False
    ) -> Style:
        # An attribute that is not set leaves that of the base.
        return Style(
            color=paint(colour),
            bgcolor=paint(behind),
            bold=bold or None,
            dim=dim or None,
            reverse=reverse or None,
        )

    def paint(variable: str) -> RichColor | None:
        # A share of a colour is for mixing it with what is below, as Textual does in its stylesheets.
        word = variables.get(variable, "auto").split()[0]
        return None if word == "auto" else Color.parse(word).rich_color

    return {
        Tone.PLAIN: Style(),
        Tone.DIM: style("foreground", dim=True) if ansi else style("text-muted"),
        Tone.GOOD: style("text-success"),
        Tone.WARN: style("text-warning"),
        Tone.BAD: style("text-error", bold=True),
        Tone.BUSY: style("text-primary"),
        Tone.KEY: style("accent", bold=True),
        Tone.FOUND: style(reverse=True),
        "header": style("text-muted"),
        "cursor": (
            style("foreground", "background", bold=True, reverse=True)
            if ansi
            else style(behind="block-cursor-background", bold=True)
        ),
        "cursor-blurred": style(behind="background", bold=True) if ansi else style(behind="panel"),
    }
