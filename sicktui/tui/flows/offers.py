"""Shows the offers of sources, and counts again afterwards."""

from sicktui.tui.flows.services import Services
from sicktui.tui.screens.update.offers import OffersScreen


async def browse_offers(services: Services) -> None:
    """Show the offers until the screen is left."""
    await services.ask(OffersScreen(services.appearance, services.context, services.dashboard.fleet))
    services.refresh_offers()
