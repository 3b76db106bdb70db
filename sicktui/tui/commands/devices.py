"""The device list: contents and order."""

from typing import Final

from sicktui.tui.commands.command import (
    Command,
    needs_chosen,
    needs_device,
    needs_empty,
    needs_moved,
    needs_selected,
)

GROUP: Final = "Device list"

COMMANDS: Final = (
    Command(
        id="add",
        key="n",
        title="new",
        help="Add a device to the list.",
        group=GROUP,
        hint=16,
    ),
    Command(
        id="edit",
        key="e",
        title="edit",
        help="Change the selected device: name, address, login, tags, serial number, timing.",
        group=GROUP,
        unavailable_because=needs_selected,
        hint=17,
    ),
    Command(
        id="follow",
        key="M",
        title="moved",
        help="Change the address of the selected device to the one where its sensor was found.",
        group=GROUP,
        unavailable_because=needs_moved,
        hint=0,
    ),
    Command(
        id="remove",
        key="-",
        title="remove",
        help="Remove the marked devices (or the selected one) from the list. The sensors are not affected.",
        group=GROUP,
        unavailable_because=needs_chosen,
    ),
    Command(
        id="filter",
        key="/",
        title="filter",
        help="Filter: words, @tag, state:failed, version<2.3, backup>30d, !not. An empty filter shows all.",
        group=GROUP,
        unavailable_because=needs_device,
        hint=8,
    ),
    Command(
        id="sort",
        key="s",
        title="sort",
        help="Sort the list by name, trouble, address, model, version, health, age of backup, or contact.",
        group=GROUP,
        unavailable_because=needs_device,
    ),
    Command(
        id="sort_back",
        key="Z",
        title="reverse",
        help="Reverse the order of the list.",
        group=GROUP,
        unavailable_because=needs_device,
    ),
    Command(
        id="search",
        key="+",
        title="search",
        help="Search the network for sensors: add new ones to the list, follow those that have moved.",
        group=GROUP,
    ),
    Command(
        id="import_list",
        key="I",
        title="import",
        help="Import devices from a file (.csv, .json or .toml); shows what changes first.",
        group=GROUP,
    ),
    Command(
        id="commission",
        key="C",
        title="commission",
        help="Set up new sensors from a list (.csv): addresses, names, device list.",
        group=GROUP,
    ),
    Command(
        id="export_list",
        key="X",
        title="export",
        help="Export the device list to a file (.csv, .json or .toml), with what was seen of the sensors.",
        group=GROUP,
        unavailable_because=needs_device,
    ),
    Command(
        id="tags",
        key="#",
        title="tags",
        help="Tags group devices, for passwords too: tag or untag the marked devices, rename.",
        group=GROUP,
        unavailable_because=needs_chosen,
    ),
    Command(
        id="demo",
        key="0",
        title="demo",
        help="Try the dashboard on simulated sensors; quitting the demo ends it.",
        group=GROUP,
        unavailable_because=needs_empty,
    ),
    Command(
        id="overview",
        key="i",
        title="overview",
        help="The fleet by family, model and firmware, and what is behind the packages of the shelf.",
        group=GROUP,
        unavailable_because=needs_device,
    ),
)
