"""What a search for sensors finds: the records of the three ways, and the line that ``discover`` prints.

A datagram and an entry of the neighbour table are hints. Only a sensor's own REST answers make it
``confirmed``: see ``model/search``.
"""

import re
from enum import StrEnum
from typing import Final

from msgspec import Struct

from sicktui.model.device import Identity
from sicktui.model.network.subnet import Subnet
from sicktui.model.safe_text import clean

SICK_PREFIX: Final = "00:06:77"
"""How the MAC address of every SICK sensor begins."""

_OCTET: Final = re.compile(r"[0-9a-fA-F]{1,2}")
_OCTETS: Final = 6
_MAX_FIELD: Final = 64


class By(StrEnum):
    """How a sensor was found; the first way of these that did."""

    BROADCAST = "broadcast"
    SWEEP = "sweep"
    NEIGHBOUR = "neighbour"


class Problem(StrEnum):
    """Why a sensor cannot be used as it is."""

    MOVED = "moved"
    """A sensor of the list answers at another address."""
    OTHER_SUBNET = "other_subnet"
    """Its address is not in the subnet of this PC's interface that heard it."""
    ADDRESS_CONFLICT = "address_conflict"
    """Two MAC addresses have one IP address."""
    OTHER_SENSOR = "other_sensor"
    """It answers at the address of another sensor of the list."""
    NO_REST_API = "no_rest_api"
    """The network knows it, and its web server does not answer."""


class AutoIpReply(Struct, frozen=True, kw_only=True):
    """What a sensor reports about itself over AutoIP: cleaned texts; ``None`` where it is not sent."""

    request: bytes = b""
    """The id of the request that it answers, four bytes."""
    binary: bool = False
    """Whether it is the binary form (0x95); else XML (0x90)."""
    mac: str | None = None
    """``aa:bb:cc:dd:ee:ff``."""
    host: str | None = None
    """Its IPv4 address."""
    mask: str | None = None
    gateway: str | None = None
    dhcp: bool | None = None
    serial: str | None = None
    model: str | None = None
    version: str | None = None
    order_number: str | None = None
    name: str | None = None
    """``LocationName``."""
    away: float | None = None
    """Seconds that it needs to take another address."""


class Sighting(Struct, frozen=True, kw_only=True):
    """A sensor in a datagram or in the neighbour table: a hint, never more."""

    by: By
    host: str
    mac: str | None = None
    interface: str = ""
    """The address of this PC that heard it; empty where it was asked by unicast."""
    reply: AutoIpReply | None = None

    @property
    def key(self) -> str:
        """What sightings of one sensor have in common: MAC address, else serial number, else address."""
        serial = self.reply.serial if self.reply else None
        return self.mac or (f"serial {serial}" if serial else self.host)


class NoSensor(StrEnum):
    """Why an address has no sensor with a REST API."""

    CLOSED = "closed"
    """The connection was refused."""
    SILENT = "silent"
    """Nothing answered."""
    UNSENT = "unsent"
    """This PC has no way to it."""
    OTHER = "other"
    """Something answered that is not a sensor, or could not be read."""


class RestAnswer(Struct, frozen=True, kw_only=True):
    """What answered a REST request at one address."""

    address: str
    """``host``, or ``host:port`` where the port is not 80."""
    host: str
    by: By = By.SWEEP
    """Why it was asked: a sweep or a target, or a hint."""
    identity: Identity | None = None
    """``None`` where no sensor answered."""
    refusal: NoSensor | None = None
    """Why not."""
    words: str = ""
    """The same in words."""
    hidden: bool = False
    """Whether the sensor answers no search: ``EtherCoLaScanMode`` 2, ``EnableColaScan`` false."""


class Remark(Struct, frozen=True, kw_only=True):
    """What a search could not do, or what it noticed about this PC or its network."""

    code: str
    message: str
    advice: str = ""


class SearchState(Struct, frozen=True, kw_only=True):
    """A search at one moment. Treat its contents as read-only."""

    sightings: tuple[Sighting, ...] = ()
    answers: tuple[RestAnswer, ...] = ()
    """Of sensors."""
    refusals: dict[str, RestAnswer] = {}
    """What the other addresses answered that a sighting names, by host."""
    subnets: tuple[Subnet, ...] = ()
    """The subnets that were searched."""
    probed: int = 0
    """Addresses that were asked over REST."""
    total: int = 0
    """Addresses of the sweep."""
    unsent: int = 0
    """Addresses that this PC has no way to."""
    remarks: tuple[Remark, ...] = ()
    seconds: float = 0.0
    """Since the search began."""
    version: int = 0
    """Counts up with every finding."""
    done: bool = False


class Found(Struct, frozen=True, kw_only=True):
    """One sensor, as ``discover`` prints it."""

    address: str
    """``host``, or ``host:port`` where the port is not 80."""
    by: By
    mac: str | None = None
    serial: str | None = None
    model: str | None = None
    version: str | None = None
    name: str | None = None
    """``LocationName``."""
    order_number: str | None = None
    device: str | None = None
    """The profile that it is."""
    problem: Problem | None = None
    confirmed: bool = False
    """Whether its own REST answers have its serial number or MAC address, and no hint contradicts them."""
    instead_of: str | None = None
    """The profile at whose address it answers, where that expects another sensor."""
    hidden: bool = False
    """Whether it answers no search."""
    message: str = ""
    """What is odd, in words; empty if nothing is."""
    advice: str = ""
    """What to do about it."""
    identity: Identity | None = None
    """Its own REST answers; ``None`` unless ``confirmed``."""

    @property
    def is_new(self) -> bool:
        """Whether no profile is this sensor."""
        return self.device is None

    @property
    def key(self) -> str:
        """What distinguishes it from every other one of a search."""
        return self.mac or (f"serial {self.serial}" if self.serial else self.address)


def plain_mac(text: str) -> str | None:
    """A MAC address as ``aa:bb:cc:dd:ee:ff``, however it is written; ``None`` if it is not one sensor's.

    Taken: ``00:06:77:22:48:83``, ``00-06-77-22-48-83``, ``0:6:77:22:48:83`` (macOS), ``000677224883``.
    """
    text = text.strip()[:_MAX_FIELD]
    parts = re.split(r"[:-]", text)
    if len(parts) == 1 and len(text) == 2 * _OCTETS:
        parts = [text[place : place + 2] for place in range(0, len(text), 2)]
    if len(parts) != _OCTETS or not all(_OCTET.fullmatch(part) for part in parts):
        return None
    return mac_of(bytes(int(part, 16) for part in parts))


def mac_of(octets: bytes) -> str | None:
    """The text of a MAC address; ``None`` for a group, all zeros, or what has not six bytes."""
    if len(octets) != _OCTETS or octets[0] & 1 or not any(octets):
        return None
    return octets.hex(":")


def plain_field(text: str) -> str | None:
    """A text of a reply made harmless; ``None`` where it is empty."""
    return clean(text.strip("\0 \t\r\n"), _MAX_FIELD).strip() or None


def address_of(host: str, port: int) -> str:
    """``host``, or ``host:port`` where the port is not 80."""
    return host if port == 80 else f"{host}:{port}"  # noqa: PLR2004  HTTP's port, as the contract writes it


class Listed(Struct, frozen=True, kw_only=True):
    """An entry of the device list, as far as a search compares it."""

    name: str
    address: str
    """As the list has it."""
    host: str = ""
    """Its IPv4 address; empty where its name cannot be resolved."""
    port: int = 80
    serial: str | None = None
