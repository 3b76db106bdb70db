"""A bounded sweep: which addresses of the ranges that were asked for have a sensor."""

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable, Iterator, Sequence

Probe = Callable[[str, int], Awaitable[None]]


def size_of(networks: Sequence[ipaddress.IPv4Network], ports: Sequence[int]) -> int:
    """How many addresses a sweep asks, each port counted."""
    return sum(_hosts(network) for network in _apart(networks)) * len(ports)


def places(networks: Sequence[ipaddress.IPv4Network], ports: Sequence[int]) -> Iterator[tuple[str, int]]:
    """Every address of the ranges, once, with every port."""
    for network in _apart(networks):
        for host in network.hosts():
            for port in ports:
                yield str(host), port


async def sweep(where: Iterator[tuple[str, int]], probe: Probe, *, at_once: int) -> None:
    """Ask every address.

    Args:
        where: the addresses.
        probe: asks one of them.
        at_once: how many are asked together.
    """

    async def work() -> None:
        for host, port in where:
            await probe(host, port)

    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(work())


def _apart(networks: Sequence[ipaddress.IPv4Network]) -> list[ipaddress.IPv4Network]:
    """The same addresses, none of them in two networks."""
    return list(ipaddress.collapse_addresses(networks))


def _hosts(network: ipaddress.IPv4Network) -> int:
    ends = 2 if network.prefixlen < 31 else 0  # noqa: PLR2004  a link of two, or one host
    return network.num_addresses - ends
