"""A site: plant PCs with simulated sensors, one real database, and the processes of a fleet."""

import base64
import contextlib
import functools
import os
import pickle
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import psycopg

import sicktui
from sicktui.fleet.address import connection_words
from sicktui.fleet.database import Database, make_engine
from sicktui.fleet.local_server import OWNER
from sicktui.model.settings import FleetSettings
from sicktui.simulator import DeviceSpec
from sicktui.simulator.device.device import Device
from tests.fleet.postgres import Postgres
from tests.support.fleet_thread import FleetThread
from tests.support.harness import PASSWORD
from tests.support.program import ProgramHarness, Result
from tests.support.waiting import wait_until as wait_for

PAGE: Final = Path(sicktui.__file__).parent.parent / "docs" / "fleet.md"
PATIENCE: Final = 150.0
"""Seconds for what several programs do one after the other on a busy machine."""
wait_until: Final = functools.partial(wait_for, limit=PATIENCE)
D = TypeVar("D", bound=Database)
LOGINS: Final = {
    **{login: f"sicktui_{login}" for login in ("coordinator", "operator", "auditor")},
    **{f"hall-{number}": "sicktui_worker" for number in (1, 2, 3)},
}
"""The logins, and the role of each: every PC has one."""
_LATER: Final = """
DROP SCHEMA IF EXISTS later CASCADE;
CREATE SCHEMA later;
CREATE TABLE later.by (seconds float8);
INSERT INTO later.by VALUES (0);
CREATE FUNCTION later.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS
  'SELECT pg_catalog.clock_timestamp() + (SELECT seconds FROM later.by) * interval ''1 second''';
GRANT USAGE ON SCHEMA later TO PUBLIC;
GRANT SELECT ON later.by TO PUBLIC;
ALTER DATABASE sicktui SET search_path = later, pg_catalog, public;
"""
"""A clock of the database that a test can put forward, found before the real one."""

_VERSION: Final = """
import runpy, sys
import sicktui.fleet.records as records
records.PROTOCOL = {protocol!r}
import sicktui.cli.actions.fleet.fleet_processes as processes
processes.LOOK = 0.2
sys.argv[0] = "sicktui"
runpy.run_module("sicktui", run_name="__main__")
"""
"""The program with another protocol, which looks more often whether the fleet has it."""


def as_login(postgres: Postgres, login: str, tables: type[D]) -> D:
    """The tables as this login has them."""
    words = connection_words(FleetSettings(url=postgres.url(login)), None)
    return tables(make_engine(words, connections=2))


class _Program:
    """Makes a file when its pickle is read."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self._file,)


class PlantPc:
    """A plant PC: its home, its sensors, its worker."""

    def __init__(self, name: str, folder: Path, postgres: Postgres | None) -> None:
        folder.mkdir()
        self.name = name
        self.program = ProgramHarness(folder)
        self.postgres = postgres
        self.more: tuple[str, ...] = ()

    def settings(self, user: str) -> tuple[str, ...]:
        """The options of its calls, as one user of the database."""
        assert self.postgres is not None
        return ("--set", f"fleet.pc={self.name}", "--set", f"fleet.url={self.postgres.url(user)}", *self.more)

    def fleet(self, user: str, *words: str) -> Result:
        """A command of the fleet, as one user of the database."""
        return self.program.here("fleet", *words, *self.settings(user), fast=False)

    def equip(self, plant: FleetThread, package: str) -> None:
        """Give it sensors, and the package on its shelf."""
        devices = [
            f'[devices."{device.spec.name}"]\naddress = "{device.address}"\ntags = ["all-halls"]\n'
            for device in plant.devices
        ]
        config = self.program.home / "config"
        config.mkdir(parents=True)
        (config / "devices.toml").write_text("\n".join(devices))
        assert self.program.here("firmware", "add", package, fast=False).code == 0
        identity = self.program.here("firmware", "list", "--json", fast=False).of_kind("package")[0]["id"]
        assert self.program.here("firmware", "approve", identity, "--yes", fast=False).code == 0

    def start(self, what: str, protocol: str = "") -> "subprocess.Popen[bytes]":
        """Start ``fleet worker`` or ``coordinator``; with a protocol, as that version of the program."""
        login = self.name if what == "worker" else what
        command = self.program.command("fleet", what, *self.settings(login))
        if protocol:
            command = [sys.executable, "-c", _VERSION.format(protocol=protocol), *command[3:]]
        log = (self.program.folder / f"{what}.log").open("ab")
        return subprocess.Popen(
            command,
            env=self.program.environment | {"SICKTUI_PASSWORD": PASSWORD},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )

    def runner(self) -> int:
        """The process of the run that is at work."""
        runs = self.program.here("runs", "list", "--json", fast=False).of_kind("run")
        [pid] = [run["pid"] for run in runs if run["state"] == "running"]
        return int(pid)


def roles_of_the_manual() -> str:
    """The SQL of the page about fleets, as it stands there."""
    [sql] = re.findall(r"```sql\n(CREATE ROLE.*?)```", PAGE.read_text(), re.DOTALL)
    return str(sql)


def set_up(pc: PlantPc) -> None:
    """Make the tables of an empty fleet, and a login with each role."""
    postgres = pc.postgres
    assert postgres is not None
    # A seat that another test of this worker has held in this process would be waited for without an end.
    postgres.psql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    postgres.psql("DROP SCHEMA IF EXISTS fleet, dbos CASCADE")
    postgres.psql(_LATER)
    setup = pc.fleet(OWNER, "setup")
    assert setup.code == 0, setup
    known = set(postgres.psql("SELECT rolname FROM pg_roles").split())
    for name in sorted(known & {*LOGINS, *LOGINS.values()}):
        postgres.psql(f'DROP OWNED BY "{name}"; DROP ROLE "{name}"')
    postgres.psql(roles_of_the_manual())
    postgres.psql("".join(f'CREATE ROLE "{login}" LOGIN IN ROLE {role};' for login, role in LOGINS.items()))


class Site:
    """PCs ``hall-1``, ``hall-2``... with the sensors of each, and their database."""

    def __init__(self, folder: Path, postgres: Postgres, plants: Sequence[FleetThread]) -> None:
        self.plants = plants
        self.postgres = postgres
        self.pcs = [
            PlantPc(f"hall-{number}", folder / f"hall-{number}", postgres)
            for number in range(1, len(plants) + 1)
        ]
        set_up(self.pcs[0])
        self.package = self.pcs[0].program.package()
        for pc, plant in zip(self.pcs, plants, strict=True):
            pc.equip(plant, self.package)
        self.processes: list[subprocess.Popen[bytes]] = []
        self.most_away = 0
        """How many sensors were away at once, in any of the samples of ``watch``."""
        self._watching = threading.Event()

    @property
    def devices(self) -> dict[str, Device]:
        """Every sensor by its name."""
        return {device.spec.name: device for plant in self.plants for device in plant.devices}

    def start(self, pc: PlantPc, what: str, protocol: str = "") -> "subprocess.Popen[bytes]":
        """Start a process that is ended with the site."""
        process = pc.start(what, protocol)
        self.processes.append(process)
        return process

    def kill(self, process: "subprocess.Popen[bytes]", *more: int) -> None:
        """End a process, and others, as a power cut does."""
        for pid in (process.pid, *more):
            os.kill(pid, 9)
        process.wait()

    def call(self, *words: str, user: str = "operator") -> list[dict[str, Any]]:
        """A command of the fleet that succeeds; its lines."""
        result = self.pcs[0].fleet(user, *words, "--json")
        assert result.code == 0, result
        return result.every_line

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

    def give_again(self) -> None:
        """Give every order that was given a second time, as a delivery that is repeated does."""
        self.postgres.psql(
            "CREATE TEMP TABLE again AS SELECT * FROM dbos.workflow_status WHERE name = 'order' "
            "AND workflow_uuid LIKE 'R%' AND workflow_uuid NOT LIKE '%-again' "
            "AND workflow_uuid || '-again' NOT IN "
            "(SELECT workflow_uuid FROM dbos.workflow_status); "
            "UPDATE again SET workflow_uuid = workflow_uuid || '-again', status = 'ENQUEUED', "
            "executor_id = NULL, started_at_epoch_ms = NULL, owner_xid = NULL, parent_workflow_id = NULL; "
            "INSERT INTO dbos.workflow_status SELECT * FROM again; "
            "INSERT INTO dbos.workflow_input (workflow_uuid, inputs) SELECT workflow_uuid || '-again', "
            "inputs FROM dbos.workflow_input WHERE workflow_uuid || '-again' IN "
            "(SELECT workflow_uuid FROM again)"
        )

    def forge(self, order: str, pc: str, *, login: str) -> None:
        """Put an order into the queue of a PC, as a login that may not give any."""
        self.enqueue("order", f"pc:{pc}", f"forged-{order}-{pc}", f'"{order}"', login=login)

    def enqueue(self, what: str, queue: str, name: str, *words: str, login: str = OWNER) -> None:
        """Put a workflow into a queue, with words of JSON."""
        given = ", ".join(f"'{word}'::json" for word in words)
        self.postgres.psql(
            f"SELECT dbos.enqueue_workflow(workflow_name => '{what}', "
            f"queue_name => '{queue}', positional_args => ARRAY[{given}]::json[], "
            f"workflow_id => '{name}', app_version => 'orders-1')",
            user=login,
        )

    def forge_pickle(self, pc: str, file: Path, *, login: str) -> None:
        """Put a pickle into the queue of a PC that makes a file where it is read."""
        pickled = base64.b64encode(pickle.dumps({"args": (_Program(file),), "kwargs": {}})).decode()
        row = f"workflow_name => 'order', queue_name => 'pc:{pc}', workflow_id => 'pickle'"
        statements = (
            f"SELECT dbos.enqueue_workflow({row}, app_version => 'orders-1')",
            "UPDATE dbos.workflow_status SET serialization = 'py_pickle' WHERE workflow_uuid = 'pickle'",
            f"UPDATE dbos.workflow_input SET inputs = '{pickled}' WHERE workflow_uuid = 'pickle'",  # noqa: S608
        )
        self.postgres.psql("; ".join(statements), user=login)

    def put_forward(self, seconds: float) -> None:
        """Put the database's clock forward, and have the rollouts look."""
        self.postgres.psql(f"UPDATE later.by SET seconds = seconds + {seconds}")  # noqa: S608
        self.postgres.psql(
            "SELECT dbos.send_message(workflow_uuid, '\"look\"', 'wake') "
            "FROM dbos.workflow_status WHERE name = 'rollout' AND status = 'PENDING'"
        )

    def watch(self) -> None:
        """Note how many sensors are away at once."""
        devices = list(self.devices.values())

        def look() -> None:
            while not self._watching.wait(0.01):
                away = sum(device.update_state == 1 for device in devices)
                self.most_away = max(self.most_away, away)

        threading.Thread(target=look, daemon=True).start()

    def flashing(self) -> set[str]:
        """The sensors that flash now."""
        return {name for name, device in self.devices.items() if device.update_state == 1}

    def end_flashes(self, *names: str) -> None:
        """End the flashes of these sensors."""
        for plant in self.plants:
            for device in plant.devices:
                if device.spec.name in names:
                    plant.end_flash_of(device)

    def close(self) -> None:
        """End every process."""
        self._watching.set()
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
        for process in self.processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            if process.poll() is None:
                process.kill()
                process.wait()


@contextlib.contextmanager
def opened(folder: Path, postgres: Postgres, *halls: Sequence[DeviceSpec]) -> Iterator[Site]:
    """A site whose database is empty but for its tables; one PC for each group of sensors."""
    with contextlib.ExitStack() as stack:
        site = Site(folder, postgres, [stack.enter_context(FleetThread(hall)) for hall in halls])
        stack.callback(site.close)
        yield site
