"""httpx on our connections: a transport that opens one for each request.

The transport that comes with httpx has a pool, and network code that reads ahead: of an upload that
is refused and reset, the reply would be lost. Both are places where httpx and httpcore take another part.
"""

import ssl
from collections.abc import AsyncIterator, Iterable
from typing import Any, Final

import httpcore

from sicktui.lean_httpx import httpx
from sicktui.sensor.transport.attempt import Attempt

ATTEMPT: Final = "attempt"
"""The extension of a request that has its ``Attempt``."""


class OneConnectionEach(httpx.AsyncBaseTransport):
    """Sends each request on a connection for it alone, which its ``Attempt`` opens and closes.

    Args:
        context: which certificates are trusted; ``None``: plain HTTP.
    """

    def __init__(self, context: ssl.SSLContext | None) -> None:
        self._context = context

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request. The reply is read from the response.

        Raises:
            httpcore.NetworkError: the connection broke.
            httpcore.ProtocolError: the reply is not HTTP.
            httpcore.TimeoutException: a time limit of the request passed.
            OSError: it cannot be connected to.
        """
        attempt: Attempt = request.extensions[ATTEMPT]
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        connection = httpcore.AsyncHTTPConnection(
            url.origin, ssl_context=self._context, network_backend=_Network(attempt)
        )
        response = await connection.handle_async_request(
            httpcore.Request(
                request.method,
                url,
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        attempt.head_read()
        return httpx.Response(response.status, headers=response.headers, stream=_Body(response))


class _Body(httpx.AsyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._response.aiter_stream():
            yield piece

    async def aclose(self) -> None:
        await self._response.aclose()


class _Network(httpcore.AsyncNetworkBackend):
    """Where httpcore connects to: what the attempt has looked up."""

    def __init__(self, attempt: Attempt) -> None:
        self._attempt = attempt

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  its signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        await self._attempt.connect(timeout)
        return _Stream(self._attempt)


class _Stream(httpcore.AsyncNetworkStream):
    def __init__(self, attempt: Attempt) -> None:
        self._attempt = attempt

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109  its signature
        return await self._attempt.read()

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109  its signature
        await self._attempt.write(buffer, timeout)

    async def aclose(self) -> None:
        self._attempt.close()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  its signature
    ) -> httpcore.AsyncNetworkStream:
        await self._attempt.encrypt(ssl_context, server_hostname or "", timeout)
        return self
