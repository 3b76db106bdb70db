"""What says that a line is in use: a file, or a command."""

import os
import sys
import time
from pathlib import Path

import pytest

from sicktui.engine.job.line import LineSign
from sicktui.model.settings import LineSettings, Settings
from sicktui.stores.config.schema import KeyProblem, to_record


async def in_use(*command: str, within: float = 10.0) -> str:
    return await LineSign(LineSettings(in_use_command=command, timeout=within)).in_use()


async def test_a_file_says_by_being_there(tmp_path: Path) -> None:
    file = tmp_path / "line.busy"
    line = LineSign(LineSettings(in_use_file=str(file)))
    assert await line.in_use() == ""
    file.touch()
    assert (await line.in_use()).endswith("line.busy exists")


async def test_what_cannot_be_read_counts_as_in_use(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert await LineSign(LineSettings(in_use_file=str(tmp_path / "file" / "below"))).in_use()
    assert await LineSign(LineSettings(in_use_file=str(tmp_path / ("x" * 300)))).in_use()


async def test_a_command_says_by_its_exit_code_whether_the_line_is_free() -> None:
    assert await in_use("true" if sys.platform != "win32" else "whoami") == ""
    assert (await in_use(sys.executable, "-S", "-c", "raise SystemExit(3)")).endswith("ended with 3")
    assert "cannot be started" in await in_use("/nowhere/at/all")


async def test_a_command_gets_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SICKTUI_PASSWORD", "secret")
    code = "import os; raise SystemExit('SICKTUI_PASSWORD' in os.environ)"
    assert await in_use(sys.executable, "-S", "-c", code) == ""


@pytest.mark.skipif(sys.platform == "win32", reason="a shell, and a process group")
async def test_a_command_that_hangs_is_ended_with_what_it_started(tmp_path: Path) -> None:
    told = tmp_path / "pid"
    words = await in_use("sh", "-c", f"sleep 60 & echo $! > {told}; wait", within=0.5)
    assert words == "sh did not end within 0.5 s"
    pid = int(told.read_text())
    deadline = time.monotonic() + 10
    while _lives(pid):
        assert time.monotonic() < deadline


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/status")
    return not (status.exists() and "Z (zombie)" in status.read_text())


def test_a_relative_file_is_refused() -> None:
    with pytest.raises(KeyProblem, match="in_use_file"):
        to_record({"line": {"in_use_file": "line.busy"}}, Settings)
