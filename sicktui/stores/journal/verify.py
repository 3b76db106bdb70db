"""Proof that the record of a run is what was written: its chain, from the first event to the sealed head."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from sicktui.model.decoding import decode_json
from sicktui.model.run.event import RunChanged, Shortened, decode
from sicktui.model.run.plan import RunSpec
from sicktui.stores.disk.files import StorageError
from sicktui.stores.journal.chain import Chain, Seals, first_head, next_link, read_chain
from sicktui.stores.journal.database import JournalDamaged, open_database, translated
from sicktui.stores.journal.rows import VOLATILE_KINDS, intact

_OLD: Final = "it began before the journal chained its events (format 3), so it cannot be proven"
_REMOVED: Final = "or one before it was removed, added or moved"


class ChainProof(Struct, frozen=True, kw_only=True):
    """What the chain of a run proves."""

    run: str
    intact: bool | None
    """``None``: it cannot be proven, because it is from before there were chains."""
    trouble: str = ""
    """What is wrong, or why nothing can be proven; empty if it is intact."""
    head: str | None = None
    """The hash over all of its events, as hex; ``None`` if it has none."""
    events: int = 0
    """The number of chained events."""
    original_head: str | None = None
    """Of a record that was shortened to make room: its head before that, which earlier reports have."""


class _Broken(Exception):
    """The record is not what was written."""


def verify_run(path: Path, run: str) -> ChainProof:
    """Check the record of a run; also of one that is at work, whose events are being written.

    Args:
        path: the journal's file.
        run: the run's whole id.

    Raises:
        JournalError: the journal cannot be read.
    """
    database, damage = open_database(path)
    with closing(database):
        if damage is not None:
            return ChainProof(run=run, intact=False, trouble=damage.message)
        try:
            with translated(path):
                database.execute("BEGIN")  # one look at all of it, while others may write
                return verify_chain(database, run, Seals(path))
        except JournalDamaged as error:
            return ChainProof(run=run, intact=False, trouble=error.message)


def recorded_runs(path: Path) -> list[str]:
    """Every run of which the journal has any part, newest first; also one whose own row is gone.

    Raises:
        JournalError: the journal cannot be read.
    """
    database, damage = open_database(path)
    with closing(database), translated(path):
        known = [str(run) for (run,) in database.execute("SELECT run FROM runs ORDER BY seq DESC")]
        if damage is not None:
            return known
        parts = database.execute(
            "SELECT run FROM chains UNION SELECT run FROM events UNION SELECT run FROM orders"
            " ORDER BY run DESC"
        )
        return list(dict.fromkeys([*known, *(str(run) for (run,) in parts)]))


def verify_chain(database: sqlite3.Connection, run: str, seals: Seals) -> ChainProof:
    """The same, within a transaction of the caller."""
    chain = read_chain(database, run)
    if chain is None:
        return ChainProof(run=run, intact=False, trouble="the chain of its events is missing")
    trouble, original_head = "", None
    try:
        original_head = _check_chain(database, chain)
        _check_seal(chain, seals)
    except _Broken as error:
        trouble = str(error)
    proven = chain.whole or bool(trouble)
    return ChainProof(
        run=run,
        intact=not trouble if proven else None,
        trouble=trouble or ("" if chain.whole else _OLD),
        head=chain.head.hex() if chain.links or chain.whole else None,
        events=chain.links,
        original_head=original_head,
    )


def _check_chain(database: sqlite3.Connection, chain: Chain) -> str | None:
    """Return if every event is as it was written: the head before the record was shortened, if it was.

    Raises:
        _Broken: one is not.
    """
    row = database.execute(
        "SELECT operation, state, started, finished, spec, crc FROM runs WHERE run = ?", (chain.run,)
    ).fetchone()
    if row is None or not _is_intact(chain.run, *row[-2:]):
        raise _Broken("its own row is missing or damaged")
    *columns, spec, _ = row
    head, links = (first_head(chain.run, spec), 0) if chain.whole else (b"", 0)
    last: RunChanged | None = None
    original_head: str | None = None
    for number, kind, body, crc, link in _events(database, chain.run):
        event = _decoded(number, kind, body)
        last = event if isinstance(event, RunChanged) else last
        if isinstance(event, Shortened):
            original_head = original_head or event.head
        if kind in VOLATILE_KINDS and link is None:
            continue
        if link is None and not chain.whole and not links:
            continue  # from before there were chains
        head = next_link(head, kind, body)
        if link != head:
            first = "" if links else "what the run was asked to do was changed, or "
            raise _Broken(f"{first}event {number} was changed, {_REMOVED}")
        if not _is_intact(chain.run, body, crc):
            raise _Broken(f"the checksum of event {number} was changed, so it can no longer be read")
        links += 1
    if (head, links) != (chain.head, chain.links):
        raise _Broken(f"its last events are missing or were exchanged: {links} of {chain.links} are there")
    _check_row(columns, spec, last, _orders(database, chain.run) if chain.whole else None)
    return original_head


def _events(database: sqlite3.Connection, run: str) -> Iterator[tuple[Any, ...]]:
    # Without the index, which could hide rows.
    yield from database.execute(
        "SELECT seq, kind, body, crc, link FROM events NOT INDEXED WHERE run = ? ORDER BY seq", (run,)
    )


def _orders(database: sqlite3.Connection, run: str) -> list[object]:
    """The keys that mean this run: at most the one that it was asked for with."""
    return [key for (key,) in database.execute("SELECT key FROM orders WHERE run = ?", (run,))]


def _is_intact(run: str, body: object, crc: object) -> bool:
    try:
        intact(run, body, crc)
    except (TypeError, ValueError):
        return False
    return True


def _decoded(number: int, kind: object, body: object) -> object:
    """The event of a row. Its kind decides whether it is chained, so it must be that of its body."""
    try:
        event = decode(msgspec.convert(body, bytes))
    except (msgspec.DecodeError, ValueError) as error:
        raise _Broken(f"event {number} cannot be read") from error
    if event.__struct_config__.tag != kind:
        raise _Broken(f"event {number} was changed: its kind is not that of its content")
    return event


def _check_row(
    columns: list[object], spec: bytes, last: RunChanged | None, orders: list[object] | None
) -> None:
    """What the chain does not cover, the columns of the run's row and its order, against what it does.

    A run from before there were chains has no order (``None``).
    """
    operation, state, started, finished = columns
    try:
        asked = decode_json(spec, RunSpec)
    except (msgspec.DecodeError, ValueError) as error:
        raise _Broken("what the run was asked to do cannot be read") from error
    wrong = [
        name
        for name, kept, known in (
            ("operation", operation, asked.operation.value),
            ("start", started, asked.created),
            ("state", state, state if last is None else last.state.value),
            ("end", finished, finished if last is None or finished is None else last.ts),
            ("order", orders or [], [] if asked.order is None or orders is None else [asked.order.key]),
        )
        if kept != known
    ]
    if wrong:
        differ = "differs" if len(wrong) == 1 else "differ"
        raise _Broken(f"the {' and the '.join(wrong)} of the run {differ} from its events")


def _check_seal(chain: Chain, seals: Seals) -> None:
    try:
        trouble = seals.trouble
    except StorageError as error:
        raise _Broken(f"its seal cannot be checked: {error.message}") from error
    if trouble:
        raise _Broken(f"its seal cannot be checked: {trouble}")
    if not seals.fits(chain):
        raise _Broken(
            "the head of its chain was changed: its seal is not of this home's key, so the events may have "
            "been made anew"
        )
