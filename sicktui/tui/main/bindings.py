"""The key bindings of the main screen, made from the command table."""

from textual.binding import Binding

from sicktui.tui.commands import COMMANDS


def bindings() -> list[Binding]:
    """Textual's bindings of every command. Those with an id can be mapped to other keys."""
    made = []
    for command in COMMANDS:
        action = f"command('{command.id}')"
        made.append(Binding(command.key, action, command.title, show=False, id=command.id))
        made += [
            Binding(key, action, command.title, show=False, priority=key == "tab") for key in command.also
        ]
    return made
