"""What an empty list shows."""

from collections.abc import Callable, Mapping
from typing import Final

from sicktui.model.suggest import quoted
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell

FIRST_COMMANDS: Final[Mapping[str, str]] = {
    "search": "search the network for sensors",
    "add": "add a device: name and address",
    "import_list": "import a list: .csv, .json or .toml",
    "commission": "set up new sensors from a list",
    "demo": "try it on simulated sensors (sicktui demo)",
    "help": "all keys",
}
"""The commands of an empty list, and what each is for."""


def how_to_begin(key_of: Callable[[str], str], *, wanted: str = "") -> list[Cell]:
    """The text of an empty list.

    Args:
        key_of: the key of a command.
        wanted: the filter, if one hides all devices.
    """
    if wanted:
        words = f"  No device matches the filter {quoted(wanted)}."
        return [(), cell(words, Tone.WARN), cell("  Press esc to show all.", Tone.DIM)]
    return [
        (),
        cell("  The device list is empty. Press a key to begin:"),
        (),
        *(
            (Span(f"  {key_of(command):<5}", Tone.KEY), Span(words))
            for command, words in FIRST_COMMANDS.items()
        ),
    ]
