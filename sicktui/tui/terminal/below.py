"""The screen below a dialog, in dimmed colours.

Textual's own way prints it as a console would and cuts the result into lines again, with each segment mixed
anew; that is most of what a dialog's first picture takes, and the screen below changes four times a second.
"""

from functools import lru_cache

from rich.segment import Segment
from rich.style import Style as RichStyle
from textual.color import Color
from textual.css.styles import RulesMap
from textual.renderables.background_screen import BackgroundScreen
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual


class Below(BackgroundScreen, Visual):
    """What a dialog has around its box."""

    def render_strips(
        self, width: int, height: int | None, style: Style, options: RenderOptions
    ) -> list[Strip]:
        """The lines of the screen below."""
        base, colour = style.rich_style, self.color
        strips = self.screen._compositor.render_strips()  # noqa: SLF001 - as Textual itself
        return [
            Strip(
                [
                    segment if segment.control else Segment(segment.text, _mixed(segment.style, colour, base))
                    for segment in strip
                ],
                strip.cell_length,
            ).adjust_cell_length(width, base)
            for strip in strips[:height]
        ]

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        """All there is."""
        return container_width

    def get_height(self, rules: RulesMap, width: int) -> int:
        """All there is."""
        return self.screen.size.height


@lru_cache(maxsize=2048)
def _mixed(style: RichStyle | None, colour: Color, base: RichStyle) -> RichStyle:
    """A style of the screen below, mixed with a colour; where it names no colour, the base does."""
    (segment,) = BackgroundScreen.process_segments([Segment(" ", style)], colour)
    return base + segment.style if segment.style else base
