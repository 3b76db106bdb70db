"""What the commands and the dashboard say of runs that were cancelled, lost, or whose journal is damaged."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import msgspec
import pytest
from textual.pilot import Pilot

from sicktui.engine.run.follow import request_cancel
from sicktui.engine.run.launch import start_run
from sicktui.engine.targets import choose
from sicktui.engine.update.plan import plan_update
from sicktui.model.enums import RunState, StepState, Verdict
from sicktui.model.settings import Limits
from sicktui.simulator.fleet.fleet import Device
from sicktui.tui.app import Dashboard
from sicktui.tui.appearance import Appearance
from tests.support.fleet_thread import LONG
from tests.support.harness import PASSWORD
from tests.support.killed_runs import NEW, WITHOUT_BACKUP, KilledRuns, sensor
from tests.support.waiting import LIMIT
from tests.survival.test_survival_journal import flip, poke
from tests.survival.test_survival_kill_restore import backed_up, restore_of
from tests.survival.test_survival_resume import until_phase


async def said(harness: KilledRuns, *words: str, code: int = 0) -> str:
    """What a command of another session says, on both streams."""
    home = str(harness.context.home.state.parent)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sicktui", "--home", home, *words,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        env=os.environ | {"SICKTUI_PASSWORD": PASSWORD},
    )  # fmt: skip
    async with asyncio.timeout(LIMIT):
        out, _ = await process.communicate()
    assert process.returncode == code, out.decode()
    return out.decode()


@asynccontextmanager
async def dashboard(harness: KilledRuns) -> AsyncIterator[Callable[[str], "asyncio.Future[None]"]]:
    """A dashboard of this home; yields a wait for words on its screen or in its notes."""
    async with Dashboard(harness.context, Appearance()).run_test(size=(140, 40), notifications=True) as pilot:

        async def shows(words: str) -> None:
            for _ in range(200):
                if words in _all_of(pilot):
                    return
                await pilot.pause(0.05)
            pytest.fail(f"{words!r} never came; the screen shows:\n{_all_of(pilot)}")

        yield lambda words: asyncio.ensure_future(shows(words))


def _all_of(pilot: "Pilot[None]") -> str:
    notes = "\n".join(note.message for note in pilot.app._notifications)
    strips = pilot.app.screen._compositor.render_strips()
    return notes + "\n" + "\n".join("".join(part.text for part in strip) for strip in strips)


async def refused_run(harness: KilledRuns, device: Device) -> str:
    """A run in which no device may go, newer than the others."""
    targets = choose([device.address], harness.context.devices(), harness.context.settings)
    items = await plan_update(harness.context, targets, harness.package(NEW), WITHOUT_BACKUP)
    assert items[0].reason is not None
    harness.items = items
    return await start_run(harness.context, harness.spec(harness.package(NEW)))


async def test_cancel_latest_means_the_run_that_is_going_and_says_what_it_waits_for(
    harness: KilledRuns,
) -> None:
    flashing, waiting = await harness.sensors(sensor("flashing", flash_seconds=LONG), sensor("waiting"))
    harness.settings(limits=Limits(requests_per_second=1000.0, jobs=1), flash_timeout=2 * LIMIT)
    spec = await harness.update_spec()
    await start_run(harness.context, spec)
    await harness.until(spec.run, "state 1")
    refused = await refused_run(harness, flashing)
    assert harness.context.journal.runs()[0].run == refused
    told = await said(harness, "runs", "cancel", "latest")
    assert f"Run {spec.run}: cancelling, waiting for {flashing.address} (flash)." in told
    assert waiting.address not in told
    assert f"sicktui runs attach {spec.run}" in told
    attached = asyncio.ensure_future(said(harness, "runs", "attach", "latest", code=1))
    async with dashboard(harness) as shows:
        # Nobody has pressed a key here: it is the other session that cancelled.
        await shows(f"cancelling, waiting for {flashing.address} (flash)")
        flashing.updater.end_flash()
        await harness.to_the_end(spec.run)
        await shows(f"Run {spec.run} is cancelled")
    assert "Waiting for" in await attached
    verdicts = harness.verdicts(spec.run)
    harness.assert_updated(flashing, verdicts[flashing.address])
    assert verdicts[waiting.address].verdict is Verdict.CANCELLED
    harness.provoked = "was not answered yet"  # the plan that was refused asked it meanwhile


async def test_nothing_is_going_that_could_be_cancelled(harness: KilledRuns) -> None:
    [device] = await harness.sensors(sensor(version=NEW))
    run = await refused_run(harness, device)
    assert f"Run {run} is finished" in await said(harness, "runs", "cancel", "latest", code=2)


async def test_a_run_that_was_lost_while_it_was_being_cancelled_is_offered_and_ends_cancelled(
    harness: KilledRuns,
) -> None:
    flying, waiting = await harness.sensors(sensor("flying", flash_seconds=60.0), sensor("waiting"))
    harness.settings(limits=Limits(requests_per_second=1000.0, jobs=1))
    spec = await harness.update_spec()
    await start_run(harness.context, spec)
    await harness.until(spec.run, "state 1")
    request_cancel(harness.context, spec.run)
    async with asyncio.timeout(5):
        while not harness.view(spec.run).cancelling:
            await asyncio.sleep(0.02)
    await harness.kill(spec.run)
    listed = await said(harness, "runs", "list")
    assert f"1 run interrupted: {spec.run}" in listed
    assert "sicktui runs resume" in listed
    assert f"runs resume {spec.run}" in await said(harness, "runs", "cancel", spec.run, code=2)
    assert f"interrupted, the runner stopped: {spec.run}" in await said(harness, "doctor")
    async with dashboard(harness) as shows:
        await shows(f"1 run was interrupted: {spec.run}")
    await said(harness, "runs", "resume", "latest", "--yes", code=1)
    view = harness.view(spec.run)
    assert view.state is RunState.CANCELLED
    harness.assert_updated(flying, harness.verdicts(spec.run)[flying.address])
    assert harness.verdicts(spec.run)[waiting.address].verdict is Verdict.CANCELLED


@pytest.mark.parametrize(
    "point", ["step trigger started", "act run_firmware_update done", "step flash started"]
)
async def test_a_resumed_run_shows_no_step_as_going_that_nobody_ends(harness: KilledRuns, point: str) -> None:
    """The sensor came back by itself: the new runner goes on at another step than the old one left."""
    [device] = await harness.sensors(sensor())
    spec = await harness.update_spec()
    await harness.start_killed(spec, "after", point)
    if point != "step trigger started":
        await until_phase(device, "updated")
    await harness.resumed_to_the_end(spec.run)
    [shown] = harness.view(spec.run).devices.values()
    assert StepState.STARTED not in shown.steps.values(), shown.steps
    harness.assert_updated(device, harness.verdicts(spec.run)[device.address])


async def test_a_restore_that_a_sensor_has_begun_is_finished(harness: KilledRuns) -> None:
    harness.settings(backup_timeout=20.0)
    device, before = await backed_up(harness, restore_seconds=50.0)
    spec = await restore_of(harness, device)
    await start_run(harness.context, spec)
    await harness.until(spec.run, "act restore done")
    request_cancel(harness.context, spec.run)
    view = await harness.to_the_end(spec.run)
    assert view.state is RunState.CANCELLED
    [verdict] = harness.verdicts(spec.run).values()
    assert verdict.verdict is Verdict.SUCCEEDED, verdict.message
    assert device.parameters.saved == before


async def test_a_damaged_journal_is_said_by_every_face(harness: KilledRuns) -> None:
    """One event of a run and the row of another one cannot be read; the rest of the history can."""
    [device] = await harness.sensors(sensor())
    spec = await harness.update_spec()
    await start_run(harness.context, spec)
    await harness.to_the_end(spec.run)
    [verdict] = harness.verdicts(spec.run).values()
    harness.assert_updated(device, verdict)
    other = await refused_run(harness, device)
    flip(harness, spec.run, '"put_update"')
    path = harness.context.home.journal_file
    assert poke(path, "UPDATE runs SET state = 'rinning' WHERE run = ?", other) == 1
    listed = await said(harness, "runs", "list")
    assert spec.run in listed
    assert f"is damaged: the run's own row of run {other} cannot be read" in listed
    shown = await said(harness, "runs", "show", spec.run)
    assert "is damaged: event" in shown
    assert "SUCCEEDED" in shown, "what stands behind the damage is shown too"
    left = await said(harness, "runs", "show", other, code=4)
    assert "is damaged: the run's own row" in left
    assert "already_current" in left, "its history is shown all the same"
    doctor = await said(harness, "doctor", "--json", code=2)
    found = [msgspec.json.decode(line) for line in doctor.splitlines()]
    [check] = [line for line in found if line.get("name") == "journal"]
    assert check["state"] == "failed"
    assert "is damaged" in check["message"]
    assert check["remedy"]
    async with dashboard(harness) as shows:
        await shows(f"the run's own row of run {other} cannot be read")


@pytest.mark.parametrize("how", ["emptied", "gone"])
async def test_a_journal_that_was_lost_is_not_called_no_run_yet(harness: KilledRuns, how: str) -> None:
    assert "There has been no run yet" in await said(harness, "runs", "list")
    await harness.sensors(sensor())
    spec = await harness.update_spec()
    await harness.start_killed(spec, "after", "state 1")
    path = harness.context.home.journal_file
    for file in (path, *path.parent.glob("journal.db-*")):
        file.unlink()
    if how == "emptied":
        path.write_bytes(b"")
    for words in (("doctor",), ("runs", "list")):
        told = " ".join((await said(harness, *words)).split())
        assert "the log of 1 run" in told
        assert "sicktui status" in told
