"""Fifty sensors uploading at once: the runner's peak memory, over that of a runner that waits."""

import sqlite3
import time
from contextlib import closing
from typing import Any, Final

from benchmarks.place import Place, SimulatedSensor, memory
from benchmarks.report import BenchmarkError, Measured

BOUND: Final = 40.0
JOURNAL_BOUND: Final = 60.0
COUNT: Final = 50
PART: Final = "memory"
MB: Final = 1e6
SETTINGS: Final = {
    "limits.jobs": COUNT,
    "timing.poll_interval": 1.0,
    "timing.reconnect_interval": 1.0,
    "timing.settle": 1.0,
    "timing.autostart_wait": 0.0,
    "timing.request_timeout": 60.0,
}
_STEADY: Final = 4.0
"""Seconds after its start in which an idle runner has done all that it does before its job waits."""

_WAITING: Final = SimulatedSensor(
    name="waiting",
    # The plan's read is answered, the runner's first one never.
    fault=({"name": "hang", "at": "DeviceIdent", "after": 1},),
)
_FIFTY: Final = tuple(
    SimulatedSensor(
        name=f"sensor-{number}",
        link_rate=1e6,
        flash_seconds=1.0,
        finished_seconds=1.0,
        reboot_seconds=1.0,
    )
    for number in range(COUNT)
)


def measure() -> list[Measured]:
    """About 60 s."""
    idle = _idle()
    peak, together, journal = _busy()
    return [
        Measured(part=PART, what="runner whose only job waits (VmRSS)", value=idle / MB, unit="MB", digits=1),
        Measured(part=PART, what="most uploads at one moment", value=together, digits=0),
        Measured(part=PART, what=f"peak with {COUNT} sensors (VmHWM)", value=peak / MB, unit="MB", digits=1),
        Measured(
            part=PART,
            what="journal, a sensor and run",
            value=journal / COUNT / 1e3,
            unit="kB",
            bound=JOURNAL_BOUND,
            digits=1,
        ),
        Measured(
            part=PART, what="peak above idle", value=(peak - idle) / MB, unit="MB", bound=BOUND, digits=1
        ),
    ]


def _idle() -> int:
    """Bytes of a runner that has its package and its journal, and a job that waits for an answer."""
    with Place() as place:
        update = place.update(place.simulate([_WAITING]), place.package(), SETTINGS)
        for _, line in update.lines():
            if line["kind"] == "step" and line["step"] == "preflight":
                time.sleep(_STEADY)
                return memory(update.pid)["VmRSS"]
        raise BenchmarkError(f"The idle runner did not come to its preflight.\n{place.errors()}")


def _busy() -> tuple[int, int, int]:
    """The peak in bytes, how many uploads were under way at once, and the bytes of the journal."""
    peak = together = 0
    uploading: set[str] = set()
    summary: dict[str, Any] = {}
    with Place() as place:
        update = place.update(place.simulate(_FIFTY), place.package(), SETTINGS)
        for _, line in update.lines():
            # The mark only rises, and lines come until the runner's last moment.
            peak = max(peak, memory(update.pid).get("VmHWM", 0))
            if line["kind"] == "progress" and line["step"] == "upload":
                change = uploading.add if 0 < line["sent"] < line["total"] else uploading.discard
                change(line["device"])
                together = max(together, len(uploading))
            elif line["kind"] == "summary":
                summary = line
        update.must_succeed(summary, COUNT)
        return peak, together, journal_bytes(place)


def journal_bytes(place: Place) -> int:
    """The bytes of a journal, with all of the write-ahead log in it."""
    with closing(sqlite3.connect(place.home / "state" / "journal.db")) as journal:
        journal.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        [[pages]] = journal.execute("PRAGMA page_count")
        [[size]] = journal.execute("PRAGMA page_size")
    return int(pages * size)
