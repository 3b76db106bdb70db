"""A year of a sensor in the history of health, hour by hour, as each reading writes it."""

import random
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from benchmarks.report import Measured
from sicktui.model.health.records import Finding, Measure, Report, Weight, report_of
from sicktui.stores.history.history import HealthHistory

PART: Final = "history"
BOUND: Final = 2.0
HOURS: Final = 8760
_BEGIN: Final = datetime(2026, 1, 1, tzinfo=UTC)
_SECTORS: Final = ("clean", "clean", "minor", "clean", "heavy", "clean", "blocked")


def measure() -> list[Measured]:
    """About 30 s."""
    with tempfile.TemporaryDirectory(prefix="sicktui-benchmark-") as folder:
        history = HealthHistory(Path(folder) / "health-history.db")
        chance = random.Random(1)  # noqa: S311 - the same values each time
        for hour in range(HOURS):
            at = _BEGIN + timedelta(hours=hour)
            history.note("serial 25420067", at, _reading(at, hour, chance), "2.3.3.0R", device="gate-1")
        size = sum(path.stat().st_size for path in Path(folder).iterdir())
    return [
        Measured(
            part=PART, what="health of a sensor, a year of hours", value=size / 1e6, unit="MB", bound=BOUND
        ),
    ]


def _reading(at: datetime, hour: int, chance: random.Random) -> Report:
    """A reading in which every number moves, and a finding begins or ends each day."""
    values: dict[str, float | tuple[str, ...]] = {
        "temperature": round(chance.uniform(20, 60), 1),
        "operating_hours": 11_188.3 + hour,
        "power_on_count": 17 + hour // 100,
        "clock_offset": round(chance.uniform(-30, 30), 1),
        "device_status": 3,
        "device_state": 1,
        "contamination": tuple(chance.sample(_SECTORS, len(_SECTORS))),
    }
    warm = Finding(code="temperature_high", level=Weight.WARNING, message="It is warm.", advice="Shade it.")
    return report_of(
        [warm] if hour // 24 % 2 else [],
        [Measure(name=name, value=value, at=at) for name, value in values.items()],
    )
