"""Listens for the measured data of sensors, where this PC is their receiver.

A port is opened for the seconds of a listening, and closed with it. It is never shared and never taken: where
another program has it, that program keeps every datagram. On Windows a socket could be bound over one of
another program, or beside it to a single address, and get its datagrams; so every port is opened exclusively,
on all addresses.
"""

import asyncio
import contextlib
import errno
import socket
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Final

from sicktui.discovery.interfaces import own_address_to
from sicktui.model.clock import Clock
from sicktui.model.errors import SicktuiError
from sicktui.model.measuring.datagrams import decode
from sicktui.model.measuring.receiving import Way
from sicktui.model.measuring.stream import Heard, Tally

LONGEST: Final = 4.0
"""Seconds of a listening: the slowest stream (15 Hz, every 50th revolution) has ten datagrams in 3.3 s."""
RATE_SPAN: Final = 0.5
"""Seconds between two datagrams from which on a rate is measured."""
_TICK: Final = 0.05
_BUFFER: Final = 1 << 20
"""Bytes of the receive buffer: a segment has some kilobytes."""
_PRIVILEGED: Final = 1024
"""Ports below it need a privilege on Linux."""
_ANY: Final = "0.0.0.0"  # noqa: S104  which lets the system choose the interface
_MOST: Final = 20_000
"""Datagrams of one port that are decoded in one listening: 50 Hz of 20 sensors. More are counted only."""


class CannotListen(SicktuiError):
    """A port of this PC cannot be listened to. The message is a sentence."""


class _Port(asyncio.DatagramProtocol):
    """One open port, and who listens there."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.tallies: set[Tally] = set()
        self.groups: Counter[tuple[str, str]] = Counter()
        """How many listen to a multicast group on an interface."""
        self.transport: asyncio.DatagramTransport | None = None
        self.taken = self.dropped = 0
        self._closed = asyncio.Event()

    async def close(self) -> None:
        """Close it, and return once the system has it back: the next sensor may want it at once."""
        if self.transport is not None:
            self.transport.abort()
            await self._closed.wait()
            await asyncio.sleep(0)  # asyncio closes the socket right after the event

    def connection_lost(self, exc: Exception | None) -> None:
        """The port is closed with this round of the event loop."""
        self._closed.set()

    def datagram_received(self, data: bytes, addr: tuple[object, ...]) -> None:
        """Count it for every sensor that is listened for."""
        if self.taken >= _MOST:
            self.dropped += 1
            return
        self.taken += 1
        datagram, now = decode(data), self._clock.monotonic()
        for tally in self.tallies:
            tally.take(datagram, str(addr[0]), now)

    def error_received(self, exc: Exception) -> None:
        """An interface went away, perhaps: the next datagram may arrive all the same."""


class Receivers:
    """The ports that one process listens to; sensors with the same receiver share one.

    Args:
        clock: where time comes from.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ports: dict[int, _Port] = {}
        self._opening = asyncio.Lock()

    async def listen(
        self, way: Way, *, serial: str | None, hosts: frozenset[str], seconds: float = LONGEST
    ) -> Heard:
        """Listen until enough has come to judge a stream, or the time is over.

        Args:
            way: where the stream arrives.
            serial: the sensor's serial number.
            hosts: the addresses that it may send from.
            seconds: how long at most.

        Raises:
            CannotListen: another program has the port, or the system does not allow it.
        """
        tally = Tally(serial, hosts)
        port = await self._open(way.port, tally)
        try:
            with _joined(port, way.group, min(hosts, default="")):
                dropped = port.dropped
                begun = self._clock.monotonic()
                while (passed := self._clock.monotonic() - begun) < seconds:
                    if tally.is_proven and tally.span >= RATE_SPAN:
                        break
                    await self._clock.sleep(min(_TICK, seconds - passed))
                passed = self._clock.monotonic() - begun
                return tally.result(passed, port.dropped - dropped)
        finally:
            await self._leave(way.port, tally)

    async def _open(self, number: int, tally: Tally) -> _Port:
        async with self._opening:
            port = self._ports.get(number)
            if port is None:
                port = _Port(self._clock)
                loop = asyncio.get_running_loop()
                opened = _bound(number)
                try:
                    transport, _ = await loop.create_datagram_endpoint(lambda: port, sock=opened)
                except BaseException:
                    opened.close()
                    raise
                port.transport = transport
                self._ports[number] = port
            port.tallies.add(tally)
            return port

    async def _leave(self, number: int, tally: Tally) -> None:
        port = self._ports[number]
        port.tallies.discard(tally)
        async with self._opening:
            # Another sensor may have joined meanwhile.
            if not port.tallies and self._ports.get(number) is port:
                del self._ports[number]
                await port.close()


def _bound(port: int) -> socket.socket:
    """A UDP socket on all addresses, that shares its port with none.

    Raises:
        CannotListen: that is not possible.
    """
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        opened.setblocking(False)  # noqa: FBT003  the only way
        if sys.platform == "win32":
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        with contextlib.suppress(OSError):
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        opened.bind(("", port))
    except OSError as error:
        opened.close()
        if error.errno in (errno.EADDRINUSE, errno.EACCES) and port >= _PRIVILEGED:
            raise CannotListen(
                f"Another program on this PC receives UDP port {port}; it keeps its datagrams, and nothing "
                "was listened to."
            ) from error
        raise CannotListen(f"UDP port {port} cannot be listened to: {error.strerror or error}.") from error
    return opened


@contextlib.contextmanager
def _joined(port: _Port, group: str | None, host: str) -> Iterator[None]:
    """Member of a multicast group on the interface that leads to a sensor, where there is a group.

    Raises:
        CannotListen: the system does not allow it.
    """
    opened = port.transport.get_extra_info("socket") if port.transport is not None else None
    if group is None or opened is None:
        yield
        return
    interface = (own_address_to(host) if host else None) or _ANY
    member, key = socket.inet_aton(group) + socket.inet_aton(interface), (group, interface)
    if not port.groups[key]:
        try:
            opened.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
        except OSError as error:
            raise CannotListen(
                f"The multicast group {group} cannot be joined on {interface}: {error.strerror or error}."
            ) from error
    port.groups[key] += 1
    try:
        yield
    finally:
        port.groups[key] -= 1
        if not port.groups[key]:
            with contextlib.suppress(OSError):
                opened.setsockopt(socket.IPPROTO_IP, socket.IP_DROP_MEMBERSHIP, member)
