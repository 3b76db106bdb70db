"""The IPv4 addresses of this PC, with their subnets."""

import socket
from typing import Final

import ifaddr

from sicktui.model.network.subnet import Subnet, is_ipv4
from sicktui.model.safe_text import clean

MOST: Final = 64
"""Addresses of one PC; a server with containers may have hundreds, and sensors are behind none of them."""
_POINT_TO_POINT: Final = 31
"""From this prefix on a subnet has no broadcast address."""


def subnets(*, loopback: bool = False) -> list[Subnet]:
    """The subnets that this PC is in, in the order of its interfaces.

    Args:
        loopback: whether to list this PC itself (127.0.0.1/8) too.

    Returns:
        An empty list where no interface has an IPv4 address. Links to one other host are left out: no sensor
        is there.
    """
    found: list[Subnet] = []
    for adapter in ifaddr.get_adapters():
        for ip in adapter.ips:
            if not isinstance(ip.ip, str) or not is_ipv4(ip.ip) or ip.network_prefix >= _POINT_TO_POINT:
                continue
            subnet = Subnet(host=ip.ip, prefix=ip.network_prefix, name=clean(adapter.nice_name, 60))
            if loopback or not subnet.loopback:
                found.append(subnet)
    return found[:MOST]


def own_address_to(host: str) -> str | None:
    """The IPv4 address of this PC from which a host is reached; ``None``: it is not. Nothing is sent."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect((host, 9))
            return str(probe.getsockname()[0])
    except (OSError, UnicodeError):
        return None
