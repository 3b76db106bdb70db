"""What an import would change in the device list. Pure."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from msgspec import Struct

from sicktui.model.device import Profile
from sicktui.model.safe_text import clean
from sicktui.model.wording import count
from sicktui.stores.config.devices import DeviceList

_LONGEST: Final = 60


class ChangeKind(StrEnum):
    """What becomes of a device."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


class KeyDifference(NamedTuple):
    """A key of a profile with its values as texts; empty where there is none."""

    key: str
    before: str
    after: str

    def __str__(self) -> str:
        """The key and both values."""
        return f"{self.key} {self.before or '-'} -> {self.after or '-'}"


class ImportChange(Struct, frozen=True, kw_only=True):
    """What becomes of one device of the file."""

    name: str
    kind: ChangeKind
    keys: tuple[KeyDifference, ...] = ()

    @property
    def words(self) -> str:
        """The change on one line."""
        parts = [str(each) for each in self.keys]
        if self.kind is ChangeKind.ADDED:
            parts = [after if key == "address" else f"{key} {after}" for key, _, after in self.keys]
        return ", ".join(parts)


def changes(before: DeviceList, after: DeviceList, names: Sequence[str]) -> list[ImportChange]:
    """What becomes of the devices of a file, in its order.

    Args:
        before: the list as it is.
        after: the list as it would be.
        names: the devices in the file.
    """
    return [_change(before.profiles.get(name), after.profiles[name]) for name in names]


def summary(found: Sequence[ImportChange]) -> str:
    """The changes in numbers: ``2 devices added, 1 changed``."""
    numbers = [(kind, sum(change.kind is kind for change in found)) for kind in ChangeKind]
    first, *rest = [(number, kind.value) for kind, number in numbers if number]
    return ", ".join([f"{count(first[0], 'device')} {first[1]}", *(f"{n} {word}" for n, word in rest)])


def differences(old: Profile, new: Profile) -> list[KeyDifference]:
    """The keys in which two profiles differ, but for the name."""
    pairs = ((key, _text(old, key), _text(new, key)) for key in _KEYS)
    return [KeyDifference(key, before, after) for key, before, after in pairs if before != after]


def _change(old: Profile | None, new: Profile) -> ImportChange:
    if old is None:
        keys = [KeyDifference(key, "", text) for key in _KEYS if (text := _text(new, key))]
        return ImportChange(name=new.name, kind=ChangeKind.ADDED, keys=tuple(keys))
    kind = ChangeKind.CHANGED if old != new else ChangeKind.UNCHANGED
    return ImportChange(name=new.name, kind=kind, keys=tuple(differences(old, new)))


_KEYS: Final = tuple(field for field in Profile.__struct_fields__ if field != "name")


def _text(profile: Profile, key: str) -> str:
    value = getattr(profile, key)
    match value:
        case None:
            return ""
        case dict():
            return clean(" ".join(f"{name}={number:g}" for name, number in sorted(value.items())), _LONGEST)
        case tuple():
            return clean(" ".join(f"@{tag}" for tag in value), _LONGEST)
        case _:
            return clean(str(value), _LONGEST)
