"""With --json, every command that does not end well prints the contract's ``error`` line last."""

from pathlib import Path

import click
import pytest

from sicktui.cli import actions, app
from sicktui.model.errors import ConfigError, SicktuiError
from sicktui.stores.disk.files import StorageError
from tests.support.program import ProgramHarness

WRONG: dict[tuple[str, ...], int] = {
    ("status", "nosuch"): 2,
    ("firmware", "add", "nosuch.spk"): 2,
    ("devices", "import", "nosuch.csv"): 2,
    ("backups", "import", "nosuch.backup"): 2,
    ("restore", "127.0.0.1:9", "--backup", "./nosuch"): 2,
    ("vault", "import", "nosuch"): 2,
    ("commission", "nosuch.csv"): 2,
    ("simulate", "--scenario", "nosuch.toml"): 2,
    ("plan", "127.0.0.1:9", "--package", "nosuch.spk"): 2,
    ("update", "127.0.0.1:9", "--package", "nosuch.spk", "--yes"): 2,
    ("devices", "export", "-"): 2,
    ("devices", "export", "list.yaml"): 2,
    ("devices", "export", "nosuch/list.csv"): 4,
    ("firmware", "list", "x"): 2,
    ("firmware", "nosuch"): 2,
    ("firmware", "check"): 2,
    ("sources", "login", "plant"): 2,
    ("plan", "nosuch", "--package", "x.spk"): 2,
    ("backups", "show", "x"): 2,
    ("update", "--nosuch"): 2,
    ("nosuch",): 2,
    (): 2,
}


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_wrong_use_and_refusals_end_with_an_error_line(
    program: ProgramHarness, words: tuple[str, ...]
) -> None:
    result = program.here(*words, "--json", fast=False)
    [line] = result.every_line
    assert line["kind"] == "error"
    assert line["exit_code"] == result.code == WRONG[words]
    assert line["message"]
    assert line["message"] in " ".join(result.err.split())


@pytest.mark.parametrize(
    ("group", "remedy"), [("backups", "sicktui backup DEVICE"), ("runs", "sicktui update")]
)
def test_the_latest_of_nothing_names_what_makes_one(program: ProgramHarness, group: str, remedy: str) -> None:
    result = program.here(group, "show", "latest", fast=False)
    assert result.code == 2
    assert "yet" in result.err
    assert remedy in result.err


def test_a_package_that_is_on_the_shelf_already_is_said(program: ProgramHarness) -> None:
    package = program.package()
    shown = [program.here("firmware", "add", package, fast=False).out.partition(":")[0] for _ in range(2)]
    assert shown == ["Added", "Already on the shelf"]


def test_without_json_there_is_none(program: ProgramHarness) -> None:
    assert program.here("status", "nosuch").out == ""


@pytest.mark.parametrize(
    ("raised", "code", "exit_code"),
    [
        (click.Abort(), "interrupted", 130),
        (KeyboardInterrupt(), "interrupted", 130),
        (ZeroDivisionError(), None, 1),
        (ConfigError("Bad.", advice="Mend it."), None, 2),
        (SicktuiError("No."), None, 4),
    ],
    ids=lambda raised: type(raised).__name__,
)
def test_whatever_ends_a_command(
    program: ProgramHarness,
    monkeypatch: pytest.MonkeyPatch,
    raised: BaseException,
    code: str | None,
    exit_code: int,
) -> None:
    def fail(*_: object, **__: object) -> int:
        raise raised

    monkeypatch.setattr(actions.firmware, "list_packages", fail)
    result = program.here("firmware", "list", "--json")
    [line] = result.every_line
    assert (line["code"], line["exit_code"], result.code) == (code, exit_code, exit_code)


def test_a_code_that_is_returned_has_a_line_too(
    program: ProgramHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions.firmware, "list_packages", lambda *_: 3)
    [line] = program.here("firmware", "list", "--json").every_line
    assert (line["kind"], line["exit_code"]) == ("error", 3)


def test_a_command_that_ends_with_its_own_line_keeps_it_last(program: ProgramHarness, tmp_path: Path) -> None:
    (program.home / "config").mkdir(parents=True)
    share = tmp_path / "gone"
    (program.home / "config" / "config.toml").write_text(
        f'[sources.share]\nkind = "folder"\npath = "{share}"\n'
    )
    result = program.here("firmware", "check", "--json")
    assert result.code == 3
    assert [line["kind"] for line in result.every_line] == ["offer", "summary"]


def test_the_error_line_is_data_and_not_markup(program: ProgramHarness) -> None:
    [line] = program.here("status", "a\x1b[31mb", "--json").every_line
    assert "\x1b" not in line["message"]
    assert len(line["message"]) <= app.MAX_MESSAGE


SILENT: dict[tuple[str, ...], int] = {
    ("get", "LocationName"): 1,
    ("set", "LocationName", "x", "--yes"): 1,
    ("status",): 1,
    ("diff",): 1,
    ("find-me",): 1,
    ("address",): 1,
    ("address", "--dhcp", "--yes"): 1,
    ("dump",): 1,
    ("login",): 1,
}


@pytest.mark.parametrize("words", SILENT, ids=" ".join)
def test_a_sensor_that_does_not_answer_is_the_same_everywhere(
    program: ProgramHarness, words: tuple[str, ...]
) -> None:
    command, *rest = words
    result = program.here(command, "127.0.0.1:9", *rest, "--json")
    error = result.every_line[-1]
    assert (result.code, error["kind"], error["code"]) == (SILENT[words], "error", "unreachable"), result
    assert "127.0.0.1:9" in error["message"]


def test_a_mistyped_package_is_one_line_and_no_run(program: ProgramHarness) -> None:
    package = program.package()
    devices = [f"127.0.0.1:{port}" for port in range(20, 30)]
    result = program.here("update", *devices, "--package", package[:-1], "--yes", "--no-backup")
    assert (result.code, result.out, len(result.err.splitlines())) == (2, "", 2), result
    assert f"(did you mean '{Path(package).name}'?)" in result.err
    assert program.here("runs", "list", "--json").lines == []


def test_a_command_that_goes_on_after_trouble_names_the_first(program: ProgramHarness) -> None:
    one = program.here("status", "127.0.0.1:9", "--json").every_line[-1]
    assert (one["code"], one["message"][:12]) == ("unreachable", "127.0.0.1:9:")
    two = program.here("status", "127.0.0.1:9", "127.0.0.1:8", "--json").every_line[-1]
    assert (two["code"], two["message"][:9]) == ("unreachable", "2 failed.")
    assert "127.0.0.1:" in two["message"]
    unknown = program.here("health", "127.0.0.1:9", "127.0.0.1:8", "--json")
    assert unknown.code == 3
    assert unknown.every_line[-1]["message"].startswith("2 are unknown. The first: 127.0.0.1:")


def test_a_plan_that_refuses_all_names_the_reason(program: ProgramHarness) -> None:
    words = ("plan", "--package", program.package(), "--json")
    one = program.here(*words, "127.0.0.1:9")
    assert (one.code, one.every_line[-1]["code"]) == (4, "unreachable")
    assert "127.0.0.1:9" in one.every_line[-1]["message"]
    two = program.here(*words, "127.0.0.1:9", "127.0.0.1:8")
    assert two.every_line[-1]["message"].startswith("2 were refused. The first: 127.0.0.1:")


def test_a_passphrase_that_is_not_kept_says_why(program: ProgramHarness) -> None:
    line = program.here("passphrase", "generate", "127.0.0.1:9", "--json").every_line[-1]
    assert (line["kind"], line["exit_code"]) == ("error", 1)
    assert "not stored" in line["message"]
    assert "sicktui vault create" in line["advice"]


def test_a_snapshot_that_cannot_be_kept_is_no_trouble_with_the_sensor(
    program: ProgramHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise StorageError("Cannot keep it.")

    monkeypatch.setattr(actions.diff, "snapshot_now", fail)
    result = program.here("diff", "127.0.0.1:9", "--json")
    [line] = result.every_line
    assert (result.code, line["kind"], line["code"]) == (4, "error", "storage_error")


def test_a_home_that_this_user_may_not_look_into(
    program: ProgramHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(_: Path) -> bool:
        raise PermissionError

    monkeypatch.setattr(Path, "exists", closed)
    result = program.here("config", "path", "--json")
    assert (result.code, result.lines[0]["exists"]) == (0, False)
