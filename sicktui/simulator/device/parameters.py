"""The writable variables of a simulated device, with the limits of its family.

A *parameter* is lost at a power cycle unless it was saved, and part of a backup.
"""

import hashlib
from collections.abc import Mapping
from typing import Final

import msgspec

from sicktui.simulator.errors import ApiError
from sicktui.simulator.families.kinds import merged
from sicktui.simulator.families.notation import Family, Variable
from sicktui.simulator.status import OK

NETWORK: Final = (
    "EtherIPAddress",
    "EtherIPMask",
    "EtherIPGateAddress",
    "EtherAddressingMode",
    "EtherDHCPFallback",
)
"""What ``EthernetUpdate`` makes effective. No backup has it, so that a restore never changes an address."""


def parameters_of(family: Family) -> dict[str, Variable]:
    """The parameters that devices of a family have."""
    return {name: variable for name, variable in family.variables.items() if "W" in variable.access}


class ParameterStore:
    """The parameters of one device: the active ones, and those that survive a power cycle."""

    def __init__(self, family: Family, changed: Mapping[str, object], *, webserver: bool = True) -> None:
        self.table = parameters_of(family)
        self.defaults: dict[str, object] = {name: entry.kind.initial() for name, entry in self.table.items()}
        self.current: dict[str, object] = dict(self.defaults)
        for name, value in changed.items():
            self.current[name] = merged(self.defaults.get(name), value)
        self.saved: dict[str, object] = dict(self.current)
        self.webserver = self._saved_webserver = webserver
        """Whether the web server is to be on from the next boot on."""

    def write(self, name: str, value: object) -> None:
        """Set a parameter; ``ApiError`` with the vendor's status if the value is not allowed."""
        status = self.table[name].kind.status(value, partly=True)
        if status != OK:
            raise ApiError(status)
        self.current[name] = merged(self.current[name], value)

    def fits(self, name: str, value: object) -> bool:
        """Whether the device has this parameter, and it can have this value."""
        return name in self.table and self.table[name].kind.status(value) == OK

    def save(self) -> None:
        """Make the active values survive a power cycle."""
        self.saved = dict(self.current)
        self._saved_webserver = self.webserver

    def power_cycle(self) -> None:
        """Drop what was not saved."""
        self.current = dict(self.saved)
        self.webserver = self._saved_webserver

    def reset(self) -> None:
        """Set the defaults, active but not saved."""
        self.current = dict(self.defaults)
        self.webserver = True

    @property
    def address(self) -> dict[str, object]:
        """The values that ``EthernetUpdate`` makes effective."""
        return {name: self.current[name] for name in NETWORK}

    @property
    def md5(self) -> str:
        """``LFTchecksum.MD5Parameters``: a fingerprint of what is saved (SICK's developer guide)."""
        return hashlib.md5(msgspec.json.encode(self.saved, order="sorted")).hexdigest()  # noqa: S324 - the vendor's choice
