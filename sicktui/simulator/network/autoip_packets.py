"""The datagrams of SICK's AutoIP, as a sensor reads and writes them. Numbers are big-endian.

Every datagram has a header of 16 bytes: command, reserved, u16 length of what follows, MAC (of the receiver
in a request, of the sender in a reply), 4 bytes of id, 01 in a request, reserved. The layouts are those of
SICK's own decoders and of a captured reply; what a reply to a new address holds is not known, so it is empty.
"""

import html
import ipaddress
import re
import struct
from typing import Final

from msgspec import Struct

SEARCH: Final = 0x10
SET_ADDRESS: Final = 0x11
FOUND_XML: Final = 0x90
FOUND_BINARY: Final = 0x95
ADDRESS_SET: Final = 0x91
EVERYONE: Final = "ff:ff:ff:ff:ff:ff"
NO_ADDRESS: Final = "0.0.0.0"  # noqa: S104  nothing is bound to it

_HEADER: Final = struct.Struct(">BBH6s4sBB")
_COLA_SCAN: Final = 0x01
_SEARCH_BYTES: Final = 24
_BINARY_ADDRESS_BYTES: Final = 13
_COLA_2: Final = 2
_COLA_2_PORT: Final = 2122
_ITEM: Final = re.compile(r"<Item\b([^>]*)>")
_ATTRIBUTE: Final = re.compile(r"""(\w+)\s*=\s*"([^"]*)\"""")


class Ipv4(Struct, frozen=True, kw_only=True):
    """What AutoIP reports and sets of an interface's configuration."""

    address: str
    mask: str = "255.255.255.0"
    gateway: str = NO_ADDRESS
    dhcp: bool = False


class Facts(Struct, frozen=True, kw_only=True):
    """What a sensor reports about itself in its reply to a search."""

    mac: str
    ipv4: Ipv4
    name: str
    """``DeviceIdent.Name``."""
    version: str
    """E.g. ``2.3.3.0R``."""
    type_code: str
    serial: str
    order_number: str
    location: str
    settle_seconds: int
    """For how long it is away when it gets a new address."""


class Request(Struct, frozen=True, kw_only=True):
    """A request of a program that finds sensors."""

    command: int
    mac: str
    """Whom it is for."""
    id: bytes
    ipv4: Ipv4 | None = None
    """What is to be set."""
    xml: bool = False
    """In which form that is written."""


class NotARequest(ValueError):
    """A datagram that no program following the protocol sends to a sensor."""


def read_request(datagram: bytes) -> Request | None:
    """Read what has arrived; ``None`` for the reply of another sensor.

    Raises:
        NotARequest: with the reason.
    """
    if len(datagram) < _HEADER.size:
        raise NotARequest(f"{len(datagram)} bytes are shorter than a header")
    command, _, length, mac, number, scan, _ = _HEADER.unpack_from(datagram)
    if command in (FOUND_XML, FOUND_BINARY, ADDRESS_SET):
        return None
    if command not in (SEARCH, SET_ADDRESS):
        raise NotARequest(f"the command 0x{command:02x} does not exist")
    if scan != _COLA_SCAN:
        raise NotARequest(f"byte 14 is {scan:02x}, not 01")
    if length != len(datagram) - _HEADER.size:
        raise NotARequest(f"the header announces {length} bytes, and {len(datagram) - _HEADER.size} follow")
    receiver = mac.hex(":")
    if command == SEARCH:
        if len(datagram) != _SEARCH_BYTES:
            raise NotARequest(f"a search of {len(datagram)} bytes")
        return Request(command=command, mac=receiver, id=number)
    body = datagram[_HEADER.size :]
    xml = body.lstrip().startswith(b"<")
    ipv4 = _address_of_xml(body, receiver) if xml else _address_of_binary(body)
    return Request(command=command, mac=receiver, id=number, ipv4=ipv4, xml=xml)


def _address_of_binary(body: bytes) -> Ipv4:
    if len(body) != _BINARY_ADDRESS_BYTES:
        raise NotARequest(f"a binary address of {len(body)} bytes")
    address, mask, gateway = (str(ipaddress.IPv4Address(body[start : start + 4])) for start in (0, 4, 8))
    return Ipv4(address=address, mask=mask, gateway=gateway, dhcp=body[12] == 1)


def _address_of_xml(body: bytes, receiver: str) -> Ipv4:
    text = body.decode("utf-8", "replace")
    named = dict(_ATTRIBUTE.findall(text)).get("MACAddr", "")
    if "<IPconfig" not in text or named.lower() != receiver:
        raise NotARequest("an IPconfig without the MACAddr of its header")
    found = (dict(_ATTRIBUTE.findall(item)) for item in _ITEM.findall(text))
    items = {item.get("key"): item.get("value", "") for item in found}
    try:
        address, mask, gateway = (
            str(ipaddress.IPv4Address(items[key])) for key in ("IPAddress", "IPMask", "IPGateway")
        )
    except (KeyError, ValueError) as error:
        raise NotARequest(f"an IPconfig without a good {error}") from error
    return Ipv4(
        address=address,
        mask=mask,
        gateway=gateway,
        dhcp=items.get("DHCPClientEnabled", "FALSE").upper() == "TRUE",
    )


def reply(command: int, mac: str, number: bytes, body: bytes, *, length: int | None = None) -> bytes:
    """A reply with its header; ``length`` is what the header announces, where that is not true."""
    announced = min(len(body), 0xFFFF) if length is None else length
    return _HEADER.pack(command, 0, announced, bytes.fromhex(mac.replace(":", "")), number, 0, 0) + body


def found_binary(facts: Facts) -> bytes:
    """The body of a reply 0x95."""
    numbers, letter = _numbers(facts.version)
    ipv4 = facts.ipv4
    return b"".join(
        (
            struct.pack(">H", 1),  # the version of this layout
            _text(facts.name),
            struct.pack(">HHHIc", *numbers, letter),
            struct.pack(">BH", 1, 0),  # deviceState, reqUserAction
            *(_text(text) for text in (facts.location, "", "", facts.serial, facts.type_code)),
            *(_text(text) for text in (facts.version, facts.order_number)),
            b"\x00",  # flags
            _tags(("AutV", b"1.0.0.0R")),
            struct.pack(">HH", 1, 0) + _text("eth0"),  # the interfaces
            _tags(
                ("EMAC", bytes.fromhex(facts.mac.replace(":", ""))),
                ("EIPa", _packed(ipv4.address)),
                ("ENMa", _packed(ipv4.mask)),
                ("EDGa", _packed(ipv4.gateway)),
                ("EDhc", bytes([ipv4.dhcp])),
                ("ECDu", struct.pack(">I", facts.settle_seconds)),
            ),
            struct.pack(">HB", 1, _COLA_2) + _tags(("DPNo", struct.pack(">H", _COLA_2_PORT))),
        )
    )


def _numbers(version: str) -> tuple[tuple[int, int, int, int], bytes]:
    found = re.match(r"V?(\d+)\.(\d+)\.(\d+)(?:\.(\d+))?([A-Z]?)", version)
    if found is None:
        return (0, 0, 0, 0), b"R"
    major, minor, patch, build = (int(part or 0) for part in found.groups()[:4])
    return (major, minor, patch, build), (found[5] or "R").encode()


def _text(text: str) -> bytes:
    encoded = text.encode("latin-1", "replace")
    return struct.pack(">H", len(encoded)) + encoded


def _tags(*tags: tuple[str, bytes]) -> bytes:
    packed = (name.encode() + struct.pack(">H", len(value)) + value for name, value in tags)
    return struct.pack(">H", len(tags)) + b"".join(packed)


def _packed(address: str) -> bytes:
    return ipaddress.IPv4Address(address).packed


def found_xml(facts: Facts) -> bytes:
    """The body of a reply 0x90, with the keys of a captured one."""
    ipv4 = facts.ipv4
    items = (
        ("IPAddress", ipv4.address, False),
        ("IPMask", ipv4.mask, False),
        ("IPGateway", ipv4.gateway, False),
        ("HostPortNo", "2112", True),
        ("HostModeClnEna", "0", True),
        ("AuxPortNo", "2111", True),
        ("DeviceType", f"{facts.name} V{facts.version}", True),
        ("FirmwareVersion", f"V{facts.version}", True),
        ("SerialNumber", facts.serial, True),
        ("OrderNumber", facts.order_number, True),
        ("IPConfigDuration", str(facts.settle_seconds * 1000), True),
        ("ModeToHandleIP", "NoExtraCmd", True),
        ("LocationName", facts.location, True),
        ("HasDHCPClient", "TRUE", True),
        ("DHCPClientEnabled", str(ipv4.dhcp).upper(), False),
        ("IsBeepSupported", "FALSE", True),
        ("AddressingMode", "index", True),
    )
    return xml_of(facts.mac, "".join(_item(key, value, readonly=fixed) for key, value, fixed in items))


def _item(key: str, value: str, *, readonly: bool) -> str:
    return f'<Item key="{key}" value="{html.escape(value)}" readonly="{str(readonly).upper()}"></Item>'


def xml_of(mac: str, inside: str, *, before: str = "") -> bytes:
    """A reply around its items."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}'
        f'<NetScanResult MACAddr="{mac.upper()}">{inside}</NetScanResult>'
    ).encode()
