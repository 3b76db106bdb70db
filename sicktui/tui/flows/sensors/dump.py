"""Fetches the diagnosis files of sensors."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from sicktui.engine.dump import Dump, take_dump
from sicktui.model.device import Target
from sicktui.model.errors import SicktuiError
from sicktui.model.safe_text import clean
from sicktui.model.wording import count
from sicktui.stores.disk.files import display_path, expand_path
from sicktui.tui.dialogs.fields import TextField
from sicktui.tui.dialogs.form import ValuesForm
from sicktui.tui.drawing.spans import cell
from sicktui.tui.flows.passwords.login import ensure_passwords
from sicktui.tui.flows.progress import run_with_progress
from sicktui.tui.flows.services import Services
from sicktui.tui.state.pending import Stopped


async def dump(services: Services, devices: tuple[str, ...]) -> None:
    """Ask, then fetch the files of the devices and show where they are."""
    targets = services.targets(devices)
    lines = [
        cell(f"Each of {count(len(targets), 'sensor')} creates a new file, which replaces its earlier one."),
        cell("That may take minutes. Only SICK's support can read the files."),
    ]
    field = TextField(
        name="folder",
        label="Folder",
        value=str(services.context.home.dumps),
        hint="for the files",
        required=True,
    )
    values = await services.ask(
        ValuesForm(services.appearance, "Fetch diagnosis files", lines, [field], submit="fetch")
    )
    if values is None:
        return
    if not await ensure_passwords(services, targets, "A diagnosis file needs the password of each sensor."):
        return
    folder = expand_path(values["folder"]).absolute()
    try:
        done = await run_with_progress(
            services, "Fetching diagnosis files", lines, lambda: _take(services, targets, folder)
        )
    except Stopped:
        services.notify("Stopped. The sensors may still be creating their files.", "warning")
        return
    for target, found in zip(targets, done, strict=True):
        name = clean(target.device, 40)
        if isinstance(found, Dump):
            doubt = "" if found.record.fresh else " It may be an earlier file."
            services.notify(f"{name}: {display_path(found.path)}.{doubt}")
        else:
            services.notify(f"{name}: {found}", "error")


async def _take(services: Services, targets: Sequence[Target], folder: Path) -> list[Dump | SicktuiError]:
    context = services.context
    gate = asyncio.Semaphore(context.settings.limits.jobs)

    async def one(target: Target) -> Dump | SicktuiError:
        async with gate:
            try:
                return await take_dump(
                    context, target, folder, on_stage=lambda _: None, on_bytes=lambda _a, _b: None
                )
            except SicktuiError as error:
                return error

    return list(await asyncio.gather(*(one(target) for target in targets)))
