"""Shows the health of a sensor."""

from sicktui.tui.flows.services import Services
from sicktui.tui.screens.sensors.health import HealthScreen


async def show_health(services: Services, device: str) -> None:
    """Read the sensor, and show what is wrong with it."""
    for target in services.targets((device,)):
        await services.ask(
            HealthScreen(services.appearance, services.context, target, services.dashboard.health.take)
        )
