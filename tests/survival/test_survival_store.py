"""What the journal and its one writer owe to the runs that depend on them."""

import asyncio
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from sicktui.engine.job import recorder as recorder_module
from sicktui.engine.job.recorder import Recorder
from sicktui.model.clock import SystemClock
from sicktui.model.enums import Level, Operation, RunState
from sicktui.model.run.event import Contacted, Event, Logged
from sicktui.model.run.plan import Operator, RunSpec
from sicktui.model.settings import Settings
from sicktui.stores.journal.database import JournalError
from sicktui.stores.journal.formats import SCHEMA
from sicktui.stores.journal.journal import Journal
from tests.support.old_journals import make_older

TS = "2026-11-21T09:54:27.123Z"


def run_spec(run: str) -> RunSpec:
    return RunSpec(
        run=run,
        operation=Operation.UPDATE,
        created=TS,
        settings=Settings(),
        operator=Operator(user="bob", host="pc7"),
        items=(),
    )


def log(message: str) -> Event:
    return Logged(ts=TS, level=Level.INFO, message=message)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    with Journal(path) as opened:
        yield opened


def test_a_run_ends_with_its_last_events_or_not_at_all(journal: Journal) -> None:
    journal.create_run(run_spec("r1"), [log("a")])
    journal.append("r1", [Contacted(ts=TS, device="d", answered=True)], durable=False)
    bad = Logged(ts=TS, level=Level.INFO, message="\ud800")  # cannot be encoded
    with pytest.raises(UnicodeEncodeError):
        journal.finish_run("r1", RunState.FINISHED, finished=TS, events=[log("b"), bad])
    assert journal.row("r1").state is RunState.RUNNING
    assert [row.run for row in journal.unfinished()] == ["r1"]
    assert len(journal.events("r1")) == 2
    journal.finish_run("r1", RunState.CANCELLED, finished=TS, events=[log("b")])
    row = journal.row("r1")
    assert (row.state, row.pid, row.finished) == (RunState.CANCELLED, None, TS)
    assert [event for _, event in journal.events("r1")] == [log("a"), log("b")]
    assert journal.unfinished() == []


def test_a_run_that_is_over_as_it_is_written(journal: Journal) -> None:
    journal.create_run(run_spec("r1"), [log("a")], finished=TS)
    assert journal.row("r1").state is RunState.FINISHED
    assert journal.unfinished() == []


def test_a_journal_of_format_1_is_taken_over(path: Path) -> None:
    with Journal(path) as journal:
        journal.create_run(run_spec("r1"), [log("a")])
    make_older(path, 1)
    with Journal(path) as journal:
        assert [event for _, event in journal.events("r1")] == [log("a")]
        journal.append("r1", [log("b")], durable=True)
        assert journal.spec("r1").run == "r1"
        assert len(journal.events("r1")) == 2
        assert journal.damages() == []
    database = sqlite3.connect(path)
    assert database.execute("PRAGMA user_version").fetchone() == (SCHEMA,)
    database.close()


def test_an_index_that_has_lost_rows_is_found(path: Path) -> None:
    """Without a look at the whole file a run would seem shorter than it was."""
    with Journal(path) as journal:
        journal.create_run(run_spec("r1"), [log(str(number)) for number in range(50)])
    database = sqlite3.connect(path)
    database.execute("PRAGMA writable_schema = ON")
    # The index forgets: its root page is exchanged for that of the commands' empty one.
    [root] = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'commands_of_run'").fetchone()
    database.execute("UPDATE sqlite_master SET rootpage = ? WHERE name = 'events_of_run'", (root,))
    database.commit()
    database.close()
    with Journal(path) as journal:
        assert journal.events("r1") == []
        [damage, *_] = journal.damages()
        assert "is damaged" in damage.message


async def test_a_disk_that_is_busy_for_a_moment_loses_nothing(path: Path, journal: Journal) -> None:
    journal.create_run(run_spec("r1"), [])
    journal._database.execute("PRAGMA busy_timeout = 20")
    recorder = Recorder(journal, "r1", SystemClock())
    serving = asyncio.create_task(recorder.serve())
    blocker = sqlite3.connect(path, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    waiting = asyncio.create_task(recorder.record(log("a")))
    await asyncio.sleep(0.2)
    assert not waiting.done()
    blocker.execute("ROLLBACK")
    blocker.close()
    async with asyncio.timeout(5):
        await waiting
    assert [event for _, event in journal.events("r1")] == [log("a")]
    serving.cancel()


async def test_a_disk_that_stays_full_is_said_to_whoever_waits(
    path: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder_module, "PATIENCE", 0.0)
    journal.create_run(run_spec("r1"), [])
    journal._database.execute("PRAGMA busy_timeout = 20")
    recorder = Recorder(journal, "r1", SystemClock())
    serving = asyncio.create_task(recorder.serve())
    blocker = sqlite3.connect(path, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    with pytest.raises(JournalError, match="busy"):
        await recorder.record(log("a"))
    blocker.execute("ROLLBACK")
    blocker.close()
    await recorder.record(log("b"))
    assert [event for _, event in journal.events("r1")] == [log("b")]
    serving.cancel()
