"""Which sensors are meant, what is known of them, and where they stand."""

from typing import Final

from sicktui.tui.commands.command import Command, needs_chosen, needs_device, needs_selected

GROUP: Final = "Sensors"

COMMANDS: Final = (
    Command(
        id="mark",
        key="space",
        title="mark",
        help="Mark the selected device, or take its mark away. Commands mean the marked devices, "
        "and without marks the selected one.",
        group=GROUP,
        unavailable_because=needs_selected,
        hint=1,
    ),
    Command(
        id="mark_all",
        key="a",
        title="all",
        help="Mark every device that the filter shows; again: take all marks away.",
        group=GROUP,
        unavailable_because=needs_device,
        hint=7,
    ),
    Command(
        id="details",
        key="v",
        title="details",
        help="Everything that is known of the selected device, and its verdict with the advice.",
        group=GROUP,
        unavailable_because=needs_selected,
        hint=5,
    ),
    Command(
        id="refresh",
        key="R",
        title="refresh",
        help="Look at every sensor now instead of at the next interval.",
        group=GROUP,
        unavailable_because=needs_device,
    ),
    Command(
        id="find_me",
        key="f",
        title="find me",
        help="Let each sensor blink, to find it on site (FindMe).",
        group=GROUP,
        unavailable_because=needs_chosen,
        hint=13,
    ),
    Command(
        id="find_me_for",
        key="T",
        title="blink for",
        help="Let each sensor blink for as many seconds as you say.",
        group=GROUP,
        unavailable_because=needs_chosen,
    ),
)
