"""Renames a sensor in place: reads its LocationName, asks, writes, reads back."""

from msgspec import structs

from sicktui.engine.parameters.compare import shown
from sicktui.engine.parameters.write import LOCATION, plan_write
from sicktui.model.errors import SicktuiError
from sicktui.model.safe_text import clean
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.flows.passwords.login import ensure_access
from sicktui.tui.flows.sensors.parameters import write_question, write_value
from sicktui.tui.flows.services import Services
from sicktui.tui.screens.sensors.rename import RenameForm


async def rename(services: Services, device: str) -> None:
    """Change a sensor's own name (LocationName)."""
    targets = services.targets((device,))
    if not targets or not await ensure_access(services, targets, "Renaming requires a password."):
        return
    [target] = targets
    name = clean(device, 40)
    try:
        present = await services.work(
            f"Reading LocationName of {name}", plan_write(services.context, target, LOCATION, "")
        )
    except SicktuiError as error:
        services.notify(f"{name} cannot be renamed: {error}", "error")
        return
    new = await services.ask(RenameForm(services.appearance, device, present))
    if new is None:
        return
    if new.name == present.old:
        services.notify(f"{name} is already called {shown(present.old)}; nothing was written.")
        return
    plan = structs.replace(present, new=new.name)
    lines = write_question(services, target, plan, save=new.save)
    if await services.ask(
        Confirm(services.appearance, "Rename the sensor?", lines, yes="rename", no="cancel")
    ):
        await write_value(services, target, plan, save=new.save)
