"""A runner is killed at every commit of a backup; the run is resumed, and no half file ever counts."""

from pathlib import Path

import pytest

from sicktui.engine.run.launch import start_run
from sicktui.model.enums import RunState, Verdict
from tests.support.killed_runs import KilledRuns, sensor

POINTS = """
set_state
run running
step authenticate started
step authenticate done
step create started
act create_backup intended
act create_backup done
step create done
step download started
step download done
step store started
step store done
verdict
summary
""".strip().splitlines()
"""Every commit of a backup of one sensor, in order."""

BEFORE = ["act create_backup done", "step store done", "verdict"]


async def test_the_list_of_points_is_complete(harness: KilledRuns) -> None:
    await harness.sensors(sensor())
    spec = await harness.backup_spec()
    notes = Path(harness.folder / "points")
    harness.kill_at("note", str(notes))
    await start_run(harness.context, spec)
    await harness.to_the_end(spec.run)
    come_to = dict.fromkeys(notes.read_text().splitlines())
    assert ["set_state", *come_to] == [*POINTS[:-1], "run finished", "summary"]


@pytest.mark.parametrize(
    ("when", "point"), [*(("after", p) for p in POINTS), *(("before", p) for p in BEFORE)]
)
async def test_killed_anywhere_a_backup_is_resumed_to_a_whole_file(
    harness: KilledRuns, when: str, point: str
) -> None:
    [device] = await harness.sensors(sensor())
    spec = await harness.backup_spec()
    await harness.start_killed(spec, when, point)
    before = harness.assert_backups_whole()
    stored = point in ("step store done", "verdict", "summary")
    assert before == int(stored), "a backup counts from the moment on when it is stored, not before"
    if (when, point) == ("after", "summary"):
        assert await harness.wait_until_gone(spec.run) is RunState.FINISHED
    else:
        await harness.resumed_to_the_end(spec.run)
    [verdict] = harness.verdicts(spec.run).values()
    assert verdict.verdict is Verdict.SUCCEEDED, verdict.message
    assert harness.assert_backups_whole() >= 1
    kept = {record.id: record for record in harness.context.backups.list()}
    assert isinstance(verdict.backup, str)
    assert kept[verdict.backup].sha256 == verdict.sha256
    assert kept[verdict.backup].serial == device.serial
    assert not list(harness.context.home.backups.rglob("*.part"))


async def test_a_backup_still_in_the_making_is_waited_for(harness: KilledRuns) -> None:
    """A sensor writes one backup at a time and refuses a second: the resumed run must not fail on that."""
    await harness.sensors(sensor(generation="picoscan-2.3.3", backup_seconds=50.0))
    spec = await harness.backup_spec()
    await harness.start_killed(spec, "after", "act create_backup done")
    await harness.resumed_to_the_end(spec.run)
    [verdict] = harness.verdicts(spec.run).values()
    assert verdict.verdict is Verdict.SUCCEEDED, verdict.message
