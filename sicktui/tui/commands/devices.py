"""What is in the list, and in which order."""

from typing import Final

from sicktui.tui.commands.command import Command, needs_chosen, needs_device, needs_selected

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
        id="remove",
        key="x",
        title="remove",
        help="Take the marked devices (else the selected one) off the list. The sensors are not touched.",
        group=GROUP,
        unavailable_because=needs_chosen,
    ),
    Command(
        id="filter",
        key="/",
        title="filter",
        help="Show only the devices that have these words: name, address, model, version, @tag, state. "
        "Empty shows all.",
        group=GROUP,
        unavailable_because=needs_device,
        hint=8,
    ),
    Command(
        id="sort",
        key="s",
        title="sort",
        help="Sort the list by name, address, model, version, or trouble first.",
        group=GROUP,
        unavailable_because=needs_device,
    ),
    Command(
        id="import_list",
        key="I",
        title="import",
        help="Take the devices of a file into the list (.csv or .toml).",
        group=GROUP,
    ),
    Command(
        id="export_list",
        key="X",
        title="export",
        help="Write the device list to a file (.csv or .toml).",
        group=GROUP,
        unavailable_because=needs_device,
    ),
)
