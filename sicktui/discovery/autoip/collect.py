"""One search by AutoIP: asks every subnet twice, and collects answers for a fixed time.

Sensors answer within 1.02 s (SICK's specification). It never ends at the first answer.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from sicktui.discovery.autoip.packets import REQUEST_ID_SIZE, SEARCH, header_of, search_request
from sicktui.discovery.autoip.reply import read_reply
from sicktui.discovery.autoip.sockets import LIMITED_BROADCAST, Ears
from sicktui.discovery.interfaces import own_address_to
from sicktui.model.clock import Clock
from sicktui.model.network.subnet import Subnet
from sicktui.model.search.records import By, Remark, Sighting
from sicktui.model.wording import count

AGAIN: Final = 1.5
"""Seconds after the first request: a datagram may be lost, and a sensor may be starting."""
_TICK: Final = 0.05
_ANY_MASK: Final = "255.255.255.0"

OnSighting = Callable[[Sighting], None]


class UdpTarget(NamedTuple):
    """A host that is asked by unicast."""

    host: str
    port: int


async def collect(
    *,
    subnets: Sequence[Subnet],
    targets: Sequence[UdpTarget],
    port: int,
    wait: float,
    clock: Clock,
    on_sighting: OnSighting,
) -> list[Remark]:
    """Search once.

    Args:
        subnets: the addresses of this PC to ask from, by broadcast.
        targets: hosts to ask by unicast.
        port: the UDP port that sensors listen on.
        wait: seconds to collect answers.
        clock: the time source.
        on_sighting: called for each answer, the same sensor's second one included.

    Returns:
        What could not be done, and what was noticed.
    """
    async with Ears(port) as ears:
        await ears.open(subnets, unicast=bool(targets))
        listening = _Listening(ears, on_sighting)
        end = clock.monotonic() + wait
        rounds = [clock.monotonic(), clock.monotonic() + min(AGAIN, wait / 2)]
        while clock.monotonic() < end:
            if rounds and clock.monotonic() >= rounds[0]:
                rounds.pop(0)
                listening.ask(subnets, targets, port)
            await clock.sleep(min(_TICK, end - clock.monotonic()))
            listening.read()
        return listening.remarks()


class _Listening:
    """What was asked, and what came back."""

    def __init__(self, ears: Ears, on_sighting: OnSighting) -> None:
        self._ears = ears
        self._on_sighting = on_sighting
        self._requests: dict[bytes, str] = {}
        """The requests of this search: the address of this PC that each was sent from; empty by unicast."""
        self._foreign = 0
        self._unreadable = 0

    def ask(self, subnets: Sequence[Subnet], targets: Sequence[UdpTarget], port: int) -> None:
        """Send a request on each interface, and to each target, with a new id each."""
        for subnet in subnets:
            datagram = search_request(self._new_id(subnet.host), subnet.host, subnet.mask)
            for host in dict.fromkeys((LIMITED_BROADCAST, subnet.broadcast)):
                self._ears.send(subnet.host, datagram, (host, port))
        for target in targets:
            own, mask = _way_to(target.host, subnets)
            self._ears.send("", search_request(self._new_id(""), own, mask), target)

    def _new_id(self, host: str) -> bytes:
        request = secrets.token_bytes(REQUEST_ID_SIZE)
        self._requests[request] = host
        return request

    def read(self) -> None:
        """Read every datagram that has come."""
        for _ in range(len(self._ears.heard)):
            datagram, _source = self._ears.heard.popleft()
            header = header_of(datagram)
            if header is not None and header.command == SEARCH:
                continue  # our own request, or another program's
            if header is not None and header.request not in self._requests:
                self._foreign += 1
                continue
            reply = read_reply(datagram)
            if reply is None or reply.host is None:
                self._unreadable += 1
                continue
            interface = self._requests[reply.request]
            self._on_sighting(
                Sighting(by=By.BROADCAST, host=reply.host, mac=reply.mac, interface=interface, reply=reply)
            )

    def remarks(self) -> list[Remark]:
        """What went wrong, and what was odd."""
        odd: Mapping[str, tuple[int, str]] = {
            "foreign_answers": (self._foreign, "to the search of another program"),
            "unreadable_answers": (self._unreadable, "that cannot be read"),
            "dropped_answers": (self._ears.dropped, "too many at once"),
        }
        noticed = [
            Remark(code=code, message=f"Ignored {count(number, 'answer')} {why}.")
            for code, (number, why) in odd.items()
            if number
        ]
        return [*self._ears.remarks.values(), *noticed]


def _way_to(host: str, subnets: Sequence[Subnet]) -> tuple[str, str]:
    """The address of this PC from which a host is reached, with its mask. Nothing is sent."""
    own = own_address_to(host) or "0.0.0.0"  # noqa: S104  an address that is not known
    return own, next((subnet.mask for subnet in subnets if subnet.host == own), _ANY_MASK)
