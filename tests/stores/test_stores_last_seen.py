"""Which sensor answered last for each device: kept across processes, bounded, and never in the way."""

import logging
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import structs

from sicktui.model.clock import timestamp
from sicktui.model.device import EarlierSensor, Identity, Profile, Target, resolve
from sicktui.model.settings import DeviceDefaults, Timing
from sicktui.stores.memory import last_seen
from sicktui.stores.memory.last_seen import NOTICE, WRITE_EVERY, LastSeen
from tests.support.clocks import START, ManualClock

X = Identity(
    name="picoScan",
    version="2.3.0.0R",
    serial="0025420067",
    mac="00:06:77:00:00:01",
    device_type="picoScan150",
    order_number="1141410",
    location="gate",
)
Y = structs.replace(X, serial="25420068", mac="00:06:77:00:00:02")


def target(name: str = "gate", *, serial: str | None = None, ad_hoc: bool = False) -> Target:
    profile = Profile(name=name, address="10.0.0.1", serial=serial)
    return resolve(profile, DeviceDefaults(), Timing(), ad_hoc=ad_hoc)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "seen.json"


def test_it_is_remembered_across_processes(path: Path, clock: ManualClock) -> None:
    LastSeen(path, clock).note(target(), structs.replace(X, unreadable={"LocationName": "timeout"}))
    later = LastSeen(path, clock).of(target())
    assert later is not None
    assert (later.identity, later.address, later.at) == (X, "10.0.0.1", timestamp(START))
    assert later.earlier is None


def test_a_device_that_was_given_ad_hoc_is_not(path: Path, clock: ManualClock) -> None:
    assert LastSeen(path, clock).note(target(ad_hoc=True), X) is None
    assert not path.exists()


def test_another_sensor_is_pointed_out_for_some_days(path: Path, clock: ManualClock) -> None:
    memory = LastSeen(path, clock)
    memory.note(target(), X)
    clock.elapsed = 86_400
    memory.note(target(), X)
    clock.elapsed += 60
    seen = memory.note(target(), Y)
    assert seen is not None
    assert seen.earlier == EarlierSensor(label=X.serial or "", until=timestamp(START + timedelta(days=1)))
    assert seen.earlier.words("25420068") == "was serial 0025420067 until 2026-11-22, now 25420068 answers"
    clock.elapsed += 60
    again = LastSeen(path, clock).note(target(), Y)
    assert again is not None
    assert again.earlier == seen.earlier
    clock.elapsed += NOTICE.total_seconds()
    last = LastSeen(path, clock).note(target(), Y)
    assert last is not None
    assert last.earlier is None


def test_a_profile_that_names_the_new_sensor_ends_the_notice(path: Path, clock: ManualClock) -> None:
    memory = LastSeen(path, clock)
    memory.note(target(), X)
    memory.note(target(), Y)
    pinned = memory.note(target(serial="25420068"), Y)
    assert pinned is not None
    assert pinned.earlier is None
    assert LastSeen(path, clock).of(target(serial="25420067")) is None


@pytest.mark.parametrize(
    "reported",
    [
        structs.replace(X, serial="25420067"),  # leading zeros are spelling
        structs.replace(X, serial=None),
        structs.replace(X, mac=None),
        structs.replace(X, version="2.4.0.0R"),
    ],
)
def test_the_same_sensor_is_never_taken_for_another(
    path: Path, clock: ManualClock, reported: Identity
) -> None:
    memory = LastSeen(path, clock)
    memory.note(target(), X)
    seen = memory.note(target(), reported)
    assert seen is not None
    assert seen.earlier is None
    assert seen.identity.mac == X.mac
    assert seen.identity.serial in (X.serial, reported.serial)
    assert seen.identity.version == reported.version


def test_a_sensor_that_starts_reports_no_key_and_changes_nothing(path: Path, clock: ManualClock) -> None:
    memory = LastSeen(path, clock)
    memory.note(target(), X)
    assert memory.note(target(), structs.replace(X, serial=None, mac=None)) is None
    seen = memory.of(target())
    assert seen is not None
    assert seen.identity == X


def test_polling_writes_seldom(path: Path, clock: ManualClock) -> None:
    memory = LastSeen(path, clock)
    memory.note(target(), X)
    first = path.stat().st_mtime_ns
    for _ in range(20):
        clock.elapsed += 5
        assert not memory.is_news(target(), X)
        memory.note(target(), X)
    assert path.stat().st_mtime_ns == first
    here = memory.of(target())
    assert here is not None
    assert here.at == timestamp(START + timedelta(seconds=100))
    clock.elapsed = WRITE_EVERY.total_seconds()
    assert memory.is_news(target(), X)
    memory.note(target(), X)
    later = LastSeen(path, clock).of(target())
    assert later is not None
    assert later.at == timestamp(START + WRITE_EVERY)


def test_two_at_once_lose_nothing(path: Path, clock: ManualClock) -> None:
    def note(first: int) -> None:
        memory = LastSeen(path, clock)
        for number in range(first, first + 15):
            memory.note(target(f"d{number}"), structs.replace(X, serial=str(number)))

    threads = [threading.Thread(target=note, args=(first,)) for first in (1, 101)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {*LastSeen(path, clock).all()} == {f"d{n}" for n in (*range(1, 16), *range(101, 116))}


def test_it_is_bounded_and_forgets_the_longest_silent(
    path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(last_seen, "MOST", 3)
    memory = LastSeen(path, clock)
    for number in range(6):
        clock.elapsed += 1
        memory.note(target(f"d{number}"), X)
    assert list(LastSeen(path, clock).all()) == ["d3", "d4", "d5"]


def test_names_move_and_go(path: Path, clock: ManualClock) -> None:
    memory = LastSeen(path, clock)
    memory.note(target("a"), X)
    memory.note(target("b"), Y)
    memory.rename("a", "c")
    memory.forget(["b"])
    assert list(memory.all()) == list(LastSeen(path, clock).all()) == ["c"]


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"nonsense",
        b"\xff\xfe",
        b'{"devices": 1}',
        b'{"devices": {"gate": {"identity": {"name": "a"}}}}',
        b'{"devices":{"gate":{"identity":{"name":"a","version":"1","serial":"9"},"address":"b","at":"x"}}}',
        b'{"devices":{"d":{"identity":{"name":"a","version":"1"},"address":"b","at":"x","since":"y"}}}',
    ],
)
def test_a_damaged_file_counts_as_empty(
    path: Path, clock: ManualClock, damage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path.parent.mkdir()
    path.write_bytes(damage)
    memory = LastSeen(path, clock)
    assert memory.all() == {}
    with caplog.at_level(logging.WARNING):
        for _ in range(5):
            assert memory.note(target(), X) is not None
    assert len(caplog.records) <= 1  # one try in ten minutes
    assert memory.of(target()) is not None
