"""One search for sensors, compared with the device list while it runs."""

import asyncio
import ipaddress
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Final

from msgspec import Struct

from sicktui.discovery import sweep
from sicktui.discovery.asking import CONNECT_TIMEOUT
from sicktui.discovery.interfaces import subnets
from sicktui.discovery.search import NamedHost, Scope, Search
from sicktui.engine.context import Context
from sicktui.engine.discovery.listed import listed
from sicktui.engine.discovery.opening import opener
from sicktui.model.enums import Code
from sicktui.model.errors import SicktuiError, UsageError
from sicktui.model.network.subnet import Subnet, is_ipv4
from sicktui.model.safe_text import clean
from sicktui.model.search.judgement import judge
from sicktui.model.search.records import Found, Remark, SearchState
from sicktui.model.search.words import OPTIONS, Means
from sicktui.model.wording import count

ASK_FROM: Final = 1 << 16
"""Addresses from which on a sweep needs a yes: a /16."""
MOST_SWEPT: Final = 1 << 20
"""Addresses of the largest sweep, a /12: half a day."""
_LAST_PORT: Final = 65535
_MOST_RANGES: Final = 256
_MOST_PORTS: Final = 256
"""In one range."""


class SearchRequest(Struct, frozen=True, kw_only=True):
    """What to search. Without ranges and targets: the subnets of this PC."""

    networks: tuple[ipaddress.IPv4Network, ...] = ()
    ports: tuple[int, ...] = ()
    """TCP ports; empty: that of the usual scheme."""
    targets: tuple[NamedHost, ...] = ()
    broadcast: bool = True
    wait: float | None = None
    """Seconds to collect answers; ``None``: as the settings say."""

    @property
    def is_large(self) -> bool:
        """Whether the sweep asks as many addresses as a /16 has, or more; each port counts."""
        return self.swept(self.ports or [0]) >= ASK_FROM - 2  # without the ends of the range

    @property
    def asks_nothing(self) -> bool:
        """Whether it has neither the subnets of this PC nor a range or a target."""
        return not (self.broadcast or self.networks or self.targets)

    def check(self) -> None:
        """Refuse a search that asks nothing.

        Raises:
            UsageError: it does.
        """
        if self.asks_nothing:
            raise UsageError(
                "Nothing to search: no broadcasts, and neither a range nor a target.",
                advice="Name a range or a target, or allow broadcasts.",
            )

    def swept(self, ports: Sequence[int]) -> int:
        """Addresses that the sweep asks."""
        return sweep.size_of(self.networks, ports)


class Progress(Struct, frozen=True, kw_only=True):
    """A search at one moment: what it has found, and how far it is."""

    found: tuple[Found, ...]
    seen: SearchState
    wait: float
    """Seconds for which answers are collected."""

    @property
    def done(self) -> bool:
        """Whether the search is over."""
        return self.seen.done

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """What could not be done."""
        return self.seen.remarks


def request_of(
    cidrs: Sequence[str], ports: Sequence[int], targets: Sequence[str], *, broadcast: bool = True
) -> SearchRequest:
    """The search that a person asked for.

    Args:
        cidrs: ranges to sweep, e.g. ``192.168.0.0/24``.
        ports: TCP ports.
        targets: ``IP`` or ``IP:PORT``.
        broadcast: whether to search the subnets of this PC; else only the ranges and targets.

    Raises:
        UsageError: one of them is not valid, or the ranges are larger than ``MOST_SWEPT``.
    """
    for port in ports:
        port_of(str(port))
    request = SearchRequest(
        networks=tuple(_network(text) for text in cidrs),
        ports=tuple(dict.fromkeys(ports)),
        targets=tuple(_target(text) for text in targets),
        broadcast=broadcast,
    )
    if len(request.networks) > _MOST_RANGES or len(request.targets) > _MOST_RANGES:
        raise UsageError(f"More than {_MOST_RANGES} ranges or targets.", advice="Search in several steps.")
    if request.swept([0]) > MOST_SWEPT:
        raise UsageError(
            f"A sweep of {request.swept([0])} addresses takes days.",
            advice="Name smaller ranges: at most a /12 in all.",
        )
    return request


def _network(text: str) -> ipaddress.IPv4Network:
    try:
        network = ipaddress.IPv4Network(text.strip(), strict=False)
    except ValueError:
        raise UsageError(
            f"{clean(text, 60)!r} is not an IPv4 range.",
            advice="Name an address with a port as --target."
            if ":" in text
            else "Write 192.168.0.0/24, or one address.",
        ) from None
    if network.network_address.is_multicast:
        raise UsageError(
            f"{network} is a multicast range.", advice="Name the subnet that the sensors are in."
        )
    return network


def _target(text: str) -> NamedHost:
    host, colon, port = text.strip().partition(":")
    if not is_ipv4(host):
        raise UsageError(
            f"{clean(text, 60)!r} is not an IPv4 address.",
            advice="Write 192.168.0.1 or 192.168.0.1:8080.",
        )
    if not colon:
        return NamedHost(host=host)
    return NamedHost(host=host, port=port_of(port, text))


def port_of(port: str, text: str = "") -> int:
    """A TCP or UDP port as it was written.

    Args:
        port: the number.
        text: what it is a part of, for the error; empty: the number alone.

    Raises:
        UsageError: it is not a port.
    """
    is_number = port.isascii() and port.isdecimal() and len(port) <= len(str(_LAST_PORT))
    number = int(port) if is_number else 0
    if not 1 <= number <= _LAST_PORT:
        raise UsageError(
            f"{clean(text or port, 60)!r} has no valid port.",
            advice=f"A port is a number from 1 to {_LAST_PORT}.",
        )
    return number


def ports_in(word: str) -> range:
    """The ports that a word means: ``80``, or all of ``80-90``.

    Raises:
        UsageError: it is not a port or a range of ports, or they are too many.
    """
    first, dash, last = word.partition("-")
    begin = port_of(first, word)
    end = port_of(last, word) if dash else begin
    if not begin <= end < begin + _MOST_PORTS:
        raise UsageError(
            f"{clean(word, 60)!r} is not a usable range of ports.",
            advice=f"Write the lower port first, and at most {_MOST_PORTS} of them: 80-90.",
        )
    return range(begin, end + 1)


def ports_of(context: Context, request: SearchRequest) -> tuple[int, ...]:
    """The TCP ports that a search asks everywhere."""
    return request.ports or ((443,) if context.settings.device.scheme == "https" else (80,))


def longest_sweep(context: Context, request: SearchRequest) -> float:
    """Seconds that the sweep takes if every address is silent."""
    swept = request.swept(ports_of(context, request))
    return swept / context.settings.discovery.probes * CONNECT_TIMEOUT


async def search(
    context: Context, request: SearchRequest, *, own: Sequence[Subnet] | None = None, means: Means = OPTIONS
) -> AsyncGenerator[Progress, None]:
    """Search, and report what was found so far several times a second. The last report is ``done``.

    Closing the generator ends the search.

    Args:
        context: settings, list and clock.
        request: what to search.
        own: the subnets of this PC; ``None``: look.
        means: what the advice names.

    Raises:
        ConfigError: the device list cannot be read.
    """
    profiles = (await asyncio.to_thread(context.devices)).profiles
    entries = await listed(context, profiles.values())
    settings = context.settings.discovery
    further: dict[str, tuple[int, ...]] = {}
    for entry in entries:
        if entry.host:
            further[entry.host] = (*further.get(entry.host, ()), entry.port)
    scope = Scope(
        subnets=tuple(subnets() if own is None else own),
        broadcast=request.broadcast,
        networks=request.networks,
        ports=ports_of(context, request),
        ports_named=bool(request.ports),
        ports_of=further,
        targets=request.targets,
        port=settings.port,
        wait=request.wait or settings.wait,
        probes=settings.probes,
    )
    found: tuple[Found, ...] = ()
    version = -1
    async with aclosing(Search(scope, opener(context, profiles), context.clock).snapshots()) as snapshots:
        async for seen in snapshots:
            if seen.version != version or seen.done:
                version = seen.version
                found = tuple(judge(seen, entries, means))
            yield Progress(found=found, seen=seen, wait=scope.wait)


def every_way_failed(request: SearchRequest, seen: SearchState) -> bool:
    """Whether nothing could be asked at all: this PC has no address, no way to any, or may not send."""
    if seen.sightings or seen.answers or seen.probed > seen.unsent:
        return False
    if seen.unsent:
        return True
    # Without broadcasts, ranges and targets nothing is asked, so nothing can fail.
    unsent = sum(remark.code == "not_sent" for remark in seen.remarks)
    return request.broadcast and unsent >= len(seen.subnets)


def failure_of(request: SearchRequest, over: Progress) -> SicktuiError | None:
    """Why nothing could be asked at all; ``None`` where something was."""
    seen = over.seen
    if not every_way_failed(request, seen):
        return None
    if not seen.subnets:
        return SicktuiError(
            "This PC has no IPv4 address, so nothing could be searched.",
            advice="Connect its network cable, or give its interface an address in the sensors' subnet.",
            code=Code.UNREACHABLE,
        )
    if seen.unsent:
        return SicktuiError(
            f"This PC has no way to {count(seen.unsent, 'address', 'addresses')}, so nothing could be asked.",
            advice="Check the range, and the addresses, routes and firewall of this PC.",
            code=Code.UNREACHABLE,
        )
    return SicktuiError(
        "The search could not be sent on any interface of this PC.",
        advice=next((remark.advice for remark in over.remarks if remark.advice), ""),
        code=Code.UNREACHABLE,
    )
