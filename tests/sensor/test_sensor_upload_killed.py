"""A process that dies in the middle of an upload: nothing of it may go on to the sensor."""

import contextlib
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

LARGE = 12 * 1024 * 1024
"""More than all socket buffers on the way."""
UPLOADER = """
import asyncio, sys
from pathlib import Path
from sicktui.model.clock import SystemClock
from sicktui.model.settings import Timing
from sicktui.model.network.address import parse_address
from sicktui.sensor.transport.file_streams import FileBody
from sicktui.sensor.transport.client import Transport

async def main(port, path, size):
    transport = Transport(parse_address(f"127.0.0.1:{port}"), "http", Timing(), "the sensor")
    with FileBody(path, size, lambda sent, total: None, SystemClock()) as body:
        await transport.upload("update", body, headers={}, on_sent=lambda: None)

asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])))
"""


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.settimeout(20)
        yield listening


@pytest.fixture
def large(tmp_path: Path) -> Path:
    path = tmp_path / "large.spk"
    with path.open("wb") as file:
        file.truncate(LARGE)
    return path


def test_what_lies_in_the_send_buffer_dies_with_the_process(listener: socket.socket, large: Path) -> None:
    port = listener.getsockname()[1]
    with subprocess.Popen([sys.executable, "-c", UPLOADER, str(port), str(large), str(LARGE)]) as process:
        sensor, _ = listener.accept()
        with sensor:
            sensor.settimeout(20)
            assert sensor.recv(20).startswith(b"PUT /api/update ")
            # It goes on until every buffer on the way is full, and dies.
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=0.5)
            assert process.poll() is None
            process.kill()
            process.wait()
            # A connection closed in good order would bring the rest of the send buffer, and then an end.
            with pytest.raises(ConnectionResetError):
                _read_to_the_end(sensor)


def _read_to_the_end(connection: socket.socket) -> None:
    while connection.recv(65536):
        pass
