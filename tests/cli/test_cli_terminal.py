"""Questions on a real terminal."""

import os
import shutil
import sys
import termios
import zipfile
from pathlib import Path

import pytest

from sicktui.simulator import Fault
from tests.support.fleet_thread import LONG, WAITS_FOR_IT, FleetThread, StartFleet, sensor
from tests.support.harness import PASSPHRASE, PASSWORD
from tests.support.ports import closed_port
from tests.support.program import ProgramHarness
from tests.support.terminal import ProgramTerminal
from tests.support.waiting import LIMIT, wait_until

pexpect = pytest.importorskip("pexpect")


@pytest.fixture
def one(start_fleet: StartFleet) -> FleetThread:
    return start_fleet(sensor("one"))


def update(
    program: ProgramHarness, fleet: FleetThread, *words: str, password: str | None = PASSWORD
) -> ProgramTerminal:
    command = ("update", *fleet.addresses, "--package", program.package(), "--no-backup")
    return ProgramTerminal(program, *command, *words, password=password)


if sys.platform != "win32":

    def _echoes(descriptor: int) -> bool:
        """Whether a terminal shows what is typed."""
        return bool(termios.tcgetattr(descriptor)[3] & termios.ECHO)

else:

    def _echoes(descriptor: int) -> bool:
        raise NotImplementedError


def test_yes_updates_and_no_does_not(program: ProgramHarness, one: FleetThread) -> None:
    refused = update(program, one)
    plan = refused.expect("Update 1 sensor? [y/N]")
    assert "Update from 2.3.0.0R to 2.4.0.0R." in plan
    refused.child.sendline("n")
    code, rest = refused.end()
    assert code == 130
    assert "Nothing was done." in rest
    assert one.writes() == []
    agreed = update(program, one)
    agreed.expect("[y/N]")
    agreed.child.sendline("y")
    code, rest = agreed.end()
    assert code == 0
    assert "SUCCEEDED" in rest
    assert "1 succeeded" in rest


def test_ctrl_c_at_a_password_is_130_and_what_is_typed_is_shown_again(program: ProgramHarness) -> None:
    asked = ProgramTerminal(program, "login", "127.0.0.1:9", password=None)
    asked.expect("Password of Service on")
    assert not _echoes(asked.child.child_fd)
    asked.child.sendintr()
    asked.expect("Interrupted")
    assert _echoes(asked.child.child_fd)
    assert asked.end()[0] == 130


def test_an_error_is_wrapped_between_its_words(program: ProgramHarness) -> None:
    code, shown = ProgramTerminal(program, "serve", "--listen", "10.0.0.7", COLUMNS="80").end()
    assert code == 2
    assert max(map(len, shown.splitlines())) <= 80
    assert "only the key in the address keeps them out" in " ".join(shown.split())


def test_a_password_in_another_encoding_is_refused_and_in_no_message(program: ProgramHarness) -> None:
    asked = ProgramTerminal(program, "login", "127.0.0.1:9", password=None)
    asked.expect("Password of Service on")
    os.write(asked.child.child_fd, b"ges\xfcchtes\n")
    code, shown = asked.end()
    assert code == 2
    assert "is not utf-8" in shown
    assert "chtes" not in shown


def test_a_backup_and_its_retry_count_what_they_read(program: ProgramHarness) -> None:
    program.environment["SICKTUI_PASSPHRASE"] = PASSPHRASE
    for words in (("backup", f"127.0.0.1:{closed_port()}"), ("runs", "retry", "latest")):
        code, shown = ProgramTerminal(program, *words).end()
        assert code == 4
        assert "Reading: 0 of 1 sensor" in shown


def test_the_retry_of_a_restore_shows_what_would_change(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    [address] = start_fleet(sensor("one", faults=(Fault(name="restore_code", times=1),))).addresses
    assert program.here("backup", address, SICKTUI_PASSPHRASE=PASSPHRASE).code == 0
    words = ("restore", address, "--backup", "latest", "--yes")
    assert program.here(*words, SICKTUI_PASSPHRASE=PASSPHRASE).code == 1
    program.environment["SICKTUI_PASSPHRASE"] = PASSPHRASE
    asked = ProgramTerminal(program, "runs", "retry", "latest")
    asked.expect(" parameters compared.")
    asked.expect("Overwrite the parameters of 1 sensor")
    asked.child.sendline("n")
    assert asked.end()[0] == 130


def test_a_downgrade_of_a_picoscan_wants_the_word(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("one", version="2.5.0.0R"))
    for answer, code in (("y", 130), ("downgrade", 0)):
        asked = update(program, made, "--allow-downgrade")
        asked.expect("Type 'downgrade' to go on:")
        assert bool(made.writes()) is False
        asked.child.sendline(answer)
        assert asked.end()[0] == code
    assert made.devices[0].firmware_version == "2.4.0.0R"


def test_an_empty_answer_and_the_end_of_input_mean_no(program: ProgramHarness, one: FleetThread) -> None:
    for key in ("\r", "\x04"):
        asked = update(program, one)
        asked.expect("[y/N]")
        asked.child.send(key)
        assert asked.end()[0] == 130
    assert one.writes() == []


def test_ctrl_c_at_the_question_is_130(program: ProgramHarness, one: FleetThread) -> None:
    asked = update(program, one)
    asked.expect("[y/N]")
    asked.child.sendintr()
    code, rest = asked.end()
    assert code == 130
    assert "Nothing was written" in rest


def test_the_password_is_asked_once_and_not_shown(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("one"), sensor("two"))
    asked = update(program, made, password=None)
    asked.expect("Password of Service on")
    asked.child.sendline(PASSWORD)
    shown = asked.expect("Update 2 sensors? [y/N]")
    assert "Kept in memory" in shown
    assert PASSWORD not in shown
    asked.child.sendline("yes")
    code, rest = asked.end()
    assert code == 0
    assert "2 succeeded" in rest


def test_without_a_password_the_plan_refuses(program: ProgramHarness, one: FleetThread) -> None:
    asked = update(program, one, password=None)
    asked.expect("Password of Service on")
    asked.child.sendline("")
    code, rest = asked.end()
    assert code == 4
    assert "No password is known" in rest


def test_json_lines_and_questions_do_not_mix(program: ProgramHarness, one: FleetThread) -> None:
    path = program.folder / "out.json"
    command = program.command(
        *("update", *one.addresses, "--package", program.package(), "--no-backup", "--json")
    )
    shell = shutil.which("sh")
    assert shell is not None
    child = pexpect.spawn(
        shell,
        ["-c", '"$@" > out.json', "sh", *command],
        env=program.environment | {"SICKTUI_PASSWORD": PASSWORD},
        cwd=str(program.folder),
        timeout=LIMIT,
    )
    child.expect_exact("Update 1 sensor? [y/N]")
    child.sendline("y")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    lines = path.read_text(encoding="utf-8").splitlines()
    assert all(line.startswith("{") for line in lines)
    assert '"kind":"summary"' in lines[-1]


def test_colour_only_where_it_is_wanted(program: ProgramHarness, one: FleetThread) -> None:
    words = ("status", *one.addresses, "127.0.0.1:1")
    assert "\x1b[31m" in ProgramTerminal(program, *words).end()[1]
    for name, value in (("NO_COLOR", "1"), ("TERM", "dumb"), ("TERM", "unknown")):
        assert "\x1b" not in ProgramTerminal(program, *words, **{name: value}).end()[1]


def test_a_run_in_plain_lines(program: ProgramHarness, one: FleetThread) -> None:
    code, shown = update(program, one, "--yes", "--plain", "--ascii").end()
    assert code == 0
    assert shown.isascii()
    lines = shown.split("\r\n")
    assert not any(sign in line for line in lines for sign in "\x1b\r"), "nothing is coloured or overwritten"
    told = [line.split()[2] for line in lines if line[2:3] == ":"]
    assert [told.index(step) for step in ("upload", "flash", "reboot", "verify", "SUCCEEDED")] == sorted(
        told.index(step) for step in ("upload", "flash", "reboot", "verify", "SUCCEEDED")
    )
    listed = ProgramTerminal(program, "runs", "attach", "latest", "--plain").end()[1]
    assert "SUCCEEDED" in listed
    assert "\x1b" not in listed


def test_ctrl_c_on_the_terminal_does_not_reach_the_runner(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    made = start_fleet(sensor("one", flash_seconds=LONG))
    followed = update(program, made, "--yes", *WAITS_FOR_IT)
    followed.expect("UpdateState 1 Started")
    followed.child.sendintr()
    followed.expect("Ctrl-C again to leave")
    made.end_flash()
    code, rest = followed.end()
    assert code == 0
    assert "1 succeeded" in rest


def test_a_closed_terminal_leaves_the_run(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("one", flash_seconds=LONG))
    followed = update(program, made, "--yes", *WAITS_FOR_IT)
    followed.expect("UpdateState 1 Started")
    followed.child.close(force=True)
    made.end_flash()
    wait_until(lambda: made.devices[0].firmware_version == "2.4.0.0R", "the update")
    wait_until(
        lambda: program.here("runs", "list", "--json", fast=False).lines[0]["state"] == "finished",
        "the run's end",
    )


def test_a_device_that_fails_is_explained_with_advice(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    made = start_fleet(sensor("bad", faults=(Fault(name="update_error"),)))
    code, rest = update(program, made, "--yes").end()
    assert code == 1
    assert "Failed (update_error), 1 device" in rest
    assert "->" in rest


def test_login_asks_tests_once_and_says_where_it_went(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    made = start_fleet(sensor("one"), sensor("other", password="another"), sensor("gone", offline=True))
    asked = ProgramTerminal(program, "login", *made.addresses, password=None)
    asked.expect("Password of Service on")
    asked.child.sendline(PASSWORD)
    assert PASSWORD not in asked.expect("Create a vault (an encrypted file")
    asked.child.sendline("n")
    code, rest = asked.end()
    assert code == 1
    assert PASSWORD not in rest
    assert "The password is correct. It was not stored" in rest
    assert "cannot be reached" in rest
    tried = [r for r in made.devices[1].requests if r.path.endswith("checkCredentials")]
    assert len(tried) == 1


@pytest.mark.parametrize("words", [[], ["demo", "--devices", "2"]])
def test_the_dashboard_starts_and_is_left(program: ProgramHarness, tmp_path: Path, words: list[str]) -> None:
    program.environment["TMPDIR"] = str(tmp_path)
    dashboard = ProgramTerminal(program, *words)
    dashboard.expect("quit")
    dashboard.child.send("q")
    code, _ = dashboard.end()
    assert code == 0
    assert list(tmp_path.glob("sicktui-demo-*")) == []


def test_every_question_takes_no_for_an_answer(program: ProgramHarness, tmp_path: Path) -> None:
    listed, other = tmp_path / "list.toml", ("--home", str(tmp_path / "other"))
    program.here("devices", "add", "gate-1", "10.0.0.1", fast=False)
    program.here("devices", "export", str(listed), fast=False)
    # A list that changes nothing is taken without a question.
    listed.write_text(listed.read_text("utf-8").replace("10.0.0.1", "10.0.0.2"), "utf-8")
    package = program.package()
    program.here("firmware", "add", package, fast=False)
    archive = tmp_path / "fw.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.write(package, Path(package).name)
    asked = {
        ("devices", "remove", "gate-1"): "Remove 1 device",
        ("devices", "import", str(listed), "--replace"): "Replace 1 device (gate-1)?",
        ("devices", "export", str(listed)): "Replace it?",
        ("firmware", "remove", Path(package).name): "from the shelf?",
        ("plan", "10.0.0.1", "--package", str(archive)): "Unpack it?",
        ("firmware", "add", str(archive), *other): "Unpack it?",
    }
    before = listed.read_bytes()
    for words, question in asked.items():
        call = ProgramTerminal(program, *words)
        call.expect(question)
        call.child.sendline("n")
        code, rest = call.end()
        assert code in (4, 130), (words, rest)
    assert listed.read_bytes() == before
    assert [line["device"] for line in program.here("devices", "list", "--json", fast=False).lines] == [
        "gate-1"
    ]
    assert len(program.here("firmware", "list", "--json", fast=False).lines) == 1
    assert program.here("firmware", "list", "--json", *other, fast=False).lines == []


def test_the_doctor_looks_at_the_terminal(program: ProgramHarness) -> None:
    program.environment |= {"LANG": "C", "LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    program.environment |= {"SSH_CONNECTION": "10.0.0.9 50000 10.0.0.1 22", "NO_COLOR": "1"}
    program.environment |= {"COLUMNS": "60", "LINES": "20"}
    code, shown = ProgramTerminal(program, "doctor").end()
    assert code == 0
    for text in ("60x20", "over SSH", "NO_COLOR is set", "The dashboard needs 80x24", "Its encoding is"):
        assert text in shown, shown
