"""Imports and exports the device list."""

import asyncio
from pathlib import Path

from sicktui.model.errors import SicktuiError
from sicktui.model.safe_text import clean
from sicktui.model.wording import count
from sicktui.stores.config.device_files import COLUMNS, export_devices, import_devices
from sicktui.stores.config.devices import DeviceList, save_devices
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.dialogs.fields import CheckField, PathField
from sicktui.tui.dialogs.form import ValuesForm
from sicktui.tui.dialogs.save_as import save_as
from sicktui.tui.drawing.spans import Cell, Tone, cell
from sicktui.tui.flows.services import Services


async def import_list(services: Services) -> None:
    """Add the devices of a file to the list: all of them, or none."""
    file, replace, problem = "", False, ""
    lines = [
        cell("A .csv file with a row of column names, or an exported .toml file."),
        cell(f"Columns: {', '.join(COLUMNS)}; the first two are required.", Tone.DIM),
    ]
    while True:
        fields = (
            PathField(
                name="file", label="File", value=file, hint="path of a .csv or .toml file", required=True
            ),
            CheckField(name="replace", label="replace devices that have the same name", value=replace),
        )
        form = ValuesForm(
            services.appearance, "Import devices", lines, fields, problem=problem, submit="import"
        )
        values = await services.ask(form)
        if values is None:
            return
        file, replace = values["file"], values.checked("replace")
        try:
            if await _take(services, values.path("file"), replace=replace):
                return
            problem = ""
        except SicktuiError as error:
            problem = str(error)


async def _take(services: Services, path: Path, *, replace: bool) -> bool:
    """Read the file, confirm the devices it replaces, and save; returns whether it was saved."""
    context = services.context

    def read() -> tuple[DeviceList, DeviceList, list[str]]:
        before = context.devices()
        return before, *import_devices(before, path, replace=replace)

    before, after, incoming = await asyncio.to_thread(read)
    replaced = [name for name in incoming if name in before.profiles]
    if replaced:
        names: list[Cell] = [cell(f"  {clean(name)}") for name in replaced]
        question = [cell(f"The file changes {count(len(replaced), 'device')} of the list:"), *names]
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
    """Write the device list to a file."""

    def write(path: Path) -> str:
        devices = services.context.devices()
        export_devices(devices, path)
        return f"{count(len(devices.profiles), 'device')} written to {path}."

    lines = [cell("A .csv file for a spreadsheet, or .toml. Passwords are not included.")]
    written = await save_as(
        services.ask, services.appearance, "Export the devices", lines, write, proposed="~/devices.csv"
    )
    if written is not None:
        services.notify(written)
