"""Names of keys, the bindings of the commands, and pressing a key."""

from typing import Any, Final

from textual import events
from textual.app import App
from textual.binding import Binding

from sicktui.tui.commands import COMMANDS
from sicktui.tui.commands.keymap import KeyMap

_SHORT: Final = {"esc": "escape", "pgup": "pageup", "pgdn": "pagedown"}
"""How hints write keys."""


def command_bindings(pane: str | None = None) -> list[Binding]:
    """Textual's bindings of the commands; those with an id can be mapped.

    Args:
        pane: those whose keys hold in this pane only; ``None``: the others.
    """
    made = []
    for command in COMMANDS:
        if (command.pane if command.is_local else None) != pane:
            continue
        action = f"screen.command('{command.id}')"
        made.append(Binding(key_name(command.key), action, command.title, show=False, id=command.id))
        made += [
            Binding(key, action, command.title, show=False, priority=key == "tab") for key in command.also
        ]
    return made


def keymap(keys: KeyMap) -> dict[str, str]:
    """The keys that were changed, by the names that Textual has for them."""
    return {name: key_name(key) for name, key in keys.changed.items()}


def key_name(key: str) -> str:
    """Textual's name of a key as it is written in the settings: ``slash`` for ``/``."""
    if key == ",":
        return "comma"  # Textual takes it for the end of a key
    return next(iter(Binding.make_bindings([Binding(key, "")]))).key


def press(app: "App[Any]", key: str) -> None:
    """Do what a press of this key would do."""
    name = _SHORT.get(key, key)
    app.post_message(events.Key(key_name(name), key if len(key) == 1 else None))
