"""The journal: the write-ahead record of runs, in SQLite.

What a sensor can feel is recorded durably before it is done, so that a run can be resumed and
explained after power was lost. The runner writes events; faces read them and write commands. Order is
by one number that only rises.
"""

import contextlib
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Self

import msgspec
from msgspec import Struct

from sicktui.model.errors import UsageError
from sicktui.model.event import VOLATILE, Event, decode, encode
from sicktui.model.plan import RunSpec
from sicktui.model.text import clean
from sicktui.model.words import Operation, RunState
from sicktui.stores.files import shown
from sicktui.stores.journal_file import JournalDamaged, JournalError, open_database, translated
from sicktui.stores.strict import nearest

LATEST: Final = "latest"
"""Stands for the newest run."""


class RunRow(Struct, frozen=True, kw_only=True):
    """A run as a whole."""

    run: str
    operation: Operation
    state: RunState
    pid: int | None
    """The runner's process, as long as it is known to be there."""
    started: str
    finished: str | None


class Journal:
    """The journal of one home. May be used from several threads; other processes may use the file at once.

    Args:
        path: the database file; it is made if there is none.

    Raises:
        JournalError: it cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._database = open_database(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file. Closing twice is fine."""
        with self._lock, translated(self.path):
            self._database.close()

    def create_run(self, spec: RunSpec, events: Sequence[Event]) -> None:
        """Record a new run with its first events, durably.

        Raises:
            JournalError: it cannot be kept, or a run of that id exists.
        """
        row = (spec.run, spec.operation, RunState.RUNNING, spec.created, msgspec.json.encode(spec))
        with self._writing(durable=True) as database:
            if self._exists(spec.run):
                raise JournalError(
                    f"The journal {shown(self.path)} already has a run {clean(spec.run)}.",
                    advice="Try again.",
                )
            database.execute(
                "INSERT INTO runs (run, operation, state, started, spec) VALUES (?, ?, ?, ?, ?)", row
            )
            _insert(database, spec.run, events)

    def append(self, run: str, events: Sequence[Event], *, durable: bool) -> None:
        """Record events of a run, all of them or none.

        Args:
            run: the run's whole id.
            events: in the order in which they happened.
            durable: return only when they would survive a loss of power (an fsync); else they survive
                the end of this process only. A durable append makes all earlier ones durable too.

        Raises:
            JournalError: they cannot be kept.
            UsageError: there is no such run.
        """
        if not events:
            return
        with self._writing(durable=durable) as database:
            self._must_exist(run)
            _insert(database, run, events)

    def events(self, run: str, *, after: int = 0, limit: int = 5000) -> list[tuple[int, Event]]:
        """Events of a run with their numbers, oldest first.

        Fewer than ``limit`` may come although there are more: those before a damaged row come
        alone, and asking for what is behind them raises. An empty answer means: no more as yet.

        Args:
            run: the run's whole id.
            after: only events with a greater number; that of a damaged row goes on behind it.
            limit: at most so many.

        Raises:
            JournalDamaged: the next event cannot be decoded.
            JournalError: the journal cannot be read.
        """
        rows = self._rows(
            "SELECT seq, body FROM events WHERE run = ? AND seq > ? ORDER BY seq LIMIT ?", (run, after, limit)
        )
        found: list[tuple[int, Event]] = []
        for sequence, body in rows:
            try:
                found.append((sequence, decode(body)))
            except (msgspec.DecodeError, TypeError, ValueError) as error:
                if found:
                    break
                raise JournalDamaged(self.path, run, sequence, str(error)) from error
        return found

    def spec(self, run: str) -> RunSpec:
        """What a run was asked to do.

        Raises:
            UsageError: there is no such run.
            JournalDamaged: it cannot be decoded.
        """
        rows = self._rows("SELECT spec FROM runs WHERE run = ?", (run,))
        if not rows:
            raise self._no_run(run)
        try:
            return msgspec.json.decode(rows[0][0], type=RunSpec)
        except (msgspec.DecodeError, TypeError, ValueError) as error:
            raise JournalDamaged(self.path, run, None, str(error)) from error

    def row(self, run: str) -> RunRow:
        """A run as a whole.

        Raises:
            UsageError: there is no such run.
            JournalDamaged: it cannot be decoded.
        """
        rows = self._rows(
            "SELECT run, operation, state, pid, started, finished FROM runs WHERE run = ?", (run,)
        )
        if not rows:
            raise self._no_run(run)
        return self._run_row(rows[0])

    def runs(self, limit: int = 100) -> list[RunRow]:
        """The runs, newest first.

        Raises:
            JournalDamaged: one of them cannot be decoded.
        """
        rows = self._rows(
            "SELECT run, operation, state, pid, started, finished FROM runs ORDER BY seq DESC LIMIT ?",
            (limit,),
        )
        return [self._run_row(row) for row in rows]

    def resolve(self, run: str) -> str:
        """The whole id of a run: from itself, from a beginning that only one has, or from ``latest``.

        Raises:
            UsageError: no run is meant, or more than one.
        """
        if run == LATEST:
            newest = self._ids(1)
            if not newest:
                raise UsageError("There has been no run yet.", advice="'sicktui update' starts one.")
            return newest[0]
        # Not LIKE: it would take % and _ for wildcards.
        rows = self._rows(
            "SELECT run FROM runs WHERE substr(run, 1, ?) = ? ORDER BY seq DESC", (len(run), run)
        )
        ids = [str(row[0]) for row in rows]
        if run in ids:
            return run
        if not run or not ids:
            raise self._no_run(run)
        if len(ids) > 1:
            raise UsageError(
                f"{len(ids)} runs begin with {clean(run)!r}: {', '.join(ids[:_SOME])}"
                f"{' and more' if len(ids) > _SOME else ''}.",
                advice="Give more of the id.",
            )
        return ids[0]

    def set_state(self, run: str, state: RunState, *, pid: int | None, finished: str | None = None) -> None:
        """Record where a run stands, durably.

        Raises:
            JournalError: it cannot be kept.
            UsageError: there is no such run.
        """
        with self._writing(durable=True) as database:
            self._must_exist(run)
            database.execute(
                "UPDATE runs SET state = ?, pid = ?, finished = ? WHERE run = ?", (state, pid, finished, run)
            )

    def send(self, run: str, command: str) -> None:
        """Leave a command for the runner of a run, durably.

        Raises:
            JournalError: it cannot be kept.
            UsageError: there is no such run.
        """
        with self._writing(durable=True) as database:
            self._must_exist(run)
            database.execute("INSERT INTO commands (run, command) VALUES (?, ?)", (run, command))

    def commands(self, run: str, *, after: int = 0) -> list[tuple[int, str]]:
        """The commands to a run with their numbers, oldest first.

        Raises:
            JournalError: the journal cannot be read.
        """
        rows = self._rows(
            "SELECT seq, command FROM commands WHERE run = ? AND seq > ? ORDER BY seq", (run, after)
        )
        return [(sequence, str(command)) for sequence, command in rows]

    def version(self) -> int:
        """A number that changes when someone else has written: cheap to ask often.

        Raises:
            JournalError: the journal cannot be read.
        """
        return int(self._rows("PRAGMA data_version", ())[0][0])

    def prune_volatile(self, run: str) -> None:
        """Drop what only mattered while the run was going: progress and contacts.

        Raises:
            JournalError: it cannot be written.
        """
        marks = ", ".join("?" * len(_VOLATILE_KINDS))
        with self._writing(durable=False) as database:
            database.execute(
                f"DELETE FROM events WHERE run = ? AND kind IN ({marks})",  # noqa: S608 - only question marks
                (run, *_VOLATILE_KINDS),
            )

    @contextlib.contextmanager
    def _writing(self, *, durable: bool) -> Iterator[sqlite3.Connection]:
        """One transaction, committed at the end and rolled back on any error."""
        with self._lock, translated(self.path):
            # FULL makes the commit fsync the write-ahead log (0.1 to 5 ms by the disk), NORMAL does not.
            # It can only be set between transactions.
            self._database.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
                self._database.execute("COMMIT")
            except BaseException:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise

    def _rows(self, query: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        with self._lock, translated(self.path):
            return self._database.execute(query, values).fetchall()

    def _exists(self, run: str) -> bool:
        return bool(self._rows("SELECT 1 FROM runs WHERE run = ?", (run,)))

    def _must_exist(self, run: str) -> None:
        if not self._exists(run):
            raise self._no_run(run)

    def _ids(self, limit: int) -> list[str]:
        return [str(row[0]) for row in self._rows("SELECT run FROM runs ORDER BY seq DESC LIMIT ?", (limit,))]

    def _no_run(self, run: str) -> UsageError:
        ids = self._ids(_MANY)
        latest = f" The latest are {', '.join(ids[:_SOME])}." if ids else " There has been no run yet."
        return UsageError(
            f"There is no run {clean(run)!r}{nearest(run, ids)}.{latest}",
            advice="'sicktui runs list' shows them.",
        )

    def _run_row(self, row: tuple[Any, ...]) -> RunRow:
        try:
            return msgspec.convert(dict(zip(RunRow.__struct_fields__, row, strict=True)), RunRow)
        except msgspec.ValidationError as error:
            raise JournalDamaged(self.path, str(row[0]), None, str(error)) from error


_VOLATILE_KINDS: Final = tuple(str(kind.__struct_config__.tag) for kind in VOLATILE)
_SOME: Final = 3
_MANY: Final = 1000


def _insert(database: sqlite3.Connection, run: str, events: Sequence[Event]) -> None:
    rows = []
    for event in events:
        body = encode(event)
        # JSON has no NaN: such an event would be kept and never read again. Better refused now.
        decode(body)
        rows.append((run, str(event.__struct_config__.tag), body))
    database.executemany("INSERT INTO events (run, kind, body) VALUES (?, ?, ?)", rows)
