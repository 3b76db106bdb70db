"""What the journal does when its file is damaged, foreign, newer, full or busy."""

import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sicktui.model.enums import Code
from sicktui.model.run.event import Event, Logged
from sicktui.model.run.plan import RunSpec
from sicktui.stores.journal.database import JournalDamaged, JournalError, translated
from sicktui.stores.journal.formats import SCHEMA
from sicktui.stores.journal.journal import Journal
from sicktui.stores.journal.rows import RunRow

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


def poke(path: Path, statement: str, *values: object) -> None:
    database = sqlite3.connect(path)
    database.execute(statement, values)
    database.commit()
    database.close()


def test_a_damaged_row_is_named_and_what_is_around_it_can_be_read(
    path: Path, journal: Journal, spec: Spec, log: Log
) -> None:
    journal.create_run(spec("r1"), [log("a"), log("b"), log("c"), log("d")])
    third = journal.events("r1")[2][0]
    poke(path, "UPDATE events SET body = ? WHERE seq = ?", b'{"kind":"log"', third)
    before = journal.events("r1")
    assert messages(before) == ["a", "b"]
    with pytest.raises(JournalDamaged, match=f"event {third} of run r1") as caught:
        journal.events("r1", after=before[-1][0])
    assert caught.value.sequence == third
    assert caught.value.code is Code.STORAGE_ERROR
    assert str(path) in caught.value.message
    assert messages(journal.events("r1", after=third)) == ["d"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'{"kind":"nonsense"}',
        b'{"v":2,"kind":"log","ts":"","level":"info","message":""}',
        b"\xff\xfe",
        42,
        1.5,
        "{}",
    ],
)
def test_rows_of_any_kind_of_damage(path: Path, journal: Journal, spec: Spec, log: Log, body: object) -> None:
    journal.create_run(spec("r1"), [log("a")])
    poke(path, "UPDATE events SET body = ?", body)
    with pytest.raises(JournalDamaged):
        journal.events("r1")


@given(body=st.binary(max_size=80))
def test_any_bytes_are_an_event_or_named_damage(
    tmp_path_factory: pytest.TempPathFactory, body: bytes
) -> None:
    where = tmp_path_factory.getbasetemp() / "journal-of-bytes" / "journal.db"
    with Journal(where) as journal:
        if not journal._database.execute("SELECT 1 FROM runs").fetchone():
            journal._database.execute(
                "INSERT INTO runs (run, operation, state, started, spec)"
                " VALUES ('r', 'update', 'running', '', '')"
            )
            journal._database.execute("INSERT INTO events (run, kind, body) VALUES ('r', 'log', '')")
        journal._database.execute("UPDATE events SET body = ?", (body,))
        with pytest.raises(JournalDamaged):
            journal.events("r")


def test_a_damaged_spec_or_row_is_named(path: Path, journal: Journal, spec: Spec) -> None:
    journal.create_run(spec("r1"), [])
    poke(path, "UPDATE runs SET spec = ?", b"{}")
    with pytest.raises(JournalDamaged, match="the run's own row of run r1"):
        journal.spec("r1")
    poke(path, "UPDATE runs SET state = 'confused'")
    with pytest.raises(JournalDamaged, match="confused"):
        journal.row("r1")


def test_a_newer_journal_is_refused_untouched(path: Path, spec: Spec) -> None:
    with Journal(path) as journal:
        journal.create_run(spec("r1"), [])
    poke(path, f"PRAGMA user_version = {SCHEMA + 1}")
    before = path.read_bytes()
    with pytest.raises(JournalError, match="written by a newer sicktui") as caught:
        Journal(path)
    assert "Install the newer sicktui" in caught.value.advice
    assert path.read_bytes() == before


def test_another_programs_database_is_refused_untouched(path: Path) -> None:
    path.parent.mkdir()
    poke(path, "CREATE TABLE theirs (x)")
    before = path.read_bytes()
    with pytest.raises(JournalError, match="database of another program"):
        Journal(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"no database at all " * 100, b"SQLite format 3\0" + b"\xff" * 2000])
def test_what_is_no_database(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(JournalError, match=r"journal\.db") as caught:
        Journal(path)
    assert caught.value.code is Code.STORAGE_ERROR
    assert caught.value.advice
    assert path.read_bytes() == content


def test_pages_that_were_overwritten(path: Path, spec: Spec, log: Log) -> None:
    with Journal(path) as journal:
        journal.create_run(spec("r1"), [log("x" * 500) for _ in range(400)])
    with path.open("r+b") as file:
        file.seek(8192)
        file.write(b"\xa5" * 100_000)
    with Journal(path) as journal, pytest.raises(JournalError, match="damaged"):
        journal.events("r1")


def test_an_empty_file_becomes_a_journal(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    with Journal(path) as journal:
        assert journal.runs() == []


def test_a_folder_in_its_place(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(JournalError, match=r"journal\.db"):
        Journal(path)


def test_a_file_where_its_folder_should_be(path: Path) -> None:
    path.parent.write_bytes(b"")
    with pytest.raises(JournalError, match="there is a file where a folder should be"):
        Journal(path)


def test_a_full_disk_leaves_the_journal_as_it_was(path: Path, spec: Spec, log: Log) -> None:
    with Journal(path) as journal:
        journal.create_run(spec("r1"), [log("a")])
        # SQLite's own limit ends in the same SQLITE_FULL as a disk without room.
        pages = journal._database.execute("PRAGMA page_count").fetchone()[0]
        journal._database.execute(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(JournalError, match="the disk is full") as caught:
            journal.append("r1", [log("x" * 1000) for _ in range(100)], durable=True)
        assert "Free some space" in caught.value.advice
        assert messages(journal.events("r1")) == ["a"]
        journal._database.execute("PRAGMA max_page_count = 1000000")
        journal.append("r1", [log("b")], durable=True)
        assert messages(journal.events("r1")) == ["a", "b"]


def test_a_journal_that_is_kept_busy(path: Path, journal: Journal, spec: Spec, log: Log) -> None:
    journal.create_run(spec("r1"), [])
    journal._database.execute("PRAGMA busy_timeout = 50")
    blocker = sqlite3.connect(path, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    with pytest.raises(JournalError, match="another process has kept it busy"):
        journal.append("r1", [log("a")], durable=True)
    assert journal.events("r1") == []
    blocker.execute("ROLLBACK")
    blocker.close()
    journal.append("r1", [log("a")], durable=True)


def test_closing(path: Path) -> None:
    journal = Journal(path)
    journal.close()
    journal.close()
    with pytest.raises(JournalError):
        journal.runs()


def test_every_kind_of_damaged_row_is_among_the_damages(
    path: Path, journal: Journal, spec: Spec, log: Log
) -> None:
    for run in ("r1", "r2", "r3"):
        journal.create_run(spec(run), [log("a"), log("b"), log("c")])
    assert journal.damages() == []
    poke(path, "UPDATE runs SET spec = replace(spec, 'r1', 'r9') WHERE run = 'r1'")
    poke(path, "UPDATE events SET body = replace(body, '\"b\"', '\"B\"') WHERE run = 'r2'")
    poke(path, "UPDATE events SET run = 'r2' WHERE seq = (SELECT max(seq) FROM events WHERE run = 'r3')")
    found = journal.damages()
    assert [(damage.run, damage.sequence is None) for damage in found] == [("r1", True), ("r2", False)]
    assert all("checksum" in damage.message for damage in found)
    assert journal.damages(of="r3") == [], "what is wrong with another run is not"
    assert [damage.run for damage in journal.damages(of="r2")] == ["r2"]


def test_damage_of_which_nobody_knows_the_run_is_that_of_every_run(
    path: Path, journal: Journal, spec: Spec, log: Log
) -> None:
    journal.create_run(spec("r1"), [log("a")])
    database = sqlite3.connect(path)
    database.execute("PRAGMA foreign_keys = OFF")
    database.execute("UPDATE events SET run = 'r7'")
    database.commit()
    database.close()
    assert [damage.run for damage in journal.damages(of="r1")] == ["r7"]


def test_looking_for_damage_keeps_nobody_waiting(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes a second for a gigabyte, and the dashboard follows runs through the same journal."""
    seen: list[list[RunRow]] = []

    def look_meanwhile(_database: object) -> list[tuple[str, int | None]]:
        reader = threading.Thread(target=lambda: seen.append(journal.runs()))
        reader.start()
        reader.join(10)
        return []

    monkeypatch.setattr("sicktui.stores.journal.integrity.changed_rows", look_meanwhile)
    assert journal.damages() == []
    assert len(seen) == 1


@pytest.mark.parametrize(("free", "words"), [(0, "the disk is full"), (4096, "the disk reports an error")])
def test_a_full_disk_is_called_full_whatever_sqlite_calls_it(
    path: Path, monkeypatch: pytest.MonkeyPatch, free: int, words: str
) -> None:
    """It has no room for the index of the write-ahead log, which SQLite reports as an error of the disk."""
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR | (19 << 8)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    with pytest.raises(JournalError, match=words), translated(path):
        raise error
