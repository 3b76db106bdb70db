"""The dashboard on a real pseudo-terminal that sends what no keyboard does."""

import os
import random
import sys
import termios
from pathlib import Path

import pytest

from tests.support.terminal import Terminal
from tests.terminal.test_terminal_input_filter import random_input

assert sys.platform != "win32"  # for the type checker; conftest.py leaves this file out there

ENTERED = b"\x1b[?1049h"
LEFT = b"\x1b[?1049l"
QUIT = "\x11"

# The suite may have threads when it starts a program in a terminal of its own.
pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")


def assert_left(terminal: Terminal, *, code: int = 0) -> None:
    assert terminal.wait_for_end() == code
    assert terminal.output.rstrip().count(LEFT) == 1, "the terminal is given back as it was"
    assert b"Traceback" not in terminal.output


def attributes_of_a_new_terminal() -> list[object]:
    """What the dashboard has to leave behind; it may have begun before a test could read that of its own."""
    ours, theirs = os.openpty()
    try:
        return list(termios.tcgetattr(theirs)[:4])
    finally:
        os.close(ours)
        os.close(theirs)


@pytest.mark.parametrize(
    "hostile",
    [
        b"\xff\xfe\x80",
        b"\x1b[99999999~",
        b"\x1b[97:65u\x1b[55296u",
        b"\x1b[48;99999999;99999999;0;0t",
        b"\x1b[200~\xff\xfe\x1b[201~",
        b"\x1b[200~a paste without its end",
        b"\x1b]0;a title without its end",
        b"\x1b[" + b"1;" * 100_000,
        b"\x1b[200~" + b"y" * 1_000_000 + b"\x1b[201~",
    ],
    ids=lambda data: repr(data[:24]),
)
def test_it_neither_ends_nor_deafens_the_dashboard(tmp_path: Path, hostile: bytes) -> None:
    with Terminal("--home", str(tmp_path / "home")) as terminal:
        terminal.wait_for(lambda text: "The device list is empty" in text)
        terminal.flood(hostile)
        terminal.read(1.2)
        assert terminal.child.isalive()
        terminal.press("?")
        terminal.wait_for(lambda text: "Help" in text)
        terminal.press("q", QUIT)
        assert_left(terminal)
        assert termios.tcgetattr(terminal.child.child_fd)[:4] == attributes_of_a_new_terminal()


def test_ctrl_q_leaves_behind_a_flood_of_keys(tmp_path: Path) -> None:
    with Terminal("--home", str(tmp_path / "home")) as terminal:
        terminal.wait_for(lambda text: "The device list is empty" in text)
        terminal.flood(b"j" * 2048 * 50)
        terminal.press(QUIT)
        assert_left(terminal)


def test_ctrl_q_leaves_in_the_middle_of_a_paste(tmp_path: Path) -> None:
    with Terminal("--home", str(tmp_path / "home")) as terminal:
        terminal.wait_for(lambda text: "The device list is empty" in text)
        terminal.press("\x1b[200~abc", QUIT)
        assert_left(terminal)


def test_a_paste_lands_in_a_field_without_its_control_characters(tmp_path: Path) -> None:
    with Terminal("--home", str(tmp_path / "home")) as terminal:
        terminal.wait_for(lambda text: "The device list is empty" in text)
        terminal.press("n")
        terminal.wait_for(lambda text: "Add a device" in text)
        terminal.press("\x1b[200~gate\x1b]52;c;eA==\x07-7\x1b[201~")
        terminal.wait_for(lambda text: "gate]52;c;eA==-7" in text)
        assert b"\x1b]52" not in terminal.output
        terminal.press(QUIT)
        assert_left(terminal)


@pytest.mark.parametrize("seed", range(3))
def test_random_bytes_are_survived(tmp_path: Path, seed: int) -> None:
    """Some of them are commands, and one may be to quit; nothing else ends it ("0" would begin a demo)."""
    chance = random.Random(seed)  # noqa: S311 - a seed makes it the same each time
    with Terminal("--home", str(tmp_path / "home")) as terminal:
        terminal.wait_for(lambda text: "The device list is empty" in text)
        for _ in range(60):
            if not terminal.child.isalive():
                break
            sent = random_input(chance).translate(bytes.maketrans(b"q0", b"jj"), b"\x11\x03")
            terminal.child.send(sent)
            terminal.read(0.02)
        terminal.read(2.0)
        terminal.press("\x1b", QUIT)
        assert_left(terminal)


@pytest.mark.parametrize("term", ["dumb", "unknown"])
def test_a_terminal_that_understands_no_sequence_gets_none(tmp_path: Path, term: str) -> None:
    home = ["--home", str(tmp_path / "home")]
    search = ["discover", "--no-broadcast", "--wait", "0.1", "--target", "127.0.0.1:1"]
    for arguments, code, words in (
        (home, 2, "TERM is"),
        ([*home, "--plain"], 2, "The device list is empty"),
        ([*home, *search], 0, "Searching..."),
    ):
        with Terminal(*arguments, environ={"TERM": term}) as terminal:
            assert terminal.wait_for_end() == code, terminal.text
            assert b"\x1b" not in terminal.output
            assert b"\r" not in terminal.output.replace(b"\r\n", b""), "each line is written once"
            assert words.encode() in terminal.output
    with Terminal("demo", "--devices", "1", environ={"TERM": term, "TMPDIR": str(tmp_path)}) as terminal:
        terminal.wait_for(lambda shown: "Updating 1 simulated sensor in plain lines" in shown)
        assert b"\x1b" not in terminal.output
