"""The definitions of the commands: names, arguments, options and help; a module for each command or group.

They import little but click, and each is imported when it is looked up: a shell that completes one command
does not wait for the others. What a command does is in the module of the same name in
``sicktui.cli.actions``, which is imported when the command runs. ``demo`` is added by ``sicktui.cli.app``,
because it needs to start the dashboard.

``updates``, ``backups``, ``packages``, ``sensors``, ``network`` and ``passwords`` are for sensors, ``pc``
for this PC, ``fleet`` for many PCs.
"""

import importlib
from collections.abc import Callable, Iterator, MutableMapping
from typing import Final

import click

_PLACES: Final = {
    "devices": "sensors.devices.group",
    "discover": "network.discover.discover",
    "status": "sensors.status.status",
    "health": "sensors.health.health",
    "login": "passwords.login.login",
    "logout": "passwords.login.logout",
    "passwd": "passwords.passwd.passwd",
    "vault": "passwords.vault.group",
    "plan": "updates.plan.plan",
    "update": "updates.update.update",
    "backup": "backups.backup.backup",
    "backups": "backups.stored.group",
    "restore": "backups.restore.restore",
    "passphrase": "passwords.passphrase.group",
    "get": "sensors.parameters.get",
    "set": "sensors.parameters.set_value",
    "diff": "backups.diff.diff",
    "address": "network.address.address",
    "commission": "network.commission.commission",
    "find-me": "sensors.parameters.find_me",
    "dump": "sensors.dump.dump",
    "runs": "updates.runs.group",
    "firmware": "packages.firmware.group",
    "sources": "packages.sources.group",
    "fleet": "fleet.fleet_rollouts.group",
    "serve": "pc.serve.serve",
    "simulate": "pc.simulate.simulate",
    "doctor": "pc.doctor.doctor",
    "config": "pc.config.group",
    "completion": "pc.completion.completion",
    "help": "pc.manual.help_command",
}
"""Where each command is defined, in the order of the help."""


class Commands(MutableMapping[str, click.Command]):
    """The commands of the program, in the order of the help.

    Args:
        more: commands that are made by a function, behind the others.
    """

    def __init__(self, more: dict[str, Callable[[], click.Command]]) -> None:
        self._made: dict[str, click.Command | None] = dict.fromkeys([*_PLACES, *more])
        self._more = more

    def __getitem__(self, name: str) -> click.Command:
        found = self._made[name]
        if found is None:
            found = self._made[name] = self._more[name]() if name in self._more else _imported(_PLACES[name])
        return found

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._made[name] = command

    def __delitem__(self, name: str) -> None:
        del self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)


def _imported(place: str) -> click.Command:
    module, _, name = place.rpartition(".")
    found: click.Command = getattr(importlib.import_module(f"{__name__}.{module}"), name)
    return found
