"""Adds, changes and removes devices of the list."""

import asyncio
from collections.abc import Callable, Mapping

from sicktui.engine.inventory.merge import Merge, merged
from sicktui.model.device import Profile
from sicktui.model.errors import SicktuiError, UsageError
from sicktui.model.safe_text import clean
from sicktui.model.wording import count
from sicktui.stores.config.devices import DeviceList, save_devices
from sicktui.stores.memory.last_seen import LastSeen
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.drawing.spans import Tone, bullets, cell
from sicktui.tui.flows.passwords.vault import held_in_vault, unlock_holding
from sicktui.tui.flows.services import Services
from sicktui.tui.screens.sensors.device_form import DeviceForm


async def add_device(services: Services) -> None:
    """Add a device to the list."""
    listed = await _listed(services)
    profile = await services.ask(DeviceForm(services.appearance, None, list(listed)))
    if profile is not None and await _change(services, lambda devices: devices.add(profile)):
        services.notify(f"{profile.name} added.")


async def edit_device(services: Services, device: str) -> None:
    """Change a device: only the fields that were edited."""
    listed = await _listed(services)
    opened = shown = listed.get(device)
    while opened is not None and shown is not None:
        form = DeviceForm(services.appearance, shown, [name for name in listed if name != device])
        edited = await services.ask(form)
        if edited is None:
            return
        listed = await _listed(services)
        stored = listed.get(device)
        if stored is None:
            services.notify(f"{device} was removed from the list meanwhile; nothing was written.", "error")
            return
        merge = merged(opened, edited, stored)
        agreed = True
        if merge.needs_a_look:
            agreed = await services.ask(_meanwhile(services, device, merge)) is True
        if agreed:
            await _save_edited(services, device, stored, merge.profile)
            return
        opened, shown = stored, merge.profile


def _meanwhile(services: Services, device: str, merge: Merge) -> Confirm:
    """The question about what somebody else has changed while the form was open."""
    lines = [cell(f"{clean(device, 40)} was changed elsewhere while this form was open."), ()]
    if merge.meanwhile:
        lines += [cell("This stays as it was changed there:"), *(cell(f"  {d}") for d in merge.meanwhile), ()]
    if merge.contested:
        lines.append(cell("This was changed there too, and your value would replace it:", Tone.WARN))
        lines += [*(cell(f"  {each}", Tone.WARN) for each in merge.contested), ()]
    lines.append(cell("Only the fields that you have edited are written.", Tone.DIM))
    return Confirm(services.appearance, "Changed meanwhile", lines, yes="save", no="back to the form")


async def _save_edited(services: Services, device: str, stored: Profile, new: Profile) -> None:
    def change(devices: DeviceList) -> DeviceList:
        if devices.profiles.get(device) != stored:
            raise UsageError(f"{device} was changed elsewhere just now.", advice="Edit it again.")
        return devices.replace(device, new)

    if not await _change(services, change, lambda seen: seen.rename(device, new.name)):
        return
    services.notify(f"{new.name} changed.")
    credentials = services.context.credentials
    user = stored.user or services.context.settings.device.user
    if not await asyncio.to_thread(credentials.follow, device, new.name, user):
        services.warn(f"The stored password of {device} could not be moved. Log in to {new.name} again.")


async def remove_devices(services: Services, devices: tuple[str, ...]) -> None:
    """Remove devices from the list, and their passwords from the stores."""
    names = bullets(devices)
    question = [
        cell(f"Remove {count(len(devices), 'device')}:"),
        *names,
        (),
        cell("Nothing changes on a sensor. Backups and past runs are kept."),
        cell(
            "Stored passwords of these devices are deleted."
            if len(devices) > 1
            else "Its stored password is deleted."
        ),
        *(
            cell(f"{clean(name, 40)} is in run {run}, which goes on to its verdict.", Tone.WARN)
            for name, run in services.dashboard.owners.items()
            if name in devices
        ),
    ]
    if not await services.ask(
        Confirm(services.appearance, "Remove from the list?", question, yes="remove", no="keep")
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


async def _listed(services: Services) -> Mapping[str, Profile]:
    """The list as it is stored now: the dashboard's is up to some seconds old."""
    return (await asyncio.to_thread(services.context.devices)).profiles


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
