"""What a sensor reports of itself: findings with their remedies, its front by sector, its last weeks."""

import math
from datetime import timedelta

from msgspec import structs

from screenshots.stage import furnish, opened, picture, shown, shows, until
from sicktui.engine.context import Context
from sicktui.model.health.history import SECTORS
from sicktui.model.health.records import Measure, report_of
from sicktui.simulator import Fault
from sicktui.simulator.fleet.fleet import Fleet
from sicktui.simulator.fleet.standard import standard_fleet
from sicktui.tui.screens.sensors.health import HealthScreen

_DIRTY = (1, 1, 2, 3, 0, 1, 1)
_SERIAL = "25420067"
_HOURS = 21 * 24
_DIRT = (0, 0, 1, 2, 3, 0, 0)


async def health() -> None:
    """A sensor with a dirty front that is too hot."""
    first = standard_fleet(6)[0]
    contaminated = Fault(name="contaminated", value=_DIRTY)
    dirty = structs.replace(
        first,
        faults=(contaminated, Fault(name="too_hot", value=67)),
        parameters={**first.parameters, "ContaminationConfig": {"eStrategy": 1, "usiResponseTime": 3}},
    )
    with opened() as context:
        async with Fleet([dirty], time_scale=4.0) as fleet:
            furnish(context, fleet)
            _remember(context)
            async with shown(context) as pilot:
                await until(pilot, lambda: shows(pilot, "with findings"))
                await pilot.press("Q")
                await until(
                    pilot, lambda: isinstance(pilot.app.screen, HealthScreen) and shows(pilot, "Values")
                )
                await pilot.pause(1.0)
                picture(pilot, "health")
                await pilot.press("G")
                await until(pilot, lambda: shows(pilot, "History of 22 days"))
                picture(pilot, "health-curves")


def _remember(context: Context) -> None:
    """Three weeks in which it has become warmer each day, and dirtier since the last rain."""
    now = context.clock.now()
    for hour in range(0, _HOURS, 3):
        warmth = 38 + hour / 30 + 4 * math.sin(hour / 24 * 2 * math.pi)
        front = [SECTORS[min(place, hour // 170)] for place in _DIRT]
        at = now - timedelta(hours=_HOURS - hour)
        values: dict[str, float | list[str]] = {
            "temperature": warmth,
            "clock_offset": 0.1 + hour / 400,
            "power_on_count": 40 + hour // 200,
            "device_status": 3 if hour < _HOURS - 40 else 5,
            "contamination": front,
        }
        report = report_of([], [Measure(name=name, value=value, at=at) for name, value in values.items()])
        context.health_history.note(f"serial {_SERIAL}", at, report, "2.3.3.0R")
