"""Shows the health of a sensor."""

from functools import partial

from sicktui.model.health.records import DeviceHealth
from sicktui.tui.flows.services import Services
from sicktui.tui.screens.sensors.health import HealthScreen
from sicktui.tui.state.dashboard import DashboardState


async def show_health(services: Services, device: str) -> None:
    """Show what is known of the sensor, read it again, and show what is wrong with it."""
    for target in services.targets((device,)):
        dashboard = services.dashboard
        known = dashboard.health.known(device, dashboard.identity_of(device))
        read_at = dashboard.health.read_at(device)
        screen = HealthScreen(
            services.appearance,
            services.context,
            target,
            services.health_read,
            known=known if read_at is not None else None,
            read_at=read_at,
            latest=partial(_latest, dashboard, device),
            newer=partial(dashboard.health.readings, device),
        )
        await services.ask(screen)


def _latest(dashboard: DashboardState, device: str) -> DeviceHealth | None:
    if dashboard.health.read_at(device) is None:
        return None
    return dashboard.health.known(device, dashboard.identity_of(device))
