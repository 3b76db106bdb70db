"""One request on its way, on a connection for it alone, and how an upload ends early.

- An upload that is aborted, by us or by the end of this process, ends in a reset. Otherwise the send buffer
  would still be sent, and the sensor would seem busy with an upload that has no sender.
- A sensor may answer 401 before it has read an upload, and hang up without reading on. The reset that
  follows breaks the upload, but the reply is still in the socket.
"""

import asyncio
import re
import ssl
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from types import TracebackType
from typing import Final, Self

import h11
import httpcore

from sicktui.sensor.transport.connection import Connection, connect
from sicktui.sensor.transport.failures import causes
from sicktui.sensor.transport.file_streams import FileBody
from sicktui.sensor.transport.names import SocketPlace
from sicktui.sensor.transport.time_limit import TimeLimit

_HTTP: Final = b"HTTP/"
"""Every reply begins with it."""
_STATUS_LINE: Final = re.compile(rb"HTTP/1\.[01] ([2-5]\d\d)[ \r\n]")
_INTERIM: Final = re.compile(rb"\AHTTP/1\.[01] 1\d\d.*?\r\n\r\n", re.DOTALL)
Courtesy = Callable[[], AbstractAsyncContextManager[None]]
_EARLY: Final = "the reply came before the end of the body"


class Attempt:
    """How far one request has come, and its connection. A context manager, which closes the connection.

    Args:
        uploads: a reply may come before the end of the body; without one the connection ends in a reset,
            whichever side closes it.
        on_sent: called when the head of the request goes out.
        connecting: surrounds the making of the connection.
    """

    def __init__(
        self,
        *,
        uploads: bool = False,
        on_sent: Callable[[], None] | None = None,
        connecting: Courtesy = nullcontext,
    ) -> None:
        self.places: Sequence[SocketPlace] = ()
        """The addresses of the host."""
        self.connected = False
        self.sent = False
        """Whether the head of the request went out."""
        self.answered = False
        self.on_body_over: Callable[[], None] | None = None
        """Called when only the reply is awaited from then on."""
        self._uploads = uploads
        self._on_sent = on_sent
        self._connecting = connecting
        self._connection: Connection | None = None
        self._received = b""
        self._early: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self.early_status()  # The last chance to see one.
            self._connection.close()
            self._connection = None

    async def connect(self, limit: float | None) -> None:
        """Connect within ``limit`` seconds.

        Raises:
            TimeoutError: not in time.
            OSError: no address of the host takes a connection.
        """
        async with self._connecting():
            async with TimeLimit(limit):
                self._connection = await connect(self.places)
            self.connected = True
        if self._uploads:
            self._connection.close_with(reset=True)

    async def encrypt(self, context: ssl.SSLContext, name: str, limit: float | None) -> None:
        """Encrypt the connection within ``limit`` seconds.

        Args:
            context: which certificates are trusted.
            name: of the host, as its certificate has it.
            limit: seconds.

        Raises:
            TimeoutError: not in time.
            OSError: the handshake failed, or the certificate is not trusted.
        """
        async with TimeLimit(limit):
            self._connection = await self._open.encrypted(context, name)

    async def write(self, data: bytes, limit: float | None) -> None:
        """Send a part of the request.

        Raises:
            httpcore.WriteError: the connection broke, or a reply came first: it can be read now.
            httpcore.WriteTimeout: it took longer than ``limit`` seconds.
        """
        if not self.sent:
            self.sent = True
            if self._on_sent is not None:
                self._on_sent()
        try:
            async with TimeLimit(limit):
                await self._open.write(data)
        except TimeoutError as error:
            if self.early_status() is None:
                raise httpcore.WriteTimeout from error
            # The sensor answered and stopped reading, but keeps the connection.
            self.body_over()
            raise httpcore.WriteError(_EARLY) from error
        except ssl.SSLError:
            raise
        except OSError as error:
            raise httpcore.WriteError(str(error)) from error

    async def read(self) -> bytes:
        """The next bytes of the reply; empty at its end.

        Raises:
            httpcore.ReadError: the connection broke.
        """
        try:
            received = await self._open.read()
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error
        # The library drops what it cannot parse; the first bytes distinguish a banner from silence.
        self._received += received[: len(_HTTP) - len(self._received)]
        return received

    @property
    def place(self) -> SocketPlace | None:
        """The address of the host that is connected."""
        return self._connection.place if self._connection is not None else None

    @property
    def _open(self) -> Connection:
        if self._connection is None:
            raise ConnectionError("there is no connection")
        return self._connection

    def head_read(self) -> None:
        """The status and the headers of the reply have been read."""
        self.answered = True
        if self._uploads and self._connection is not None:
            self._connection.close_with(reset=False)

    def body_over(self) -> None:
        """The body of the request has ended."""
        if self.on_body_over is not None:
            self.on_body_over()

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


async def pieces(body: FileBody, attempt: Attempt) -> AsyncGenerator[bytes, None]:
    """The body of an upload, until it ends or a reply comes.

    Raises:
        httpcore.WriteError: a reply came before the end; after a broken write the library reads it.
    """
    for chunk in body.chunks():
        if attempt.early_status() is not None:
            attempt.body_over()
            raise httpcore.WriteError(_EARLY)
        yield chunk
        await asyncio.sleep(0)  # So that a fast sensor does not stop the others.
    attempt.body_over()
