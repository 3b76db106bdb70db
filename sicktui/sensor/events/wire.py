"""One WebSocket to a sensor, as text messages.

The protocol is that of ``websockets`` without its sockets: the connections are ours, as for HTTP, so that no
proxy, no redirect and no login comes in, and nothing runs beside the task that reads. Only this module
imports it (60 ms); it is imported at the first connection.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Final

from websockets.client import ClientProtocol
from websockets.exceptions import InvalidHandshake, InvalidMessage, InvalidStatus
from websockets.extensions import ClientExtensionFactory
from websockets.extensions.base import Extension
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory, PerMessageDeflate
from websockets.frames import CloseCode, Frame, Opcode
from websockets.protocol import CONNECTING, OPEN
from websockets.typing import ExtensionParameter
from websockets.uri import parse_uri

from sicktui.model.network.address import Address
from sicktui.sensor.events.ended import Lost, NotOffered
from sicktui.sensor.transport.connection import Connection, connect
from sicktui.sensor.transport.names import look_up

PATH: Final = "/apievents"
LARGEST: Final = 1024 * 1024
"""Bytes of a message, decompressed. A larger one ends the connection: it cannot be skipped."""
_SLICE: Final = 4096
"""Bytes that are decompressed at a time, for a flood not to hold up what else is to be done."""
_SILENT: Final = logging.getLogger("sicktui.events.wire")
_SILENT.setLevel(logging.CRITICAL)  # The protocol logs what a sensor sends as it is.
_NOT_THERE_HTTP: Final = 500
"""From this status on, the sensor has trouble; below, it has no such endpoint, or none for us."""


class Wire:
    """An open WebSocket. One task reads; another may send."""

    def __init__(self, connection: Connection, protocol: ClientProtocol) -> None:
        self._connection = connection
        self._protocol = protocol
        self._parts: list[bytes] = []
        self._waiting = b""
        self.frames = 0
        """Frames that have come."""
        self.size = 0
        """Bytes that were in them, decompressed."""

    async def send(self, text: str) -> None:
        """Send one message.

        Raises:
            Lost: the connection is gone.
        """
        if self._protocol.state is not OPEN:
            raise Lost("the connection is closed")
        self._protocol.send_text(text.encode())
        await self._flush()

    async def receive(self) -> list[str]:
        """Wait for more bytes. Returns the messages that they complete, if any.

        Raises:
            NotOffered: the sensor refuses our way of speaking (close code 1002).
            Lost: the connection ended.
        """
        if self._waiting:
            await asyncio.sleep(0)  # Others have their turn between two slices of a flood.
        else:
            try:
                self._waiting = await self._connection.read()
            except OSError as error:
                raise Lost(f"the connection broke: {error}") from error
        if self._waiting:
            self._protocol.receive_data(self._waiting[:_SLICE])
            self._waiting = self._waiting[_SLICE:]
        else:
            self._protocol.receive_eof()
        texts = [
            text for event in self._protocol.events_received() if (text := self._message(event)) is not None
        ]
        await self._flush()
        if self._protocol.state is not OPEN and not texts:
            raise self._end()
        return texts

    def close(self) -> None:
        """Close the connection. The sensor forgets the registrations with it."""
        self._connection.close()

    async def open(self) -> None:
        """Ask for the upgrade.

        Raises:
            NotOffered: the sensor has no such endpoint, or one without compression.
            Lost: it did not answer to the end.
        """
        self._protocol.send_request(self._protocol.connect())
        await self._flush()
        while self._protocol.state is CONNECTING and self._protocol.handshake_exc is None:
            try:
                received = await self._connection.read()
            except OSError as error:
                raise Lost(f"the connection broke: {error}") from error
            if not received:
                self._protocol.receive_eof()
                break
            self._protocol.receive_data(received)
        problem = self._protocol.handshake_exc
        if problem is not None:
            raise _refusal(problem)
        if self._protocol.state is CONNECTING:
            raise Lost("the connection ended before an answer")
        if not self._protocol.extensions:
            raise NotOffered("the sensor does not compress, which this protocol needs")

    async def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            if not data:  # the end of what we send: the socket is closed by us right after
                continue
            try:
                await self._connection.write(data)
            except OSError as error:
                raise Lost(f"the connection broke: {error}") from error

    def _message(self, event: object) -> str | None:
        """The text that a frame completes; ``None`` if it completes none."""
        if not isinstance(event, Frame):
            return None
        self.frames += 1
        self.size += len(event.data)
        if event.opcode not in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
            return None
        if event.data:
            self._parts.append(bytes(event.data))
        if not event.fin:
            return None
        whole, self._parts = b"".join(self._parts), []
        return whole.decode("utf-8", "replace")

    def _end(self) -> Exception:
        code = self._protocol.close_rcvd.code if self._protocol.close_rcvd is not None else None
        if code == CloseCode.PROTOCOL_ERROR:
            return NotOffered("the sensor closed with 1002")
        return Lost(f"closed with {code}" if code is not None else "the connection ended")


class _Deflate(ClientPerMessageDeflateFactory):
    """Offers what a browser offers, and keeps no compressor of ours between two messages (128 KB each).

    That is a sender's own choice (RFC 7692, 7.1.1.2): asking for it might have a plain server decline.
    """

    def process_response_params(
        self,
        params: Sequence[ExtensionParameter],
        accepted_extensions: Sequence[Extension],
    ) -> PerMessageDeflate:
        agreed = super().process_response_params(params, accepted_extensions)
        return PerMessageDeflate(
            remote_no_context_takeover=agreed.remote_no_context_takeover,
            local_no_context_takeover=True,
            remote_max_window_bits=agreed.remote_max_window_bits,
            local_max_window_bits=agreed.local_max_window_bits,
        )


def _refusal(problem: Exception) -> Exception:
    if isinstance(problem, InvalidStatus):
        status = problem.response.status_code
        words = f"HTTP {status}"
        return NotOffered(words) if status < _NOT_THERE_HTTP else Lost(words)
    if isinstance(problem, InvalidMessage):  # something else than HTTP, or its middle
        return Lost("no answer in HTTP")
    if isinstance(problem, InvalidHandshake):
        return NotOffered("the answer accepts no WebSocket")
    return Lost("no answer that can be read")


async def open_wire(address: Address, *, limit: float) -> Wire:
    """Connect.

    Args:
        address: of the sensor's web server, which speaks plain HTTP.
        limit: seconds until the connection must be open.

    Raises:
        NotOffered: the sensor has no such endpoint.
        Lost: there is no connection.
    """
    extensions: list[ClientExtensionFactory] = [_Deflate()]
    protocol = ClientProtocol(
        parse_uri(f"ws://{address.host_in_url}:{address.port}{PATH}"),
        extensions=extensions,
        max_size=LARGEST,
        logger=_SILENT,
    )
    try:
        places = await look_up(address.host, address.port, limit=limit)
        connection = await connect(places)
    except OSError as error:
        raise Lost(f"no connection: {error}") from error
    wire = Wire(connection, protocol)
    try:
        await wire.open()
    except BaseException:
        wire.close()
        raise
    return wire
