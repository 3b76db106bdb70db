"""The chain over a run's events: whoever changes the record without the home's key is found out."""

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from msgspec import structs

from sicktui.model.enums import Operation, RunState, Verdict
from sicktui.model.errors import UsageError
from sicktui.model.run.event import Contacted, Event, RunChanged, VerdictReached, encode
from sicktui.model.run.order import Order, check_key, differences
from sicktui.model.run.plan import RunSpec
from sicktui.stores.disk import files
from sicktui.stores.journal.chain import first_head, next_link
from sicktui.stores.journal.database import JournalError
from sicktui.stores.journal.formats import SCHEMA, kept_copy
from sicktui.stores.journal.journal import Journal, OrderTaken
from tests.support.old_journals import make_older

TS = "2026-11-21T09:54:27.123Z"
Spec = Callable[[str], RunSpec]
Log = Callable[[str], Event]
Tamper = Callable[[sqlite3.Connection], object]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "journal.db"


@pytest.fixture
def kept(path: Path, spec: Spec, log: Log) -> Path:
    """The journal of two runs: one that is over, with events 1 to 6, and another one."""
    with Journal(path) as journal:
        order = Order(key="night", asked={"DEVICE": "all"})
        journal.create_run(structs.replace(spec("r1"), order=order), [log("one"), log("two")])
        journal.append("r1", [log("three"), Contacted(ts=TS, device="d", answered=True)], durable=False)
        journal.append("r1", [log("four")], durable=True)
        journal.finish_run("r1", RunState.FINISHED, finished=TS, events=[run(RunState.FINISHED)])
        journal.create_run(spec("r2"), [log("other")])
        assert (journal.verify("r1").intact, journal.verify("r2").intact) == (True, True)
        assert (journal.verify("r1").events, journal.verify("r1").trouble) == (5, "")
    return path


def run(state: RunState) -> RunChanged:
    return RunChanged(ts=TS, operation=Operation.UPDATE, state=state, pid=None, started=TS)


def change(path: Path, tamper: Tamper) -> None:
    with closing(sqlite3.connect(path)) as database:
        tamper(database)
        database.commit()


def statement(words: str, *values: object) -> Tamper:
    return lambda database: database.execute(words, values)


def reordered(database: sqlite3.Connection) -> None:
    for before, after in ((2, 99), (3, 2), (99, 3)):
        database.execute("UPDATE events SET seq = ? WHERE seq = ?", (after, before))


def rebuilt(database: sqlite3.Connection, *, lost: int = 3) -> None:
    """Remove an event, then make every link, the head and the length fit again: all but the seal."""
    database.execute("DELETE FROM events WHERE seq = ?", (lost,))
    [spec] = database.execute("SELECT spec FROM runs WHERE run = 'r1'").fetchone()
    head, links = first_head("r1", spec), 0
    rows = database.execute("SELECT seq, kind, body FROM events WHERE run = 'r1' ORDER BY seq").fetchall()
    for number, kind, body in rows:
        head, links = next_link(head, kind, body), links + 1
        database.execute("UPDATE events SET link = ? WHERE seq = ?", (head, number))
    database.execute("UPDATE chains SET head = ?, links = ? WHERE run = 'r1'", (head, links))


def added_as_volatile(database: sqlite3.Connection) -> None:
    """A verdict that calls itself a kind that is not chained."""
    verdict = VerdictReached(
        ts=TS,
        device="d",
        operation=Operation.UPDATE,
        verdict=Verdict.SUCCEEDED,
        code=None,
        message="fine",
        advice="",
        seconds=1.0,
    )
    database.execute("INSERT INTO events (run, kind, body) VALUES ('r1', 'contact', ?)", (encode(verdict),))


EDITED = '{"kind":"log","v":1,"ts":"2026-11-21T09:54:27.123Z","level":"info","message":"TWO"}'


@pytest.mark.parametrize(
    ("tamper", "words"),
    [
        pytest.param(
            statement("UPDATE events SET body = ?, crc = NULL WHERE seq = 2", EDITED.encode()),
            "event 2",
            id="edited",
        ),
        pytest.param(statement("DELETE FROM events WHERE seq = 2"), "event 3", id="missing"),
        pytest.param(reordered, "event 2", id="reordered"),
        pytest.param(statement("DELETE FROM events WHERE run = 'r1' AND seq > 3"), "3 of 5", id="cut"),
        pytest.param(statement("DELETE FROM events WHERE run = 'r1'"), "0 of 5", id="emptied"),
        pytest.param(rebuilt, "its seal is not of this home's key", id="rebuilt"),
        pytest.param(lambda database: rebuilt(database, lost=6), "its seal", id="rebuilt at the end"),
        pytest.param(statement("UPDATE events SET run = 'r1' WHERE run = 'r2'"), "event 7", id="moved"),
        pytest.param(
            statement("UPDATE events SET kind = 'contact', link = NULL WHERE seq = 2"),
            "its kind",
            id="called volatile",
        ),
        pytest.param(added_as_volatile, "its kind", id="added"),
        pytest.param(
            statement("UPDATE runs SET spec = replace(spec, 'bob', 'eve'), crc = NULL"),
            "row",
            id="another spec as text",
        ),
        pytest.param(
            statement("UPDATE runs SET spec = CAST(replace(spec, 'bob', 'eve') AS BLOB), crc = NULL"),
            "what the run was asked",
            id="another person",
        ),
        pytest.param(
            statement("UPDATE runs SET state = 'cancelled' WHERE run = 'r1'"),
            "the state of the run",
            id="another state",
        ),
        pytest.param(statement("UPDATE runs SET crc = crc + 1"), "damaged", id="checksum of the row"),
        pytest.param(
            statement("UPDATE events SET crc = crc + 1 WHERE seq = 2"), "event 2", id="checksum of an event"
        ),
        pytest.param(statement("DELETE FROM orders"), "the order of the run", id="order removed"),
        pytest.param(
            statement("UPDATE orders SET run = 'r2'"), "the order of the run", id="order of another run"
        ),
        pytest.param(
            statement("INSERT INTO orders VALUES ('tomorrow', 'r1')"),
            "the order of the run",
            id="one more order",
        ),
        pytest.param(statement("DELETE FROM chains WHERE run = 'r1'"), "missing", id="without a chain"),
        pytest.param(statement("UPDATE chains SET head = 7 WHERE run = 'r1'"), "missing", id="nonsense"),
        pytest.param(statement("UPDATE chains SET whole = 0 WHERE run = 'r1'"), "event 1", id="called old"),
    ],
)
def test_whatever_was_changed_is_found(kept: Path, tamper: Tamper, words: str) -> None:
    change(kept, tamper)
    with Journal(kept) as journal:
        found = journal.verify("r1")
        assert (found.intact, words in found.trouble) == (False, True), found


def test_a_run_that_is_made_to_look_old_is_found(kept: Path) -> None:
    change(
        kept,
        lambda database: database.executescript(
            "UPDATE events SET link = NULL; UPDATE chains SET whole = 0, head = x'', links = 0"
        ),
    )
    with Journal(kept) as journal:
        assert "its seal" in journal.verify("r1").trouble


def test_what_was_changed_is_not_sealed_anew(kept: Path, log: Log) -> None:
    """Else a run that goes on would make a forged beginning its own."""
    change(kept, rebuilt)
    with Journal(kept) as journal:
        journal.append("r1", [log("later")], durable=True)
        assert "its seal" in journal.verify("r1").trouble
        assert len(journal.events("r1")) == 5


@pytest.mark.parametrize("content", [None, b"x" * 32, b"short"])
def test_without_its_key_nothing_is_proven_and_runs_go_on(
    kept: Path, spec: Spec, log: Log, content: bytes | None
) -> None:
    key = kept.with_suffix(".key")
    key.unlink() if content is None else key.write_bytes(content)
    with Journal(kept) as journal:
        assert journal.verify("r2").intact is False
        journal.append("r2", [log("goes on")], durable=True)
        assert len(journal.events("r2")) == 2
        if content == b"short":
            with pytest.raises(JournalError, match="key of the journal"):
                journal.create_run(spec("r3"), [])
        else:
            journal.create_run(spec("r3"), [])
            assert journal.verify("r3").intact is True
        assert journal.verify("r2").intact is False


def test_writers_at_once_make_one_chain(path: Path, spec: Spec, log: Log) -> None:
    with Journal(path) as journal:
        journal.create_run(spec("r1"), [])

        def write(name: str) -> None:
            with Journal(path) as own:
                for number in range(15):
                    own.append("r1", [log(f"{name}{number}")], durable=False)

        threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        found = journal.verify("r1")
        assert (found.intact, found.events) == (True, 60)


@pytest.mark.parametrize("version", [1, 2])
def test_a_journal_from_before_is_kept_and_unprovable(path: Path, spec: Spec, log: Log, version: int) -> None:
    with Journal(path) as journal:
        journal.create_run(spec("old"), [log("one")])
    make_older(path, version)
    before = path.read_bytes()
    with Journal(path) as journal:
        found = journal.verify("old")
        assert (found.intact, found.head, "cannot be proven" in found.trouble) == (None, None, True)
        # A run that goes on is chained from here: what comes now is found out again.
        journal.append("old", [log("two"), log("three")], durable=True)
        found = journal.verify("old")
        assert (found.intact, found.events, found.head is None) == (None, 2, False)
        assert journal.damages() == []
    change(path, statement("DELETE FROM events WHERE seq = 2"))
    with Journal(path) as journal:
        assert journal.verify("old").intact is False
    copy = kept_copy(path, version)
    with closing(sqlite3.connect(copy)) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (version,)
        assert database.execute("SELECT count(*) FROM events").fetchone() == (1,)
    assert copy.read_bytes()[100:] == before[100:]
    assert copy.stat().st_mode & 0o077 == 0 or not files.POSIX_MODES


def test_a_journal_that_cannot_be_copied_stays_as_it_is(
    path: Path, spec: Spec, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Journal(path) as journal:
        journal.create_run(spec("old"), [log("one")])
    make_older(path, 2)

    def full(_source: Path, _target: Path) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("sicktui.stores.journal.formats.replace", full)
        with pytest.raises(JournalError, match="the disk is full"):
            Journal(path)
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (2,)
    with Journal(path) as journal:
        assert journal.verify("old").intact is None
    assert SCHEMA == 3


def test_an_order_has_one_run(path: Path, spec: Spec) -> None:
    def ordered(name: str, key: str) -> RunSpec:
        return structs.replace(spec(name), order=Order(key=key, asked={"DEVICE": "all"}))

    with Journal(path) as journal, Journal(path) as other:
        assert journal.run_of_order("night") is None
        journal.create_run(ordered("r1", "night"), [])
        with pytest.raises(OrderTaken) as taken:
            other.create_run(ordered("r2", "night"), [])
        assert taken.value.run == other.run_of_order("night") == "r1"
        assert [row.run for row in other.runs()] == ["r1"]
        other.create_run(ordered("r3", "Night"), [])
        assert journal.spec("r1").order == Order(key="night", asked={"DEVICE": "all"})


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 129, "a\nb", "ä", "a\x1b[31m"])
def test_a_key_that_cannot_be_stored_safely_is_refused(key: str) -> None:
    with pytest.raises(UsageError, match="cannot be the key"):
        check_key(key)


def test_what_differs_is_named() -> None:
    before = {"DEVICE": "all", "--jobs": "8"}
    assert differences(before, before) == []
    assert differences(before, {"DEVICE": "@hall", "--force": "yes", "--jobs": "8"}) == [
        "DEVICE @hall (was: all)",
        "--force yes (was: not given)",
    ]
