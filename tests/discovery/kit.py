"""A stand-in for the AutoIP side of sensors, for odd cases; and clients as a search opens them."""

import asyncio
import socket
import struct
from collections.abc import Callable, Sequence
from typing import Self

from sicktui.discovery.asking import CONNECT_TIMEOUT, OpenSensor
from sicktui.model.clock import SystemClock
from sicktui.model.device import Target
from sicktui.model.settings import Timing
from sicktui.sensor.client import Sensor
from sicktui.sensor.turns.queue import RequestQueues
from tests.support.ports import free_ports

LOOPBACK_BROADCAST = "127.255.255.255"
Answering = Callable[[bytes], Sequence[bytes]]
"""The datagrams that answer a request with these four bytes of id."""


def opener(rate: float = 50.0, connect_timeout: float = CONNECT_TIMEOUT) -> OpenSensor:
    """Clients without a password, as the engine opens them for a search."""
    queues = RequestQueues(rate, SystemClock())

    def open_sensor(address: str) -> Sensor:
        return Sensor(
            Target(
                device=address, address=address, user="Service", auth="auto", scheme="http", timing=Timing()
            ),
            password=None,
            queues=queues,
            clock=SystemClock(),
            memory=None,
            connect_timeout=connect_timeout,
        )

    return open_sensor


def xml(
    *,
    host: str,
    mac: str,
    serial: str = "",
    name: str = "",
    model: str = "picoScan150",
    mask: str = "255.255.255.0",
) -> str:
    """The contents of an XML reply."""
    items = {
        "IPAddress": host,
        "IPMask": mask,
        "SerialNumber": serial,
        "LocationName": name,
        "DeviceType": model,
    }
    told = "".join(f'<Item key="{key}" value="{value}"/>' for key, value in items.items())
    return f'<NetScanResult MACAddr="{mac}">{told}</NetScanResult>'


def reply(
    request: bytes, contents: str | bytes, *, mac: str = "00:06:77:00:00:01", command: int = 0x90
) -> bytes:
    """A reply to the request with this id."""
    body = contents.encode() if isinstance(contents, str) else contents
    head = struct.pack(">BBH", command, 0, len(body) & 0xFFFF)
    return head + bytes.fromhex(mac.replace(":", "")) + request + b"\0\0" + body


class Responder(asyncio.DatagramProtocol):
    """Answers each search request, to whoever asked.

    Args:
        answers: the datagrams for a request.
        host: where it listens: an address of this PC, or a broadcast address.
        port: its port; 0 for any.
    """

    def __init__(self, answers: Answering, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self._answers = answers
        self._where = (host, port)
        self.requests: list[bytes] = []
        self.port = 0

    async def __aenter__(self) -> Self:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        sock.setblocking(False)  # noqa: FBT003  as the library names it
        sock.bind(self._where)
        self.port = sock.getsockname()[1]
        self._sending = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: self, sock=sock
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        self._transport.abort()
        self._sending.close()
        await asyncio.sleep(0)

    def datagram_received(self, data: bytes, addr: tuple[object, ...]) -> None:
        self.requests.append(data)
        for datagram in self._answers(data[10:14]):
            self._sending.sendto(datagram, addr)


def free_udp_port() -> int:
    """A port that no program uses at this moment."""
    [port] = free_ports(1, udp=True)
    return port
