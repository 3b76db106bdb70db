"""Where things are kept."""

import os
import stat
import sys
from pathlib import Path

import pytest

from sicktui.model.errors import UsageError
from sicktui.stores.disk import home as home_module
from sicktui.stores.disk.home import COMMON_FOLDERS, Home, locate


def test_a_home_holds_everything(tmp_path: Path) -> None:
    home = locate(tmp_path / "h", {"SICKTUI_HOME": "/elsewhere"})
    assert home.config_file == tmp_path / "h" / "config" / "config.toml"
    assert home.devices_file == tmp_path / "h" / "config" / "devices.toml"
    assert home.journal_file == tmp_path / "h" / "state" / "journal.db"
    assert home.locks == tmp_path / "h" / "state" / "locks"
    assert home.shelf == tmp_path / "h" / "data" / "firmware"
    assert home.backups == tmp_path / "h" / "data" / "backups"
    assert home.log_file == tmp_path / "h" / "log" / "sicktui.log"
    assert not (tmp_path / "h").exists()


def test_the_environment_may_name_the_home(tmp_path: Path) -> None:
    assert locate(None, {"SICKTUI_HOME": str(tmp_path)}).config == tmp_path / "config"


def test_a_relative_home_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert locate(Path("h"), {}).config == tmp_path / "h" / "config"


def test_the_users_folder_may_be_written_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert locate(None, {"SICKTUI_HOME": "~/h"}).config == tmp_path / "h" / "config"
    with pytest.raises(UsageError, match="names a user whom this PC does not know"):
        locate(Path("~nobody-of-that-name/h"), {})


@pytest.mark.skipif(sys.platform != "linux", reason="the folders of Linux")
@pytest.mark.parametrize("environ", [{}, {"SICKTUI_HOME": ""}])
def test_without_a_home_the_platforms_folders_are_used(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CONFIG", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", f"/x/{name.lower()}")
    home = locate(None, environ)
    assert home.config == Path("/x/config/sicktui")
    assert home.data == Path("/x/data/sicktui")
    assert home.state == Path("/x/state/sicktui")
    assert home.log == Path("/x/state/sicktui/log")
    assert home.sensor_locks == locate(Path("/h"), {}).sensor_locks
    assert home.sensor_locks in {folder.resolve() for folder in COMMON_FOLDERS}
    assert home.shared_locks


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")
def test_locks_are_in_the_home_where_a_pc_has_no_folder_for_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, common = tmp_path / "mine", tmp_path / "common"
    mine.mkdir(0o777)
    monkeypatch.setattr(home_module, "COMMON_FOLDERS", (tmp_path / "missing", mine, common))
    home = locate(tmp_path / "h", {})
    assert home.sensor_locks == home.locks
    assert not home.shared_locks
    common.mkdir()
    common.chmod(0o1777)
    home = locate(tmp_path / "h", {})
    assert home.sensor_locks == common
    assert home.shared_locks


def test_creating_makes_private_folders(home: Home) -> None:
    home.create()
    home.create()
    for folder in (home.config, home.data, home.state, home.log):
        assert folder.is_dir()
        if os.name == "posix":
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
