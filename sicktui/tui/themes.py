"""The themes, each in the colours that a terminal has: all of them, or sixteen.

Every theme has the same names of colours. Textual resolves them; widgets name no colour themselves.
"""

from typing import Final

from msgspec import Struct, structs
from textual.theme import BUILTIN_THEMES, Theme

from sicktui.model.settings import ThemeChoice
from sicktui.tui.glyphs import Palette


class Colours(Struct, frozen=True, kw_only=True):
    """The colours of a theme: ``#rrggbb``, or the ``ansi_`` names for sixteen."""

    foreground: str
    background: str
    surface: str
    """Of dialogs."""
    panel: str
    """Of the bars, and of a selected row that has not the focus."""
    cursor: str
    """Of the selected row. Not used with sixteen colours: the row is reversed."""
    primary: str
    secondary: str
    key: str
    muted: str
    good: str
    warn: str
    bad: str
    busy: str
    dark: bool = True
    cursor_256: str = ""
    """Where the nearest of 256 colours would be lost among the greys."""


class NamedTheme(Struct, frozen=True, kw_only=True):
    """A theme as an operator chooses it."""

    name: ThemeChoice
    about: str
    full: Colours
    sixteen: Colours


_TERMINAL: Final = Colours(
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    cursor="ansi_default",
    primary="ansi_bright_blue",
    secondary="ansi_cyan",
    key="ansi_yellow",
    muted="ansi_default",
    good="ansi_green",
    warn="ansi_yellow",
    bad="ansi_bright_red",
    busy="ansi_cyan",
)

_BLACK: Final = structs.replace(
    _TERMINAL,
    foreground="ansi_white",
    background="ansi_black",
    surface="ansi_black",
    panel="ansi_black",
    cursor="ansi_black",
    key="ansi_bright_yellow",
    muted="ansi_white",
    good="ansi_bright_green",
    warn="ansi_bright_yellow",
    busy="ansi_bright_cyan",
)

LOOKS: Final = (
    NamedTheme(
        name="dark",
        about="light text on dark blue",
        full=Colours(
            foreground="#d7dee6",
            background="#10161d",
            surface="#18212b",
            panel="#1f2a36",
            cursor="#1b3750",
            cursor_256="#000087",
            primary="#4aa3df",
            secondary="#2b6c99",
            key="#f2b84b",
            muted="#95a3b3",
            good="#6fd08c",
            warn="#f5b860",
            bad="#ff7d88",
            busy="#6bbcf0",
        ),
        sixteen=_BLACK,
    ),
    NamedTheme(
        name="light",
        about="dark text on white, for bright rooms",
        full=Colours(
            foreground="#1d2733",
            background="#f7f8fa",
            surface="#edf0f4",
            panel="#e1e6ec",
            cursor="#c9def2",
            cursor_256="#d7d7ff",
            primary="#1f6fb2",
            secondary="#7ba7cc",
            key="#5c4a00",
            muted="#4d5a68",
            good="#14652f",
            warn="#664d00",
            bad="#b3142a",
            busy="#0b5794",
            dark=False,
        ),
        sixteen=Colours(
            foreground="ansi_black",
            background="ansi_bright_white",
            surface="ansi_bright_white",
            panel="ansi_white",
            cursor="ansi_white",
            primary="ansi_blue",
            secondary="ansi_cyan",
            key="ansi_blue",
            muted="ansi_black",
            good="ansi_green",
            warn="ansi_magenta",
            bad="ansi_red",
            busy="ansi_blue",
            dark=False,
        ),
    ),
    NamedTheme(
        name="contrast",
        about="high contrast: bright text on black",
        full=Colours(
            foreground="#ffffff",
            background="#000000",
            surface="#0a0a0a",
            panel="#1c1c1c",
            cursor="#00264d",
            cursor_256="#00005f",
            primary="#8fd0ff",
            secondary="#8fd0ff",
            key="#ffe14d",
            muted="#d0d0d0",
            good="#6cff8f",
            warn="#ffd75f",
            bad="#ff9f9f",
            busy="#87d7ff",
        ),
        sixteen=structs.replace(
            _BLACK,
            foreground="ansi_bright_white",
            primary="ansi_bright_white",
            secondary="ansi_bright_white",
            muted="ansi_bright_white",
        ),
    ),
    NamedTheme(
        name="colour-blind",
        about="blue and orange instead of green and red",
        full=Colours(
            foreground="#dfe3e8",
            background="#121417",
            surface="#1b1e23",
            panel="#25292f",
            cursor="#24364f",
            cursor_256="#000087",
            primary="#56b4e9",
            secondary="#2d6f99",
            key="#ffffff",
            muted="#a3abb5",
            good="#56b4e9",
            warn="#f0e442",
            bad="#ff8a3d",
            busy="#c7b9f5",
        ),
        sixteen=structs.replace(_BLACK, key="ansi_bright_white", good="ansi_bright_blue", bad="ansi_yellow"),
    ),
    NamedTheme(
        name="terminal",
        about="the terminal's own sixteen colours and background",
        full=_TERMINAL,
        sixteen=_TERMINAL,
    ),
)
"""All themes. The first is the one for terminals with more than sixteen colours, the last for the others."""

NAMES: Final = tuple(look.name for look in LOOKS)


def themes(palette: Palette) -> list[Theme]:
    """All themes by their names, in the colours of this terminal.

    Without colours they are those of sixteen, which Textual then leaves out.
    """
    return [_theme(look, palette) for look in LOOKS]


def theme_for(choice: ThemeChoice, palette: Palette) -> str:
    """The name of the theme to begin with."""
    if choice != "auto":
        return choice
    return LOOKS[0].name if palette in {"full", "256"} else LOOKS[-1].name


def _theme(look: NamedTheme, palette: Palette) -> Theme:
    colours = look.full if palette in {"full", "256"} else look.sixteen
    ansi = colours.foreground.startswith("ansi_")
    base = BUILTIN_THEMES["ansi-dark" if colours.dark else "ansi-light"].variables if ansi else {}
    cursor = (palette == "256" and colours.cursor_256) or colours.cursor
    return Theme(
        name=look.name,
        ansi=ansi,
        dark=colours.dark,
        primary=colours.primary,
        secondary=colours.secondary,
        accent=colours.key,
        foreground=colours.foreground,
        background=colours.background,
        surface=colours.surface,
        panel=colours.panel,
        boost=colours.panel if ansi else None,
        success=colours.good,
        warning=colours.warn,
        error=colours.bad,
        variables={
            **base,
            **({"text": colours.foreground} if ansi else {}),
            **({} if colours.muted == "ansi_default" else {"text-muted": colours.muted}),
            "text-success": colours.good,
            "text-warning": colours.warn,
            "text-error": colours.bad,
            "text-primary": colours.busy,
            "block-cursor-background": base.get("block-cursor-background", cursor),
            "block-cursor-foreground": base.get("block-cursor-foreground", colours.foreground),
        },
    )
