"""Panes, looks, help and quit."""

from typing import Final

from sicktui.tui.commands.command import Command, needs_shown_run

GROUP: Final = "View"

COMMANDS: Final = (
    Command(
        id="pane",
        key="w",
        title="next pane",
        help="Move the focus to the next pane: devices, log, runs.",
        group=GROUP,
        also=("tab",),
    ),
    Command(
        id="pane_run",
        key="1",
        title="to runs",
        help="Move the focus to the runs that are shown. There j and k select one, enter shows its verdicts.",
        group=GROUP,
        needs=needs_shown_run,
    ),
    Command(
        id="pane_devices",
        key="2",
        title="to devices",
        help="Move the focus to the devices. There enter opens the count of those that wait or are over.",
        group=GROUP,
    ),
    Command(
        id="pane_log",
        key="3",
        title="to log",
        help="Move the focus to the log.",
        group=GROUP,
    ),
    Command(
        id="zoom",
        key="z",
        title="zoom",
        help="Zoom the focused pane to full screen; press again to restore.",
        group=GROUP,
        hint=18,
    ),
    Command(
        id="theme",
        key="%",
        title="theme",
        help="Choose the colours: dark, light, high contrast, colour-blind safe, or the terminal's own.",
        group=GROUP,
    ),
    Command(
        id="settings",
        key="=",
        title="settings",
        help="Every setting with its value, where it comes from and what it means; change it in config.toml.",
        group=GROUP,
    ),
    Command(
        id="doctor",
        key="D",
        title="doctor",
        help="Check this PC for problems and show the fixes: folders, passwords, terminal, network.",
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
        help="Find a command by name.",
        group=GROUP,
        hint=20,
        also=("ctrl+p",),
    ),
    Command(
        id="quit",
        key="q",
        title="quit",
        help="Close the filter or the zoom; then quit the dashboard. A running run continues without it.",
        group=GROUP,
        hint=0,
        also=("ctrl+q", "ctrl+c"),
    ),
)
