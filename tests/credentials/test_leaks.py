"""No secret in anything that the program wrote, said or handed on, after everything has gone wrong."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from sicktui.simulator import DeviceSpec, Fault
from sicktui.stores.secrets.credentials import Credentials
from tests.credentials.kit import cheap_vault
from tests.support.contract_lines import verdicts
from tests.support.dashboard import DashboardHarness, notes_of, text_of, until
from tests.support.fleet_thread import FleetThread, StartFleet, sensor
from tests.support.program import FAST, VERSION, ProgramHarness
from tests.support.secret_leaks import (
    DEVICE,
    MASTER,
    OTHER,
    PHRASE,
    RUNNER,
    WRONG,
    Leaks,
    Processes,
    assert_private,
    outputs,
)
from tests.support.waiting import wait_until

pytestmark = pytest.mark.starts_afresh

FREELY = ("--max-failures", "100")
# Only what hangs waits for these, and here nothing does: a loaded machine shall not turn every failure into
# "unreachable".
LIMITS = {name: 20 if name.endswith("_timeout") else value for name, value in FAST.items()}
LIMITS |= {
    "timing.reconnect_timeout": 3,
    "timing.flash_timeout": 8,
}  # what never returns or starts costs these
PATIENTLY = tuple(part for name, value in LIMITS.items() for part in ("--set", f"{name}={value}"))


def broken(name: str, *faults: Fault, **changes: object) -> DeviceSpec:
    return sensor(name, password=changes.pop("password", DEVICE), faults=faults, **changes)


def every_way_to_fail() -> list[DeviceSpec]:
    """Sensors that refuse, break off, talk nonsense or die, at every step of a run."""
    return [
        broken("fine"),
        broken("other-password", password=OTHER),
        broken("changed", Fault(name="password_changed", at="POST CreateSessionToken", value=OTHER)),
        broken("tokens", Fault(name="token_refused", times="always", value=401)),
        broken("basic", Fault(name="http_503", at="PUT update", times="always"), auth="basic"),
        broken("basic-wrong", auth="basic", password=OTHER),
        broken("reset", Fault(name="upload_reset", times="always")),
        broken("early", Fault(name="upload_early_401", times="always")),
        broken("no-json", Fault(name="not_json", at="POST CreateSessionToken", times="always")),
        broken("bytes", Fault(name="invalid_utf8", at="POST CreateSessionToken", times="always")),
        broken("types", Fault(name="wrong_types", at="POST CreateSessionToken", times="always")),
        broken("cut", Fault(name="cut_reply", at="POST CreateSessionToken", times="always")),
        broken("web", Fault(name="html", at="POST RunFirmwareUpdate", times="always")),
        broken("nonce", Fault(name="status", at="POST checkCredentials", value=10, times="always")),
        broken("redirect", Fault(name="redirect", at="PUT update", value="127.0.0.1:9", times="always")),
        broken("denied", Fault(name="backup_denied", times="always")),
        broken("no-backup", Fault(name="backup_html", times="always")),
        broken("error", Fault(name="update_error")),
        broken("gone", Fault(name="no_return")),
        broken("swapped", Fault(name="other_serial")),
    ]


def listed(program: ProgramHarness, made: FleetThread) -> None:
    for device in made.devices:
        program.here("devices", "add", device.name, device.address, "--tag", "hall-3", fast=False)


@pytest.mark.usefixtures("lax_umask")
def test_after_a_run_that_failed_in_every_way(
    program: ProgramHarness, start_fleet: StartFleet, leaks: Leaks, secrets: dict[str, Any], tmp_path: Path
) -> None:
    made = start_fleet(*every_way_to_fail())
    listed(program, made)
    package = program.package()
    call = program.here
    with Processes(program.home) as processes:
        said = [
            call("vault", "create", fast=False, **secrets),
            call("login", "@hall-3", "--json", **secrets),
            call("login", "fine", "--shared", **secrets),
            call("login", "fine", "basic", **(secrets | {"password": WRONG})),
            call("plan", "all", "--package", package, **secrets),
        ]
        run = call(
            *("update", "all", "--package", package, "--yes", "--json", "--jobs", "32", *FREELY, *PATIENTLY),
            fast=False,
            **secrets,
        )
        codes = {code for _, code in verdicts(run.lines).values()}
        wanted = {"access_denied", "upload_failed", "protocol_error", "backup_failed", "update_error"}
        assert wanted <= codes, f"it did not fail in every way: {codes}"
        said += [
            run,
            call("update", "web", "--package", package, "--yes", "--no-backup", **secrets),
            call("backup", "fine", "denied", **secrets),
            call("runs", "list", **secrets),
            call("runs", "show", "latest", **secrets),
            call("runs", "show", "latest", "--json", **secrets),
            call("backups", "list", "--json", **secrets),
            call("status", "all", **secrets),
            call("doctor", fast=False, **secrets),
            call("vault", "export", str(tmp_path / "copy.vault"), fast=False, **secrets),
            call("logout", "all", **secrets),
        ]
    assert len(leaks.tokens) > 10
    assert len(leaks.proofs) > 50
    leaks.assert_none_in(outputs(*said), "what the commands said")
    for arguments in processes.arguments:
        leaks.assert_none_in(arguments, "the arguments of a process")
    for environment in processes.environments:
        leaks.assert_none_in(environment, "the environment of a runner")
    if sys.platform == "linux":
        assert any(RUNNER in arguments for arguments in processes.arguments), "no runner was seen"
        assert processes.environments or os.geteuid() != 0
    assert b"scrypt" not in outputs(*said), "the fingerprint of a passphrase is for its backup alone"
    for folder in (program.home / "state", program.home / "log"):
        for path in folder.rglob("*"):
            assert path.is_dir() or b"scrypt" not in path.read_bytes(), path
    assert_private(program.home)
    searched = leaks.assert_none_under([tmp_path])
    assert searched > 500_000, "there was hardly anything to search"
    assert list((program.home / "data" / "backups").rglob("*.json")), "no metadata of a backup was searched"


def test_the_search_itself_finds_what_it_looks_for(leaks: Leaks, tmp_path: Path) -> None:
    leaks.tokens.append("dKVwNYUkHsHS-token")
    for number, needle in enumerate(leaks.needles()):
        place = tmp_path / str(number)
        place.mkdir()
        database = sqlite3.connect(place / "journal.db")
        with database:
            database.execute("CREATE TABLE t (x)")
            database.execute("INSERT INTO t VALUES (?)", (b"before " + needle + b" after",))
        database.close()
        with pytest.raises(pytest.fail.Exception, match="is in"):
            leaks.assert_none_under([place])
    assert len(leaks.needles()) > 30


def newest_run(program: ProgramHarness) -> dict[str, Any]:
    [line] = program.here("runs", "list", "--limit", "1", "--json", fast=False, password=None).lines
    return line


def runner_of(program: ProgramHarness) -> int:
    line = newest_run(program)
    assert isinstance(line["pid"], int), line
    return line["pid"]


def flashing(made: FleetThread) -> bool:
    return all(device.update_state == 1 for device in made.devices)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(sys.platform == "win32", reason="signals are of POSIX")
def test_after_kills_and_a_resume(
    program: ProgramHarness, start_fleet: StartFleet, leaks: Leaks, secrets: dict[str, Any], tmp_path: Path
) -> None:
    made = start_fleet(broken("one", flash_seconds=200), broken("two", flash_seconds=200))
    package = program.package()
    words = ("update", *made.addresses, "--package", package, "--yes", "--no-backup", "--detach", "--json")
    said = [program.here(*words, *PATIENTLY, fast=False, **secrets)]
    wait_until(lambda: flashing(made), "the flash")
    pid = runner_of(program)
    os.kill(pid, signal.SIGABRT)  # what an assertion in a C library does: it dumps core where that is allowed
    # A process whose main thread is gone may still have others, which hold its locks.
    wait_until(lambda: not alive(pid) and newest_run(program)["state"] == "interrupted", "the runner's end")
    assert not any(device.firmware_version == VERSION for device in made.devices), "it was killed too late"
    with Processes(program.home) as processes:
        said.append(program.here("runs", "resume", "--yes", "--json", **secrets))
    assert said[-1].code == 0, said[-1]
    said.append(program.here("runs", "show", "latest", fast=False, password=None))
    leaks.assert_none_in(outputs(*said), "what the commands said")
    for environment in processes.environments:
        leaks.assert_none_in(environment, "the environment of a runner")
    assert leaks.tokens
    leaks.assert_none_under([tmp_path])
    assert not [path for path in tmp_path.rglob("core*") if path.is_file()], "a core dump"


async def test_after_a_session_of_the_dashboard(
    harness: DashboardHarness, leaks: Leaks, tmp_path: Path
) -> None:
    """A wrong and a right login, a vault, a backup with a passphrase, an update that fails."""
    await harness.sensors(
        DeviceSpec(name="gate-1", password=DEVICE, version="2.3.0.0R", faults=(Fault(name="update_error"),)),
        DeviceSpec(name="dock-1", password=OTHER, version="2.3.0.0R"),
    )
    harness.shelve()
    vault = cheap_vault(harness.context.home.vault_file)
    harness.context.credentials = Credentials(given=None, keyring=None, vault=vault)
    shown: list[str] = []

    async def enter(title: str, *texts: str) -> None:
        await until(pilot, lambda: title in text_of(pilot))
        for text in texts:
            box = pilot.app.focused
            assert isinstance(box, Input)
            box.value = text
            await pilot.pause()
            shown.append(text_of(pilot) + pilot.app.export_screenshot())
            await pilot.press("enter")

    async with harness.dashboard() as (pilot, main):
        await until(pilot, lambda: "2 online" in text_of(pilot))
        await pilot.press("V")
        await until(pilot, lambda: "c create" in text_of(pilot))
        await pilot.press("c")
        await enter("Create a vault", MASTER, MASTER)
        await pilot.press("a", "l")
        await enter("Login", WRONG)
        await enter("Wrong password, not stored: ", DEVICE)
        await until(pilot, lambda: "1 password stored in: vault" in notes_of(pilot))
        await enter("Wrong password, not stored: ", OTHER)
        await until(pilot, lambda: pilot.app.screen is main)
        await pilot.press("b")
        await until(pilot, lambda: "Back up parameters" in text_of(pilot))
        pilot.app.screen.query_one("#again", Input).value = PHRASE
        await enter("Back up parameters", PHRASE)
        await until(pilot, lambda: main.dashboard.shown_run in main.dashboard.runs)
        await until(pilot, lambda: not main.dashboard.live_runs)
        await pilot.press("u")
        await until(pilot, lambda: ".spk" in text_of(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "update 2" in text_of(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "Start the update?" in text_of(pilot))
        await pilot.press("y")
        await until(pilot, lambda: len(main.dashboard.runs) > 1 and not main.dashboard.live_runs)
        await pilot.press("z", "H", "v")
        shown += [text_of(pilot), notes_of(pilot), pilot.app.export_screenshot()]
    assert vault.names() == ("dock-1/Service", "gate-1/Service")
    leaks.assert_none_in("".join(shown).encode(), "what the dashboard showed")
    leaks.assert_none_under([tmp_path])
    assert_private(harness.context.home.config.parent)


BREAK = """
import sys
if "{where}" in " ".join(sys.orig_argv):
    import {module} as module
    owner = module{owner}
    inner = owner.{name}
    def broken(*args, **keys):
        password = "{secret}"
        token = [password, args, keys]
        raise RuntimeError("nobody foresaw this")
    owner.{name} = broken
"""


def break_in(folder: Path, **places: str) -> str:
    """Let every interpreter with this PYTHONPATH break at one place, with secrets in its variables."""
    folder.mkdir()
    code = BREAK.format(**({"secret": DEVICE} | places))
    (folder / "sitecustomize.py").write_text(code, encoding="utf-8")
    return str(folder)


def test_the_log_of_a_runner_that_broke(
    program: ProgramHarness, start_fleet: StartFleet, leaks: Leaks, secrets: dict[str, Any], tmp_path: Path
) -> None:
    made = start_fleet(broken("one"))
    path = break_in(
        tmp_path / "broken",
        where="sicktui.engine.run.runner",
        module="sicktui.sensor.api.login.authentication",
        owner=".Authenticator",
        name="file_headers",
    )
    result = program(
        *("update", *made.addresses, "--package", program.package(), "--yes", "--json", "--no-backup"),
        **(secrets | {"PYTHONPATH": path}),
    )
    assert result.code != 0
    (tmp_path / "broken" / "sitecustomize.py").unlink()
    logs = b"".join(file.read_bytes() for file in (program.home / "log").iterdir())
    assert b"nobody foresaw this" in logs + result.out.encode(), "it did not break where it should"
    leaks.assert_none_in(outputs(result), "what the command said")
    leaks.assert_none_under([program.home, tmp_path / "temp"])


def test_the_log_of_a_command_that_broke(
    program: ProgramHarness, start_fleet: StartFleet, leaks: Leaks, secrets: dict[str, Any], tmp_path: Path
) -> None:
    made = start_fleet(broken("one"))
    path = break_in(
        tmp_path / "broken",
        where="login",
        module="sicktui.sensor.api.login.authentication",
        owner=".Authenticator",
        name="check_password",
    )
    result = program("login", *made.addresses, **(secrets | {"PYTHONPATH": path}))
    assert result.code == 1
    assert "an unexpected error occurred (RuntimeError)" in result.err
    (tmp_path / "broken" / "sitecustomize.py").unlink()
    assert "nobody foresaw this" in (program.home / "log" / "sicktui.log").read_text(encoding="utf-8")
    leaks.assert_none_in(outputs(result), "what the command said")
    leaks.assert_none_under([program.home])
    assert_private(program.home)


@pytest.mark.skipif(sys.platform == "win32", reason="limits are of POSIX")
def test_no_process_that_holds_passwords_dumps_its_memory(spawn: Any) -> None:
    code = (
        "import resource, sys; from sicktui.engine.run.process import forbid_core_dumps; forbid_core_dumps();"
        "print(resource.getrlimit(resource.RLIMIT_CORE), flush=True); sys.stdin.read()"
    )
    process: subprocess.Popen[str] = spawn(code)
    assert process.stdout is not None
    assert process.stdout.readline() == "(0, 0)\n"
    if sys.platform == "linux" and os.geteuid() != 0:
        with pytest.raises(PermissionError):
            Path(f"/proc/{process.pid}/environ").read_bytes()


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is of Linux")
def test_a_runner_has_its_limits(
    program: ProgramHarness, start_fleet: StartFleet, secrets: dict[str, Any]
) -> None:
    made = start_fleet(broken("one", flash_seconds=100))
    words = ("update", *made.addresses, "--package", program.package(), "--yes", "--no-backup", "--detach")
    program.here(*words, **secrets)
    wait_until(lambda: flashing(made), "the flash")
    pid = runner_of(program)
    limits = Path(f"/proc/{pid}/limits").read_text(encoding="ascii")
    [core] = [line.split() for line in limits.splitlines() if line.startswith("Max core file size")]
    assert core[4:6] == ["0", "0"]
    # Not dumpable: what /proc tells of it belongs to root, whoever runs it.
    assert Path(f"/proc/{pid}/environ").stat().st_uid == 0
    deadline = time.monotonic() + 20
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
