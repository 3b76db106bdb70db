"""Adds, changes and removes devices of the list."""

import asyncio
from collections.abc import Callable

from sicktui.model.errors import SicktuiError
from sicktui.model.wording import count
from sicktui.stores.config.devices import DeviceList, save_devices
from sicktui.stores.config.last_seen import LastSeen
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.drawing.spans import bullets, cell
from sicktui.tui.flows.passwords.vault import held_in_vault, unlock_holding
from sicktui.tui.flows.services import Services
from sicktui.tui.screens.sensors.device_form import DeviceForm


async def add_device(services: Services) -> None:
    """Add a device to the list."""
    taken = await _names(services)
    profile = await services.ask(DeviceForm(services.appearance, None, taken)) if taken is not None else None
    if profile is not None and await _change(services, lambda devices: devices.add(profile)):
        services.notify(f"{profile.name} added.")


async def edit_device(services: Services, device: str) -> None:
    """Change a device."""
    old = services.profile(device)
    taken = await _names(services)
    if old is None or taken is None:
        return
    new = await services.ask(DeviceForm(services.appearance, old, taken))
    if new is not None and await _change(
        services, lambda devices: devices.replace(device, new), lambda seen: seen.rename(device, new.name)
    ):
        services.notify(f"{new.name} changed.")
        credentials = services.context.credentials
        user = old.user or services.context.settings.device.user
        if not await asyncio.to_thread(credentials.follow, device, new.name, user):
            services.warn(f"The stored password of {device} could not be moved. Log in to {new.name} again.")


async def remove_devices(services: Services, devices: tuple[str, ...]) -> None:
    """Remove devices from the list, and their passwords from the stores."""
    names = bullets(devices)
    question = [
        cell(f"Remove {count(len(devices), 'device')} from the list?"),
        *names,
        (),
        cell("The sensors are not affected. Backups and past runs are kept."),
        cell("Their stored passwords are deleted."),
    ]
    if not await services.ask(
        Confirm(services.appearance, "Remove devices?", question, yes="remove", no="keep")
    ):
        return

    entries = [(target.device, target.user) for target in services.targets(devices)]

    def without(known: DeviceList) -> DeviceList:
        for name in devices:
            if name in known.profiles:
                known = known.remove(name)
        return known

    if await _change(services, without, lambda seen: seen.forget(devices)):
        await unlock_holding(services, entries)
        for entry in entries:
            await asyncio.to_thread(services.context.credentials.forget, *entry)
        services.notify(f"{count(len(devices), 'device')} removed.")
        if stuck := await asyncio.to_thread(held_in_vault, services, entries):
            services.notify(
                f"Still in the vault, which is locked: {', '.join(stuck)}. They are not used any more, and "
                "deleted when it is next unlocked.",
                "error",
            )


async def _names(services: Services) -> list[str] | None:
    try:
        return list((await asyncio.to_thread(services.context.devices)).profiles)
    except SicktuiError as error:
        services.notify(str(error), "error")
        return None


async def _change(
    services: Services,
    change: Callable[[DeviceList], DeviceList],
    then: Callable[[LastSeen], None] = lambda _: None,
) -> bool:
    """Read the list again, change it, save it and show it; returns whether that worked.

    Args:
        services: the main screen.
        change: makes the new list.
        then: what follows from it for the memory of the sensors.
    """
    context = services.context

    def work() -> None:
        context.home.create()
        save_devices(context.home.devices_file, change(context.devices()))
        then(context.last_seen)

    try:
        await asyncio.to_thread(work)
    except SicktuiError as error:
        services.notify(str(error), "error")
        return False
    await services.reload_devices()
    return True
