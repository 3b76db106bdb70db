"""A rollout over plant PCs with a real PostgreSQL, real processes and simulated sensors.

What is asserted comes from the sensors' own records: one flash for each, whatever dies.
"""

import contextlib
import functools
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest

from sicktui.fleet.local_server import OWNER
from tests.fleet.conftest import PlantPc
from tests.fleet.postgres import Postgres
from tests.support.fleet_thread import LONG, WAITS_FOR_IT, FleetThread, sensor
from tests.support.harness import PASSWORD
from tests.support.waiting import wait_until as wait_for

pytestmark = [pytest.mark.starts_afresh, pytest.mark.timeout(400)]


PATIENCE: Final = 150.0
"""Seconds for what several programs do one after the other on a busy machine."""
wait_until: Final = functools.partial(wait_for, limit=PATIENCE)


class Site:
    """Two PCs with three sensors each, and one database."""

    def __init__(self, folder: Path, postgres: Postgres, plants: list[FleetThread]) -> None:
        self.plants = plants
        self.postgres = postgres
        self.pcs = [PlantPc(f"hall-{n}", folder / f"hall-{n}", postgres) for n in (1, 2)]
        package = self.pcs[0].program.package()
        self.package = package
        for pc, plant in zip(self.pcs, plants, strict=True):
            pc.equip(plant, package)
        self._running: list[subprocess.Popen[bytes]] = []
        self.most_away = 0
        self._watching = threading.Event()

    @property
    def devices(self) -> list[Any]:
        return [device for plant in self.plants for device in plant.devices]

    def start(self, pc: PlantPc, what: str) -> "subprocess.Popen[bytes]":
        process = pc.start(what)
        self._running.append(process)
        return process

    def call(self, *words: str) -> list[dict[str, Any]]:
        """A command of the fleet that succeeds; its lines."""
        result = self.pcs[0].program.here(
            "fleet", *words, "--json", *self.pcs[0].settings("operator"), fast=False
        )
        assert result.code == 0, result
        return result.every_line

    def run(self, *words: str) -> None:
        """Order an update of all sensors."""
        self.call("run", "all", "--package", self.package, "--yes", "--detach", "--no-backup", *words)

    def verdicts(self) -> dict[str, tuple[str, bool]]:
        """The verdict of each device in the latest rollout, and whether it was late."""
        return {
            f"{line['pc']}/{line['device']}": (line["verdict"], line["late"])
            for line in self.status()
            if line["kind"] == "verdict"
        }

    def row(self, sql: str) -> Any:
        """The first value that a question has; without a process, so it can be asked often."""
        with (
            contextlib.suppress(psycopg.OperationalError),
            psycopg.connect(self.postgres.url()) as connection,
        ):
            found = connection.execute(sql.encode()).fetchone()
            return None if found is None else found[0]
        return None

    def progress(self) -> dict[str, Any]:
        """What the coordinator has published of the latest rollout."""
        found: dict[str, Any] = self.row("SELECT progress FROM fleet.progress ORDER BY rollout DESC") or {}
        return found

    def status(self) -> list[dict[str, Any]]:
        return self.call("status", "latest")

    def watch(self) -> None:
        """Note how many sensors are away at once."""

        def look() -> None:
            while not self._watching.wait(0.01):
                away = sum(device.update_state == 1 for device in self.devices)
                self.most_away = max(self.most_away, away)

        threading.Thread(target=look, daemon=True).start()

    def runner_of(self, pc: PlantPc) -> int:
        """The process of the run that is at work on a PC."""
        runs = pc.program.here("runs", "list", "--json", fast=False).of_kind("run")
        [pid] = [run["pid"] for run in runs if run["state"] == "running"]
        return int(pid)

    def close(self) -> None:
        self._watching.set()
        for process in self._running:
            if process.poll() is None:
                process.terminate()
        for process in self._running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            if process.poll() is None:
                process.kill()
                process.wait()


@pytest.fixture
def site(tmp_path: Path, postgres: Postgres) -> Iterator[Site]:
    """A site whose database is empty but for its tables."""
    postgres.psql("DROP SCHEMA IF EXISTS fleet CASCADE")
    postgres.psql("DROP SCHEMA IF EXISTS dbos CASCADE")
    specs = [[sensor(f"{hall}{n}", flash_seconds=LONG) for n in range(3)] for hall in "ab"]
    with contextlib.ExitStack() as stack:
        made = Site(tmp_path, postgres, [stack.enter_context(FleetThread(each)) for each in specs])
        stack.callback(made.close)
        set_up(made.pcs[0])
        yield made


LOGINS: Final = ("worker", "coordinator", "operator", "auditor")


def set_up(pc: PlantPc) -> None:
    """Make the tables, and a login with each role."""
    postgres = pc.postgres
    assert postgres is not None
    setup = pc.program.here("fleet", "setup", *pc.settings(OWNER), fast=False)
    assert setup.code == 0, setup
    for login in LOGINS:
        for name in (login, f"sicktui_{login}"):
            if name in postgres.psql("SELECT rolname FROM pg_roles").split():
                postgres.psql(f"DROP OWNED BY {name}; DROP ROLE {name}")
    roles = pc.program.here("fleet", "setup", "--roles", fast=False)
    postgres.psql(roles.out)
    postgres.psql("".join(f"CREATE ROLE {login} LOGIN IN ROLE sicktui_{login};" for login in LOGINS))


def kill(pid: int) -> None:
    os.kill(pid, 9)


def flashing(site: Site) -> list[str]:
    return [device.spec.name for device in site.devices if device.update_state == 1]


def end_flashes(site: Site) -> None:
    """End the flashes that are under way or begin from now on."""
    for plant in site.plants:
        for device in plant.devices:
            if device.update_state == 1:
                plant._loop.call_soon_threadsafe(device.updater.end_flash)


def assert_each_was_updated_once(site: Site) -> None:
    """By the sensors' own records."""
    assert [device.updater.flashes for device in site.devices] == [1] * 6
    uploads = [
        sum(r.path.endswith("/update") and r.method == "PUT" for r in d.requests) for d in site.devices
    ]
    assert uploads == [1] * 6
    assert [device.violations for device in site.devices] == [[]] * 6


def assert_the_records_are_proven(site: Site, orders: list[dict[str, Any]]) -> None:
    """By each PC's journal: one run for each order, with the head that status and report have."""
    proofs = {
        line["run"]: line
        for pc in site.pcs
        for line in pc.program.here("runs", "verify", "--json", fast=False).of_kind("verified")
    }
    assert len(proofs) == len(orders)  # though each was given twice
    for order in orders:
        assert proofs[order["run"]]["intact"]
        assert proofs[order["run"]]["head"] == order["head"]
    [report] = site.call("report", "latest")
    heads = {order["run"]: order["chain_head"] for order in report["orders"]}
    assert heads == {run: line["head"] for run, line in proofs.items()}
    assert {device["run"] for device in report["devices"]} == set(proofs)


def test_a_rollout_survives_the_death_of_everything_and_flashes_once(site: Site) -> None:
    one, two = site.pcs
    one.more = two.more = WAITS_FOR_IT
    coordinator = site.start(one, "coordinator")
    site.start(one, "worker")
    worker = site.start(two, "worker")
    wait_until(lambda: site.row("SELECT count(*) FROM fleet.pc") == 2, "two PCs")
    site.watch()
    site.run("--wave", "4", "--approve")
    wait_until(lambda: len(flashing(site)) == 4, "the first wave")

    # The coordinator, a worker and its runner die while four sensors flash.
    kill(coordinator.pid)
    kill(worker.pid)
    kill(site.runner_of(two))
    coordinator.wait()
    worker.wait()
    site.start(two, "worker")
    site.start(one, "worker")  # the second one for this PC
    again(site)
    site.start(one, "coordinator")
    done = threading.Event()

    def release() -> None:
        while not done.wait(0.1):
            end_flashes(site)

    threading.Thread(target=release, daemon=True).start()
    try:
        wait_until(lambda: site.progress().get("waits_for") == "approval", "the end of the first wave")
        assert [device.updater.flashes for device in site.devices] == [1, 1, 1, 1, 0, 0]
        site.call("approve", "latest", "--yes")
        wait_until(lambda: site.progress().get("state") == "finished", "the end")
    finally:
        done.set()

    lines = site.status()
    verdicts = {f"{line['pc']}/{line['device']}": line for line in lines if line["kind"] == "verdict"}
    assert {key: line["verdict"] for key, line in verdicts.items()} == {
        f"hall-{pc}/{hall}{n}": "succeeded" for pc, hall in ((1, "a"), (2, "b")) for n in range(3)
    }
    assert not any(line["late"] for line in verdicts.values())
    assert_each_was_updated_once(site)
    assert site.most_away <= 4
    orders = [line for line in lines if line["kind"] == "order"]
    assert [order["wave"] for order in orders] == [1, 1, 2]
    assert_the_records_are_proven(site, orders)
    acts = [(line["act"], line["role"], line["client"]) for line in lines if line["kind"] == "act"]
    assert acts == [("run", "operator", "127.0.0.1"), ("approve", "operator", "127.0.0.1")]
    dump = site.postgres.dump()
    assert PASSWORD not in dump
    assert not [address for plant in site.plants for address in plant.addresses if address in dump]


def test_what_comes_after_the_deadline_is_late_and_an_order_that_has_not_begun_does_not_begin(
    site: Site,
) -> None:
    one, two = site.pcs
    one.more = WAITS_FOR_IT
    site.start(one, "coordinator")
    site.start(one, "worker")
    absent = site.start(two, "worker")
    wait_until(lambda: site.row("SELECT count(*) FROM fleet.pc") == 2, "two PCs")
    kill(absent.pid)
    absent.wait()
    site.run("--deadline", "25", "--max-failures", "6")
    wait_until(lambda: len(flashing(site)) == 3, "the flash")
    site.postgres.stop()
    time.sleep(1)
    site.postgres.start()
    wait_until(lambda: site.progress().get("state") == "finished", "the deadline")
    assert set(site.verdicts().values()) == {("unknown", False)}
    attached = one.program.here("fleet", "attach", "latest", "--json", *one.settings("auditor"), fast=False)
    assert attached.code == 3, attached
    steps = {(line["pc"], line["device"], line["step"]) for line in attached.of_kind("step")}
    assert {("hall-1", f"a{n}", "upload") for n in range(3)} <= steps

    end_flashes(site)
    site.start(two, "worker")
    wait_until(lambda: site.row("SELECT count(*) FROM fleet.result") == 2, "the late results")
    assert site.verdicts() == {
        f"hall-{pc}/{hall}{n}": (verdict, True)
        for pc, hall, verdict in ((1, "a", "succeeded"), (2, "b", "cancelled"))
        for n in range(3)
    }
    assert [device.updater.flashes for device in site.devices] == [1, 1, 1, 0, 0, 0]
    assert not site.plants[1].writes()


def again(site: Site) -> None:
    """Give every order that was given a second time, as a delivery that is repeated does."""
    site.postgres.psql(
        "CREATE TEMP TABLE again AS SELECT * FROM dbos.workflow_status WHERE name = 'order'; "
        "UPDATE again SET workflow_uuid = workflow_uuid || '-again', status = 'ENQUEUED', "
        "executor_id = NULL, started_at_epoch_ms = NULL, owner_xid = NULL, parent_workflow_id = NULL; "
        "INSERT INTO dbos.workflow_status SELECT * FROM again; "
        "INSERT INTO dbos.workflow_input (workflow_uuid, inputs) SELECT workflow_uuid || '-again', inputs "
        "FROM dbos.workflow_input WHERE workflow_uuid || '-again' IN (SELECT workflow_uuid FROM again)"
    )


def test_programs_of_another_protocol_are_shown_refused_and_told_to_update(site: Site) -> None:
    one = site.pcs[0]
    assert one.program.here("fleet", "status", *one.settings("operator"), fast=False).code == 0
    # A worker that was not updated, in the database of an updated fleet.
    site.postgres.psql("UPDATE fleet.about SET protocol = 'orders-2'")
    worker = one.program.here("fleet", "worker", *one.settings("worker"), fast=False)
    assert worker.code == 2
    assert "orders-2" in worker.err
    assert "Update" in worker.err
    site.postgres.psql("UPDATE fleet.about SET protocol = 'orders-1'")
    # As the updated fleet sees it.
    inventory = '{"devices": [{"name": "a0"}], "what": "is new"}'
    site.postgres.psql(f"UPDATE fleet.pc SET protocol = 'orders-0', inventory = '{inventory}'")  # noqa: S608
    [line] = site.call("status")
    assert (line["pc"], line["state"]) == ("hall-1", "other_protocol")
    words = ("run", "all", "--package", site.package, "--yes", "--json")
    refused = one.program.here("fleet", *words, *one.settings("operator"), fast=False)
    assert refused.code == 4
    assert "Update sicktui on hall-1" in refused.every_line[-1]["advice"]
    assert site.row("SELECT count(*) FROM fleet.rollout") == 0


MAY_NOT: Final = {
    "worker": (
        "INSERT INTO fleet.act (rollout, act, given_by) VALUES ('R', 'approve', 'me')",
        "INSERT INTO fleet.rollout (rollout, spec) VALUES ('R2', '{}')",
        "UPDATE fleet.progress SET progress = '{}'",
        "UPDATE fleet.result SET result = '{}'",
        "INSERT INTO fleet.result (\"order\", rollout, result, role) VALUES ('o', 'R', '{}', 'other')",
        "DELETE FROM dbos.workflow_status",
    ),
    "coordinator": (
        "INSERT INTO fleet.act (rollout, act, given_by) VALUES ('R', 'approve', 'me')",
        "INSERT INTO fleet.result (\"order\", rollout, result) VALUES ('o', 'R', '{}')",
        "UPDATE fleet.pc SET protocol = 'x'",
        "DELETE FROM fleet.progress",
    ),
    "operator": (
        "INSERT INTO fleet.act (rollout, act, given_by, role) VALUES ('R', 'approve', 'me', 'other')",
        "INSERT INTO fleet.act (rollout, act, given_by, client) VALUES ('R', 'approve', 'me', '10.0.0.1')",
        "UPDATE fleet.act SET given_by = 'other'",
        "DELETE FROM fleet.act",
        "UPDATE fleet.rollout SET spec = '{}'",
        "INSERT INTO fleet.result (\"order\", rollout, result) VALUES ('o', 'R', '{}')",
        "UPDATE fleet.pc SET protocol = 'x'",
        "CREATE TABLE fleet.mine (x int)",
    ),
    "auditor": (
        "INSERT INTO fleet.act (rollout, act, given_by) VALUES ('R', 'cancel', 'me')",
        "SELECT * FROM dbos.workflow_status",
        "UPDATE fleet.pc SET protocol = 'x'",
    ),
}


def test_a_role_may_do_its_work_and_nothing_else(site: Site) -> None:
    site.postgres.psql("INSERT INTO fleet.rollout (rollout, spec) VALUES ('R', '{}')")
    for role, statements in MAY_NOT.items():
        assert site.postgres.psql("SELECT rollout FROM fleet.rollout", user=role).strip() == "R"
        for statement in statements:
            refused = site.postgres.refused(statement, user=role)
            assert "permission denied" in refused, (role, statement, refused)
    site.postgres.psql(
        "INSERT INTO fleet.act (rollout, act, given_by) VALUES ('R', 'cancel', 'me')", user="operator"
    )
    assert site.postgres.psql("SELECT role, host(client) FROM fleet.act").strip() == "operator|127.0.0.1"
