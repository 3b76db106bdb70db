"""HTTP to one address with httpx, each request on its own connection (``requests``).

What is designed in, and why:

- No proxies: PCs have them, and sensors are never behind one. No ``AsyncClient``: it adds cookies, redirects
  and logins, which sensors do not need, and takes a tenth of the time of a request.
- One connection per request with ``Connection: close``, as the vendor's own clients do it: a sensor
  has few connections, none is held between requests, and none can survive a reboot.
- Uploads: ``Content-Length`` (embedded servers refuse chunked bodies), 128 KiB pieces and a send buffer
  of 256 KiB, so that "handed to the socket" is close to "sent".
- How an upload ends early, by us or by the sensor: see ``attempt``.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import aclosing, nullcontext
from functools import lru_cache
from typing import Final

import h11
import httpcore

from sicktui import __version__
from sicktui.lean_httpx import httpx
from sicktui.model.network.address import Address
from sicktui.model.settings import Scheme, Timing
from sicktui.sensor.errors import SensorError
from sicktui.sensor.transport.attempt import Attempt, Courtesy, pieces
from sicktui.sensor.transport.failures import Failures
from sicktui.sensor.transport.file_streams import FileBody, FileSink
from sicktui.sensor.transport.messages import Answer
from sicktui.sensor.transport.names import SocketPlace, look_up
from sicktui.sensor.transport.requests import ATTEMPT, OneConnectionEach
from sicktui.sensor.transport.time_limit import TimeLimit
from sicktui.sensor.transport.trust import trust

MAX_REPLY: Final = 1024 * 1024
"""Maximum bytes of a JSON reply; real ones have a few hundred."""
_LONGEST_NUMBER: Final = 9
_LEAST_MOVE: Final = 4096
"""Bytes that must arrive within the stall time: a trickle is a stall."""
_AFTER_UPLOAD: Final = 4
"""Stall times that the reply to an upload may take: the send buffers drain, the image is stored."""
_HEADERS: Final = {
    "Accept": "application/json, application/octet-stream, */*",
    # A compressed reply could unpack to any size.
    "Accept-Encoding": "identity",
    "Connection": "close",
    "User-Agent": f"sicktui/{__version__}",
}
_TROUBLE: Final = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
    httpx.InvalidURL,
    h11.ProtocolError,
    OSError,
)
"""Every error that a request may end with: TimeoutError and those of TLS are OSErrors."""


class Transport:
    """Sends requests to one address, and explains what went wrong.

    Args:
        address: where the sensor is.
        scheme: ``http`` or ``https``.
        timing: ``request_timeout`` and ``stall_timeout`` bound everything.
        label: the address as the user wrote it, for messages.
        ca_file: HTTPS: the only certificate authority; ``None``: those that this PC trusts.
        fingerprint: HTTPS: the SHA-256 of the only certificate; ``None``: any that is trusted.
        connect_timeout: seconds until there must be a connection; ``None``: as long as a request may take.

    Raises:
        WrongAddress: ``ca_file`` cannot be used.
    """

    def __init__(
        self,
        address: Address,
        scheme: Scheme,
        timing: Timing,
        label: str,
        *,
        ca_file: str | None = None,
        fingerprint: str | None = None,
        connect_timeout: float | None = None,
    ) -> None:
        self._address = address
        self._connect_timeout = connect_timeout
        self._base = address.base_url(scheme)
        self._timing = timing
        self._failures = Failures(label, encrypted=scheme == "https")
        self._answers: SocketPlace | None = None
        """The address of the host that answered last. A name may lead to several sensors, and an act must
        go to the one that was read before it: only a read that finds nothing there looks elsewhere."""
        self._http = OneConnectionEach(trust(ca_file, fingerprint) if scheme == "https" else None)

    async def exchange(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        acting: bool = False,
        connecting: Courtesy = nullcontext,
    ) -> Answer:
        """One small request and its reply, within ``request_timeout`` in all.

        Args:
            method: ``GET`` or ``POST``.
            path: behind ``/api/``.
            headers: beyond the usual ones.
            body: of the request.
            acting: the sensor does something that must not happen twice by accident.
            connecting: surrounds the making of the connection.

        Raises:
            Unreachable: no reply, or an incomplete one. OutcomeUnknown if an act was sent.
            ProtocolError: the reply is not HTTP, too large, or compressed.
        """
        attempt = Attempt(connecting=connecting)
        timeout = httpx.Timeout(None, connect=self._connect_timeout)
        try:
            await self._look_up(attempt)
            async with TimeLimit(self._timing.request_timeout):
                request = self._request(method, path, attempt, headers=headers, content=body, timeout=timeout)
                return await self._answer(request, attempt)
        except _TROUBLE as error:
            if method == "GET" and not attempt.connected:
                self._answers = None
            raise self._not_answered(error, attempt, f"{method} {path}", acting=acting) from error

    async def upload(
        self,
        path: str,
        body: FileBody,
        *,
        headers: Mapping[str, str],
        on_sent: Callable[[], None],
        connecting: Courtesy = nullcontext,
    ) -> Answer:
        """``PUT`` a file. The reply may come before its end: see ``body.complete``.

        Args:
            path: behind ``/api/``.
            body: the file, opened.
            headers: beyond the usual ones.
            on_sent: called when the head of the request goes out.
            connecting: surrounds the making of the connection.

        Raises:
            Unreachable: no connection; nothing was sent.
            UploadInterrupted: the connection was lost without a reply, or stalled.
            LocalFileError: the file changed.
            ProtocolError: the reply is not HTTP, or too large.
        """
        attempt = Attempt(uploads=True, on_sent=on_sent, connecting=connecting)
        stall = self._timing.stall_timeout
        timeout = httpx.Timeout(None, connect=self._timing.request_timeout, write=stall)
        sizes = {"Content-Length": str(body.total), "Content-Type": "application/octet-stream"}
        try:
            await self._look_up(attempt)
            async with TimeLimit(None) as limit, aclosing(pieces(body, attempt)) as content:
                attempt.on_body_over = lambda: limit.restart(stall * _AFTER_UPLOAD)
                request = self._request(
                    "PUT", path, attempt, headers={**sizes, **headers}, content=content, timeout=timeout
                )
                return await self._answer(request, attempt)
        except _TROUBLE as error:
            early = attempt.early_status()
            if early is not None:
                return Answer(http_status=early)
            raise self._upload_broken(error, attempt, path, body) from error

    async def download(
        self,
        path: str,
        sink: FileSink,
        *,
        headers: Mapping[str, str],
        on_sent: Callable[[], None],
        connecting: Courtesy = nullcontext,
    ) -> Answer:
        """``GET`` a file into ``sink``. A reply other than 2xx is returned with its body instead.

        Args:
            path: behind ``/api/``.
            sink: where it goes.
            headers: beyond the usual ones.
            on_sent: called when the request goes out.
            connecting: surrounds the making of the connection.

        Raises:
            Unreachable: no connection.
            ProtocolError: too large, cut off, or not HTTP.
            LocalFileError: it cannot be written to disk.
        """
        attempt = Attempt(on_sent=on_sent, connecting=connecting)
        stall = self._timing.stall_timeout
        try:
            await self._look_up(attempt)
            async with TimeLimit(self._timing.request_timeout) as limit:
                with attempt:
                    request = self._request("GET", path, attempt, headers=headers)
                    async with aclosing(await self._send(request, attempt)) as response:
                        return await self._store(response, sink, limit)
        except _TROUBLE as error:
            if attempt.answered:
                after = stall if _ran_out(error) else None
                raise self._failures.cut_off(path, sink.size, after=after) from error
            raise self._not_answered(error, attempt, f"GET {path}") from error

    async def _store(self, response: httpx.Response, sink: FileSink, limit: TimeLimit) -> Answer:
        """Write the body of a reply to a file. The limit begins anew with each ``_LEAST_MOVE`` bytes."""
        answer = self._checked(response)
        if not answer.ok:
            return await self._read(response)
        sink.expected = _announced(response)
        if sink.expected > sink.limit:
            raise self._failures.too_large(sink.limit, response.status_code)
        stall = self._timing.stall_timeout
        moved = 0
        limit.restart(stall)
        async for piece in response.aiter_raw():
            if not sink.write(piece):
                raise self._failures.too_large(sink.limit, response.status_code)
            moved += len(piece)
            if moved >= _LEAST_MOVE:
                moved = 0
                limit.restart(stall)
            await asyncio.sleep(0)  # So that a fast sensor does not stop the others.
        return answer

    # -- requests and replies -----------------------------------------------------------------

    async def _look_up(self, attempt: Attempt) -> None:
        host, port = self._address.host, self._address.port
        if self._answers is not None:
            attempt.places = [self._answers]
        else:
            attempt.places = await look_up(host, port, limit=self._timing.request_timeout)

    async def _send(self, request: httpx.Request, attempt: Attempt) -> httpx.Response:
        response = await self._http.handle_async_request(request)
        self._answers = attempt.place
        return response

    def _request(
        self,
        method: str,
        path: str,
        attempt: Attempt,
        *,
        headers: Mapping[str, str] | None,
        content: bytes | AsyncIterator[bytes] | None = None,
        timeout: httpx.Timeout | None = None,
    ) -> httpx.Request:
        return httpx.Request(
            method,
            _url(self._base + path),
            headers={**_HEADERS, **(headers or {})},
            content=content,
            extensions={
                ATTEMPT: attempt,
                "timeout": (timeout or httpx.Timeout(None)).as_dict(),
                # A certificate has the name without its final dot.
                "sni_hostname": self._address.host.rstrip("."),
            },
        )

    async def _answer(self, request: httpx.Request, attempt: Attempt) -> Answer:
        with attempt:
            async with aclosing(await self._send(request, attempt)) as response:
                return await self._read(response)

    async def _read(self, response: httpx.Response) -> Answer:
        body = bytearray()
        async for piece in response.aiter_raw():
            body += piece
            if len(body) > MAX_REPLY:
                raise self._failures.too_large(MAX_REPLY, response.status_code)
        return self._checked(response, bytes(body))

    def _checked(self, response: httpx.Response, body: bytes = b"") -> Answer:
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in ("", "identity"):
            raise self._failures.compressed(response.status_code)
        return Answer(
            http_status=response.status_code,
            content_type=response.headers.get("content-type", ""),
            location=response.headers.get("location", ""),
            stamp=" ".join(response.headers.get(name, "") for name in ("etag", "last-modified")).strip(),
            retry_after=_seconds(response.headers.get("retry-after", "")),
            body=body,
        )

    # -- what went wrong ----------------------------------------------------------------------

    def _not_delivered(self, error: Exception, attempt: Attempt) -> SensorError | None:
        """The error of a request that was not sent, or not sent to an HTTP server."""
        if not attempt.sent:
            allowed = (None if attempt.connected else self._connect_timeout) or self._timing.request_timeout
            limit = allowed if _ran_out(error) else None
            return self._failures.not_connected(error, after=limit, connected=attempt.connected)
        return self._failures.not_http() if attempt.is_not_http(error) else None

    def _not_answered(
        self, error: Exception, attempt: Attempt, what: str, *, acting: bool = False
    ) -> SensorError:
        limit = self._timing.request_timeout if _ran_out(error) else None
        return self._not_delivered(error, attempt) or self._failures.not_answered(
            what, after=limit, begun=attempt.answered, acting=acting
        )

    def _upload_broken(self, error: Exception, attempt: Attempt, path: str, body: FileBody) -> SensorError:
        stall = self._timing.stall_timeout * (_AFTER_UPLOAD if body.complete else 1)
        return self._not_delivered(error, attempt) or self._failures.upload_broken(
            path, body, after=stall if _ran_out(error) else None
        )


@lru_cache(maxsize=1024)
def _url(text: str) -> httpx.URL:
    """A URL: the same few are asked for all day, and reading one takes a twentieth of a request."""
    return httpx.URL(text)


def _announced(response: httpx.Response) -> int:
    """The ``Content-Length`` of the reply; 0 if it has none."""
    text = response.headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() else 0


def _ran_out(error: Exception) -> bool:
    """Whether a deadline passed; the system's own "timed out" has a number, and is a broken connection."""
    if isinstance(error, TimeoutError):
        return error.errno is None
    return isinstance(error, httpcore.TimeoutException)


def _seconds(text: str) -> float | None:
    return float(text) if text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER else None
