"""What sensors have been seen to do: kept across processes, whole, and bounded."""

import threading
from pathlib import Path

import pytest

from sicktui.model.device import Identity, Profile, Target, resolve
from sicktui.model.settings import DeviceDefaults, Timing
from sicktui.stores.memory import sensor_memory
from sicktui.stores.memory.sensor_memory import SensorMemory


def target(name: str, address: str, *, serial: str | None = None) -> Target:
    profile = Profile(name=name, address=address, serial=serial)
    return resolve(profile, DeviceDefaults(), Timing())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "sensors.json"


def test_any_of_serial_address_and_name_is_enough(path: Path) -> None:
    SensorMemory(path).of(target("gate", "10.0.0.1")).note_challenge("0042")
    later = SensorMemory(path)
    assert later.of(target("gate", "10.0.0.9")).spoke_challenge(None)
    assert later.of(target("other", "10.0.0.1:80")).spoke_challenge("7")
    assert later.of(target("other", "10.0.0.9")).spoke_challenge(" 42")
    assert later.of(target("other", "10.0.0.9", serial="00042")).spoke_challenge(None)
    assert not later.of(target("other", "10.0.0.9", serial="7")).spoke_challenge("8")


@pytest.mark.parametrize(
    ("learnt", "asked"),
    [
        ("127.0.0.1:8080", "localhost:8080"),
        ("localhost:8080", "127.0.0.1:8080"),
        ("127.0.0.1:8080", "[::ffff:127.0.0.1]:8080"),
        ("LOCALHOST.:8080", "127.0.0.1:8080"),
        ("[::1]:8080", "[0:0:0:0:0:0:0:1]:8080"),
    ],
)
def test_an_address_by_another_spelling_is_the_same(path: Path, learnt: str, asked: str) -> None:
    SensorMemory(path).of(target("one", learnt)).note_challenge(None)
    assert SensorMemory(path).of(target("two", asked)).spoke_challenge(None)
    assert not SensorMemory(path).of(target("two", "127.0.0.1:9090")).spoke_challenge(None)


def test_a_pinned_serial_that_was_not_read_is_not_remembered(path: Path) -> None:
    SensorMemory(path).of(target("gate", "10.0.0.1", serial="42")).note_challenge(None)
    assert not SensorMemory(path).of(target("other", "10.0.0.9")).spoke_challenge("42")


def test_two_at_once_lose_nothing(path: Path) -> None:
    def note(first: int) -> None:
        memory = SensorMemory(path)
        for number in range(first, first + 15):
            memory.of(target(f"d{number}", f"10.0.0.{number}")).note_challenge(None)

    threads = [threading.Thread(target=note, args=(first,)) for first in (1, 101)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    later = SensorMemory(path)
    for number in (*range(1, 16), *range(101, 116)):
        assert later.of(target("x", f"10.0.0.{number}")).spoke_challenge(None)


def test_it_is_bounded_and_new_ones_push_none_out(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sensor_memory, "MOST", 4)
    memory = SensorMemory(path)
    for number in range(1, 20):
        memory.of(target(f"d{number}", f"10.0.0.{number}")).note_challenge(str(number))
    later = SensorMemory(path)
    assert later.of(target("x", "10.0.0.1")).spoke_challenge(None)
    assert not later.of(target("x", "10.0.0.19")).spoke_challenge(None)
    assert path.stat().st_size < 400


def test_counting_reboots_belongs_to_one_sensor(path: Path) -> None:
    one = Identity(name="picoScan", version="1", serial="0042")
    SensorMemory(path).note_counts_reboots(one)
    later = SensorMemory(path)
    assert later.counts_reboots(Identity(name="picoScan", version="2", serial="42"))
    assert not later.counts_reboots(Identity(name="picoScan", version="1", serial="43"))
    assert not later.counts_reboots(Identity(name="picoScan", version="1"))


def test_a_memory_that_cannot_be_written_holds_in_this_process(path: Path) -> None:
    path.parent.write_bytes(b"in the way")
    memory = SensorMemory(path)
    gate = target("gate", "10.0.0.1")
    memory.of(gate).note_challenge(None)
    assert memory.of(gate).spoke_challenge(None)
