"""Waves, approval and budget on the command line."""

import pytest

from tests.support.fleet_thread import StartFleet, sensor
from tests.support.program import ProgramHarness
from tests.support.waiting import wait_until


def test_a_run_waits_for_runs_continue_in_every_face(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    made = start_fleet(sensor("one"), sensor("two"))
    started = program.here(
        *("update", *made.addresses, "--package", program.package(), "--yes", "--detach", "--no-backup"),
        *("--canary", "1", "--approve"),
    )
    assert started.code == 0, started
    [run] = started.out.split()

    def waits() -> bool:
        [line] = program.here("runs", "list", "--json").lines
        return line.get("waits_for") == "approval"

    wait_until(waits)
    assert [device.firmware_version for device in made.devices] == ["2.4.0.0R", "2.3.0.0R"]
    assert f"Continue it: sicktui runs continue {run}" in program.here("runs", "list").err
    shown = program.here("runs", "show", run, "--json").lines
    assert [line["waits_for"] for line in shown if line["kind"] == "waiting"] == ["approval"]
    assert shown[-1]["waits_for"] == "approval"
    assert [line["wave"] for line in shown if line["kind"] == "plan"] == ["the canaries", "the others"]
    continued = program.here("runs", "continue", run, "--json")
    assert continued.code == 0, continued
    attached = program.here("runs", "attach", run)
    assert attached.code == 0, attached
    assert "Waits for approval after the canaries." in attached.out
    assert "Continued by " in attached.out
    assert [device.firmware_version for device in made.devices] == ["2.4.0.0R"] * 2
    again = program.here("runs", "continue", run)
    assert again.code == 2
    assert "waits for nothing" in again.err


def test_the_plan_shows_the_waves(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("one"), sensor("two"), sensor("three"))
    arguments = ("plan", *made.addresses, "--package", program.package(), "--canary", "models", "--wave", "1")
    waves = [line.get("wave") for line in program.here(*arguments, "--json").lines]
    assert waves == ["the canaries", "wave 1", "wave 2"]
    out = program.here(*arguments).out
    assert f"The canaries: {made.addresses[0]}" in out
    assert f"Wave 2: {made.addresses[2]}" in out
    without = program.here("plan", *made.addresses, "--package", program.package(), "--json")
    assert not [line for line in without.lines if "wave" in line]


@pytest.mark.parametrize(
    "options",
    [
        ("--canary", "some"),
        ("--wave", "-1"),
        ("--max-failures", "0"),
        ("--max-failures", "0%"),
        ("--max-failures", "101%"),
        ("--soak", "-1"),
        ("--approve",),
    ],
)
def test_a_limit_that_cannot_be_is_wrong_use(program: ProgramHarness, options: tuple[str, ...]) -> None:
    result = program.here("update", "10.0.0.1", "--package", program.package(), "--yes", *options)
    assert result.code == 2, result


def test_segment_and_pin_are_kept_and_exported(program: ProgramHarness) -> None:
    added = program.here("devices", "add", "gate", "10.0.0.1", "--segment", "line-2", "--pin", "2.3.0.0R")
    assert added.code == 0, added
    [line] = program.here("devices", "list", "--json").lines
    assert (line["segment"], line["pin"]) == ("line-2", "2.3.0.0R")
    exported = program.here("devices", "export", "-")
    assert exported.code == 0, exported
    assert 'segment = "line-2"' in exported.out
    assert program.here("devices", "edit", "gate", "--segment", "", "--pin", "").code == 0
    [line] = program.here("devices", "list", "--json").lines
    assert (line["segment"], line["pin"]) == (None, None)
    assert program.here("devices", "edit", "gate", "--pin", "latest").code == 2
    assert program.here("devices", "edit", "gate", "--segment", "line 2").code == 2
