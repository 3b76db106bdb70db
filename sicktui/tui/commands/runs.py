"""Runs: cancel, continue, list, timeline, verdicts."""

from typing import Final

from sicktui.tui.commands.command import Command, needs_approval, needs_live_run, needs_over, needs_shown_run

GROUP: Final = "Runs"

COMMANDS: Final = (
    Command(
        id="cancel",
        key="c",
        title="cancel run",
        help="Cancel the run. Sensors not yet written to stop at once; the others are finished safely.",
        group=GROUP,
        needs=needs_live_run,
        hint=0,
    ),
    Command(
        id="continue_run",
        key=";",
        title="continue run",
        help="Continue a run or rollout that waits for approval after its first wave. Look at its sensors "
        "before: their firmware cannot be rolled back.",
        group=GROUP,
        needs=needs_approval,
        hint=0,
    ),
    Command(
        id="verdicts",
        key="U",
        title="verdicts",
        help="Show how the run shown has ended: the causes with what to do, and what each sensor runs. Retry "
        "what failed, copy it, or write a report.",
        group=GROUP,
        needs=needs_shown_run,
        hint=0,
    ),
    Command(
        id="timeline",
        key="t",
        title="timeline",
        help="Show who waited, was backed up, was sent the package, flashed and was away, and when, in the "
        "run shown.",
        group=GROUP,
        needs=needs_shown_run,
        hint=0,
    ),
    Command(
        id="close_run",
        key="x",
        title="close run",
        help="Close the finished run: its devices show what the list shows. The list of runs has it still.",
        group=GROUP,
        needs=needs_over,
        hint=0,
    ),
    Command(
        id="runs",
        key="&",
        title="runs",
        help="All runs on this PC, including other sessions, and the rollouts of the fleet: show, cancel, "
        "resume, retry or report one.",
        group=GROUP,
        hint=9,
    ),
)
