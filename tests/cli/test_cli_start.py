"""How the program starts: what it imports, what it says without a terminal, its help."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sicktui import __version__
from sicktui.cli import actions
from tests.support.fleet_thread import StartFleet, sensor
from tests.support.program import ProgramHarness

COMMANDS = (
    *("devices", "status", "login", "logout", "plan", "update", "backup", "backups", "runs", "firmware"),
    *("simulate", "demo", "doctor", "sources", "serve", "completion", "config", "help"),
)
MEMBERS = {
    "devices": ("list", "show", "add", "edit", "remove", "import", "export"),
    "backups": ("list", "show", "verify", "export"),
    "runs": ("list", "show", "attach", "cancel", "resume"),
    "firmware": ("list", "add", "approve", "remove", "check", "fetch"),
    "config": ("path", "edit"),
    "sources": ("list", "login", "logout"),
}


def test_each_command_has_one_module_that_defines_it_and_one_that_does_it() -> None:
    folder = Path(actions.__file__).parent
    done = {path.relative_to(folder) for path in folder.rglob("*.py")}
    commands = folder.with_name("commands")
    defined = {path.relative_to(commands) for path in commands.rglob("*.py")}
    defined -= {
        Path("updates/spread.py"),
        Path("updates/report_options.py"),
    }  # options that several of them take
    assert defined <= done
    assert {path.stem for path in done - defined} == {
        *("differences", "follow", "inventory", "login_shared", "logout", "offers", "report", "retry"),
        *("approval", "health_history", "ordered", "prune", "resume", "run_printer", "running"),
        *("start", "verify", "web"),
        *("fleet_demo", "fleet_processes", "fleet_report", "fleet_shared", "fleet_watch"),
    }
    names = {path.stem for path in defined} - {"__init__"}
    assert all(getattr(actions, name).__name__.endswith(f".{name}") for name in names)
    with pytest.raises(AttributeError):
        _ = actions.nothing_like_it  # type: ignore[attr-defined]


def test_the_version_needs_nothing_but_the_interpreter() -> None:
    result = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "sicktui", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout == f"sicktui {__version__}\n"
    for heavy in ("click", "msgspec", "httpx", "textual", "asyncio", "sqlite3", "rich", "websockets"):
        assert f"| {heavy}" not in result.stderr.replace("|   ", "| "), heavy


def test_no_help_imports_what_only_the_work_needs() -> None:
    calls = [["--help"], *([command, "--help"] for command in COMMANDS)]
    calls += [[group, member, "-h"] for group, members in MEMBERS.items() for member in members]
    code = (
        "import sys\n"
        "from sicktui.__main__ import main\n"
        f"for words in {calls!r}:\n"
        "    sys.argv[1:] = words\n"
        "    assert main() == 0, words\n"
        "heavy = set('httpx textual sqlite3 rich keyring asyncio msgspec'.split()) & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    # Without the variables of coverage, which itself imports sqlite3.
    plain = {key: value for key, value in os.environ.items() if not key.startswith("COV")}
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=plain, check=False
    )
    assert result.returncode == 0, result.stderr
    for option in (
        "--home",
        "--json",
        "--set",
        "--password-stdin",
        "--passphrase-stdin",
        "--yes",
        "--plain",
        "--ascii",
    ):
        assert result.stdout.count(f"  {option}") + result.stdout.count(f", {option}") == len(calls), option


def test_what_only_reads_files_imports_nothing_that_asks_sensors(tmp_path: Path) -> None:
    """A third of the time of a list is lost otherwise; how long each takes is measured in benchmarks."""
    lists = ("devices list", "devices overview", "runs list", "backups list", "backups history")
    calls = [[*words.split(), "--json"] for words in (*lists, "firmware list", "sources list", "config")]
    code = (
        "import sys\n"
        "from sicktui.__main__ import main\n"
        f"for words in {calls!r}:\n"
        "    sys.argv[1:] = words\n"
        "    assert main() == 0, words\n"
        "    heavy = set('httpx textual rich keyring h11 websockets'.split()) & set(sys.modules)\n"
        "    assert not heavy, (words, heavy)\n"
    )
    call = [sys.executable, "-c", code]
    environ = os.environ | {"SICKTUI_HOME": str(tmp_path)}
    result = subprocess.run(call, capture_output=True, text=True, env=environ, check=False)
    assert result.returncode == 0, result.stderr


def test_the_version_stands_behind_other_options_too(program: ProgramHarness) -> None:
    result = program("--home", "x", "--version", fast=False)
    assert (result.code, result.out) == (0, f"sicktui {__version__}\n")


def test_without_a_terminal_there_is_no_dashboard(program: ProgramHarness) -> None:
    result = program(fast=False)
    assert result.code == 2
    assert "needs an interactive terminal" in result.err
    assert result.out == ""


def test_where_there_is_no_dashboard_the_sensors_are_printed(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    (address,) = start_fleet(sensor("one")).addresses
    assert program.here("devices", "add", "gate-1", address).code == 0
    expected, plain = program.here(), program.here("--plain")
    assert expected.code == 2, "what was asked for was not done"
    assert plain.code == 0
    for result in (expected, plain):
        assert [line.split()[0] for line in result.out.splitlines()] == ["DEVICE", "gate-1"]
        assert "'sicktui runs attach'" in result.err
    lines = program.here("--json").every_line
    assert [line["kind"] for line in lines] == ["status", "error"]
    assert lines[-1]["exit_code"] == 2
    assert [line["kind"] for line in program.here("--plain", "--json").every_line] == ["status"]
    assert program.here("devices", "add", "gate-2", "127.0.0.1:1").code == 0
    assert program.here("--plain").code == 1


@pytest.mark.parametrize(
    "words",
    [
        ["no-such-command"],
        ["status", "--no-such-option"],
        ["update", "all"],
        ["plan", "--package", "x.spk"],
        ["runs"],
        ["update", "all", "--package", "x.spk", "--jobs", "0"],
        ["update", "all", "--package", "x.spk", "--password", "secret"],
    ],
)
def test_wrong_use_is_code_2_and_goes_to_stderr(program: ProgramHarness, words: list[str]) -> None:
    result = program(*words, "--json", fast=False)
    assert result.code == 2, result
    assert [line["kind"] for line in result.every_line] == ["error"]
    assert "Usage" in result.err


def test_a_mistyped_command_is_answered_with_the_nearest(program: ProgramHarness) -> None:
    assert "status" in program("statsu", fast=False).err


def test_an_unforeseen_error_is_a_sentence_and_a_log(program: ProgramHarness) -> None:
    # The log's folder is there, but something that nobody foresees stands in the device list's place.
    code = (
        "import sys\n"
        "from sicktui.cli.actions import status\n"
        "status.status = lambda *_: 1 / 0\n"
        "from sicktui.__main__ import main\n"
        "sys.argv[1:] = ['status', 'all']\n"
        "sys.exit(main())\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=program.environment, check=False
    )
    log = program.home / "log" / "sicktui.log"
    assert result.returncode == 1
    assert "ZeroDivisionError" in result.stderr
    assert str(log) in result.stderr
    assert "Traceback" not in result.stderr
    assert "ZeroDivisionError: division by zero" in log.read_text(encoding="utf-8")
