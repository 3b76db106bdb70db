"""``sicktui runs report`` of a real run: every form, to stdout and to files, and no secret in any."""

import json

import pytest

from sicktui.simulator import Fault
from tests.support.fleet_thread import StartFleet, sensor
from tests.support.program import ProgramHarness
from tests.support.secret_leaks import DEVICE, PHRASE, Leaks

FORMS = ("html", "md", "csv", "json")


def test_the_report_of_a_run_in_every_form(
    program: ProgramHarness, start_fleet: StartFleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaks = Leaks(monkeypatch)
    leaks.password("the device password", DEVICE)
    leaks.secret("the passphrase", PHRASE)
    made = start_fleet(
        sensor("good", password=DEVICE),
        sensor("bad", password=DEVICE, faults=(Fault(name="update_error"),)),
    )
    good, bad = made.addresses
    update = program.here(
        *("update", good, bad, "--package", program.package(), "--yes", "--json", "--max-failures", "7"),
        password=DEVICE,
        SICKTUI_PASSPHRASE=PHRASE,
    )
    assert update.code == 1, update
    run = str(update.of_kind("run")[0]["run"])
    [backup] = [line["backup"] for line in update.of_kind("verdict") if line["device"] == good]

    def printed(*words: str) -> str:
        result = program.here("runs", "report", "latest", *words, fast=False, password=None)
        assert result.code == 0, result
        leaks.assert_none_in(result.out.encode(), "the report")
        return result.out

    texts = {form: printed("--format", form) for form in FORMS}
    for form, text in texts.items():
        for words in (run, good, bad, "2.4.0.0R", "2.3.0.0R", "update_error", backup):
            assert words in text, (form, words)
    assert printed() == texts["md"]
    [line] = printed("--json").splitlines()
    assert {key: value for key, value in json.loads(line).items() if key != "ts"} == json.loads(texts["json"])

    folder = program.folder / "made"
    lost = program.here("runs", "report", run, "--output", str(folder / "it.md"), "--json", fast=False)
    assert (lost.code, lost.every_line[-1]["code"], folder.exists()) == (4, "storage_error", False), lost
    folder.mkdir()
    for form in FORMS:
        file = folder / f"it.{form}"
        done = program.here("runs", "report", run, "--output", str(file), "--json", fast=False)
        assert json.loads(done.out)["format"] == form
        assert file.read_bytes().decode() == texts[form]
    kept = program.here("runs", "report", run, "--output", str(file), fast=False)
    assert (kept.code, "Replace it?" in kept.err) == (2, True)
    assert program.here("runs", "report", run, "--output", str(file), "--yes", fast=False).code == 0
    for words in (("--json", "--format", "html"), ("--output", "report.txt"), ("--format", "pdf")):
        assert program.here("runs", "report", run, *words, fast=False).code == 2
    assert program.here("runs", "report", run, "--output", str(file.parent), "--format", "md").code == 4
