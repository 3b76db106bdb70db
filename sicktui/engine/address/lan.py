"""What a change of an address must know of the network around this PC."""

from collections.abc import Sequence
from ipaddress import IPv4Network
from typing import Protocol

from sicktui.model.network.addressing import Ipv4Config
from sicktui.model.search.records import Sighting


class Lan(Protocol):
    """The network as this PC sees it."""

    async def networks(self) -> Sequence[IPv4Network]:
        """The IPv4 subnets of this PC's interfaces."""
        ...

    async def occupant(self, host: str, port: int, own: str | None = None) -> str:
        """What shows that another device has this address, in words; empty if nothing does.

        Args:
            host: an IPv4 address.
            port: a TCP port that is tried beside 80 and 443.
            own: the MAC address of the sensor that is to have the address; ``None``: not known.
        """
        ...

    async def find(self, serial: str | None, mac: str | None, near: str, seconds: float) -> str | None:
        """Where a sensor may be (host or ``host:port``): a hint. ``None`` if it is not found.

        Args:
            serial: its serial number.
            mac: its MAC address.
            near: where it was; the subnet around is searched.
            seconds: how long it may take.
        """
        ...

    async def search(self, seconds: float) -> Sequence[Sighting]:
        """The sensors that answer a search by AutoIP: hints.

        Args:
            seconds: how long answers are collected.
        """
        ...

    async def assign(self, mac: str, config: Ipv4Config, *, binary: bool) -> bool:
        """Ask a sensor by AutoIP to take an address. Returns whether it answers that it does.

        Args:
            mac: the sensor that is meant; no other takes it.
            config: the address.
            binary: the form in which it answers a search.
        """
        ...
