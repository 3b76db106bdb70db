"""``sicktui simulate`` and ``sicktui demo``."""

import json
import os
import signal
from pathlib import Path

import pytest

from tests.simulator.plain_autoip import ask, header, search_request
from tests.support.ports import free_ports
from tests.support.program import ProgramHarness
from tests.support.waiting import LIMIT, wait_until


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_simulated_sensors_announce_themselves_and_end_with_0(
    program: ProgramHarness, number: signal.Signals
) -> None:
    process = program.start("simulate", "--devices", "3", fast=False)
    assert process.stdout is not None
    devices = [json.loads(process.stdout.readline()) for _ in range(3)]
    assert all(device["address"].startswith("127.0.0.1:") for device in devices)
    assert len({device["name"] for device in devices}) == 3
    status = program.here("status", *(device["address"] for device in devices), "--json")
    assert {line["serial"] for line in status.lines} == {device["serial"] for device in devices}
    process.send_signal(number)
    result = program.wait(process)
    assert (result.code, result.out, result.err) == (0, "", "")


def test_ports_follow_the_first(program: ProgramHarness) -> None:
    port, second = free_ports(2)
    process = program.start("simulate", "--devices", "2", "--port", str(port), fast=False)
    assert process.stdout is not None
    addresses = [json.loads(process.stdout.readline())["address"] for _ in range(2)]
    assert addresses == [f"127.0.0.1:{port}", f"127.0.0.1:{second}"]
    taken = program.here("simulate", "--devices", "1", "--port", str(port), fast=False)
    assert taken.code == 2
    assert str(port) in taken.err
    process.send_signal(signal.SIGINT)
    assert program.wait(process).code == 0


def test_all_sensors_hear_searches_on_one_port(program: ProgramHarness) -> None:
    [port] = free_ports(1, udp=True)
    process = program.start("simulate", "--devices", "3", "--autoip-port", str(port), fast=False)
    assert process.stdout is not None
    devices = [json.loads(process.stdout.readline()) for _ in range(3)]
    assert {device["autoip"] for device in devices} == {f"127.0.0.1:{port}"}
    answers = ask(port, search_request(), answers=3)
    assert {header(answer)[2] for answer in answers} == {device["mac"] for device in devices}
    taken = program.here("simulate", "--autoip-port", str(port), fast=False)
    assert taken.code == 2
    assert f"UDP port {port}" in taken.err
    process.send_signal(signal.SIGINT)
    assert program.wait(process).code == 0


def test_a_scenario_with_a_fault(program: ProgramHarness, tmp_path: Path) -> None:
    scenario = tmp_path / "fleet.toml"
    scenario.write_text(
        '[[device]]\nname = "gate"\nversion = "2.3.0.0R"\n'
        '[[device.fault]]\nname = "http_503"\nat = "DeviceIdent"\n',
        encoding="utf-8",
    )
    process = program.start("simulate", "--scenario", str(scenario), fast=False)
    assert process.stdout is not None
    device = json.loads(process.stdout.readline())
    assert device["name"] == "gate"
    assert program.here("status", device["address"]).code == 1
    process.send_signal(signal.SIGINT)
    assert program.wait(process).code == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read"),
        ("[[device]\n", "TOML"),
        ('[[device]]\nname = "a"\nflash_secons = 3\n', "flash_seconds"),
        ('[[device]]\nname = "a"\n[[device.fault]]\nname = "no_retrun"\n', "no_return"),
    ],
)
def test_a_wrong_scenario_is_code_2(
    program: ProgramHarness, tmp_path: Path, content: str | None, said: str
) -> None:
    scenario = tmp_path / "fleet.toml"
    if content is not None:
        scenario.write_text(content, encoding="utf-8")
    result = program.here("simulate", "--scenario", str(scenario), fast=False)
    assert result.code == 2, result
    assert said in result.err


def test_sensors_outlive_the_reader_of_their_announcements(program: ProgramHarness) -> None:
    process = program.start("simulate", "--devices", "3", fast=False)
    assert process.stdout is not None
    device = json.loads(process.stdout.readline())
    process.stdout.close()
    process.stdout = None
    assert program.here("status", device["address"]).code == 0
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=LIMIT) == 0
    assert process.stderr is not None
    assert process.stderr.read() == b""


def _demo_homes(folder: Path) -> list[Path]:
    return list(folder.glob("sicktui-demo-*"))


def test_the_demo_without_a_terminal_goes_as_intended(program: ProgramHarness, tmp_path: Path) -> None:
    process = program.start("demo", fast=False, TMPDIR=str(tmp_path))
    result = program.wait(process)
    assert result.code == 0, result
    assert "ended as intended" in result.err
    assert "Failed (update_error), 1 device" in result.out
    assert "Failed (unreachable), 1 device" in result.out
    assert "3 succeeded" in result.out
    assert _demo_homes(tmp_path) == []
    assert not program.home.exists()


def test_a_demo_that_is_told_to_go_takes_everything_along(program: ProgramHarness, tmp_path: Path) -> None:
    process = program.start("demo", "--json", fast=False, TMPDIR=str(tmp_path))
    assert process.stdout is not None
    runner = 0
    for text in process.stdout:
        line = json.loads(text)
        if line["kind"] == "run":
            runner = line["pid"]
        if line["kind"] == "update_state" and line["value"] == 1:
            break
    children = _children(process.pid)
    assert len(children) == 2
    assert runner in children
    process.send_signal(signal.SIGTERM)
    program.wait(process)
    assert _demo_homes(tmp_path) == []
    wait_until(lambda: not any(_alive(pid) for pid in children), "the end of the demo's processes")


def _children(parent: int) -> list[int]:
    return [
        int(stat.parent.name)
        for stat in Path("/proc").glob("[0-9]*/stat")
        if (text := _read(stat)) and int(text.rpartition(")")[2].split()[1]) == parent
    ]


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_simulator_ends_with_the_demo_even_when_that_is_killed(
    program: ProgramHarness, tmp_path: Path
) -> None:
    process = program.start("demo", "--json", fast=False, TMPDIR=str(tmp_path))
    wait_until(lambda: _children(process.pid), "the simulated sensors")
    children = _children(process.pid)
    process.kill()
    process.wait()
    wait_until(lambda: not any(_alive(pid) for pid in children), "the end of the simulated sensors")
