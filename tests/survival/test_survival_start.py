"""The moments of a run's start and end in which a process may die or another one may look."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from sicktui.engine.run import spawn
from sicktui.engine.run.events import first_events
from sicktui.engine.run.follow import interrupted, liveness, running, start_lock
from sicktui.engine.run.handshake import RunnerStart, RunSecrets
from sicktui.engine.run.launch import resume_run, start_run
from sicktui.engine.run.spawn import LaunchError
from sicktui.engine.run.staging import run_folder, scratch_folder
from sicktui.model.enums import RunState, Verdict
from sicktui.model.run.plan import UpdateOptions
from tests.support.harness import PASSWORD
from tests.support.killed_runs import KilledRuns, complete_uploads, sensor
from tests.support.processes import resume
from tests.support.waiting import LIMIT

pytestmark = pytest.mark.starts_afresh

HOLD = """
import sys
from pathlib import Path
from sicktui.stores.disk.locks import run_lock
from sicktui.stores.disk.home import locate
with run_lock(locate(Path(sys.argv[1]), {}), sys.argv[2]):
    print("held", flush=True)
    sys.stdin.read()
"""


async def test_a_run_that_is_just_being_started_is_not_taken_for_interrupted(
    harness: KilledRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    await harness.sensors(sensor())
    spec = await harness.update_spec()
    seen: list[RunState] = []
    handshake = spawn._handshake

    def looking(process: "subprocess.Popen[bytes]", start: bytes) -> object:
        # The run is journalled, its runner is starting, and another face looks.
        seen.append(liveness(harness.context, harness.context.journal.row(spec.run)).state)
        return handshake(process, start)

    monkeypatch.setattr(spawn, "_handshake", looking)
    await start_run(harness.context, spec)
    assert seen == [RunState.RUNNING]
    await harness.to_the_end(spec.run)
    assert not list(harness.context.home.locks.glob("*run*")), "a run that is over leaves no locks behind"
    assert not list(harness.context.home.locks.glob("start*"))


async def test_a_face_that_dies_before_its_runner_is_there_leaves_an_interrupted_run(
    harness: KilledRuns,
) -> None:
    [device] = await harness.sensors(sensor())
    spec = await harness.update_spec()
    with start_lock(harness.context.home, spec.run):
        harness.context.journal.create_run(spec, first_events(spec))
        assert [row.run for row in running(harness.context)] == [spec.run]
    # The lock goes with its process.
    assert [row.run for row in interrupted(harness.context)] == [spec.run]
    await harness.resumed_to_the_end(spec.run)
    [verdict] = harness.verdicts(spec.run).values()
    harness.assert_updated(device, verdict)


async def test_an_interpreter_that_cannot_be_executed_is_said_and_the_run_can_be_resumed(
    harness: KilledRuns, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    await harness.sensors(sensor())
    spec = await harness.update_spec()
    with monkeypatch.context() as broken:
        broken.setattr(spawn, "runner_command", lambda _: [str(tmp_path / "python3")])
        with pytest.raises(LaunchError, match="python3: No such file") as caught:
            await start_run(harness.context, spec)
    assert "Nothing was sent" in caught.value.advice
    assert [row.run for row in interrupted(harness.context)] == [spec.run]
    await harness.resumed_to_the_end(spec.run)


async def test_a_face_that_vanishes_before_the_answer_does_not_stop_the_run(harness: KilledRuns) -> None:
    """The terminal is closed between 'yes' and 'ready': the run was confirmed, so it is done."""
    [device] = await harness.sensors(sensor())
    spec = await harness.update_spec()
    context = harness.context
    context.journal.create_run(spec, first_events(spec))
    secrets = RunSecrets(passwords={item.device: PASSWORD for item in spec.items}, passphrase="")
    start = RunnerStart(run=spec.run, home=context.home, secrets=secrets).encode()
    with (harness.folder / "log").open("wb") as log:
        process = spawn._popen("run", log.fileno())
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdout.close()  # nobody is there to read the answer
    process.stdin.write(start)
    process.stdin.close()
    async with asyncio.timeout(10):
        while not running(context):
            await asyncio.sleep(0.02)
    await harness.to_the_end(spec.run)
    assert await asyncio.to_thread(process.wait, 10) == 0
    [verdict] = harness.verdicts(spec.run).values()
    harness.assert_updated(device, verdict)


async def test_a_runner_that_cannot_start_says_why(harness: KilledRuns) -> None:
    await harness.sensors(sensor())
    spec = await harness.update_spec()
    await harness.start_killed(spec, "after", "survey")
    context = harness.context
    # Somebody else resumes it in the same second.
    home = str(context.home.state.parent)
    holder = await asyncio.to_thread(
        subprocess.Popen,
        [sys.executable, "-c", HOLD, home, spec.run],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    assert await asyncio.to_thread(holder.stdout.readline) == b"held\n"
    with pytest.raises(LaunchError, match=rf"run {spec.run} is in use by .*pid {holder.pid}") as caught:
        await asyncio.to_thread(spawn.spawn_runner, context, spec, resumed=True)
    assert "Nothing was sent" not in caught.value.advice, "the earlier runner may have sent something"
    holder.communicate()
    await harness.resumed_to_the_end(spec.run)


async def test_two_who_resume_at_once_start_one_runner(harness: KilledRuns) -> None:
    [device] = await harness.sensors(sensor())
    spec = await harness.update_spec()
    await harness.start_killed(spec, "after", "act put_update done")
    ends = await asyncio.gather(
        *(resume_run(harness.context, spec.run) for _ in range(3)), return_exceptions=True
    )
    assert sum(end is None for end in ends) == 1
    assert all(end is None or isinstance(end, LaunchError) for end in ends), ends
    await harness.to_the_end(spec.run)
    [verdict] = harness.verdicts(spec.run).values()
    harness.assert_updated(device, verdict)


async def test_a_package_that_vanished_meanwhile_is_no_loss(harness: KilledRuns) -> None:
    """The run works on its own copy: the original may be on a memory stick that is gone by now."""
    begun, fresh = await harness.sensors(sensor("begun"), sensor("fresh"))
    spec = await harness.update_spec()
    await harness.start_killed(spec, "after", "act put_update intended", begun.address)
    assert spec.package is not None
    Path(spec.package.path).unlink()
    await harness.resumed_to_the_end(spec.run)
    verdicts = harness.verdicts(spec.run)
    for device in (begun, fresh):
        # Whether the packages had arrived when the runner was killed, nobody could know.
        harness.assert_updated(device, verdicts[device.address], uploads=(1, 2))


async def test_a_copy_of_the_package_that_was_cut_off_is_made_again(harness: KilledRuns) -> None:
    """The runner was killed, or the power went, while it made the run's own copy."""
    [device] = await harness.sensors(sensor())
    spec = await harness.update_spec()
    assert spec.package is not None
    folder = run_folder(harness.context.home, spec.run)
    folder.mkdir(parents=True)
    (folder / "package").write_bytes(b"\0" * spec.package.size)
    await start_run(harness.context, spec)
    await harness.to_the_end(spec.run)
    [verdict] = harness.verdicts(spec.run).values()
    harness.assert_updated(device, verdict)
    assert complete_uploads(device)[0].sha256 == spec.package.sha256


async def test_a_disk_without_room_for_one_job_keeps_no_other_from_its_end(
    harness: KilledRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    devices = await harness.sensors(sensor("one"), sensor("two"))
    spec = await harness.update_spec(UpdateOptions())
    harness.context.journal.create_run(spec, first_events(spec))
    # A file stands where the folder of one job should be.
    blocked = scratch_folder(harness.context.home, spec.run, devices[0].address)
    blocked.rmdir()
    blocked.write_bytes(b"")
    await asyncio.to_thread(spawn.spawn_runner, harness.context, spec)
    await harness.to_the_end(spec.run)
    verdicts = harness.verdicts(spec.run)
    assert verdicts[devices[0].address].verdict is Verdict.FAILED
    assert verdicts[devices[0].address].code == "storage_error"
    harness.assert_updated(devices[1], verdicts[devices[1].address])


@pytest.mark.skipif(sys.platform == "win32", reason="no signal stops a process there")
async def test_a_runner_that_is_stopped_for_a_while_goes_on_where_it_was(harness: KilledRuns) -> None:
    """The PC sleeps in the middle of a flash, and the sensor does not."""
    [device] = await harness.sensors(sensor(flash_seconds=30.0))
    spec = await harness.update_spec()
    await start_run(harness.context, spec)
    await harness.until(spec.run, "state 1")
    harness.pause(spec.run)
    async with asyncio.timeout(LIMIT):
        while device.phase != "updated":
            await asyncio.sleep(0.02)
    assert liveness(harness.context, harness.context.journal.row(spec.run)).state is RunState.RUNNING
    resume(harness.pid(spec.run))
    await harness.to_the_end(spec.run)
    [verdict] = harness.verdicts(spec.run).values()
    harness.assert_updated(device, verdict)
