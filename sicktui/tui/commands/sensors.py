"""Marks, details, refresh and FindMe."""

from typing import Final

from sicktui.tui.commands.command import Command, needs_chosen, needs_device, needs_free, needs_selected

GROUP: Final = "Sensors"

COMMANDS: Final = (
    Command(
        id="mark",
        key="space",
        title="mark",
        help="Mark or unmark the selected device. Commands apply to the marked devices, or to the selected "
        "one if none is marked.",
        group=GROUP,
        unavailable_because=needs_selected,
        hint=1,
    ),
    Command(
        id="mark_all",
        key="a",
        title="all",
        help="Mark all devices shown; press again to clear all marks.",
        group=GROUP,
        unavailable_because=needs_device,
        hint=7,
    ),
    Command(
        id="details",
        key="v",
        title="details",
        help="All details of the selected device, with its verdict and advice.",
        group=GROUP,
        unavailable_because=needs_selected,
        hint=5,
    ),
    Command(
        id="refresh",
        key="R",
        title="refresh",
        help="Refresh all sensors now.",
        group=GROUP,
        unavailable_because=needs_device,
    ),
    Command(
        id="find_me",
        key="f",
        title="find me",
        help="Make the sensors blink so you can find them on site (FindMe).",
        group=GROUP,
        unavailable_because=needs_chosen,
        hint=13,
    ),
    Command(
        id="find_me_for",
        key="T",
        title="blink for",
        help="Make the sensors blink for a chosen number of seconds.",
        group=GROUP,
        unavailable_because=needs_chosen,
    ),
    Command(
        id="dump",
        key="Y",
        title="diagnosis",
        help="Fetch the diagnosis files of the sensors, for SICK's support.",
        group=GROUP,
        unavailable_because=needs_free,
    ),
)
