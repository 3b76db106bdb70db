"""A sensor that answers by script, over a real socket. It shares no code with the simulator."""

import asyncio
import hashlib
import json
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from ssl import SSLContext
from typing import Any, cast

from sicktui.model.device import Target
from sicktui.model.settings import AuthChoice, Scheme, Timing

PASSWORD = "servicelevel"
TOKEN = "dKVwNYUkHsHS"
NONCE = "00" * 32
OPAQUE = "bfecc58bf27d5312a6fa"
REALM = "SICK Sensor"


@dataclass
class Seen:
    """A request as it arrived."""

    method: str
    name: str
    headers: dict[str, str]
    body: bytes
    connection: int
    raw_head: bytes = b""

    @property
    def key(self) -> str:
        return f"{self.method} {self.name}"

    @property
    def json(self) -> dict[str, Any]:
        value: dict[str, Any] = json.loads(self.body)
        return value


Behaviour = Callable[[Seen, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
"""Writes its own reply; the body of the request is not read before."""
Answerer = Callable[[Seen], bytes]
"""Decides its reply by the request, which was read whole."""
Reply = bytes | Behaviour | Answerer


def http(
    status: int,
    body: bytes = b"",
    *,
    content_type: str = "application/json",
    headers: dict[str, str] | None = None,
    length: int | None = None,
) -> bytes:
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Type: {content_type}"]
    lines.append(f"Content-Length: {len(body) if length is None else length}")
    lines.extend(f"{name}: {value}" for name, value in (headers or {}).items())
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def reply(data: object = None, *, http_status: int = 200, **top: object) -> bytes:
    body: dict[str, object] = {"header": {"status": 0, "message": "Ok"}, **top}
    if data is not None:
        body["data"] = data
    return http(http_status, json.dumps(body).encode())


def refused(status: int, message: str = "", *, http_status: int = 200) -> bytes:
    return http(http_status, json.dumps({"header": {"status": status, "message": message}}).encode())


def html(status: int) -> bytes:
    return http(status, b"<!DOCTYPE html><html><body>Printer</body></html>", content_type="text/html")


NOT_FOUND = refused(5, "Not Found")


def challenge(**changes: object) -> bytes:
    puzzle = {"nonce": NONCE, "opaque": OPAQUE, "realm": REALM, "salt": [0] * 16} | changes
    return reply(challenge={name: value for name, value in puzzle.items() if value is not ...})


def proven(seen: Seen, *, password: str | bytes = PASSWORD) -> bool:
    """Whether a POST carries the right proof for ``challenge()``; computed here, not by sicktui."""
    header = seen.json.get("header", {})
    secret = password.encode() if isinstance(password, str) else password
    base = b"Service:" + REALM.encode() + b":" + secret + b":" + bytes(16)
    first = hashlib.sha256(base).hexdigest()
    second = hashlib.sha256(f"POST:{seen.name}".encode()).hexdigest()
    expected = hashlib.sha256(f"{first}:{NONCE}:{second}".encode()).hexdigest()
    echoed = {"nonce": NONCE, "opaque": OPAQUE, "realm": REALM, "user": "Service", "response": expected}
    return bool(header == echoed)


def if_proven(answer: bytes, *, password: str | bytes = PASSWORD) -> Answerer:
    return lambda seen: answer if proven(seen, password=password) else refused(4, "Access Denied")


async def hang(_seen: Seen, reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read()


def reset(writer: asyncio.StreamWriter) -> None:
    """Hang up hard, as a device does that loses its power or its patience."""
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def hang_up(after: int = 0) -> Behaviour:
    """Take ``after`` bytes of the body, then reset the connection."""

    async def behave(seen: Seen, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        left = after
        while left > 0:
            left -= len(await reader.read(min(left, 65536))) or left
        reset(writer)

    return behave


def take_then(answer: bytes) -> Behaviour:
    """Read the whole body piece by piece, then answer."""

    async def behave(seen: Seen, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        left = int(seen.headers["content-length"])
        digest = hashlib.sha256()
        while left > 0:
            piece = await reader.read(65536)
            if not piece:
                return
            digest.update(piece)
            left -= len(piece)
        seen.body = digest.digest()
        writer.write(answer)
        await writer.drain()

    return behave


class ScriptedSensor:
    """Answers each request by its key (``GET DeviceIdent``) from a list; the last entry repeats."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.connections = 0
        self.open_connections = 0
        self._script: dict[str, list[Reply]] = {}
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0

    def on(self, key: str, *replies: Reply) -> None:
        self._script[key] = list(replies)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def asked(self) -> list[str]:
        return [seen.key for seen in self.seen]

    def last(self, key: str) -> Seen:
        return [seen for seen in self.seen if seen.key == key][-1]

    async def start(self, ssl: SSLContext | None = None) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=ssl)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        self.open_connections += 1
        try:
            await self._answer(self.connections, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            return
        finally:
            self._tasks.discard(task)
            self.open_connections -= 1
            writer.close()

    async def _answer(
        self, connection: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        first, *rest = head.decode("latin-1").rstrip().split("\r\n")
        method, path, _ = first.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
        assert path.startswith("/api/"), path
        seen = Seen(method, path.removeprefix("/api/"), headers, b"", connection, head)
        self.seen.append(seen)
        behaviours = self._script.get(seen.key, [NOT_FOUND])
        chosen = behaviours.pop(0) if len(behaviours) > 1 else behaviours[0]
        if asyncio.iscoroutinefunction(chosen):
            await chosen(seen, reader, writer)
            return
        seen.body = await reader.readexactly(int(headers.get("content-length", 0)))
        writer.write(chosen if isinstance(chosen, bytes) else cast("Answerer", chosen)(seen))
        await writer.drain()


def target(
    address: str,
    *,
    auth: AuthChoice = "auto",
    scheme: Scheme = "http",
    request_timeout: float = 5.0,
    stall_timeout: float = 5.0,
    serial: str | None = None,
    basic_allowed: bool = False,
    device: str = "gate-7",
    **more: Any,
) -> Target:
    return Target(
        **more,
        device=device,
        serial=serial,
        basic_allowed=basic_allowed,
        address=address,
        user="Service",
        auth=auth,
        scheme=scheme,
        timing=Timing(request_timeout=request_timeout, stall_timeout=stall_timeout),
    )
