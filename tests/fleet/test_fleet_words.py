"""Words of a command to devices, addresses of databases, and calls of the program."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from sicktui.cli.app import run
from sicktui.engine.context import Context
from sicktui.fleet.address import connection_words
from sicktui.fleet.orders import call_words
from sicktui.fleet.records import PROTOCOL, Ask, Inventory, OrderSpec, PcDevice, PcPackage, check_pc
from sicktui.fleet.selection import SILENT_AFTER, Pc, choose
from sicktui.model.enums import Code, Operation
from sicktui.model.errors import ConfigError, UsageError
from sicktui.model.exit_codes import ExitCode
from sicktui.model.run.order import check_key
from sicktui.model.settings import FleetSettings

ASK = Ask(package="a" * 64)


def pc(name: str, *devices: str, protocol: str = PROTOCOL, tags: tuple[str, ...] = ("hall",)) -> Pc:
    known = tuple(PcDevice(name=device, tags=tags) for device in devices)
    packages = (PcPackage(sha256="a" * 64, approved=True), PcPackage(sha256="b" * 64))
    return Pc(
        name=name,
        protocol=protocol,
        version="0.1.0",
        silence=1.0,
        inventory=Inventory(devices=known, packages=packages),
    )


PCS = {each.name: each for each in (pc("a", "gate", "belt"), pc("b", "gate"), pc("c", "arm", tags=("arms",)))}


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["a/gate"], ["a/gate"]),
        (["@hall"], ["a/gate", "a/belt", "b/gate"]),
        (["a/@hall"], ["a/gate", "a/belt"]),
        (["b/all", "a/gate"], ["b/gate", "a/gate"]),
        (["all", "a/gate"], ["a/gate", "a/belt", "b/gate", "c/arm"]),
    ],
)
def test_words_mean_devices(words: list[str], meant: list[str]) -> None:
    assert [item.device for item in choose(words, PCS)] == meant


@pytest.mark.parametrize("word", ["gate", "d/gate", "a/arm", "@nothing", "a/", "", "/gate"])
def test_a_word_that_means_nothing_is_wrong_use(word: str) -> None:
    with pytest.raises(UsageError):
        choose([word], PCS)


def test_a_pc_of_another_protocol_is_refused_and_told_what_to_do() -> None:
    [item] = choose(["old/all"], {"old": pc("old", "x", protocol="orders-0")})
    assert item.code is Code.NOT_SUPPORTED
    assert "orders-0" in item.refused
    assert "Update sicktui on old" in item.advice


def test_a_pc_that_has_not_reported_for_long_is_silent() -> None:
    known = {"name": "a", "protocol": PROTOCOL, "version": "1", "inventory": Inventory()}
    assert Pc(silence=SILENT_AFTER - 1, **known).state == "ready"  # type: ignore[arg-type]
    assert Pc(silence=SILENT_AFTER + 1, **known).state == "silent"  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["", "a b", "ä", "-a", "a/b", "x" * 41, "a\n"])
def test_a_name_that_no_order_could_carry_is_refused(name: str) -> None:
    with pytest.raises(UsageError):
        check_pc(name)


def test_the_key_of_an_order_of_the_longest_pc_can_be_one() -> None:
    assert check_key(f"R20261130-120000-abcd-1000-{check_pc('x' * 40)}.99")


def connected(url: str, password: str | None = None, ca_file: str = "") -> dict[str, str]:
    return connection_words(FleetSettings(url=url, ca_file=ca_file), password)


def test_what_leaves_the_pc_is_encrypted_and_checked() -> None:
    words = connected("postgresql://w@db.example:6543/site", "secret")
    assert words["sslmode"] == "verify-full"
    assert words["sslrootcert"] == "system"
    assert (words["host"], words["port"], words["user"], words["dbname"]) == (
        "db.example",
        "6543",
        "w",
        "site",
    )
    assert words["password"] == "secret"
    assert int(words["tcp_user_timeout"]) <= 60_000  # a dead network ends it
    assert connected("postgresql://w@db.example/site", ca_file="/ca.pem")["sslrootcert"] == "/ca.pem"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "%2Frun%2Fpostgresql"])
def test_on_this_pc_it_may_be_plain(host: str) -> None:
    assert connected(f"postgresql://w@{host}/site")["sslmode"] == "prefer"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "db.example",
        "postgresql:///site",
        "postgresql://w@localhost/site?service=other",
        "mysql://w@db/site",
        "postgresql://w:secret@db.example/site",
        "postgresql://w@db.example/site?sslmode=require",
        "postgresql://w@db.example/site?sslmode=disable",
        "postgresql://w@db.example/site?password=secret",
        "postgresql://w@db.example/site?sslrootcert=/other",
        "postgresql://w@db.example/site?options=-csearch_path%3Dx",
        "postgresql://w@db.example:port/site",
        "postgresql://w@127.0.0.1/site?host=db.example&sslmode=prefer",
        "postgresql://w@127.0.0.1/site?hostaddr=10.0.0.1",
    ],
)
def test_an_address_that_would_not_be_protected_is_refused(url: str) -> None:
    with pytest.raises(ConfigError) as refused:
        connected(url)
    assert "secret" not in str(refused.value)


def order(**ask: object) -> OrderSpec:
    return OrderSpec(
        order="R1-2-a",
        rollout="R1",
        pc="a",
        wave=2,
        devices=("gate", "--yes"),
        ask=Ask(**({"package": "a" * 64} | ask)),  # type: ignore[arg-type]
        max_failures=3,
        given=1.0,
        not_after=2.0,
    )


def test_an_order_is_a_call_of_the_program_with_its_key() -> None:
    words = call_words(order(), ["--home", "/h"], 8)
    assert words[:7] == ["update", "--home", "/h", "--json", "--yes", "--order", "R1-2-a"]
    assert words[-3:] == ["--", "gate", "--yes"]  # no name of a device is an option
    assert "limits.require_approval=true" in words
    assert words[words.index("--package") + 1] == "a" * 64
    assert words[words.index("--max-failures") + 1] == "3"
    assert not {"--force", "--allow-downgrade", "--no-backup", "--allow-unapproved"} & set(words[:-3])


def test_what_was_asked_for_reaches_the_call() -> None:
    words = call_words(order(force=True, allow_downgrade=True, backup=False, persist=True), [], 8)
    assert {"--force", "--allow-downgrade", "--no-backup", "--persist"} <= set(words)


@pytest.mark.parametrize(("asked", "expected"), [(None, 8), (2, 2), (8, 8), (9, 8), (10_000, 8)])
def test_no_order_exceeds_the_sensors_at_once_of_its_pc(asked: int | None, expected: int) -> None:
    words = call_words(order(jobs=asked), ["--set", "limits.jobs=50"], 8)
    assert [word for word in words if "jobs" in word][1:] == [f"limits.jobs={expected}"]


def test_a_backup_has_no_package_and_no_budget() -> None:
    words = call_words(order(operation=Operation.BACKUP, package=None), [], 8)
    assert words[0] == "backup"
    assert not {"--package", "--max-failures"} & set(words)


def test_nothing_in_the_database_is_unpickled() -> None:
    """Anyone who may write to it, so every plant PC, could else run programs on every other one."""
    serialization = pytest.importorskip("dbos._serialization")
    import sicktui.fleet.machinery  # noqa: PLC0415, F401  what is imported refuses it

    with pytest.raises(TypeError, match="pickle"):
        serialization.deserialize_value("gASVCg==", "py_pickle", serialization.DBOSPortableJSON)
    with pytest.raises(TypeError, match="pickle"):
        serialization.deserialize_args("gASVCg==", "py_pickle", serialization.DBOSPortableJSON)
    assert json.loads(serialization.serialize_value({"a": 1}, None, serialization.DBOSPortableJSON)[0]) == {
        "a": 1
    }


def test_help_and_other_commands_import_nothing_of_the_extra() -> None:
    code = (
        "import sys; from sicktui.cli.app import run; run(['fleet', 'run', '--help'], dashboard=None); "
        "import sicktui.cli.context, sicktui.engine.run.runner; "
        "import sicktui.tui.app, sicktui.tui.main.flow_table; "
        "print([n for n in ('dbos', 'psycopg', 'sqlalchemy', 'sicktui.fleet') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("command", ["worker", "status", "list", "report latest", "demo"])
def test_without_the_extra_a_command_names_it(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert run(["fleet", *command.split(), "--home", str(tmp_path)], dashboard=no_dashboard) == ExitCode.USAGE
    assert "pip install 'sicktui[fleet]'" in capsys.readouterr().err


def no_dashboard(context: Context, *, demo: bool) -> int:
    raise AssertionError
