"""A broker whose every answer a test chooses; it needs no mosquitto, and hangs up when it is asked to."""

import socket
import threading
import time
from contextlib import suppress

from sicktui.sources.thinx.protocol.messages import topics
from tests.support.waiting import LIMIT
from tests.thinx_server import mqtt

Packet = bytes


def connack(code: int = 0) -> Packet:
    """Whether a client is accepted."""
    return bytes([0x20, 2, 0, code])


def publish(owner: str, udid: str, *, retained: bool = False) -> Packet:
    """A message about new firmware."""
    topic, payload = topics(owner, udid)[0].encode(), str(mqtt.bare("c" * 64)).replace("'", '"').encode()
    body = len(topic).to_bytes(2, "big") + topic + payload
    length = len(body)
    return bytes([0x30 | retained, length % 128 | 0x80, length // 128]) + body


class FakeBroker:
    """Answers each CONNECT with ``answers`` in turn, the last one for ever; an empty one hangs up.

    A refusal ends the connection.
    """

    def __init__(self) -> None:
        self.code = 0
        self.answers: list[Packet] = []
        self.moments: list[float] = []
        """When each client connected."""
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self.listening.getsockname()[1]
        self.open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self.listening.accept()
            except OSError:
                return
            self.moments.append(time.monotonic())
            try:
                client.recv(4096)
                client.sendall(connack(self.code) + self._answer())
            except OSError:  # The client hung up first.
                client.close()
                continue
            self.open.append(client)
            if self.code:
                self.hang_up(client)

    def _answer(self) -> Packet:
        if len(self.answers) > 1:
            return self.answers.pop(0)
        return self.answers[0] if self.answers else b""

    def hang_up(self, *clients: socket.socket) -> None:
        """End these connections, or all of them."""
        for client in clients or tuple(self.open):
            with suppress(OSError):  # The client may have hung up first.
                client.shutdown(socket.SHUT_RDWR)
            client.close()
            with suppress(ValueError):
                self.open.remove(client)

    def close(self) -> None:
        """End it: its thread takes no client at a port that another server has by then."""
        with suppress(OSError):  # macOS shuts down no listening socket; there, closing it wakes the thread
            self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        self._thread.join(LIMIT)
        self.hang_up()
