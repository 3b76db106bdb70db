"""The journal: what it keeps, in which order, and what it refuses."""

import stat
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sicktui.model.enums import Code, Level, Operation, RunState, Step, Verdict
from sicktui.model.errors import UsageError
from sicktui.model.run.event import Contacted, Event, Logged, Progressed, VerdictReached
from sicktui.model.run.plan import RunSpec
from sicktui.stores.journal.database import JournalError
from sicktui.stores.journal.journal import Journal
from sicktui.stores.journal.rows import RunRow

TS = "2026-11-21T09:54:27.123Z"
Spec = Callable[[str], RunSpec]
Log = Callable[[str], Event]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "journal.db"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    with Journal(path) as opened:
        yield opened


def messages(events: list[tuple[int, Event]]) -> list[str]:
    return [event.message for _, event in events if isinstance(event, Logged)]


def test_a_run_is_read_as_it_was_written(journal: Journal, spec: Spec, log: Log) -> None:
    journal.create_run(spec("r1"), [log("planned")])
    journal.append("r1", [log("one"), log("two")], durable=True)
    assert journal.spec("r1") == spec("r1")
    assert messages(journal.events("r1")) == ["planned", "one", "two"]
    assert journal.row("r1") == RunRow(
        run="r1", operation=Operation.UPDATE, state=RunState.RUNNING, pid=None, started=TS, finished=None
    )


def test_events_come_in_pages_by_a_rising_number(journal: Journal, spec: Spec, log: Log) -> None:
    journal.create_run(spec("r1"), [])
    journal.create_run(spec("r2"), [])
    for number in range(10):
        journal.append("r1", [log(f"a{number}")], durable=False)
        journal.append("r2", [log(f"b{number}")], durable=False)
    after, seen, numbers = 0, [], []
    while batch := journal.events("r1", after=after, limit=3):
        assert len(batch) <= 3
        seen += messages(batch)
        numbers += [number for number, _ in batch]
        after = batch[-1][0]
    assert seen == [f"a{number}" for number in range(10)]
    assert numbers == sorted(set(numbers))


def test_a_number_is_never_used_again(journal: Journal, spec: Spec, log: Log) -> None:
    journal.create_run(spec("r1"), [])
    contact = Contacted(ts=TS, device="d", answered=True)
    journal.append("r1", [log("a"), contact], durable=True)
    (last, _) = journal.events("r1")[-1]
    journal.finish_run("r1", RunState.FINISHED, finished=TS, events=[])
    journal.append("r1", [log("b")], durable=True)
    assert journal.events("r1")[-1][0] > last


def test_pruning_takes_only_what_was_volatile(journal: Journal, spec: Spec, log: Log) -> None:
    progress = Progressed(ts=TS, device="d", step=Step.UPLOAD, sent=1, total=2)
    contact = Contacted(ts=TS, device="d", answered=False)
    for run in ("r1", "r2"):
        journal.create_run(spec(run), [log("a"), progress, contact, log("b")])
    journal.finish_run("r1", RunState.FINISHED, finished=TS, events=[])
    assert messages(journal.events("r1")) == ["a", "b"]
    assert len(journal.events("r1")) == 2
    assert len(journal.events("r2")) == 4


def test_states_and_runs(journal: Journal, spec: Spec) -> None:
    for run in ("r1", "r2", "r3"):
        journal.create_run(spec(run), [])
    journal.set_state("r2", RunState.RUNNING, pid=412)
    assert journal.row("r2").pid == 412
    journal.set_state("r2", RunState.FINISHED, pid=None, finished=TS)
    assert journal.row("r2") == RunRow(
        run="r2", operation=Operation.UPDATE, state=RunState.FINISHED, pid=None, started=TS, finished=TS
    )
    assert [row.run for row in journal.runs()] == ["r3", "r2", "r1"]
    assert [row.run for row in journal.runs(limit=1)] == ["r3"]


def test_commands_go_to_one_run_and_are_read_once(journal: Journal, spec: Spec) -> None:
    journal.create_run(spec("r1"), [])
    journal.create_run(spec("r2"), [])
    journal.send("r1", "cancel")
    journal.send("r2", "continue")
    journal.send("r1", "continue")
    first, second = journal.commands("r1")
    assert (first[1], second[1]) == ("cancel", "continue")
    assert journal.commands("r1", after=first[0]) == [second]
    assert journal.commands("r1", after=second[0]) == []


def test_a_run_is_found_by_its_beginning_or_as_the_latest(journal: Journal, spec: Spec) -> None:
    with pytest.raises(UsageError, match="There has been no run yet"):
        journal.resolve("latest")
    for run in ("20261121-095427-k3f", "20261121-095427-k3", "20261122-101500-abc"):
        journal.create_run(spec(run), [])
    assert journal.resolve("latest") == "20261122-101500-abc"
    assert journal.resolve("20261122") == "20261122-101500-abc"
    assert journal.resolve("20261121-095427-k3") == "20261121-095427-k3"
    with pytest.raises(UsageError, match="2 runs begin with '20261121'"):
        journal.resolve("20261121")
    for unknown in ("20261121-095428-k3f", "", "%", "2026112_"):
        with pytest.raises(UsageError, match=r"There is no run .* The latest are 20261122-101500-abc"):
            journal.resolve(unknown)
    with pytest.raises(UsageError, match="did you mean '20261121-095427-k3f'"):
        journal.resolve("20261121-095427-k4f")


def test_runs_that_do_not_exist(journal: Journal, log: Log) -> None:
    for act in (
        lambda: journal.append("none", [log("x")], durable=True),
        lambda: journal.set_state("none", RunState.FINISHED, pid=None),
        lambda: journal.send("none", "cancel"),
        lambda: journal.row("none"),
        lambda: journal.spec("none"),
    ):
        with pytest.raises(UsageError, match="There is no run 'none'"):
            act()
    assert journal.events("none") == []


def test_a_run_is_created_once(journal: Journal, spec: Spec, log: Log) -> None:
    journal.create_run(spec("r1"), [log("a")])
    with pytest.raises(JournalError, match="already has a run r1"):
        journal.create_run(spec("r1"), [log("b")])
    assert messages(journal.events("r1")) == ["a"]


def test_what_could_not_be_read_again_is_refused_whole(journal: Journal, spec: Spec, log: Log) -> None:
    journal.create_run(spec("r1"), [])
    bad = VerdictReached(
        ts=TS,
        device="d",
        operation=Operation.UPDATE,
        verdict=Verdict.FAILED,
        code=Code.BUSY,
        message="",
        advice="",
        seconds=float("nan"),
    )
    with pytest.raises(ValueError, match="seconds"):
        journal.append("r1", [log("a"), bad], durable=True)
    assert journal.events("r1") == []


def test_durable_means_full_and_the_rest_normal(journal: Journal, spec: Spec, log: Log) -> None:
    def level() -> int:
        return int(journal._database.execute("PRAGMA synchronous").fetchone()[0])

    full, normal = 2, 1
    journal.create_run(spec("r1"), [])
    assert level() == full
    journal.append("r1", [log("a")], durable=False)
    assert level() == normal
    journal.append("r1", [log("b")], durable=True)
    assert level() == full
    journal.append("r1", [log("c")], durable=False)
    journal.set_state("r1", RunState.FINISHED, pid=None)
    assert level() == full
    journal.append("r1", [log("d")], durable=False)
    journal.send("r1", "cancel")
    assert level() == full
    assert journal._database.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_the_version_changes_when_another_writes(path: Path, journal: Journal, spec: Spec, log: Log) -> None:
    journal.create_run(spec("r1"), [])
    with Journal(path) as reader:
        before = reader.version()
        assert reader.version() == before
        journal.append("r1", [log("a")], durable=False)
        assert reader.version() != before


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")
def test_nobody_else_may_read_it(path: Path, journal: Journal, spec: Spec) -> None:
    journal.create_run(spec("r1"), [])
    files = list(path.parent.iterdir())
    assert {file.name for file in files} == {"journal.db", "journal.db-wal", "journal.db-shm", "journal.key"}
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_many_threads_share_one_journal(journal: Journal, spec: Spec, log: Log) -> None:
    journal.create_run(spec("r1"), [])

    def write(name: str) -> None:
        for number in range(20):
            journal.append("r1", [log(f"{name}{number}")], durable=number % 5 == 0)
            journal.events("r1", limit=10)

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seen = messages(journal.events("r1"))
    assert len(seen) == 80
    for name in "abcd":
        assert [m for m in seen if m[0] == name] == [f"{name}{number}" for number in range(20)]


texts = st.text(st.characters(codec="utf-8"), max_size=40)
events = st.one_of(
    st.builds(Logged, ts=st.just(TS), level=st.sampled_from(Level), message=texts, device=texts),
    st.builds(
        Progressed,
        ts=st.just(TS),
        device=texts,
        step=st.sampled_from(Step),
        sent=st.integers(0, 2**53),
        total=st.integers(0, 2**53),
    ),
    st.builds(Contacted, ts=st.just(TS), device=texts, answered=st.booleans(), run=texts),
)


@given(batches=st.lists(st.tuples(st.lists(events, max_size=4), st.booleans()), max_size=5))
def test_any_events_come_back_as_they_were(
    tmp_path_factory: pytest.TempPathFactory, batches: list[tuple[list[Event], bool]]
) -> None:
    where = tmp_path_factory.getbasetemp() / "journal-of-events" / "journal.db"
    with Journal(where) as journal:
        run = f"r{len(journal.runs(10**6))}"
        journal._database.execute(
            "INSERT INTO runs (run, operation, state, started, spec) VALUES (?, 'update', 'running', ?, '')",
            (run, TS),
        )
        for batch, durable in batches:
            journal.append(run, batch, durable=durable)
        assert [event for _, event in journal.events(run)] == [e for batch, _ in batches for e in batch]
