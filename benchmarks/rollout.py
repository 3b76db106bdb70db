"""Forty plant PCs with five sensors each: what a rollout adds to their runs; what an idle worker costs."""

import hashlib
import shutil
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from benchmarks.place import Place, SimulatedSensor, memory
from benchmarks.report import BenchmarkError, Measured
from sicktui.fleet.local_server import LocalServer

PART: Final = "rollout"
PCS: Final = 40
SENSORS: Final = 5
WAVES: Final = 2
OVERHEAD_BOUND: Final = 5.0
CONNECTIONS_BOUND: Final = 3.0
TRANSACTIONS_BOUND: Final = 2.0
_IDLE: Final = 60.0
_PATIENCE: Final = 1800.0
_QUICK: Final = (
    *("--set", "timing.poll_interval=1", "--set", "timing.reconnect_interval=1"),
    *("--set", "timing.settle=1", "--set", "timing.autostart_wait=0"),
)
_WAVES: Final = """
WITH orders AS (
    SELECT (g.spec->>'wave')::int AS wave, w.created_at / 1000.0 AS given,
        w.started_at_epoch_ms / 1000.0 AS begun, extract(epoch FROM r.at) AS ended
    FROM fleet.given AS g JOIN dbos.workflow_status AS w ON w.workflow_uuid = g."order"
        JOIN fleet.result AS r USING ("order")
), waves AS (
    SELECT wave, min(given) AS first, max(begun - given) AS waited, max(begun) AS begun, max(ended) AS ended
    FROM orders GROUP BY wave
)
SELECT max(waited + first - coalesce((SELECT max(ended) FROM waves AS b WHERE b.wave < a.wave),
    (SELECT extract(epoch FROM created) FROM fleet.rollout))) FROM waves AS a
"""
"""What a wave waits beside its runs: from the last result of the wave before, or the order of the rollout, to
its first order; and the longest that one of its orders waits for its PC."""


def measure() -> list[Measured]:
    """About 4 minutes, and 4 GB of memory."""
    sensors = [
        SimulatedSensor(name=f"s{number}", flash_seconds=2.0, finished_seconds=0.5, reboot_seconds=2.0)
        for number in range(PCS * SENSORS)
    ]
    with ExitStack() as stack:
        places = [stack.enter_context(Place()) for _ in range(PCS)]
        package = str(places[0].package(200_000))
        addresses = places[0].simulate(sensors)
        _run(places[0], "firmware", "add", package)
        sha256 = hashlib.sha256(Path(package).read_bytes()).hexdigest()
        _run(places[0], "firmware", "approve", sha256[:12], "--yes")
        for place in places[1:]:
            shutil.copytree(places[0].home, place.home)
        for number, place in enumerate(places):
            part = slice(number * SENSORS, (number + 1) * SENSORS)
            place.list_devices(sensors[part], addresses[part])
        server = stack.enter_context(LocalServer(connections=4 * PCS + 20))
        url = ("--set", f"fleet.url={server.url()}")
        _run(places[0], "fleet", "setup", *url)
        workers = [
            place.start("fleet", "worker", "--set", f"fleet.pc=pc-{number}", *url, *_QUICK)
            for number, place in enumerate(places)
        ]
        _wait(lambda: _number(server, "SELECT count(*) FROM fleet.pc") == PCS, "the PCs")
        idle = _idle(server)
        idle.append(
            Measured(
                part=PART,
                what="memory of an idle worker",
                value=sum(memory(worker.pid)["VmRSS"] for worker in workers) / PCS / 1e6,
                unit="MB",
                digits=0,
            )
        )
        places[0].start("fleet", "coordinator", *url)
        words = [
            f"pc-{number % PCS}/s{number % PCS * SENSORS + number // PCS}" for number in range(len(sensors))
        ]
        wave = str(len(sensors) // WAVES)
        limits = ("--wave", wave, "--no-backup", "--yes", "--detach")
        _run(places[0], "fleet", "run", *words, "--package", package, *limits, *url)
        over = "SELECT count(*) FROM fleet.progress WHERE progress->>'state' = 'finished'"
        _wait(lambda: _number(server, over) == 1, "the rollout")
        updated = "SELECT count(*) FROM fleet.result, jsonb_array_elements(result->'verdicts') AS v"
        if _number(server, f"{updated} WHERE v->>'verdict' = 'succeeded'") != len(sensors):
            raise BenchmarkError("Not every sensor was updated.")
        took = (
            "SELECT extract(epoch FROM max(at) - (SELECT max(created) FROM fleet.rollout)) FROM fleet.result"
        )
        rows = "SELECT sum(n_live_tup) FROM pg_stat_user_tables"
        size = "SELECT pg_database_size('sicktui')"
        return [
            Measured(
                part=PART,
                what=f"scheduling of a wave over {PCS} PCs",
                value=_number(server, _WAVES),
                unit="s",
                bound=OVERHEAD_BOUND,
                digits=1,
            ),
            Measured(
                part=PART,
                what=f"the rollout, {WAVES} waves of {wave} sensors",
                value=_number(server, took),
                unit="s",
                digits=0,
            ),
            *idle,
            Measured(part=PART, what="rows a sensor", value=_number(server, rows) / len(sensors), digits=0),
            Measured(part=PART, what="the database", value=_number(server, size) / 1e6, unit="MB", digits=0),
        ]


def _idle(server: LocalServer) -> list[Measured]:
    """What the workers do to the database while there is nothing to do."""
    time.sleep(5.0)
    done = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = 'sicktui'"
    before, began = _number(server, done), time.monotonic()
    time.sleep(_IDLE)
    transactions = (_number(server, done) - before) / (time.monotonic() - began) / PCS
    open_ones = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'sicktui' AND pid <> pg_backend_pid()"
    return [
        Measured(
            part=PART,
            what="transactions of an idle worker",
            value=transactions,
            unit="/s",
            bound=TRANSACTIONS_BOUND,
        ),
        Measured(
            part=PART,
            what="connections of an idle worker",
            value=_number(server, open_ones) / PCS,
            bound=CONNECTIONS_BOUND,
        ),
    ]


def _number(server: LocalServer, sql: str) -> float:
    return float(server.psql(sql).strip() or 0)


def _run(place: Place, *words: str) -> None:
    process = place.start(*words)
    if process.wait() != 0:
        raise BenchmarkError(place.errors())


def _wait(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise BenchmarkError(f"Waited in vain for {what}.")
        time.sleep(1.0)
