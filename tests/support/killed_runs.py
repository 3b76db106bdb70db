"""What the survival tests share: runners that are killed on the spot, and what must be true afterwards."""

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack, closing, suppress
from pathlib import Path

import pytest

from sicktui.engine.backup.plan import plan_backup
from sicktui.engine.context import Context
from sicktui.engine.plan.spec import new_spec
from sicktui.engine.run import spawn
from sicktui.engine.run.follow import follow, liveness
from sicktui.engine.run.launch import resume_run, start_run
from sicktui.engine.run.spawn import LaunchError
from sicktui.engine.targets import choose
from sicktui.model.enums import Operation, RunState, Verdict
from sicktui.model.run.event import Event, Summarised, VerdictReached
from sicktui.model.run.plan import RunSpec, UpdateOptions
from sicktui.model.run.view import RunView, reduce
from sicktui.simulator.device.record import RequestRecord
from sicktui.simulator.fleet.fleet import Device
from sicktui.simulator.spec import DeviceSpec
from tests.support.engine_harness import EngineHarness
from tests.support.processes import KILL, pause, resume
from tests.support.waiting import LIMIT

OLD, NEW = "2.3.0.0R", "2.4.0.0R"
LOOKS = {"GET UpdateState", "GET DeviceIdent"}
DOORS = {"POST getChallenge", "POST CreateSessionToken"}
TRIGGERS = ("POST RunFirmwareUpdate", "POST methods/RunFirmwareUpdate")
WITHOUT_BACKUP = UpdateOptions(backup=False)


def sensor(name: str = "gate", **changes: object) -> DeviceSpec:
    """A sensor that is quick even for a simulated one."""
    usual = {
        "name": name,
        "version": OLD,
        "reboot_seconds": 8.0,
        "flash_seconds": 10.0,
        "backup_seconds": 0.0,
    }
    return DeviceSpec(**(usual | changes))  # type: ignore[arg-type]


class KilledRuns(EngineHarness):
    """A plant whose runners are killed, and what they leave behind."""

    def __init__(
        self, context: Context, folder: Path, stack: AsyncExitStack, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        super().__init__(context, folder, stack)
        self._monkeypatch = monkeypatch
        self.processes: list[subprocess.Popen[bytes]] = []
        """Every runner that was started, the last one last."""
        popen = spawn._popen

        def keep(run: str, log: int) -> "subprocess.Popen[bytes]":
            self.processes.append(popen(run, log))
            return self.processes[-1]

        monkeypatch.setattr(spawn, "_popen", keep)

    # -- runs ----------------------------------------------------------------------------------

    async def update_spec(self, options: UpdateOptions = WITHOUT_BACKUP, *, size: int = 20_000) -> RunSpec:
        """A planned update of all sensors; without the backup, where that is not what a test is about."""
        package = self.package(NEW, size=size)
        await self.plan(package, options)
        return self.spec(package, options)

    async def backup_spec(self) -> RunSpec:
        """A planned backup of all sensors."""
        addresses = [device.address for device in self.fleet.devices]
        targets = choose(addresses, self.context.devices(), self.context.settings)
        return new_spec(self.context, Operation.BACKUP, await plan_backup(self.context, targets))

    def kill_at(self, *words: str) -> None:
        """Every runner that is started from now on is doomed as ``killed_runner.py`` describes."""
        script = Path(__file__).with_name("killed_runner.py")
        command = [sys.executable, str(script), *words]
        self._monkeypatch.setattr(spawn, "runner_command", lambda _: command)
        # The script must find both sicktui and its own folder's neighbours, as pytest does.
        self._monkeypatch.setenv("PYTHONPATH", str(script.parents[2]))

    def stop_killing(self) -> None:
        """Runners live again."""
        self._monkeypatch.setattr(
            spawn, "runner_command", lambda _: [sys.executable, "-m", "sicktui.engine.run.runner"]
        )

    async def start_killed(self, spec: RunSpec, *words: str) -> None:
        """Start a run and wait until its runner has killed itself."""
        self.kill_at(*words)
        with suppress(LaunchError):  # it may die before it is ready
            await start_run(self.context, spec)
        await self._died()
        self.stop_killing()

    async def resume_killed(self, run: str, *words: str) -> None:
        """Resume a run and wait until its new runner has killed itself."""
        self.kill_at(*words)
        with suppress(LaunchError):
            await resume_run(self.context, run)
        await self._died()
        self.stop_killing()

    async def _died(self) -> None:
        """The doomed runner has come to its point: nothing else has ended it."""
        async with asyncio.timeout(LIMIT):
            while (end := self.processes[-1].poll()) is None:
                await asyncio.sleep(0.02)
        assert end == -KILL, f"it never came to its point, and ended with {end}"

    async def wait_until_gone(self, run: str) -> RunState:
        """Wait until the run has no runner any more."""
        async with asyncio.timeout(LIMIT):
            while (row := liveness(self.context, self.context.journal.row(run))).state is RunState.RUNNING:
                await asyncio.sleep(0.02)
        return row.state

    async def to_the_end(self, run: str, *, after: int = 0) -> RunView:
        """Follow a run until it is over or its runner is gone."""
        view = RunView()
        async with asyncio.timeout(LIMIT):
            async for batch in follow(self.context, run, after=after, interval=0.05):
                for _, event in batch:
                    view = reduce(view, event)
        return view

    async def resumed_to_the_end(self, run: str) -> RunView:
        """Resume a run and follow it."""
        await resume_run(self.context, run)
        return await self.to_the_end(run)

    def pid(self, run: str) -> int:
        """The process of the run's runner."""
        pid = self.context.journal.row(run).pid
        assert pid is not None
        return pid

    def pause(self, run: str) -> None:
        """Stop the run's runner between two writes: one that stops in a transaction locks the journal."""
        pid = self.pid(run)
        while True:
            pause(pid)
            with closing(
                sqlite3.connect(self.context.journal.path, timeout=0, isolation_level=None)
            ) as journal:
                try:
                    journal.execute("BEGIN IMMEDIATE")
                except sqlite3.OperationalError:
                    resume(pid)
                else:
                    journal.execute("ROLLBACK")
                    return

    async def kill(self, run: str) -> None:
        """Kill the run's runner now."""
        os.kill(self.pid(run), KILL)
        await self.wait_until_gone(run)

    async def until(self, run: str, what: str, *, devices: int = 1) -> None:
        """Wait until this many devices of the run reach a point, named as in ``killed_runner.py``."""
        from tests.support.killed_runner import point_of  # noqa: PLC0415

        async with asyncio.timeout(LIMIT):
            while sum(point_of(event) == what for event in self.events(run)) < devices:
                await asyncio.sleep(0.02)

    async def all_runners_gone(self) -> None:
        """No test leaves a runner behind: those still at work are killed."""
        for row in self.context.journal.unfinished():
            if liveness(self.context, row).state is RunState.RUNNING and row.pid is not None:
                with suppress(ProcessLookupError):  # a runner that was refused may still be on its way out
                    os.kill(row.pid, KILL)
                await self.wait_until_gone(row.run)

    # -- what must be true -----------------------------------------------------------------------

    def violations(self) -> list[str]:
        """What the sensors complain of."""
        return [
            text
            for device in (self.fleet.devices if hasattr(self, "fleet") else ())
            for text in device.violations
            if not self.is_provoked(text)
        ]

    def verdicts(self, run: str) -> dict[str, VerdictReached]:
        """The one verdict of each device; fails if one has none or two."""
        events = self.events(run)
        verdicts = [event for event in events if isinstance(event, VerdictReached)]
        devices = [item.device for item in self.context.journal.spec(run).items]
        assert sorted(event.device for event in verdicts) == sorted(devices)
        [summary] = [event for event in events if isinstance(event, Summarised)]
        assert sum(summary.verdicts.values()) == len(devices)
        return {event.device: event for event in verdicts}

    def assert_updated(
        self, device: Device, verdict: VerdictReached, *, uploads: Sequence[int] = (1,)
    ) -> None:
        """The sensor was updated once, politely, and the verdict says so."""
        assert verdict.verdict is Verdict.SUCCEEDED, (verdict.code, verdict.message)
        assert device.firmware_version == NEW
        assert device.flashes == 1
        assert len(complete_uploads(device)) in uploads
        assert_looked_before_writing(device)

    def assert_backups_whole(self) -> int:
        """Every backup that is listed is what its sensor gave; returns how many there are."""
        store = self.context.backups
        records = store.list()
        for record in records:
            store.verify(record)
        assert store.damaged() == {}
        return len(records)


def complete_uploads(device: Device) -> list[RequestRecord]:
    """The packages that reached the sensor whole."""
    return [
        request
        for request in device.requests
        if request.endpoint == "PUT update" and request.http_status is not None and request.http_status < 300
    ]


def assert_looked_before_writing(device: Device) -> None:
    """Right before each upload and each trigger the sensor was asked for UpdateState and version."""
    recent: list[str] = []
    for request in device.requests:
        if request.endpoint == "PUT update" or request.endpoint in TRIGGERS:
            # The serial number and a first sign of how it authenticates may be read between.
            assert set(recent[-4:]) >= LOOKS, f"before {request.number} {request.endpoint}: {recent[-5:]}"
            assert request.update_state != 1, f"{request.endpoint} during a flash"
        if request.endpoint not in DOORS:
            # A write makes every look before it stale.
            recent = [*recent, request.endpoint] if request.method == "GET" else []


def events_of(events: Sequence[Event], kind: type) -> list[Event]:
    """The events of one kind."""
    return [event for event in events if isinstance(event, kind)]
