"""Looks at the shelf of firmware packages."""

from sicktui.tui.flows.services import Stage
from sicktui.tui.screens.shelf import ShelfScreen


async def look_at_shelf(stage: Stage) -> None:
    """Show the shelf, where packages are added, approved and removed."""
    await stage.ask(ShelfScreen(stage.face, stage.context))
