"""Asks the doctor."""

from sicktui.tui.flows.services import Stage
from sicktui.tui.screens.doctor import DoctorScreen


async def ask_doctor(stage: Stage) -> None:
    """Show what would go wrong on this PC."""
    await stage.ask(DoctorScreen(stage.face, stage.context))
