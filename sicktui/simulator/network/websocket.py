"""A WebSocket (RFC 6455) on a connection that began as HTTP."""

import asyncio
from typing import Final

from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol

from sicktui.simulator.network.http import Connection

_MESSAGE_LIMIT: Final = 64 * 1024
_NOT_UTF8: Final = 1007
_WINDOW_BITS: Final = 12
"""A window of 4 KiB: messages are small, and one is kept for every connection."""


class WebSocket:
    """The server's side of one connection; its opening request has already been read.

    Args:
        connection: on which the request came.
        deflates: whether it agrees to permessage-deflate.
    """

    def __init__(self, connection: Connection, *, deflates: bool = True) -> None:
        self._connection = connection
        self._protocol = ServerProtocol(
            extensions=[_deflate()] if deflates else None,
            max_size=_MESSAGE_LIMIT,
        )
        self._parts: list[bytes] = []
        self._turn = asyncio.Lock()

    async def accept(self) -> bool:
        """Answer the opening request; false: it was not a good one, and refused.

        Raises:
            ClientGone: the client hung up first.
        """
        head, rest = self._connection.taken_over()
        self._protocol.receive_data(head)
        for event in self._protocol.events_received():
            if isinstance(event, Request):
                self._protocol.send_response(self._protocol.accept(event))
        await self._flush()
        if self._protocol.state is not State.OPEN:
            return False
        self._protocol.receive_data(rest)
        return True

    @property
    def compressed(self) -> bool:
        """Whether permessage-deflate was negotiated."""
        return bool(self._protocol.extensions)

    async def receive(self, *, closes: bool = True) -> list[str] | None:
        """The texts that have arrived next; ``None``: there will be no more.

        Args:
            closes: whether a close frame of the client is answered.

        Raises:
            ClientGone: the client hung up while it was answered.
        """
        texts = self._texts()  # some may have come with the opening request
        while not texts:
            if self._protocol.state is not State.OPEN:
                return None
            data = await self._connection.read()
            if not data:
                return None
            self._protocol.receive_data(data)
            texts = self._texts()
            if closes or self._protocol.state is State.OPEN:
                await self._flush()
        return texts

    def _texts(self) -> list[str]:
        texts = []
        for event in self._protocol.events_received():
            if isinstance(event, Frame) and event.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
                self._parts.append(bytes(event.data))
                if event.fin:
                    content, self._parts = b"".join(self._parts), []
                    try:
                        texts.append(content.decode())
                    except UnicodeDecodeError:
                        self._protocol.fail(_NOT_UTF8, "text that is not UTF-8")
        return texts

    async def send(self, text: str, *, rate: float | None = None) -> None:
        """Send a text; at ``rate`` bytes a second one by one.

        Raises:
            ClientGone: the client hung up first.
        """
        if self._protocol.state is State.OPEN:
            self._protocol.send_text(text.encode())
            await self._flush(rate)

    async def fail(self, code: int, reason: str) -> None:
        """Close it because of what the client did, and wait for what it answers.

        Raises:
            ClientGone: the client hung up first.
        """
        self._protocol.fail(code, reason)
        await self._flush()
        await self._connection.read()

    async def _flush(self, rate: float | None = None) -> None:
        async with self._turn:  # a slow frame is not interrupted by another one
            for data in self._protocol.data_to_send():
                if data:
                    await self._connection.write(data, rate=rate)

    def reset(self) -> None:
        """Break it: the client gets a TCP reset."""
        self._connection.reset()


def _deflate() -> ServerPerMessageDeflateFactory:
    return ServerPerMessageDeflateFactory(
        server_max_window_bits=_WINDOW_BITS,
        client_max_window_bits=_WINDOW_BITS,
        compress_settings={"memLevel": 5},
    )
