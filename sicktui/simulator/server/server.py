"""Answers the connections to one device: requests are recorded, struck by faults, answered."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import h11
import msgspec
from msgspec import structs

from sicktui.simulator.device.device import Device
from sicktui.simulator.device.record import RequestRecord
from sicktui.simulator.errors import ClientGone, ConnectionDropped
from sicktui.simulator.network.http import Connection, Reply, Request, WatchedReader
from sicktui.simulator.server.api import Api
from sicktui.simulator.server.events.channel import Channel

_SWITCHING: Final = 101
CONTROL: Final = "/simulator/"
"""Paths of the simulator itself: not part of a device, and not recorded."""


class Server:
    """Answers the connections to one device.

    Args:
        device: the device.
        fleet_record: what ``GET /simulator/fleet`` returns.
    """

    def __init__(self, device: Device, fleet_record: Callable[[], object]) -> None:
        self._device = device
        self._fleet_record = fleet_record
        self._api = Api(device)
        self._in_flight: dict[int, tuple[Connection, RequestRecord]] = {}

    async def serve(self, reader: WatchedReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until either side closes it."""
        device = self._device
        connection = Connection(
            reader,
            writer,
            time=device.time,
            expect_continue=device.generation.expect_continue,
            keep_alive=device.generation.keep_alive,
            link_rate=device.link_rate,
        )
        try:
            while True:
                request = await connection.next_request()
                if request is None:
                    return
                if await self._serve_request(connection, request):
                    await Channel(device, connection).run()
                    return
                if not connection.reusable:
                    return
        except h11.RemoteProtocolError:
            device.violation("something that is not HTTP/1.1 came to the port")
            with suppress(ClientGone):  # A client without HTTP need not wait for the answer.
                await connection.refuse()
        except (ClientGone, ConnectionDropped):
            return  # recorded with the request

    async def _serve_request(self, connection: Connection, request: Request) -> bool:
        """Answer a request; true: the connection is a WebSocket now."""
        if request.path.startswith(CONTROL):
            await connection.drain_body()
            await connection.send(self._control(request))
            return False
        entry = self._device.begin(request)
        self._watch(request, entry)
        self._in_flight[entry.number] = (connection, entry)
        try:
            reply = await self._answer(connection, request, entry)
            _finish(entry, connection, reply)
            if reply.upgrade:
                return True
            await connection.send(reply, head_only=request.method == "HEAD")
        except ClientGone:
            entry.outcome = "silent" if entry.outcome == "silent" else "client gone"
            raise
        except ConnectionDropped:
            entry.outcome = "dropped" if entry.outcome == "open" else entry.outcome
            raise
        finally:
            entry.body_length = connection.received
            del self._in_flight[entry.number]
        if request.method != "GET":
            self._device.changes.announce()
        if reply.early:
            await self._device.time.sleep(reply.linger)
        return False

    async def _answer(self, connection: Connection, request: Request, entry: RequestRecord) -> Reply:
        device = self._device
        effect = device.faults.request(request)
        if effect is None:
            reply = await self._api.handle(request, connection, entry)
        else:
            entry.fault = effect.fault
            acted = await self._api.handle(request, connection, entry) if effect.acts else Reply()
            reply = effect.alter(acted)
        if not reply.early:
            if connection.waits_for_continue:
                reply = structs.replace(reply, early=True)  # refused before the body was sent
            else:
                await connection.drain_body()
        await device.time.sleep(device.spec.latency)
        return reply

    def _watch(self, request: Request, entry: RequestRecord) -> None:
        """Record what a well-behaved client does not do, whatever the endpoint."""
        device = self._device
        for connection, other in self._in_flight.values():
            if not connection.gone:
                device.violation(f"{entry.endpoint}: sent while {other.endpoint} was not answered yet")
        if device.generation.auth == "challenge" and "authorization" in request.headers:
            device.violation(f"{entry.endpoint}: a password in clear text, though the device does challenges")

    def _control(self, request: Request) -> Reply:
        if request.method == "GET" and request.path == "/simulator/record":
            return Reply(body=msgspec.json.encode(self._device.record()))
        if request.method == "GET" and request.path == "/simulator/fleet":
            return Reply(body=msgspec.json.encode(self._fleet_record()))
        return Reply(http_status=404)


def _finish(entry: RequestRecord, connection: Connection, reply: Reply) -> None:
    """Complete the record before the client can have the answer and look at it."""
    entry.http_status = _SWITCHING if reply.upgrade else reply.http_status
    entry.status = _status_of(reply)
    entry.body_length = connection.received
    entry.outcome = "silent" if reply.silent else ("cut" if reply.cut is not None else "answered")


def _status_of(reply: Reply) -> int | None:
    header = (reply.payload or {}).get("header")
    status = header.get("status") if isinstance(header, dict) else None
    return status if isinstance(status, int) else None
