"""Imports and exports the device list."""

import asyncio
from pathlib import Path

from sicktui.engine.inventory.changes import ChangeKind, ImportChange, changes, summary
from sicktui.engine.inventory.entries import entries
from sicktui.model.errors import SicktuiError
from sicktui.model.safe_text import clean
from sicktui.model.wording import count
from sicktui.stores.config.device_files import COLUMNS, ImportProblems, export_devices, import_devices
from sicktui.stores.config.devices import DeviceList, save_devices
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.dialogs.fields import CheckField, PathField
from sicktui.tui.dialogs.form import ValuesForm
from sicktui.tui.dialogs.notice import Notice
from sicktui.tui.dialogs.save_as import save_as
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.flows.services import Services


async def import_list(services: Services) -> None:
    """Add the devices of a file to the list: all of them, or none."""
    file, replace, problem = "", False, ""
    lines = [
        cell("A .csv file with a row of column names, or an exported .json or .toml file."),
        cell(f"Columns: {', '.join(COLUMNS)}; the first two are required.", Tone.DIM),
    ]
    while True:
        fields = (
            PathField(
                name="file",
                label="File",
                value=file,
                hint="path of a .csv, .json or .toml file",
                endings=(".csv", ".json", ".toml"),
                required=True,
            ),
            CheckField(name="replace", label="change devices that have the same name", value=replace),
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
        except ImportProblems as error:
            problem = ""
            await services.ask(problems_notice(services, error))
        except SicktuiError as error:
            problem = str(error)


async def _take(services: Services, path: Path, *, replace: bool) -> bool:
    """Read the file, show what it changes, and save; returns whether it was saved."""
    context = services.context

    def read() -> tuple[DeviceList, DeviceList, list[str]]:
        before = context.devices()
        return before, *import_devices(before, path, replace=replace)

    before, after, incoming = await asyncio.to_thread(read)
    found = changes(before, after, incoming)
    asked = Confirm(services.appearance, "Import them?", _preview(found), yes="import", no="back")
    if not await services.ask(asked):
        return False

    def save() -> None:
        context.home.create()
        save_devices(context.home.devices_file, after)

    await asyncio.to_thread(save)
    await services.reload_devices()
    services.notify(f"{count(len(incoming), 'device')} imported.")
    return True


def _preview(found: list[ImportChange]) -> list[Cell]:
    """What the import changes, the changed devices first."""
    tones = {ChangeKind.CHANGED: Tone.WARN, ChangeKind.ADDED: Tone.GOOD}
    lines: list[Cell] = [cell(f"{summary(found)}."), ()]
    for kind, tone in tones.items():
        lines += [
            (Span(f"{kind.value:<8} ", tone), Span(f"{clean(change.name)}: ", Tone.KEY), Span(change.words))
            for change in found
            if change.kind is kind
        ]
    return lines


def problems_notice(
    services: Services, error: ImportProblems, *, title: str = "The file cannot be imported"
) -> Notice:
    """Every problem of a file, on its own line."""
    lines = [cell("Nothing was changed. Correct these in the file:"), ()]
    lines += [cell(clean(problem, 600), Tone.BAD) for problem in error.problems]
    return Notice(services.appearance, title, lines)


async def export_list(services: Services) -> None:
    """Write the device list to a file."""

    def write(path: Path) -> str:
        devices = services.context.devices()
        seen = {entry.profile.name: entry.columns() for entry in entries(services.context)}
        export_devices(devices, path, seen)
        return f"{count(len(devices.profiles), 'device')} written to {path}."

    lines = [
        cell("A .csv file for a spreadsheet, .json, or .toml, with what was last seen of the sensors."),
        cell("Passwords are not included.", Tone.DIM),
    ]
    written = await save_as(
        services.ask, services.appearance, "Export the devices", lines, write, proposed="~/devices.csv"
    )
    if written is not None:
        services.notify(written)
