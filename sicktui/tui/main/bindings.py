"""The key bindings of the main screen, made from the command table."""

from textual.binding import Binding

from sicktui.tui.commands import COMMANDS
from sicktui.tui.commands.keymap import KeyMap
from sicktui.tui.widgets.keys import key_name


def bindings() -> list[Binding]:
    """Textual's bindings of every command but the local ones; those with an id can be mapped."""
    made = []
    for command in COMMANDS:
        if command.is_local:
            continue  # its pane has the binding
        action = f"command('{command.id}')"
        made.append(Binding(key_name(command.key), action, command.title, show=False, id=command.id))
        made += [
            Binding(key, action, command.title, show=False, priority=key == "tab") for key in command.also
        ]
    return made


def keymap(keys: KeyMap) -> dict[str, str]:
    """The keys that were changed, by the names that Textual has for them."""
    return {name: key_name(key) for name, key in keys.changed.items()}
