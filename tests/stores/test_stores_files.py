"""Files that are whole, private and never lost."""

import errno
import os
import stat
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sicktui.model.enums import Code
from sicktui.stores.disk.files import (
    StorageError,
    exclusive,
    make_folder,
    publish,
    retry_on_windows,
    safe_name,
    storage_errors,
    write_atomic,
)

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@posix
def test_a_file_is_private_and_so_are_new_folders(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        write_atomic(tmp_path / "a" / "b" / "file", b"x")
    finally:
        os.umask(old)
    assert mode(tmp_path / "a" / "b" / "file") == 0o600
    assert mode(tmp_path / "a") == mode(tmp_path / "a" / "b") == 0o700


@posix
def test_the_mode_is_restored_even_if_somebody_opened_the_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(0o644)
    write_atomic(path, b"new")
    assert mode(path) == 0o600


def test_nothing_but_the_file_stays_behind(tmp_path: Path) -> None:
    write_atomic(tmp_path / "file", b"1")
    write_atomic(tmp_path / "file", b"2")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_bytes() == b"2"


def test_a_reader_never_sees_half_a_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    contents = {b"a" * 50_000, b"b" * 80_000}
    write_atomic(path, b"a" * 50_000)
    done = threading.Event()

    def write() -> None:
        for turn in range(60):
            write_atomic(path, b"a" * 50_000 if turn % 2 else b"b" * 80_000)
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    while not done.is_set():
        assert path.read_bytes() in contents
    writer.join()


@posix
def test_a_symbolic_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real" / "file")
    write_atomic(tmp_path / "link", b"x")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "file").read_bytes() == b"x"


def test_a_folder_in_the_files_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "file" / "inner").mkdir(parents=True)
    with pytest.raises(StorageError, match="file: it is a folder") as caught:
        write_atomic(tmp_path / "file", b"x")
    assert caught.value.code is Code.STORAGE_ERROR
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_file_in_the_folders_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for path in (tmp_path / "file", tmp_path / "file" / "deeper"):
        with pytest.raises(StorageError, match="there is a file where a folder should be"):
            make_folder(path)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_the_words_for_a_full_disk() -> None:
    full = Path("/dev/full")
    with (
        pytest.raises(StorageError, match="Cannot write /dev/full: the disk is full") as caught,
        storage_errors("write", full),
        full.open("wb", buffering=0) as file,
    ):
        file.write(b"x")
    assert "Free some space" in caught.value.advice


def test_a_rename_is_tried_again_for_a_limited_time() -> None:
    tries: list[int] = []

    def act() -> None:
        tries.append(1)
        if len(tries) < 4:
            raise PermissionError(errno.EACCES, "in use")

    retry_on_windows(act, patience=2.5)
    assert len(tries) == 4

    def never() -> None:
        raise PermissionError(errno.EACCES, "in use")

    with pytest.raises(PermissionError):
        retry_on_windows(never, patience=0.02)

    def other() -> None:
        tries.append(1)
        raise FileNotFoundError

    with pytest.raises(FileNotFoundError):
        retry_on_windows(other)
    assert len(tries) == 5


@pytest.mark.parametrize("second_names", [True, False], ids=["ext4", "FAT"])
def test_publishing_overwrites_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, second_names: bool
) -> None:
    if not second_names:
        monkeypatch.setattr(Path, "hardlink_to", _refused)
    (tmp_path / "new").write_bytes(b"new")
    (tmp_path / "taken").write_bytes(b"old")
    with pytest.raises(FileExistsError):
        publish(tmp_path / "new", tmp_path / "taken")
    assert (tmp_path / "taken").read_bytes() == b"old"
    publish(tmp_path / "new", tmp_path / "free")
    assert (tmp_path / "free").read_bytes() == b"new"


def test_what_is_published_is_whole_at_every_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that dies in the middle leaves no empty file, which would be taken for a damaged one."""

    def die(_source: Path, _target: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sicktui.stores.disk.files.replace", die)
    (tmp_path / "new").write_bytes(b"new")
    publish(tmp_path / "new", tmp_path / "free")
    assert (tmp_path / "free").read_bytes() == b"new"


def _refused(_self: Path, _target: Path) -> None:
    raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))


def test_one_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "counter"
    path.write_text("0")

    def count() -> None:
        for _ in range(25):
            with exclusive(path):
                path.write_text(str(int(path.read_text()) + 1))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_text() == "100"


def test_a_lock_that_somebody_keeps_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sicktui.stores.disk.files.LOCK_PATIENCE", 0.05)
    with (
        exclusive(tmp_path / "file"),
        pytest.raises(StorageError, match="Another sicktui has been using"),
        exclusive(tmp_path / "file"),
    ):
        pass


def test_a_drive_that_is_gone_does_not_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "exists", lambda _: False)
    make_folder(Path("/"))


@given(st.text(max_size=200))
def test_a_safe_name_is_safe_everywhere(text: str) -> None:
    name = safe_name(text)
    assert 0 < len(name) < 80
    assert name.isascii()
    assert not set(name) & set('<>:"/\\|?* ')
    assert name.isprintable()
    assert name[0] not in ".-"
    assert name[-1] not in ". "
    assert name.split(".")[0].lower() not in {"con", "prn", "aux", "nul", "com1", "lpt9"}


@given(st.text(max_size=60), st.text(max_size=60))
def test_two_texts_are_two_names(one: str, other: str) -> None:
    assert (safe_name(one) == safe_name(other)) == (one == other)


@pytest.mark.parametrize(
    ("text", "name"),
    [("23440012", "23440012"), ("a.b_c-1", "a.b_c-1")],
)
def test_plain_names_stay(text: str, name: str) -> None:
    assert safe_name(text) == name


@pytest.mark.parametrize("text", ["CON", "con.txt", "NUL", "..", "", "a/b", "a\\b", "x" * 300, "x.", "ä"])
def test_names_that_must_change(text: str) -> None:
    assert safe_name(text) != text
