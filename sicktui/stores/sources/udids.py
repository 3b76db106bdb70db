"""The ids (udid) by which servers know sensors: ``udids.json``.

A sensor whose id is lost becomes a second device on the server (measured, THiNX of June 2026). So an id is
written before anything else is done with it, into a file that nothing else is written to, in which its place
was reserved before the server was asked.
"""

import os
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct, structs

from sicktui.model.device import bare_serial
from sicktui.stores.disk.files import StorageError, exclusive, storage_errors
from sicktui.stores.disk.shared_record import SharedRecord

_RESERVED: Final = "-" * 36
"""In the place of an id, and as long as one: a full disk then still takes the id."""


class Account(Struct, frozen=True, kw_only=True):
    """Where a sensor is known."""

    server: str
    owner: str
    """The owner's id."""
    others: frozenset[str] = frozenset()
    """The servers of the other sources: their ids are not meant for this one."""

    @property
    def key(self) -> str:
        """The server, and the beginning of the owner's id, which is not the whole credential."""
        return f"{self.server} {self._legacy}"

    @property
    def _legacy(self) -> str:
        return self.owner[:16].lower()

    def of(self, mac: str) -> str:
        """The key of a sensor of this account."""
        return f"{self.key} {mac.upper()}"

    def old(self, mac: str) -> str:
        """The key that did not name the server."""
        return f"{self._legacy} {mac.upper()}"


class Registered(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A sensor as a server knows it."""

    mac: str
    """As it was reported to the server, ``AA:BB:CC:00:00:01``."""
    udid: str
    serial: str | None = None

    @property
    def known_udid(self) -> str | None:
        """The id; ``None`` while its place is only reserved."""
        return None if self.udid == _RESERVED else self.udid


class _Udids(Struct, frozen=True, kw_only=True):
    udids: dict[str, str] = {}
    """By owner and MAC address: of a version that did not name the server."""
    sensors: dict[str, Registered] = {}
    """By server, owner and MAC address."""


class UdidStore:
    """The ids of one installation. Safe for several processes.

    Args:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._record = SharedRecord(path, _Udids())

    def by_mac(self, account: Account, mac: str) -> Registered | None:
        """The sensor that was registered with a MAC address.

        Raises:
            StorageError: the file cannot be read.
        """
        known = self._record.read()
        found = known.sensors.get(account.of(mac))
        if found is not None:
            return found
        old = known.udids.get(account.old(mac))
        if old is not None:
            return Registered(mac=mac.upper(), udid=old)
        return self._moved(account, mac)

    def _moved(self, account: Account, mac: str) -> Registered | None:
        """The sensor at a server that is in no source any more: most likely this one under another name."""
        for key, sensor in self._record.read().sensors.items():
            server, _, rest = key.partition(" ")
            if rest == account.old(mac) and server not in account.others and sensor.known_udid:
                return sensor
        return None

    def by_serial(self, account: Account, serial: str) -> Registered | None:
        """The sensor that was registered while it reported a serial number.

        Raises:
            StorageError: the file cannot be read.
        """
        for sensor in self._of(account):
            if sensor.serial is not None and bare_serial(sensor.serial) == bare_serial(serial):
                return sensor
        return None

    def holder(self, account: Account, udid: str) -> Registered | None:
        """The sensor that has an id.

        Raises:
            StorageError: the file cannot be read.
        """
        return next((sensor for sensor in self._of(account) if sensor.udid == udid), None)

    def reserve(self, account: Account, mac: str, serial: str | None) -> None:
        """Make room for the id of a sensor, durably, before the server is asked for one.

        Raises:
            StorageError: it cannot be written, so the server must not be asked.
        """
        if account.of(mac) not in self._record.read().sensors:
            self._change(account, Registered(mac=mac.upper(), udid=_RESERVED, serial=serial))

    def keep(self, account: Account, mac: str, serial: str | None, udid: str) -> None:
        """Write an id, durably, also to a disk that is full by now if its place was reserved.

        Raises:
            StorageError: it cannot be written.
        """
        sensor = Registered(mac=mac.upper(), udid=udid, serial=serial)
        try:
            self._change(account, sensor)
        except StorageError:
            if not self._overwrite(account, sensor):
                raise

    def forget(self, account: Account, mac: str) -> None:
        """Remove an id that the server does not know any more.

        Raises:
            StorageError: it cannot be written.
        """
        self._record.change(lambda known: _without(known, account, mac))

    def _of(self, account: Account) -> list[Registered]:
        known = self._record.read().sensors
        return [sensor for key, sensor in known.items() if key == account.of(sensor.mac)]

    def _change(self, account: Account, sensor: Registered) -> None:
        self._record.change(lambda known: _with(known, account, sensor))

    def _overwrite(self, account: Account, sensor: Registered) -> bool:
        """Write over the reserved place, which takes no more room. Returns whether that was possible."""
        with exclusive(self._path):
            known = self._record.read()
            if known.sensors.get(account.of(sensor.mac)) != structs.replace(sensor, udid=_RESERVED):
                return False
            data = msgspec.json.encode(_with(known, account, sensor))
            data = msgspec.json.format(data, indent=1)
            with storage_errors("write", self._path), self._path.open("r+b", buffering=0) as file:
                if len(file.read()) != len(data):
                    return False
                file.seek(0)
                file.write(data)
                os.fsync(file.fileno())
        return True


def _with(known: _Udids, account: Account, sensor: Registered) -> _Udids:
    udids = known.udids
    if udids.get(account.old(sensor.mac)) == sensor.udid:
        # This server has confirmed it.
        udids = {key: udid for key, udid in udids.items() if key != account.old(sensor.mac)}
    return _Udids(udids=udids, sensors={**known.sensors, account.of(sensor.mac): sensor})


def _without(known: _Udids, account: Account, mac: str) -> _Udids:
    gone = {account.of(mac), account.old(mac)}
    return _Udids(
        udids={key: udid for key, udid in known.udids.items() if key not in gone},
        sensors={key: sensor for key, sensor in known.sensors.items() if key not in gone},
    )
