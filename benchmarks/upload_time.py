"""CPU of an upload, against curl: both send the same file to the same server, in turns."""

import asyncio
import multiprocessing
import os
import shutil
import socket
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.report import BenchmarkError, Measured
from sicktui.model.clock import SystemClock
from sicktui.model.network.address import parse_address
from sicktui.model.settings import Timing
from sicktui.sensor.transport.client import Transport
from sicktui.sensor.transport.file_streams import FileBody

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

PART: Final = "upload"
BOUND: Final = 2.0
SIZE: Final = 300_000_000
_ROUNDS: Final = 7
_GB: Final = 1e9
_READ: Final = 64 * 1024
_REPLY: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"


def measure() -> list[Measured]:
    """About 20 s."""
    curl = shutil.which("curl")
    if curl is None:
        raise BenchmarkError("There is no curl to compare with.")
    ours_of, theirs_of = [], []
    context = multiprocessing.get_context("spawn")
    receives, tells = context.Pipe(duplex=False)
    server = context.Process(target=_serve, args=(tells,), daemon=True)
    server.start()
    try:
        port: int = receives.recv()
        with tempfile.TemporaryDirectory(prefix="sicktui-benchmark-") as folder:
            file = Path(folder) / "package"
            file.write_bytes(os.urandom(1_000_000) * (SIZE // 1_000_000))
            _ours(file, port)  # Warms the disk cache.
            for _ in range(_ROUNDS):
                ours_of.append(_ours(file, port))
                theirs_of.append(_theirs(curl, file, port))
    finally:
        server.kill()
        server.join()
    ratio = statistics.median(ours / theirs for ours, theirs in zip(ours_of, theirs_of, strict=True))
    per_gb = _GB / SIZE
    return [
        Measured(part=PART, what="CPU per GB", value=statistics.median(ours_of) * per_gb, unit="s"),
        Measured(part=PART, what="the same with curl", value=statistics.median(theirs_of) * per_gb, unit="s"),
        Measured(part=PART, what="CPU over that of curl", value=ratio, bound=BOUND),
    ]


def _ours(file: Path, port: int) -> float:
    async def upload() -> int:
        address = parse_address(f"127.0.0.1:{port}", "http")
        transport = Transport(address, "http", Timing(), "server", ca_file="", fingerprint="")
        with FileBody(file, SIZE, lambda _sent, _total: None, SystemClock()) as body:
            answer = await transport.upload("update", body, headers={}, on_sent=lambda: None)
        return answer.http_status

    began = time.process_time()
    if asyncio.run(upload()) // 100 != 2:
        raise BenchmarkError("The server refused the upload.")
    return time.process_time() - began


def _theirs(curl: str, file: Path, port: int) -> float:
    before = os.times()
    url = f"http://127.0.0.1:{port}/api/update"
    subprocess.run([curl, "-sf", "-H", "Expect:", "-o", os.devnull, "-T", str(file), url], check=True)
    after = os.times()
    return after.children_user - before.children_user + after.children_system - before.children_system


def _serve(tells: "Connection") -> None:
    """Take each file and discard it, in a process that is counted for neither."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        tells.send(listening.getsockname()[1])
        buffer = bytearray(_READ)
        while True:
            taken, _ = listening.accept()
            with taken:
                head = b""
                while b"\r\n\r\n" not in head:
                    head += taken.recv(_READ)
                left = SIZE - len(head.partition(b"\r\n\r\n")[2])
                while left > 0:
                    left -= taken.recv_into(buffer) or left
                taken.sendall(_REPLY)
