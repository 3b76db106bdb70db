"""The sockets that hear every answer to a search.

Measured between network namespaces: a sensor that answers by broadcast from another subnet is heard on Linux
only by a socket that is bound to 255.255.255.255 and port 30718. An answer by unicast comes to the socket
that asked.
"""

import asyncio
import errno
import socket
import sys
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, Self

from sicktui.model.network.subnet import Subnet
from sicktui.model.search.records import Remark

LIMITED_BROADCAST: Final = "255.255.255.255"
MOST_WAITING: Final = 4096
"""Datagrams that are kept until they are read; what comes beyond is dropped and counted."""
_BUFFER: Final = 4 * 1024 * 1024
"""Bytes of the receive buffer: 200 sensors answer at once, with 2 KB each. The system may grant less."""
_ANY: Final = ""

Take = Callable[[bytes, str], None]


class _Ear(asyncio.DatagramProtocol):
    """Hands every datagram on; errors of other datagrams (ICMP) end nothing."""

    def __init__(self, take: Take) -> None:
        self._take = take

    def datagram_received(self, data: bytes, addr: tuple[object, ...]) -> None:
        self._take(data, str(addr[0]))

    def error_received(self, exc: Exception) -> None:
        """A host refused an earlier datagram, or an interface went away: the next one may arrive."""


class Ears:
    """Every socket of one search. Datagrams wait in ``heard`` until they are taken.

    Args:
        port: the UDP port that sensors listen on, and answer to by broadcast.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._transports: list[asyncio.DatagramTransport] = []
        self._asking: dict[str, socket.socket] = {}
        self.heard: deque[tuple[bytes, str]] = deque()
        """Datagrams with the address that each came from."""
        self.dropped = 0
        self.remarks: dict[str, Remark] = {}
        """What could not be done, by code."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for transport in self._transports:
            transport.abort()
        self._transports.clear()
        self._asking.clear()
        await asyncio.sleep(0)  # asyncio closes them in its next round

    def _take(self, data: bytes, source: str) -> None:
        if len(self.heard) >= MOST_WAITING:
            self.dropped += 1
            return
        self.heard.append((data, source))

    async def open(self, subnets: Sequence[Subnet], *, unicast: bool) -> None:
        """Open what is needed to ask these subnets, and single hosts.

        Args:
            subnets: the addresses of this PC to ask from.
            unicast: whether single hosts are asked.
        """
        ports = {self._port}
        for subnet in subnets:
            asking = await self._asking_socket(subnet)
            if asking is not None:
                self._asking[subnet.host] = asking
                ports.add(asking.getsockname()[1])
        if subnets and sys.platform != "win32":
            # Windows hands a broadcast to the sockets of its interface.
            for port in sorted(ports):
                await self._broadcast_socket(port)
        if unicast:
            try:
                self._asking[_ANY] = await self._listen(_bound(_ANY, 0))
            except OSError as error:
                self._note_trouble(_ANY, error)

    async def _asking_socket(self, subnet: Subnet) -> socket.socket | None:
        try:
            return await self._listen(_bound(subnet.host, self._port))
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                self._note_trouble(subnet.host, error)
                return None
        self.remarks["port_taken"] = Remark(
            code="port_taken",
            message=f"Another program on this PC uses UDP port {self._port}, as SOPAS ET does: "
            "the search uses another port.",
            advice="If a sensor is missing, close that program and search again.",
        )
        try:
            return await self._listen(_bound(subnet.host, 0))
        except OSError as error:
            self._note_trouble(subnet.host, error)
            return None

    async def _broadcast_socket(self, port: int) -> None:
        try:
            await self._listen(_bound(LIMITED_BROADCAST, port, shared=True))
        except OSError as error:
            if port == self._port:
                self.remarks["broadcast_unheard"] = Remark(
                    code="broadcast_unheard",
                    message="Answers by broadcast cannot be received on this PC "
                    f"({error.strerror or error}): a sensor in another subnet is not found.",
                    advice="Close the program that uses the port, and search again.",
                )

    async def _listen(self, bound: socket.socket) -> socket.socket:
        loop = asyncio.get_running_loop()
        try:
            transport, _ = await loop.create_datagram_endpoint(lambda: _Ear(self._take), sock=bound)
        except BaseException:
            bound.close()
            raise
        self._transports.append(transport)
        return bound

    def send(self, host: str, datagram: bytes, to: tuple[str, int]) -> bool:
        """Send a datagram. Whether it left this PC, as far as the system reports it.

        Args:
            host: the address of this PC to send from; empty for whichever leads there.
            datagram: what to send.
            to: host and port.
        """
        sending = self._asking.get(host)
        if sending is None:
            return False
        try:
            # Past asyncio, which reports an error of the system later, without the datagram that it is about.
            sending.sendto(datagram, to)
        except OSError as error:
            self._note_trouble(host, error, to=to[0])
            return False
        return True

    def _note_trouble(self, host: str, error: OSError, *, to: str = "") -> None:
        where = f"from {host}" if host else f"to {to}"
        advice = "Check the network cable and the settings of that interface."
        if error.errno in (errno.EPERM, errno.EACCES):
            advice = "Allow sicktui in the firewall of this PC."
        self.remarks[f"not_sent {host or to}"] = Remark(
            code="not_sent",
            message=f"The search could not be sent {where}: {error.strerror or error}.",
            advice=advice,
        )


def _bound(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """A UDP socket that is bound to an address of this PC.

    Args:
        host: the address; empty for all.
        port: the port; 0 for any.
        shared: whether other programs may hear the same broadcasts. The port that asks is not shared: of two
            programs with one port, only one gets an answer.

    Raises:
        OSError: the address or port cannot be used.
    """
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.settimeout(0)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        if shared:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        sock.bind((host, port))
    except BaseException:
        sock.close()
        raise
    return sock
