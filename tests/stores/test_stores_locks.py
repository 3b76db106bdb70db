"""Locks between real processes: held, refused in words, free when the holder dies."""

import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec import structs

from sicktui.model.enums import Code
from sicktui.model.network.address import Address, parse_address
from sicktui.stores.disk import file_lock
from sicktui.stores.disk.files import StorageError
from sicktui.stores.disk.home import Home, locate
from sicktui.stores.disk.lock_owner import read_owner, write_owner
from sicktui.stores.disk.locks import (
    Held,
    Lock,
    Owner,
    SensorLock,
    operator,
    pc_lock,
    prepare_folder,
    run_lock,
    sensor_lock,
)
from tests.support.clocks import ManualClock
from tests.support.fixtures import Spawn
from tests.support.processes import is_root, make_pipe
from tests.support.waiting import Stopwatch, wait_until

HOLDER = """
import sys
from pathlib import Path
from sicktui.stores.disk.locks import sensor_lock
from sicktui.stores.disk.home import locate
lock = sensor_lock(locate(Path(sys.argv[1]), {}), sys.argv[2], purpose="run r1")
lock.acquire()
print("held", flush=True)
sys.stdin.readline()
lock.release()
print("released", flush=True)
sys.stdin.readline()
"""


def folder_of(home: Home) -> str:
    return str(home.config.parent)


def hold(spawn: Spawn, home: Home, key: str) -> "subprocess.Popen[str]":
    process = spawn(HOLDER, folder_of(home), key)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def say(process: "subprocess.Popen[str]") -> str:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    return process.stdout.readline().strip()


def test_a_lock_is_mine_alone(home: Home) -> None:
    one, other = sensor_lock(home, "serial 1"), sensor_lock(home, "serial 1")
    assert not one.is_held()
    with one:
        assert one.is_held()
        assert other.is_held()
        for lock in (one, other):
            with pytest.raises(Held):
                lock.acquire()
        assert one.mine
        assert not other.mine
    assert not other.is_held()
    with other:
        assert one.is_held()


def test_looking_leaves_no_trace(home: Home) -> None:
    assert not sensor_lock(home, "serial 1").is_held()
    assert not home.locks.exists()
    sensor_lock(home, "serial 1").check()


def test_different_sensors_and_runs_do_not_meet(home: Home) -> None:
    with (
        sensor_lock(home, "serial 1"),
        sensor_lock(home, "serial 2"),
        sensor_lock(home, "address 1.2.3.4:80"),
        run_lock(home, "serial 1"),
    ):
        assert not sensor_lock(home, "serial 3").is_held()


def test_another_process_holds_it_and_is_named(home: Home, spawn: Spawn) -> None:
    holder = hold(spawn, home, "serial 1")
    lock = sensor_lock(home, "serial 1")
    began = Stopwatch()
    with pytest.raises(Held) as caught:
        lock.acquire()
    assert began.seconds() < 2
    assert caught.value.code is Code.BUSY
    owner = caught.value.owner
    assert owner is not None
    assert (owner.pid, owner.purpose) == (holder.pid, "run r1")
    assert caught.value.message.startswith(
        f"The sensor (serial 1) is in use by {owner.user} on {owner.host}, pid"
    )
    with pytest.raises(Held, match=f"pid {holder.pid}"):
        lock.check()
    assert say(holder) == "released"
    lock.acquire()
    lock.release()


def test_a_killed_holder_counts_as_free(home: Home, spawn: Spawn) -> None:
    holder = hold(spawn, home, "serial 1")
    lock = sensor_lock(home, "serial 1")
    assert lock.is_held()
    holder.kill()
    holder.wait()
    wait_until(lambda: not lock.is_held())
    stale = read_owner(lock.owner_path)
    assert stale is not None
    assert stale.pid == holder.pid
    with lock:
        fresh = read_owner(lock.owner_path)
        assert fresh is not None
        assert fresh.pid == os.getpid()
    assert read_owner(lock.owner_path) is None


def test_probes_do_not_keep_anybody_out(home: Home) -> None:
    lock, probe = sensor_lock(home, "serial 1"), sensor_lock(home, "serial 1")
    lock.acquire()
    lock.release()
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            probe.is_held()

    watchers = [threading.Thread(target=look) for _ in range(2)]
    for watcher in watchers:
        watcher.start()
    for _ in range(10):
        lock.acquire()
        lock.release()
    stop.set()
    for watcher in watchers:
        watcher.join()


def test_another_thread_may_give_it_back(home: Home) -> None:
    lock = sensor_lock(home, "serial 1")
    thread = threading.Thread(target=lock.acquire)
    thread.start()
    thread.join()
    assert lock.mine
    lock.release()
    lock.release()
    assert not sensor_lock(home, "serial 1").is_held()


@pytest.mark.parametrize("content", [b"", b"{", b"null", b'{"user": 1}', b"\xff" * 10_000], ids=len)
def test_an_owners_file_that_says_nothing(home: Home, content: bytes) -> None:
    holder = sensor_lock(home, "serial 1")
    with holder:
        holder.owner_path.write_bytes(content)
        with pytest.raises(Held, match="another process of this PC") as caught:
            sensor_lock(home, "serial 1").acquire()
    assert caught.value.owner is None


def test_what_another_user_wrote_is_only_text(home: Home) -> None:
    holder = sensor_lock(home, "serial 1")
    with holder:
        owner = Owner(user="\x1b[31mroot\n", host="a" * 500, pid=1, since="soon\x07", ssh_client="\x9b")
        write_owner(holder.owner_path, owner, 0o600)
        with pytest.raises(Held) as caught:
            sensor_lock(home, "serial 1").acquire()
    assert caught.value.message.isprintable()
    assert "since an unknown time" in caught.value.message


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX links and pipes")
def test_links_and_pipes_in_the_owners_place_are_left_alone(home: Home, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    lock = sensor_lock(home, "serial 1")
    home.locks.mkdir(parents=True)
    lock.owner_path.symlink_to(victim)
    with lock:
        assert read_owner(lock.owner_path) is None
    assert victim.read_text() == "mine"
    lock.owner_path.unlink()
    make_pipe(lock.owner_path)
    with lock:
        assert read_owner(lock.owner_path) is None


def test_the_owner_in_words() -> None:
    local = datetime.now().astimezone().tzinfo
    noon = datetime(2026, 11, 21, 12, tzinfo=local)
    owner = Owner(
        user="bob",
        host="pc7",
        pid=412,
        since=noon.replace(hour=9, minute=3).astimezone(UTC).isoformat(),
        ssh_client="10.0.0.9",
        purpose="run r1",
    )
    assert owner.words(ManualClock(start=noon)) == "bob on pc7, pid 412, since 09:03, from 10.0.0.9, run r1"
    later = ManualClock(start=noon + timedelta(days=1))
    assert owner.words(later) == "bob on pc7, pid 412, since 2026-11-21 09:03, from 10.0.0.9, run r1"
    here = structs.replace(owner, ssh_client=None, purpose="")
    assert here.words(ManualClock(start=noon)) == "bob on pc7, pid 412, since 09:03"


def test_the_owners_file_is_plain_json(home: Home) -> None:
    moment = datetime(2026, 11, 21, 9, 54, 27, 123000, tzinfo=UTC)
    lock = sensor_lock(home, "serial 1", purpose="run r1", clock=ManualClock(start=moment))
    with lock:
        written = json.loads(lock.owner_path.read_bytes())
    assert written["since"] == "2026-11-21T09:54:27.123Z"
    assert (written["pid"], written["purpose"]) == (os.getpid(), "run r1")


def test_the_operator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "bob\x1b")
    who = operator({"SSH_CLIENT": "10.0.0.9 52344 22"})
    assert (who.user, who.ssh_client) == ("bob·", "10.0.0.9")
    assert who.host
    assert operator({"SSH_CONNECTION": "10.0.0.8 1 10.0.0.1 22"}).ssh_client == "10.0.0.8"
    assert operator({}).ssh_client is None


def _nobody() -> str:
    raise KeyError("getpwuid(): uid not found: 4711")


def test_a_user_without_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", _nobody)
    expected = "unknown"
    if sys.platform != "win32":
        expected = f"user {os.getuid()}"
    assert operator({}).user == expected


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")
def test_a_private_lock_is_private_and_a_shared_one_open_to_all(home: Home, tmp_path: Path) -> None:
    def modes(lock: Lock) -> list[int]:
        with lock:
            return [stat.S_IMODE(p.stat().st_mode) for p in (lock.path.parent, lock.path, lock.owner_path)]

    shared = replace(home, sensor_locks=tmp_path / "shared", shared_locks=True)
    old = os.umask(0o077)
    try:
        assert modes(sensor_lock(home, "serial 1")) == [0o700, 0o600, 0o600]
        assert modes(pc_lock(shared, "serial 1")) == [0o1777, 0o666, 0o666]
        assert modes(run_lock(shared, "r1")) == [0o700, 0o600, 0o600]
    finally:
        os.umask(old)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX links")
def test_a_link_in_place_of_the_shared_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "locks").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StorageError, match="Cannot use the folder of locks"):
        prepare_folder(tmp_path / "locks", shared=True)


def test_a_link_in_the_place_of_a_lock_is_told_with_advice(home: Home, tmp_path: Path) -> None:
    lock = sensor_lock(home, "serial 1")
    lock.path.parent.mkdir(parents=True)
    lock.path.symlink_to(tmp_path / "victim")
    with pytest.raises(StorageError, match="symbolic link") as caught:
        lock.acquire()
    assert caught.value.advice
    assert not (tmp_path / "victim").exists()


LOOPBACK_1, LOOPBACK_2 = Address("127.0.0.1", 4711), Address("localhost", 4712)
DIRECT, ROUTED = Address("192.168.0.1", 80), Address("sensor.example", 8080)


@pytest.fixture
def homes(home: Home, tmp_path: Path) -> tuple[Home, Home]:
    """Two homes of one PC."""
    common = tmp_path / "of this PC"
    other = locate(tmp_path / "other", {})
    return replace(home, sensor_locks=common), replace(other, sensor_locks=common)


def excluded(one: SensorLock, other: SensorLock) -> bool:
    with one:
        try:
            other.check()
        except Held:
            with pytest.raises(Held):
                other.acquire()
            return True
        with other:
            return False


def test_a_sensor_has_one_writer_in_two_homes_and_at_two_addresses(homes: tuple[Home, Home]) -> None:
    mine, other = homes
    assert excluded(SensorLock(mine, "serial 1", DIRECT), SensorLock(other, "serial 1", DIRECT))
    assert excluded(SensorLock(mine, "serial 1", DIRECT), SensorLock(other, "serial 1", ROUTED))
    assert not excluded(SensorLock(mine, "serial 1", DIRECT), SensorLock(other, "serial 2", ROUTED))


def test_one_address_is_one_sensor_although_its_serial_number_was_not_read(homes: tuple[Home, Home]) -> None:
    mine, other = homes
    routed = Address("SENSOR.example", 8080)
    for key in ("MAC 00:06:77:00:00:01", "address sensor.example:8080"):
        assert excluded(SensorLock(mine, "serial 1", ROUTED), SensorLock(other, key, routed))
        assert excluded(SensorLock(mine, key, routed), SensorLock(other, "serial 1", ROUTED))
    assert not excluded(SensorLock(mine, "serial 1", ROUTED), SensorLock(other, "serial 2", DIRECT))


def test_simulators_of_two_homes_do_not_block_one_another(homes: tuple[Home, Home]) -> None:
    mine, other = homes
    assert not excluded(SensorLock(mine, "serial 1", LOOPBACK_1), SensorLock(other, "serial 1", LOOPBACK_2))
    assert not excluded(SensorLock(mine, "serial 1", LOOPBACK_1), SensorLock(other, "serial 1", DIRECT))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST.", "::1"])
def test_one_port_of_this_pc_is_one_sensor(homes: tuple[Home, Home], host: str) -> None:
    mine, other = homes
    assert excluded(
        SensorLock(mine, "serial 1", LOOPBACK_1), SensorLock(other, "serial 1", Address(host, 4711))
    )


def test_a_sensor_behind_a_tunnel_has_one_writer_in_a_home(homes: tuple[Home, Home]) -> None:
    mine, _ = homes
    assert excluded(SensorLock(mine, "serial 1", DIRECT), SensorLock(mine, "serial 1", LOOPBACK_1))


def test_a_lock_of_which_one_half_is_held_leaves_the_other_free(homes: tuple[Home, Home]) -> None:
    mine, other = homes
    with pc_lock(other, "serial 1"):
        with pytest.raises(Held, match=r"The sensor \(serial 1\) is in use"):
            SensorLock(mine, "serial 1", DIRECT).acquire()
        assert not sensor_lock(mine, "serial 1").is_held()


def test_a_shared_lock_leaves_no_file(homes: tuple[Home, Home]) -> None:
    mine, other = homes
    with SensorLock(mine, "serial 1", DIRECT):
        assert list(mine.sensor_locks.iterdir())
        with pytest.raises(Held):
            SensorLock(other, "serial 1", DIRECT).check()
    assert list(mine.sensor_locks.iterdir()) == []


def test_a_shared_lock_that_is_handed_on_has_one_holder_at_a_time(homes: tuple[Home, Home]) -> None:
    """Its file is removed at each release: who waits for it must not take the removed one."""
    mine, _ = homes
    inside, most, taken = 0, 0, 0

    def compete() -> None:
        nonlocal inside, most, taken
        for _ in range(40):
            lock = pc_lock(mine, "serial 1")
            try:
                lock.acquire()
            except Held:
                continue
            inside += 1
            most = max(most, inside)
            taken += 1
            time.sleep(0.001)
            inside -= 1
            lock.release()

    threads = [threading.Thread(target=compete) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
    assert taken > 40


AS_ANOTHER_USER = """
import os, sys
from pathlib import Path
from sicktui.stores.disk.locks import Held, Lock, operator
operator()  # import what it needs as root, who may read this Python
user = int(sys.argv[2])
os.setgroups([]); os.setgid(user); os.setuid(user)
lock = Lock(Path(sys.argv[1]), what="The sensor", shared=True)
try:
    lock.acquire()
except Held as held:
    print("held by", held.owner.pid if held.owner else None, flush=True)
else:
    print("taken", flush=True)
sys.stdin.readline()
"""

ALICE, BOB = 65533, 65534


@pytest.fixture
def shared_folder() -> Iterator[Path]:
    # Not below tmp_path, which only its owner may enter.
    folder = Path("/tmp") / f"sicktui-locks-test-{os.getpid()}"
    yield folder
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()


@pytest.mark.skipif(not is_root(), reason="only root can become somebody else")
@pytest.mark.parametrize("creator", ["the owner of the folder", "another user"])
def test_two_users_meet_at_one_lock(shared_folder: Path, spawn: Spawn, creator: str) -> None:
    lock = Lock(shared_folder / "sensor.lock", what="The sensor", shared=True)

    def other(user: int) -> subprocess.Popen[str]:
        return spawn(AS_ANOTHER_USER, str(lock.path), str(user))

    if creator == "another user":
        prepare_folder(shared_folder, shared=True)
        # A third user, who owns neither the folder nor, afterwards, the lock of those two.
        first = other(ALICE)
        assert answer(first) == "taken"
        assert lock.path.stat().st_uid == ALICE
        first.kill()
        first.wait()
    lock.acquire()
    assert answer(other(BOB)) == f"held by {os.getpid()}"
    lock.release()
    second = other(BOB)
    assert answer(second) == "taken"
    with pytest.raises(Held, match=f"pid {second.pid}"):
        lock.acquire()
    second.kill()
    second.wait()
    lock.acquire()
    lock.release()


def _file_of_another(path: Path) -> None:
    path.touch(mode=0o600)
    shutil.chown(path, BOB, BOB)


@pytest.mark.skipif(not is_root(), reason="only root can put a file of another user there")
@pytest.mark.parametrize("squat", [_file_of_another, make_pipe, Path.mkdir], ids=["file", "pipe", "folder"])
def test_what_is_put_in_the_place_of_a_lock_keeps_nobody_out(
    home: Home, spawn: Spawn, squat: Callable[[Path], None]
) -> None:
    folder = Path("/tmp") / f"sicktui-locks-test-{os.getpid()}"
    prepare_folder(folder, shared=True)
    key = f"serial {os.getpid()}"
    try:
        first = SensorLock(replace(home, sensor_locks=folder), key, Address("192.168.0.9", 80))
        first.acquire()
        names = sorted(path.name for path in folder.glob("*.lock") if "second" not in path.name)
        first.release()
        for name in names:
            squat(folder / name)
        alice = spawn(WITH_ANOTHER_FOLDER, str(ALICE), str(folder), key)
        assert answer(alice) == "taken"
        with pytest.raises(Held, match=f"pid {alice.pid}"):
            first.acquire()
        alice.kill()
        alice.wait()
        first.acquire()
        first.release()
    finally:
        shutil.rmtree(folder)


WITH_ANOTHER_FOLDER = """
import os, sys, tempfile
from pathlib import Path
from dataclasses import replace
from sicktui.model.network.address import Address
from sicktui.stores.disk.home import locate
from sicktui.stores.disk.locks import Held, SensorLock, operator
operator()  # import what it needs as root, who may read this Python
user = int(sys.argv[1])
os.setgroups([]); os.setgid(user); os.setuid(user)
home = replace(locate(Path(tempfile.mkdtemp()), {}), sensor_locks=Path(sys.argv[2]))
lock = SensorLock(home, sys.argv[3], Address("192.168.0.9", 80))
try:
    lock.acquire()
except Held as held:
    print("held by", held.owner.pid if held.owner else None, flush=True)
else:
    print("taken", flush=True)
sys.stdin.readline()
"""

WITH_ANOTHER_HOME = """
import os, sys
from pathlib import Path
from sicktui.model.network.address import Address
from sicktui.stores.disk.home import locate
from sicktui.stores.disk.locks import Held, SensorLock, operator
operator()  # import what it needs as root, who may read this Python
user = int(sys.argv[1])
os.setgroups([]); os.setgid(user); os.setuid(user)
os.umask(0o077)
lock = SensorLock(locate(Path(sys.argv[2]), {}), sys.argv[3], Address("192.168.0.1", 80))
try:
    lock.acquire()
except Held as held:
    print("held by", held.owner.pid if held.owner else None, flush=True)
else:
    print("taken", flush=True)
sys.stdin.readline()
lock.release()
print("released", flush=True)
"""


@pytest.mark.skipif(not is_root(), reason="only root can become somebody else")
def test_two_users_with_their_own_homes_meet_in_the_folder_of_the_system(home: Home, spawn: Spawn) -> None:
    key = f"serial {os.getpid()}-{time.monotonic_ns()}"
    mine = SensorLock(home, key, DIRECT)
    assert home.shared_locks
    with tempfile.TemporaryDirectory(dir="/tmp") as text:
        folder = Path(text)
        folder.chmod(0o777)

        def other(user: int) -> subprocess.Popen[str]:
            return spawn(WITH_ANOTHER_HOME, str(user), str(folder / str(user)), key)

        alice = other(ALICE)
        assert answer(alice) == "taken"
        with pytest.raises(Held, match=f"pid {alice.pid}"):
            mine.acquire()
        assert answer(other(BOB)) == f"held by {alice.pid}"
        alice.kill()
        alice.wait()
        bob = other(BOB)  # in the file that Alice has left behind
        assert answer(bob) == "taken"
        assert answer(other(ALICE)) == f"held by {bob.pid}"
        with pytest.raises(Held, match=f"pid {bob.pid}"):
            mine.check()
        assert say(bob) == "released"
        with mine:
            assert answer(other(BOB)) == f"held by {os.getpid()}"
    assert not list(home.sensor_locks.glob(f"*{key.split()[1]}*"))


def answer(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of that kind")
def test_a_pipe_in_the_place_of_a_lock_is_refused_without_waiting(home: Home) -> None:
    lock = sensor_lock(home, "serial 1")
    lock.path.parent.mkdir(parents=True)
    make_pipe(lock.path)
    with pytest.raises(StorageError, match="not a regular file"):
        lock.acquire()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows removes no open file")
def test_a_lock_file_that_is_removed_while_it_is_taken_does_not_count(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = sensor_lock(home, "serial 1")
    taken: list[int] = []

    def take(handle: int) -> bool:
        if not taken:
            lock.path.unlink()  # as a cleaner of /tmp would
        taken.append(handle)
        return True

    monkeypatch.setattr(file_lock, "_lock", take)
    with lock:
        assert len(taken) == 2
        assert lock.path.exists()


def test_a_lock_holds_even_if_its_owner_cannot_be_told(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    lock = sensor_lock(home, "serial 1")
    lock.owner_path.mkdir(parents=True)
    with lock:
        assert "Cannot record who holds the lock" in caplog.text
        with pytest.raises(Held, match="another process of this PC"):
            sensor_lock(home, "serial 1").acquire()


def test_a_lock_file_that_cannot_be_used(home: Home) -> None:
    lock = sensor_lock(home, "serial 1")
    lock.path.mkdir(parents=True)
    with pytest.raises(StorageError, match="Cannot use the lock"):
        lock.acquire()
    with pytest.raises(StorageError, match="Cannot use the lock"):
        lock.is_held()


@pytest.mark.parametrize("key", ["serial 42", "address 10.0.0.1:80"])
def test_http_and_https_of_one_sensor_have_one_writer(home: Home, key: str) -> None:
    """Whatever is known of it: a sensor answers on port 80 and on port 443 at once."""
    plain, encrypted = parse_address("10.0.0.1"), parse_address("10.0.0.1", "https")
    assert plain.place == encrypted.place
    with SensorLock(home, key, plain), pytest.raises(Held):
        SensorLock(home, f"address {encrypted.place}", encrypted).acquire()
