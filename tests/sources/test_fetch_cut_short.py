"""A fetch on a disk that fills up, and one that is killed at any step on the disk: whole, or not there."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import pytest

from sicktui.sources.room import PREFIX, fetch_room
from tests.sources.site import add_build, check
from tests.support.harness import PASSWORD
from tests.support.namespaces import needs_namespaces
from tests.support.program import ProgramHarness
from tests.thinx_server.application import Application

SIZE: Final = 100_000
FETCH: Final = ("firmware", "fetch", "--device", "gate-1")
KILLED: Final = """
import os, sys
from sicktui.sources import pace
pace.APART = 0.02
folder = os.path.join(os.environ["SICKTUI_HOME"], "data", "firmware")
steps = [0]
def step(event, arguments):
    if (event == "open" or event.startswith("os.")) and any(folder in str(each) for each in arguments):
        steps[0] += 1
        if steps[0] == int(os.environ["DIE_AT"]):
            os.kill(os.getpid(), 9)
sys.addaudithook(step)
from sicktui.__main__ import main
sys.argv = ["sicktui", *sys.argv[1:]]
raise SystemExit(main())
"""
FULL: Final = """
mount -t tmpfs -o size=$ROOM tmpfs "$SHELF" || exit 99
"$@"; echo "ended with $?"
find "$SHELF" -name '*.spk*' -type f -printf 'kept %s\\n'
mount -o remount,size=8m "$SHELF"
"$@"; echo "ended with $?"
find "$SHELF" -name '*.spk*' -type f -printf 'kept %s\\n'
"""


def packages(site: ProgramHarness) -> list[int]:
    """The sizes of all files of packages, in the index or not."""
    return [path.stat().st_size for path in (site.home / "data" / "firmware").glob("*/*.spk*")]


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be killed so")
@pytest.mark.parametrize("at", range(2, 35, 4))
def test_a_kill_at_any_step_leaves_nothing_that_is_not_whole(
    site: ProgramHarness, application: Application, tmp_path: Path, at: int
) -> None:
    check(site)
    add_build(application, tmp_path)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, *FETCH],
        env=site.environment | {"DIE_AT": str(at), "SICKTUI_PASSWORD": PASSWORD},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert killed.returncode == -9, killed
    assert set(packages(site)) <= {SIZE}
    assert all(line["bytes"] == SIZE for line in site.here("firmware", "list", "--json").lines)
    assert site.here(*FETCH).code == 0
    [listed] = site.here("firmware", "list", "--json").lines
    assert (listed["bytes"], packages(site)) == (SIZE, [SIZE])


def test_a_room_without_a_lock_goes_a_day_later(tmp_path: Path) -> None:
    """Its process was killed before the lock was made, or after it was removed."""
    left = tmp_path / f"{PREFIX}x1y2z3"
    (left / "room").mkdir(parents=True)
    with fetch_room(tmp_path):
        assert left.exists(), "another process may be about to lock it"
    os.utime(left, (time.time() - 90_000,) * 2)
    with fetch_room(tmp_path):
        assert not left.exists()


@needs_namespaces
@pytest.mark.parametrize("room", ["4k", "60k", "104k", "196k", "200k"])
def test_a_disk_that_fills_up_keeps_nothing_that_is_not_whole(
    site: ProgramHarness, application: Application, tmp_path: Path, room: str
) -> None:
    """A real file system of that size below the shelf. A package needs its room twice for a moment."""
    check(site)
    add_build(application, tmp_path)
    shelf = site.home / "data" / "firmware"
    shelf.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", FULL, "sh", *site.command(*FETCH)],
        env=os.environ | site.environment | {"ROOM": room, "SHELF": str(shelf), "SICKTUI_PASSWORD": PASSWORD},
        capture_output=True,
        check=False,
        timeout=120,
    )
    out = done.stdout.decode()
    assert "the disk is full" in out, done
    assert "Free some space, then try again." in out
    first, _, second = out.partition("ended with 3")
    assert "on the shelf as" not in first
    assert "ended with 0" in second, done
    kept = [line for line in out.splitlines() if line.startswith("kept")]
    assert set(kept) == {f"kept {SIZE}"}
