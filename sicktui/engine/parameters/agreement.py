"""Whether the values in a JSON backup are those of the sensor now: then it is current, whichever PC made it.

A JSON backup need not differ from one time to the next, and another PC may have had it made. Vendor's
OpenAPI (multiScan100 2.4.2): ``parameters`` holds lists of ``{"id", "name", "value"}``. Whether the names
are always those of the API is not documented, so where too few are found, nothing is concluded.
"""

import math
from collections.abc import Collection
from pathlib import Path
from typing import Final

from msgspec import Struct

from sicktui.engine.parameters.compare import equal, shown
from sicktui.engine.parameters.snapshot import read_variables
from sicktui.engine.parameters.variables import NETWORK, variables
from sicktui.sensor.client import Sensor
from sicktui.stores.backups.content import named_values

ENOUGH: Final = 5
"""Variables that must agree before a file counts as current: as many as a quick snapshot reads."""
_FLOAT: Final = 1e-5
"""Relative difference that a number may show for having been a 32-bit float."""


class Agreement(Struct, frozen=True, kw_only=True):
    """How far a file and its sensor agree."""

    same: int = 0
    """Variables with the same value in both."""
    differing: tuple[str, ...] = ()
    """What they do not agree on, in words."""
    asked: bool = False
    """Whether the sensor was asked for anything."""

    @property
    def proves(self) -> bool:
        """Whether the file is current."""
        return self.same >= ENOUGH and not self.differing


async def agreement(sensor: Sensor, family: str, path: Path, *, known: Collection[str] = ()) -> Agreement:
    """Read what the file names, and compare. About 20 s at two requests a second.

    Args:
        sensor: the sensor.
        family: its ``DeviceIdent.Name``.
        path: the file.
        known: variables that were compared already.

    Raises:
        Unreachable: the sensor is gone.
        OutOfConnections: it is busy with others.
        OSError: the file cannot be read.
    """
    written = named_values(path)
    names = [name for name in variables(family, "full") if name in written and name not in NETWORK]
    if len(names) < ENOUGH:
        return Agreement()
    new = [name for name in names if name not in known]
    read, _ = await read_variables(sensor, new)
    verdicts = {name: _alike(written[name], value) for name, value in read.items()}
    return Agreement(
        same=sum(alike is True for alike in verdicts.values()),
        differing=tuple(
            f"{name} is {shown(written[name])} in the file and {shown(read[name])} on the sensor"
            for name, alike in verdicts.items()
            if alike is False
        ),
        asked=bool(new),
    )


def _alike(written: object, read: object) -> bool | None:
    """Whether two values are the same; ``None``: their kinds differ, so it cannot be determined."""
    if isinstance(written, dict) and isinstance(read, dict):
        if written.keys() != read.keys():
            return None
        parts = [_alike(written[key], read[key]) for key in written]
        return False if False in parts else None if None in parts else True
    if isinstance(written, list) and isinstance(read, list):
        return equal(written, read) if len(written) == len(read) else None
    if isinstance(written, bool) or isinstance(read, bool):
        return written is read if isinstance(written, bool) and isinstance(read, bool) else None
    if isinstance(written, int | float) and isinstance(read, int | float):
        return math.isclose(written, read, rel_tol=_FLOAT)
    if isinstance(written, str) and isinstance(read, str):
        return written == read
    return None
