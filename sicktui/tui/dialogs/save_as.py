"""Asks for a file to write, and writes it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from textual.screen import Screen

from sicktui.model.errors import SicktuiError
from sicktui.model.safe_text import clean
from sicktui.stores.disk.files import exists, working_folder
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.dialogs.fields import PathField
from sicktui.tui.dialogs.form import ValuesForm
from sicktui.tui.drawing.spans import Cell, Tone, cell

Ask = Callable[[Screen[Any]], Awaitable[Any]]
"""Shows a screen and returns its answer."""


async def save_as(
    ask: Ask,
    appearance: Appearance,
    title: str,
    lines: Sequence[Cell],
    write: Callable[[Path], str],
    *,
    proposed: str = "",
    file_name: str = "",
) -> str | None:
    """Ask for a path, confirm before a file is replaced, and write; ask again while that fails.

    Args:
        ask: shows a screen and returns its answer.
        appearance: how the dashboard looks.
        title: the dialog's title.
        lines: what will be written.
        write: writes the file and returns what to report; called in a thread.
        proposed: the path to begin with; by default ``file_name`` in the working folder.
        file_name: the name of the file where the path is that of a folder.

    Returns:
        What ``write`` returned; ``None`` if the operator left.
    """
    problem = ""
    proposed = proposed or str(await asyncio.to_thread(working_folder) / file_name)
    while True:
        field = PathField(
            name="path", label="File", value=proposed, hint="path of the file", required=True, saving=True
        )
        values = await ask(ValuesForm(appearance, title, lines, [field], problem=problem, submit="save"))
        if values is None:
            return None
        path, problem = values.path("path"), ""
        proposed = str(path)
        path, exists = await asyncio.to_thread(_target, path, file_name)
        if exists and not await ask(_replace_question(appearance, path)):
            continue
        try:
            return await asyncio.to_thread(write, path)
        except SicktuiError as error:
            problem = str(error)


def _target(path: Path, file_name: str) -> tuple[Path, bool]:
    """The file that is meant, and whether it exists."""
    if file_name and exists(path) and path.is_dir():
        path /= file_name
    return path, exists(path)


def _replace_question(appearance: Appearance, path: Path) -> Confirm:
    lines = [cell(clean(str(path), 300), Tone.KEY), cell("already exists. Replace it?")]
    return Confirm(appearance, "Replace the file?", lines, yes="replace", no="another name")
