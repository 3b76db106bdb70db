"""Whether this PC gets the measured data of a sensor, by the sensor's own settings."""

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address
from typing import Any, Final

from msgspec import Struct

from sicktui.model.network.subnet import Subnet
from sicktui.model.variable import Unreadable, code, items, part, whole, yes_or_no

SETTINGS: Final = ("ScanDataEnable", "ScanDataFormat", "ScanDataEthSettings")
"""The variables that this rests on."""
_FORMATS: Final = {1: "MSGPACK", 2: "Compact", 3: "LMDscandata", 4: "native ROS 2"}
"""``ScanDataFormat`` of all families but LRS4000."""
_DECODED: Final = (1, 2)
"""Those of which a datagram can be decoded."""
_EVERYBODY: Final = "255.255.255.255"
_ADDRESS: Final = 4


class Way(Struct, frozen=True, kw_only=True):
    """Where the stream of a sensor arrives, if it does on this PC."""

    port: int = 0
    """The UDP port to listen on; 0: the stream does not come to this PC."""
    group: str | None = None
    """The multicast group to join."""
    receiver: str = ""
    """``host:port``, as the sensor has it."""
    why: str = ""
    """Why nothing can be received here: a sentence."""
    is_off: bool = False
    """Whether the sensor is set to send nothing."""

    @property
    def is_here(self) -> bool:
        """Whether this PC gets it."""
        return bool(self.port)


def way_of(values: Mapping[str, Any], subnets: Sequence[Subnet], *, is_loopback: bool = False) -> Way:
    """Where the stream arrives. Never raises, whatever the sensor reports.

    Args:
        values: the sensor's ``SETTINGS``, as far as they could be read.
        subnets: the addresses of this PC.
        is_loopback: whether the sensor is on this PC itself (a simulated one).
    """
    try:
        if not yes_or_no(values.get("ScanDataEnable")):
            return Way(why="The sensor is set to send no scan data.", is_off=True)
        number = code(values.get("ScanDataFormat"))
        protocol, where = receiver_of(values.get("ScanDataEthSettings"))
    except Unreadable:
        return Way(why="The sensor does not report where it sends scan data.")
    host, _, port = where.rpartition(":")
    if number not in _DECODED:
        return Way(receiver=where, why=f"Its scan data is {format_name(number)}, which is not decoded here.")
    if protocol != "UDP":
        return Way(receiver=where, why=f"It sends by {protocol} to {where}; only UDP can be listened to.")
    address = IPv4Address(host)
    if not int(port) or address.is_unspecified:
        return Way(receiver=where, why=f"Its receiver is {where}, which no PC can have.")
    if address.is_multicast:
        return Way(port=int(port), group=host, receiver=where)
    if not (_is_mine(host, subnets) or (is_loopback and address.is_loopback)):
        return Way(
            receiver=where,
            why=f"Nothing could be received, as its receiver is {where} and not this PC.",
        )
    return Way(port=int(port), receiver=where)


def format_name(number: int) -> str:
    """The name of a ``ScanDataFormat``."""
    return _FORMATS.get(number, f"format {number}")


def _is_mine(host: str, subnets: Sequence[Subnet]) -> bool:
    """Whether a datagram to this address comes to this PC: its own, or a broadcast."""
    return host == _EVERYBODY or any(
        host in (subnet.host, subnet.broadcast) for subnet in subnets if not subnet.loopback
    )


def receiver_of(value: Any) -> tuple[str, str]:  # noqa: ANN401
    """``ScanDataEthSettings``: the protocol, and ``host:port`` of who gets the stream."""
    port = whole(part(value, "Port"), 0, 0xFFFF)
    octets = items(part(value, "IPAddress"), _ADDRESS)
    if len(octets) != _ADDRESS:
        raise Unreadable("its IPAddress is not four numbers")
    host = ".".join(str(code(octet)) for octet in octets)
    number = code(part(value, "Protocol"))
    return {1: "UDP", 2: "TCP"}.get(number, f"protocol {number}"), f"{host}:{port}"
