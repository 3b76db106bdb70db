"""Parameters as files: taken, kept, brought back."""

from typing import Final

from sicktui.tui.commands.command import Command, needs_free, needs_one, needs_selected

GROUP: Final = "Backups"

COMMANDS: Final = (
    Command(
        id="backup",
        key="b",
        title="backup",
        help="Fetch and keep the parameter backup of each sensor.",
        group=GROUP,
        unavailable_because=needs_free,
        hint=3,
    ),
    Command(
        id="restore",
        key="r",
        title="restore",
        help="Bring a backup back to the sensor: choose the version, read the checks, confirm.",
        group=GROUP,
        unavailable_because=needs_free,
        hint=4,
    ),
    Command(
        id="history",
        key="h",
        title="history",
        help="The backups of the selected device: age, size, firmware, by whom; verify, export, restore.",
        group=GROUP,
        unavailable_because=needs_selected,
        hint=6,
    ),
    Command(
        id="replace",
        key="E",
        title="exchange",
        help="A new sensor stands in the place of the selected device's old one: give it the old one's "
        "parameters and the old one's place in the list.",
        group=GROUP,
        unavailable_because=needs_one,
        hint=15,
    ),
    Command(
        id="kept",
        key="B",
        title="all backups",
        help="All backups on this PC: verify, export, import, delete old ones.",
        group=GROUP,
        hint=22,
    ),
)
