"""Names of keys, and pressing one."""

from typing import Any, Final

from textual import events
from textual.app import App
from textual.binding import Binding

_SHORT: Final = {"esc": "escape", "pgup": "pageup", "pgdn": "pagedown"}
"""How hints write keys."""


def key_name(key: str) -> str:
    """Textual's name of a key as it is written in the settings: ``slash`` for ``/``."""
    if key == ",":
        return "comma"  # Textual takes it for the end of a key
    return next(iter(Binding.make_bindings([Binding(key, "")]))).key


def press(app: "App[Any]", key: str) -> None:
    """Do what a press of this key would do."""
    name = _SHORT.get(key, key)
    app.post_message(events.Key(key_name(name), key if len(key) == 1 else None))
