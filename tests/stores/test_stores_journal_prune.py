"""Old runs are shortened: the details go, what proves them stays, and nobody can pass off a cut as that."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec import structs

from sicktui.model.enums import Operation, RunState, Verdict
from sicktui.model.errors import UsageError
from sicktui.model.run.event import Continued, Event, RunChanged, Shortened, Summarised, VerdictReached
from sicktui.model.run.order import Order
from sicktui.model.run.plan import RunSpec
from sicktui.stores.disk import files
from sicktui.stores.journal.database import JournalError
from sicktui.stores.journal.journal import Journal
from sicktui.stores.journal.prune import plan_shortening, reclaim, shorten_run
from tests.support.old_journals import make_older

NOW = datetime(2026, 12, 1, tzinfo=UTC)
ENDS = ("2026-11-01T10:00:00.000Z", "2026-11-21T10:00:00.000Z", "2026-11-30T10:00:00.000Z")


def last_events(ts: str) -> list[Event]:
    verdict = VerdictReached(
        ts=ts,
        device="d",
        operation=Operation.UPDATE,
        verdict=Verdict.SUCCEEDED,
        code=None,
        message="fine",
        advice="",
        seconds=1.0,
    )
    ended = RunChanged(ts=ts, operation=Operation.UPDATE, state=RunState.FINISHED, pid=None, started=ts)
    summary = Summarised(ts=ts, operation=Operation.UPDATE, verdicts={Verdict.SUCCEEDED: 1}, exit_code=0)
    return [Continued(ts=ts, by="ann@pc7"), verdict, ended, summary]


@pytest.fixture
def path(tmp_path: Path, spec: Callable[[str], RunSpec], log: Callable[[str], Event]) -> Path:
    """The journal of three runs that are over, r0 to r2, and of one that is not."""
    path = tmp_path / "state" / "journal.db"
    with Journal(path) as journal:
        for number, ts in enumerate(ENDS):
            run = f"r{number}"
            asked = structs.replace(spec(run), order=Order(key=run, asked={}))
            journal.create_run(asked, [log("a step") for _ in range(50)])
            journal.finish_run(run, RunState.FINISHED, finished=ts, events=last_events(ts))
        journal.create_run(spec("open"), [log("a step")])
    return path


def chosen(path: Path, keep: int | None = None, days: float | None = None) -> list[str]:
    return [each.row.run for each in plan_shortening(path, keep=keep, older_than_days=days, now=NOW)]


def test_what_may_be_shortened(path: Path) -> None:
    assert chosen(path, keep=0) == ["r2", "r1", "r0"], "none that is not over"
    assert chosen(path, keep=2) == ["r1", "r0"], "the open one counts among the newest"
    assert chosen(path, days=5) == ["r1", "r0"]
    assert chosen(path, keep=3, days=5) == ["r0"]
    assert chosen(path, days=500) == []
    with pytest.raises(UsageError):
        chosen(path)
    with pytest.raises(UsageError):
        chosen(path, days=-1)


def test_the_details_go_and_the_proof_stays(path: Path) -> None:
    with Journal(path) as journal:
        before = journal.verify("r0")
        [planned] = plan_shortening(path, keep=3, older_than_days=None, now=NOW)
        assert (planned.events, planned.bytes > 50 * 50) == (50, True)
        assert shorten_run(path, "r0", by="ann@pc7", ts=ENDS[2]) == ""
        kept = [event for _, event in journal.events("r0")]
        assert [type(event).__name__ for event in kept] == [
            "Continued",
            "VerdictReached",
            "RunChanged",
            "Summarised",
            "Shortened",
        ]
        assert kept[-1] == Shortened(ts=ENDS[2], run="r0", by="ann@pc7", events=54, head=before.head)
        after = journal.verify("r0")
        assert (after.intact, after.events, after.original_head) == (True, 5, before.head)
        assert journal.run_of_order("r0") == "r0", "the same key still means the same run"
        assert journal.verify("r1") == journal.verify("r1")
        assert not journal.damages()
        assert chosen(path, keep=3) == [], "there is nothing more to delete"


@pytest.mark.parametrize(
    "tamper",
    [
        "DELETE FROM events WHERE run = 'r0' AND kind = 'shortened'",
        "DELETE FROM events WHERE run = 'r0' AND kind = 'continue'",
        "UPDATE events SET body = replace(CAST(body AS TEXT), 'ann', 'eve') WHERE kind = 'shortened'",
    ],
)
def test_a_shortened_record_is_proven_like_any_other(path: Path, tamper: str) -> None:
    assert shorten_run(path, "r0", by="ann@pc7", ts=ENDS[2]) == ""
    with closing(sqlite3.connect(path)) as database:
        database.execute(tamper)
        database.commit()
    with Journal(path) as journal:
        assert journal.verify("r0").intact is False


def test_what_is_not_over_or_not_intact_is_left_as_it_is(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("DELETE FROM events WHERE run = 'r1' AND kind = 'verdict'")
        database.commit()
        counted = database.execute("SELECT count(*) FROM events").fetchall()
        assert shorten_run(path, "open", by="ann", ts=ENDS[2]) == "it is not over"
        assert "not intact" in shorten_run(path, "r1", by="ann", ts=ENDS[2])
        assert shorten_run(path, "nothing", by="ann", ts=ENDS[2]) == "it is not over"
        assert database.execute("SELECT count(*) FROM events").fetchall() == counted


def test_a_failure_deletes_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_path: Path, _content: bytes, **_: object) -> None:
        raise files.StorageError("The disk is full.")

    path.with_suffix(".key").unlink()
    monkeypatch.setattr("sicktui.stores.journal.chain.write_atomic", full)
    # Without its key no record can be checked, so none is touched.
    assert "not intact" in shorten_run(path, "r0", by="ann", ts=ENDS[2])
    monkeypatch.setattr(
        "sicktui.stores.journal.prune.insert_events",
        lambda *_: (_ for _ in ()).throw(files.StorageError("The key is damaged.")),
    )
    monkeypatch.setattr(
        "sicktui.stores.journal.prune.verify_chain",
        lambda *_: structs.replace(Journal(path).verify("r0"), intact=True),
    )
    with pytest.raises(JournalError):
        shorten_run(path, "r0", by="ann", ts=ENDS[2])
    assert "r0" in chosen(path, keep=0)


def test_a_run_from_before_there_were_chains_is_shortened_too(path: Path) -> None:
    make_older(path, 2)
    assert shorten_run(path, "r0", by="ann", ts=ENDS[2]) == ""
    with Journal(path) as journal:
        proof = journal.verify("r0")
        assert (proof.intact, proof.original_head, proof.events) == (None, None, 1)


def test_the_file_becomes_smaller(path: Path) -> None:
    for run in ("r0", "r1", "r2"):
        shorten_run(path, run, by="ann", ts=ENDS[2])
    before = path.stat().st_size
    reclaim(path)
    assert path.stat().st_size < before
    with Journal(path) as journal:
        assert journal.verify("r2").intact
        assert [row.run for row in journal.runs()] == ["open", "r2", "r1", "r0"]
