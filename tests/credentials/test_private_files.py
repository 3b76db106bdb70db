"""Log files are for their owner alone, whatever they were before and whatever the session's umask is."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from sicktui.cli import crash_log as failures
from sicktui.cli.options import Common
from sicktui.engine.run import spawn
from tests.support.fleet_thread import StartFleet, sensor
from tests.support.program import ProgramHarness
from tests.support.secret_leaks import assert_private

pytestmark = [
    pytest.mark.starts_afresh,
    pytest.mark.skipif(sys.platform == "win32", reason="modes are of POSIX"),
    pytest.mark.usefixtures("lax_umask"),
]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_log_is_private_from_its_first_byte(tmp_path: Path) -> None:
    failures.record(ValueError("first"), Common(home=tmp_path / "home"))
    assert mode(tmp_path / "home" / "log" / "sicktui.log") == 0o600
    assert_private(tmp_path / "home")


@pytest.mark.parametrize("before", [0o666, 0o644, 0o400])
def test_a_log_that_others_could_read_becomes_private(tmp_path: Path, before: int) -> None:
    log = tmp_path / "home" / "log" / "sicktui.log"
    log.parent.mkdir(parents=True)
    log.write_text("of an older time\n", encoding="utf-8")
    log.chmod(before)
    failures.record(ValueError("second"), Common(home=tmp_path / "home"))
    assert mode(log) == 0o600
    assert log.read_text(encoding="utf-8").startswith("of an older time\n")
    assert "second" in log.read_text(encoding="utf-8")


def test_the_log_that_is_put_aside_stays_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures, "MAX_LOG", 10)
    log = tmp_path / "home" / "log" / "sicktui.log"
    log.parent.mkdir(parents=True)
    log.write_text("more than ten bytes\n", encoding="utf-8")
    log.chmod(0o644)
    failures.record(ValueError("second"), Common(home=tmp_path / "home"))
    assert (mode(log), mode(log.with_suffix(".log.1"))) == (0o600, 0o600)


def test_a_runners_log_is_private_before_the_runner_can_write(
    program: ProgramHarness, start_fleet: StartFleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, seen = spawn._popen, []

    def look(run: str, log: int) -> "subprocess.Popen[bytes]":
        seen.append(stat.S_IMODE(os.fstat(log).st_mode))
        return start(run, log)

    monkeypatch.setattr(spawn, "_popen", look)
    program.update(start_fleet(sensor("one")))
    assert seen == [0o600]
    assert_private(program.home)
