"""What a sensor reports of itself: its findings with their remedies, and its front by sector."""

from msgspec import structs

from screenshots.stage import furnish, opened, picture, shown, shows, until
from sicktui.simulator import Fault
from sicktui.simulator.fleet.fleet import Fleet
from sicktui.simulator.fleet.standard import standard_fleet
from sicktui.tui.screens.sensors.health import HealthScreen

_DIRTY = (1, 1, 2, 3, 0, 1, 1)


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
            async with shown(context) as pilot:
                await until(pilot, lambda: shows(pilot, "with findings"))
                await pilot.press("Q")
                await until(
                    pilot, lambda: isinstance(pilot.app.screen, HealthScreen) and shows(pilot, "Values")
                )
                await pilot.pause(1.0)
                picture(pilot, "health")
