"""A runner is killed at every commit of its journal; the run is resumed and ends in the truth."""

from pathlib import Path

import pytest

from sicktui.engine.run.launch import start_run
from sicktui.model.enums import RunState
from sicktui.model.run.plan import UpdateOptions
from tests.support.killed_runs import KilledRuns, sensor

POINTS = """
set_state
run running
step preflight started
state 0
step preflight done
step backup started
act create_backup intended
act create_backup done
step backup done
step authenticate started
step authenticate done
survey
step upload started
act put_update intended
act put_update done
step upload done
step trigger started
act run_firmware_update intended
act run_firmware_update done
step trigger done
step flash started
state 1
step flash done
step reboot started
noticed silence
step reboot done
step verify started
noticed proof
step verify done
verdict
summary
""".strip().splitlines()
"""Every commit of an update of one sensor, in order, but those that may or may not come (state 2)."""

BEFORE = [
    "act create_backup done",
    "act put_update done",
    "act run_firmware_update done",
    "verdict",
    "summary",
]
"""Where it matters that the thing was done and its commit was not."""

UNSURE = {("after", "act put_update intended"), ("before", "act put_update done")}
"""Between these, nobody can know whether the sensor has the whole package: it may be sent again."""


async def test_the_list_of_points_is_complete(harness: KilledRuns) -> None:
    await harness.sensors(sensor(finished_seconds=0.0))
    spec = await harness.update_spec(UpdateOptions())
    notes = Path(harness.folder / "points")
    harness.kill_at("note", str(notes))
    await start_run(harness.context, spec)
    await harness.to_the_end(spec.run)
    come_to = dict.fromkeys(notes.read_text().splitlines())
    # The start and the end of a run are one commit each, whatever they hold.
    assert ["set_state", *come_to] == [*POINTS[:-1], "run finished", "summary"]


@pytest.mark.parametrize(
    ("when", "point"), [*(("after", p) for p in POINTS), *(("before", p) for p in BEFORE)]
)
async def test_killed_anywhere_an_update_is_resumed_to_the_truth(
    harness: KilledRuns, when: str, point: str
) -> None:
    [device] = await harness.sensors(sensor())
    backup = POINTS.index(point) < POINTS.index("survey")
    spec = await harness.update_spec(UpdateOptions(backup=backup))
    await harness.start_killed(spec, when, point)
    if (when, point) == ("after", "summary"):
        assert await harness.wait_until_gone(spec.run) is RunState.FINISHED
    else:
        assert await harness.wait_until_gone(spec.run) is RunState.INTERRUPTED
        view = await harness.resumed_to_the_end(spec.run)
        assert view.finished
    [verdict] = harness.verdicts(spec.run).values()
    harness.assert_updated(device, verdict, uploads=(1, 2) if (when, point) in UNSURE else (1,))
    assert harness.assert_backups_whole() >= int(backup)
    assert not list(harness.context.home.state.glob("runs/*"))
