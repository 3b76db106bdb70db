"""Appearance settings shared by all screens."""

from msgspec import Struct, field

from sicktui.model.settings import Density, ThemeChoice
from sicktui.stores.memory.places import Places
from sicktui.tui.commands.keymap import KeyMap
from sicktui.tui.glyphs import UNICODE, Glyphs, Palette


class Appearance(Struct, frozen=True, kw_only=True):
    """Glyphs, colours and keys, chosen when the dashboard starts."""

    glyphs: Glyphs = UNICODE
    palette: Palette = "full"
    theme: ThemeChoice = "auto"
    """The one to begin with."""
    density: Density = "compact"
    keys: KeyMap = KeyMap()
    demo: bool = False
    places: Places = field(default_factory=Places)
    """The folders that files came from."""
