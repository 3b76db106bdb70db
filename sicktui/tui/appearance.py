"""How this dashboard looks and which keys it has: the same for every screen."""

from msgspec import Struct

from sicktui.tui.commands.keymap import Keys
from sicktui.tui.glyphs import UNICODE, Glyphs, Palette


class Face(Struct, frozen=True, kw_only=True):
    """Decided once, when the dashboard starts."""

    glyphs: Glyphs = UNICODE
    palette: Palette = "full"
    keys: Keys = Keys()
    demo: bool = False
