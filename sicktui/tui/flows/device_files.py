"""Device lists that come from, or go to, other programs."""

import asyncio
from pathlib import Path

from sicktui.model.errors import SicktuiError
from sicktui.model.safe_text import clean
from sicktui.model.wording import count
from sicktui.stores.config.device_files import COLUMNS, export_devices, import_devices
from sicktui.stores.config.devices import DeviceList, save_devices
from sicktui.stores.disk.files import present
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.dialogs.form import TextForm, Tick, Wanted
from sicktui.tui.drawing.spans import Cell, Tone, cell
from sicktui.tui.flows.services import Services
from sicktui.tui.screens.path_form import PathForm


async def import_list(services: Services) -> None:
    """Take the devices of a file into the list: all of them, or none."""
    file, replace, problem = "", False, ""
    lines = [
        cell("A .csv with a row of column names, or a TOML file like the one that is exported here."),
        cell(f"Columns: {', '.join(COLUMNS)}; the first two are enough.", Tone.DIM),
    ]
    while True:
        form = TextForm(
            services.appearance,
            "Import devices",
            lines,
            [Wanted(name="file", label="File", value=file, hint="the path of a .csv or .toml file")],
            ticks=[Tick(name="replace", label="replace devices that have the same name", value=replace)],
            problem=problem,
            does="import",
        )
        entered = await services.ask(form)
        if entered is None or not entered.texts["file"]:
            return
        file, replace = entered.texts["file"], entered.ticks["replace"]
        try:
            if await _take(services, entered.path("file"), replace=replace):
                return
            problem = ""
        except SicktuiError as error:
            problem = str(error)


async def _take(services: Services, path: Path, *, replace: bool) -> bool:
    """Read the file, ask about devices that it would replace, save; whether that was done."""
    context = services.context

    def read() -> tuple[DeviceList, DeviceList, list[str]]:
        before = context.devices()
        return before, *import_devices(before, path, replace=replace)

    before, after, incoming = await asyncio.to_thread(read)
    replaced = [name for name in incoming if name in before.profiles]
    if replaced:
        names: list[Cell] = [cell(f"  {clean(name)}") for name in replaced]
        question = [cell(f"The file has other entries for {count(len(replaced), 'device')}:"), *names]
        asked = Confirm(services.appearance, "Replace them?", question, yes="replace", no="back")
        if not await services.ask(asked):
            return False

    def save() -> None:
        context.home.create()
        save_devices(context.home.devices_file, after)

    await asyncio.to_thread(save)
    await services.reload_devices()
    services.notify(f"{count(len(incoming), 'device')} imported.")
    return True


async def export_list(services: Services) -> None:
    """Write the device list to a file, after a question if there is one already."""
    proposed, problem = "~/devices.csv", ""
    lines = [cell("A .csv for a spreadsheet; any other ending gives TOML. Passwords are not in it.")]
    while True:
        form = PathForm(services.appearance, "Export the devices", lines, proposed=proposed, problem=problem)
        path = await services.ask(form)
        if path is None:
            return
        proposed, problem = str(path), ""
        question = [cell(clean(str(path), 300), Tone.KEY), cell("is there already. Replace it?")]
        asked = Confirm(services.appearance, "Replace the file?", question, yes="replace", no="another name")
        if await asyncio.to_thread(present, path) and not await services.ask(asked):
            continue
        try:
            devices = await asyncio.to_thread(services.context.devices)
            await asyncio.to_thread(export_devices, devices, path)
        except SicktuiError as error:
            problem = str(error)
            continue
        services.notify(f"{count(len(devices.profiles), 'device')} written to {path}.")
        return
