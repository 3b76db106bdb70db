"""Every command succeeds once with ``--json``: each line is as the schema has it, and the last one is true.

What is true is never asked of the program: it is in the sensors, in the files, and in the journal's tables.
"""

import functools
import hashlib
import io
import os
import sqlite3
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

from sicktui.simulator.device.device import Device
from sicktui.stores.secrets.vault import VAULT as IN_VAULT
from sicktui.stores.secrets.vault import Vault
from tests.address.conftest import HOME
from tests.cli.test_cli_lost_output import ALL, FULL, Unwritable
from tests.credentials.kit import CHEAP
from tests.support.fleet_thread import LONG, WAITS_FOR_IT, StartFleet, sensor
from tests.support.processes import KILL
from tests.support.program import ProgramHarness, Result
from tests.support.waiting import wait_until

NEW: Final = "2.4.0.0R"
SERIALS: Final = {"one": "25420001", "two": "25420002", "three": "25420003"}
SECRETS: Final[dict[str, Any]] = {
    "SICKTUI_VAULT_PASSWORD": "a long enough master password",
    "SICKTUI_SOURCE_SECRET": "0123456789" * 6 + "abcd",
    "SICKTUI_PASSPHRASE": "correct horse battery",
    "EDITOR": "sed -i s/level/LEVEL/",
}
ELSEWHERE: Final = {
    "completion": "a script: test_cli_shells",
    "help": "a page: test_cli_walk",
    "demo": "a dashboard: test_cli_simulators",
    "serve": "until a signal: test_cli_serve",
    "simulate": "until a signal: test_cli_simulators",
    "vault password": "on a terminal only: test_vault_terminal",
    "commission": "sensors out of the box: test_address_commission_command",
    "runs cancel": "below",
    "runs continue": "below",
    "runs resume": "test_cli_following",
}
"""The commands whose success is shown at another place."""
SETTINGS: Final = """# level
[sources.share]
kind = "folder"
path = "{share}"
[sources.plant]
kind = "thinx"
url = "http://127.0.0.1:9"
owner = "{owner}"
devices = ["all"]
"""
Facts = dict[str, Any]


def digest_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


class Plant(NamedTuple):
    """A home, three sensors, and what is so without a question to the program."""

    program: ProgramHarness
    devices: list[Device]
    package: Path
    old: Path

    @property
    def config(self) -> Path:
        return self.program.home / "config" / "config.toml"

    @property
    def vault(self) -> Vault:
        return Vault(self.program.home / "data" / "passwords.vault")

    def secret_of(self, name: str) -> str | None:
        """The name again if the vault has a secret of it."""
        return name if any(name in entry for entry in self.vault.names()) else None

    def location(self, name: str, wanted: str) -> str:
        assert self.device(name).parameters.current["LocationName"] == wanted
        return wanted

    def moved(self, name: str) -> Facts:
        address = self.device(name).address
        assert self.listed(name)["address"] == address
        return {"address": address, "verdict": "succeeded", "operation": "address"}

    def newest(self, pattern: str) -> Facts:
        [path] = self.program.folder.glob(pattern)
        return {"file": str(path), "bytes": path.stat().st_size, "sha256": digest_of(path)}

    def device(self, name: str) -> Device:
        return next(device for device in self.devices if device.name == name)

    def listed(self, name: str) -> Facts:
        """What the device list has of a device."""
        devices = tomllib.loads((self.program.home / "config" / "devices.toml").read_text())["devices"]
        return {"device": name, **devices[name]}

    def identity(self, name: str) -> Facts:
        device = self.device(name)
        return {"device": name, "serial": device.serial, "version": device.firmware_version}

    def unlisted(self, name: str) -> Facts:
        with pytest.raises(KeyError):
            self.listed(name)
        return {"device": name, "removed": True}

    def file(self, path: str) -> Facts:
        return {"file": path, "bytes": (self.program.folder / path).stat().st_size}

    def shelved(self) -> list[Path]:
        return [*(self.program.home / "data" / "firmware").glob("*/*.signed")]

    def on_shelf(self, path: Path) -> Facts:
        """The package with the bytes of a file."""
        [package] = (each for each in self.shelved() if each.parent.name == digest_of(path))
        digest = digest_of(package)
        return {"sha256": digest, "id": digest[:12], "bytes": package.stat().st_size, "name": package.name}

    def backups(self) -> list[Path]:
        """The backups' metadata, oldest first."""
        return sorted((self.program.home / "data" / "backups").glob("*/*.json"))

    def kept(self, number: int = -1) -> Facts:
        """A backup; the newest if no other is meant."""
        content = self.backups()[number].with_suffix(".backup")
        return {
            "backup": content.stem,
            "sha256": digest_of(content),
            "bytes": content.stat().st_size,
        }

    def row(self) -> Facts:
        """The newest run, as the table has it; its process is alive if it has one."""
        with sqlite3.connect(self.program.home / "state" / "journal.db") as database:
            columns = "run, operation, state, pid"
            found = database.execute(f"SELECT {columns} FROM runs ORDER BY seq DESC").fetchone()  # noqa: S608
        run, operation, state, pid = found
        if pid is not None:
            os.kill(pid, 0)
        return {"kind": "run", "run": run, "operation": operation, "state": state, "pid": pid}

    def events(self, kind: str) -> int:
        """How many events of a kind the journal has."""
        with sqlite3.connect(self.program.home / "state" / "journal.db") as database:
            (number,) = database.execute("SELECT count(*) FROM events WHERE kind = ?", [kind]).fetchone()
        return int(number)

    def ended(self) -> Facts:
        """The newest run, which is over."""
        row = self.row()
        assert (row["state"], row["pid"]) == ("finished", None)
        return {"kind": "summary", "run": row["run"], "operation": row["operation"], "exit_code": 0}

    def updated(self, name: str) -> Facts:
        assert self.device(name).firmware_version == NEW
        return {**self.ended(), "verdicts": {"succeeded": 1}}

    def result(self, words: str, *more: str, stdout: io.RawIOBase | None = None) -> Result:
        """How a call ends; its words may name what the plant has."""
        names = {
            "PACKAGE": str(self.package),
            "PACKAGENAME": self.package.name,
            "OLD": str(self.old),
            "OLDNAME": self.old.name,
            "BACKUP": self.backups()[-1].stem if self.backups() else "",
        }
        names |= {device.name.upper(): device.address for device in self.devices}
        call = [names.get(word, word) for word in words.split()]
        return self.program.here(*call, *more, "--json", stdout=stdout, **SECRETS)

    def call(self, words: str, *more: str) -> Facts:
        """The last line of a call that succeeds."""
        result = self.result(words, *more)
        assert result.code == 0, (words, result)
        lines = result.every_line
        assert lines, f"{words}: no line"
        return lines[-1]


def nothing(_: Plant) -> Facts:
    return {}


WALK: Final[tuple[tuple[str, Callable[[Plant], Facts]], ...]] = (
    ("config edit", lambda p: {"file": str(p.config), "exists": p.config.read_text().startswith("# LEVEL")}),
    ("config path", lambda p: {"file": str(p.config), "exists": True}),
    ("config", lambda _: {"key": "sources.plant.mqtt_url", "origin": "default"}),
    ("devices add one ONE --tag hall --serial 25420001", lambda p: p.listed("one")),
    ("devices add two TWO", lambda p: p.listed("two")),
    ("devices edit one --note north", lambda p: {"note": "north", **p.listed("one")}),
    ("devices list", lambda p: p.listed("two")),
    ("devices show one", lambda p: p.listed("one")),
    ("devices overview", lambda _: {"state": "unknown", "devices": ["one", "two"]}),
    ("devices export list.csv", lambda p: p.file("list.csv")),
    ("devices remove two --yes", lambda p: p.unlisted("two")),
    ("devices import list.csv --yes", lambda p: {**p.listed("two"), "change": "added"}),
    (
        "discover --no-broadcast --target THREE --set discovery.wait=0.1 --add",
        lambda p: {"added": [p.listed("three")["device"]], "found": 3},
    ),
    ("status two", lambda p: {**p.identity("two"), "update_state": 0, "reachable": True}),
    ("health two", lambda p: {**p.identity("two"), "state": "ok"}),
    ("find-me two --seconds 9", lambda p: {"device": "two", "seconds": 9 * p.device("two").blinking}),
    ("get two LocationName", lambda p: {"value": p.device("two").parameters.current["LocationName"]}),
    ("set two LocationName north --yes", lambda p: {"value": p.location("two", "north"), "changed": True}),
    ("address two", lambda p: {"place": p.device("two").address, "serial": p.device("two").serial}),
    ("address three --ip 127.0.7.9 --fallback static --yes", lambda p: p.moved("three")),
    ("dump two --output dumps", lambda p: p.newest("dumps/*.zip")),
    ("vault create", lambda p: {"action": "create", "path": str(p.vault.path)}),
    ("login one", lambda p: {"stored": IN_VAULT, "device": p.secret_of("one")}),
    ("logout one", lambda p: {"forgotten": p.secret_of("one") is None}),
    ("passwd three --generate --yes", lambda p: {"device": p.secret_of("three"), "verdict": "succeeded"}),
    ("passphrase set one", lambda p: {"stored": IN_VAULT, "devices": [p.secret_of("one")]}),
    ("passphrase forget one --yes", lambda p: {"forgotten": p.secret_of("one") is None}),
    ("passphrase generate one", lambda p: {"stored": IN_VAULT, "devices": [p.secret_of("one")]}),
    ("sources login plant", lambda p: {"stored": IN_VAULT, "source": p.secret_of("plant")}),
    ("sources logout plant", lambda p: {"forgotten": p.secret_of("plant") is None}),
    ("sources list", lambda _: {"source": "plant", "type": "thinx"}),
    ("vault export copy.vault", lambda p: {"file": p.file("copy.vault")["file"], "action": "export"}),
    ("vault import copy.vault", lambda _: {"action": "import", "added": [], "replaced": [], "kept": []}),
    ("firmware add OLD", lambda p: {**p.on_shelf(p.old), "approved": False}),
    ("firmware remove OLDNAME --yes", lambda p: {"removed": not p.shelved(), "approved": False}),
    ("firmware check share", lambda _: {"operation": "check", "offers": {"offered": 1}}),
    ("firmware fetch share", lambda p: {"operation": "fetch", "offers": {"fetched": len(p.shelved())}}),
    ("firmware list", lambda p: {**p.on_shelf(p.package), "approved": False}),
    ("firmware approve PACKAGENAME --yes", lambda p: {**p.on_shelf(p.package), "approved": True}),
    ("plan one --package PACKAGE --output one.plan", lambda p: {**p.file("one.plan"), "devices": 1}),
    ("update one --package PACKAGE --yes --detach", lambda p: p.row()),
    ("runs attach latest", lambda p: p.updated("one")),
    ("update two --package PACKAGE --yes --no-backup", lambda p: p.updated("two")),
    ("runs retry latest", lambda p: {**p.ended(), "verdicts": {}}),
    ("backup one --detach", lambda p: p.row()),
    ("runs attach latest", lambda p: {**p.ended(), "verdicts": {"succeeded": 1}}),
    ("backups list one", lambda p: p.kept(0)),
    ("backups show latest", lambda p: p.kept()),
    ("backups history", nothing),
    ("backups verify BACKUP", lambda p: {**p.kept(), "whole": True}),
    ("backups export BACKUP copy.backup", lambda p: p.file("copy.backup")),
    ("backups import copy.backup", lambda p: {**p.kept(), "new": False}),
    ("restore one --backup latest --yes", lambda p: {**p.ended(), "verdicts": {"succeeded": 1}}),
    ("diff one", lambda _: {"device": "one", "different": 0}),
    ("diff one --list", lambda _: {"device": "one"}),
    ("runs list", nothing),
    ("runs show latest", lambda p: {**p.ended(), "operation": "restore"}),
    ("runs report latest", lambda p: {"run": p.ended()["run"], "state": "finished"}),
    ("runs verify latest", lambda p: {"run": p.ended()["run"], "intact": True}),
    ("runs prune --older-than 0 --yes", lambda p: {"deleted": p.events("step") == 0}),
    ("backups prune --keep 1 --yes", lambda p: {"deleted": len(p.backups()) == 1}),
    ("doctor", lambda _: {"name": "proxies", "state": "ok"}),
)


@pytest.fixture
def plant(program: ProgramHarness, start_fleet: StartFleet, monkeypatch: pytest.MonkeyPatch) -> Plant:
    monkeypatch.setattr("sicktui.engine.context.Vault", functools.partial(Vault, cost=CHEAP))
    made = start_fleet(*(sensor(name, serial=serial, parameters=HOME) for name, serial in SERIALS.items()))
    share = program.folder / "share"
    share.mkdir()
    config = program.home / "config"
    config.mkdir(parents=True)
    (config / "config.toml").write_text(SETTINGS.format(share=share, owner="a" * 64))
    program.package(name=f"share/picoScan100_{NEW}.spk.signed")
    return Plant(program, made.devices, Path(program.package()), Path(program.package("2.3.0.0R")))


def test_the_last_line_of_every_command_is_true(plant: Plant) -> None:
    for words, truth in WALK:
        line = plant.call(words)
        facts = truth(plant)
        assert {key: line.get(key) for key in facts} == facts, words


def test_what_is_written_is_written_though_the_output_is_lost(plant: Plant) -> None:
    for words, truth in WALK:
        if words.startswith("update"):
            break  # such a run goes on: test_cli_lost_output
        result = plant.result(words, stdout=Unwritable())
        assert (result.code, result.err.count(FULL)) == (1, 1), words
        assert truth(plant) is not None


def test_every_command_is_called() -> None:
    called = {command for command in ALL if any(f"{words} ".startswith(f"{command} ") for words, _ in WALK)}
    fleet = {command for command in ALL if command.startswith("fleet ")}  # tests/fleet
    assert called | set(ELSEWHERE) | fleet == set(ALL)
    assert not called & set(ELSEWHERE)


def test_what_is_said_of_a_run_that_waits_goes_on_and_dies_is_true(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    one, two = start_fleet(sensor("one"), sensor("two", flash_seconds=LONG)).devices
    plant = Plant(program, [one, two], Path(program.package()), Path())
    update = "update ONE TWO --package PACKAGE --yes --detach --no-backup --canary 1 --approve --order night"
    begun = plant.call(update, *WAITS_FOR_IT)
    assert {key: begun[key] for key in plant.row()} == plant.row()
    wait_until(lambda: plant.events("waiting") == 1, "the wait for approval")
    assert (one.firmware_version, two.flashes) == (NEW, 0)
    for words in ("runs list", "runs show latest", update):
        line = plant.call(words, *WAITS_FOR_IT)
        assert line == {**line, **plant.row(), "state": "running", "waits_for": "approval"}, words
    line = plant.call("runs continue latest")
    assert (line, line.get("waits_for")) == ({**line, **plant.row(), "state": "running"}, None)
    wait_until(lambda: two.update_state == 1, "the flash")
    for words in ("runs cancel latest", "runs list", "runs show latest", update):
        line = plant.call(words, *WAITS_FOR_IT)
        assert (line, line.get("waits_for")) == ({**line, **plant.row(), "state": "running"}, None), words
    os.kill(plant.row()["pid"], KILL)
    gone = {"kind": "run", "run": line["run"], "state": "interrupted", "pid": None}
    wait_until(lambda: plant.call("runs list")["pid"] is None, "the end of the process")
    for words in ("runs list", "runs show latest"):
        line = plant.call(words)
        assert line == {**line, **gone}, words
    attached = program.here("runs", "attach", "latest", "--json")
    assert attached.code == 3
    now, last = attached.every_line[-2:]
    assert (now, last["kind"], last["exit_code"]) == ({**now, **gone}, "summary", 3)
