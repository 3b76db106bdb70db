"""Backups: whole, private, never overwritten, and known to be what the sensor gave."""

import hashlib
import json
import os
import stat
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from sicktui.model.enums import Code
from sicktui.model.errors import UsageError
from sicktui.stores.backups.store import MAX_BACKUP_BYTES, BackupFacts, BackupStore, BackupUnusable
from sicktui.stores.disk.files import StorageError
from tests.support.fixtures import Spawn

CONTENT = bytes(range(256)) * 4
FACTS = BackupFacts(
    device="press 3",
    serial="23440012",
    mac="00:06:77:01:02:03",
    name="picoScan150",
    model="PICS150-1",
    order_number="1134609",
    version="2.3.0.0R",
    created="2026-11-21T09:54:27.123Z",
    operator="bob on pc7",
    run="20261121-095427-k3f",
    content_type="application/octet-stream",
    api="2.3",
    passphrase_fingerprint="abc",
)


@pytest.fixture
def store(tmp_path: Path) -> BackupStore:
    return BackupStore(tmp_path / "backups")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "download"
    path.write_bytes(CONTENT)
    return path


def test_a_backup_comes_back_as_it_was(store: BackupStore, file: Path) -> None:
    record = store.add(file, FACTS)
    assert file.exists()
    file.unlink()
    assert record.id == f"23440012-20261121-095427-{record.sha256[:6]}"
    assert (record.size, record.sha256) == (len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
    assert BackupFacts(**{f: getattr(record, f) for f in BackupFacts.__struct_fields__}) == FACTS
    again = BackupStore(store.folder)
    assert again.list() == [record]
    assert again.get(record.id) == record
    assert again.path(record).read_bytes() == CONTENT
    again.verify(record)
    assert again.damaged() == {}


def test_nothing_is_overwritten(store: BackupStore, file: Path) -> None:
    records = [store.add(file, FACTS) for _ in range(3)]
    assert len({record.id for record in records}) == 3
    assert {r.id for r in store.list()} == {r.id for r in records}
    for record in records:
        store.verify(record)


def test_only_the_two_files_stay_and_they_are_private(store: BackupStore, file: Path) -> None:
    record = store.add(file, FACTS)
    place = store.folder / "23440012"
    assert {p.name for p in place.iterdir()} == {f"{record.id}.backup", f"{record.id}.json"}
    if sys.platform != "win32":
        assert {stat.S_IMODE(p.stat().st_mode) for p in place.iterdir()} == {0o600}
        assert stat.S_IMODE(place.stat().st_mode) == 0o700


def test_the_newest_come_first_and_each_sensor_has_its_own(store: BackupStore, file: Path) -> None:
    old = store.add(file, FACTS)
    new = store.add(file, structs.replace(FACTS, created="2026-11-22T09:54:27.123Z"))
    other = store.add(file, structs.replace(FACTS, serial="777", created="2026-11-20T09:54:27.123Z"))
    assert store.list() == [other, new, old], "by when they were taken, not by the clock"
    assert store.list("23440012") == [new, old]
    assert store.list("777") == [other]
    assert store.list("none") == []


@pytest.mark.parametrize(
    ("changes", "key"),
    [({}, "23440012"), ({"serial": None}, "00:06:77:01:02:03"), ({"serial": None, "mac": None}, "press 3")],
)
def test_a_sensor_without_a_serial_number_is_known_by_what_it_has(
    store: BackupStore, file: Path, changes: dict[str, None], key: str
) -> None:
    record = store.add(file, structs.replace(FACTS, **changes))
    assert store.list(key) == [record]


@pytest.mark.parametrize(
    "serial", ["CON", "../../x", "a/b", "a\\b", "..", "x" * 300, "ä:?*", "\x1b[31m", "."]
)
def test_a_serial_number_is_only_text(store: BackupStore, file: Path, serial: str) -> None:
    record = store.add(file, structs.replace(FACTS, serial=serial))
    assert store.path(record).resolve().is_relative_to(store.folder.resolve())
    assert store.list(serial) == [record]
    assert record.id.isprintable()
    store.verify(store.get(record.id))


@given(serial=st.text(min_size=1, max_size=80))
def test_any_serial_number_has_a_place_of_its_own(
    tmp_path_factory: pytest.TempPathFactory, serial: str
) -> None:
    store = BackupStore(tmp_path_factory.getbasetemp() / "any-serial")
    file = store.folder.parent / "download-of-any"
    file.write_bytes(CONTENT)
    known = store.list(serial)
    record = store.add(file, structs.replace(FACTS, serial=serial))
    assert {r.id for r in store.list(serial)} == {r.id for r in known} | {record.id}


def test_finding(store: BackupStore, file: Path) -> None:
    one = store.add(file, FACTS)
    assert store.get(one.id[:12]) == one
    two = store.add(file, FACTS)
    assert store.get(one.id) == one
    assert store.get(two.id) == two
    with pytest.raises(UsageError, match="2 backups begin with"):
        store.get(one.id[:12])
    with pytest.raises(
        UsageError, match=f"There is no backup '23440013-20261121-095427-{one.sha256[:6]}' \\(did you mean"
    ):
        store.get(one.id.replace("23440012", "23440013"))
    with pytest.raises(UsageError):
        store.get("")


def test_files_that_are_no_backup(store: BackupStore, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.touch()
    huge = tmp_path / "huge"
    with huge.open("wb") as sparse:
        sparse.truncate(MAX_BACKUP_BYTES + 1)
    for file, words in ((empty, "the file is empty"), (huge, "larger than 100 MB")):
        with pytest.raises(BackupUnusable, match=words) as caught:
            store.add(file, FACTS)
        assert caught.value.code is Code.BACKUP_UNUSABLE
    with pytest.raises(StorageError):
        store.add(tmp_path / "missing", FACTS)
    assert store.list() == []
    assert [p for p in store.folder.rglob("*") if p.is_file()] == []


def test_a_download_that_changed_is_not_kept(store: BackupStore, file: Path) -> None:
    with pytest.raises(BackupUnusable, match="not what was downloaded"):
        store.add(file, FACTS, sha256="0" * 64)
    assert store.list() == []
    store.add(file, FACTS, sha256=hashlib.sha256(CONTENT).hexdigest())


@pytest.mark.parametrize("offset", [0, 500, len(CONTENT) - 1])
def test_a_flipped_bit_is_found(store: BackupStore, file: Path, offset: int) -> None:
    record = store.add(file, FACTS)
    raw = bytearray(CONTENT)
    raw[offset] ^= 1
    store.path(record).write_bytes(raw)
    with pytest.raises(BackupUnusable, match="has changed since it was stored") as caught:
        store.verify(record)
    assert caught.value.code is Code.BACKUP_UNUSABLE


@pytest.mark.parametrize("content", [b"", CONTENT[:-1], CONTENT + b"\0", CONTENT * 5000], ids=len)
def test_a_file_of_another_length_is_found(store: BackupStore, file: Path, content: bytes) -> None:
    record = store.add(file, FACTS)
    store.path(record).write_bytes(content)
    with pytest.raises(BackupUnusable):
        store.verify(record)


def test_a_missing_file_is_found(store: BackupStore, file: Path) -> None:
    record = store.add(file, FACTS)
    store.path(record).unlink()
    with pytest.raises(BackupUnusable, match="Cannot read backup"):
        store.verify(record)


@pytest.mark.parametrize("content", [b"", b"{", b"null", b"\xff", b"{}", b'{"format": 2}'])
def test_damaged_metadata_hides_no_other_backup(store: BackupStore, file: Path, content: bytes) -> None:
    good, bad = store.add(file, FACTS), store.add(file, FACTS)
    path = store.path(bad).with_suffix(".json")
    path.write_bytes(content)
    assert store.list() == [good]
    assert list(store.damaged()) == [path]


def test_metadata_in_anothers_place_is_damage(store: BackupStore, file: Path) -> None:
    record = store.add(file, FACTS)
    source = store.path(record).with_suffix(".json")
    copy = source.with_name("copied.json")
    copy.write_bytes(source.read_bytes())
    assert store.list() == [record]
    assert list(store.damaged()) == [copy]


ADDER = """
import sys
from pathlib import Path
from sicktui.stores.backups.store import BackupFacts, BackupStore
store = BackupStore(Path(sys.argv[1]))
created = "2026-11-21T09:54:27.123Z"
facts = BackupFacts(device="d", serial="1", version=None, created=created, operator="o", run=None)
while True:
    print(store.add(Path(sys.argv[2]), facts).id, flush=True)
"""


def test_what_was_told_to_be_kept_is_kept_when_the_process_dies(
    store: BackupStore, file: Path, spawn: Spawn
) -> None:
    adders = [spawn(ADDER, str(store.folder), str(file)) for _ in range(2)]
    told: set[str] = set()
    for adder in adders:
        assert adder.stdout is not None
        told |= {adder.stdout.readline().strip() for _ in range(5)}
    for adder in adders:
        adder.kill()
        told |= {line for line in adder.communicate()[0].split("\n")[:-1] if line}
    kept = {record.id: record for record in store.list()}
    assert told <= kept.keys()
    assert store.damaged() == {}
    for record in kept.values():
        store.verify(record)


EDITS: list[tuple[str, object]] = [
    ("model", "PICS150-3"),
    ("version", "2.4.0.0R"),
    ("passphrase_fingerprint", None),
    ("device", "press 4"),
    ("created", "2026-11-20T09:54:27.123Z"),
    ("more", 1),
]


@pytest.mark.parametrize(("key", "value"), EDITS, ids=[key for key, _ in EDITS])
def test_edited_metadata_are_noticed(store: BackupStore, file: Path, key: str, value: object) -> None:
    good, edited = store.add(file, FACTS), store.add(file, FACTS)
    path = store.path(edited).with_suffix(".json")
    path.write_text(json.dumps(json.loads(path.read_text()) | {key: value}))
    assert store.list() == [good]
    assert store.damaged() == {path: "it was changed after it was written"}
    with pytest.raises(BackupUnusable, match="it was changed"):
        store.get(edited.id)


def test_metadata_from_before_there_were_seals_are_read(store: BackupStore, file: Path) -> None:
    record = store.add(file, FACTS)
    path = store.path(record).with_suffix(".json")
    plain = json.loads(path.read_text())
    del plain["seal"]
    path.write_text(json.dumps(plain))
    assert store.list() == [record]


@pytest.mark.parametrize(
    "created", ["yesterday", "", "2026-11-21", "2026-11-21T09:54:27", "0001-01-01T00:00:00Z"]
)
def test_metadata_without_a_moment_are_damage(store: BackupStore, file: Path, created: str) -> None:
    """Ages are reckoned from it, so that one such file would end every list with an error."""
    store.add(file, structs.replace(FACTS, created=created))
    assert store.list() == []
    assert list(store.damaged().values()) == ["its creation time is missing"]


def test_a_file_without_its_metadata_is_named_once_they_cannot_come_any_more(
    store: BackupStore, file: Path
) -> None:
    record = store.add(file, FACTS)
    path = store.path(record)
    path.with_suffix(".json").unlink()
    assert store.damaged() == {}, "another process may be about to write them"
    os.utime(path, (0, 0))
    assert store.damaged() == {path: "its metadata is missing"}


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_is_not_taken_for_an_empty_one(store: BackupStore, file: Path) -> None:
    record = store.add(file, FACTS)
    place = store.path(record).parent
    place.chmod(0)
    try:
        assert store.damaged() == {place: "permission denied"}
        store.folder.chmod(0)
        with pytest.raises(StorageError, match="permission denied"):
            store.list()
    finally:
        store.folder.chmod(0o700)
        place.chmod(0o700)
    assert store.list() == [record]
