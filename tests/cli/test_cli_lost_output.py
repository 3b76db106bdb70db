"""Output that cannot be written: an error for every command, and none where only the reader has left."""

import asyncio
import contextlib
import errno
import io
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final
from unittest import mock

import click
import pytest

from sicktui.cli.app import build
from sicktui.cli.signals import Interrupts, while_read
from sicktui.cli.streams import GuardedStream, ReaderGone, guarded
from sicktui.cli.tables import width
from sicktui.simulator import Fault
from tests.support.fleet_thread import FleetThread, StartFleet, sensor
from tests.support.program import ProgramHarness
from tests.support.terminal import ProgramTerminal
from tests.support.waiting import LIMIT

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

FULL: Final = "Error: stdout cannot be written: the disk is full. Free some space, then try again.\n"

READS: Final = (
    *(
        "devices list",
        "devices show one",
        "devices overview",
        "status",
        "plan one --package PACKAGE",
        "get one LocationName",
    ),
    *("discover --no-broadcast --target ADDRESS --set discovery.wait=0.1", "address one", "diff one --quick"),
    *("diff one --list", "backups list", "backups show BACKUP", "backups history", "backups verify"),
    *(
        "runs list",
        "runs verify",
        "runs show latest",
        "runs attach latest",
        "runs report latest",
        "firmware list",
    ),
    *("runs report latest --format html", "firmware check", "sources list", "doctor", "config path"),
    "health",
)
"""Each command that only reads, and has something to print in the home of ``seeded``."""
CHANGES: Final = {
    *("devices add", "devices edit", "devices remove", "devices import", "devices export", "login", "logout"),
    *("passwd", "vault create", "vault password", "vault export", "vault import", "update", "backup", "set"),
    *("backups export", "backups import", "backups prune", "restore", "commission", "find-me", "dump"),
    *("passphrase set", "passphrase generate", "passphrase forget"),
    *("runs cancel", "runs continue", "runs resume", "runs retry", "runs prune"),
    *("firmware add", "firmware approve", "firmware remove", "firmware fetch", "sources login"),
    *("sources logout", "simulate", "demo", "serve", "config edit", "completion", "help"),
    # These need a database: tests/fleet.
    *("fleet worker", "fleet coordinator", "fleet demo", "fleet setup", "fleet login", "fleet run"),
    *(
        "fleet plan",
        "fleet status",
        "fleet list",
        "fleet report",
        "fleet attach",
        "fleet approve",
        "fleet cancel",
    ),
}


class Unwritable(io.RawIOBase):
    """Refuses every byte."""

    def __init__(self, number: int = errno.ENOSPC) -> None:
        self.number = number

    def writable(self) -> bool:
        return True

    def write(self, _: "ReadableBuffer", /) -> int:
        raise OSError(self.number, os.strerror(self.number))


def commands(command: click.Command, path: str = "") -> Iterator[str]:
    if not isinstance(command, click.Group):
        yield path
        return
    for name, member in command.commands.items():
        yield from commands(member, f"{path} {name}".strip())


ALL: Final = tuple(commands(build(lambda _, *, demo: int(demo))))


@pytest.fixture
def seeded(program: ProgramHarness, start_fleet: StartFleet) -> tuple[ProgramHarness, dict[str, str]]:
    """A home with one of everything, and the words that stand for what is in it."""
    made = start_fleet(sensor("one"))
    package = program.package()
    (program.home / "config").mkdir(parents=True)
    source = f'[sources.share]\nkind = "folder"\npath = "{program.folder}"\n'
    (program.home / "config" / "config.toml").write_text(source)
    assert program.here("devices", "add", "one", *made.addresses, fast=False).code == 0
    assert program.here("firmware", "add", package, fast=False).code == 0
    order = ("--order", "night-2026-11-30-of-hall-three-north")
    assert program.here("update", "one", "--package", package, "--yes", *order).code == 0
    [backup] = program.here("backups", "list", "--json", fast=False).of_kind("backup")
    return program, {"ADDRESS": made.addresses[0], "BACKUP": backup["id"], "PACKAGE": package}


def test_every_command_is_known_here() -> None:
    reads = {command for command in ALL if any(f"{words} ".startswith(f"{command} ") for words in READS)}
    assert reads | CHANGES == set(ALL)
    assert not reads & CHANGES


def test_what_is_lost_fails_every_command_that_reads(seeded: tuple[ProgramHarness, dict[str, str]]) -> None:
    program, stand_ins = seeded
    ended, left = {}, {}
    for words in READS:
        call = [stand_ins.get(word, word) for word in words.split()]
        form = () if "html" in call else ("--json",)
        result = program.here(*call, *form, stdout=Unwritable())
        ended[words] = (result.code, result.err.count(FULL))
        result = program.here(*call, stdout=Unwritable(errno.EPIPE))
        left[words] = (result.code, "Error" in result.err)
    assert ended == dict.fromkeys(READS, (1, 1))
    # A reader that has left is no error; what still waits for sensors then is not waited for.
    stopped = {words: found for words, found in left.items() if found != (0, False)}
    assert stopped == dict.fromkeys(("status", "health"), (1, False))


def test_what_is_read_fits_80_columns(seeded: tuple[ProgramHarness, dict[str, str]]) -> None:
    """On a terminal, without colours, and with a device whose every word is long.

    A path or a checksum is never broken: it could not be copied then.
    """
    program, stand_ins = seeded
    long, note = "warehouse-north-gate-number-17", "replaced in spring, the old one is in the workshop"
    words = ("--tag", "hall-three-north", "--tag", "conveyors", "--note", note, "--auth", "challenge")
    assert program.here("devices", "add", long, "127.0.0.1:9", *words, fast=False).code == 0
    wide: dict[str, list[str]] = {}
    for reads in READS:
        call = [stand_ins.get(word, word) for word in reads.split()]
        if "report" in call:
            continue  # a document
        _, shown = ProgramTerminal(program, *call, COLUMNS="80", NO_COLOR="1").end()
        assert "\x1b[" not in shown.replace("\x1b[K", ""), reads
        lines = [line.rpartition("\r")[2] for line in shown.replace("\r\n", "\n").split("\n")]
        if found := [line for line in lines if width(line) > 80 and len(max(line.split(), key=len)) < 40]:
            wide[reads] = found
    assert wide == {}


@pytest.mark.parametrize("words", [("--version",), *((*command.split(), "-h") for command in ("", *ALL))])
def test_help_and_version_that_are_lost(program: ProgramHarness, words: tuple[str, ...]) -> None:
    result = program.here(*words, fast=False, stdout=Unwritable())
    assert (result.code, result.err) == (1, FULL)
    result = program.here(*words, fast=False, stdout=Unwritable(errno.EPIPE))
    assert (result.code, result.err) == (0, "")


def test_an_update_goes_on_without_its_output(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("one"))
    words = ("update", *made.addresses, "--package", program.package(), "--yes", "--no-backup")
    result = program.here(*words, stdout=Unwritable())
    assert result.code == 1
    assert result.err.count(FULL) == 1
    assert "Reattach" not in result.err
    assert made.devices[0].firmware_version == "2.4.0.0R"
    [run] = program.here("runs", "list", "--json", fast=False).lines
    assert run["state"] == "finished"


def test_a_worse_exit_code_is_kept() -> None:
    guard = GuardedStream(Unwritable(), lambda _: None)
    assert guard.exit_code(0) == 0
    guard.write(b"x")
    assert [guard.exit_code(code) for code in (0, 1, 2, 3, 4, 130)] == [1, 1, 2, 3, 4, 130]


def test_what_follows_a_loss_is_dropped_and_the_loss_reported_once() -> None:
    raw, reported = Unwritable(), list[OSError]()
    guard = GuardedStream(raw, reported.append)
    answers = [2, OSError(errno.EIO, "Input/output error"), 3]
    with mock.patch.object(raw, "write", side_effect=answers) as write:
        assert [guard.write(b"abc") for _ in range(3)] == [2, 3, 3]
    assert write.call_count == 2
    assert [error.errno for error in reported] == [errno.EIO]


@contextlib.contextmanager
def guarded_pipe() -> Iterator[int]:
    """Make stdout a guarded pipe; gives its end for reading."""
    reading, writing = os.pipe()
    with (
        open(writing, "w", encoding="utf-8") as stdout,  # noqa: PTH123
        contextlib.redirect_stdout(stdout),
        guarded(),
    ):
        yield reading


@pytest.mark.skipif(os.name == "nt", reason="pipes cannot be watched")
async def test_waiting_ends_with_the_reader_though_nothing_is_printed() -> None:
    ended: list[str] = []

    async def wait() -> None:
        try:
            await asyncio.sleep(LIMIT)
        finally:
            ended.append("cleaned up")

    with guarded_pipe() as reading:
        asyncio.get_running_loop().call_later(0.01, os.close, reading)
        with pytest.raises(ReaderGone):
            await while_read(wait())
        assert ended == ["cleaned up"]
        with Interrupts() as interrupts:
            assert not await asyncio.wait_for(interrupts.ctrl_c(), LIMIT)
        with Interrupts(reader=False) as interrupts, pytest.raises(TimeoutError):
            await asyncio.wait_for(interrupts.ctrl_c(), 0.01)


@pytest.mark.skipif(os.name == "nt", reason="pipes cannot be watched")
async def test_a_reader_that_stays_changes_nothing() -> None:
    with guarded_pipe() as reading:
        assert await while_read(asyncio.sleep(0, "read")) == "read"
        task = asyncio.ensure_future(while_read(asyncio.sleep(LIMIT)))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        os.close(reading)


@pytest.mark.skipif(os.name == "nt", reason="pipes cannot be watched")
def test_what_waits_for_sensors_ends_with_its_reader(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    """An update that still plans does, too: nothing was begun, and no run is left."""
    silent: FleetThread = start_fleet(sensor("one", faults=(Fault(name="hang", at="*"),)), time_scale=1.0)
    slow = ("--set", "timing.request_timeout=600")
    package = program.package()
    status = program.start("status", *silent.addresses, *slow, fast=False)
    update = program.start("update", *silent.addresses, "--package", package, "--yes", *slow, fast=False)
    assert status.stdout is not None
    assert status.stdout.readline().startswith(b"DEVICE")
    assert update.stderr is not None
    assert update.stderr.readline().startswith(b"Reading 1 sensor")
    for process in (status, update):
        assert process.stdout is not None
        process.stdout.close()
        process.stdout = None
        assert process.wait(timeout=LIMIT / 2) == 1
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert program("runs", "list", "--json").lines == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("word", ["--version", "-h"])
def test_a_real_full_disk(program: ProgramHarness, word: str) -> None:
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            program.command(word, fast=False),
            env=program.environment,
            cwd=program.folder,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert (ended.returncode, ended.stderr.decode()) == (1, FULL)
