"""Runs: cancel and list."""

from typing import Final

from sicktui.tui.commands.command import Command, needs_live_run, needs_over

GROUP: Final = "Runs"

COMMANDS: Final = (
    Command(
        id="cancel",
        key="c",
        title="cancel run",
        help="Cancel the run. Sensors not yet written to stop at once; the others are finished safely.",
        group=GROUP,
        unavailable_because=needs_live_run,
        hint=0,
    ),
    Command(
        id="close_run",
        key="x",
        title="close run",
        help="Close the finished run: its devices show what the list shows. The list of runs has it still.",
        group=GROUP,
        unavailable_because=needs_over,
    ),
    Command(
        id="runs",
        key="g",
        title="runs",
        help="All runs on this PC, including other sessions: show, cancel or resume one.",
        group=GROUP,
        hint=9,
    ),
)
