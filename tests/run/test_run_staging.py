"""The run's own copy of its package, where the disk has no room for it."""

import hashlib
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from sicktui.engine.run.staging import PackageChanged, run_folder, stage_package
from sicktui.model.enums import Code
from sicktui.model.firmware.package import Package, PackageType
from sicktui.stores.disk.home import Home, locate
from tests.support.processes import files_end_at

SIZE = 300_000


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = locate(tmp_path / "home", {})
    made.create()
    return made


@pytest.fixture
def package(tmp_path: Path) -> Package:
    path = tmp_path / "picoScan150_2.4.0.0R.spk.signed"
    path.write_bytes(b"\x7f" * SIZE)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Package(path=str(path), name=path.name, type=PackageType.SIGNED, size=SIZE, sha256=digest)


def left_over(home: Home, run: str) -> int:
    return sum(path.stat().st_size for path in run_folder(home, run).rglob("*") if path.is_file())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit for the size of files")
def test_a_copy_that_does_not_fit_takes_no_room_from_the_journal(home: Home, package: Package) -> None:
    with files_end_at(SIZE // 2), pytest.raises(PackageChanged, match="cannot be copied") as caught:
        stage_package(home, "r1", package)
    assert caught.value.code is Code.STORAGE_ERROR
    assert left_over(home, "r1") == 0


def test_a_copy_that_leaves_no_room_for_the_journal_is_not_made(
    home: Home, package: Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage(10**9, 10**9 - SIZE - 4096, SIZE + 4096))
    with pytest.raises(PackageChanged, match="the disk is full") as caught:
        stage_package(home, "r1", package)
    assert caught.value.code is Code.STORAGE_ERROR
    assert left_over(home, "r1") == 0


def test_a_package_that_is_gone_is_no_fault_of_the_disk(home: Home, package: Package) -> None:
    Path(package.path).unlink()
    with pytest.raises(PackageChanged, match="cannot be copied") as caught:
        stage_package(home, "r1", package)
    assert caught.value.code is Code.PACKAGE_UNREADABLE


def test_the_copy_is_whole_and_kept_for_a_resume(home: Home, package: Package) -> None:
    copy = stage_package(home, "r1", package)
    assert copy.read_bytes() == Path(package.path).read_bytes()
    Path(package.path).unlink()
    assert stage_package(home, "r1", package) == copy
