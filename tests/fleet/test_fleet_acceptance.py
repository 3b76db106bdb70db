"""One rollout over three plant PCs in which everything dies, with a real PostgreSQL and real processes.

What is asserted comes from the sensors' own records: one flash for each, whatever dies.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from sicktui.fleet.local_server import OWNER
from sicktui.simulator.spec import Fault
from tests.fleet.postgres import Postgres
from tests.fleet.site import Site, opened, wait_until
from tests.support.fleet_thread import LONG, WAITS_FOR_IT, sensor
from tests.support.harness import PASSWORD
from tests.support.program import VERSION

pytestmark = [pytest.mark.starts_afresh, pytest.mark.timeout(400)]

OUTAGE: Final = 20.0
"""Seconds without a database."""
DEADLINE: Final = 600.0
WAVES: Final = (
    ("hall-1/a0", "hall-1/a1", "hall-2/b0", "hall-2/b1", "hall-3/c0", "hall-3/c1"),
    ("hall-1/a2", "hall-1/a3", "hall-1/a5", "hall-2/b2", "hall-2/b5", "hall-2/b3"),
    ("hall-1/a4", "hall-2/b4", "hall-3/c2", "hall-3/c3", "hall-3/c4", "hall-3/c5"),
)
"""``hall-3`` does not return; ``a5`` and ``b5`` have the firmware already; the flash of ``b2`` fails.

``b3`` has another password: its plan refuses it, which spends nothing of the budget."""
ONCE: Final = {"a0", "a1", "b0", "b1", "c0", "c1", "a2", "a3", "b2"}
"""The sensors that are sent the package."""
VERDICTS: Final = (
    dict.fromkeys(("a0", "a1", "b0", "b1", "a2", "a3"), ("succeeded", None))
    | dict.fromkeys(("a5", "b5"), ("skipped", "already_current"))
    | {"b2": ("failed", "update_error"), "b3": ("failed", "access_denied")}
    | dict.fromkeys(("a4", "b4", "c2", "c3", "c4", "c5"), ("skipped", "budget_exhausted"))
)
"""The verdict and its code of each sensor but for those of the wave in which its PC was lost."""


@pytest.fixture
def site(tmp_path: Path, postgres: Postgres) -> Iterator[Site]:
    changed: dict[str, dict[str, Any]] = {
        **{name: {"version": VERSION} for name in ("a5", "b5")},
        "b2": {"faults": (Fault(name="update_error"),)},
        "b3": {"password": "another"},
    }
    halls = [
        [sensor(f"{hall}{n}", flash_seconds=LONG, **changed.get(f"{hall}{n}", {})) for n in range(6)]
        for hall in "abc"
    ]
    with opened(tmp_path, postgres, *halls) as made:
        for pc in made.pcs:
            pc.more = WAITS_FOR_IT
        yield made


def test_a_rollout_survives_the_death_of_everything_and_flashes_once(site: Site) -> None:
    _, two, three = site.pcs
    order_it(site)
    wait_until(lambda: site.flashing() == {"a0", "a1", "b0", "b1", "c0", "c1"}, "the first wave")

    # The coordinator, and two workers and their runners, die while six sensors flash; then the database.
    coordinator, *workers = site.processes
    site.kill(coordinator)
    site.kill(workers[1], two.runner())
    site.kill(workers[2], three.runner())
    site.give_again()
    rollout = str(site.row("SELECT rollout FROM fleet.rollout"))
    site.forge(f"{rollout}-3-hall-2", "hall-2", login=OWNER)
    site.forge(f"{rollout}-1-hall-1", "hall-2", login=OWNER)
    ran = site.pcs[0].program.folder / "ran"
    site.forge_pickle("hall-2", ran, login=OWNER)
    with without_database(site):
        site.end_flashes("a0", "a1", "b0", "b1")
        for pc, what in ((two, "worker"), (site.pcs[0], "worker"), (site.pcs[0], "coordinator")):
            site.start(pc, what)  # for hall-1 it is the second one
    wait_until(lambda: results(site) == {"hall-1", "hall-2"}, "the results")
    wait_until(lambda: ended(site) == 2, "that the coordinator hears them")
    assert site.progress()["state"] == "running"  # it waits for hall-3

    site.put_forward(DEADLINE)
    wait_until(lambda: site.progress().get("waits_for") == "approval", "the deadline of hall-3")
    assert flashes(site) == {"a0", "a1", "b0", "b1", "c0", "c1"}
    site.call("approve", "latest", "--yes")
    wait_until(lambda: site.flashing() == {"a2", "a3", "b2", "c0", "c1"}, "the second wave")
    site.give_again()
    site.end_flashes("a2", "a3", "b2")
    wait_until(lambda: site.progress().get("state") == "finished", "the end")
    lost = {"c0": ("unknown", "unreachable"), "c1": ("unknown", "unreachable")}
    assert verdicts(site) == {name: (*found, False) for name, found in (VERDICTS | lost).items()}
    attached = site.pcs[0].fleet("auditor", "attach", "latest", "--json")
    assert attached.code == 1, attached
    steps = {line["device"] for line in attached.of_kind("step") if line["step"] == "upload"}
    assert ONCE - {"c0", "c1"} <= steps  # those of hall-3 may have died with its worker
    wait_until(lambda: given_again(site) == {"hall-1", "hall-2"}, "the orders that were given twice")
    assert site.row("SELECT count(*) FROM dbos.workflow_status WHERE name = 'order'") == 13
    taken = site.row("SELECT status FROM dbos.workflow_status WHERE workflow_uuid = 'pickle'")
    assert taken not in ("ENQUEUED", "SUCCESS")
    assert not ran.exists()
    assert (two.program.folder / "worker.log").read_text().count("is ignored") == 2  # what was forged

    # Against all hope it does return.
    site.end_flashes("c0", "c1")
    site.start(three, "worker")
    wait_until(lambda: "hall-3" in results(site), "the late result")
    late = dict.fromkeys(("c0", "c1"), ("succeeded", None, True))
    assert verdicts(site) == {name: (*found, False) for name, found in VERDICTS.items()} | late

    assert_by_the_sensors(site)
    assert_by_the_journals(site)
    assert_by_a_dump(site)


def order_it(site: Site) -> None:
    """Start everything, and order the rollout."""
    site.start(site.pcs[0], "coordinator")
    for pc in site.pcs:
        site.start(pc, "worker")
    wait_until(lambda: site.row("SELECT count(*) FROM fleet.pc") == len(site.pcs), "the PCs")
    site.watch()
    devices = [device for wave in WAVES for device in wave]
    limits = ("--wave", "6", "--approve", "--max-failures", "3", "--deadline", str(DEADLINE))
    site.call("run", *devices, "--package", site.package, "--yes", "--detach", "--no-backup", *limits)


@contextmanager
def without_database(site: Site) -> Iterator[None]:
    """Stop the database for a while, hard."""
    site.postgres.stop()
    stopped = time.monotonic()
    yield
    threading.Event().wait(max(0.0, stopped + OUTAGE - time.monotonic()))
    site.postgres.start()


def results(site: Site) -> set[str]:
    """The PCs of the orders that have a result."""
    return set(site.row("SELECT coalesce(array_agg(result->>'pc'), '{}') FROM fleet.result") or ())


def ended(site: Site) -> int:
    """How many orders have ended as far as the coordinator has heard."""
    return sum("ended" in order for order in site.progress().get("orders", ()))


def given_again(site: Site) -> set[str]:
    """The PCs that have carried out every order that came to them a second time."""
    sql = (
        "SELECT coalesce(array_agg(queue_name), '{}') FROM (SELECT queue_name FROM dbos.workflow_status "
        "WHERE workflow_uuid LIKE '%-again' OR workflow_uuid LIKE 'forged-%' GROUP BY queue_name "
        "HAVING bool_and(status = 'SUCCESS')) AS done"
    )
    return {queue.removeprefix("pc:") for queue in site.row(sql) or ()}


def verdicts(site: Site) -> dict[str, tuple[str, str | None, bool]]:
    """The verdict of each sensor, its code, and whether it is late; exactly one of each."""
    lines = [line for line in site.call("status", "latest", user="auditor") if line["kind"] == "verdict"]
    found = {line["device"]: (line["verdict"], line["code"], line["late"]) for line in lines}
    assert len(found) == len(lines) == 18
    return found


def flashes(site: Site) -> set[str]:
    """The sensors that have begun to flash, each once."""
    found = {name: device.updater.flashes for name, device in site.devices.items() if device.updater.flashes}
    assert set(found.values()) == {1}
    return set(found)


def assert_by_the_sensors(site: Site) -> None:
    for name, device in site.devices.items():
        put = sum(each.path.endswith("/update") and each.method == "PUT" for each in device.requests)
        wanted = int(name in ONCE)
        assert (device.updater.flashes, put, device.updater.uploads) == (wanted,) * 3, name
        assert len(device.violations) == (name == "b3"), name  # one login with a wrong password
    assert site.most_away <= 6


def assert_by_the_journals(site: Site) -> None:
    """One run for each order, though it was given twice; its record is what the rollout names."""
    orders = [line for line in site.call("status", "latest") if line["kind"] == "order"]
    assert [(order["wave"], order["pc"]) for order in orders] == [
        (1, "hall-1"),
        (1, "hall-2"),
        (1, "hall-3"),
        (2, "hall-1"),
        (2, "hall-2"),
    ]
    proofs: dict[str, dict[str, Any]] = {
        line["run"]: line
        for pc in site.pcs
        for line in pc.program.here("runs", "verify", "--json", fast=False).of_kind("verified")
    }
    assert set(proofs) == {order["run"] for order in orders}
    for order in orders:
        assert proofs[order["run"]]["intact"]
        assert proofs[order["run"]]["head"] == order["head"]
    [report] = site.call("report", "latest", user="auditor")
    heads = {order["run"]: order["chain_head"] for order in report["orders"]}
    assert heads == {run: line["head"] for run, line in proofs.items()}
    assert {device.get("run") for device in report["devices"]} - {None} == set(proofs)


def assert_by_a_dump(site: Site) -> None:
    """Who did what is in the database, and nothing that is secret."""
    lines = site.call("status", "latest", user="auditor")
    acts = [(line["act"], line["role"], line["client"]) for line in lines if line["kind"] == "act"]
    assert acts == [("run", "operator", "127.0.0.1"), ("approve", "operator", "127.0.0.1")]
    dump = site.postgres.dump()
    assert "hall-3" in dump
    assert PASSWORD not in dump
    assert not [address for plant in site.plants for address in plant.addresses if address in dump]
