"""Compares two snapshots (one sensor at two times, or two sensors). Pure."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from sicktui.engine.parameters.variables import NETWORK
from sicktui.model.run.event import ParameterChange
from sicktui.model.safe_text import clean
from sicktui.model.snapshot import NOT_THERE, Snapshot
from sicktui.model.wording import names
from sicktui.sensor.transport.redaction import STARS

Kind = Literal["changed", "gone", "new"]
"""``gone``: only the first snapshot has it; ``new``: only the second."""
MAX_SHOWN: Final = 60
MAX_NAME: Final = 80
_MOST_NAMED: Final = 8
_SECRET: Final = re.compile("passw|passphrase|secret|token|credential|privatekey|community", re.IGNORECASE)
"""Names of values that no report shows. Those that were sent are hidden already where they are received."""


class Difference(Struct, frozen=True, kw_only=True):
    """One value that is not the same."""

    variable: str
    path: str
    """The variable, and behind it the field of a struct: ``ScanDataEthSettings.Port``."""
    kind: Kind
    before: Any = None
    after: Any = None
    network: bool = False
    """It belongs to the sensor's place in the network, which no backup restores."""

    def __str__(self) -> str:
        """``ScanDataEthSettings.Port: 2115 is now 2116``."""
        change = recorded(self)
        if change.after is None:
            return f"{change.name}: {change.before} is gone"
        if change.before is None:
            return f"{change.name}: is new, {change.after}"
        return f"{change.name}: {change.before} is now {change.after}"


class Comparison(Struct, frozen=True, kw_only=True):
    """The outcome of a comparison."""

    differences: tuple[Difference, ...] = ()
    same: int = 0
    """Variables that both have with one value."""
    not_compared: dict[str, str] = {}
    """Variables that could not be compared, and why. Treat as read-only."""
    checksum: Literal["same", "different", "unknown"] = "unknown"
    """Whether the sensors' own fingerprints of all parameters (``MD5Parameters``) are equal."""

    @property
    def compared(self) -> int:
        """How many variables were compared."""
        return self.same + len({difference.variable for difference in self.differences})

    @property
    def settings(self) -> tuple[Difference, ...]:
        """The differences that are not network settings."""
        return tuple(difference for difference in self.differences if not difference.network)


def compare(before: Snapshot, after: Snapshot) -> Comparison:
    """Compare what both snapshots could read.

    Args:
        before: the earlier one, or the first sensor's.
        after: the later one, or the second sensor's.
    """
    checksums = (before.parameters_md5, after.parameters_md5)
    checksum: Literal["same", "different", "unknown"] = "unknown"
    if None not in checksums:
        checksum = "same" if checksums[0] == checksums[1] else "different"
    names = [*before.values, *(name for name in after.values if name not in before.values)]
    differences: list[Difference] = []
    not_compared = _blind_spots(before, after)
    same = 0
    for name in names:
        if name in not_compared:
            continue
        found = list(_variable(name, before.values, after.values))
        differences += found
        same += not found
    return Comparison(differences=tuple(differences), same=same, not_compared=not_compared, checksum=checksum)


def changes(name: str, before: object, after: object) -> tuple[Difference, ...]:
    """What differs between two values of one variable: of a struct, only the fields that do."""
    return tuple(_variable(name, {name: before}, {name: after}))


def _blind_spots(before: Snapshot, after: Snapshot) -> dict[str, str]:
    """What one side could not read or did not ask for: it proves no change."""
    asked_before = before.values.keys() | before.unreadable.keys()
    asked_after = after.values.keys() | after.unreadable.keys()
    blind = dict(before.unreadable) | dict(after.unreadable)
    blind |= dict.fromkeys(asked_after - asked_before, "the earlier snapshot did not read it")
    blind |= dict.fromkeys(asked_before - asked_after, "the later snapshot did not read it")
    for name in list(blind):
        # A variable that was there and is Not Found now, or the reverse, has changed.
        if _came_or_went(name, before, after) or _came_or_went(name, after, before):
            del blind[name]
    return dict(sorted(blind.items()))


def _came_or_went(name: str, one: Snapshot, other: Snapshot) -> bool:
    return name in one.values and other.unreadable.get(name) == NOT_THERE


def _variable(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterable[Difference]:
    network = name in NETWORK
    if name not in before:
        yield Difference(variable=name, path=name, kind="new", after=after[name], network=network)
        return
    if name not in after:
        yield Difference(variable=name, path=name, kind="gone", before=before[name], network=network)
        return
    old, new = leaves(name, before[name]), leaves(name, after[name])
    for path in [*old, *(path for path in new if path not in old)]:
        if path not in new:
            yield Difference(variable=name, path=path, kind="gone", before=old[path], network=network)
        elif path not in old:
            yield Difference(variable=name, path=path, kind="new", after=new[path], network=network)
        elif not equal(old[path], new[path]):
            yield Difference(
                variable=name, path=path, kind="changed", before=old[path], after=new[path], network=network
            )


def leaves(path: str, value: object) -> dict[str, object]:
    """The values inside a struct by their path; a list of plain values is one value, as an IP address is."""
    if isinstance(value, dict) and value:
        return {
            key: leaf for name, part in value.items() for key, leaf in leaves(f"{path}.{name}", part).items()
        }
    if isinstance(value, list) and any(isinstance(part, dict | list) for part in value):
        return {
            key: leaf
            for number, part in enumerate(value)
            for key, leaf in leaves(f"{path}[{number}]", part).items()
        }
    return {path: value}


def equal(one: object, other: object) -> bool:
    """Whether two JSON values mean the same: 1 and 1.0 do, 1 and true do not."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(equal, one, other))
    return one == other


def shown(value: object) -> str:
    """A value for display: one harmless line, cut short."""
    if isinstance(value, str):
        return f"'{clean(value, MAX_SHOWN)}'"
    if isinstance(value, list) and all(isinstance(part, int) for part in value) and value:
        return ".".join(str(part) for part in value) if _is_address(value) else clean(str(value), MAX_SHOWN)
    return clean(msgspec.json.encode(value).decode(), MAX_SHOWN)


def _is_address(value: list[int]) -> bool:
    return len(value) == 4 and all(0 <= part <= 255 for part in value)  # noqa: PLR2004 - IPv4


def recorded(difference: Difference) -> ParameterChange:
    """The difference as a run records it: a value whose name is that of a secret is hidden."""
    secret = _SECRET.search(difference.path)
    before, after = (STARS if secret else shown(value) for value in (difference.before, difference.after))
    return ParameterChange(
        name=clean(difference.path, MAX_NAME),
        before=None if difference.kind == "new" else before,
        after=None if difference.kind == "gone" else after,
    )


def named(differences: Iterable[Difference]) -> str:
    """Differences in a sentence; many are cut short with their number."""
    return names([str(difference) for difference in differences], _MOST_NAMED, separator="; ")
