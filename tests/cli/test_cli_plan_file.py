"""Plans as documents: saved, shown, and executed only where the world still is what they were made for."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sicktui.stores.disk.sealed_json import SEAL, _seal_of
from tests.support.contract_lines import verdicts
from tests.support.fleet_thread import StartFleet, sensor
from tests.support.program import ProgramHarness

Edit = Callable[[dict[str, Any]], object]


def resealed(path: Path, edit: Edit) -> None:
    """Change a plan as somebody would who knows how it is sealed."""
    plain = json.loads(path.read_text())
    edit(plain)
    path.write_text(json.dumps(plain | {SEAL: _seal_of({k: v for k, v in plain.items() if k != SEAL})}))


def test_a_plan_is_saved_and_executed(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(
        sensor("one", serial="1001"),
        sensor("two", serial="1002"),
        sensor("three", serial="1003"),
        sensor("four", serial="1004"),
        sensor("new", serial="1005", version="2.5.0.0R"),
        sensor("six", serial="1006"),
    )
    for name, address in zip(("one", "two", "three", "four", "new", "six"), made.addresses, strict=True):
        assert program.here("devices", "add", name, address).code == 0
    package = Path(program.package())
    file = program.folder / "hall.plan.json"
    call = ("plan", "all", "--package", str(package), "--output", str(file))
    saved = program.here(*call, "--json", "--set", "limits.jobs=3")
    assert saved.code == 0, saved
    [line] = saved.of_kind("plan_file")
    assert (line["file"], line["devices"], line["bytes"]) == (str(file), 6, file.stat().st_size)
    assert file.stat().st_mode & 0o077 == 0
    document = json.loads(file.read_text())
    assert document["package"]["sha256"] in program.here("firmware", "add", str(package), "--json").out
    assert [each["action"] for each in document["devices"]] == [*["update"] * 4, "refuse", "update"]
    assert "servicelevel" not in file.read_text()
    assert program.here(*call).code == 2  # it is not replaced without a question

    # Two are other sensors, one has another version, one is gone; the package is on the shelf only.
    async def changed() -> None:
        made.devices[1].swap("2002")
        made.devices[2].firmware_version = "2.3.1.0R"
        made.devices[5].swap("2006")  # current, which the one of the plan need not be
        made.devices[5].firmware_version = document["package"]["version"]

    made.do(changed())
    assert program.here("devices", "remove", "four", "--yes").code == 0
    package.unlink()
    for beside in ("one", "--force", "--no-backup"):
        refused = program.here("update", beside, "--plan", str(file), "--yes")
        assert (refused.code, "cannot be given" in refused.err) == (2, True), refused
    order = ("update", "--plan", str(file), "--order", "night-1", "--yes", "--json", "--max-failures", "9")
    done = program.here(*order, SICKTUI_PASSPHRASE="open sesame")
    assert verdicts(done.lines) == {
        "one": ("succeeded", None),
        "two": ("failed", "other_device"),
        "three": ("failed", "version_mismatch"),
        "four": ("failed", "plan_outdated"),
        "new": ("failed", "downgrade"),
        "six": ("failed", "other_device"),
    }, done
    words = {line["device"]: line["message"] for line in done.of_kind("verdict")}
    assert "serial 2002 instead of 1002" in words["two"]
    assert "It ran 2.3.0.0R when the plan was made, and runs 2.3.1.0R now." in words["three"]
    assert "no longer in the device list" in words["four"]
    options = program.here("runs", "report", "latest", "--json").of_kind("report")[0]["options"]
    assert ("3 at once" in options, "stop starting at 9 failed or unknown" in options) == (True, True)
    file.unlink()
    again = program.here(*order)
    assert (again.code, verdicts(again.lines)) == (1, verdicts(done.lines)), again


def test_other_bytes_are_not_those_of_the_plan(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("one"))
    file = program.folder / "p.json"
    package = program.package()
    assert program.here("plan", *made.addresses, "--package", package, "--output", str(file)).code == 0
    sent = made.requests()
    program.package(size=200_001)
    refused = program.here("update", "--plan", str(file), "--yes", "--json")
    assert (refused.code, verdicts(refused.lines)) == (
        4,
        {made.addresses[0]: ("failed", "package_unsuitable")},
    ), refused
    assert made.requests() == sent


def test_another_variant_is_not_what_the_plan_was_made_for(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    made = start_fleet(sensor("one"))
    file = program.folder / "p.json"
    package = program.package()
    assert program.here("plan", *made.addresses, "--package", package, "--output", str(file)).code == 0
    resealed(file, lambda plain: plain["devices"][0].update(name="picoScan120"))
    refused = program.here("update", "--plan", str(file), "--yes", "--json")
    assert verdicts(refused.lines) == {made.addresses[0]: ("failed", "model_mismatch")}, refused
    assert "It was picoScan120 when the plan was made, and is picoScan now." in refused.out
    assert refused.code == 4


@pytest.fixture
def plan(program: ProgramHarness) -> Path:
    """The plan of a sensor that does not answer."""
    file = program.folder / "p.json"
    package = program.package()
    assert program.here("plan", "127.0.0.1:9", "--package", package, "--output", str(file)).code == 4
    return file


EDITS: dict[str, Edit] = {
    "newer": lambda plain: plain.update(format=2),
    "another kind": lambda plain: plain.update(kind="another"),
    "a device twice": lambda plain: plain.update(devices=plain["devices"] * 2),
    "no device": lambda plain: plain.update(devices=[]),
    "control characters": lambda plain: plain["devices"][0].update(device="a\x1b[31m"),
    "no address": lambda plain: plain["devices"][0].update(device="::not an address"),
    "another action": lambda plain: plain["devices"][0].update(action="flash"),
    "an unknown key": lambda plain: plain["devices"][0].update(unknown=1),
    "a limit": lambda plain: plain["limits"].update(jobs=-1),
    "no time": lambda plain: plain.update(created="yesterday"),
}


def test_a_plan_that_makes_no_sense_is_wrong_use(program: ProgramHarness, plan: Path) -> None:
    content = plan.read_bytes()
    for name, edit in EDITS.items():
        plan.write_bytes(content)
        resealed(plan, edit)
        refused = program.here("update", "--plan", str(plan), "--yes", "--json")
        assert (refused.code, refused.every_line[-1]["kind"]) == (2, "error"), (name, refused)


def test_a_file_that_is_no_plan_is_wrong_use(program: ProgramHarness, plan: Path) -> None:
    content = plan.read_text()
    odd = program.folder / "odd.json"
    for text in ("", "[]", "{}", "x", "[" * 100_000, content[:200]):
        odd.write_text(text)
        refused = program.here("update", "--plan", str(odd), "--yes", "--json")
        assert (refused.code, refused.every_line[-1]["kind"]) == (2, "error"), refused
    odd.write_text(content.replace("127.0.0.1:9", "127.0.0.1:8"))
    assert "changed after it was written" in program.here("update", "--plan", str(odd), "--yes").err
    if hasattr(os, "mkfifo"):
        pipe = program.folder / "pipe"
        os.mkfifo(pipe)
        assert "not a regular file" in program.here("update", "--plan", str(pipe), "--yes").err
    for missing in (str(program.folder), str(program.folder / "nothing.json")):
        assert program.here("update", "--plan", missing, "--yes").code == 2
    assert program.here("update", "127.0.0.1:9", "--yes").code == 2
    assert program.here("update", "--package", "x.spk", "--yes").code == 2
    assert program.here("runs", "list", "--json").lines == []
