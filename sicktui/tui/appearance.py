"""How this dashboard looks and which keys it has: the same for every screen."""

from msgspec import Struct

from sicktui.tui.commands.keymap import KeyMap
from sicktui.tui.glyphs import UNICODE, Glyphs, Palette


class Appearance(Struct, frozen=True, kw_only=True):
    """Decided once, when the dashboard starts."""

    glyphs: Glyphs = UNICODE
    palette: Palette = "full"
    keys: KeyMap = KeyMap()
    demo: bool = False
