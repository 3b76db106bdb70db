"""A record that many threads change is written once for those that wait, and loses none of them."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from msgspec import Struct

from sicktui.stores.disk.files import StorageError, write_atomic
from sicktui.stores.disk.shared_record import SharedRecord

MANY = 12


class Names(Struct, frozen=True):
    names: tuple[str, ...] = ()


def adds(name: str, record: Names) -> Names:
    return Names(names=(*record.names, name))


class Disk:
    """Holds the first write up until all other changes wait."""

    def __init__(self, record: SharedRecord[Names], monkeypatch: pytest.MonkeyPatch) -> None:
        self.writes = 0
        self.full = False
        self._record = record
        self._all_wait = threading.Event()
        monkeypatch.setattr("sicktui.stores.disk.shared_record.write_atomic", self._write)

    def _write(self, path: Path, data: bytes) -> None:
        self.writes += 1
        if self.writes == 1:
            assert self._all_wait.wait(30)
        if self.full:
            raise StorageError("The disk is full.")
        write_atomic(path, data)

    def change_all(self) -> list[BaseException | None]:
        """All changes at once; what each ended with."""

        def change(name: str) -> Names:
            seen = False

            def once(record: Names) -> Names:
                nonlocal seen
                if not seen and self.writes:  # It is about to wait.
                    seen = True
                    arrived.release()
                return adds(name, record)

            return self._record.change(once)

        arrived = threading.Semaphore(0)
        with ThreadPoolExecutor(MANY) as pool:
            first = pool.submit(self._record.change, lambda record: adds("first", record))
            while not self.writes:
                threading.Event().wait(0.001)
            others = [pool.submit(change, str(number)) for number in range(MANY - 1)]
            for _ in others:
                assert arrived.acquire(timeout=30)
            while len(self._record._waiting) < MANY - 1:
                threading.Event().wait(0.001)
            self._all_wait.set()
            return [each.exception() for each in (first, *others)]


def test_changes_that_wait_are_written_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = SharedRecord(tmp_path / "names.json", Names())
    disk = Disk(record, monkeypatch)
    assert disk.change_all() == [None] * MANY
    assert disk.writes == 2
    assert sorted(record.read().names) == sorted(["first", *map(str, range(MANY - 1))])


def test_each_thread_learns_that_its_change_was_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = SharedRecord(tmp_path / "names.json", Names())
    disk = Disk(record, monkeypatch)
    disk.full = True
    assert all(isinstance(error, StorageError) for error in disk.change_all())
    assert record.read() == Names()


def test_a_change_that_fails_is_nobody_elses_matter(tmp_path: Path) -> None:
    record = SharedRecord(tmp_path / "names.json", Names())
    calls = 0

    def fails(known: Names) -> Names:
        nonlocal calls
        calls += 1
        if calls > 1:
            raise ValueError("broken")
        return adds("never", known)

    with pytest.raises(ValueError, match="broken"):
        record.change(fails)
    assert record.change(lambda known: adds("one", known)) == Names(names=("one",))
