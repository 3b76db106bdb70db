"""Path fields without a screen: what is in a folder, how a path goes on, where files came from."""

import os
import sys
from pathlib import Path

import pytest

from sicktui.stores.disk.files import StorageError
from sicktui.stores.disk.listing import complete, dropped, list_folder
from sicktui.stores.memory.places import Places

SEP = os.sep


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("fw-2.3.zip", "fw-2.4.spk.signed", "notes.txt", ".hidden.zip"):
        (tmp_path / name).write_bytes(b"x")
    os.utime(tmp_path / "fw-2.3.zip", (1, 1))
    (tmp_path / "Old").mkdir()
    return tmp_path


def test_folders_come_first_and_new_files_before_old_ones(folder: Path) -> None:
    names = [entry.name for entry in list_folder(folder, (".zip", ".spk.signed"))]
    assert names == ["Old", "fw-2.4.spk.signed", "fw-2.3.zip"]
    assert {entry.name for entry in list_folder(folder, (".zip",), every=True)} == {
        *names,
        "notes.txt",
        ".hidden.zip",
    }
    with pytest.raises(StorageError, match="nowhere"):
        list_folder(folder / "nowhere")


@pytest.mark.skipif(sys.platform == "win32", reason="names of POSIX")
def test_a_dead_link_and_a_hostile_name_are_listed(folder: Path) -> None:
    (folder / "dead.zip").symlink_to(folder / "gone")
    (folder / "[b]\x1b]0;x\x07.zip").write_bytes(b"")
    names = [entry.name for entry in list_folder(folder, (".zip",))]
    assert "dead.zip" in names
    assert "[b]\x1b]0;x\x07.zip" in names


def test_a_path_goes_on_as_far_as_it_is_certain(folder: Path) -> None:
    base = f"{folder}{SEP}"
    endings = (".zip", ".spk.signed")
    both = complete(f"{base}f", endings)
    assert (both.text, both.names) == (f"{base}fw-2.", ("fw-2.3.zip", "fw-2.4.spk.signed"))
    assert complete(f"{base}fw-2.3", endings).text == f"{base}fw-2.3.zip"
    assert complete(f"{base}O", endings).text == f"{base}Old{SEP}"
    assert complete(f"{base}no", endings).text == f"{base}no", "another kind of file"
    assert complete(f"{base}no").text == f"{base}notes.txt"
    assert complete(f"{base}.h", endings).text == f"{base}.hidden.zip"
    whole = complete(f"{base}fw-2.3.zip", endings)
    assert (whole.text, whole.names) == (f"{base}fw-2.3.zip", ())
    assert complete(f"{base}nowhere{SEP}x").text == f"{base}nowhere{SEP}x"
    assert complete("~").text == f"~{SEP}"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (' "C:\\Users\\A B\\fw.zip" ', "C:\\Users\\A B\\fw.zip"),
        ("'/home/a b/fw.zip' ", "/home/a b/fw.zip"),
        ("file:///home/a%20b/fw.zip", "/home/a b/fw.zip"),
        ("file:///C:/fw.zip", "C:/fw.zip"),
        ("/plain", "/plain"),
        ("", ""),
    ],
)
def test_a_dropped_file(text: str, path: str) -> None:
    assert dropped(text) == path


@pytest.mark.skipif(sys.platform == "win32", reason="a backslash is a separator there")
def test_escaped_blanks_are_of_a_terminal() -> None:
    assert dropped("/home/a\\ b/f\\(1\\).zip") == "/home/a b/f(1).zip"
    assert dropped("/odd\\name") == "/odd\\name"


def test_the_latest_folders_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "state" / "places.json"
    places = Places(file)
    assert places.recent() == []
    for name in [*"abcdefghij", "c"]:
        (tmp_path / name).mkdir(exist_ok=True)
        places.note(tmp_path / name / "fw.zip")
    again = Places(file)
    assert [folder.name for folder in again.recent()][:3] == ["c", "j", "i"]
    assert len(again.recent()) == 8
    assert again.begin() == tmp_path / "c"
    assert again.begin(str(tmp_path / "a" / "fw")) == tmp_path / "a"
    (tmp_path / "c").rmdir()
    assert again.begin() == tmp_path / "j"
    file.write_text("{")
    assert Places(file).recent() == [], "a damaged file is as none"
    Places(file).note(tmp_path / "a" / "x")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps the folder that a program works in")
def test_a_search_begins_at_home_where_the_working_folder_was_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, here = tmp_path / "anna", tmp_path / "here"
    for folder in (home, here):
        folder.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(here)
    here.rmdir()
    assert Places().known() == [home]
    assert Places().begin("fw.zip") == home
