"""The subnets of this PC."""

import ipaddress

from msgspec import Struct


class Subnet(Struct, frozen=True, kw_only=True):
    """An IPv4 address of this PC with its subnet."""

    host: str
    prefix: int
    name: str = ""
    """The name of the interface."""

    @property
    def network(self) -> ipaddress.IPv4Network:
        """The subnet."""
        return ipaddress.IPv4Network((self.host, self.prefix), strict=False)

    @property
    def broadcast(self) -> str:
        """The address that all of the subnet hear."""
        return str(self.network.broadcast_address)

    @property
    def mask(self) -> str:
        """The netmask, e.g. ``255.255.255.0``."""
        return str(self.network.netmask)

    @property
    def loopback(self) -> bool:
        """Whether it is this PC alone."""
        return ipaddress.IPv4Address(self.host).is_loopback

    def __contains__(self, host: str) -> bool:
        """Whether an IPv4 address is in the subnet."""
        return is_ipv4(host) and ipaddress.IPv4Address(host) in self.network

    def has_host(self, host: str) -> bool:
        """Whether an address is one that a host of the subnet can have."""
        ends = (self.network.network_address, self.network.broadcast_address)
        return host in self and ipaddress.IPv4Address(host) not in ends


def is_ipv4(text: str) -> bool:
    """Whether a text is an IPv4 address."""
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True
