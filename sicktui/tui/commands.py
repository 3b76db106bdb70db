"""Every command of the dashboard, defined once.

The key bindings, the hint bar, the help screen, the command palette and the reasons why a command
is of no use right now all come from this table. Each has a printable key: terminals over SSH lose
Esc, arrows and control chords at times.
"""

import difflib
from collections.abc import Mapping
from typing import Final

from textual.binding import Binding

from sicktui.model.errors import ConfigError
from sicktui.tui.command import (
    Command,
    needs_chosen,
    needs_device,
    needs_free,
    needs_live_run,
    needs_one,
    needs_pair,
    needs_selected,
)

SENSORS: Final = "Sensors"
RUNS: Final = "Runs"
LIST: Final = "Device list"
VIEW: Final = "View"

COMMANDS: Final[tuple[Command, ...]] = (
    Command(
        id="mark",
        key="space",
        title="mark",
        help="Mark the selected device, or take its mark away. Commands mean the marked devices, "
        "and without marks the selected one.",
        group=SENSORS,
        do=lambda doer: doer.do_mark(),
        why_not=needs_selected,
        hint=1,
    ),
    Command(
        id="mark_all",
        key="a",
        title="all",
        help="Mark every device that the filter shows; again: take all marks away.",
        group=SENSORS,
        do=lambda doer: doer.do_mark_all(),
        why_not=needs_device,
        hint=7,
    ),
    Command(
        id="update",
        key="u",
        title="update",
        help="Update the firmware: choose a package, read the plan, confirm.",
        group=SENSORS,
        do=lambda doer: doer.do_update(),
        why_not=needs_free,
        hint=2,
    ),
    Command(
        id="backup",
        key="b",
        title="backup",
        help="Fetch and keep the parameter backup of each sensor.",
        group=SENSORS,
        do=lambda doer: doer.do_backup(),
        why_not=needs_free,
        hint=3,
    ),
    Command(
        id="restore",
        key="r",
        title="restore",
        help="Bring a backup back to the sensor: choose the version, read the checks, confirm.",
        group=SENSORS,
        do=lambda doer: doer.do_restore(),
        why_not=needs_free,
        hint=4,
    ),
    Command(
        id="history",
        key="h",
        title="history",
        help="The backups of the selected device: age, size, firmware, by whom; verify, export, restore.",
        group=SENSORS,
        do=lambda doer: doer.do_history(),
        why_not=needs_selected,
        hint=6,
    ),
    Command(
        id="diff",
        key="d",
        title="diff",
        help="What changed: a sensor now and earlier, or two marked sensors.",
        group=SENSORS,
        do=lambda doer: doer.do_diff(),
        why_not=needs_pair,
        hint=10,
    ),
    Command(
        id="replace",
        key="E",
        title="exchange",
        help="A new sensor stands in the place of the selected device's old one: give it the old one's "
        "parameters and the old one's place in the list.",
        group=SENSORS,
        do=lambda doer: doer.do_replace(),
        why_not=needs_one,
        hint=15,
    ),
    Command(
        id="rename",
        key="L",
        title="rename",
        help="Change the name that the selected sensor has of its own (LocationName).",
        group=SENSORS,
        do=lambda doer: doer.do_rename(),
        why_not=needs_one,
        hint=14,
    ),
    Command(
        id="find_me",
        key="f",
        title="find me",
        help="Let each sensor blink, to find it on site (FindMe).",
        group=SENSORS,
        do=lambda doer: doer.do_find_me(),
        why_not=needs_chosen,
        hint=13,
    ),
    Command(
        id="login",
        key="l",
        title="login",
        help="Enter the password of the devices. The status line names the store that keeps it.",
        group=SENSORS,
        do=lambda doer: doer.do_login(),
        why_not=needs_chosen,
        hint=11,
    ),
    Command(
        id="logout",
        key="O",
        title="logout",
        help="Forget the kept passwords of the devices.",
        group=SENSORS,
        do=lambda doer: doer.do_logout(),
        why_not=needs_chosen,
    ),
    Command(
        id="vault",
        key="V",
        title="vault",
        help="The encrypted file with passwords, for where no keyring works: make it, unlock it, copy it.",
        group=SENSORS,
        do=lambda doer: doer.do_vault(),
    ),
    Command(
        id="refresh",
        key="R",
        title="refresh",
        help="Look at every sensor now instead of at the next interval.",
        group=SENSORS,
        do=lambda doer: doer.do_refresh(),
        why_not=needs_device,
    ),
    Command(
        id="details",
        key="v",
        title="details",
        help="Everything that is known of the selected device, and its verdict with the advice.",
        group=SENSORS,
        do=lambda doer: doer.do_details(),
        why_not=needs_selected,
        hint=5,
    ),
    Command(
        id="cancel",
        key="c",
        title="cancel run",
        help="Cancel the run: sensors that nothing was written to stop at once, the others are "
        "brought to a safe state first.",
        group=RUNS,
        do=lambda doer: doer.do_cancel(),
        why_not=needs_live_run,
        hint=12,
    ),
    Command(
        id="runs",
        key="g",
        title="runs",
        help="All runs on this PC, also those of other sessions: look at one, resume an interrupted one.",
        group=RUNS,
        do=lambda doer: doer.do_runs(),
        hint=9,
    ),
    Command(
        id="add",
        key="n",
        title="new",
        help="Add a device to the list.",
        group=LIST,
        do=lambda doer: doer.do_add(),
        hint=16,
    ),
    Command(
        id="edit",
        key="e",
        title="edit",
        help="Change the selected device's name, address, login or tags.",
        group=LIST,
        do=lambda doer: doer.do_edit(),
        why_not=needs_selected,
        hint=17,
    ),
    Command(
        id="remove",
        key="x",
        title="remove",
        help="Take the marked devices (else the selected one) off the list. The sensors are not touched.",
        group=LIST,
        do=lambda doer: doer.do_remove(),
        why_not=needs_chosen,
    ),
    Command(
        id="filter",
        key="/",
        title="filter",
        help="Show only the devices that have these words: name, address, model, version, @tag, state. "
        "Empty shows all.",
        group=LIST,
        do=lambda doer: doer.do_filter(),
        why_not=needs_device,
        hint=8,
    ),
    Command(
        id="sort",
        key="s",
        title="sort",
        help="Sort the list by name, address, model, version, or trouble first.",
        group=LIST,
        do=lambda doer: doer.do_sort(),
        why_not=needs_device,
    ),
    Command(
        id="pane",
        key="w",
        title="next pane",
        help="Give the keys to the next pane: list, update panel, log.",
        group=VIEW,
        do=lambda doer: doer.do_pane(),
        also=("tab",),
    ),
    Command(
        id="zoom",
        key="z",
        title="zoom",
        help="Give the whole screen to the pane that has the keys; again: back.",
        group=VIEW,
        do=lambda doer: doer.do_zoom(),
        hint=18,
    ),
    Command(
        id="log_show",
        key="t",
        title="log on/off",
        help="Show or hide the log pane.",
        group=VIEW,
        do=lambda doer: doer.do_log_show(),
    ),
    Command(
        id="log_pause",
        key="p",
        title="pause log",
        help="Stop the log where it stands; again: go on with all that came meanwhile.",
        group=VIEW,
        do=lambda doer: doer.do_log_pause(),
        hint=19,
    ),
    Command(
        id="log_of",
        key="o",
        title="log of",
        help="Whose lines the log shows: the marked devices (without marks all), the selected one, or all.",
        group=VIEW,
        do=lambda doer: doer.do_log_of(),
    ),
    Command(
        id="help",
        key="?",
        title="help",
        help="This page.",
        group=VIEW,
        do=lambda doer: doer.do_help(),
        hint=0,
        also=("f1",),
    ),
    Command(
        id="palette",
        key=":",
        title="commands",
        help="Find any command by its name.",
        group=VIEW,
        do=lambda doer: doer.do_palette(),
        hint=20,
        also=("ctrl+p",),
    ),
    Command(
        id="quit",
        key="q",
        title="quit",
        help="Leave the dashboard. A run that is going goes on without it.",
        group=VIEW,
        do=lambda doer: doer.do_quit(),
        hint=0,
        also=("ctrl+q", "ctrl+c"),
    ),
)
"""All commands, in the order of the help screen."""

BY_ID: Final = {command.id: command for command in COMMANDS}

RESERVED: Final = frozenset({"j", "k", "J", "K", "<", ">", "enter", "tab", "up", "down", "home", "end"})
"""Keys that move the cursor; no command can have them."""

_NAMES: Final = {"space": "space", "slash": "/", "question_mark": "?", "colon": ":"}


class Keys:
    """Which key has which command, the settings taken into account.

    Args:
        changed: keys by command id, from the ``[keys]`` table of config.toml.

    Raises:
        ConfigError: a command that does not exist, or a key that two commands would have.
    """

    def __init__(self, changed: Mapping[str, str] | None = None) -> None:
        self.changed = dict(changed or {})
        self._keys = {command.id: command.key for command in COMMANDS}
        for name, key in self.changed.items():
            if name not in self._keys:
                raise _unknown(name)
            self._keys[name] = key
        taken: dict[str, str] = {}
        for name, key in self._keys.items():
            if not key or "," in key or " " in key or key in RESERVED:
                raise _unusable(name, key)
            if key in taken:
                raise _clash(key, taken[key], name)
            taken[key] = name

    def of(self, command: Command) -> str:
        """The key of a command as people know it, e.g. ``/`` or ``space``."""
        key = self._keys[command.id]
        return _NAMES.get(key, key)


def _unknown(name: str) -> ConfigError:
    near = difflib.get_close_matches(name, BY_ID, n=1)
    meant = f" (did you mean {near[0]!r}?)" if near else ""
    return ConfigError(
        f"config.toml, [keys]: there is no command {name!r}{meant}.",
        advice=f"The commands are: {', '.join(sorted(BY_ID))}.",
    )


def _unusable(name: str, key: str) -> ConfigError:
    return ConfigError(
        f"config.toml, [keys], {name}: {key!r} cannot be its key.",
        advice=f'Give one key, such as "U", "f5" or "ctrl+u"; {", ".join(sorted(RESERVED))} move the cursor.',
    )


def _clash(key: str, first: str, second: str) -> ConfigError:
    return ConfigError(
        f"config.toml, [keys]: {key!r} would be the key of both {first} and {second}.",
        advice="Give one of them another key.",
    )


def bindings() -> list[Binding]:
    """Textual's bindings of every command. Those with an id can be mapped to other keys."""
    made = []
    for command in COMMANDS:
        action = f"command('{command.id}')"
        made.append(Binding(command.key, action, command.title, show=False, id=command.id))
        made += [
            Binding(key, action, command.title, show=False, priority=key == "tab") for key in command.also
        ]
    return made
