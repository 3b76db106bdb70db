"""The shelf: packages by their SHA-256, with approval, shared by processes."""

import json
import os
import sys
import time
import zipfile
from pathlib import Path

import pytest

from sicktui.model.errors import UsageError
from sicktui.stores.disk.files import StorageError
from sicktui.stores.packages.inspect import PackageError, ZippedPackage
from sicktui.stores.packages.shelf import Shelf
from tests.support.fixtures import Spawn

BINARY = bytes(range(256)) * 16
NAME = "picoScan150_2.3.0.0R.spk.signed"


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "firmware")


def put(tmp_path: Path, name: str = NAME, content: bytes = BINARY) -> Path:
    (tmp_path / "in").mkdir(exist_ok=True)
    path = tmp_path / "in" / name
    path.write_bytes(content)
    return path


def test_an_empty_shelf(shelf: Shelf) -> None:
    assert shelf.entries() == []
    assert shelf.version_for("0" * 64) is None
    assert not shelf.approved("0" * 64)
    assert not shelf.folder.exists()


def test_a_package_is_copied_and_known(tmp_path: Path, shelf: Shelf) -> None:
    path = put(tmp_path)
    entry = shelf.add(path)
    path.unlink()
    assert (entry.name, entry.size, entry.version, entry.approved) == (NAME, len(BINARY), "2.3.0.0R", False)
    assert entry.added.endswith("Z")
    assert " on " in entry.added_by
    again = Shelf(shelf.folder)
    assert again.entries() == [entry]
    package = again.package(entry)
    assert package.path == str(shelf.folder / entry.sha256 / NAME)
    assert Path(package.path).read_bytes() == BINARY
    assert (package.sha256, package.type, package.version) == (entry.sha256, entry.type, "2.3.0.0R")


def test_the_same_bytes_are_kept_once(tmp_path: Path, shelf: Shelf) -> None:
    first = shelf.add(put(tmp_path))
    assert shelf.add(put(tmp_path, "other.spk")) == first
    assert len(shelf.entries()) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such files")
@pytest.mark.parametrize("name", ["CON.spk", "nul.2.4.0.0R.spk.signed", "Lpt1 .spk", "pico:2.4.0.0R.spk"])
def test_a_name_that_windows_cannot_have_is_never_a_file_of_the_shelf(
    tmp_path: Path, shelf: Shelf, name: str
) -> None:
    with pytest.raises(PackageError, match="Windows can have no such file") as refused:
        shelf.add(put(tmp_path, name))
    assert "Rename the file" in refused.value.advice
    assert shelf.entries() == []
    assert not [*shelf.folder.rglob("*.spk*")]


def test_a_version_may_be_told(tmp_path: Path, shelf: Shelf) -> None:
    entry = shelf.add(put(tmp_path, "fw.spk"), version="2.1.0.0R\x1b")
    assert shelf.version_for(entry.sha256) == "2.1.0.0R·"


def test_a_zip_is_added_only_if_it_may_be_unpacked(tmp_path: Path, shelf: Shelf) -> None:
    path = tmp_path / "download.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"firmware/{NAME}", BINARY)
    with pytest.raises(ZippedPackage):
        shelf.add(path)
    entry = shelf.add(path, unpack=True)
    assert shelf.package(entry).name == NAME
    assert {p.name for p in shelf.folder.iterdir() if p.is_dir()} == {entry.sha256}


def test_finding(tmp_path: Path, shelf: Shelf) -> None:
    one = shelf.add(put(tmp_path, "a.spk", b"\0a"))
    two = shelf.add(put(tmp_path, "b.spk", b"\0b"))
    assert shelf.find("a.spk") == one
    assert shelf.find(two.id) == shelf.find(two.sha256.upper()) == two
    with pytest.raises(UsageError, match=r"No package on the shelf is called 'c\.spk' \(did you mean"):
        shelf.find("c.spk")
    with pytest.raises(UsageError):
        shelf.find(one.sha256[:3])
    shelf.add(put(tmp_path, "a.spk", b"\0c"))
    with pytest.raises(UsageError, match="2 packages on the shelf are meant"):
        shelf.find("a.spk")


def test_approving(tmp_path: Path, shelf: Shelf) -> None:
    entry = shelf.add(put(tmp_path))
    approved = shelf.approve(entry.id)
    assert approved.approved_by == entry.added_by
    assert approved.approved_at
    assert shelf.entries() == [approved]
    assert shelf.approved(entry.sha256)
    assert shelf.add(put(tmp_path)) == approved


def test_approving_for_some_models(tmp_path: Path, shelf: Shelf) -> None:
    entry = shelf.add(put(tmp_path))
    assert entry.models == ()
    named = shelf.approve(entry.id, ["picoScan120", "picoScan120", " multiScan100"])
    assert named.models == ("picoScan120", "multiScan100")
    assert shelf.approve(entry.id).models == named.models, "approving again forgets nothing"
    assert shelf.approve(entry.id, []).models == ()
    assert shelf.entry_of("0" * 64) is None


def test_bytes_that_changed_are_neither_approved_nor_used(tmp_path: Path, shelf: Shelf) -> None:
    entry = shelf.add(put(tmp_path))
    (shelf.folder / entry.sha256 / NAME).write_bytes(BINARY + b"!")
    with pytest.raises(PackageError, match="changed after it was looked at"):
        shelf.approve(entry.id)
    assert not shelf.approved(entry.sha256)
    with pytest.raises(PackageError):
        shelf.package(entry)
    shelf.add(put(tmp_path))  # adding it again repairs it
    shelf.package(entry)


def test_removing(tmp_path: Path, shelf: Shelf) -> None:
    entry = shelf.add(put(tmp_path))
    other = shelf.add(put(tmp_path, "b.spk", b"\0b"))
    assert shelf.remove(NAME) == entry
    assert shelf.entries() == [other]
    assert not (shelf.folder / entry.sha256).exists()
    with pytest.raises(UsageError):
        shelf.remove(NAME)
    (shelf.folder / other.sha256 / "b.spk").unlink()
    shelf.remove("b.spk")
    assert shelf.entries() == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"entries": 3}',
        b'{"format": 2, "entries": []}',
        b"\xff",
        json.dumps(
            {
                "entries": [
                    {
                        "sha256": "../..",
                        "name": "x",
                        "type": ".spk",
                        "size": 1,
                        "version": None,
                        "added": "",
                        "added_by": "",
                    }
                ]
            }
        ).encode(),
        json.dumps(
            {
                "entries": [
                    {
                        "sha256": "0" * 64,
                        "name": "../x",
                        "type": ".spk",
                        "size": 1,
                        "version": None,
                        "added": "",
                        "added_by": "",
                    }
                ]
            }
        ).encode(),
    ],
    ids=range(8),
)
def test_a_damaged_index_is_named_and_not_overwritten(tmp_path: Path, shelf: Shelf, content: bytes) -> None:
    shelf.folder.mkdir()
    index = shelf.folder / "index.json"
    index.write_bytes(content)
    for act in (shelf.entries, lambda: shelf.add(put(tmp_path))):
        with pytest.raises(StorageError, match=r"index\.json") as caught:
            act()
        assert caught.value.advice
    assert index.read_bytes() == content


def test_what_is_no_package_does_not_come_in(tmp_path: Path, shelf: Shelf) -> None:
    with pytest.raises(PackageError):
        shelf.add(put(tmp_path, content=b"text"))
    assert shelf.entries() == []
    assert list(shelf.folder.iterdir()) == []


ADDER = """
import sys
from pathlib import Path
from sicktui.stores.packages.shelf import Shelf
folder, name = Path(sys.argv[1]), sys.argv[2]
print("ready", flush=True); sys.stdin.readline()
for number in range(5):
    path = folder / f"{name}{number}.spk"
    path.write_bytes(b"\\0" + path.name.encode())
    Shelf(folder / "firmware").add(path)
print("done", flush=True)
"""


def test_several_processes_add_at_once(tmp_path: Path, shelf: Shelf, spawn: Spawn) -> None:
    adders = [spawn(ADDER, str(tmp_path), name) for name in "abc"]
    for line in ("ready\n", "done\n"):
        for adder in adders:
            assert adder.stdout is not None
            assert adder.stdin is not None
            assert adder.stdout.readline() == line
            if line == "ready\n":
                adder.stdin.write("\n")
                adder.stdin.flush()
    assert {entry.name for entry in shelf.entries()} == {f"{n}{i}.spk" for n in "abc" for i in range(5)}
    for entry in shelf.entries():
        shelf.package(entry)


def test_what_a_killed_process_left_goes_a_day_later(tmp_path: Path, shelf: Shelf) -> None:
    entry = shelf.add(put(tmp_path))
    place = shelf.folder / entry.sha256
    unpacked = shelf.folder / ".unpack-x1y2z3"
    unpacked.mkdir()
    (unpacked / NAME).write_bytes(BINARY)
    left = [place / ".new.x1y2z3.part", shelf.folder / ".index.json.x1y2z3.part"]
    for path in left:
        path.write_bytes(BINARY)
    left.append(unpacked)
    shelf.add(put(tmp_path))
    assert all(path.exists() for path in left), "another process may be at it"
    for path in left:
        os.utime(path, (time.time() - 90_000,) * 2)
    shelf.add(put(tmp_path))
    assert not any(path.exists() for path in left)
    assert shelf.package(entry).sha256 == entry.sha256
