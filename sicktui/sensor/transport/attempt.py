"""One request on its way, on a connection for it alone, and how an upload ends early.

- An upload that is aborted, by us or by the end of this process, ends in a reset. Otherwise the send buffer
  would still be sent, and the sensor would seem busy with an upload that has no sender.
- A sensor may answer 401 before it has read an upload, and hang up without reading on. The reset that
  follows breaks the upload, but the reply is still in the socket.
"""

import asyncio
import re
import ssl
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Final, Self

import h11

from sicktui.sensor.transport.connection import Connection, connect
from sicktui.sensor.transport.failures import causes
from sicktui.sensor.transport.names import Place

_LONGEST_HEAD: Final = 100 * 1024
"""Bytes that the status line and the headers of a reply may have."""
_HTTP: Final = b"HTTP/"
"""Every reply begins with it."""
_STATUS_LINE: Final = re.compile(rb"HTTP/1\.[01] ([2-5]\d\d)[ \r\n]")
_INTERIM: Final = re.compile(rb"\AHTTP/1\.[01] 1\d\d.*?\r\n\r\n", re.DOTALL)


class Head:
    """Status and headers of a reply."""

    def __init__(self, response: h11.Response) -> None:
        self.status = response.status_code
        self._headers = response.headers

    def get(self, name: bytes) -> str:
        """A header by its lower-case name; empty if it is missing."""
        value = b", ".join(value for key, value in self._headers if key == name)
        try:
            return value.decode()
        except UnicodeDecodeError:
            return value.decode("latin-1")


class Attempt:
    """One request and its reply. A context manager, which closes the connection.

    Args:
        uploads: a reply may come before the end of the body; without one the connection ends in a reset,
            whichever side closes it.
    """

    def __init__(self, *, uploads: bool = False) -> None:
        self.connected = False
        self.sent = False
        """Whether the head of the request went out."""
        self.answered = False
        self._uploads = uploads
        self._connection: Connection | None = None
        self._h11 = h11.Connection(h11.CLIENT, max_incomplete_event_size=_LONGEST_HEAD)
        self._received = b""
        self._early: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection is not None:
            self.early_status()  # The last chance to see one.
            self._connection.close()
            self._connection = None

    async def connect(
        self, places: Sequence[Place], context: ssl.SSLContext | None, name: str, *, limit: float | None
    ) -> None:
        """Connect, and encrypt the connection where there is a ``context``.

        Args:
            places: the addresses of the host.
            context: which certificates are trusted.
            name: of the host, as its certificate has it.
            limit: seconds for each of both.

        Raises:
            OSError: it cannot be connected to, or shows a certificate that is not trusted.
        """
        async with asyncio.timeout(limit):
            self._connection = await connect(places)
        self.connected = True
        if self._uploads:
            self._connection.close_with(reset=True)
        if context is not None:
            async with asyncio.timeout(limit):
                self._connection = await self._connection.encrypted(context, name)

    async def send(self, request: h11.Request, body: bytes = b"") -> None:
        """Send a request as a whole. A broken connection shows when the reply is read: there may be one."""
        data = self._head(request)
        if body:
            data += self._h11.send(h11.Data(data=body)) or b""
        await self._write(data + (self._h11.send(h11.EndOfMessage()) or b""))

    async def upload(self, request: h11.Request, pieces: Iterable[bytes], *, stall: float) -> None:
        """Send a request with a long body, until it ends, or a reply comes, or the connection breaks.

        Args:
            request: its head has the length of the body.
            pieces: the body.
            stall: seconds that one piece may take.

        Raises:
            TimeoutError: a piece took longer, and no reply has come.
        """
        try:
            going = await self._write(self._head(request), limit=stall)
            for piece in pieces if going else ():
                if self.early_status() is not None:
                    return
                if not await self._write(self._h11.send(h11.Data(data=piece)) or b"", limit=stall):
                    return
                await asyncio.sleep(0)  # So that a fast sensor does not stop the others.
            if going:
                self._h11.send(h11.EndOfMessage())
        except TimeoutError:
            # The sensor answered and stopped reading, but keeps the connection: its reply can be read.
            if self.early_status() is None:
                raise

    def _head(self, request: h11.Request) -> bytes:
        return self._h11.send(request) or b""

    async def _write(self, data: bytes, *, limit: float | None = None) -> bool:
        """False: the connection is broken."""
        self.sent = True
        async with asyncio.timeout(limit):
            try:
                await self._open.write(data)
            except ssl.SSLError:
                raise
            except OSError:
                return False
        return True

    async def head(self) -> Head:
        """Status and headers of the reply. Interim replies (100) are skipped.

        Raises:
            OSError: the connection broke.
            h11.RemoteProtocolError: it is not HTTP, or the headers are too long.
        """
        event = await self._event()
        while not isinstance(event, h11.Response):
            event = await self._event()
        self.answered = True
        if self._uploads:
            self._open.close_with(reset=False)
        return Head(event)

    async def piece(self) -> bytes | None:
        """The next piece of the body of the reply; ``None`` at its end.

        Raises:
            OSError: the connection broke.
            h11.RemoteProtocolError: it ended too early.
        """
        event = await self._event()
        return bytes(event.data) if isinstance(event, h11.Data) else None

    async def _event(self) -> h11.Event | type[h11.PAUSED]:
        while True:
            event = self._h11.next_event()
            if event is not h11.NEED_DATA:
                return event  # type: ignore[return-value]
            data = await self._open.read()
            if not data and self._h11.their_state is h11.SEND_RESPONSE:
                raise ConnectionError("the connection ended before the reply")
            self._received += data[: len(_HTTP) - len(self._received)]
            self._h11.receive_data(data)

    @property
    def _open(self) -> Connection:
        if self._connection is None:
            raise ConnectionError("there is no connection")
        return self._connection

    def is_not_http(self, error: Exception) -> bool:
        """Whether the reply, if any, was another protocol."""
        if self.answered:
            return False
        if not _HTTP.startswith(self._received):
            return True
        return any(isinstance(cause, h11.RemoteProtocolError) for cause in causes(error))

    def early_status(self) -> int | None:
        """The status of a final reply that came before the end of an upload, or ``None``."""
        if self._uploads and self._early is None and self._connection is not None and not self.answered:
            waiting = self._connection.peek()
            while interim := _INTERIM.match(waiting):
                waiting = waiting[interim.end() :]
            found = _STATUS_LINE.match(waiting)
            self._early = int(found.group(1)) if found else None
        return self._early
