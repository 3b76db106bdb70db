"""Ports for tests: ones on which nothing ever listens, and free ones for other processes."""

import os
import secrets
import socket
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from functools import cache
from typing import Final

_BELOW_CLIENTS: Final = range(20_000, 32_000)
"""Below the range from which systems take the ports of clients: nothing takes them by accident."""


def closed_port() -> int:
    """A TCP port of 127.0.0.1 that refuses connections, as long as this process lives.

    One that was only looked up and let go could be another test's server by the time it is used.
    """
    port: int = _closed(os.getpid()).getsockname()[1]
    return port


@cache
def _closed(_process: int) -> socket.socket:
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    return bound


def free_ports(count: int, *, udp: bool = False) -> list[int]:
    """Ports in a row on which nothing listens, for a process that takes them a moment later."""
    while True:
        first = secrets.choice(_BELOW_CLIENTS[:-count])
        with suppress(OSError):
            _try(range(first, first + count), socket.SOCK_DGRAM if udp else socket.SOCK_STREAM)
            return list(range(first, first + count))


def _try(ports: Iterable[int], kind: socket.SocketKind) -> None:
    with ExitStack() as stack:
        for port in ports:
            stack.enter_context(socket.socket(type=kind)).bind(("127.0.0.1", port))
