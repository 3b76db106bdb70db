"""The groups of a device, whose shared passwords are its too."""

from collections.abc import Sequence
from pathlib import Path

from sicktui.model.network.address import parse_address
from sicktui.stores.config.devices import DeviceList, load_devices
from sicktui.stores.secrets.bindings import BoundPlace
from sicktui.stores.secrets.credentials import ALL_DEVICES


class DeviceGroups:
    """Reads the groups from the device list; the file is read again when it has changed.

    An address outside the list has no groups: a shared password is never offered to whatever
    answers at an address that was typed.

    Args:
        file: the device list.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._seen: tuple[object, ...] | None = None
        self._devices = DeviceList()

    def __call__(self, device: str) -> Sequence[str]:
        """``@tag`` for each tag of the device, in the order of its profile, then ``all``.

        Raises:
            ConfigError: the list cannot be used.
        """
        profile = self._current().profiles.get(device)
        return () if profile is None else (*(f"@{tag}" for tag in profile.tags), ALL_DEVICES)

    def place(self, account: str) -> BoundPlace | None:
        """Where the device of an account is, by the list; ``None`` if it is not in the list.

        Raises:
            ConfigError: the list cannot be used.
        """
        profile = self._current().profiles.get(account.rpartition("/")[0])
        if profile is None:
            return None
        address = parse_address(profile.address, profile.scheme or "http")
        return BoundPlace(address=address.place, serial=profile.serial)

    def _current(self) -> DeviceList:
        # Asked for each device of a plan: parsing the list of sixty again each time would take seconds.
        try:
            found = self._file.stat()
        except OSError:
            return load_devices(self._file)
        seen = (found.st_ino, found.st_mtime_ns, found.st_size)
        if seen != self._seen:
            self._devices = load_devices(self._file)
            self._seen = seen
        return self._devices
