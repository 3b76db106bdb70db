"""Keeps what sensors have reported of themselves, hour by hour, and since when each finding holds."""

import logging
import sqlite3
import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sicktui.model.clock import timestamp
from sicktui.model.errors import SicktuiError
from sicktui.model.health.history import (
    HOUR,
    TRACKED,
    Begun,
    Change,
    HourlyNumber,
    HourPoint,
    merged,
    point_of,
    settle,
)
from sicktui.model.health.records import Report
from sicktui.stores.history.database import NUMBER_COLUMNS, opened

KEPT_HOURS: Final = 400 * 24
"""Points of a sensor: a year and a month, if it is read every hour.

Counted and not dated: a PC whose clock is wrong for a day must not lose the year.
"""
KEPT_FINDINGS: Final = 500
"""Findings of a sensor that have ended."""
MOST_SENSORS: Final = 20_000
"""A full history keeps what it has: new sensors must not push old ones out."""

_log: Final = logging.getLogger(__name__)
_ALL: Final = ("sensor", "hour", *NUMBER_COLUMNS, "front", "version")
_READ: Final = f"SELECT {', '.join(_ALL)} FROM points WHERE sensor = ?"  # noqa: S608 - names of ours
_WRITE: Final = (
    f"INSERT OR REPLACE INTO points ({', '.join(_ALL)}) "  # noqa: S608 - names of ours
    f"VALUES ({', '.join('?' * len(_ALL))})"
)
_SIGNS: Final = {"clean": "c", "minor": "m", "heavy": "h", "blocked": "b"}
_WORDS: Final = {sign: word for word, sign in _SIGNS.items()}


class HealthHistory:
    """The history of one installation. Safe for several processes and threads.

    Args:
        path: its file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._told = ""
        self._lock = threading.Lock()

    def note(
        self, key: str | None, at: datetime, report: Report, version: str, *, device: str = ""
    ) -> Change | None:
        """Keep one reading. That it cannot be kept is logged once: the program goes on without.

        Args:
            key: the sensor; ``None``: nothing identifies it, so it is not kept.
            device: what it is called here, to find it again.
            at: when it was read.
            report: what was read and found.
            version: its firmware.

        Returns:
            Since when each finding holds, and what has changed; ``None`` if that is not known.
        """
        if key is None:
            return None
        try:
            with self._lock:
                change = self._note(key, at, report, version, device)
                self._told = ""
        except SicktuiError as error:
            if error.message != self._told:
                self._told = error.message
                _log.warning("The history of health is not kept: %s %s", error.message, error.advice)
            return None
        return change

    def sensor_of(self, device: str) -> str | None:
        """The sensor that was read last for a device.

        Raises:
            StorageError: the history cannot be read.
        """
        if not self._path.exists():
            return None
        with opened(self._path) as database:
            found = database.execute(
                "SELECT key FROM sensors JOIN devices ON sensor = id WHERE name = ?", (device,)
            ).fetchone()
        return None if found is None else str(found[0])

    def points(self, key: str, since: datetime) -> list[HourPoint]:
        """The hours of a sensor from a moment on, the oldest first.

        Raises:
            StorageError: the history cannot be read.
        """
        if not self._path.exists():
            return []
        with opened(self._path) as database:
            rows = database.execute(
                f"{_READ} AND hour >= ? ORDER BY hour",
                (_sensor(database, key), int(since.timestamp() // HOUR)),
            ).fetchall()
        return [_point(row) for row in rows]

    def findings(self, key: str, since: datetime) -> list[Begun]:
        """The findings of a sensor that hold, or have ended after a moment, the oldest first.

        Raises:
            StorageError: the history cannot be read.
        """
        if not self._path.exists():
            return []
        with opened(self._path) as database:
            rows = database.execute(
                "SELECT code, since, ended FROM findings WHERE sensor = ? AND (ended IS NULL OR ended >= ?) "
                "ORDER BY since, code",
                (_sensor(database, key), timestamp(since)),
            ).fetchall()
        return [Begun(code=str(code), since=str(begun), ended=ended) for code, begun, ended in rows]

    def _note(self, key: str, at: datetime, report: Report, version: str, device: str) -> Change | None:
        with opened(self._path) as database:
            sensor = _sensor(database, key) or _add(database, key)
            if sensor is None:
                return None
            if device:
                _call(database, sensor, device)
            _keep_point(database, sensor, point_of(at, report.measures, version))
            return _keep_findings(database, sensor, report, timestamp(at))


def _sensor(database: sqlite3.Connection, key: str) -> int | None:
    found = database.execute("SELECT id FROM sensors WHERE key = ?", (key,)).fetchone()
    return None if found is None else int(found[0])


def _add(database: sqlite3.Connection, key: str) -> int | None:
    (known,) = database.execute("SELECT count(*) FROM sensors").fetchone()
    if known >= MOST_SENSORS:
        return None
    return database.execute("INSERT INTO sensors (key) VALUES (?)", (key,)).lastrowid


def _call(database: sqlite3.Connection, sensor: int, device: str) -> None:
    """Note which sensor a device is now."""
    (known,) = database.execute("SELECT count(*) FROM devices").fetchone()
    if known < MOST_SENSORS:
        database.execute("INSERT OR REPLACE INTO devices VALUES (?, ?)", (device, sensor))


def _keep_point(database: sqlite3.Connection, sensor: int, point: HourPoint) -> None:
    row = database.execute(f"{_READ} AND hour = ?", (sensor, point.hour)).fetchone()
    database.execute(_WRITE, _row(sensor, merged(_point(row), point) if row else point))
    if row is None:
        database.execute(
            "DELETE FROM points WHERE sensor = ?1 AND hour < "
            "(SELECT hour FROM points WHERE sensor = ?1 ORDER BY hour DESC LIMIT 1 OFFSET ?2)",
            (sensor, KEPT_HOURS - 1),
        )


def _keep_findings(database: sqlite3.Connection, sensor: int, report: Report, now: str) -> Change:
    rows = database.execute("SELECT code, since FROM findings WHERE sensor = ? AND ended IS NULL", (sensor,))
    change = settle({str(code): str(since) for code, since in rows}, report, now)
    database.executemany(
        "UPDATE findings SET ended = ? WHERE sensor = ? AND code = ? AND ended IS NULL",
        [(now, sensor, code) for code in change.ended],
    )
    database.executemany(
        "INSERT OR REPLACE INTO findings (sensor, code, since) VALUES (?, ?, ?)",
        [(sensor, code, now) for code in change.begun],
    )
    if change.ended:
        database.execute(
            "DELETE FROM findings WHERE sensor = ?1 AND ended < (SELECT ended FROM findings "
            "WHERE sensor = ?1 AND ended IS NOT NULL ORDER BY ended DESC LIMIT 1 OFFSET ?2)",
            (sensor, KEPT_FINDINGS - 1),
        )
    return change


def _row(sensor: int, point: HourPoint) -> tuple[Any, ...]:
    numbers: list[int | None] = []
    for name, step in TRACKED.items():
        span = point.numbers.get(name)
        parts = (None, None, None) if span is None else (span.low, span.high, span.last)
        numbers += [None if part is None else round(part / step) for part in parts]
    return (
        *(sensor, point.hour, *numbers),
        *("".join(_SIGNS[word] for word in point.front) or None, point.version or None),
    )


def _point(row: tuple[Any, ...]) -> HourPoint:
    known: Mapping[str, Any] = dict(zip(_ALL, row, strict=True))
    numbers = {
        name: HourlyNumber(*(_number(known[f"{name}_{part}"], step) for part in ("low", "high", "last")))
        for name, step in TRACKED.items()
        if known[f"{name}_last"] is not None
    }
    return HourPoint(
        hour=known["hour"],
        numbers=numbers,
        front=tuple(_WORDS[sign] for sign in str(known["front"] or "") if sign in _WORDS),
        version=str(known["version"] or ""),
    )


def _number(steps: Any, step: float) -> float:  # noqa: ANN401 - a column of SQLite
    return round(float(steps) * step, 1) if isinstance(steps, int) else 0.0
