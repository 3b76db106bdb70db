"""Backups: take, browse, restore, and replace a sensor."""

from typing import Final

from sicktui.tui.commands.command import Command, needs_free, needs_one, needs_order, needs_selected

GROUP: Final = "Backups"

COMMANDS: Final = (
    Command(
        id="backup",
        key="b",
        title="backup",
        help="Back up each sensor's parameters. With devices that other PCs reach, as a rollout.",
        group=GROUP,
        needs=needs_order,
        hint=3,
    ),
    Command(
        id="restore",
        key="r",
        title="restore",
        help="Restore a backup: choose a version, review the checks, confirm.",
        group=GROUP,
        needs=needs_free,
        there="sicktui restore {} --backup latest",
        hint=4,
    ),
    Command(
        id="history",
        key="h",
        title="history",
        help="The backups of the selected device: age, size, firmware, operator; verify, export, restore.",
        group=GROUP,
        needs=needs_selected,
        there="sicktui backups list {}",
        hint=6,
    ),
    Command(
        id="replace",
        key="E",
        title="replace",
        help="Replace a sensor: restore the old sensor's parameters onto the new one and update the device "
        "list.",
        group=GROUP,
        needs=needs_one,
        there="sicktui restore {} --backup latest --replace",
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
