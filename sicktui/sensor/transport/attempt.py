"""One request on its way, and how an upload ends early. Measured with httpx 0.28.1.

- An upload that is aborted, by us or by the end of this process, ends in a reset. Otherwise the send buffer
  would still be sent, and the sensor would seem busy with an upload that has no sender.
- A sensor may answer 401 before it has read an upload, and hang up. The reset that follows makes
  asyncio drop the reply, but it is still in the socket, where a duplicate of the socket can see it.
"""

import socket
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import suppress
from struct import Struct
from typing import Any, Final, Protocol

import h11
import httpcore

from sicktui.sensor.transport.early_reply import EarlyReply, EncryptedEarlyReply
from sicktui.sensor.transport.failures import causes
from sicktui.sensor.transport.file_streams import FileBody
from sicktui.sensor.transport.trust import SensorSocket

_LINGER: Final = Struct("HH" if sys.platform == "win32" else "ii")
"""``struct linger``: whether, and for how many seconds; on for none means a reset."""
_HTTP: Final = b"HTTP/"
"""Every reply begins with it."""
_Read = Callable[..., Awaitable[bytes]]


class _Settable(Protocol):
    def setsockopt(self, level: int, optname: int, value: bytes, /) -> None: ...


class Attempt:
    """How far one request has come, from the HTTP library's trace.

    Args:
        uploads: a reply may come before the end of the body; without one the connection ends in a reset,
            whichever side closes it.
        on_sent: called when the head of the request goes out.
    """

    def __init__(self, *, uploads: bool = False, on_sent: Callable[[], None] | None = None) -> None:
        self.connected = False
        self.sent = False
        self.answered = False
        self.on_body_over: Callable[[], None] | None = None
        self._uploads = uploads
        self._socket: _Settable | None = None
        self._on_sent = on_sent
        self._early: EarlyReply | None = None
        self._received = b""

    async def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Note an event of the HTTP library; called by it."""
        match event:
            case "connection.connect_tcp.complete":
                self.connected = True
                stream = info["return_value"]
                # The library drops what it cannot parse; the first bytes distinguish a banner from silence.
                stream.read = self._noting(stream.read)
                if self._uploads:
                    self._socket = stream.get_extra_info("socket")
                    self._close_with(reset=True)
                    self._early = EarlyReply(stream.get_extra_info("socket"))
            case "connection.start_tls.complete":
                stream = info["return_value"]
                encrypted = stream.get_extra_info("ssl_object")
                if self._early is not None and isinstance(encrypted, SensorSocket):
                    self._early = EncryptedEarlyReply(self._early, encrypted, encrypted.incoming)
                    stream.read = self._early.first(stream.read)
                stream.read = self._noting(stream.read)
            case "http11.send_request_headers.started":
                self.sent = True
                if self._on_sent is not None:
                    self._on_sent()
            case "http11.receive_response_headers.complete":
                self.answered = True
                self._close_with(reset=False)
            case "http11.send_request_body.failed":
                # The sensor answered and stopped reading, but keeps the connection: let the library read.
                if isinstance(info["exception"], httpcore.WriteTimeout) and self.early_status() is not None:
                    self.body_over()
                    raise httpcore.WriteError("the reply came before the end of the body")

    def _close_with(self, *, reset: bool) -> None:
        """Choose how the connection ends, also when the kernel closes it after a kill."""
        if self._socket is not None:
            with suppress(OSError):  # It is already closed.
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER.pack(reset, 0))

    def _noting(self, read: _Read) -> _Read:
        async def noting(max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109  its signature
            received = await read(max_bytes, timeout)
            self._received += received[: len(_HTTP) - len(self._received)]
            return received

        return noting

    def is_not_http(self, error: Exception) -> bool:
        """Whether the reply, if any, was another protocol."""
        if self.answered:
            return False
        if not _HTTP.startswith(self._received):
            return True
        return any(isinstance(cause, h11.RemoteProtocolError) for cause in causes(error))

    def body_over(self) -> None:
        """The body has ended: from here on only the reply is awaited."""
        if self.on_body_over is not None:
            self.on_body_over()

    def early_status(self) -> int | None:
        """The status of a reply that came before the end of the body, or ``None``."""
        return None if self._early is None else self._early.status()

    def close(self) -> None:
        """Close the duplicate of the socket."""
        if self._early is not None:
            self._early.close()


async def pieces(body: FileBody, attempt: Attempt) -> AsyncGenerator[bytes, None]:
    """The body of an upload, until it ends or a reply comes.

    Raises:
        httpcore.WriteError: a reply came before the end.
    """
    for chunk in body.chunks():
        if attempt.early_status() is not None:
            attempt.body_over()
            # After a broken write the library reads the reply.
            raise httpcore.WriteError("the reply came before the end of the body")
        yield chunk
    attempt.body_over()
