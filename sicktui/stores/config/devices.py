"""The device list: ``devices.toml``."""

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, TypeVar

import msgspec
import tomli_w
from msgspec import Struct, structs

from sicktui.model.device import Profile, bare_serial
from sicktui.model.errors import ConfigError, UsageError
from sicktui.model.safe_text import clean
from sicktui.model.suggest import nearest
from sicktui.stores.config.device_rules import NAME_RULE, check_profile, name_problem, profile_problems
from sicktui.stores.config.schema import KeyProblem, to_record, unknown
from sicktui.stores.config.toml import TomlFile, read_toml
from sicktui.stores.disk.files import display_path, exclusive, storage_errors, write_atomic

HEADER: Final = (
    "# The devices of sicktui, written by 'sicktui devices' and the dashboard: comments are not kept.\n"
    "# Use the key 'note' of a device for what people should know. You may edit this file by hand.\n\n"
)
_TRIES: Final = 5

T = TypeVar("T")


class DeviceList(Struct, frozen=True, kw_only=True):
    """The devices in the order of the file. Changes give a new list; ``save_devices`` keeps it."""

    profiles: dict[str, Profile] = {}
    """By name. Treat as read-only."""
    digest: str | None = None
    """SHA-256 of the file as it was read; ``None`` if there was none."""

    def add(self, profile: Profile) -> "DeviceList":
        """The list with one more device at its end.

        Raises:
            UsageError: the name is taken, or the profile breaks a rule.
        """
        check_profile(profile)
        if profile.name in self.profiles:
            raise UsageError(
                f"A device called {profile.name!r} is already in the list.",
                advice="Choose another name, or change that device with 'sicktui devices edit'.",
            )
        return self._with({**self.profiles, profile.name: profile})

    def replace(self, name: str, profile: Profile) -> "DeviceList":
        """The list with ``profile`` in the place of the device called ``name``; it may bring a new name.

        Raises:
            UsageError: there is no such device, the new name is taken, or the profile breaks a rule.
        """
        self.find(name)
        check_profile(profile)
        if profile.name != name and profile.name in self.profiles:
            raise UsageError(
                f"A device called {profile.name!r} is already in the list.", advice="Choose another name."
            )
        entries = [profile if old == name else kept for old, kept in self.profiles.items()]
        return self._with({entry.name: entry for entry in entries})

    def remove(self, name: str) -> "DeviceList":
        """The list without a device.

        Raises:
            UsageError: there is no such device.
        """
        self.find(name)
        return self._with({kept: profile for kept, profile in self.profiles.items() if kept != name})

    def find(self, name: str) -> Profile:
        """The profile of that name.

        Raises:
            UsageError: there is none; names the nearest.
        """
        if name not in self.profiles:
            raise UsageError(
                f"No device is called {clean(name)!r}{nearest(name, self.profiles)}.",
                advice="'sicktui devices list' shows the names.",
            )
        return self.profiles[name]

    def warnings(self) -> tuple[str, ...]:
        """What may be a mistake: two devices at one address, or with one serial number.

        Two profiles of one address can be right (two users, a bench where sensors take turns), so
        the list takes them; an update distinguishes them by serial number and refuses a real duplicate.
        """
        serials = [(bare_serial(p.serial), p.name) for p in self.profiles.values() if p.serial]
        return tuple(
            f"{' and '.join(repr(name) for name in names)} have the same {word} {clean(value)}."
            for word, pairs in (
                ("address", [(p.address, p.name) for p in self.profiles.values()]),
                ("serial number", serials),
            )
            for value, names in _grouped(pairs).items()
            if len(names) > 1
        )

    def _with(self, profiles: dict[str, Profile]) -> "DeviceList":
        return structs.replace(self, profiles=profiles)


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for value, name in pairs:
        groups.setdefault(value, []).append(name)
    return groups


def load_devices(path: Path) -> DeviceList:
    """Read the device list; without a file it is empty.

    Raises:
        ConfigError: names the file, the line, the key and the nearest known key.
    """
    file = read_toml(path)
    return DeviceList(profiles=profiles_of(file), digest=file.digest)


def profiles_of(file: TomlFile) -> dict[str, Profile]:
    """The profiles in a TOML file, by name.

    Raises:
        ConfigError: names the file, the line, the key and the nearest known key.
    """
    advice = "Correct the file; nothing in it was changed."
    for key in file.data:
        if key != "devices":
            raise file.error((key,), f"{unknown((key,), ['devices'])}.", advice=advice)
    tables = file.data.get("devices", {})
    if not isinstance(tables, dict):
        raise file.error(("devices",), "'devices' must be a table: [devices.NAME].", advice=advice)
    profiles: dict[str, Profile] = {}
    for name, table in tables.items():
        try:
            profiles[name] = _profile(name, table)
        except KeyProblem as error:
            raise file.error(error.keys, f"{error.problem}.", advice=advice) from error
        except UsageError as error:
            raise file.error(("devices", name), error.message, advice=error.advice) from error
        for keys, problem, rule in profile_problems(profiles[name]):
            raise file.error(("devices", name, *keys), f"device {name!r}: {problem}.", advice=rule or advice)
    return profiles


def _profile(name: str, table: object) -> Profile:
    if problem := name_problem(name):
        raise UsageError(problem, advice=NAME_RULE)
    path = ("devices", name)
    if not isinstance(table, dict):
        raise KeyProblem(path, f"device {name!r} must be a table: [devices.NAME]")
    if "name" in table:
        raise KeyProblem(
            (*path, "name"), f"device {name!r}: the name belongs in [devices.NAME], not in a key"
        )
    return to_record({**table, "name": name}, Profile, path)


def save_devices(path: Path, devices: DeviceList) -> DeviceList:
    """Write the device list, whole or not at all.

    A file that a person has edited is kept beside it (``devices.toml.bak``), with its comments.

    Returns:
        The list with the digest of the file as it is now.

    Raises:
        ConfigError: the file changed since it was read; it is left as it is.
        UsageError: a profile breaks a rule.
        StorageError: it cannot be written.
    """
    for profile in devices.profiles.values():
        check_profile(profile)
    content = rendered(devices)
    # The lock closes the gap between looking at the file and replacing it.
    with exclusive(path):
        if _digest(path) != devices.digest:
            raise ConfigError(
                f"{display_path(path)} was changed by someone else since it was read, so it was not saved.",
                advice="Look at the list again, then repeat your change.",
            )
        _keep_edited(path)
        write_atomic(path, content)
    return structs.replace(devices, digest=hashlib.sha256(content).hexdigest())


def _keep_edited(path: Path) -> None:
    """Copy the file if it is not as this program would have written it."""
    file = read_toml(path)
    if file.digest is not None and file.text.encode() != rendered(DeviceList(profiles=profiles_of(file))):
        write_atomic(path.with_name(f"{path.name}.bak"), file.text.encode())


def change_devices(path: Path, change: Callable[[DeviceList], tuple[DeviceList, list[T]]]) -> list[T]:
    """Read the list, change it and save it; again where another session has just saved it.

    Args:
        path: the file.
        change: makes the new list, and what was changed in it; nothing is saved where nothing was.

    Returns:
        What was changed.

    Raises:
        ConfigError: the list cannot be read, or was changed by others again and again.
        UsageError: a profile breaks a rule.
        StorageError: it cannot be written.
    """
    for remaining in reversed(range(_TRIES)):
        devices, changes = change(load_devices(path))
        if not changes:
            return []
        try:
            save_devices(path, devices)
        except ConfigError:
            if not remaining:
                raise
        else:
            return changes
    return []


def _digest(path: Path) -> str | None:
    """SHA-256 of the file as it is on the disk now; ``None`` if there is none."""
    with storage_errors("read", path):
        try:
            return hashlib.sha256(path.read_bytes()).hexdigest()
        except FileNotFoundError:
            return None


def rendered(devices: DeviceList) -> bytes:
    """The file's content: a header, and a table for each device."""
    tables = {name: msgspec.to_builtins(profile) for name, profile in devices.profiles.items()}
    for table in tables.values():
        del table["name"]
    return (HEADER + tomli_w.dumps({"devices": tables})).encode()
