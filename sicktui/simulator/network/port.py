"""The TCP port of a simulated device: open, or closed for real."""

import asyncio
import contextlib
import logging
import socket
import ssl
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Final

from sicktui.simulator.errors import SimulatorError
from sicktui.simulator.network.http import WatchedReader, reset

HOST: Final = "127.0.0.1"
_BUFFER: Final = 64 * 1024
_SLOW_BUFFER: Final = 16 * 1024
_PATIENCE: Final = 5.0
"""Seconds to wait for a port that this device had before."""

_log = logging.getLogger(__name__)

OnConnection = Callable[[WatchedReader, asyncio.StreamWriter], Awaitable[None]]


class Port:
    """A port of this PC that can be closed and opened again under the same number.

    While it is closed, connections are refused. A bound socket keeps the number, so that no other program
    gets it.

    Args:
        serve: called with each connection; its end closes the connection.
    """

    def __init__(self, serve: OnConnection) -> None:
        self.number = 0
        self.tls: ssl.SSLContext | None = None
        """Encrypts what is opened from now on."""
        self.accepted = 0
        """How many connections there have been."""
        self.host = HOST
        self.interface: str | None = None
        """The network interface that it is bound to (Linux): any address on it can be listened on."""
        self._serve = serve
        self._held: socket.socket | None = None
        self._server: asyncio.Server | None = None
        self._connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    @property
    def is_open(self) -> bool:
        """Whether it is open."""
        return self._server is not None

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return len(self._connections)

    def hold(self, number: int = 0) -> None:
        """Take the port (0: any free one) without listening on it.

        Raises:
            SimulatorError: the port is taken.
        """
        self._held = self._bind(number)

    async def _bind_again(self) -> socket.socket:
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                return self._bind(self.number)
            except SimulatorError:
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(0.02)

    def _bind(self, number: int) -> socket.socket:
        # Named as TCP: else asyncio holds a small answer back until the last one is acknowledged.
        held = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        if sys.platform != "win32":  # Windows lets SO_REUSEADDR steal ports that are in use
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            if self.interface is not None:
                bind_to_interface(held, self.interface)
            held.bind((self.host, number))
        except OSError as error:
            held.close()
            raise SimulatorError(
                f"Port {number} on {self.host} cannot be used: {error.strerror or error}.",
                advice="Choose another port, or end the program that uses it.",
            ) from error
        self.number = held.getsockname()[1]
        return held

    async def open(self, *, slow: bool = False) -> None:
        """Listen.

        Args:
            slow: keep the socket's buffer small, so that a slow link is felt by the sender.
        """
        if self._server is not None:
            return
        held = self._held or await self._bind_again()
        self._held = None
        if slow:
            held.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        loop = asyncio.get_running_loop()
        limit = _SLOW_BUFFER if slow else _BUFFER

        def protocol() -> asyncio.StreamReaderProtocol:
            reader = WatchedReader(limit=limit, loop=loop)
            return asyncio.StreamReaderProtocol(reader, self._accepted, loop=loop)

        self._server = await loop.create_server(protocol, sock=held, ssl=self.tls)

    async def close(self, *, keep_number: bool = True) -> None:
        """Close the listening socket and reset every connection."""
        if self._server is not None:
            self._server.close()
            self._server = None
        tasks = list(self._connections)
        for task, writer in list(self._connections.items()):
            reset(writer)
            task.cancel()
        if keep_number and self._held is None:
            # Between the two another connection of this PC may have taken it: then ``open`` waits for it.
            with contextlib.suppress(SimulatorError):
                self.hold(self.number)
        elif not keep_number and self._held is not None:
            self._held.close()
            self._held = None
        if tasks:
            await asyncio.wait(tasks)

    def move_to(self, host: str) -> None:
        """Listen on another address of this PC from the next ``open`` on; 127.0.0.1 if it has none such."""
        self.host = host if self.interface is not None or _is_here(host) else HOST
        if self._held is not None and self._held.getsockname()[0] != self.host:
            self._held.close()
            self._held = None
            with contextlib.suppress(SimulatorError):  # as in ``close``
                self.hold(self.number)

    def drop_number(self) -> None:
        """Release the number: the next ``open`` takes any free port."""
        if self._held is not None:
            self._held.close()
            self._held = None
        self.number = 0

    def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not isinstance(reader, WatchedReader):  # the protocol above makes no other
            raise TypeError
        if self._server is None:  # accepted in the moment in which the port was closed
            reset(writer)
            return
        self.accepted += 1
        task = asyncio.get_running_loop().create_task(self._converse(reader, writer))
        self._connections[task] = writer
        task.add_done_callback(self._ended)

    async def _converse(self, reader: WatchedReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._serve(reader, writer)
        finally:
            writer.close()

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._connections[task]
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("the simulated device on port %d broke", self.number, exc_info=error)


def _is_here(host: str) -> bool:
    if not host.startswith("127."):
        return False
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        try:
            probe.bind((host, 0))
        except OSError:  # macOS has 127.0.0.1 only
            return False
    return True


def bind_to_interface(bound: socket.socket, interface: str) -> None:
    """Let a socket use one interface only. Linux; ``OSError`` elsewhere, and for an unknown interface."""
    if sys.platform == "linux":
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode() + b"\0")
    else:
        raise OSError(0, "only Linux binds a socket to an interface")
