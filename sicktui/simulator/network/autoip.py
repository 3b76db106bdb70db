"""The UDP sockets on which simulated sensors hear programs that search for them."""

import asyncio
import logging
import socket
from collections.abc import Callable
from typing import Any, Final

from sicktui.simulator.errors import SimulatorError
from sicktui.simulator.network.port import HOST, bind_to_interface

AUTOIP_PORT: Final = 30718
_EVERYWHERE: Final = "255.255.255.255"
_BUFFER: Final = 1 << 20

_log = logging.getLogger(__name__)

Sender = tuple[str, int]
"""Address and port of the program that searches."""
Hear = Callable[[bytes, Sender], None]


class AutoIpSocket(asyncio.DatagramProtocol):
    """One UDP port, heard by one sensor, or by several as in one network.

    Args:
        interface: the network interface that it is bound to (Linux), where broadcasts are heard; without it
            the port is on 127.0.0.1.
    """

    def __init__(self, *, interface: str | None = None) -> None:
        self.number = 0
        self.hearers: list[Hear] = []
        self._interface = interface
        self._transport: asyncio.DatagramTransport | None = None

    @property
    def host(self) -> str | None:
        """The address that it is bound to; ``None``: every one of its interface."""
        return HOST if self._interface is None else None

    async def open(self, number: int = 0) -> None:
        """Take the port; 0: any free one.

        Raises:
            SimulatorError: the port is taken, or the interface cannot be used.
        """
        bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            bound.setblocking(False)  # noqa: FBT003  the only way
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
            if self._interface is not None:
                bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                bound.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
                bind_to_interface(bound, self._interface)
            bound.bind((self.host or "", number))
        except OSError as error:
            bound.close()
            raise SimulatorError(
                f"UDP port {number} cannot be used: {error.strerror or error}.",
                advice="Choose another port, or end the program that uses it.",
            ) from error
        self.number = bound.getsockname()[1]
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, sock=bound)

    def close(self) -> None:
        """Release the port."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def send(self, datagram: bytes, to: Sender, *, broadcast: bool = False) -> None:
        """Answer a program, or everybody on the interface's network."""
        if self._transport is not None:
            whole_network = broadcast and self._interface is not None
            self._transport.sendto(datagram, (_EVERYWHERE, AUTOIP_PORT) if whole_network else to)

    # -- asyncio.DatagramProtocol ------------------------------------------------------------------

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        """Every sensor on this socket hears it."""
        for hear in self.hearers:
            hear(data, (addr[0], addr[1]))

    def error_received(self, exc: Exception) -> None:
        """A reply did not reach its program: nothing that a sensor notices."""
        _log.debug("a reply was not delivered: %s", exc)
