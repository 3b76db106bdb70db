"""Sets the address of one sensor by AutoIP: the request 0x11, and its answer 0x91.

Only the sensor with that MAC address takes it, and only where ``EtherCoLaScanMode`` allows it: always with 0,
for 60 s after it was switched on with 3 (the default). No login is needed, so no password is sent. Both forms
are those of SICK's own AutoIP tools; the answer's contents are not documented, so where the sensor is
afterwards decides.
"""

import secrets
from collections.abc import Sequence
from ipaddress import IPv4Address
from typing import Final
from xml.sax.saxutils import quoteattr

from sicktui.discovery.autoip.collect import UdpTarget
from sicktui.discovery.autoip.packets import (
    ADDRESS_SET,
    HEADER_SIZE,
    REQUEST_ID_SIZE,
    SET_ADDRESS,
    contents_of,
    header_of,
    request_frame,
)
from sicktui.discovery.autoip.sockets import LIMITED_BROADCAST, Ears
from sicktui.model.clock import Clock
from sicktui.model.network.addressing import Ipv4Config
from sicktui.model.network.subnet import Subnet

WAIT: Final = 2.0
"""Seconds for the answer; sensors answer a search within 1.02 s (SICK's specification)."""
_TICK: Final = 0.05
_MAX_ANSWER: Final = 16 * 1024
_SUCCESS: Final = b"success"


def set_request(mac: str, request: bytes, config: Ipv4Config, *, binary: bool) -> bytes:
    """The datagram that sets an address.

    Args:
        mac: the sensor that is meant.
        request: four bytes that its answer repeats.
        config: what is set.
        binary: the form in which the sensor answers a search: 0x95, else 0x90 (XML).
    """
    octets = bytes.fromhex(mac.replace(":", ""))
    body = _binary_body(config) if binary else _xml_body(mac, config)
    return request_frame(SET_ADDRESS, octets, request, body)


def _binary_body(config: Ipv4Config) -> bytes:
    addresses = (config.address, config.mask, config.gateway)
    return b"".join(IPv4Address(address).packed for address in addresses) + bytes([config.dhcp])


def _xml_body(mac: str, config: Ipv4Config) -> bytes:
    items = {
        "IPAddress": config.address,
        "IPMask": config.mask,
        "IPGateway": config.gateway,
        "DHCPClientEnabled": "TRUE" if config.dhcp else "FALSE",
    }
    inside = "".join(
        f"<Item key={quoteattr(key)} value={quoteattr(value)} />" for key, value in items.items()
    )
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    return f"{head}<IPconfig MACAddr={quoteattr(mac.upper())}>{inside}</IPconfig>".encode()


def is_answer(datagram: bytes, mac: str, request: bytes) -> bool:
    """Whether a datagram is the sensor's answer that it takes the address.

    An answer in XML without ``Success`` is a refusal.
    """
    header = header_of(datagram)
    if header is None or len(datagram) > _MAX_ANSWER:
        return False
    if header.command != ADDRESS_SET or header.request != request or header.mac != mac:
        return False
    contents = contents_of(datagram, header) or datagram[HEADER_SIZE:]
    return not contents.lstrip().startswith(b"<") or _SUCCESS in contents.lower()


async def set_address(
    *,
    mac: str,
    config: Ipv4Config,
    binary: bool,
    subnets: Sequence[Subnet],
    targets: Sequence[UdpTarget],
    port: int,
    clock: Clock,
) -> bool:
    """Ask one sensor to take an address, once. Returns whether it has answered that it does.

    Args:
        mac: the sensor that is meant.
        config: what is set.
        binary: the form in which it answers a search.
        subnets: the addresses of this PC to ask from, by broadcast.
        targets: hosts to ask by unicast.
        port: the UDP port that sensors listen on.
        clock: the time source.
    """
    request = secrets.token_bytes(REQUEST_ID_SIZE)
    datagram = set_request(mac, request, config, binary=binary)
    async with Ears(port) as ears:
        await ears.open(subnets, unicast=bool(targets))
        for subnet in subnets:
            for host in dict.fromkeys((LIMITED_BROADCAST, subnet.broadcast)):
                ears.send(subnet.host, datagram, (host, port))
        for target in targets:
            ears.send("", datagram, target)
        end = clock.monotonic() + WAIT
        while clock.monotonic() < end:
            await clock.sleep(_TICK)
            while ears.heard:
                answer, _source = ears.heard.popleft()
                if is_answer(answer, mac, request):
                    return True
    return False
