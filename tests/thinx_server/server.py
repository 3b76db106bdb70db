"""A THiNX server on a loopback port: HTTP/1.1 over asyncio, with or without TLS.

`serving` runs it in the loop of the test, `serving_in_thread` beside a client that blocks or is another
process.
"""

import asyncio
import contextlib
import ssl
import threading
from collections.abc import AsyncIterator, Iterator
from http import HTTPStatus

from tests.thinx_server.application import Application
from tests.thinx_server.record import Request
from tests.thinx_server.replies import NoReply, Reply, page
from tests.thinx_server.troubles import Trouble

_LONGEST_HEAD = 64 * 1024
_LONGEST_BODY = 1024 * 1024


class Server:
    """A listening server, and the application behind it."""

    def __init__(self, application: Application, listener: asyncio.Server, *, tls: bool) -> None:
        self.application = application
        self.record = application.record
        self.port: int = listener.sockets[0].getsockname()[1]
        self.tls = tls

    @property
    def url(self) -> str:
        """Its address, as a profile would name it."""
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"


@contextlib.asynccontextmanager
async def serving(
    application: Application, context: ssl.SSLContext | None = None, *, port: int = 0
) -> AsyncIterator[Server]:
    """Serve on loopback until the block ends; requests without an answer end with it."""
    connections: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        connections.add(task)
        try:
            await _Connection(application, reader, writer, tls=context is not None).serve()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ssl.SSLError):
            pass
        except asyncio.CancelledError:
            return
        finally:
            connections.discard(task)
            writer.transport.abort()

    listener = await asyncio.start_server(connected, "127.0.0.1", port, ssl=context, limit=_LONGEST_HEAD)
    try:
        yield Server(application, listener, tls=context is not None)
    finally:
        listener.close()
        for task in tuple(connections):
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)


@contextlib.contextmanager
def serving_in_thread(
    application: Application, context: ssl.SSLContext | None = None, *, port: int = 0
) -> Iterator[Server]:
    """Serve in a loop of another thread until the block ends."""
    started: list[Server] = []
    ready, done = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def run() -> None:
        async with serving(application, context, port=port) as server:
            started.append(server)
            ready.set()
            await done.wait()

    def run_loop() -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: loop) as runner:
                runner.run(run())
        finally:
            ready.set()

    thread = threading.Thread(target=run_loop, name="THiNX server")
    thread.start()
    ready.wait()
    try:
        if not started:
            raise OSError("the server did not start")
        yield started[0]
    finally:
        if thread.is_alive():
            loop.call_soon_threadsafe(done.set)
        thread.join()


class _Connection:
    """One connection: reads requests one after the other, and writes their answers."""

    def __init__(
        self,
        application: Application,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        tls: bool,
    ) -> None:
        self._application = application
        self._reader = reader
        self._writer = writer
        self._tls = tls

    async def serve(self) -> None:
        while True:
            request = await self._read()
            if isinstance(request, Reply):
                await self._send(request, Trouble(end_after=request.body.length))
                return
            reply, trouble = self._application.answer(request)
            statuses = self._application.record.statuses
            statuses.append(reply.status if isinstance(reply, Reply) else None)
            if isinstance(reply, NoReply):
                if reply.hang_up:
                    return
                await asyncio.Event().wait()
                return
            stays = await self._send(reply, trouble)
            if not stays or request.headers.get("connection", "").lower() == "close":
                return

    async def _read(self) -> Request | Reply:
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.rstrip("\r\n").split("\r\n")
        headers = {
            name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
        }
        parts = first.split(" ")
        length = headers.get("content-length", "0")
        if len(parts) != 3 or not length.isdecimal() or "transfer-encoding" in headers:
            return page("Bad Request", status=400)
        if int(length) > _LONGEST_BODY:
            return page("PayloadTooLargeError: request entity too large", status=413)
        body = await self._reader.readexactly(int(length))
        peer = str(self._writer.get_extra_info("peername")[0])
        return Request(self._application.now(), parts[0], parts[1], headers, body, peer, self._tls)

    async def _send(self, reply: Reply, trouble: Trouble) -> bool:
        """Send a reply; False: the connection must end after it."""
        await asyncio.sleep(reply.silence)
        length = reply.body.length + trouble.announced
        framing = ("Transfer-Encoding", "chunked") if trouble.no_length else ("Content-Length", str(length))
        lines = [f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}", "X-Powered-By: Express"]
        lines += [
            f"{name}: {value}"
            for name, value in (*reply.headers, ("Content-Type", reply.content_type), framing)
        ]
        self._writer.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
        sent = 0
        for chunk in reply.body.chunks():
            stop = _stop(trouble)
            part = chunk if stop is None else chunk[: stop - sent]
            await asyncio.sleep(trouble.seconds_a_chunk)
            self._writer.write(b"%x\r\n%b\r\n" % (len(part), part) if trouble.no_length and part else part)
            await self._writer.drain()
            sent += len(part)
            if len(part) < len(chunk):
                break
        return await self._finish(trouble, sent)

    async def _finish(self, trouble: Trouble, sent: int) -> bool:
        if trouble.stall_after is not None and sent == trouble.stall_after:
            await asyncio.Event().wait()
        ended_early = trouble.end_after is not None and sent == trouble.end_after
        if trouble.no_length and not ended_early:
            self._writer.write(b"0\r\n\r\n")
        await self._writer.drain()
        if not ended_early and not trouble.announced:
            return True
        if self._writer.can_write_eof():
            self._writer.write_eof()
        self._writer.close()
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            await self._writer.wait_closed()
        return False


def _stop(trouble: Trouble) -> int | None:
    stops = [stop for stop in (trouble.stall_after, trouble.end_after) if stop is not None]
    return min(stops, default=None)
