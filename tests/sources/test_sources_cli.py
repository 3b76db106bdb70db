"""From an offer to "current", by the commands, on simulated sensors and the stand-in server."""

import errno
import itertools
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sicktui.engine.run import spawn
from tests.sources.site import add_build, check, states
from tests.support.fleet_thread import FleetThread
from tests.support.harness import PASSWORD
from tests.support.program import ProgramHarness
from tests.support.waiting import wait_until
from tests.thinx_server.application import Application
from tests.thinx_server.replies import NoReply
from tests.thinx_server.troubles import Trouble, Way


def test_from_an_offer_to_current(
    site: ProgramHarness, fleet: FleetThread, application: Application, tmp_path: Path
) -> None:
    assert states(check(site)) == {"gate-1": "current", "gate-2": "current"}
    add_build(application, tmp_path)
    offers = check(site)
    assert states(offers) == {"gate-1": "offered", "gate-2": "offered"}
    assert {(offer["version"], offer["auto_update"]) for offer in offers} == {("2.4.0", True)}
    result = site.here("firmware", "fetch", "--json")
    assert result.code == 0, result
    assert states(result.of_kind("offer")) == {"gate-1": "fetched", "gate-2": "fetched"}
    [listed] = site.here("firmware", "list", "--json").lines
    assert (listed["source"], listed["approved"], listed["version"]) == ("plant", False, "2.4.0")
    assert states(check(site)) == {"gate-1": "fetched", "gate-2": "fetched"}
    assert site.here("firmware", "approve", listed["id"], "--note", "SHA-256 compared").code == 0
    [approved] = site.here("firmware", "list", "--json").lines
    assert (approved["note"], approved["models"]) == ("SHA-256 compared", ["picoScan150"])
    package = next((site.home / "data" / "firmware").glob("*/*.spk.signed"))
    update = site.here("update", "all", "--package", str(package), "--yes", "--no-backup", "--json")
    assert update.code == 0, update
    assert "plant: gate-1 current." in update.err
    assert {device.version for device in application.devices.all()} == {"2.4.0"}
    assert all("updated to 2.4.0" in device.statuses[-1] for device in application.devices.all())
    asked = len(application.record.check_ins)
    assert site.here("update", "all", "--package", str(package), "--yes", "--no-backup", "--json").code == 0
    assert len(application.record.check_ins) == asked, "nothing was offered any more"
    assert states(check(site)) == {"gate-1": "current", "gate-2": "current"}
    assert application.record.broken == []


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be sent these signals")
def test_a_server_that_does_not_answer_holds_no_update_that_is_told_to_end(
    site: ProgramHarness, application: Application, tmp_path: Path
) -> None:
    package = add_build(application, tmp_path)
    check(site)
    assert states(check(site)) == {"gate-1": "offered", "gate-2": "offered"}
    application.script.always(Way.CHECK_IN, Trouble(instead=NoReply()))
    asked = len(application.record.requests)
    words = ("gate-1", "--package", str(package), "--expect-version", "2.4.0.0R", "--yes", "--no-backup")
    process = site.start("update", *words, "--json", SICKTUI_PASSWORD=PASSWORD)
    assert process.stdout is not None
    while b'"kind":"summary"' not in (line := process.stdout.readline()):
        assert line, "it ended without a summary"
    wait_until(lambda: len(application.record.requests) > asked or process.poll() is not None)
    assert process.poll() is None, site.wait(process)
    process.send_signal(signal.SIGINT)
    result = site.wait(process)
    assert (result.code, "Traceback" in result.err) == (0, False), result


def test_a_failed_update_is_reported_once_at_the_next_check(
    site: ProgramHarness, application: Application, tmp_path: Path
) -> None:
    check(site)
    package = add_build(application, tmp_path)
    result = site.here(
        "update", "gate-1", "--package", str(package), "--expect-version", "9.9.9.0R", "--yes", "--no-backup"
    )
    assert result.code == 1, result
    check(site)
    check(site)
    [device] = [device for device in application.devices.all() if device.alias == "gate-1"]
    assert [status for status in device.statuses if "failed" in status] == [
        "update to 9.9.9.0R failed: version_mismatch"
    ]


def test_auto_update_fetches_pauses_after_a_failure_and_never_approves(
    site: ProgramHarness, application: Application, tmp_path: Path
) -> None:
    check(site)
    add_build(application, tmp_path)
    automatic = ("--set", "sources.plant.auto_update=true", "--device", "gate-1")
    application.script.always(Way.TOKEN, Trouble(end_after=100))
    application.script.always(Way.FIRMWARE, Trouble(end_after=100))
    [failed] = check(site, *automatic)
    assert failed["state"] == "unavailable"
    application.script.always(Way.TOKEN, Trouble())
    application.script.always(Way.FIRMWARE, Trouble())
    [paused] = check(site, *automatic)
    assert paused["state"] == "offered"
    assert "tried again after" in paused["message"]
    add_build(application, tmp_path, "2.4.1")
    [newer] = check(site, *automatic)
    assert (newer["state"], newer["version"]) == ("fetched", "2.4.1"), "another version is tried at once"
    site.here("firmware", "remove", newer["package"][:12], "--yes")
    assert site.here("firmware", "fetch", "--device", "gate-1").code == 0
    [listed] = site.here("firmware", "list", "--json").lines
    assert listed["approved"] is False


def test_a_sensor_that_does_not_answer_is_not_asked_for(
    site: ProgramHarness, application: Application
) -> None:
    assert site.here("devices", "edit", "gate-2", "--address", "127.0.0.1:9").code == 0
    result = site.here("firmware", "check", "--json")
    assert result.code == 3
    assert states(result.of_kind("offer")) == {"gate-2": "unavailable", "gate-1": "current"}
    assert len(application.record.check_ins) == 1


def test_a_wrong_key_stops_after_one_sensor_and_names_the_remedy(
    site: ProgramHarness, application: Application
) -> None:
    result = site.here("firmware", "check", "--json", SICKTUI_SOURCE_SECRET="0" * 64)
    [offer] = result.of_kind("offer")
    assert (result.code, offer["state"], offer["device"]) == (1, "refused", None)
    assert "1 more sensor not asked for" in offer["message"]
    assert "sources login" in offer["advice"]
    assert len(application.record.check_ins) == 1


def test_without_a_key_it_is_wrong_use(site: ProgramHarness) -> None:
    del site.environment["SICKTUI_SOURCE_SECRET"]
    result = site.here("firmware", "check")
    assert result.code == 2
    assert "sources login plant" in result.err


def test_one_source_that_cannot_be_used_does_not_hold_the_others_up(
    site: ProgramHarness, tmp_path: Path
) -> None:
    (tmp_path / "share").mkdir()
    with (site.home / "config" / "config.toml").open("a") as file:
        file.write(f'[sources.share]\nkind = "folder"\npath = "{tmp_path / "share"}"\n')
        file.write('[sources.gone]\nkind = "folder"\npath = "not/from/the/root"\n')
    result = site.here("firmware", "check", "--json")
    assert result.code == 1
    assert [(line["source"], line["state"]) for line in result.of_kind("offer")] == [
        ("plant", "current"),
        ("plant", "current"),
        ("gone", "refused"),
    ]


def test_plain_http_is_said_aloud(site: ProgramHarness) -> None:
    assert "Plain HTTP" in site.here("firmware", "check").err


def test_the_key_is_kept_listed_and_forgotten(site: ProgramHarness, application: Application) -> None:
    del site.environment["SICKTUI_SOURCE_SECRET"]
    key = f"{application.account.key}\n".encode()
    wrong = site.here("sources", "login", "plant", "--password-stdin", stdin=b"short\n")
    assert wrong.code == 2
    assert "short" not in wrong.err
    vault = site.here("vault", "create", "--password-stdin", stdin=b"a long enough password\n")
    if vault.code == 0:
        stored = site.here("sources", "login", "plant", "--password-stdin", stdin=key)
        assert application.account.key not in stored.out + stored.err
    [listed] = site.here("sources", "list", "--json").lines
    assert listed["source"] == "plant"
    assert site.here("sources", "logout", "plant").code == 0
    assert "missing" in site.here("sources", "list").out


def test_a_stored_key_is_sent_to_no_other_address(site: ProgramHarness, application: Application) -> None:
    del site.environment["SICKTUI_SOURCE_SECRET"]
    site.environment["SICKTUI_VAULT_PASSWORD"] = "a long enough master password"
    assert site.here("vault", "create", "--yes").code == 0
    key = f"{application.account.key}\n".encode()
    stored = site.here("sources", "login", "plant", "--password-stdin", stdin=key)
    assert stored.code == 0, stored
    assert site.here("firmware", "check").code == 0
    asked = len(application.record.requests)
    moved = site.here("firmware", "check", "--set", "sources.plant.url=http://127.0.0.1:9")
    assert moved.code == 2
    assert "was stored for another address, so it is not sent" in moved.err
    assert len(application.record.requests) == asked
    assert site.here("firmware", "check").code == 0


def test_key_tokens_and_iv_are_in_no_file_and_no_output(
    site: ProgramHarness, application: Application, tmp_path: Path
) -> None:
    seen = ""
    for words in (("check",), ("check", "--json"), ("fetch", "--json"), ("fetch", "--forced"), ("list",)):
        if words == ("fetch", "--json"):
            add_build(application, tmp_path)
        result = site.here("firmware", *words)
        seen += result.out + result.err
    tokens = set(application.tokens._kept)
    assert tokens
    written = b"".join(path.read_bytes() for path in site.home.rglob("*") if path.is_file())
    for secret in (application.account.key, application.account.owner, *tokens):
        assert secret not in seen
        if secret != application.account.owner:
            assert secret.encode() not in written
    assert b'"iv"' not in written


@pytest.mark.parametrize("after", range(12))
def test_a_disk_that_is_full_at_any_point_is_a_sentence_and_the_next_fetch_works(
    site: ProgramHarness,
    application: Application,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    after: int,
) -> None:
    check(site)
    add_build(application, tmp_path)
    calls = itertools.count()
    fsync = os.fsync

    def full(handle: int) -> None:
        if next(calls) >= after:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fsync(handle)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        result = site.here("firmware", "fetch", "--device", "gate-1")
    if next(calls) > after + 1:  # it came to that point
        assert "disk is full" in result.out + result.err
    assert all(
        package.stat().st_size == 100_000 for package in (site.home / "data").glob("firmware/*/*.spk*")
    )
    assert site.here("firmware", "fetch", "--device", "gate-1").code == 0
    [listed] = site.here("firmware", "list", "--json").lines
    assert listed["bytes"] == 100_000


def test_no_child_process_gets_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SICKTUI_SOURCE_SECRET", "b" * 64)
    assert "b" * 64 not in spawn.environment().values()


KILL = """
import os, sys
from sicktui.sources import part_file
count = [0]
write = part_file.PartFile.write
def dying(self, data):
    write(self, data)
    count[0] += len(data)
    if count[0] >= int(os.environ["DIE_AT"]):
        os.kill(os.getpid(), 9)
part_file.PartFile.write = dying
from sicktui.__main__ import main
sys.argv = ["sicktui", *sys.argv[1:]]
raise SystemExit(main())
"""


@pytest.mark.parametrize("at", [1, 50_000, 100_000])
def test_a_kill_leaves_nothing_on_the_shelf_and_the_next_fetch_works(
    site: ProgramHarness, application: Application, tmp_path: Path, at: int
) -> None:
    check(site)
    add_build(application, tmp_path)
    process = subprocess.run(
        [sys.executable, "-c", KILL, "firmware", "fetch", "--device", "gate-1"],
        env=site.environment | {"DIE_AT": str(at), "PATH": os.environ["PATH"]},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert process.returncode == -9, process
    assert site.here("firmware", "list", "--json").lines == []
    time.sleep(0.05)
    assert site.here("firmware", "fetch", "--device", "gate-1").code == 0
    [listed] = site.here("firmware", "list", "--json").lines
    assert listed["bytes"] == 100_000
    shelf = site.home / "data" / "firmware"
    assert [path.name for path in shelf.iterdir() if path.name.startswith(".fetch-")] == []


def test_a_password_in_an_address_is_not_shown(site: ProgramHarness) -> None:
    result = site.here("sources", "list", "--json", "--set", 'sources.plant.url="https://u:secret7@h:7443"')
    assert result.code == 2
    assert "secret7" not in result.out + result.err
    assert result.of_kind("source")[0]["where"] == "https://h:7443"


@pytest.mark.parametrize("name", ["a/b", "../../x"])
def test_a_name_with_a_slash_is_wrong_use(site: ProgramHarness, name: str) -> None:
    with (site.home / "config" / "config.toml").open("a") as file:
        file.write(f'[sources."{name}"]\nkind = "thinx"\nurl = "https://127.0.0.1:9"\n')
        file.write(f'owner = "{"a" * 64}"\ndevices = ["all"]\n')
    result = site.here("firmware", "check", name)
    assert result.code == 2
    assert "the name of a source has" in result.err


def test_a_script_approves_with_yes_only(
    site: ProgramHarness, application: Application, tmp_path: Path
) -> None:
    check(site)
    add_build(application, tmp_path)
    assert site.here("firmware", "fetch", "--device", "gate-1").code == 0
    [listed] = site.here("firmware", "list", "--json").lines
    assert site.here("firmware", "approve", listed["id"], "--json").code == 2
    assert site.here("firmware", "list", "--json").lines[0]["approved"] is False
    assert site.here("firmware", "approve", listed["id"], "--json", "--yes").code == 0


def test_the_key_of_one_call_goes_to_one_server_only(site: ProgramHarness, application: Application) -> None:
    with (site.home / "config" / "config.toml").open("a") as file:
        file.write('[sources.other]\nkind = "thinx"\nurl = "https://127.0.0.1:9"\n')
        file.write(f'owner = "{"a" * 64}"\ndevices = ["all"]\n')
    result = site.here("firmware", "check", "--json")
    assert {offer["state"] for offer in result.of_kind("offer")} == {"refused"}
    assert "plant, other are asked" in result.err
    assert application.record.requests == []
    assert states(site.here("firmware", "check", "plant", "--json").of_kind("offer")) == {
        "gate-1": "current",
        "gate-2": "current",
    }
