"""``sicktui fleet demo``: comes up, rolls out, shows itself, and leaves nothing when it ends."""

import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sicktui.cli.app import run
from sicktui.engine.context import Context
from sicktui.fleet import local_server
from sicktui.fleet.local_server import why_not
from sicktui.model.exit_codes import ExitCode
from tests.fleet.site import wait_until
from tests.support.program import ProgramHarness

pytestmark = [pytest.mark.starts_afresh, pytest.mark.timeout(400)]


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder for temporary files that also the user of the database's server reaches."""
    made = Path(tempfile.mkdtemp())
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.mark.skipif(bool(why_not()) or sys.platform != "linux", reason=why_not() or "reads /proc")
def test_the_demo_rolls_out_and_leaves_nothing(tmp_path: Path, place: Path) -> None:
    program = ProgramHarness(tmp_path)
    out, err = tmp_path / "out", tmp_path / "err"
    command = program.command("fleet", "demo", "--devices", "1", "--home", str(program.home), fast=False)
    with out.open("wb") as stdout, err.open("wb") as stderr:
        demo = subprocess.Popen(
            command,
            env=program.environment | {"TMPDIR": str(place)},
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
        )
    try:
        wait_until(lambda: "Look around" in out.read_text() or demo.poll() is not None, "the rollout")
        assert demo.poll() is None, err.read_text()
        assert re.search(r"The rollout ended with exit code \d", err.read_text())
        home = re.search(r"fleet list --home (\S+)", out.read_text())
        assert home is not None
        listed = program.here("fleet", "list", "--json", "--home", home[1], fast=False)
        [rollout] = listed.of_kind("rollout")
        assert (rollout["state"], rollout["devices"]) == ("finished", 2)
        shown = program.here("fleet", "status", "--json", "--home", home[1], fast=False)
        assert [pc["pc"] for pc in shown.of_kind("pc")] == ["hall-1", "hall-2"]
        assert _processes(place)
        demo.send_signal(signal.SIGINT)
        assert demo.wait(60) == 0
    finally:
        if demo.poll() is None:
            demo.terminate()
            demo.wait(60)
    wait_until(lambda: not _processes(place), "the end of its processes")
    assert list(place.iterdir()) == []
    assert "Traceback" not in err.read_text()


def test_without_postgresql_the_demo_names_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(local_server, "_PLACES", (str(tmp_path / "*"),))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert run(["fleet", "demo", "--home", str(tmp_path)], dashboard=no_dashboard) == ExitCode.USAGE
    assert "PostgreSQL is not installed (Debian: apt-get install postgresql)" in capsys.readouterr().err


def _processes(place: Path) -> list[str]:
    """The command lines of all processes that work in a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue  # it has just ended
        if str(place) in words:
            found.append(words.replace("\0", " "))
    return found


def no_dashboard(context: Context, *, demo: bool) -> int:
    raise AssertionError
