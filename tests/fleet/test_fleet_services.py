"""The services of the manual: what it has for systemd is a unit, and its commands are commands."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sicktui.cli.app import run
from sicktui.engine.context import Context
from tests.fleet.site import PAGE

UNIT = re.search(r"```ini\n(\[Unit\].*?)```", PAGE.read_text(), re.DOTALL)
COMMANDS = [
    *re.findall(r"^ExecStart=\S+ (.*)$", PAGE.read_text(), re.MULTILINE),
    *re.findall(r'/TR "\S+ (.*)"', PAGE.read_text()),
]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_the_unit_is_one_for_systemd(tmp_path: Path) -> None:
    assert UNIT is not None
    unit = tmp_path / "sicktui-worker.service"
    unit.write_text(re.sub(r"ExecStart=\S+", f"ExecStart={sys.executable}", UNIT[1]))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("words", COMMANDS)
def test_a_service_starts_a_command_that_there_is(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*shlex.split(words), "--help"], dashboard=no_dashboard) == 0
    assert capsys.readouterr().out.startswith(f"Usage: sicktui {words} ")
    assert len(COMMANDS) == 2


def no_dashboard(context: Context, *, demo: bool) -> int:
    raise AssertionError
