"""``sicktui discover`` on a terminal of 80 columns: progress, table, and the question of a large sweep."""

import re

import pytest

from tests.support.fleet_thread import StartFleet, sensor
from tests.support.program import ProgramHarness
from tests.support.terminal import ProgramTerminal

pexpect = pytest.importorskip("pexpect")

ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


def test_progress_is_one_line_and_what_was_found_fits(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    made = start_fleet(*(sensor(name, location=f"a-rather-long-name-of-{name}") for name in ("one", "two")))
    program.here("devices", "add", "gate-with-a-long-name", "192.0.2.7", "--serial", made.devices[0].serial)
    words = ["--cidr", "127.0.0.0/29", "--target", "127.0.0.1:9", "--no-broadcast", "--wait", "1"]
    for address in made.addresses:
        words += ["--port", address.rpartition(":")[2]]
    shown = ProgramTerminal(program, "discover", *words, COLUMNS="80")
    code, output = shown.end()
    assert code == 0, output
    before, header, after = output.partition("ADDRESS")
    assert header
    assert "of 12 addresses asked" in before
    assert "\n" not in before.strip()
    lines = [ESCAPES.sub("", line).rstrip() for line in after.splitlines()]
    assert all(len(line) <= 80 for line in lines)
    assert any("moved" in line for line in lines)
    assert any(line.startswith("  -> ") for line in lines)


def test_a_large_sweep_asks_first(program: ProgramHarness) -> None:
    asked = ProgramTerminal(program, "discover", "--cidr", "127.0.0.0/15", "--no-broadcast", "--port", "9")
    asked.expect("Ask 131070 addresses?")
    asked.child.sendline("n")
    code, rest = asked.end()
    assert code == 130
    assert "Nothing was done." in rest
