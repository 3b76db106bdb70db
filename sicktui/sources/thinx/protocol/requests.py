"""What is sent to a THiNX server."""

import hashlib
import re
from typing import Final

import msgspec
from msgspec import Struct

from sicktui.model.firmware.offer import Subject

CHECK_IN: Final = "/device/register"
FIRMWARE: Final = "/device/firmware"

HEADERS: Final = {
    "Accept": "application/json",
    "Content-Type": "application/json",
    "Origin": "device",
    "User-Agent": "THiNX-Client",
}
"""What every device library sends. The key goes with them as ``Authentication``, not ``Authorization``."""
PLATFORM: Final = "arduino"
"""The platform of builds that are one file; a request for one that it does not know is never answered."""
_MAC: Final = re.compile(r"[0-9a-f]{12}")
_NOT_PLAIN: Final = re.compile(r"[^A-Za-z0-9_-]+")
_LONGEST: Final = 64


class Registration(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A check-in. ``udid`` is left out until the server has assigned one: a malformed one crashes it."""

    mac: str
    firmware: str
    version: str
    owner: str
    alias: str
    platform: str
    status: str
    commit: str | None = None
    checksum: str | None = None
    udid: str | None = None


class FirmwareRequest(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A request for firmware, or (``use``) for a token. It has no ``ott``: that asks for another token."""

    mac: str
    udid: str
    owner: str
    commit: str | None = None
    checksum: str | None = None
    use: str | None = None
    forced: bool = False
    """The boolean. The text "true" of the vendor's page is ignored by every server."""


def check_in(subject: Subject, *, mac: str, version: str, owner: str, udid: str | None) -> bytes:
    """The body of a check-in."""
    registration = Registration(
        mac=mac,
        firmware=f"{firmware_name(subject.model)}:{version}",
        version=version,
        owner=owner,
        alias=subject.device,
        platform=PLATFORM,
        status=subject.status or "ready",
        commit="",
        checksum="",
        udid=udid,
    )
    return msgspec.json.encode({"registration": registration})


def firmware(*, mac: str, udid: str, owner: str, token: bool = False, forced: bool = False) -> bytes:
    """The body of a request for firmware, or for a token to fetch it with."""
    return msgspec.json.encode(
        FirmwareRequest(
            mac=mac,
            udid=udid,
            owner=owner,
            commit="",
            checksum="",
            use="ott" if token else None,
            forced=forced,
        )
    )


def firmware_name(model: str) -> str:
    """The name by which the server finds builds: the sensor's model in plain letters."""
    return _NOT_PLAIN.sub("-", model)[:_LONGEST].strip("-") or "sensor"


def mac_of(reported: str | None) -> str | None:
    """A MAC address as the server knows it, ``AA:BB:CC:00:00:01``; ``None`` if a text is not one."""
    plain = re.sub(r"[^0-9a-f]", "", (reported or "").lower())
    return _written(plain) if _MAC.fullmatch(plain) else None


def made_mac(serial: str) -> str:
    """A MAC address for a sensor that has none, made of its serial number.

    It is always the same, and marked as locally administered, so that no device has it.
    """
    digest = hashlib.sha256(f"sicktui {serial.strip().lstrip('0')}".encode()).hexdigest()
    return _written(f"02{digest[:10]}")


def _written(plain: str) -> str:
    return ":".join(plain[at : at + 2] for at in range(0, 12, 2)).upper()
