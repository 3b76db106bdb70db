"""The hints of the main screen: what can be done here and now, the most used first."""

from collections.abc import Collection
from typing import Final

from sicktui.model.filter.choices import choices
from sicktui.model.safe_text import clean
from sicktui.model.wording import count
from sicktui.tui.commands import BY_ID, COMMANDS
from sicktui.tui.commands.command import Command
from sicktui.tui.commands.context import CommandContext
from sicktui.tui.commands.keymap import KeyMap

ALWAYS: Final = ("palette", "help", "quit")
"""The ways out, at the end and never left out."""

Hints = list[tuple[str, str]]
"""Keys, and what each does."""


def hints(now: CommandContext, keys: KeyMap) -> tuple[Hints, Hints]:
    """The commands that can be used now, those of the focused pane first, and the ways out."""
    here = [command for command in in_order(now) if not command.unavailable_because(now)]
    return [_hint(command, keys) for command in here], [_hint(BY_ID[name], keys) for name in ALWAYS]


def in_order(now: CommandContext) -> list[Command]:
    """The commands for the focused pane, the most used first, whether they can be used or not."""
    here = [
        command
        for command in COMMANDS
        if command.hint is not None and command.id not in ALWAYS and command.pane in (None, now.pane)
    ]
    return sorted(here, key=_by_use)


def _by_use(command: Command) -> tuple[bool, int]:
    """What another pane than that of the devices has comes before what they have anywhere."""
    return (command.pane in (None, "devices"), command.hint or 0)


def _hint(command: Command, keys: KeyMap) -> tuple[str, str]:
    return keys.of(command.id), command.title


def search_hints(sought: str, found: int) -> tuple[Hints, Hints]:
    """What a search in the log has found so far."""
    return [("", f"{count(found, 'line')} found")] if sought else [], [("enter", "keep"), ("esc", "end")]


def filter_hints(text: str, mistake: str, tags: Collection[str]) -> tuple[Hints, Hints]:
    """What can be typed next in the filter, or what is wrong with it."""
    if mistake:
        return [(clean(mistake, 300), "")], [("esc", "show all")]
    found = choices(text, [clean(tag) for tag in tags])
    return [("", choice) for choice in found], [("right", "complete"), ("enter", "keep"), ("esc", "show all")]
