"""The file in which the processes of a PC keep how often a sensor was asked."""

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from sicktui.stores.disk.home import Home, locate
from sicktui.stores.disk.turns import SharedTurns
from tests.support.processes import is_root


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return replace(locate(tmp_path, {}), sensor_locks=tmp_path / "of this PC", shared_locks=True)


def test_what_one_keeps_the_next_one_finds(home: Home) -> None:
    mine, other = (SharedTurns(home)("192.168.0.1:80") for _ in range(2))
    assert mine.take()
    assert not other.take()
    assert mine.load() == b""
    mine.store(b"12345678")
    assert mine.load() == b"12345678"
    mine.release()
    assert other.take()
    assert other.load() == b"12345678"
    other.release()


def test_all_users_may_use_it(home: Home) -> None:
    turn = SharedTurns(home)("192.168.0.1:80")
    assert turn.take()
    (file,) = home.sensor_locks.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o666
    assert stat.S_IMODE(home.sensor_locks.stat().st_mode) == 0o1777
    turn.release()


def test_a_change_is_seen_without_the_lock(home: Home) -> None:
    mine, other = (SharedTurns(home)("192.168.0.1:80") for _ in range(2))
    assert mine.take()
    mine.store(b"1")
    before = other.changed()
    os.utime(next(home.sensor_locks.iterdir()), ns=(0, before + 1))
    assert other.changed() != before
    mine.release()


@pytest.mark.skipif(is_root(), reason="root may write everywhere")
def test_a_folder_that_cannot_be_used_is_an_os_error(home: Home, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OSError, match=r"sicktui-turn|of this PC"):
        SharedTurns(home)("192.168.0.1:80").take()
    tmp_path.chmod(0o700)


def test_what_stands_in_its_place_is_an_os_error(home: Home) -> None:
    turn = SharedTurns(home)("192.168.0.1:80")
    assert turn.take()
    turn.release()
    (file,) = home.sensor_locks.iterdir()
    file.unlink()
    file.mkdir()
    with pytest.raises(OSError, match="directory"):
        turn.take()


def test_files_of_sensors_that_are_not_asked_any_more_are_removed(home: Home) -> None:
    for place in ("192.168.0.1:80", "192.168.0.2:80"):
        turn = SharedTurns(home)(place)
        assert turn.take()
        turn.release()
    lock = home.sensor_locks / "sicktui-sensor-1.lock"
    lock.touch()
    (old,) = home.sensor_locks.glob("*turn*0.1*")
    for file in (old, lock):
        os.utime(file, (1, 1))
    SharedTurns(home)("192.168.0.3:80")
    assert not old.exists()
    assert lock.exists()
    assert len(list(home.sensor_locks.glob("*turn*"))) == 1
