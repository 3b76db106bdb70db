"""Firmware updates and packages."""

from typing import Final

from sicktui.tui.commands.command import Command, needs_order

GROUP: Final = "Firmware"

COMMANDS: Final = (
    Command(
        id="update",
        key="u",
        title="update",
        help="Update the firmware: choose a package, review the plan, confirm. With devices that other PCs "
        "reach, as a rollout.",
        group=GROUP,
        needs=needs_order,
        hint=2,
    ),
    Command(
        id="execute_plan",
        key="(",
        title="saved plan",
        help="Execute a plan that was saved to a file: each sensor is compared with it first.",
        group=GROUP,
    ),
    Command(
        id="shelf",
        key="F",
        title="shelf",
        help="The firmware packages on the shelf of this PC: add, approve, remove.",
        group=GROUP,
        hint=21,
    ),
    Command(
        id="offers",
        key="N",
        title="offers",
        help="The firmware that sources offer: check now, fetch to the shelf, what it would change.",
        group=GROUP,
    ),
)
