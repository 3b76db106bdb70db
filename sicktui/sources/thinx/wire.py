"""HTTP to one server, with a time limit for everything.

``trust_env=False``: a proxy of the environment must not see keys and tokens. No redirect is followed. The key
goes with the requests that need it, never into an address; a token goes only to the server that issued it.
"""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple, cast
from urllib.parse import SplitResult, quote, urlsplit

import h11
from msgspec import Struct

from sicktui.lean_httpx import httpx
from sicktui.model.errors import ConfigError
from sicktui.model.safe_text import clean
from sicktui.sources.source import SourceError
from sicktui.sources.thinx import failures
from sicktui.sources.thinx.protocol.requests import FIRMWARE, HEADERS
from sicktui.stores.disk.files import expand_path, explain_os_error

MAX_REPLY: Final = 64 * 1024
"""Bytes of a reply that is not firmware."""
LONGEST_DOWNLOAD: Final = 2 * 3600.0
"""Seconds for one download, whatever moves."""
_LEAST_MOVE: Final = 4096
"""Bytes that must come within the stall time: a trickle is a stall."""
_PORTS: Final = (7442, 7443)
"""Of THiNX: HTTP and HTTPS."""
_LOOPBACK: Final = "localhost"
_LOOPBACKS: Final = ("127.0.0.1", "::1")
_REDIRECT: Final = range(300, 400)
_TROUBLE: Final = (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, h11.ProtocolError, OSError)

# httpx logs the address of each request at INFO, and a token is part of one.
logging.getLogger("httpx").setLevel(logging.WARNING)
logging.getLogger("httpcore").setLevel(logging.WARNING)


class TimeLimits(Struct, frozen=True, kw_only=True):
    """Seconds."""

    connect: float = 10.0
    answer: float = 30.0
    """For the whole of a small reply."""
    first_byte: float = 180.0
    """Until the first byte of firmware: 90 MB of it took the server 54 s to write as JSON (measured)."""
    stall: float = 30.0
    """Without bytes once they have begun."""


class ServerAnswer(NamedTuple):
    """A small reply."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Download:
    """A reply whose body comes piece by piece.

    Args:
        response: httpx's.
        server: for messages.
        limits: how long to wait.
    """

    def __init__(self, response: httpx.Response, server: str, limits: TimeLimits) -> None:
        self.status: int = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self._response = response
        self._server = server
        self._limits = limits
        self.received = 0

    @property
    def length(self) -> int | None:
        """The announced length in bytes."""
        text = self.headers.get("content-length", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None  # noqa: PLR2004

    @property
    def has_end(self) -> bool:
        """Whether the reply shows where its body ends, beside the end of the connection."""
        return self.length is not None or "transfer-encoding" in self.headers

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body.

        Raises:
            SourceError: it stalls, breaks off, or takes too long.
        """
        loop = asyncio.get_running_loop()
        waiting = self._limits.first_byte
        end = loop.time() + LONGEST_DOWNLOAD
        pieces = self._response.aiter_raw()
        moved, since = 0, loop.time()
        try:
            while True:
                left = min(waiting - (loop.time() - since), end - loop.time())
                try:
                    async with asyncio.timeout(left):
                        piece = await anext(pieces, b"")
                except TimeoutError:
                    raise failures.stalled(self._server, self.received, waiting) from None
                if not piece:
                    return
                self.received += len(piece)
                moved += len(piece)
                if moved >= _LEAST_MOVE or waiting != self._limits.stall:
                    moved, since, waiting = 0, loop.time(), self._limits.stall
                yield piece
        except _TROUBLE as error:
            raise failures.broke_off(self._server, self.received) from error

    async def rest(self, first: bytes = b"") -> bytes:
        """A small body whole; of a larger one only the beginning."""
        body = bytearray(first)
        async for piece in self.pieces():
            body += piece
            if len(body) > MAX_REPLY:
                break
        return bytes(body[:MAX_REPLY])


class ServerWire:
    """Requests to one server.

    Args:
        url: its address.
        key: the API key.
        ca_file: PEM file of the only trusted authority; empty: those of this PC.
        limits: how long to wait.

    Raises:
        ConfigError: ``ca_file`` cannot be used.
    """

    def __init__(self, url: str, key: str, ca_file: str, limits: TimeLimits) -> None:
        parts = urlsplit(url)
        self._base = f"{parts.scheme}://{parts.netloc}"
        self.encrypted = parts.scheme == "https"
        self.server = parts.netloc
        self.name = server_name(parts)
        self._key = key
        self._limits = limits
        self._client = httpx.AsyncClient(
            verify=trust(ca_file) if self.encrypted else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(None, connect=limits.connect, write=limits.answer),
            headers={"Accept-Encoding": "identity"},
            # Between two check-ins a server may close a connection, and a request on it would get no answer.
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    def __repr__(self) -> str:
        """Without the key."""
        return f"Wire({self.server})"

    async def post(self, path: str, body: bytes) -> ServerAnswer:
        """A request with the key, and its small reply.

        Raises:
            SourceError: it got no answer, or a redirect.
        """
        async with self.download("POST", path, body=body, first_byte=self._limits.answer) as download:
            try:
                async with asyncio.timeout(self._limits.answer):
                    content = await download.rest()
            except TimeoutError:
                raise failures.silent(self.server, self._limits.answer, connected=True) from None
            return ServerAnswer(download.status, download.headers, content)

    @asynccontextmanager
    async def by_token(self, token: str) -> AsyncIterator[Download]:
        """Firmware by a one-time token, which needs no key.

        Raises:
            SourceError: it got no answer, or a redirect.
        """
        async with self.download("GET", f"{FIRMWARE}?ott={quote(token, safe='')}") as download:
            yield download

    @asynccontextmanager
    async def download(
        self, method: str, path: str, *, body: bytes | None = None, first_byte: float | None = None
    ) -> AsyncIterator[Download]:
        """A request whose reply may be large. A POST has the key, a GET has not.

        Raises:
            SourceError: it got no answer, or a redirect.
        """
        patience = self._limits.first_byte if first_byte is None else first_byte
        headers = {**HEADERS, "Authentication": self._key} if method == "POST" else {"Accept": "*/*"}
        self._client.cookies.clear()
        request = self._client.build_request(method, self._base + path, headers=headers, content=body)
        reached = _Reached()
        request.extensions = {**request.extensions, "trace": reached.trace}
        try:
            async with asyncio.timeout(patience):
                response = await self._client.send(request, stream=True)
        except (httpx.ConnectTimeout, TimeoutError):
            raise self._silent(reached, patience) from None
        except _TROUBLE as error:
            # Not chained: the original names the address, and a token is part of one.
            raise failures.not_reached(self.server, error, connected=reached.asked) from None
        try:
            if response.status_code in _REDIRECT:
                raise failures.redirected(self.server, _host_of(response.headers.get("location", "")))
            if response.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
                raise failures.compressed(self.server)
            yield Download(response, self.server, self._limits)
        finally:
            await response.aclose()

    def _silent(self, reached: "_Reached", patience: float) -> SourceError:
        if reached.tcp and self.encrypted and not reached.asked:
            return failures.no_https(self.server)
        seconds = patience if reached.asked else self._limits.connect
        return failures.silent(self.server, seconds, connected=reached.asked)

    def is_ours(self, url: str) -> bool:
        """Whether an address is of this very server: nothing is fetched from another one."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return False
        return f"{parts.scheme}://{parts.netloc}" == self._base

    def path_of(self, url: str) -> str:
        """Path and query of an address of this server."""
        parts = urlsplit(url)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path

    async def aclose(self) -> None:
        """Close every connection."""
        await self._client.aclose()


def server_name(parts: SplitResult) -> str:
    """The server in an address, however that is spelled: its two ports are of one server."""
    host, port = (parts.hostname or "").rstrip("."), parts.port
    host = _LOOPBACK if host in _LOOPBACKS else host
    return host if port is None or port in _PORTS else f"{host}:{port}"


class _Reached:
    """How far a request has come."""

    def __init__(self) -> None:
        self.tcp = False
        self.asked = False

    async def trace(self, event: str, _info: Mapping[str, Any]) -> None:
        """Note an event of httpcore."""
        self.tcp = self.tcp or event == "connection.connect_tcp.complete"
        self.asked = self.asked or event.startswith("http11.send_request_headers")


def _host_of(location: str) -> str:
    """The host of a redirect; the rest of its address may hold a token."""
    try:
        return urlsplit(location).netloc
    except ValueError:
        return ""


def trust(ca_file: str) -> ssl.SSLContext:
    """The TLS settings of a source.

    Args:
        ca_file: PEM file of the only trusted authority; empty: those of this PC.

    Raises:
        ConfigError: the file cannot be used.
    """
    if not ca_file:
        return ssl.create_default_context()
    path: Path = expand_path(ca_file)
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_verify_locations(cadata=path.read_bytes().decode("ascii", "replace"))
    except (OSError, ValueError) as error:
        is_ssl = isinstance(error, ssl.SSLError) or not isinstance(error, OSError)
        why = "it contains no certificate in PEM" if is_ssl else explain_os_error(cast("OSError", error))[0]
        raise ConfigError(
            f"The certificate authority's file {clean(ca_file)} cannot be used: {why}. Nothing was sent.",
            advice="Check 'ca_file' of this source.",
        ) from error
    return context
