"""Snapshots: the parameters that a sensor lets everybody read, at one moment, to be compared with others.

A snapshot is not a backup: what is not readable (field contours, passwords, certificates) is not in it.
"""

from typing import Any, Final, Literal

from msgspec import Struct

Scope = Literal["essential", "full"]
"""``essential``: the few that a job reads in passing; ``full``: all that the family's OpenAPI file names."""
NOT_THERE: Final = "this sensor has no such variable"
"""Why a variable is not readable that a sensor answers with Not Found."""


class Snapshot(Struct, frozen=True, kw_only=True):
    """What a sensor let be read at one moment."""

    id: str = ""
    """Given by the store; empty for one that is not kept."""
    device: str
    """What the device was called."""
    serial: str | None
    mac: str | None = None
    name: str
    """``DeviceIdent.Name``: the product family."""
    model: str | None = None
    version: str
    """The firmware that answered."""
    taken: str
    """RFC 3339, UTC."""
    operator: str = ""
    run: str | None = None
    backup: str | None = None
    """The id of the backup that it completes: read after it, once the sensor was left in peace."""
    scope: Scope
    values: dict[str, Any] = {}
    """By variable: the value as the sensor reported it. Texts in it are not cleaned. Treat as read-only."""
    unreadable: dict[str, str] = {}
    """By variable: why it could not be read, in words. Treat as read-only."""
    parameters_md5: str | None = None
    """``LFTchecksum.MD5Parameters``, the sensor's own fingerprint of all its parameters, where it has one."""
    format: Literal[1] = 1

    @property
    def key(self) -> str:
        """What the sensor is kept under: its serial number, else MAC address, else the device's name."""
        return self.serial or self.mac or self.device
