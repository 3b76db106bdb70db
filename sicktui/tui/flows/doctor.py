"""Asks the doctor."""

from sicktui.tui.screens.doctor import DoctorScreen
from sicktui.tui.stage import Stage


async def ask_doctor(stage: Stage) -> None:
    """Show what would go wrong on this PC."""
    await stage.ask(DoctorScreen(stage.face, stage.context))
