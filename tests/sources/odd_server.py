"""A THiNX server whose answers a test writes itself, down to how the body ends."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sicktui.model.clock import SystemClock
from sicktui.sources.pace import CheckInPace
from sicktui.sources.thinx.source import ThinxSource
from sicktui.sources.thinx.wire import ServerWire
from sicktui.stores.sources.udids import UdidStore
from tests.sources.kit import FAST, home_in, own_locks

OWNER = "ab" * 32
KEY = "c0ffee" * 10 + "abcd"

Reply = bytes
Answer = Callable[[Mapping[str, Any]], Reply | Awaitable[Reply]]


def reply(
    body: bytes | str | Mapping[str, Any],
    *,
    kind: str = "application/json",
    headers: Mapping[str, str] | None = None,
    length: int | None = -1,
) -> Reply:
    """A whole HTTP reply, after which the connection is closed; ``length`` ``None``: without its length."""
    content = json.dumps(body) if isinstance(body, Mapping) else body
    data = content.encode() if isinstance(content, str) else content
    lines = ["HTTP/1.1 200 OK", f"Content-Type: {kind}", "Connection: close"]
    if length is not None:
        lines.append(f"Content-Length: {len(data) if length < 0 else length}")
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join([*lines, "", ""]).encode() + data


def binary(body: bytes, *, length: int | None = -1, md5: str | None = None) -> Reply:
    """Firmware as bytes."""
    headers = {"x-MD5": md5} if md5 else {}
    return reply(body, kind="application/octet-stream", headers=headers, length=length)


def chunked(body: bytes) -> Reply:
    """Firmware as bytes in one chunk, ended as HTTP wants it."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nConnection: close\r\n"
    return head + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n"


def buffer(body: bytes) -> dict[str, Any]:
    return {"type": "Buffer", "data": list(body)}


def simple(body: bytes) -> Reply:
    """Firmware as the simple way has it since 2019."""
    md5 = hashlib.md5(body, usedforsecurity=False).hexdigest()
    return reply({"md5": md5, "filesize": len(body), "payload": buffer(body)})


class OddServer:
    """Registers sensors and offers 2.3.1 to them; how it does anything can be replaced."""

    def __init__(self, firmware: bytes = b"") -> None:
        self.firmware = firmware
        self.offered = "2.3.1"
        self.requests: list[dict[str, Any]] = []
        self.devices: dict[str, str] = {}
        """MAC address by udid."""
        self.check_in: Answer = self.register
        self.token: Answer = lambda _: reply({"ott": "ef" * 32})
        self.get: Answer = lambda _: binary(self.firmware, md5=_md5(self.firmware))
        self.simple: Answer = lambda _: simple(self.firmware)
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def check_ins(self) -> list[dict[str, Any]]:
        return [request["registration"] for request in self.requests if "registration" in request]

    def register(self, registration: Mapping[str, Any]) -> Reply:
        """The reply of a server that knows sensors by their udid, and takes any other for a new one."""
        udid = self.udid(registration)
        update = {"status": "FIRMWARE_UPDATE", "auto_update": True, "udid": udid, "ott": "ab" * 32}
        return reply({"registration": {**update, "mac": registration["mac"], "version": self.offered}})

    def udid(self, registration: Mapping[str, Any]) -> str:
        udid = str(registration.get("udid"))
        if udid not in self.devices:
            udid = f"{len(self.devices) + 1:08x}-1111-4111-8111-{0:012x}"
            self.devices[udid] = str(registration["mac"])
        return udid

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            length = next(
                (int(line[15:]) for line in head.split("\r\n") if line.lower().startswith("content-length:")),
                0,
            )
            body = await reader.readexactly(length)
            answer = self._answer(head, json.loads(body or b"{}"))
            writer.write(await answer if isinstance(answer, Awaitable) else answer)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _answer(self, head: str, request: dict[str, Any]) -> Reply | Awaitable[Reply]:
        self.requests.append({"": head, **request})
        if head.startswith("GET"):
            return self.get(request)
        if "registration" in request:
            return self.check_in(request["registration"])
        return self.token(request) if request.get("use") == "ott" else self.simple(request)


def _md5(body: bytes) -> str:
    return hashlib.md5(body, usedforsecurity=False).hexdigest()


@asynccontextmanager
async def running(server: OddServer) -> AsyncIterator[OddServer]:
    """The server on a loopback port."""
    listening = await asyncio.start_server(server._serve, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        await listening.wait_closed()


@asynccontextmanager
async def source_at(server: OddServer, folder: Path, *others: OddServer) -> AsyncIterator[ThinxSource]:
    """A source with a home of its own that asks the server, beside sources at others."""
    home = own_locks(home_in(folder))
    wire = ServerWire(server.url, KEY, "", FAST)
    source = ThinxSource(
        "plant",
        wire,
        CheckInPace(home, wire.name, SystemClock()),
        UdidStore(home.udids_file),
        OWNER,
        others=frozenset(f"localhost:{other.port}" for other in others),
    )
    try:
        yield source
    finally:
        await source.aclose()
