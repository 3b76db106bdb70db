"""Rows of the journal: whatever stands in them is an event or named damage, and folding never fails."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sicktui.engine.job.past import rebuild
from sicktui.model.run.event import Event, decode, encode
from sicktui.model.run.view import RunView, reduce
from sicktui.stores.journal.database import JournalDamaged, JournalError
from sicktui.stores.journal.entries import every_entry
from sicktui.stores.journal.journal import Journal
from tests.fuzz.hostile_inputs import FUZZ, alike, changed, harmless
from tests.fuzz.runs import DEVICES, histories

ROWS: Final = 40


@st.composite
def rows(draw: st.DrawFn) -> bytes:
    """The row of a legal event of which one part is another now, or rubbish."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.binary(max_size=60))
    event = draw(st.sampled_from(draw(histories())))
    row: dict[str, Any] = json.loads(encode(event))
    return json.dumps(changed(draw, row, alike)).encode("utf-8", "surrogatepass")


@FUZZ
@given(odd=st.lists(rows(), max_size=6))
def test_what_can_be_read_can_be_folded(odd: list[bytes]) -> None:
    view = RunView()
    events: list[Event] = []
    for row in odd:
        try:
            event = decode(row)
        except (ValueError, TypeError):  # msgspec's errors are ValueErrors
            continue
        events.append(event)
        view = reduce(view, event)
    pasts = rebuild(events, DEVICES)
    assert set(DEVICES) <= set(pasts)


@FUZZ
@given(odd=rows(), place=st.integers(0, 30))
def test_a_damaged_row_is_named_and_the_others_are_read(
    odd: bytes, place: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "rows" / "journal.db"
    with Journal(path) as journal:
        sequence = _row(journal, path, odd, place)
        entries = list(every_entry(journal, "r1"))
    damages = [entry for entry in entries if isinstance(entry, JournalDamaged)]
    assert len(entries) == ROWS, "nothing is lost but what is damaged"
    assert [damage.sequence for damage in damages] in ([], [sequence])
    assert all(harmless(damage.message, 1_500) for damage in damages)


def _row(journal: Journal, path: Path, body: bytes, place: int) -> int:
    """Put a row into the run, as a failing disk would; returns its number."""
    database = journal._database
    if not database.execute("SELECT 1 FROM runs").fetchone():
        database.execute(
            "INSERT INTO runs (run, operation, state, started, spec)"
            " VALUES ('r1', 'update', 'running', 'x', '{}')"
        )
    database.execute("BEGIN")  # one commit, not one a row
    database.execute("DELETE FROM events")
    line = b'{"kind":"log","ts":"2026-11-21T09:54:27.123Z","level":"info","message":"m"}'
    for number in range(ROWS):
        database.execute(
            "INSERT INTO events (seq, run, kind, body) VALUES (?, 'r1', 'log', ?)",
            (number + 1, body if number == place else line),
        )
    database.execute("COMMIT")
    return place + 1


@pytest.mark.parametrize("table", ["runs", "events", "commands"])
def test_a_journal_without_a_table_is_named(tmp_path: Path, table: str) -> None:
    path = tmp_path / "journal.db"
    with Journal(path) as journal:
        journal._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        journal._database.execute(f"DROP TABLE {table}")
        reads: dict[str, Callable[[], object]] = {
            "runs": journal.runs,
            "events": lambda: journal.events("r1"),
            "commands": lambda: journal.commands("r1"),
        }
        with pytest.raises(JournalError) as caught:
            reads[table]()
    assert "journal" in caught.value.message
