"""What is kept or brought along as files: packages, zips, backups and what is noted of them."""

import io
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sicktui.model.errors import SicktuiError
from sicktui.model.firmware.package import MAX_PACKAGE_BYTES, Package
from sicktui.stores.backups.content import same_parameters
from sicktui.stores.backups.export import BackupOnDisk, inspect_file
from sicktui.stores.backups.snapshots import SnapshotStore
from sicktui.stores.backups.store import BackupFacts, BackupRecord, BackupStore
from sicktui.stores.packages.inspect import PackageError, inspect_package
from sicktui.stores.packages.shelf import Shelf
from tests.fuzz.hostile_inputs import FUZZ, alike, changed, deep, harmless, texts
from tests.fuzz.test_fuzz_files import MESSAGE_LIMIT, outcome

SHA: Final = "ab" * 32
FACTS: Final[dict[str, Any]] = msgspec.to_builtins(
    BackupFacts(
        device="gate",
        serial="25420067",
        mac="00:06:77:00:00:01",
        name="picoScan",
        model="picoScan150",
        version="2.3.0.0R",
        created="2026-11-21T09:54:27.123Z",
        operator="bob",
        run="20261121-095427-3fa1",
        location="gate 7",
    )
)
RECORD: Final[dict[str, Any]] = {**FACTS, "id": "25420067-20261121-095427", "sha256": SHA, "size": 12}
SNAPSHOT: Final[dict[str, Any]] = {
    "id": "25420067-20261121-095427",
    "device": "gate",
    "serial": "25420067",
    "name": "picoScan",
    "version": "2.3.0.0R",
    "taken": "2026-11-21T09:54:27.123Z",
    "scope": "essential",
    "values": {"LocationName": "gate 7", "ScanDataFormat": 1, "EtherIPAddress": [10, 0, 0, 9]},
    "unreadable": {"LFPfield": "this sensor has no such variable"},
}
INDEX: Final[dict[str, Any]] = {
    "format": 1,
    "entries": [
        {
            "sha256": SHA,
            "name": "picoScan_2.4.0.0R.spk.signed",
            "type": ".spk.signed",
            "size": 12,
            "version": "2.4.0.0R",
            "added": "2026-11-21T09:54:27.123Z",
            "added_by": "bob",
        }
    ],
}


@st.composite
def json_like(draw: st.DrawFn, good: dict[str, Any]) -> bytes:
    """A good JSON file of which one part is another now, or bytes that are none."""
    kind = draw(st.integers(0, 9))
    if kind == 0:
        return draw(st.binary(max_size=80))
    if kind == 1:
        return draw(deep)
    raw = msgspec.json.encode(good)
    if kind == 2:  # deep where anything may stand, or where nothing should
        return (
            raw.replace(b'"gate 7"', draw(deep))
            if draw(st.booleans())
            else raw[:-1] + b',"x":%s}' % draw(deep)
        )
    if kind == 3:  # one bit
        place, bit = draw(st.integers(0, len(raw) - 1)), draw(st.integers(0, 7))
        return raw[:place] + bytes([raw[place] ^ 1 << bit]) + raw[place + 1 :]
    return msgspec.json.encode(changed(draw, good, alike)) if kind < 9 else b"\xff\xfe" + bytes(20)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kept-fuzz")


# -- packages -----------------------------------------------------------------------------------------

_names: Final = st.sampled_from(
    (
        "a.spk",
        "picoScan_2.4.0.0R.spk.signed",
        "a.zip",
        "A.SPK",
        "a.bin",
        "\x1b[2J.spk",
        "[red]x[/].spk",
        "é.spk",
    )
)


@st.composite
def archives(draw: st.DrawFn) -> bytes:
    """A zip of which anything may be wrong: names, numbers of members, bytes."""
    raw = io.BytesIO()
    member_names = st.sampled_from(
        (
            "a.spk",
            "../../a.spk",
            "C:\\a.spk",
            "b.spk.signed",
            "readme.txt",
            "\x1b[2J.spk",
            "d/",
            "x" * 300 + ".spk",
        )
    )
    with zipfile.ZipFile(raw, "w", draw(st.sampled_from((zipfile.ZIP_STORED, zipfile.ZIP_BZIP2)))) as archive:
        for name in draw(st.lists(member_names, max_size=3, unique=True)):
            archive.writestr(name, draw(st.binary(max_size=60)))
    data = raw.getvalue()
    if draw(st.booleans()):
        place = draw(st.integers(0, len(data)))
        data = data[:place] + draw(st.binary(max_size=4)) + data[place + draw(st.integers(0, 4)) :]
    return data


@FUZZ
@given(
    name=_names, data=st.binary(max_size=400) | archives() | texts.map(lambda t: t.encode("utf-8", "replace"))
)
@example(name="a.spk", data=b"")
@example(name="a.zip", data=b"PK\x05\x06" + bytes(18))
@example(name="a.spk", data=b"<!DOCTYPE html><html>" + b" " * 400)
def test_any_file_is_a_package_or_a_refusal(name: str, data: bytes, folder: Path) -> None:
    path = folder / "packages" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    room = folder / "unpacked"
    package = outcome(lambda: inspect_package(path, unpack_to=room), PackageError)
    if isinstance(package, Package):
        assert harmless(package.name, 200)
        assert 0 < package.size <= MAX_PACKAGE_BYTES
        assert Path(package.path).is_relative_to(room) or Path(package.path) == path
    assert path.read_bytes() == data, "it is never touched"
    assert {each.name for each in folder.iterdir()} <= {
        "packages",
        "unpacked",
        "backups",
        "notes",
        "snapshots",
    }


def test_a_zip_that_says_it_is_small_is_not_believed(tmp_path: Path) -> None:
    """A bomb: 300 MB of zeros in 300 kB. It is cut off while it is unpacked, and nothing of it stays."""
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.spk", "w") as member:
        for _ in range(3 * MAX_PACKAGE_BYTES // 1_000_000):
            member.write(bytes(1_000_000))
    data = bytearray(path.read_bytes())
    place = data.rindex(b"PK\x01\x02") + 24  # the size that the directory tells
    data[place : place + 4] = (1000).to_bytes(4, "little")
    path.write_bytes(data)
    tracemalloc.start()
    try:
        with pytest.raises(PackageError) as caught:
            inspect_package(path, unpack_to=tmp_path / "room")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert harmless(str(caught.value), MESSAGE_LIMIT)
    assert peak < 20_000_000
    assert not [each for each in (tmp_path / "room").rglob("*") if each.is_file()]


# -- backups, snapshots, the shelf ----------------------------------------------------------------------


@FUZZ
@given(notes=json_like(RECORD))
def test_any_metadata_of_a_backup_are_listed_or_named_as_damaged(notes: bytes, folder: Path) -> None:
    place = folder / "backups" / "25420067"
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{RECORD['id']}.json").write_bytes(notes)
    (place / f"{RECORD['id']}.backup").write_bytes(b"x" * 12)
    store = BackupStore(folder / "backups")
    listed, damaged = store.list(), store.damaged()
    assert len(listed) + len(damaged) == 1, "it is never passed over in silence"
    assert all(harmless(why, MESSAGE_LIMIT) for why in damaged.values())
    for record in listed:
        # The bytes are not those of the metadata, whatever else these say.
        assert store.path(record).is_relative_to(place)
        outcome(lambda record=record: store.verify(record), SicktuiError)  # type: ignore[misc]


@FUZZ
@given(notes=json_like({"kind": "sicktui backup", "record": RECORD, "values": {"LocationName": "gate 7"}}))
def test_any_notes_beside_a_backup_file_are_used_or_named(notes: bytes, folder: Path) -> None:
    file = folder / "notes" / "b.backup"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(bytes(range(256)) * 4)
    file.with_name("b.backup.json").write_bytes(notes)
    found = outcome(lambda: inspect_file(file), SicktuiError)
    if isinstance(found, BackupOnDisk):
        assert found.sidecar is None, "they are about other bytes"
        assert found.warning
        assert harmless(found.warning, MESSAGE_LIMIT)


@FUZZ
@given(data=st.binary(max_size=300) | texts.map(lambda t: t.encode("utf-8", "replace")))
def test_any_file_is_taken_for_a_backup_or_refused(data: bytes, folder: Path) -> None:
    file = folder / "notes" / "c.backup"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(data)
    outcome(lambda: inspect_file(file), SicktuiError)


@FUZZ
@given(one=json_like(SNAPSHOT), other=json_like(SNAPSHOT) | st.binary(max_size=60))
def test_any_two_files_hold_the_same_parameters_or_not(one: bytes, other: bytes, folder: Path) -> None:
    first, second = folder / "notes" / "1.backup", folder / "notes" / "2.backup"
    first.parent.mkdir(exist_ok=True)
    first.write_bytes(one)
    second.write_bytes(other)
    assert same_parameters(first, second) in (True, False)


@FUZZ
@given(notes=json_like(SNAPSHOT))
def test_any_snapshot_is_read_or_left_out(notes: bytes, folder: Path) -> None:
    place = folder / "snapshots" / "25420067"
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{SNAPSHOT['id']}.snapshot.json").write_bytes(notes)
    (place / f"{SNAPSHOT['id']}.json").write_bytes(notes)
    store = SnapshotStore(folder / "snapshots")
    for snapshot in store.list():
        assert snapshot.key == "25420067"
        assert isinstance(snapshot.values, dict)


@FUZZ
@given(notes=json_like(INDEX))
def test_any_index_of_the_shelf_is_read_or_refused(
    notes: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = tmp_path_factory.getbasetemp() / "shelf-fuzz"
    place.mkdir(exist_ok=True)
    (place / "index.json").write_bytes(notes)
    shelf = Shelf(place)
    entries = outcome(shelf.entries, SicktuiError)
    for entry in entries if isinstance(entries, list) else ():
        assert len(entry.id) == 12
        outcome(lambda entry=entry: shelf.package(entry), SicktuiError)  # type: ignore[misc]


def test_a_file_far_too_large_is_not_read(tmp_path: Path) -> None:
    place = tmp_path / "25420067"
    place.mkdir()
    files = (place / f"{RECORD['id']}.json", tmp_path / "index.json", tmp_path / "b.backup.json")
    for path in files:
        with path.open("wb") as file:
            file.truncate(3_000_000_000)  # it takes no room on the disk
    (tmp_path / "b.backup").write_bytes(bytes(range(256)) * 4)
    tracemalloc.start()
    try:
        [why] = BackupStore(tmp_path).damaged().values()
        assert "larger than" in why
        assert SnapshotStore(tmp_path).list() == []
        with pytest.raises(SicktuiError, match="larger than"):
            Shelf(tmp_path).entries()
        assert "larger than" in inspect_file(tmp_path / "b.backup").warning
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 60_000_000


def test_the_good_ones_are_good(tmp_path: Path) -> None:
    """What is changed above is right before: else nothing but the first look would be tested."""
    assert msgspec.convert(RECORD, BackupRecord).id == RECORD["id"]
    place = tmp_path / "25420067"
    place.mkdir()
    (place / f"{SNAPSHOT['id']}.json").write_bytes(msgspec.json.encode(SNAPSHOT))
    assert len(SnapshotStore(tmp_path).list()) == 1
    (tmp_path / "index.json").write_bytes(msgspec.json.encode(INDEX))
    assert len(Shelf(tmp_path).entries()) == 1
