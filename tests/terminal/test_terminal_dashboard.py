"""The dashboard on a real pseudo-terminal: keys in, the screen read back."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sicktui.tui.glyphs import UNICODE
from tests.support.harness import PASSWORD
from tests.support.terminal import Terminal, requests_so_far, simulated
from tests.support.waiting import LIMIT

ENTERED = b"\x1b[?1049h"
LEFT = b"\x1b[?1049l"
MOUSE_MODES = tuple(b"\x1b[?%dh" % mode for mode in (9, 1000, 1001, 1002, 1003, 1005, 1006, 1015, 1016))
CROSS = UNICODE.failed

# The suite may have threads when it starts a program in a terminal of its own.
assert sys.platform != "win32"  # for the type checker; conftest.py leaves this file out there

pytestmark = [
    pytest.mark.starts_afresh,  # the whole way from the interpreter to the screen
    pytest.mark.filterwarnings("ignore:This process:DeprecationWarning"),
]


def test_the_demo_from_the_mark_to_the_verdicts() -> None:
    with Terminal("demo", "--devices", "6") as terminal:
        terminal.wait_for(lambda text: "5 online" in text and "1 offline" in text)
        assert "sicktui demo" in terminal.text
        terminal.press("j", " ", "j", " ", "j", "j", " ")
        terminal.wait_for(lambda text: "3 marked" in text)
        terminal.press("u")
        terminal.wait_for(lambda text: ".spk.signed" in text and "Which package?" in text)
        terminal.press("\r")
        plan = terminal.wait_for(lambda text: "update 2, refuse 1" in text)
        assert "→ 2.4.0.0R" in plan
        assert f"{CROSS} refuse" in plan
        terminal.press("u")
        terminal.wait_for(lambda text: "Start the update?" in text)
        terminal.press("u", "\r")
        assert "Start the update?" in terminal.text, "only y confirms"
        terminal.press("y")
        terminal.wait_for(lambda text: "► upload" in text and "MB/s" in text)
        terminal.wait_for(lambda text: "► flash" in text and "► Started" in text)
        # How it ended is shown by itself; behind it the run and its rows stay.
        terminal.wait_for(lambda text: "Verdicts" in text and "failed, update_error: picoscan-dock-1" in text)
        terminal.press("q")
        short = terminal.wait_for(lambda text: "finished · 1 succeeded · 2 failed" in text)
        for word in (
            "picoscan-dock-1",
            "picoscan-gate-1",
            "multiscan-hall-1",
            "√ succeeded",
            f"{CROSS} failed",
        ):
            assert word in short
        # At 80 columns the count of the steps gives way to whole names.
        terminal.resize(100, 24)
        done = terminal.wait_for(lambda text: "8/8" in text and "6/8" in text)
        for word in (
            "√ succeeded",
            "8/8",
            f"{CROSS} failed",
            "6/8",
            "update_error",
            "unreachable",
        ):
            assert word in done
        terminal.press("k", "v")
        terminal.wait_for(
            lambda text: f"{CROSS} update failed (update_error)" in text and "What to do" in text
        )
        terminal.press("q", "q")
        assert terminal.wait_for_end() == 0
        assert terminal.output.rstrip().count(LEFT) == 1


@pytest.mark.parametrize(
    ("number", "code", "connection"), [("SIGHUP", 129, "10.0.0.1 50000 10.0.0.2 22"), ("SIGTERM", 143, "")]
)
def test_a_signal_ends_it_cleanly(tmp_path: Path, number: str, code: int, connection: str) -> None:
    place = dict.fromkeys(("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"), connection)
    with Terminal("--home", str(tmp_path / "home"), environ=place) as terminal:
        terminal.wait_for(lambda text: "The device list is empty" in text)
        asked = {mode for mode in MOUSE_MODES if mode in terminal.output}
        assert bool(asked) is not bool(connection), "over SSH the terminal itself selects text"
        terminal.child.kill(getattr(signal, number))
        assert terminal.wait_for_end() == code
        assert ENTERED in terminal.output
        assert LEFT in terminal.output, "the terminal is given back as it was"
        assert b"Traceback" not in terminal.output


def test_a_closed_terminal_ends_the_dashboard_and_not_the_run(tmp_path: Path) -> None:
    """Twenty sensors, in the middle of it: some have their verdicts, some have not begun."""
    home = tmp_path / "home"
    with simulated(home, 20, time_scale=0.5):
        quick = ("--set", "limits.requests_per_second=100", "--set", "limits.jobs=3")
        with Terminal(*quick, "--home", str(home), environ={"SICKTUI_PASSWORD": PASSWORD}) as terminal:
            terminal.wait_for(lambda text: "20 online" in text)
            terminal.press("a")
            terminal.wait_for(lambda text: "20 marked" in text)
            start_backup(terminal)
            terminal.wait_for(lambda text: "1 run active" in text and "succeeded: Backup" in text)
            assert "20 succeeded" not in terminal.text
            before = cpu_seconds(terminal.child.pid)
            os.close(terminal.child.child_fd)  # the window is closed: the kernel sends SIGHUP
            assert cpu_until_the_end(terminal.child.pid, seconds=5) - before < 1.0
            assert ended(terminal, seconds=1)
        verdicts = wait_for_verdicts(home)
    # Every sixth simulated sensor is of the family that has no backups.
    assert verdicts == {"succeeded": 17, "failed": 3}


def test_two_dashboards_see_one_run_and_leaving_one_says_how_to_come_back(tmp_path: Path) -> None:
    home = tmp_path / "home"
    quick = ("--set", "limits.requests_per_second=100", "--home", str(home))
    with simulated(home, 1, time_scale=0.2), Terminal(*quick, environ={"SICKTUI_PASSWORD": PASSWORD}) as mine:
        mine.wait_for(lambda text: "1 online" in text)
        with Terminal(*quick) as yours:
            yours.wait_for(lambda text: "1 online" in text)
            start_backup(mine)
            for terminal in (mine, yours):
                terminal.wait_for(lambda text: "1 run active" in text and "► create" in text)
            mine.press("q")
            mine.wait_for(lambda text: "the run continues in its own process" in text)
            mine.press("y")
            assert mine.wait_for_end() == 0
            told = mine.output.rpartition(LEFT)[2].decode()
            assert "continues without the dashboard" in told
            assert "sicktui runs attach" in told
            yours.wait_for(lambda text: "finished" in text and "1 succeeded" in text)
        with Terminal(*quick) as later:
            later.wait_for(lambda text: "1 online" in text)
            assert "run active" not in later.text


def start_backup(terminal: Terminal) -> None:
    terminal.press("b")
    terminal.wait_for(lambda text: "Back up parameters" in text)
    terminal.press("\r")


def ended(terminal: Terminal, *, seconds: float) -> bool:
    """Whether the program ends without anybody reading its terminal."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not terminal.child.isalive():
            return True
        time.sleep(0.05)
    return False


def cpu_seconds(pid: int) -> float:
    """What a process has used of a core so far; 0 once it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return 0.0 if fields[0] == "Z" else (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def cpu_until_the_end(pid: int, *, seconds: float) -> float:
    """What a process had used of a core when it ended; fails if it goes on."""
    end, used = time.monotonic() + seconds, 0.0
    while time.monotonic() < end:
        now = cpu_seconds(pid)
        if not now:
            return used
        used = now
        time.sleep(0.02)
    pytest.fail("it goes on without its terminal")


def wait_for_verdicts(home: Path) -> dict[str, int]:
    end = time.monotonic() + LIMIT
    while time.monotonic() < end:
        command = [sys.executable, "-m", "sicktui", "runs", "show", "latest", "--json", "--home", str(home)]
        shown = subprocess.run(command, capture_output=True, text=True, check=False)
        for line in shown.stdout.splitlines():
            event = json.loads(line)
            if event["kind"] == "summary":
                verdicts: dict[str, int] = event["verdicts"]
                return verdicts
        time.sleep(0.3)
    pytest.fail(f"the run has no summary: {shown.stdout}{shown.stderr}")


def test_a_terminal_that_stops_reading_does_not_freeze_the_dashboard(tmp_path: Path) -> None:
    home = tmp_path / "home"
    fast = ("--set", "timing.poll_interval=0.1", "--set", "limits.requests_per_second=200")
    # The first one pushes its changes; the second one, of firmware 2.2.1, has to be asked.
    sensors = simulated(home, 2)
    with sensors as [_, address], Terminal(*fast, "--home", str(home), size=(120, 40)) as terminal:
        terminal.wait_for(lambda text: "2 online" in text)
        for place in range(60):  # each one repaints the whole screen, and nobody reads it
            terminal.resize(119 + place % 2, 40)
            time.sleep(0.05)
        before = requests_so_far(address)
        time.sleep(2.0)
        assert requests_so_far(address) - before > 10, "its loop goes on looking at the sensor"
        terminal.screen.resize(40, 100)
        terminal.resize(100, 40)
        shown = terminal.wait_for(lambda text: "2 online" in text and "q quit" in text.splitlines()[-1])
        assert shown.splitlines()[0].startswith(" sicktui")
        time.sleep(1.0)
        terminal.read(1.0)
        assert [line for line in terminal.text.splitlines() if "picoscan-gate-1" in line]
        terminal.press("q")
        assert terminal.wait_for_end() == 0


def test_a_stalled_terminal_can_be_left(tmp_path: Path) -> None:
    with Terminal("--home", str(tmp_path / "home"), size=(120, 40)) as terminal:
        terminal.wait_for(lambda text: "The device list is empty" in text)
        for place in range(60):
            terminal.resize(119 + place % 2, 40)
            time.sleep(0.03)
        terminal.child.kill(signal.SIGTERM)
        assert ended(terminal, seconds=6)


def test_plain_ascii_without_colours(tmp_path: Path) -> None:
    environ = {"NO_COLOR": "1", "SICKTUI_ASCII": "1"}
    with Terminal("--home", str(tmp_path / "home"), environ=environ) as terminal:
        terminal.wait_for(lambda text: "The device list is empty" in text)
        terminal.press("?")
        terminal.wait_for(lambda text: "Help" in text)
        terminal.press("q", "n")
        terminal.wait_for(lambda text: "Add a device" in text)
        assert terminal.text.isascii()
        assert b"[38;" not in terminal.output
        assert b"[48;" not in terminal.output


def test_a_narrow_link_costs_little(tmp_path: Path) -> None:
    home = tmp_path / "home"
    quick = ("--set", "limits.requests_per_second=50")
    with simulated(home, 12) as addresses, Terminal(*quick, "--home", str(home), size=(120, 40)) as terminal:
        terminal.wait_for(lambda text: f"{len(addresses)} online" in text)
        terminal.read(1.0)
        written = sum(terminal.read(0.5) for _ in range(6))
        assert written / 3 < 10_000, "bytes a second while all is well"
