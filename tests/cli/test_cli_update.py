"""``sicktui plan`` and ``sicktui update``: every exit code, every line, nothing written unasked."""

import os
import zipfile
from pathlib import Path

import pytest

from sicktui.simulator import DeviceSpec, Fault
from tests.support.contract_lines import verdicts
from tests.support.fleet_thread import LONG, WAITS_FOR_IT, StartFleet, sensor
from tests.support.program import ProgramHarness
from tests.support.waiting import wait_until


def test_a_plan_gives_every_device_a_reason_and_writes_nothing(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    made = start_fleet(
        sensor("old"),
        sensor("current", version="2.4.0.0R"),
        sensor("newer", version="2.5.0.0R"),
        sensor("gone", offline=True),
        sensor("lrs", generation="lrs4000-1.9.1", version="1.9.1.0R"),
        sensor("unsigned", version="2.1.0.0R"),
    )
    result = program.here("plan", *made.addresses, "--package", program.package(), "--json")
    assert result.code == 0
    assert [line["kind"] for line in result.lines] == ["plan"] * 6
    assert [line["device"] for line in result.lines] == made.addresses
    assert [(line["action"], line["reason"]) for line in result.lines] == [
        ("update", None),
        ("skip", "already_current"),
        ("refuse", "downgrade"),
        ("refuse", "unreachable"),
        ("refuse", "not_supported"),
        ("refuse", "package_unsuitable"),
    ]
    assert all(line["message"] for line in result.lines)
    assert made.writes() == []


@pytest.mark.parametrize(
    ("spec", "options", "code"),
    [
        (sensor("old"), [], 0),
        (sensor("current", version="2.4.0.0R"), [], 0),
        (sensor("newer", version="2.5.0.0R"), [], 4),
        (sensor("newer", version="2.5.0.0R"), ["--allow-downgrade"], 0),
        (sensor("gone", offline=True), [], 4),
        (sensor("current", version="2.4.0.0R"), ["--force"], 0),
    ],
)
def test_exit_codes_of_a_plan(
    program: ProgramHarness, start_fleet: StartFleet, spec: DeviceSpec, options: list[str], code: int
) -> None:
    made = start_fleet(spec)
    result = program.here("plan", *made.addresses, "--package", program.package(), *options)
    assert result.code == code, result
    assert result.out.splitlines()[0].split()[0] == "DEVICE"


OK, CURRENT = ("succeeded", None), ("skipped", "already_current")
BAD, GONE, LOST = ("failed", "update_error"), ("failed", "unreachable"), ("unknown", "no_return")


@pytest.mark.parametrize(
    ("specs", "code", "expected"),
    [
        ([sensor("one"), sensor("two")], 0, [OK, OK]),
        ([sensor("one"), sensor("two", version="2.4.0.0R")], 0, [OK, CURRENT]),
        ([sensor("one", version="2.4.0.0R")], 0, [CURRENT]),
        ([sensor("one"), sensor("bad", faults=(Fault(name="update_error"),))], 1, [OK, BAD]),
        ([sensor("one"), sensor("gone", offline=True)], 1, [OK, GONE]),
        ([sensor("one", faults=(Fault(name="no_return"),))], 3, [LOST]),
        ([sensor("gone", offline=True)], 4, [GONE]),
    ],
)
def test_exit_codes_and_lines_of_an_update(
    program: ProgramHarness,
    start_fleet: StartFleet,
    specs: list[DeviceSpec],
    code: int,
    expected: list[tuple[str, str | None]],
) -> None:
    made = start_fleet(*specs)
    result = program.update(made)
    assert result.code == code, result
    lines = result.lines
    assert lines[0]["kind"] == "run"
    assert lines[1]["kind"] == "plan"
    assert lines[-1] == {**lines[-1], "kind": "summary", "exit_code": code}
    assert {line["run"] for line in lines} == {lines[0]["run"]}
    assert verdicts(lines) == dict(zip(made.addresses, expected, strict=True))
    counted = lines[-1]["verdicts"]
    assert sum(counted.values()) == len(specs)
    assert {line["device"] for line in lines if line["kind"] == "plan"} == set(made.addresses)


def test_a_successful_verdict_carries_its_proof(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("one", serial="25420067"))
    result = program("update", *made.addresses, "--package", program.package(), "--yes", "--json")
    [verdict] = result.of_kind("verdict")
    assert (verdict["from_version"], verdict["to_version"]) == ("2.3.0.0R", "2.4.0.0R")
    assert verdict["serial"] == "25420067"
    assert verdict["backup"]
    assert verdict["downtime_seconds"] > 0
    assert len(verdict["package_sha256"]) == 64
    steps = [(line["step"], line["state"]) for line in result.of_kind("step")]
    done = [step for step, state in steps if state == "done"]
    assert done == ["preflight", "backup", "authenticate", "upload", "trigger", "flash", "reboot", "verify"]
    assert {line["name"] for line in result.of_kind("update_state")} >= {"Started"}
    assert made.devices[0].firmware_version == "2.4.0.0R"
    assert made.devices[0].violations == []


def test_without_terminal_and_yes_nothing_is_started(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    made = start_fleet(sensor("one"), sensor("two"))
    result = program("update", *made.addresses, "--package", program.package(), "--json")
    assert result.code == 2
    assert "Update 2 sensors?" in result.err
    assert "--yes" in result.err
    assert result.lines == []
    assert made.writes() == []
    assert program.here("runs", "list", "--json", fast=False).lines == []


def test_a_package_of_another_family_is_refused(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(
        sensor("pico"),
        sensor("multi", generation="multiscan-2.4.2", version="2.3.0.0R", model="multiScan136"),
    )
    result = program.here("plan", *made.addresses, "--package", program.package(), "--json")
    assert [line["reason"] for line in result.lines] == [None, "model_mismatch"]
    refused = result.lines[1]["message"]
    assert "picoScan100" in refused
    assert "multiScan100" in refused
    multi = program.package("2.4.0.0R", name="multiScan100_2.4.0.0R.spk.signed")
    result = program.here("plan", *made.addresses, "--package", multi, "--json")
    assert [line["reason"] for line in result.lines] == ["model_mismatch", None]
    assert made.writes() == []


def test_the_variant_comes_from_the_shelf(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("one", model="picoScan120"), sensor("two", model="picoScan150"))
    package = program.package()
    mixed = program.here("plan", *made.addresses, "--package", package, "--json").lines
    for line in mixed:
        assert line["action"] == "update"
        assert "picoScan120 and picoScan150" in line["message"]
    [added] = program.here("firmware", "add", package, "--json", fast=False).lines
    program.here("firmware", "approve", added["id"], "--for", "picoScan120", fast=False)
    for which in (package, added["id"]):
        named = program.here("plan", *made.addresses, "--package", which, "--json").lines
        assert [line["reason"] for line in named] == [None, "model_mismatch"]
        assert "picoScan120 and picoScan150" not in named[0]["message"]


def test_a_downgrade_of_a_picoscan_is_never_started_unasked(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    made = start_fleet(sensor("one", version="2.5.0.0R"))
    words = ("update", *made.addresses, "--package", program.package(), "--allow-downgrade", "--no-backup")
    asked = program.here(*words)
    assert asked.code == 2
    assert "SICK rules out a downgrade" in asked.err
    assert "cannot be downgraded" in asked.out
    assert made.writes() == []
    assert program.here(*words, "--yes").code == 0
    assert made.devices[0].firmware_version == "2.4.0.0R"


def _file(folder: Path, name: str, content: bytes | None) -> str:
    path = folder / name
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    return str(path)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("empty.spk", b"", "package_unsuitable"),
        ("folder.spk", None, "package_unreadable"),
        ("notes.txt", b"\x89binary\x00", "package_unsuitable"),
        ("page.spk", b"<html><body>404</body></html>", "package_unsuitable"),
        ("text.spk.signed", b"this is a text file by mistake\n" * 50, "package_unsuitable"),
    ],
)
def test_a_bad_package_is_refused_before_any_sensor_is_contacted(
    program: ProgramHarness,
    start_fleet: StartFleet,
    tmp_path: Path,
    name: str,
    content: bytes | None,
    code: str,
) -> None:
    made = start_fleet(sensor("one"), sensor("two"))
    file = _file(tmp_path, name, content)
    plan = program.here("plan", *made.addresses, "--package", file, "--json")
    assert plan.code == 4
    assert [line["reason"] for line in plan.lines] == [code] * 2
    update = program("update", *made.addresses, "--package", file, "--yes", "--json")
    assert update.code == 4
    assert set(verdicts(update.lines).values()) == {("failed", code)}
    assert made.requests() == 0


@pytest.mark.parametrize(
    "name", ["missing.spk", f"{'too long a name ' * 20}.spk", "~nobody-is-called-so/fw.spk"]
)
def test_a_package_that_is_not_there_is_wrong_use(
    program: ProgramHarness, start_fleet: StartFleet, name: str
) -> None:
    made = start_fleet(sensor("one"), sensor("two"))
    for command in ("plan", "update"):
        result = program.here(command, *made.addresses, "--package", name, "--yes", "--json")
        [error] = result.every_line
        assert (result.code, error["kind"], error["code"]) == (2, "error", "package_unreadable"), result
    assert made.requests() == 0


def test_a_package_over_100_mb_is_refused(
    program: ProgramHarness, start_fleet: StartFleet, tmp_path: Path
) -> None:
    made = start_fleet(sensor("one"))
    path = tmp_path / "large.spk"
    path.touch()
    os.truncate(path, 100_000_001)
    result = program.here("plan", *made.addresses, "--package", str(path), "--json")
    assert result.code == 4
    assert [line["reason"] for line in result.lines] == ["package_unsuitable"]
    assert made.requests() == 0


def test_a_zip_is_offered_unpacked(program: ProgramHarness, start_fleet: StartFleet, tmp_path: Path) -> None:
    made = start_fleet(sensor("one"))
    archive = tmp_path / "download.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.write(program.package(), "firmware/picoScan100_2.4.0.0R.spk.signed")
        file.writestr("readme.txt", "hello")
    refused = program.here("plan", *made.addresses, "--package", str(archive))
    assert refused.code == 4
    assert "--yes" in refused.out
    assert made.requests() == 0
    result = program.here(
        "update", *made.addresses, "--package", str(archive), "--yes", "--json", "--no-backup"
    )
    assert result.code == 0, result
    assert "Unpacked" in result.err


def test_a_package_of_the_shelf_is_named_by_its_id(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("one"))
    [entry] = program(
        "firmware", "add", program.package(name="fw.spk.signed"), "--version", "2.4.0.0R", "--json"
    ).lines
    result = program.here("plan", *made.addresses, "--package", entry["id"], "--json")
    assert [line["to_version"] for line in result.lines] == ["2.4.0.0R"]
    assert (
        program.here("plan", *made.addresses, "--package", "fw.spk.signed", "--json", "--home", "other").code
        == 0
    )


def test_the_expected_version_is_said_or_the_verdict_is_unknown(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    made = start_fleet(sensor("one"), sensor("two"))
    package = program.package(name="firmware.spk.signed")
    first, second = made.addresses
    words = ("--package", package, "--yes", "--json", "--no-backup")
    blind = program.here("update", first, *words)
    assert blind.code == 3, blind
    assert [line["verdict"] for line in blind.of_kind("verdict")] == ["unknown"]
    said = program.here("update", second, *words, "--expect-version", "2.4.0.0R")
    assert said.code == 0, said


@pytest.mark.parametrize("wish", ["", " ", "latest", "\x1b[31m2", "2" * 100, "2", "2.x", "2.3.0.0.1"])
def test_what_no_sensor_can_report_is_no_expected_version(
    program: ProgramHarness, start_fleet: StartFleet, wish: str
) -> None:
    """Each sensor would be flashed and then called failed: an unset variable in a script is told before."""
    made = start_fleet(sensor("one"))
    words = ("--package", program.package(), "--yes", "--json", "--expect-version", wish)
    for command in ("plan", "update"):
        result = program.here(command, *made.addresses, *words)
        assert (result.code, result.lines) == (2, []), result
        assert "2.3.0.0R" in result.err
    assert made.requests() == 0


def test_blanks_around_the_expected_version_mean_nothing(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    made = start_fleet(sensor("one"))
    result = program.here(
        "plan", *made.addresses, "--package", program.package(), "--json", "--expect-version", " 2.4.0.0R\n"
    )
    assert [line["to_version"] for line in result.lines] == ["2.4.0.0R"]


def test_detached_it_returns_the_id_and_the_run_goes_on(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    made = start_fleet(sensor("one", flash_seconds=LONG))
    result = program(
        "update",
        *made.addresses,
        "--package",
        program.package(),
        "--yes",
        "--detach",
        "--no-backup",
        *WAITS_FOR_IT,
    )
    assert result.code == 0
    [run] = result.out.split()
    [line] = program.here("runs", "list", "--json").lines
    assert (line["run"], line["state"]) == (run, "running")
    assert line["pid"] > 0
    made.end_flash()
    attached = program.here("runs", "attach", run, "--json")
    assert attached.code == 0, attached
    assert attached.lines[-1]["kind"] == "summary"
    assert made.devices[0].firmware_version == "2.4.0.0R"


def test_a_canary_that_fails_keeps_the_others_from_starting(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    made = start_fleet(sensor("bad", faults=(Fault(name="update_error"),)), sensor("one"), sensor("two"))
    result = program.update(made, "--jobs", "1", "--canary", "1", "--max-failures", "5")
    assert result.code == 1, result
    assert list(verdicts(result.lines).values()) == [
        ("failed", "update_error"),
        ("skipped", "budget_exhausted"),
        ("skipped", "budget_exhausted"),
    ]
    assert made.devices[1].requests
    assert not [request for request in made.devices[1].requests if request.method == "PUT"]
    assert all("arameterBackup" not in path for path in made.writes())


def test_the_first_line_has_the_runners_pid(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("one", flash_seconds=LONG))
    process = program.start(
        *("update", *made.addresses, "--package", program.package(), "--yes", "--json", "--no-backup"),
        *WAITS_FOR_IT,
        SICKTUI_PASSWORD="servicelevel",
    )
    assert process.stdout is not None
    first = process.stdout.readline()
    assert b'"state":"running"' in first
    pid = int(first.split(b'"pid":')[1].split(b",")[0])
    assert Path(f"/proc/{pid}").exists()
    made.end_flash()
    result = program.wait(process)
    assert result.code == 0, result
    wait_until(lambda: not Path(f"/proc/{pid}").exists(), "the runner's end")


def test_people_get_one_line_a_change_and_groups_at_the_end(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    made = start_fleet(
        *(sensor(f"bad{n}", faults=(Fault(name="update_error"),)) for n in range(3)),
        sensor("one"),
        sensor("gone", offline=True),
    )
    result = program(
        "update", *made.addresses, "--package", program.package(), "--yes", "--max-failures", "9"
    )
    assert result.code == 1
    assert result.out.count("Failed (") == 2
    assert "Failed (update_error), 3 devices" in result.out
    assert "UpdateState 1 Started" in result.out
    assert "1 succeeded, 4 failed" in result.out
    assert result.out.count("\n") < 120
