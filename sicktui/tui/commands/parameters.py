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
        needs=needs_pair,
        there="sicktui diff {}",
        hint=10,
    ),
    Command(
        id="rename",
        key="L",
        title="rename",
        help="Change the selected sensor's own name (LocationName).",
        group=GROUP,
        needs=needs_one,
        there="sicktui set {} LocationName NAME",
        hint=14,
    ),
    Command(
        id="parameters",
        key="$",
        title="parameters",
        help="Read and set any parameter of a sensor; set one on all marked sensors.",
        group=GROUP,
        needs=needs_chosen,
        there="sicktui get {} NAME",
        hint=23,
    ),
    Command(
        id="address",
        key="A",
        title="address",
        help="Show and set the IPv4 address of the selected sensor.",
        group=GROUP,
        needs=needs_one,
        there="sicktui address {}",
        hint=24,
    ),
    Command(
        id="save",
        key="S",
        title="save",
        help="Save the parameters on the sensors so that they survive a power cycle.",
        group=GROUP,
        needs=needs_free,
        there="the key S of its dashboard",
    ),
)
