"""A run outlives its login session, or the doctor says that it does not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sicktui.engine.doctor.pc import checks
from sicktui.engine.run.session import LoginSession, outside_session, session_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="systemd")

ENVIRON = {"XDG_SESSION_ID": "7", "SICKTUI_PASSWORD": "hidden", "PATH": os.environ["PATH"]}


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of programs that answer as systemd's do; ``answer`` writes them."""
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return tmp_path


def answer(
    folder: Path, *, kill: str = "yes", exclude: str = "root", linger: str = "no", scope: bool = True
) -> None:
    """Let logind answer like this."""
    manager = f"KillUserProcesses={kill}\\nKillOnlyUsers=\\nKillExcludeUsers={exclude}\\n"
    write(
        folder / "loginctl",
        '[ -z "$SICKTUI_PASSWORD" ] || exit 1\n'
        f'case "$1" in show-session) printf "{manager}";; *) printf "Name=bob\\nLinger={linger}\\n";; esac',
    )
    works = 'while [ "$1" != -- ]; do shift; done; shift; exec "$@"'
    write(folder / "systemd-run", works if scope else "exit 1")


def write(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({}, LoginSession(kills=True, lingers=False)),
        ({"kill": "no"}, LoginSession(kills=False, lingers=False)),
        ({"linger": "yes"}, LoginSession(kills=True, lingers=True)),
        ({"exclude": "root bob"}, LoginSession(kills=False, lingers=False)),
        ({"kill": "yes", "exclude": ""}, LoginSession(kills=True, lingers=False)),
    ],
)
def test_what_logind_does_at_logout(systemd: Path, answers: dict[str, str], expected: LoginSession) -> None:
    answer(systemd, **answers)  # type: ignore[arg-type]
    assert session_of(ENVIRON) == expected
    assert session_of({}) is None


def test_a_broken_logind_is_no_finding(systemd: Path) -> None:
    write(systemd / "loginctl", "exit 1")
    assert session_of(ENVIRON) is None
    assert outside_session(["x"], ENVIRON) == ["x"]


def test_a_runner_is_started_outside_of_a_session_that_would_end_it(systemd: Path) -> None:
    answer(systemd)
    command = outside_session(["echo", "out"], ENVIRON)
    assert command[0] == str(systemd / "systemd-run")
    assert subprocess.run(command, check=True, capture_output=True).stdout == b"out\n"
    answer(systemd, scope=False)
    assert outside_session(["echo"], ENVIRON) == ["echo"]
    answer(systemd, kill="no")
    assert outside_session(["echo"], ENVIRON) == ["echo"]


@pytest.mark.parametrize(
    ("answers", "state", "words"),
    [
        ({"kill": "no"}, "ok", "continues after logout"),
        ({"linger": "yes"}, "ok", "started outside"),
        ({}, "warning", "enable-linger"),
        ({"scope": False, "linger": "yes"}, "warning", "a logout interrupts a run"),
    ],
)
def test_the_doctor_knows_what_a_logout_does(
    systemd: Path, tmp_path: Path, answers: dict[str, str], state: str, words: str
) -> None:
    answer(systemd, **answers)  # type: ignore[arg-type]
    [found] = [check for check in checks(tmp_path / "home", (), ENVIRON) if check.name == "logout"]
    assert found.state == state
    assert words in found.message + found.remedy
