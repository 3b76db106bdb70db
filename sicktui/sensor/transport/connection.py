"""One TCP connection to a sensor, plain or encrypted.

No asyncio stream: it reads ahead, and drops what it has read when the connection breaks. Here bytes are read
only when they are asked for, so a reply that came before a reset is still in the socket. It takes less CPU
time, too.
"""

import asyncio
import socket
import ssl
import sys
from asyncio import staggered
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from struct import Struct
from typing import Final, TypeVar, cast

from sicktui.sensor.transport.names import SocketPlace

PEEK: Final = 4096
"""The most bytes that are looked at ahead of time."""
_READ: Final = 64 * 1024
_SEND_BUFFER: Final = 256 * 1024
_NEXT_PLACE: Final = 0.25
"""Seconds until the next IP address of a name is tried beside the first (RFC 8305)."""
_RECORDS: Final = 16
"""Records that are decrypted at a time: without a limit, what has nothing to say could hold us up."""
_LINGER: Final = Struct("HH" if sys.platform == "win32" else "ii")
"""``struct linger``: whether, and for how many seconds; on for none means a reset."""
_Made = TypeVar("_Made")


class Connection:
    """A connected socket.

    Args:
        connected: non-blocking; this object closes it.
        place: where it leads to.
    """

    def __init__(self, connected: socket.socket, place: SocketPlace) -> None:
        self.place = place
        """Where it leads to."""
        self._socket = connected
        self._loop = asyncio.get_running_loop()

    async def read(self) -> bytes:
        """What comes next; empty at the end."""
        return await self._loop.sock_recv(self._socket, _READ)

    async def write(self, data: bytes) -> None:
        """Hand all of it to the system."""
        await self._loop.sock_sendall(self._socket, data)

    def peek(self) -> bytes:
        """The beginning of what has come and was not read yet; it is read later all the same."""
        try:
            return self._socket.recv(PEEK, socket.MSG_PEEK)
        except OSError:  # Nothing there yet, or reset with nothing left to read.
            return b""

    def close_with(self, *, reset: bool) -> None:
        """Choose how the connection ends, also when the kernel closes it after a kill."""
        with suppress(OSError):  # It is already closed.
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER.pack(reset, 0))

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    async def encrypted(self, context: ssl.SSLContext, name: str) -> "Connection":
        """The same connection inside TLS, after the handshake.

        Args:
            context: which certificates are trusted.
            name: the host that the certificate must be for.

        Raises:
            OSError: the handshake failed; ``ssl.SSLError`` is one.
        """
        inside = _EncryptedConnection(self._socket, self.place, context, name)
        await inside.shake_hands()
        return inside


class _EncryptedConnection(Connection):
    def __init__(
        self, connected: socket.socket, place: SocketPlace, context: ssl.SSLContext, name: str
    ) -> None:
        super().__init__(connected, place)
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=name)
        self._decrypted = b""

    async def shake_hands(self) -> None:
        await self._do(self._tls.do_handshake)

    async def read(self) -> bytes:
        """What comes next, beginning with what was decrypted to look at it; empty at the end."""
        if self._decrypted:
            taken, self._decrypted = self._decrypted, b""
            return taken
        try:
            return await self._do(partial(self._tls.read, _READ))
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
            return b""

    async def write(self, data: bytes) -> None:
        """Encrypt all of it and hand it to the system."""
        await self._do(partial(self._tls.write, data))

    async def _do(self, step: Callable[[], _Made]) -> _Made:
        """Repeat a step of TLS until it needs nothing more from the network."""
        while True:
            made, wants = None, False
            try:
                made = step()
            except ssl.SSLWantReadError:
                wants = True  # Left here: an error of the network is not one of TLS.
            await self._send()
            if not wants:
                return cast("_Made", made)
            received = await super().read()
            if received:
                self._incoming.write(received)
            else:
                self._incoming.write_eof()

    async def _send(self) -> None:
        if self._outgoing.pending:
            await super().write(self._outgoing.read())

    def peek(self) -> bytes:
        """The same, decrypted; it is kept for ``read``."""
        for _ in range(_RECORDS):
            if len(self._decrypted) >= PEEK:
                break
            try:
                received = self._socket.recv(PEEK)
            except OSError:
                received = b""
            if received:  # Nothing can be written after the end.
                self._incoming.write(received)
            try:
                self._decrypted += self._tls.read(PEEK)
            except ssl.SSLError:  # No whole record yet, or none that can be decrypted.
                if not received:
                    break
            else:
                if not received and not self._tls.pending() and not self._incoming.pending:
                    break
        return self._decrypted


async def connect(places: Sequence[SocketPlace]) -> Connection:
    """A connection to the first of a host's addresses that takes one.

    Raises:
        OSError: none does.
    """
    if len(places) == 1:
        return await _connect(places[0])
    tries = [partial(_connect, place) for place in _both_families_first(places)]
    connected: Connection | None
    connected, _, errors = await staggered.staggered_race(tries, _NEXT_PLACE)
    if connected is None:
        failed = [error for error in errors if isinstance(error, Exception)]
        raise OSError("no address of the host takes a connection") from ExceptionGroup("each of them", failed)
    return connected


def _both_families_first(places: Sequence[SocketPlace]) -> list[SocketPlace]:
    """A host whose IPv6 (or IPv4) leads nowhere is tried over the other one next."""
    first, *others = places
    return [first, *sorted(others, key=lambda place: place.family == first.family)]


async def _connect(place: SocketPlace) -> Connection:
    made = socket.socket(place.family, socket.SOCK_STREAM)
    try:
        made.setblocking(False)  # noqa: FBT003  its one argument
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
        await asyncio.get_running_loop().sock_connect(made, place.address)
    except BaseException:
        made.close()
        raise
    return Connection(made, place)
