"""What goes on in processes of its own."""

from typing import Final

from sicktui.tui.commands.command import Command, needs_live_run

GROUP: Final = "Runs"

COMMANDS: Final = (
    Command(
        id="cancel",
        key="c",
        title="cancel run",
        help="Cancel the run: sensors that nothing was written to stop at once, the others are "
        "brought to a safe state first.",
        group=GROUP,
        unavailable_because=needs_live_run,
        hint=12,
    ),
    Command(
        id="runs",
        key="g",
        title="runs",
        help="All runs on this PC, also those of other sessions: look at one, cancel or resume it.",
        group=GROUP,
        hint=9,
    ),
)
