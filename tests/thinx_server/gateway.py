"""THiNX-Connect: a gateway of the local network, HTTP to it, TLS from it to the server."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator


@contextlib.asynccontextmanager
async def gateway_to(port: int, context: ssl.SSLContext) -> AsyncIterator[str]:
    """Pass plain connections on to the TLS server at a port of loopback; gives the address to use instead."""
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        with contextlib.suppress(ConnectionError, ssl.SSLError, asyncio.CancelledError):
            far_reader, far_writer = await asyncio.open_connection(
                "127.0.0.1", port, ssl=context, server_hostname="localhost"
            )
            try:
                await asyncio.gather(_pass(reader, far_writer), _pass(far_reader, writer))
            finally:
                far_writer.transport.abort()
        writer.transport.abort()
        tasks.discard(task)

    listener = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    finally:
        listener.close()
        for task in tuple(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(64 * 1024):
        writer.write(data)
        await writer.drain()
    # TLS cannot close one direction only.
    writer.close()
