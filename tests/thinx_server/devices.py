"""The owners, their keys, and the devices that have checked in."""

import re
import secrets
import uuid
from dataclasses import dataclass, field
from typing import Final

UDID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Account:
    """An owner and its API key, 64 hexadecimal digits each."""

    owner: str
    key: str

    @classmethod
    def new(cls) -> "Account":
        """A fresh one."""
        return cls(secrets.token_hex(32), secrets.token_hex(32))


@dataclass
class Device:
    """One device, as the server knows it."""

    udid: str
    mac: str
    owner: str
    auto_update: bool
    alias: str = ""
    firmware: str = ""
    version: str = ""
    env_hash: str = ""
    statuses: list[str] = field(default_factory=list)
    """What it has reported about itself, oldest first."""

    @property
    def firmware_name(self) -> str:
        """The part of `name:1.0.0` that a build is found by."""
        return self.firmware.partition(":")[0]


class Devices:
    """Finds devices by udid or MAC, and creates them."""

    def __init__(self, *, lost_udid_makes_a_second: bool) -> None:
        self.auto_update_of_new = False
        """The server's switch for devices that check in for the first time."""
        self._lost_udid_makes_a_second = lost_udid_makes_a_second
        self._by_udid: dict[str, Device] = {}

    def all(self) -> list[Device]:
        """Every device, oldest first."""
        return list(self._by_udid.values())

    def get(self, udid: str) -> Device | None:
        """The device of a udid."""
        return self._by_udid.get(udid)

    def of_mac(self, mac: str) -> list[Device]:
        """Every device with a MAC: more than one where a client has lost a udid (fault 10)."""
        return [device for device in self._by_udid.values() if device.mac == mac]

    def remove(self, udid: str) -> None:
        """Delete a device, as an owner can in the server's own pages."""
        del self._by_udid[udid]

    def switch_auto_update(self, on: bool) -> None:
        """Set the server's switch for every device, those to come included."""
        self.auto_update_of_new = on
        for device in self.all():
            device.auto_update = on

    def check_in(self, owner: str, mac: str, udid: str | None) -> tuple[Device, bool]:
        """The device that checks in, and whether it is new."""
        if udid in self._by_udid:
            return self._by_udid[udid], False
        known = [device for device in self.of_mac(mac) if device.owner == owner]
        # The second device is made the first time only.
        if known and (not self._lost_udid_makes_a_second or len(known) > 1):
            return known[-1], False
        device = Device(str(uuid.uuid4()), mac, owner, self.auto_update_of_new)
        self._by_udid[device.udid] = device
        return device, True
