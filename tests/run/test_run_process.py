"""The runner as a process of its own: started, followed, killed, resumed."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from sicktui.engine.run.follow import follow, interrupted, liveness, request_cancel, running
from sicktui.engine.run.launch import resume_run, start_run
from sicktui.model.enums import Code, RunState, Verdict
from sicktui.model.errors import UsageError
from sicktui.model.run.event import Event, RunChanged, VerdictReached
from sicktui.model.run.view import RunView, reduce
from sicktui.simulator.fleet.fleet import Device
from sicktui.simulator.spec import DeviceSpec, Fault
from tests.support.engine_harness import EngineHarness
from tests.support.processes import KILL, session_of
from tests.support.waiting import LIMIT, Stopwatch

pytestmark = pytest.mark.starts_afresh


def sensor(name: str, **changes: object) -> DeviceSpec:
    return DeviceSpec(**({"name": name, "version": "2.3.0.0R"} | changes))  # type: ignore[arg-type]


async def started(
    harness: EngineHarness, *specs: DeviceSpec, time_scale: float = 50.0
) -> tuple[str, list[Device]]:
    """A run of the sensors, executed by a runner process."""
    devices = await harness.sensors(*specs, time_scale=time_scale)
    package = harness.package()
    await harness.plan(package)
    return await start_run(harness.context, harness.spec(package)), devices


async def to_the_end(harness: EngineHarness, run: str) -> tuple[RunView, list[Event]]:
    view, events = RunView(), []
    async with asyncio.timeout(LIMIT):
        async for batch in follow(harness.context, run, interval=0.05):
            for _, event in batch:
                events.append(event)
                view = reduce(view, event)
    return view, events


async def until_state(harness: EngineHarness, run: str, state: int) -> None:
    """Wait until every sensor of the run was seen at the UpdateState."""
    async with asyncio.timeout(LIMIT):
        while any(device.update_state != state for device in harness.view(run).devices.values()):
            await asyncio.sleep(0.02)


def pid_of(harness: EngineHarness, run: str) -> int:
    pid = harness.context.journal.row(run).pid
    assert pid is not None
    return pid


async def test_a_run_is_followed_to_its_summary(harness: EngineHarness) -> None:
    run, _ = await started(harness, sensor("one"), sensor("two", faults=(Fault(name="update_error"),)))
    view, events = await to_the_end(harness, run)
    assert view.finished
    assert view.counts()[Verdict.SUCCEEDED] == 1
    assert view.counts()[Verdict.FAILED] == 1
    assert view.summary is not None
    assert view.summary.exit_code == 1
    assert isinstance(events[0], RunChanged)
    row = liveness(harness.context, harness.context.journal.row(run))
    assert (row.state, row.pid) == (RunState.FINISHED, None)


@pytest.mark.skipif(sys.platform == "win32", reason="sessions are POSIX")
async def test_the_runner_is_detached_and_owns_its_sensors(harness: EngineHarness) -> None:
    run, _ = await started(harness, sensor("one", flash_seconds=60.0))
    assert session_of(pid_of(harness, run)) != session_of(0)
    assert [row.run for row in running(harness.context)] == [run]
    await to_the_end(harness, run)
    assert running(harness.context) == []


async def test_a_module_in_the_working_folder_is_not_taken_for_one_of_ours(
    harness: EngineHarness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The runner is handed the passwords: in a folder that others write to it must not run their code.
    (tmp_path / "msgspec.py").write_text("raise SystemExit('not ours')")
    monkeypatch.chdir(tmp_path)
    run, _ = await started(harness, sensor("one"))
    view, _ = await to_the_end(harness, run)
    assert view.counts()[Verdict.SUCCEEDED] == 1


async def test_no_secret_reaches_arguments_environment_or_files(
    harness: EngineHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SICKTUI_PASSWORD", "servicelevel")
    run, _ = await started(harness, sensor("one"))
    pid = pid_of(harness, run)
    for name in ("cmdline", "environ"):
        with open(f"/proc/{pid}/{name}", "rb") as file:  # noqa: ASYNC230, PTH123
            assert b"servicelevel" not in file.read()
    await to_the_end(harness, run)
    home = harness.context.home
    for folder in (home.config, home.data, home.state, home.log):
        for path in folder.rglob("*"):
            if path.is_file() and home.backups not in path.parents:
                assert b"servicelevel" not in path.read_bytes(), path


async def test_a_refused_run_is_finished_without_a_runner(harness: EngineHarness) -> None:
    run, _ = await started(harness, sensor("gone", offline=True))
    view, _ = await to_the_end(harness, run)
    assert view.finished
    assert view.summary is not None
    assert view.summary.exit_code == 4


async def test_a_killed_runner_is_seen_and_its_run_resumed_from_the_sensor(harness: EngineHarness) -> None:
    run, [device] = await started(harness, sensor("one", flash_seconds=40.0))
    await until_state(harness, run, 1)
    os.kill(pid_of(harness, run), KILL)
    view, events = await to_the_end(harness, run)
    assert view.state is RunState.INTERRUPTED
    assert isinstance(events[-1], RunChanged)
    assert [row.run for row in interrupted(harness.context)] == [run]
    await resume_run(harness.context, run)
    view, _ = await to_the_end(harness, run)
    [verdict] = [v.verdict for v in view.devices.values() if v.verdict]
    assert verdict.verdict is Verdict.SUCCEEDED, verdict.message
    assert len([r for r in device.requests if r.method == "PUT"]) == 1
    assert len([r for r in device.requests if r.path.endswith("RunFirmwareUpdate")]) == 1


async def test_only_an_interrupted_run_can_be_resumed(harness: EngineHarness) -> None:
    run, _ = await started(harness, sensor("one"))
    with pytest.raises(UsageError, match="running"):
        await resume_run(harness.context, run)
    await to_the_end(harness, run)
    with pytest.raises(UsageError, match="finished"):
        await resume_run(harness.context, run)


async def test_a_second_run_on_the_same_sensor_is_refused_with_its_owner(harness: EngineHarness) -> None:
    harness.provoked = "was not answered yet"  # a plan reads while the runner reads: two processes
    run, _ = await started(harness, sensor("one", flash_seconds=60.0))
    await until_state(harness, run, 1)
    [item] = await harness.plan(harness.package())
    assert item.reason is Code.BUSY
    await to_the_end(harness, run)


async def test_cancel_reaches_the_runner_through_the_journal(harness: EngineHarness) -> None:
    harness.settings(autostart_wait=0.2)
    run, _ = await started(harness, sensor("one", flash_seconds=40.0))
    await until_state(harness, run, 1)
    request_cancel(harness.context, run)
    view, events = await to_the_end(harness, run)
    assert view.state is RunState.CANCELLED
    [verdict] = [event for event in events if isinstance(event, VerdictReached)]
    assert verdict.verdict is Verdict.SUCCEEDED, verdict.message


async def test_sigterm_finishes_what_the_sensor_has_begun(harness: EngineHarness) -> None:
    run, _ = await started(harness, sensor("one", flash_seconds=40.0))
    await until_state(harness, run, 1)
    began = Stopwatch()
    os.kill(pid_of(harness, run), signal.SIGTERM)
    view, _ = await to_the_end(harness, run)
    assert view.counts()[Verdict.SUCCEEDED] == 1
    assert began.seconds() < 15
