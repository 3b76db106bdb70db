"""A runner is killed at every commit of a restore; the run is resumed, and the sensor has its parameters."""

from pathlib import Path

import pytest
from msgspec import structs

from sicktui.engine.backup.plan import plan_backup
from sicktui.engine.parameters.write import write_parameter
from sicktui.engine.restore.plan import plan_restore, restore_spec
from sicktui.engine.restore.rules import RestoreOptions
from sicktui.engine.run.launch import start_run
from sicktui.engine.targets import choose
from sicktui.model.device import Profile
from sicktui.model.enums import Code, RunState, Verdict
from sicktui.model.errors import SicktuiError
from sicktui.model.run.plan import RunSpec
from sicktui.simulator.fleet.fleet import Device
from sicktui.stores.config.devices import save_devices
from tests.support.killed_runs import KilledRuns, sensor
from tests.survival.test_survival_kill_backup import POINTS as OF_BACKUP
from tests.survival.test_survival_kill_update import POINTS as OF_UPDATE

POINTS = """
set_state
run running
step preflight started
step preflight done
step authenticate started
step authenticate done
step upload started
act put_backup intended
act put_backup done
step upload done
step activate started
act restore intended
act restore done
step activate done
step persist started
act persist intended
act persist done
step persist done
step verify started
step verify done
verdict
summary
""".strip().splitlines()
"""Every commit of a restore of one sensor, in order."""

BEFORE = ["act put_backup done", "act restore done", "act persist done", "verdict", "summary"]
"""Where it matters that the thing was done and its commit was not."""


async def restore_of(harness: KilledRuns, device: Device, word: str = "latest", **options: bool) -> RunSpec:
    """The planned restore of the newest backup."""
    context = harness.context
    [target] = choose([word if word != "latest" else device.address], context.devices(), context.settings)
    plan = await plan_restore(context, target, "latest", RestoreOptions(**options))
    assert plan.may_go, plan.item
    return restore_spec(context, plan, "latest")


async def backed_up(harness: KilledRuns, **changes: object) -> tuple[Device, dict[str, object]]:
    """A sensor with a backup, whose parameters somebody has changed since; and what they were."""
    harness.context.credentials.passphrase = "a passphrase of the plant"
    [device] = await harness.sensors(sensor(generation="picoscan-2.3.3", location="gate 7", **changes))  # type: ignore[arg-type]
    before = dict(device.parameters.saved)
    await backup(harness)
    device.parameters.write("LocationName", "elsewhere")
    device.parameters.save()
    assert device.parameters.saved != before
    return device, before


async def backup(harness: KilledRuns) -> None:
    """Back all sensors up."""
    spec = await harness.backup_spec()
    await start_run(harness.context, spec)
    await harness.to_the_end(spec.run)
    assert {v.verdict for v in harness.verdicts(spec.run).values()} == {Verdict.SUCCEEDED}


def test_forty_points_and_more() -> None:
    assert len(OF_UPDATE) + len(OF_BACKUP) + len(POINTS) >= 40


async def test_the_list_of_points_is_complete(harness: KilledRuns) -> None:
    device, _ = await backed_up(harness)
    spec = await restore_of(harness, device)
    notes = Path(harness.folder / "points")
    harness.kill_at("note", str(notes))
    await start_run(harness.context, spec)
    await harness.to_the_end(spec.run)
    come_to = dict.fromkeys(notes.read_text().splitlines())
    assert ["set_state", *come_to] == [*POINTS[:-1], "run finished", "summary"]


@pytest.mark.parametrize(
    ("when", "point"), [*(("after", p) for p in POINTS), *(("before", p) for p in BEFORE)]
)
async def test_killed_anywhere_a_restore_is_resumed_to_the_truth(
    harness: KilledRuns, when: str, point: str
) -> None:
    device, before = await backed_up(harness)
    spec = await restore_of(harness, device)
    await harness.start_killed(spec, when, point)
    if (when, point) == ("after", "summary"):
        assert await harness.wait_until_gone(spec.run) is RunState.FINISHED
    else:
        assert await harness.wait_until_gone(spec.run) is RunState.INTERRUPTED
        view = await harness.resumed_to_the_end(spec.run)
        assert view.finished
    [verdict] = harness.verdicts(spec.run).values()
    assert verdict.verdict is Verdict.SUCCEEDED, (verdict.code, verdict.message)
    assert device.parameters.saved == before, "also after its next power cycle"
    # Once it is saved it is not done again; before, doing it again does no harm, and it may be needed.
    restores = sum(request.endpoint == "POST RestoreParameterBackup" for request in device.requests)
    assert restores <= (1 if POINTS.index(point) > POINTS.index("act persist done") else 2)
    assert device.flashes == 0
    assert not list(harness.context.home.state.glob("runs/*"))


@pytest.mark.parametrize("point", ["act restore done", "act persist done", "step verify started", "verdict"])
async def test_killed_anywhere_a_replacement_is_resumed(harness: KilledRuns, point: str) -> None:
    """Another sensor has taken the place: it gets the parameters, and the device list its serial number."""
    device, before = await backed_up(harness)
    old, context = device.serial, harness.context
    device.serial = "99000001"
    profile = Profile(name="gate", address=device.address, serial=old, note="by the door")
    save_devices(context.home.devices_file, context.devices().add(profile))
    spec = await restore_of(harness, device, "gate", replace=True)
    await harness.start_killed(spec, "after", point)
    await harness.resumed_to_the_end(spec.run)
    [verdict] = harness.verdicts(spec.run).values()
    assert verdict.verdict is Verdict.SUCCEEDED, (verdict.code, verdict.message)
    assert device.parameters.saved == before, "also after its next power cycle"
    assert context.devices().profiles["gate"] == structs.replace(profile, serial="99000001")


async def test_a_restore_that_was_interrupted_is_settled_before_anything_else(harness: KilledRuns) -> None:
    """The sensor may be at work on it, and shows nothing of it."""
    device, before = await backed_up(harness)
    spec = await restore_of(harness, device)
    await harness.start_killed(spec, "after", "act restore intended")
    context = harness.context
    [target] = choose([device.address], context.devices(), context.settings)
    plan = await plan_restore(context, target, "latest", RestoreOptions())
    assert plan.item.reason is Code.BUSY
    assert f"runs resume {spec.run}" in (plan.item.advice or "")
    [item] = await plan_backup(context, [target])
    assert item.reason is Code.BUSY
    with pytest.raises(SicktuiError, match=spec.run):
        await write_parameter(context, target, "LocationName", "x")
    await harness.resumed_to_the_end(spec.run)
    assert device.parameters.saved == before
    assert (await plan_restore(context, target, "latest", RestoreOptions())).may_go
