"""Leaves an empty dashboard for the demo."""

from sicktui.tui.flows.services import Services


async def try_demo(services: Services) -> None:
    """Run the demo in place of this dashboard."""
    services.leave("", then="demo")
