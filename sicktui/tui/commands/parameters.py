"""Parameters: read, compare, write."""

from typing import Final

from sicktui.tui.commands.command import Command, needs_chosen, needs_free, needs_one, needs_pair

GROUP: Final = "Parameters"

COMMANDS: Final = (
    Command(
        id="diff",
        key="d",
        title="diff",
        help="Compare a sensor with a snapshot, a backup or another sensor; or two marked sensors.",
        group=GROUP,
        unavailable_because=needs_pair,
        hint=10,
    ),
    Command(
        id="rename",
        key="L",
        title="rename",
        help="Change the selected sensor's own name (LocationName).",
        group=GROUP,
        unavailable_because=needs_one,
        hint=14,
    ),
    Command(
        id="parameters",
        key="$",
        title="parameters",
        help="Read and set any parameter of a sensor; set one on all marked sensors.",
        group=GROUP,
        unavailable_because=needs_chosen,
        hint=23,
    ),
    Command(
        id="address",
        key="A",
        title="address",
        help="Show and set the IPv4 address of the selected sensor.",
        group=GROUP,
        unavailable_because=needs_one,
        hint=24,
    ),
    Command(
        id="save",
        key="S",
        title="save",
        help="Save the parameters on the sensors so that they survive a power cycle.",
        group=GROUP,
        unavailable_because=needs_free,
    ),
)
