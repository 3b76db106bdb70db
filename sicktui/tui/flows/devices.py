"""Adds, changes and removes devices of the list."""

import asyncio
from collections.abc import Callable

from sicktui.model.errors import SicktuiError
from sicktui.model.wording import count
from sicktui.stores.config.devices import DeviceList, save_devices
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.drawing.spans import bullets, cell
from sicktui.tui.flows.services import Stage
from sicktui.tui.flows.vault import held_in_vault, unlock_holding
from sicktui.tui.screens.device_form import DeviceForm


async def add_device(stage: Stage) -> None:
    """Ask for a new device and put it into the list."""
    taken = await _names(stage)
    profile = await stage.ask(DeviceForm(stage.face, None, taken)) if taken is not None else None
    if profile is not None and await _change(stage, lambda devices: devices.add(profile)):
        stage.say(f"{profile.name} is in the list.")


async def edit_device(stage: Stage, device: str) -> None:
    """Let the operator change a device."""
    old = stage.profile(device)
    taken = await _names(stage)
    if old is None or taken is None:
        return
    new = await stage.ask(DeviceForm(stage.face, old, taken))
    if new is not None and await _change(stage, lambda devices: devices.replace(device, new)):
        stage.say(f"{new.name} was changed.")
        if new.name != device:
            # Passwords are kept under the name: taking one over unseen could give it to another sensor.
            stage.warn(f"A kept password stays with the name {device}: log in to {new.name} again.")


async def remove_devices(stage: Stage, devices: tuple[str, ...]) -> None:
    """Take devices off the list and their passwords out of the stores, after a question."""
    names = bullets(devices)
    question = [
        cell(f"Take {count(len(devices), 'device')} off the list?"),
        *names,
        (),
        cell("The sensors are not touched; backups and the record of runs stay."),
        cell("Passwords that are kept for them are forgotten."),
    ]
    if not await stage.ask(Confirm(stage.face, "Remove devices?", question, yes="remove", no="keep")):
        return

    entries = [(target.device, target.user) for target in stage.targets(devices)]

    def without(known: DeviceList) -> DeviceList:
        for name in devices:
            if name in known.profiles:
                known = known.remove(name)
        return known

    if await _change(stage, without):
        await unlock_holding(stage, entries)
        for entry in entries:
            await asyncio.to_thread(stage.context.credentials.forget, *entry)
        stage.say(f"{count(len(devices), 'device')} removed.")
        if stuck := await asyncio.to_thread(held_in_vault, stage, entries):
            stage.say(f"Still in the vault, which was not unlocked: {', '.join(stuck)}.", "error")


async def _names(stage: Stage) -> list[str] | None:
    try:
        return list((await asyncio.to_thread(stage.context.devices)).profiles)
    except SicktuiError as error:
        stage.say(str(error), "error")
        return None


async def _change(stage: Stage, change: Callable[[DeviceList], DeviceList]) -> bool:
    """Read the list afresh, change it, keep it, show it; whether it worked."""
    context = stage.context

    def work() -> None:
        context.home.create()
        save_devices(context.home.devices_file, change(context.devices()))

    try:
        await asyncio.to_thread(work)
    except SicktuiError as error:
        stage.say(str(error), "error")
        return False
    await stage.reload_devices()
    return True
