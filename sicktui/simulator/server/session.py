"""A conversation with one client: requests recorded, struck by faults, answered."""

from contextlib import suppress
from typing import TYPE_CHECKING, Final

import h11
import msgspec
from msgspec import structs

from sicktui.simulator.errors import ClientGone, ConnectionDropped
from sicktui.simulator.server.http import Connection, Reply, Request
from sicktui.simulator.server.record import RequestRecord

if TYPE_CHECKING:
    from sicktui.simulator.device.device import Device

CONTROL: Final = "/simulator/"
"""Paths of the simulator itself: no device has them, and nothing about them is recorded."""


async def converse(device: "Device", connection: Connection) -> None:
    """Serve one connection until either side has enough of it."""
    try:
        while True:
            request = await connection.next_request()
            if request is None:
                return
            await _serve(device, connection, request)
            if not connection.reusable:
                return
    except h11.RemoteProtocolError:
        device.violation("something that is not HTTP/1.1 came to the port")
        with suppress(ClientGone):  # whoever speaks no HTTP need not wait for the answer
            await connection.refuse()
    except (ClientGone, ConnectionDropped):
        return  # recorded with the request


async def _serve(device: "Device", connection: Connection, request: Request) -> None:
    if request.path.startswith(CONTROL):
        await connection.drain_body()
        await connection.send(_control(device, request))
        return
    entry = device.begin(request)
    _watch(device, request, entry)
    device.in_flight[entry.number] = (connection, entry)
    try:
        reply = await _answer(device, connection, request, entry)
        _finish(entry, connection, reply)
        await connection.send(reply, head_only=request.method == "HEAD")
    except ClientGone:
        entry.outcome = "silent" if entry.outcome == "silent" else "client gone"
        raise
    except ConnectionDropped:
        entry.outcome = "dropped" if entry.outcome == "open" else entry.outcome
        raise
    finally:
        entry.body_length = connection.received
        del device.in_flight[entry.number]
    if reply.early:
        await device.time.sleep(reply.linger)


def _finish(entry: RequestRecord, connection: Connection, reply: Reply) -> None:
    """Complete the record before the client can have the answer and look at it."""
    entry.http_status = reply.http_status
    entry.status = _status_of(reply)
    entry.body_length = connection.received
    entry.outcome = "silent" if reply.silent else ("cut" if reply.cut is not None else "answered")


async def _answer(device: "Device", connection: Connection, request: Request, entry: RequestRecord) -> Reply:
    effect = device.faults.request(request)
    if effect is None:
        reply = await device.api.handle(request, connection, entry)
    else:
        entry.fault = effect.fault
        acted = await device.api.handle(request, connection, entry) if effect.acts else Reply()
        reply = effect.alter(acted)
    if not reply.early:
        if connection.waits_for_continue:
            reply = structs.replace(reply, early=True)  # refused before the body was sent
        else:
            await connection.drain_body()
    await device.time.sleep(device.spec.latency)
    return reply


def _watch(device: "Device", request: Request, entry: RequestRecord) -> None:
    """Note what a well-behaved client does not do, whatever the endpoint."""
    for connection, other in device.in_flight.values():
        if not connection.gone:
            device.violation(f"{entry.endpoint}: sent while {other.endpoint} was not answered yet")
    if device.generation.auth == "challenge" and "authorization" in request.headers:
        device.violation(f"{entry.endpoint}: a password in the clear, though the device does challenges")


def _status_of(reply: Reply) -> int | None:
    header = (reply.payload or {}).get("header")
    status = header.get("status") if isinstance(header, dict) else None
    return status if isinstance(status, int) else None


def _control(device: "Device", request: Request) -> Reply:
    if request.method == "GET" and request.path == "/simulator/record":
        return Reply(body=msgspec.json.encode(device.record()))
    if request.method == "GET" and request.path == "/simulator/fleet":
        return Reply(body=msgspec.json.encode(device.fleet_record()))
    return Reply(http_status=404)
