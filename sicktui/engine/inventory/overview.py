"""The fleet by family, model and firmware, and what is behind the packages of the shelf. Asks no sensor."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct

from sicktui.engine.inventory.entries import InventoryEntry
from sicktui.engine.update.rules import judge_family
from sicktui.model.device import Identity
from sicktui.model.firmware.package import Package
from sicktui.model.firmware.product import product_in, product_of
from sicktui.model.firmware.version import is_older, matches, parse
from sicktui.stores.packages.shelf import ShelfEntry


class ShelfState(StrEnum):
    """How a firmware compares with the newest package for it on the shelf."""

    OUTDATED = "outdated"
    """The shelf has a newer one."""
    CURRENT = "current"
    NEWER = "newer"
    """It is newer than what the shelf has."""
    NO_PACKAGE = "no_package"
    """The shelf has none for this model."""
    UNKNOWN = "unknown"
    """No sensor was seen yet, or the versions cannot be compared."""

    @property
    def words(self) -> str:
        """The state for people."""
        return self.value.replace("_", " ")


class FirmwareGroup(Struct, frozen=True, kw_only=True):
    """The devices with one model and one firmware."""

    family: str
    """Empty for devices whose sensor was never seen."""
    model: str
    firmware: str
    devices: tuple[str, ...]
    state: ShelfState
    newest: ShelfEntry | None = None
    """The newest package for it on the shelf."""

    @property
    def key(self) -> tuple[str, str, str]:
        """Family, model and firmware."""
        return (self.family, self.model, self.firmware)


_ORDER: Final = tuple(ShelfState)


def overview(found: Sequence[InventoryEntry], shelf: Sequence[ShelfEntry]) -> list[FirmwareGroup]:
    """The fleet by family, model and firmware; the newest firmware of a model first.

    Args:
        found: the devices.
        shelf: the packages of the shelf.
    """
    members: dict[tuple[str, str, str], list[InventoryEntry]] = {}
    for entry in found:
        members.setdefault(_key(entry.identity), []).append(entry)
    groups = []
    for key, of_group in members.items():
        newest = newest_for(of_group[0].identity, shelf)
        groups.append(
            FirmwareGroup(
                family=key[0],
                model=key[1],
                firmware=key[2],
                devices=tuple(entry.profile.name for entry in of_group),
                state=_state(of_group[0].identity, newest),
                newest=newest,
            )
        )
    # Sorted twice: the firmware descends within an ascending model. Devices never seen come last.
    groups.sort(key=lambda group: _sortable(group.firmware), reverse=True)
    return sorted(groups, key=lambda group: (not group.family, group.family, group.model))


def newest_for(identity: Identity | None, shelf: Sequence[ShelfEntry]) -> ShelfEntry | None:
    """The newest package of the shelf for a sensor, approved or not; of two equal ones the approved one."""
    if identity is None:
        return None
    fitting = [entry for entry in shelf if entry.version and parse(entry.version) and _fits(identity, entry)]
    return max(fitting, key=lambda entry: (_sortable(entry.version or ""), entry.approved), default=None)


def _fits(identity: Identity, entry: ShelfEntry) -> bool:
    package = Package(
        path="", name=entry.name, type=entry.type, size=entry.size, sha256=entry.sha256, version=entry.version
    )
    # For a plan, a name that names no product fits every sensor; here it would make all of them outdated.
    named = bool(entry.models) or product_in(entry.name) is not None
    return named and judge_family(identity, package, entry.models) is None


def _key(identity: Identity | None) -> tuple[str, str, str]:
    if identity is None:
        return ("", "", "")
    product = product_of(identity)
    family = product.family if product else identity.name
    return (family, identity.device_type or identity.name, identity.runs)


def _state(identity: Identity | None, newest: ShelfEntry | None) -> ShelfState:
    if identity is None:
        return ShelfState.UNKNOWN
    if newest is None or newest.version is None:
        return ShelfState.NO_PACKAGE
    if matches(identity.runs, newest.version):
        return ShelfState.CURRENT
    match is_older(identity.runs, newest.version):
        case True:
            return ShelfState.OUTDATED
        case False:
            return ShelfState.NEWER
        case None:
            return ShelfState.UNKNOWN


def _sortable(version: str) -> tuple[tuple[int, ...], str]:
    parsed = parse(version)
    return (parsed.numbers if parsed else (), version)


def totals(groups: Sequence[FirmwareGroup]) -> dict[ShelfState, int]:
    """Devices by state, in a fixed order, without those that do not occur."""
    counts = {state: sum(len(g.devices) for g in groups if g.state is state) for state in _ORDER}
    return {state: number for state, number in counts.items() if number}
