"""What the screen shows, and the ways out."""

from typing import Final

from sicktui.tui.commands.command import Command

GROUP: Final = "View"

COMMANDS: Final = (
    Command(
        id="pane",
        key="w",
        title="next pane",
        help="Give the keys to the next pane: list, update panel, log.",
        group=GROUP,
        also=("tab",),
    ),
    Command(
        id="zoom",
        key="z",
        title="zoom",
        help="Give the whole screen to the pane that has the keys; again: back.",
        group=GROUP,
        hint=18,
    ),
    Command(
        id="log_show",
        key="t",
        title="log on/off",
        help="Show or hide the log pane.",
        group=GROUP,
    ),
    Command(
        id="log_pause",
        key="p",
        title="pause log",
        help="Stop the log where it stands; again: go on with all that came meanwhile.",
        group=GROUP,
        hint=19,
    ),
    Command(
        id="log_of",
        key="o",
        title="log of",
        help="Whose lines the log shows: the marked devices (without marks all), the selected one, or all.",
        group=GROUP,
    ),
    Command(
        id="doctor",
        key="D",
        title="doctor",
        help="What would go wrong on this PC, and the remedy: folders, passwords, terminal, network.",
        group=GROUP,
        hint=25,
    ),
    Command(
        id="help",
        key="?",
        title="help",
        help="This page.",
        group=GROUP,
        hint=0,
        also=("f1",),
    ),
    Command(
        id="palette",
        key=":",
        title="commands",
        help="Find any command by its name.",
        group=GROUP,
        hint=20,
        also=("ctrl+p",),
    ),
    Command(
        id="quit",
        key="q",
        title="quit",
        help="Leave the dashboard. A run that is going goes on without it.",
        group=GROUP,
        hint=0,
        also=("ctrl+q", "ctrl+c"),
    ),
)
