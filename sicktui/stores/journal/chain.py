"""The chain over the events of a run: each carries a hash over itself and the one before it.

A chain alone shows neither a cut end nor one that was rebuilt. So its head and its length are kept too,
sealed with a key of this home (HMAC-SHA256): a seal that fits cannot be made without the key.
What is volatile is not chained, because it is dropped at the end of the run.
"""

import hashlib
import hmac
import os
import sqlite3
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Final, Self

import msgspec
from msgspec import Struct, structs

from sicktui.stores.disk.files import StorageError, display_path, read_at_most, storage_errors, write_atomic

_KEY_SIZE: Final = 32
_EMPTY: Final = b""


class Chain(Struct, frozen=True, kw_only=True):
    """The state of a run's chain."""

    run: str
    whole: bool
    """Whether it begins with the run's first event; not that of a run from before there were chains."""
    head: bytes
    """The hash of the last event, which covers all before it."""
    links: int
    """The number of chained events."""
    seal: str = ""

    @classmethod
    def of_row(cls, run: str, row: Sequence[object]) -> Self | None:
        """From the columns of its row; ``None`` where they are nothing that was ever written."""
        whole, head, links, seal = row
        good = isinstance(head, bytes) and isinstance(links, int) and isinstance(seal, str)
        if not good or whole not in (0, 1):
            return None
        return msgspec.convert(
            {"run": run, "whole": bool(whole), "head": head, "links": links, "seal": seal}, cls
        )

    def with_link(self, link: bytes) -> Self:
        """The chain with one more event."""
        return structs.replace(self, head=link, links=self.links + 1)


class Seals:
    """Makes and checks the seals of one journal.

    Args:
        journal: the journal's file; the key is beside it.
    """

    def __init__(self, journal: Path) -> None:
        self.path = journal.with_suffix(".key")

    def make(self, chain: Chain) -> str:
        """The seal of a chain; the key is made when there is none. Call it within a transaction that writes.

        Raises:
            StorageError: the key cannot be read or written.
        """
        return hmac.new(self._key, _sealed_part(chain), hashlib.sha256).hexdigest()

    def fits(self, chain: Chain) -> bool:
        """Whether the chain's seal was made with this key; not if there is none, or a damaged one.

        Raises:
            StorageError: it cannot be read.
        """
        if self.trouble:
            return False
        return hmac.compare_digest(self.make(chain).encode(), chain.seal.encode())

    @property
    def trouble(self) -> str:
        """Why no seal can be checked, in words; empty if they can.

        Raises:
            StorageError: the key cannot be read.
        """
        if "_key" not in self.__dict__:
            if not self.path.exists():
                return f"the key of the journal, {display_path(self.path)}, is missing"
            key = self._read()
            if len(key) != _KEY_SIZE:
                return f"the key of the journal, {display_path(self.path)}, is damaged"
            self.__dict__["_key"] = key
        return ""

    @cached_property
    def _key(self) -> bytes:
        if not self.path.exists():
            # Not by two processes at once: only one at a time writes to the journal.
            write_atomic(self.path, os.urandom(_KEY_SIZE))
        key = self._read()
        if len(key) != _KEY_SIZE:
            raise StorageError(
                f"The key of the journal {display_path(self.path)} is damaged.",
                advice="Put it back from a copy, or move it away: earlier runs then cannot be proven.",
            )
        return key

    def _read(self) -> bytes:
        with storage_errors("read the key of the journal", self.path):
            return read_at_most(self.path, _KEY_SIZE)


def _sealed_part(chain: Chain) -> bytes:
    return msgspec.json.encode(["sicktui chain 1", chain.run, chain.whole, chain.head.hex(), chain.links])


def first_head(run: str, spec: bytes) -> bytes:
    """The head of a chain without events: it covers what the run was asked to do, when and by whom."""
    return _hash(b"sicktui run 1", run.encode(), spec)


def next_link(head: bytes, kind: str, body: bytes) -> bytes:
    """The hash of an event that follows on ``head``."""
    return _hash(head, kind.encode(), body)


def _hash(*parts: bytes) -> bytes:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.digest()


def read_chain(database: sqlite3.Connection, run: str) -> Chain | None:
    """The chain of a run; ``None`` if it has none, or none that makes sense."""
    row = database.execute("SELECT whole, head, links, seal FROM chains WHERE run = ?", (run,)).fetchone()
    return None if row is None else Chain.of_row(run, row)


def begin_chain(database: sqlite3.Connection, run: str, spec: bytes, seals: Seals) -> None:
    """Begin the chain of a new run. Nothing is committed."""
    _insert(database, Chain(run=run, whole=True, head=first_head(run, spec), links=0), seals)


def extend_chain(
    database: sqlite3.Connection, run: str, events: Sequence[tuple[str, bytes]], seals: Seals
) -> list[bytes | None]:
    """Chain events of a run, and seal the new head. Nothing is committed.

    A head that was changed is not sealed anew: it would then look as if it had been ours.

    Returns:
        The link of each; ``None`` where the run's chain is gone. It is recorded all the same.
    """
    before = read_chain(database, run) if events else None
    if before is None:
        return [None] * len(events)
    after, links = before, list[bytes | None]()
    for kind, body in events:
        link = next_link(after.head, kind, body)
        after = after.with_link(link)
        links.append(link)
    _update(database, after, seals.make(after) if seals.fits(before) else before.seal)
    return links


def write_chain(database: sqlite3.Connection, chain: Chain, seals: Seals) -> None:
    """Put a chain in the place of the one that the run had, sealed. Nothing is committed."""
    _update(database, chain, seals.make(chain))


def _update(database: sqlite3.Connection, chain: Chain, seal: str) -> None:
    database.execute(
        "UPDATE chains SET head = ?, links = ?, seal = ? WHERE run = ?",
        (chain.head, chain.links, seal, chain.run),
    )


def seal_old_runs(database: sqlite3.Connection, seals: Seals) -> None:
    """Note which runs are from before there were chains, so that none can be made to look like one later."""
    for (run,) in database.execute("SELECT run FROM runs").fetchall():
        _insert(database, Chain(run=str(run), whole=False, head=_EMPTY, links=0), seals)


def _insert(database: sqlite3.Connection, chain: Chain, seals: Seals) -> None:
    database.execute(
        "INSERT INTO chains (run, whole, head, links, seal) VALUES (?, ?, ?, ?, ?)",
        (chain.run, chain.whole, chain.head, chain.links, seals.make(chain)),
    )
