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

from sicktui.model.decoding import decode_json
from sicktui.model.enums import RunState
from sicktui.model.errors import SicktuiError, UsageError
from sicktui.model.run.event import Event, check_time, decode
from sicktui.model.run.plan import RunSpec
from sicktui.model.safe_text import clean
from sicktui.model.suggest import nearest
from sicktui.stores.disk.files import StorageError, display_path
from sicktui.stores.disk.ids import resolve_prefix
from sicktui.stores.journal.chain import Seals, begin_chain
from sicktui.stores.journal.database import JournalDamaged, JournalError, open_database, translated
from sicktui.stores.journal.integrity import find_damages
from sicktui.stores.journal.rows import (
    RunRow,
    checksum,
    drop_volatile,
    insert_events,
    intact,
    latest_event,
    run_row,
    run_rows,
)
from sicktui.stores.journal.verify import ChainProof, verify_run

LATEST: Final = "latest"
"""Stands for the newest run."""


class OrderTaken(SicktuiError):
    """An order that was given before.

    Args:
        key: the key of the order.
        run: its run.
    """

    def __init__(self, key: str, run: str) -> None:
        super().__init__(f"The order {clean(key)} has the run {run} already.", advice="Follow that run.")
        self.run = run


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
        self._seals = Seals(path)
        self._database, self.damage = open_database(path)
        """``damage``: what is wrong with the file, which then can only be read, as far as it goes."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file. Closing twice is fine."""
        with self._lock, translated(self.path):
            self._database.close()

    def create_run(self, spec: RunSpec, events: Sequence[Event], *, finished: str | None = None) -> None:
        """Record a new run with its first events, durably, all or nothing.

        Args:
            spec: the run.
            events: its first events.
            finished: when it ended, if these are all its events.

        Raises:
            OrderTaken: its order has a run already; nothing was recorded.
            JournalError: it cannot be kept, or a run of that id exists.
        """
        body = msgspec.json.encode(spec)
        state = RunState.RUNNING if finished is None else RunState.FINISHED
        row = (spec.run, spec.operation, state, spec.created, finished, body, checksum(spec.run, body))
        with self._writing(durable=True) as database:
            if spec.order is not None and (taken := self._run_of_order(spec.order.key)) is not None:
                raise OrderTaken(spec.order.key, taken)
            if self._exists(spec.run):
                raise JournalError(
                    f"The journal {display_path(self.path)} already has a run {clean(spec.run)}.",
                    advice="Try again.",
                )
            database.execute(
                "INSERT INTO runs (run, operation, state, started, finished, spec, crc)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                row,
            )
            if spec.order is not None:
                database.execute("INSERT INTO orders (key, run) VALUES (?, ?)", (spec.order.key, spec.run))
            begin_chain(database, spec.run, body, self._seals)
            insert_events(database, spec.run, events, self._seals)

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
            insert_events(database, run, events, self._seals)

    def events(self, run: str, *, after: int = 0, limit: int = 5000) -> list[tuple[int, Event]]:
        """Events of a run with their numbers, oldest first.

        Fewer than ``limit`` may come although there are more: those before a damaged row come
        alone, and asking for what is behind them raises. An empty answer means: no more as yet.

        Args:
            run: the run's whole id.
            after: only events with a greater number; that of a damaged row goes on behind it.
            limit: the most events to return.

        Raises:
            JournalDamaged: the next event cannot be decoded.
            JournalError: the journal cannot be read.
        """
        rows, damage = self._events_until_damage(run, after, limit)
        found: list[tuple[int, Event]] = []
        for sequence, body, crc in rows:
            try:
                found.append((sequence, decode(intact(run, body, crc))))
            except (msgspec.DecodeError, TypeError, ValueError) as error:
                if found:
                    return found
                raise JournalDamaged.row(self.path, run, sequence, str(error)) from error
        if damage is not None and not found:
            raise damage
        return found

    def latest(self, run: str, *kinds: type[Event]) -> Event | None:
        """The last event of some kinds in a run; ``None`` if there is none, or it is damaged."""
        with self._lock, translated(self.path):
            return latest_event(self._database, run, kinds)

    def spec(self, run: str) -> RunSpec:
        """What a run was asked to do.

        Raises:
            UsageError: there is no such run.
            JournalDamaged: it cannot be decoded.
        """
        rows = self._rows("SELECT spec, crc FROM runs WHERE run = ?", (run,))
        if not rows:
            raise self._no_run(run)
        try:
            found = decode_json(intact(run, *rows[0]), RunSpec)
            check_time(found.created)
        except (msgspec.DecodeError, TypeError, ValueError) as error:
            raise JournalDamaged.row(self.path, run, None, str(error)) from error
        return found

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
        return run_row(self.path, rows[0])

    def runs(self, limit: int = 100) -> list[RunRow]:
        """The runs, newest first; those whose row cannot be read are left out (see ``damages``).

        Raises:
            JournalError: the journal cannot be read.
        """
        return self._run_rows("", limit)

    def unfinished(self) -> list[RunRow]:
        """The runs that have not come to their end, newest first, however old they are.

        Raises:
            JournalError: the journal cannot be read.
        """
        return self._run_rows(f"WHERE state = '{RunState.RUNNING.value}'", -1)

    def damages(self, *, of: str | None = None) -> list[JournalDamaged]:
        """What is wrong with the journal: the file, and one row of each run. Empty if all is well.

        All of the file is looked at, which takes about a second for a gigabyte or a million rows; others
        may use the journal meanwhile.

        Args:
            of: leave out what is surely that of other runs only.

        Raises:
            JournalError: the journal cannot be read.
        """
        return find_damages(self.path, of=of)

    def _run_rows(self, where: str, limit: int) -> list[RunRow]:
        with self._lock, translated(self.path):
            found = run_rows(self._database, self.path, where, limit)
        return [row for row in found if isinstance(row, RunRow)]

    def resolve(self, run: str) -> str:
        """The whole id of a run: from itself, from a beginning that only one has, or from ``latest``.

        Raises:
            UsageError: no run is meant, or more than one.
        """
        ids = self._ids(-1)
        if run == LATEST:
            if not ids:
                raise UsageError("There has been no run yet.", advice="'sicktui update' starts one.")
            return ids[0]
        if not run or not any(id.startswith(run) for id in ids):  # noqa: A001 - the contract's word
            raise self._no_run(run)
        return resolve_prefix(run, ids, "run", where="")

    def set_state(self, run: str, state: RunState, *, pid: int | None, finished: str | None = None) -> None:
        """Record the state of a run, durably.

        Raises:
            JournalError: it cannot be kept.
            UsageError: there is no such run.
        """
        with self._writing(durable=True) as database:
            self._must_exist(run)
            database.execute(
                "UPDATE runs SET state = ?, pid = ?, finished = ? WHERE run = ?", (state, pid, finished, run)
            )

    def finish_run(self, run: str, state: RunState, *, finished: str, events: Sequence[Event]) -> None:
        """Record the end of a run with its last events, durably, all or nothing; drop what was volatile.

        Raises:
            JournalError: it cannot be kept.
            UsageError: there is no such run.
        """
        with self._writing(durable=True) as database:
            self._must_exist(run)
            insert_events(database, run, events, self._seals)
            database.execute(
                "UPDATE runs SET state = ?, pid = NULL, finished = ? WHERE run = ?", (state, finished, run)
            )
            drop_volatile(database, run)

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

    def run_of_order(self, key: str) -> str | None:
        """The run that was started for an order; ``None`` if there is none.

        Raises:
            JournalError: the journal cannot be read, or is damaged, so that this is not known.
        """
        if self.damage is not None:
            raise self.damage
        return self._run_of_order(key)

    def _run_of_order(self, key: str) -> str | None:
        rows = self._rows("SELECT run FROM orders WHERE key = ?", (key,))
        return str(rows[0][0]) if rows else None

    def verify(self, run: str) -> ChainProof:
        """Whether the record of a run is what was written. Over a separate connection: it takes its time.

        Args:
            run: the run's whole id.

        Raises:
            JournalError: the journal cannot be read.
        """
        return verify_run(self.path, run)

    def version(self) -> int:
        """A number that changes when someone else has written: cheap to ask often.

        Raises:
            JournalError: the journal cannot be read.
        """
        return int(self._rows("PRAGMA data_version", ())[0][0])

    @contextlib.contextmanager
    def _writing(self, *, durable: bool) -> Iterator[sqlite3.Connection]:
        """One transaction, committed at the end and rolled back on any error."""
        if self.damage is not None:
            raise self.damage
        with self._lock, translated(self.path):
            # FULL makes the commit fsync the write-ahead log (0.1 to 5 ms by the disk), NORMAL does not.
            # It can only be set between transactions.
            self._database.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
                self._database.execute("COMMIT")
            except BaseException as error:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                if isinstance(error, StorageError) and not isinstance(error, JournalError):
                    raise JournalError(error.message, advice=error.advice) from error  # of the key
                raise

    def _rows(self, query: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        with self._lock, translated(self.path):
            return self._database.execute(query, values).fetchall()

    def _events_until_damage(
        self, run: str, after: int, limit: int
    ) -> tuple[list[tuple[Any, ...]], JournalDamaged | None]:
        """Rows of events as far as they can be read, and what keeps from reading on."""
        rows: list[tuple[Any, ...]] = []
        damage: JournalDamaged | None = None
        # The second way does without the index, which may be what is damaged. It looks at the rows of all
        # runs, so it is slow, and it may be other rows that stop it.
        for way in ("", "NOT INDEXED"):
            query = f"SELECT seq, body, crc FROM events {way} WHERE run = ? AND seq > ? ORDER BY seq LIMIT ?"  # noqa: S608 - all our own words
            try:
                with self._lock, translated(self.path):
                    # Row by row: what comes before the damage is to be had.
                    for row in self._database.execute(query, (run, after, limit - len(rows))):
                        rows.append(row)
                        after = row[0]
            except JournalDamaged as error:
                damage = error
            else:
                return rows, None
        return rows, damage

    def _exists(self, run: str) -> bool:
        return bool(self._rows("SELECT 1 FROM runs WHERE run = ?", (run,)))

    def _must_exist(self, run: str) -> None:
        if not self._exists(run):
            raise self._no_run(run)

    def _ids(self, limit: int) -> list[str]:
        return [str(row[0]) for row in self._rows("SELECT run FROM runs ORDER BY seq DESC LIMIT ?", (limit,))]

    def _no_run(self, run: str) -> UsageError:
        ids = self._ids(_MANY)
        latest = f" The latest are {', '.join(ids[:3])}." if ids else " There has been no run yet."
        return UsageError(
            f"There is no run {clean(run)!r}{nearest(run, ids)}.{latest}",
            advice="'sicktui runs list' shows them.",
        )


_MANY: Final = 1000
