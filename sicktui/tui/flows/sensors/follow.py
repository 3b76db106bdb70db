"""Changes the address of a device to the one where its sensor answers now."""

import asyncio

from sicktui.engine.address.follow import follow
from sicktui.model.safe_text import clean
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.drawing.spans import Span, Tone, cell
from sicktui.tui.flows.services import Services


async def follow_sensor(services: Services, device: str) -> None:
    """Ask, and change the profile. Nothing is sent to the sensor."""
    place = services.dashboard.moved.get(device)
    targets = services.targets((device,))
    if place is None or not targets:
        return
    [target] = targets
    identity = services.dashboard.identity_of(device)
    name, before = clean(device, 64), clean(target.address, 60)
    serial = target.serial or (identity.serial if identity else None)
    question = [
        (Span("The sensor of "), Span(name, Tone.KEY), Span(" answers at "), Span(place, Tone.KEY)),
        cell(f"with serial number {clean(serial or '(none)', 40)}, no longer at {before}."),
        (),
        cell("The device list is changed; nothing is sent to the sensor.", Tone.DIM),
    ]
    asked = Confirm(services.appearance, "Change the address?", question, yes="change", no="keep")
    if not await services.ask(asked):
        return
    words = await asyncio.to_thread(follow, services.context, target, serial, target.address, place)
    await services.reload_devices()
    services.notify(words or f"{name} was changed meanwhile; nothing was done.")
