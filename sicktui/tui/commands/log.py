"""The log: whose lines, which, search, copy, save."""

from typing import Final

from sicktui.tui.commands.command import Command, needs_sought

GROUP: Final = "Log"

COMMANDS: Final = (
    Command(
        id="log_search",
        key="/",
        title="search",
        help="Search the log; the newest line that has the words comes first. Esc ends the search.",
        group=GROUP,
        hint=1,
        pane="log",
        is_local=True,
    ),
    Command(
        id="log_next",
        key="n",
        title="next",
        help="Go to the line found below.",
        group=GROUP,
        needs=needs_sought,
        hint=2,
        pane="log",
        is_local=True,
    ),
    Command(
        id="log_previous",
        key="N",
        title="previous",
        help="Go to the line found above.",
        group=GROUP,
        needs=needs_sought,
        pane="log",
        is_local=True,
    ),
    Command(
        id="log_level",
        key="l",
        title="level",
        help="Show warnings and errors, then errors only, then all lines.",
        group=GROUP,
        hint=5,
        pane="log",
        is_local=True,
    ),
    Command(
        id="log_copy",
        key="y",
        title="copy",
        help="Copy the lines that the log shows, through SSH and tmux.",
        group=GROUP,
        hint=6,
        pane="log",
        is_local=True,
    ),
    Command(
        id="log_save",
        key="w",
        title="save",
        help="Save the lines that the log shows to a file.",
        group=GROUP,
        hint=7,
        pane="log",
        is_local=True,
    ),
    Command(
        id="log_show",
        key="H",
        title="log on/off",
        help="Show or hide the log pane.",
        group=GROUP,
    ),
    Command(
        id="log_more",
        key=".",
        title="larger log",
        help="Give the log a line of the table.",
        group=GROUP,
    ),
    Command(
        id="log_less",
        key=",",
        title="smaller log",
        help="Give the table a line of the log.",
        group=GROUP,
    ),
    Command(
        id="log_pause",
        key="p",
        title="pause log",
        help="Pause the log; press again to catch up. Moving up pauses it too, moving to its end resumes it.",
        group=GROUP,
        hint=4,
        pane="log",
    ),
    Command(
        id="log_of",
        key="o",
        title="log of",
        help="Switch the log between marked devices (all if none is marked), the selected device, and all "
        "devices.",
        group=GROUP,
    ),
)
