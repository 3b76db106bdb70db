"""The themes: readable, told apart by everyone, and the same in 256 colours."""

import itertools
from typing import Final

import pytest
from textual.color import Color

from sicktui.tui.terminal.nearest_colour import PALETTE, Triplet, nearest, oklab
from sicktui.tui.themes import LOOKS, Colours, NamedTheme, theme_for, themes

FULL: Final = [look for look in LOOKS if look.full.foreground.startswith("#")]
TONES: Final = ("good", "warn", "bad", "busy", "key", "muted", "foreground")

# Machado, Oliveira and Fernandes 2009, severity 1.0.
BLINDNESS: Final = {
    "protan": ((0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052)),
    "deutan": ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969)),
    "tritan": ((1.256, -0.077, -0.179), (-0.078, 0.931, 0.148), (0.005, 0.691, 0.304)),
}


def rgb(text: str) -> Triplet:
    return Color.parse(text).rgb


def as_256(text: str) -> Triplet:
    return PALETTE[nearest(rgb(text))]


def luminance(colour: Triplet) -> float:
    def linear(value: int) -> float:
        share = value / 255
        return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)

    return float(
        sum(part * linear(value) for part, value in zip((0.2126, 0.7152, 0.0722), colour, strict=True))
    )


def contrast(one: Triplet, other: Triplet) -> float:
    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


def seen(colour: Triplet, kind: str) -> Triplet:
    red, green, blue = (
        min(255, max(0, round(sum(part * value for part, value in zip(row, colour, strict=True)))))
        for row in BLINDNESS[kind]
    )
    return red, green, blue


def behind(colours: Colours, *, few: bool) -> list[str]:
    cursor = colours.cursor_256 if few and colours.cursor_256 else colours.cursor
    return [colours.background, colours.surface, colours.panel, cursor]


@pytest.mark.parametrize("look", FULL, ids=lambda look: look.name)
@pytest.mark.parametrize("few", [False, True], ids=["all", "256"])
def test_every_tone_is_readable_wherever_it_is_drawn(look: NamedTheme, few: bool) -> None:
    """At least as WCAG 2 asks of a text: 4.5, and 7 for high contrast."""
    shown = as_256 if few else rgb
    least = 7.0 if look.name == "contrast" else 4.5
    for tone, back in itertools.product(TONES, behind(look.full, few=few)):
        found = contrast(shown(getattr(look.full, tone)), shown(back))
        assert found >= least, f"{tone} on {back}: {found:.2f}"


@pytest.mark.parametrize("look", FULL, ids=lambda look: look.name)
def test_256_colours_keep_the_parts_of_the_screen_apart(look: NamedTheme) -> None:
    """The bars, the dialogs and the row with the cursor stand out, and no grey becomes navy."""
    parts = [as_256(back) for back in behind(look.full, few=True)]
    assert len({parts[0], parts[2], parts[3]}) == 3
    for part in parts[:3]:
        assert max(part) - min(part) <= 40, "a grey stays one"


def test_whoever_sees_red_and_green_alike_tells_the_states_apart() -> None:
    look = next(look for look in LOOKS if look.name == "colour-blind")
    for kind in BLINDNESS:
        tones = [oklab(seen(rgb(getattr(look.full, tone)), kind)) for tone in ("good", "warn", "bad")]
        for one, other in itertools.combinations(tones, 2):
            assert sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5 > 0.08, kind


def test_sixteen_colours_name_only_those_of_the_terminal() -> None:
    for theme in themes("16"):
        assert theme.ansi
        for name in ("primary", "secondary", "success", "warning", "error", "accent", "background"):
            assert str(getattr(theme, name)).startswith("ansi_")
    assert theme_for("auto", "16") == "terminal"
    assert theme_for("auto", "256") == theme_for("auto", "full") == "dark"
    assert theme_for("light", "16") == "light"
