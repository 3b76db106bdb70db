"""HTTP/1.1 on one TCP connection of a simulated device, with full control of the socket."""

import asyncio
import socket
import struct
import sys
from collections.abc import AsyncIterator, Mapping
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

import h11
import msgspec
from msgspec import Struct

from sicktui.simulator.clock import SimulatedTime
from sicktui.simulator.errors import ClientGone, ConnectionDropped

_READ: Final = 256 * 1024
_WRITE: Final = 16 * 1024
_HEADERS_LIMIT: Final = 16 * 1024
SERVER: Final = "sicktui-simulator"

HTTP_REASONS: Final = {
    101: "Switching Protocols",
    200: "OK",
    302: "Found",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    411: "Length Required",
    413: "Content Too Large",
    500: "Internal Server Error",
    503: "Service Unavailable",
}


class Request(Struct, frozen=True, kw_only=True):
    """The head of a request."""

    method: str
    path: str
    headers: Mapping[str, str]
    """Lower-case names; the last of several wins."""
    query: Mapping[str, str] = {}
    """What is behind the question mark; the last of several wins."""

    @property
    def name(self) -> str | None:
        """The path under ``/api/``, e.g. ``methods/RunFirmwareUpdate``; ``None`` outside."""
        return self.path[5:] if self.path.startswith("/api/") else None

    @property
    def endpoint(self) -> str:
        """The last part of the path: what the hash chain and the faults call it."""
        return self.path.rpartition("/")[2]

    @property
    def length(self) -> int | None:
        """``Content-Length``; ``None`` if there is none, or the body is chunked."""
        if "transfer-encoding" in self.headers:
            return None
        text = self.headers.get("content-length", "")
        return int(text) if text.isascii() and text.isdigit() else None

    @property
    def chunked(self) -> bool:
        """Whether the body comes in chunks, of unknown length."""
        return "transfer-encoding" in self.headers


class Reply(Struct, frozen=True, kw_only=True):
    """An answer, and how it is sent."""

    http_status: int = 200
    payload: dict[str, object] | None = None
    """A JSON object; its keys are sent in this order (``header`` first)."""
    body: bytes = b""
    """The body where there is no payload."""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    early: bool = False
    """Answer before the body was read, and hang up."""
    linger: float = 0.0
    """With ``early``: seconds between the answer and the end of the connection."""
    cut: float | None = None
    """Send only this part of the body, then hang up."""
    rate: float | None = None
    """Bytes a second, sent one by one."""
    silent: bool = False
    """Never answer."""
    endless: int | None = None
    """Instead of a body: valid JSON of this many bytes, made while it is sent."""
    upgrade: bool = False
    """Instead of an answer: the connection becomes a WebSocket."""

    @property
    def content(self) -> bytes:
        """The body's bytes."""
        return self.body if self.payload is None else msgspec.json.encode(self.payload)


class WatchedReader(asyncio.StreamReader):
    """A stream reader that remembers that the other side has hung up."""

    gone = False

    def feed_eof(self) -> None:
        """The other side sends no more."""
        self.gone = True
        super().feed_eof()

    def set_exception(self, exc: Exception) -> None:
        """The connection broke."""
        self.gone = True
        super().set_exception(exc)


class Connection:
    """One TCP connection: requests come out of it, replies go into it, one at a time.

    Args:
        reader: from where the client's bytes come.
        writer: where the device's bytes go.
        time: simulated time, for link rates.
        expect_continue: answer ``Expect: 100-continue`` with 100.
        keep_alive: let a connection be used again.
        link_rate: bytes a second, both ways; ``None`` for no limit.
    """

    def __init__(
        self,
        reader: WatchedReader,
        writer: asyncio.StreamWriter,
        *,
        time: SimulatedTime,
        expect_continue: bool,
        keep_alive: bool,
        link_rate: float | None,
    ) -> None:
        self.received = 0
        """Bytes of the current request's body that arrived."""
        self._reader = reader
        self._writer = writer
        self._time = time
        self._expect_continue = expect_continue
        self._keep_alive = keep_alive
        self._link_rate = link_rate
        self._due = 0.0
        self._h11 = h11.Connection(h11.SERVER, max_incomplete_event_size=_HEADERS_LIMIT)
        self._head: h11.Request | None = None

    @property
    def gone(self) -> bool:
        """Whether the client has hung up, as far as is known."""
        return self._reader.gone or self._writer.transport.is_closing()

    async def next_request(self) -> Request | None:
        """The next request's head; ``None`` when the client has no more.

        Raises:
            ClientGone: the connection broke.
            h11.RemoteProtocolError: this is not HTTP.
        """
        if self._h11.our_state is h11.DONE and self._h11.their_state is h11.DONE:
            self._h11.start_next_cycle()
        self.received = 0
        event = await self._event()
        if not isinstance(event, h11.Request):
            return None
        self._head = event
        target = urlsplit(event.target.decode("latin-1"))
        return Request(
            method=event.method.decode("latin-1").upper(),
            path=unquote(target.path),
            query=dict(parse_qsl(target.query, keep_blank_values=True)),
            headers={name.decode("latin-1"): value.decode("latin-1") for name, value in event.headers},
        )

    async def body(self) -> AsyncIterator[bytes]:
        """The request's body, piece by piece, at the link's rate.

        Raises:
            ClientGone: the client hung up before the body was complete.
        """
        if self._h11.they_are_waiting_for_100_continue and self._expect_continue:
            await self._write(self._h11.send(h11.InformationalResponse(status_code=100, headers=[])))
        while self._h11.their_state is h11.SEND_BODY:
            try:
                event = await self._event()
            except h11.RemoteProtocolError as error:
                message = "the client hung up in the middle of its request"
                raise ClientGone(message) from error
            if isinstance(event, h11.Data):
                piece = bytes(event.data)
                self.received += len(piece)
                await self._pace(len(piece))
                yield piece

    async def read_all(self, limit: int) -> bytes | None:
        """The whole body; ``None`` if it is longer than ``limit`` (the rest is dropped)."""
        content = bytearray()
        async for piece in self.body():
            if self.received <= limit:
                content += piece
        return bytes(content) if self.received <= limit else None

    async def drain_body(self) -> None:
        """Read and drop what is left of the body, so that the client can see the answer."""
        async for _ in self.body():
            pass

    @property
    def waits_for_continue(self) -> bool:
        """Whether the client waits for 100 Continue, and would get it."""
        return self._expect_continue and self._h11.they_are_waiting_for_100_continue

    async def send(self, reply: Reply, *, head_only: bool = False) -> None:
        """Send a reply.

        Raises:
            ClientGone: the client hung up first.
            ConnectionDropped: the reply ended the connection on purpose.
        """
        if reply.silent:
            await self._wait_until_gone()
            message = "never answered"
            raise ConnectionDropped(message)
        if reply.endless is not None:
            await self._send_endless(reply.endless)
            return
        body = reply.content
        head = self._h11.send(self._response(reply, len(body)))
        tail = b"" if head_only else self._h11.send(h11.Data(data=body))
        if reply.cut is not None:
            whole, part = head or b"", tail or b""
            if part:
                part = part[: int(len(part) * reply.cut)]
            else:
                whole = whole[: int(len(b"HTTP/1.1 200 OK") * reply.cut)]  # no body: cut the status line
            await self._write(whole + part)
            self.hang_up()
            message = "reply cut off"
            raise ConnectionDropped(message)
        await self._write((head or b"") + (tail or b""), rate=reply.rate)
        self._h11.send(h11.EndOfMessage())

    def _response(self, reply: Reply, length: int) -> h11.Response:
        headers = [("Server", SERVER), ("Content-Length", str(length))]
        if length:
            headers.append(("Content-Type", reply.content_type))
        if reply.early or not self._keep_alive:
            headers.append(("Connection", "close"))
        reason = HTTP_REASONS.get(reply.http_status, "Unknown")
        return h11.Response(
            status_code=reply.http_status,
            headers=[*headers, *reply.headers],
            reason=reason.encode(),
        )

    @property
    def reusable(self) -> bool:
        """Whether another request may come on this connection."""
        return self._h11.our_state is h11.DONE and self._h11.their_state is h11.DONE

    async def _send_endless(self, size: int) -> None:
        opening = b'{"header":{"status":0,"message":"Ok"},"data":{"Name":"'
        closing = b'"}}'
        await self._write(self._h11.send(self._response(Reply(), size)) or b"")
        await self._write(self._h11.send(h11.Data(data=opening)) or b"")
        left = size - len(opening) - len(closing)
        block = b"A" * (64 * 1024)
        while left > 0:
            await self._write(self._h11.send(h11.Data(data=block[:left])) or b"")
            left -= len(block)
        await self._write(self._h11.send(h11.Data(data=closing)) or b"")
        self._h11.send(h11.EndOfMessage())

    async def _event(self) -> h11.Event | type[h11.PAUSED]:
        while True:
            event = self._h11.next_event()
            if event is not h11.NEED_DATA:
                return event  # type: ignore[return-value]
            try:
                self._h11.receive_data(await self._reader.read(_READ))
            except OSError as error:
                message = "the connection broke"
                raise ClientGone(message) from error

    # -- as a stream of bytes, for another protocol ------------------------------------------------

    def taken_over(self) -> tuple[bytes, bytes]:
        """The head of the last request, and what the client has sent after that request."""
        head = self._head
        if head is None:
            return b"", b""
        first = b"%s %s HTTP/%s\r\n" % (head.method, head.target, head.http_version)
        fields = b"".join(b"%s: %s\r\n" % field for field in head.headers)
        return first + fields + b"\r\n", self._h11.trailing_data[0]

    async def read(self) -> bytes:
        """What the client sends next; nothing at the end of the connection."""
        try:
            return await self._reader.read(_READ)
        except OSError:
            return b""

    async def write(self, data: bytes, *, rate: float | None = None) -> None:
        """Send bytes; at ``rate`` a second one by one.

        Raises:
            ClientGone: the client hung up first.
        """
        await self._write(data, rate=rate)

    async def _write(self, data: bytes | None, *, rate: float | None = None) -> None:
        step = 1 if rate else (_WRITE if self._link_rate else len(data or b"") or 1)
        for start in range(0, len(data or b""), step):
            piece = (data or b"")[start : start + step]
            if rate:
                await self._time.sleep(1 / rate)
            else:
                await self._pace(len(piece))
            if self.gone:
                message = "the client did not wait for the answer"
                raise ClientGone(message)
            self._writer.write(piece)
            try:
                await self._writer.drain()
            except OSError as error:
                message = "the connection broke"
                raise ClientGone(message) from error

    async def _pace(self, count: int) -> None:
        if self._link_rate is None:
            return
        now = self._time.now()
        self._due = max(self._due, now) + count / self._link_rate
        await self._time.sleep(self._due - now)

    async def _wait_until_gone(self) -> None:
        while not self.gone:
            try:
                await self._reader.read(_READ)
            except OSError:
                return  # the client broke the connection, so it is gone

    async def refuse(self) -> None:
        """Answer 400 to something that is not HTTP."""
        await self._write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    def hang_up(self) -> None:
        """Close the connection after what was written."""
        self._writer.close()

    def reset(self) -> None:
        """Break the connection: the other side gets a TCP reset."""
        reset(self._writer)


def reset(writer: asyncio.StreamWriter) -> None:
    """Break a connection with a TCP reset (``SO_LINGER`` with zero seconds)."""
    sock = writer.get_extra_info("socket")
    if sock is not None and not writer.transport.is_closing():
        linger = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()
