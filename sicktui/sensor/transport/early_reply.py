"""A reply that comes before the end of an upload.

A sensor that refuses an upload may answer 401 at once and hang up without reading on. The reset that
follows makes the event loop drop what was received, and the refusal looks like a broken cable. But
the bytes are still in the socket, where a duplicate of the socket can see them.
"""

import re
import socket
import ssl
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

_PEEK: Final = 4096
_RECORDS: Final = 16
"""Records that are decrypted at a time: without a limit, what has nothing to say could hold us up."""
_STATUS_LINE: Final = re.compile(rb"HTTP/1\.[01] ([2-5]\d\d)[ \r\n]")
_INTERIM: Final = re.compile(rb"\AHTTP/1\.[01] 1\d\d.*?\r\n\r\n", re.DOTALL)

Read = Callable[..., Awaitable[bytes]]


class _Duplicable(Protocol):
    def dup(self) -> socket.socket: ...


class EarlyReply:
    """Looks for a status line without consuming it.

    Args:
        connection: the socket of the upload.
    """

    def __init__(self, connection: _Duplicable) -> None:
        self._socket: socket.socket | None = connection.dup()
        self._socket.settimeout(0)
        self._status: int | None = None

    def status(self) -> int | None:
        """The status of an unread final reply, or ``None``. Interim replies (100) do not count."""
        if self._status is None and self._socket is not None:
            waiting = self._waiting(self._socket)
            while interim := _INTERIM.match(waiting):
                waiting = waiting[interim.end() :]
            found = _STATUS_LINE.match(waiting)
            self._status = int(found.group(1)) if found else None
        return self._status

    def _waiting(self, connection: socket.socket) -> bytes:
        """The beginning of what has come and was not read yet."""
        try:
            return connection.recv(_PEEK, socket.MSG_PEEK)
        except OSError:  # Nothing there yet, or reset with nothing left to read.
            return b""

    def hand_over(self) -> socket.socket | None:
        """The duplicate of the socket, which the caller closes from now on."""
        duplicate, self._socket = self._socket, None
        return duplicate

    def close(self) -> None:
        """Close the duplicate: only then is the connection really closed."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None


class EncryptedEarlyReply(EarlyReply):
    """The same inside TLS: what has come is decrypted, and kept for the library, which reads it through us.

    Args:
        plain: the one for the socket beneath; it is replaced by this.
        decrypter: the connection's TLS.
        incoming: where its encrypted bytes go in.
    """

    def __init__(self, plain: EarlyReply, decrypter: ssl.SSLObject, incoming: ssl.MemoryBIO) -> None:
        self._socket = plain.hand_over()
        self._status = None
        self._decrypter = decrypter
        self._incoming = incoming
        self._decrypted = b""

    def first(self, read: Read) -> Read:
        """A ``read`` that begins with what was decrypted here."""

        async def reading(max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109  as given
            if self._decrypted:
                taken, self._decrypted = self._decrypted[:max_bytes], self._decrypted[max_bytes:]
                return taken
            return await read(max_bytes, timeout)

        return reading

    def _waiting(self, connection: socket.socket) -> bytes:
        for _ in range(_RECORDS):
            if len(self._decrypted) >= _PEEK:
                break
            try:
                received = connection.recv(_PEEK)
            except OSError:
                received = b""
            self._incoming.write(received)
            try:
                self._decrypted += self._decrypter.read(_PEEK)
            except ssl.SSLError:  # No whole record yet, or none that can be decrypted.
                if not received:
                    break
            else:
                if not received and not self._decrypter.pending() and not self._incoming.pending:
                    break
        return self._decrypted
