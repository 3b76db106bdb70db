"""Progress events: at most four a second of a device, as the contract says, its ends included."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sicktui.engine.job.control import Control
from sicktui.engine.job.record import JobRecord
from sicktui.engine.job.recorder import Recorder
from sicktui.model.enums import Operation, Step
from sicktui.model.run.event import Progressed
from sicktui.model.run.plan import Operator, RunSpec
from sicktui.model.settings import Settings
from sicktui.stores.journal.journal import Journal
from tests.support.clocks import ManualClock

START = datetime(2026, 11, 21, tzinfo=UTC)
SPEC = RunSpec(
    run="r1",
    operation=Operation.UPDATE,
    created="2026-11-21T00:00:00.000Z",
    settings=Settings(),
    operator=Operator(user="bob", host="pc7"),
    items=(),
)


async def told(folder: Path, moments: Sequence[tuple[float, int, int]]) -> list[tuple[float, int]]:
    """When the job tells how much, if it has moved so much at those times."""
    clock = ManualClock(start=START)
    with Journal(folder / "journal.db") as journal:
        journal.create_run(SPEC, [])
        recorder = Recorder(journal, "r1", clock)
        record = JobRecord(recorder, "gate", clock, Control())
        for clock.elapsed, sent, total in moments:
            record.progress(Step.UPLOAD, sent, total)
        await recorder.flush()
        events = [event for _, event in journal.events("r1") if isinstance(event, Progressed)]
    return [((datetime.fromisoformat(event.ts) - START).total_seconds(), event.sent) for event in events]


@pytest.mark.parametrize(
    "moments",
    [
        [(n / 100, n, 301) for n in range(301)] + [(3.01, 301, 301)],
        [(n / 100, 500, 500) for n in range(300)],
        [(n / 100, 500 + n, 500 + n) for n in range(300)],
    ],
    ids=["one transfer", "the same file again and again", "a growing file again and again"],
)
async def test_there_are_never_more_than_four_a_second(
    tmp_path: Path, moments: Sequence[tuple[float, int, int]]
) -> None:
    seconds = [at for at, _ in await told(tmp_path, moments)]
    assert len(seconds) > 6
    assert max(sum(start <= one < start + 1 for one in seconds) for start in seconds) <= 4


async def test_the_first_and_the_last_are_told_however_soon_they_come(tmp_path: Path) -> None:
    assert await told(tmp_path, [(0, 0, 9), (0.01, 4, 9), (0.02, 9, 9)]) == [(0, 0), (0.02, 9)]
