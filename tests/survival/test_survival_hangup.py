"""The terminal goes away in the middle of a run: the run does not care, and the command is gone at once."""

import asyncio
import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from sicktui.engine.run.follow import running
from sicktui.model.enums import Verdict
from tests.support.fleet_thread import LONG, WAITS_FOR_IT
from tests.support.harness import PASSWORD
from tests.support.killed_runs import NEW, KilledRuns, sensor
from tests.support.waiting import LIMIT, Stopwatch
from tests.survival.conftest import SWIFT

assert sys.platform != "win32"  # for the type checker; conftest.py leaves this file out there

pytestmark = [
    pytest.mark.starts_afresh,
    pytest.mark.skipif(sys.platform != "linux", reason="needs a pty and setsid of util-linux"),
]

AT_ONCE = 3.0
"""Seconds in which a command without a terminal must be gone; 0.2 s on a quiet PC."""


class SessionTerminal:
    """A terminal of its own with a command in it, in a session of its own, as sshd makes them."""

    def __init__(self, harness: KilledRuns, *words: str) -> None:
        self.master, slave = pty.openpty()
        timing = [f"timing.{name}={getattr(SWIFT, name)}" for name in SWIFT.__struct_fields__]
        limits = ["limits.requests_per_second=1000", "limits.jobs=4"]
        options = [part for setting in (*timing, *limits) for part in ("--set", setting)]
        home = str(harness.context.home.state.parent)
        # setsid -c: the terminal controls the session, so that closing it is heard as SIGHUP.
        self.process = subprocess.Popen(
            ["setsid", "-c", sys.executable, "-m", "sicktui", "--home", home, *options, *words],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=os.environ | {"SICKTUI_PASSWORD": PASSWORD, "TERM": "xterm-256color"},
        )
        os.close(slave)
        self.output = b""
        self._open = True

    async def read(self) -> None:
        """Read all that it shows, until it goes away."""
        loop = asyncio.get_running_loop()

        def arrived() -> None:
            try:
                self.output += os.read(self.master, 65536)
            except OSError:
                loop.remove_reader(self.master)

        loop.add_reader(self.master, arrived)

    def drop(self) -> None:
        """The connection breaks."""
        if self._open:
            self._open = False
            asyncio.get_running_loop().remove_reader(self.master)
            os.close(self.master)

    async def gone_within(self, seconds: float) -> float:
        """Wait until the command has ended; CPU seconds that it took from now on."""
        before = _cpu(self.process.pid)
        async with asyncio.timeout(seconds):
            while (now := _cpu(self.process.pid)) is not None:
                before = before or now
                last = now
                await asyncio.sleep(0.02)
                if self.process.poll() is not None:
                    break
        return (last - before) if before is not None else 0.0


def _cpu(pid: int) -> float | None:
    try:
        with open(f"/proc/{pid}/stat") as file:  # noqa: PTH123
            fields = file.read().rpartition(")")[2].split()
    except FileNotFoundError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@asynccontextmanager
async def terminal(harness: KilledRuns, *words: str) -> AsyncIterator[SessionTerminal]:
    made = SessionTerminal(harness, *words)
    try:
        yield made
    finally:
        made.drop()
        if made.process.poll() is None:
            made.process.kill()
        await asyncio.to_thread(made.process.wait, 10)


async def going(harness: KilledRuns) -> str:
    """The run that was started in the terminal, once it is there."""
    async with asyncio.timeout(LIMIT):
        while not (rows := running(harness.context)):
            await asyncio.sleep(0.02)
    return rows[0].run


def update_words(harness: KilledRuns) -> list[str]:
    package = harness.package(NEW, size=20_000)
    addresses = [device.address for device in harness.fleet.devices]
    return ["update", *addresses, "--package", package.path, "--no-backup", "--yes"]


@pytest.mark.parametrize(("count", "stalled"), [(20, False), (6, True)])
async def test_all_sensors_have_their_verdicts_though_the_terminal_was_dropped(
    harness: KilledRuns, count: int, stalled: bool
) -> None:
    """``stalled``: the terminal was not read any more before that, as after Ctrl-S."""
    devices = await harness.sensors(*(sensor(f"s{n:02}") for n in range(count)))
    async with terminal(harness, *update_words(harness)) as screen:
        if not stalled:
            await screen.read()
        run = await going(harness)
        await harness.until(run, "verdict", devices=2)
        dropped = Stopwatch()
        screen.drop()
        burnt = await screen.gone_within(AT_ONCE)
        assert dropped.seconds() < AT_ONCE
        assert burnt < 1.0
        assert len(harness.view(run).devices) == count
        assert sum(view.verdict is not None for view in harness.view(run).devices.values()) < count
        await harness.to_the_end(run)
    verdicts = harness.verdicts(run)
    for device in devices:
        harness.assert_updated(device, verdicts[device.address])


async def test_a_hangup_of_the_whole_session_leaves_the_run_alone(harness: KilledRuns) -> None:
    """SIGHUP, then SIGTERM to every process of the session, as at the end of a login."""
    [device] = await harness.sensors(sensor(flash_seconds=30.0))
    async with terminal(harness, *update_words(harness)) as screen:
        await screen.read()
        run = await going(harness)
        await harness.until(run, "state 1")
        assert os.getsid(harness.pid(run)) != os.getsid(screen.process.pid)
        os.killpg(screen.process.pid, signal.SIGHUP)
        os.killpg(screen.process.pid, signal.SIGTERM)
        await screen.gone_within(AT_ONCE)
        await harness.to_the_end(run)
    [verdict] = harness.verdicts(run).values()
    harness.assert_updated(device, verdict)


async def test_who_comes_back_sees_the_run_live(harness: KilledRuns) -> None:
    """A new command shows all of it at once, and the rest as it happens."""
    # Four at once, which flash until somebody is back.
    devices = await harness.sensors(
        *(sensor(f"s{n}", flash_seconds=LONG if n < 4 else 10.0) for n in range(6))
    )
    async with terminal(harness, *update_words(harness), *WAITS_FOR_IT) as screen:
        await screen.read()
        run = await going(harness)
        await harness.until(run, "state 1", devices=4)
        screen.drop()
        await screen.gone_within(AT_ONCE)
    home = str(harness.context.home.state.parent)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sicktui", "--home", home, "--json", "runs", "attach", "latest",
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    async with asyncio.timeout(LIMIT):
        lines = [json.loads(await process.stdout.readline())]
        for device in devices:
            device.updater.end_flash()
        lines += [json.loads(line) async for line in process.stdout]
    assert await process.wait() == 0
    assert lines[0]["kind"] == "run"
    assert lines[0]["pid"] is not None
    assert lines[-1]["kind"] == "summary"
    assert lines[-1]["verdicts"] == {"succeeded": 6}
    assert {v.verdict for v in harness.verdicts(run).values()} == {Verdict.SUCCEEDED}
