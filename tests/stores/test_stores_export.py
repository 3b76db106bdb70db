"""Files that go where a person wants them: reports, device lists, backups that leave this PC."""

import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sicktui.model.enums import Code
from sicktui.stores.backups.export import export
from sicktui.stores.backups.snapshots import SnapshotStore
from sicktui.stores.backups.store import BackupFacts, BackupStore
from sicktui.stores.config.device_files import export_devices
from sicktui.stores.config.devices import DeviceList
from sicktui.stores.disk.files import StorageError, export_file

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes, symbolic links, /dev")
Export = Callable[[Path], object]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=["file", "devices", "backup"])
def write(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Export:
    """Everything that writes a file to a place that a person has named."""
    if request.param == "file":
        return lambda path: export_file(path, b"content")
    if request.param == "devices":
        return lambda path: export_devices(DeviceList(), path)
    folder = tmp_path_factory.mktemp("kept")
    (folder / "download").write_bytes(b"content")
    store = BackupStore(folder / "backups")
    facts = BackupFacts(
        device="gate",
        serial="1001",
        created="2026-11-21T09:54:27.123Z",
        name="picoScan150",
        version="2.3.0.0R",
        operator="a on b",
        run="20261121-095427-k3f",
    )
    record = store.add(folder / "download", facts)
    return lambda path: export(store, SnapshotStore(folder / "snapshots"), record, path)


def test_a_missing_folder_is_refused_and_not_made(write: Export, tmp_path: Path) -> None:
    (tmp_path / "a-file").write_bytes(b"x")
    for place in (tmp_path / "new" / "dir" / "a.csv", tmp_path / "a-file" / "a.csv"):
        with pytest.raises(StorageError, match="there is no folder") as raised:
            write(place)
        assert raised.value.code is Code.STORAGE_ERROR
        assert str(place.parent.name) in raised.value.message
        assert "Create that folder" in raised.value.advice
    assert [path.name for path in tmp_path.iterdir()] == ["a-file"]


@posix
def test_a_new_file_is_private_and_a_replaced_one_keeps_its_mode(write: Export, tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        write(tmp_path / "new.csv")
    finally:
        os.umask(old)
    assert mode(tmp_path / "new.csv") == 0o600
    shared = tmp_path / "shared"
    shared.mkdir()
    target, link = shared / "target.csv", tmp_path / "link.csv"
    for before in (0o644, 0o664, 0o400):
        target.write_bytes(b"before")
        target.chmod(before)
        link.unlink(missing_ok=True)
        link.symlink_to(target)
        write(link)
        assert (mode(target), link.is_symlink()) == (before, True)
        assert target.read_bytes() != b"before"
        target.unlink()
    write(link)  # It points to nothing yet.
    assert mode(target) == 0o600


@posix
def test_only_a_regular_file_is_replaced(write: Export, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for place in (tmp_path / "folder", Path("/dev/null")):
        with pytest.raises(StorageError, match="not a regular file"):
            write(place)
