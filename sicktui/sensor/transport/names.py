"""Host names are looked up in threads that do nothing else.

asyncio looks names up in the threads that also write files. A name server that does not answer keeps each of
them busy for up to half a minute: a few such sensors, and every other sensor waits.
"""

import asyncio
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any, Final, NamedTuple

from sicktui.model.network.address import is_ip_address
from sicktui.sensor.transport.time_limit import TimeLimit


class SocketPlace(NamedTuple):
    """Where a socket connects to."""

    family: int
    """``AF_INET`` or ``AF_INET6``."""
    address: Any
    """As the socket module takes it for that family."""


class _OneThreadEach(Executor):
    """A thread for each name; who asks while one is being looked up waits for the same thread.

    Daemon threads: the end of the program does not wait for a name server.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._running: dict[tuple[object, ...], Future[Any]] = {}

    def submit(self, fn: Callable[..., Any], /, *args: object, **_: object) -> "Future[Any]":
        """Call ``fn`` with ``args``, unless that is under way already."""
        with self._guard:
            future = self._running.get(args)
            if future is not None:
                return future
            future = self._running[args] = Future()
        # Running, so that one waiting caller that is cancelled does not cancel it for the others.
        future.set_running_or_notify_cancel()
        threading.Thread(
            target=self._work, args=(future, fn, args), name=f"look up {args[0]}", daemon=True
        ).start()
        return future

    def _work(self, future: "Future[Any]", fn: Callable[..., Any], args: tuple[object, ...]) -> None:
        result, problem = None, None
        try:
            result = fn(*args)
        except Exception as error:  # noqa: BLE001 - it is raised where it is waited for
            problem = error
        with self._guard:
            del self._running[args]
        if problem is None:
            future.set_result(result)
        else:
            future.set_exception(problem)


_LOOKUPS: Final = _OneThreadEach()


async def look_up(host: str, port: int, *, limit: float) -> list[SocketPlace]:
    """Every IP address of a host; one that is an IP address needs no look-up.

    Args:
        host: a name or an IP address.
        port: of the sensor.
        limit: seconds to wait.

    Raises:
        OSError: it cannot be resolved, or not in time.
    """
    if is_ip_address(host):
        return [SocketPlace(socket.AF_INET6 if ":" in host else socket.AF_INET, (host, port))]
    loop = asyncio.get_running_loop()
    try:
        async with TimeLimit(limit):
            found = await loop.run_in_executor(_LOOKUPS, _resolve, host, port)
    except TimeoutError:
        raise socket.gaierror(socket.EAI_AGAIN, f"no name server answered within {limit:g} s") from None
    return [SocketPlace(family, address) for family, _, _, _, address in found]


def begin_look_up(host: str, port: int) -> "Future[Any]":
    """The same for a thread, which may wait for several names at once."""
    return _LOOKUPS.submit(_resolve, host, port)


def _resolve(host: str, port: int) -> list[Any]:
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
