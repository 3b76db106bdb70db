"""The colours: one theme for terminals that have them all, one for those with sixteen."""

from typing import Final

from textual.theme import BUILTIN_THEMES, Theme

from sicktui.tui.glyphs import Palette

FULL: Final = Theme(
    name="sicktui",
    primary="#4aa3df",
    secondary="#2b6c99",
    accent="#f2b84b",
    foreground="#d7dee6",
    background="#10161d",
    surface="#18212b",
    panel="#1f2a36",
    success="#5fc27e",
    warning="#f0a848",
    error="#f0616d",
    dark=True,
    variables={
        "text-success": "#6fd08c",
        "text-warning": "#f5b860",
        "text-error": "#ff7d88",
        "text-primary": "#6bbcf0",
        "text-muted": "#95a3b3",
        "block-cursor-background": "#24527a",
        "block-cursor-foreground": "#ffffff",
    },
)

SIXTEEN: Final = Theme(
    name="sicktui-16",
    ansi=True,
    primary="ansi_bright_blue",
    secondary="ansi_cyan",
    warning="ansi_yellow",
    error="ansi_bright_red",
    success="ansi_green",
    accent="ansi_yellow",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    dark=True,
    variables=dict(BUILTIN_THEMES["ansi-dark"].variables),
)


def theme_for(palette: Palette) -> Theme:
    """The theme for what the terminal can show.

    Without colours it is the one with sixteen, whose colours Textual then leaves out.
    """
    return FULL if palette == "full" else SIXTEEN
