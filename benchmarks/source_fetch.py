"""90 MB from a THiNX server: peak memory above idle in each way, and CPU of the streaming decoder."""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from benchmarks.place import memory
from benchmarks.report import BenchmarkError, Measured
from sicktui.sources.part_file import PartFile
from sicktui.sources.thinx.protocol.buffer_json import BufferJson
from tests.sources.kit import PATIENT, home_in, own_locks, source_on, subject
from tests.thinx_server.application import Application
from tests.thinx_server.firmware import Build, File, Firmware
from tests.thinx_server.generations import AUGUST_2017, OCTOBER_2026, Generation
from tests.thinx_server.server import serving_in_thread

PART: Final = "sources"
SIZE: Final = 90_000_000
MEMORY_BOUND: Final = 60.0
CPU_BOUND: Final = 1.0
MB: Final = 1e6
_PIECE: Final = 64 * 1024
_DECODED: Final = 20_000_000
_WAYS: Final[dict[str, tuple[Generation, bool, bool]]] = {
    "token": (OCTOBER_2026, True, False),
    "simple, JSON": (OCTOBER_2026, False, False),
    "simple, raw": (AUGUST_2017, False, False),
    "several files": (OCTOBER_2026, True, True),
}
"""Server, whether by token, whether as several files."""


def measure() -> list[Measured]:
    """About 120 s."""
    results = [
        Measured(
            part=PART,
            what=f"fetch of 90 MB, {way}: peak above idle",
            value=fetch_peak(generation, by_token=by_token, files=files) / MB,
            unit="MB",
            bound=MEMORY_BOUND,
            digits=1,
        )
        for way, (generation, by_token, files) in _WAYS.items()
    ]
    ours, theirs = _decoder()
    return [
        *results,
        Measured(part=PART, what="CPU of the decoder, per GB of firmware", value=ours, unit="s", digits=1),
        Measured(part=PART, what="CPU of a plain json.loads of it", value=theirs, unit="s", digits=1),
        Measured(part=PART, what="decoder over json.loads", value=ours / theirs, bound=CPU_BOUND),
    ]


def _decoder() -> tuple[float, float]:
    """Seconds of CPU per GB of firmware: the streaming decoder's, and those of ``json.loads``."""
    data = os.urandom(_DECODED)
    text = b'{"payload":{"type":"Buffer","data":[%b]}}' % ",".join(map(str, data)).encode()
    with tempfile.TemporaryDirectory() as room:
        before = time.process_time()
        decoder = BufferJson(lambda: PartFile(Path(room)))
        for at in range(0, len(text), _PIECE):
            decoder.feed(text[at : at + _PIECE])
        decoder.close()
        ours = time.process_time() - before
    before = time.process_time()
    json.loads(text)
    theirs = time.process_time() - before
    return ours * 1e9 / _DECODED, theirs * 1e9 / _DECODED


def fetch_peak(generation: Generation, *, by_token: bool, files: bool, size: int = SIZE) -> int:
    """Bytes of memory that a fetch takes above those of a process that has just checked in."""
    application = Application(generation)
    firmware = Firmware.made(size)
    sent = (File("picoScan150_2.3.1.0R.spk", firmware),) if files else ()
    application.builds.append(Build("2.3.1", firmware, name="picoScan150", files=sent))
    application.devices.switch_auto_update(on=True)
    with serving_in_thread(application) as server, tempfile.TemporaryDirectory() as folder:
        account = application.account
        words = [server.url, account.owner, account.key, folder, "token" if by_token else "simple"]
        result = subprocess.run(
            [sys.executable, "-m", "benchmarks.source_fetch", *words],
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode:
            raise BenchmarkError(f"The fetch failed.\n{result.stderr}")
        got = Path(folder, "got").stat().st_size
        if got != size:
            raise BenchmarkError(f"{got} bytes came instead of {size}.")
    return int(result.stdout)


def child(url: str, owner: str, key: str, folder: str, way: str) -> int:
    """Check in, fetch, and print by how many bytes the peak of memory grew."""

    async def fetch() -> int:
        application = Application(OCTOBER_2026)
        source = source_on(
            url, application, own_locks(home_in(Path(folder))), key=key, owner=owner, limits=PATIENT
        )
        one = subject()
        for _ in range(2):
            [offer] = [offer async for offer in source.offers([one])]
        if way == "simple":
            source.forget_tokens()
        before = memory(os.getpid())["VmRSS"]
        fetched = await source.fetch(offer, one, Path(folder))
        grown = memory(os.getpid())["VmHWM"] - before
        fetched.path.rename(Path(folder, "got"))
        await source.aclose()
        return grown

    sys.stdout.write(str(asyncio.run(fetch())))
    return 0


if __name__ == "__main__":
    sys.exit(child(*sys.argv[1:]))
