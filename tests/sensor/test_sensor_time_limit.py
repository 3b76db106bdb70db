"""Only the time in which this process runs counts: a stop of the process is no silence of a sensor."""

import asyncio
import json
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from sicktui.sensor.transport.time_limit import TimeLimit
from tests.sensor.conftest import MakeSensor
from tests.support.waiting import Stopwatch

LIMIT = 0.3
STOP = 3 * LIMIT


@contextmanager
def answering_while_stopped() -> Iterator[str]:
    """A sensor in a thread, whose first reply comes while the event loop of its client stands still."""
    loop, stopped, once = asyncio.get_running_loop(), threading.Event(), threading.Lock()

    def stand_still() -> None:
        stopped.set()
        time.sleep(STOP)

    class Sensor(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while self.rfile.readline().strip():
                pass
            if once.acquire(blocking=False):
                loop.call_soon_threadsafe(stand_still)
            assert stopped.wait(10.0)
            body = json.dumps({"header": {"status": 0}, "data": {"Name": "picoScan", "Version": "2.2.0.0R"}})
            self.wfile.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Sensor) as server:
        thread = threading.Thread(target=partial(server.serve_forever, poll_interval=0.01))
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


async def test_a_reply_that_came_while_this_process_stood_still_counts(connect: MakeSensor) -> None:
    with answering_while_stopped() as address:
        assert await connect(address=address, request_timeout=LIMIT).read.ident() == ("picoScan", "2.2.0.0R")


async def test_a_limit_ends_what_takes_longer() -> None:
    began = Stopwatch()
    with pytest.raises(TimeoutError):
        async with TimeLimit(LIMIT):
            await asyncio.sleep(60)
    assert LIMIT <= began.seconds() < 3


async def test_a_limit_counts_anew_when_it_is_restarted() -> None:
    async with TimeLimit(None) as limit:
        limit.restart(0.05)
        limit.restart(60)
        await asyncio.sleep(0.1)


async def test_a_limit_that_begins_later_ends_what_takes_longer() -> None:
    limit = TimeLimit(None)
    with pytest.raises(TimeoutError):
        await _sleep_within(limit)


async def _sleep_within(limit: TimeLimit) -> None:
    async with limit:
        limit.restart(0.01)
        await asyncio.sleep(60)
