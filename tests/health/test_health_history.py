"""The history of health: what is kept, how much it takes, and what a file that cannot be used costs."""

import logging
import sqlite3
import stat
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sicktui.model.clock import timestamp
from sicktui.model.health.history import HourlyNumber, HourPoint, merged, point_of, settle
from sicktui.model.health.records import Finding, Measure, Report, Weight, report_of
from sicktui.stores.disk.files import POSIX_MODES, StorageError
from sicktui.stores.history import history as store
from sicktui.stores.history.database import opened
from sicktui.stores.history.history import KEPT_HOURS, HealthHistory

START = datetime(2026, 1, 1, tzinfo=UTC)
KEY = "serial 25420067"
ALWAYS = datetime.fromtimestamp(0, UTC)


def report(*codes: str, **values: Any) -> Report:
    measures = [Measure(name=name, value=value, at=START) for name, value in values.items()]
    return report_of([Finding(code=c, level=Weight.ERROR, message="", advice="") for c in codes], measures)


@pytest.fixture
def history(tmp_path: Path) -> HealthHistory:
    return HealthHistory(tmp_path / "data" / "history.db")


def test_an_hour_keeps_its_lowest_highest_and_last(history: HealthHistory) -> None:
    for minute, degrees in enumerate((40.0, 47.26, 38.5, 41.0)):
        history.note(KEY, START + timedelta(minutes=minute), report(temperature=degrees), "2.3.3")
    (point,) = history.points(KEY, START)
    assert point.numbers == {"temperature": HourlyNumber(38.5, 47.3, 41.0)}
    assert (point.hour, point.version) == (START.timestamp() // 3600, "2.3.3")


def test_the_front_keeps_the_worst_of_each_sector() -> None:
    def front(*words: str) -> HourPoint:
        return HourPoint(hour=1, front=words)

    assert merged(front("clean", "heavy"), front("minor", "clean")).front == ("minor", "heavy")
    assert merged(front("clean"), front()).front == ("clean",)
    assert merged(front("clean"), front("clean", "blocked")).front == ("clean", "blocked")


@pytest.mark.parametrize("value", [True, "41", float("inf"), float("nan"), 1e30, ["41"]])
def test_what_is_not_a_usable_number_is_left_out(value: Any) -> None:
    assert point_of(START, report(temperature=value).measures, "").numbers == {}


def test_a_finding_has_the_moment_when_it_was_first_seen(history: HealthHistory) -> None:
    def note(hours: int, found: Report) -> Any:
        return history.note(KEY, START + timedelta(hours=hours), found, "")

    assert note(0, report("led_red")).begun == ["led_red"]
    again = note(1, report("led_red", "busy"))
    assert (again.begun, again.open["led_red"]) == (["busy"], timestamp(START))
    assert note(2, report("busy")).ended == ["led_red"]
    assert note(3, report("led_red", "busy")).open["led_red"] == timestamp(START + timedelta(hours=3))
    kept = [(each.code, each.ended is None) for each in history.findings(KEY, ALWAYS)]
    assert kept == [("led_red", False), ("busy", True), ("led_red", True)]


def test_what_was_not_looked_for_has_not_ended() -> None:
    now = timestamp(START)
    dirty = {"sector_blocked": "earlier", "led_red": "earlier"}
    assert settle(dirty, report("unreadable"), now).ended == []
    assert settle(dirty, report(), now).ended == ["led_red"]  # it does not measure: the front is not judged
    assert settle(dirty, report(contamination=("clean",)), now).ended == ["sector_blocked", "led_red"]
    assert settle(dirty, report(contamination_strategy=0), now).ended == ["sector_blocked", "led_red"]
    assert settle({}, report("unreadable"), now).begun == []
    silent = {"stream_silent": "earlier"}
    assert settle(silent, report(), now).ended == []  # it was not listened for
    assert settle(silent, report("measuring_received"), now).ended == ["stream_silent"]


def test_a_year_of_a_sensor_takes_less_than_two_megabytes(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    history = HealthHistory(path)
    history.note(KEY, START, report(), "")
    sensors = 2
    with opened(path) as database:
        for sensor in range(1, sensors + 1):
            database.executemany(store._WRITE, [store._row(sensor, busy(hour)) for hour in range(8760)])
    assert path.stat().st_size < sensors * 2_000_000
    assert len(history.points(KEY, ALWAYS)) == 8761


def busy(hour: int) -> HourPoint:
    """An hour in which every value moves."""
    return HourPoint(
        hour=hour,
        numbers={
            "temperature": HourlyNumber(38.1, 51.0 + hour % 90 / 10, 44.4),
            "operating_hours": HourlyNumber(90_000.0 + hour, 90_001.0 + hour, 90_000.5 + hour),
            "power_on_count": HourlyNumber(70_000, 70_001, 70_001),
            "clock_offset": HourlyNumber(-4_000_000_000.0, 4_000_000.0, 1_000.0),
            "device_status": HourlyNumber(1, 7, 3),
            "device_state": HourlyNumber(0, 2, 1),
        },
        front=("clean", "minor", "heavy", "blocked") * 3,
        version="V2.3.3.0R-and-more",
    )


def test_the_oldest_hours_go(history: HealthHistory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "KEPT_HOURS", 24)
    for hour in range(30):
        history.note(KEY, START + timedelta(hours=hour), report(temperature=40.0), "")
        history.note("MAC 00:06:77:00:00:01", START, report(temperature=40.0), "")
    assert len(history.points(KEY, ALWAYS)) == 24
    assert KEPT_HOURS >= 365 * 24
    # A clock that is wrong for a moment costs one hour, and not all that are older than a year by it.
    history.note(KEY, START + timedelta(days=36_500), report(temperature=40.0), "")
    assert len(history.points(KEY, ALWAYS)) == 24


def test_ended_findings_are_bounded(history: HealthHistory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "KEPT_FINDINGS", 5)
    for hour in range(20):
        found = report("busy") if hour % 2 else report()
        history.note(KEY, START + timedelta(hours=hour), found, "")
    assert len(history.findings(KEY, ALWAYS)) == 6  # one still holds


def test_several_processes_write(history: HealthHistory, tmp_path: Path) -> None:
    with ProcessPoolExecutor(2) as pool:
        begun = list(pool.map(_write, [(tmp_path / "data" / "history.db", who) for who in range(2)]))
    assert [code for codes in begun for code in codes] == ["led_red"]
    assert [p.numbers["temperature"] for p in history.points(KEY, START)] == [HourlyNumber(40, 49, 49)] * 3


def _write(work: tuple[Path, int]) -> Sequence[str]:
    path, _ = work
    mine = HealthHistory(path)
    begun: list[str] = []
    for hour in range(3):
        for degrees in range(40, 50):
            change = mine.note(KEY, START + timedelta(hours=hour), report("led_red", temperature=degrees), "")
            assert change is not None
            begun += change.begun
    return begun


@pytest.mark.parametrize("content", [b"not a database at all" * 100, b"SQLite format 3\0" + b"\xff" * 4000])
def test_a_damaged_file_is_reported_once_and_the_program_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    path = tmp_path / "history.db"
    path.write_bytes(content)
    history = HealthHistory(path)
    with caplog.at_level(logging.WARNING):
        assert history.note(KEY, START, report(), "") is None
        assert history.note(KEY, START, report(), "") is None
    assert len(caplog.records) == 1
    assert "is damaged" in caplog.text
    with pytest.raises(StorageError, match="is damaged"):
        history.points(KEY, START)
    assert path.read_bytes() == content


def test_a_full_disk_is_reported(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    history = HealthHistory(tmp_path / "history.db")
    history.note(KEY, START, report(), "")
    with sqlite3.connect(tmp_path / "history.db") as database:
        (pages,) = database.execute("PRAGMA page_count").fetchone()
    database.close()
    real = sqlite3.connect

    def small(*args: Any, **kwargs: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = real(*args, **kwargs)
        connection.execute(f"PRAGMA max_page_count = {pages}")
        return connection

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite3, "connect", small)
        for hour in range(400):
            history.note(KEY, START + timedelta(hours=hour), report(temperature=40.0), "2.3.3.0R")
    assert [record.getMessage() for record in caplog.records if "disk is full" in record.getMessage()]
    assert len(caplog.records) == 1
    assert history.note(KEY, START, report(), "") is not None  # there is room again


def test_of_a_newer_version_or_another_program(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    history = HealthHistory(path)
    history.note(KEY, START, report(), "")
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(StorageError, match="newer sicktui"):
        history.points(KEY, START)
    with sqlite3.connect(tmp_path / "other.db") as database:
        database.execute("CREATE TABLE mine (x)")
    database.close()
    with pytest.raises(StorageError, match="another program"):
        HealthHistory(tmp_path / "other.db").points(KEY, START)


def test_nothing_is_made_by_reading(tmp_path: Path) -> None:
    history = HealthHistory(tmp_path / "history.db")
    assert history.points(KEY, START) == []
    assert history.findings(KEY, START) == []
    assert not (tmp_path / "history.db").exists()
    assert history.note(None, START, report(), "") is None


@pytest.mark.skipif(not POSIX_MODES, reason="Windows keeps rights in the folders")
def test_only_its_owner_reads_it(history: HealthHistory, tmp_path: Path) -> None:
    history.note(KEY, START, report(), "")
    assert stat.S_IMODE((tmp_path / "data" / "history.db").stat().st_mode) == 0o600
