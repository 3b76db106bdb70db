"""Chooses the firmware package: from the shelf, or a file."""

import asyncio
from pathlib import Path
from typing import Any

from sicktui.engine.context import Context
from sicktui.model.errors import SicktuiError
from sicktui.model.firmware.package import Package
from sicktui.model.safe_text import clean
from sicktui.stores.disk.files import expand_path
from sicktui.stores.packages.inspect import ZippedPackage, inspect_package
from sicktui.stores.packages.shelf import ShelfEntry
from sicktui.stores.packages.zip import PACKAGE_ENDINGS
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.dialogs.file_picker import FilePicker
from sicktui.tui.drawing.spans import Tone, cell
from sicktui.tui.rows.packages import PACKAGE_COLUMNS, PackageRow


class PackagePicker(FilePicker[Package, PackageRow]):
    """The answer is a package that was inspected and hashed."""

    title_text = "Which package?"
    columns = PACKAGE_COLUMNS
    empty = "The shelf is empty. Type or drop the path of a package below."
    path_endings = PACKAGE_ENDINGS
    path_hint = "or the path of a .spk, .spk.signed, .swp or .zip file"

    def __init__(self, appearance: Appearance, context: Context) -> None:
        super().__init__(appearance, self._shelf_rows)
        self._engine_context = context

    def _shelf_rows(self) -> list[PackageRow]:
        # The newest first: it is most often the one that is wanted.
        return [PackageRow(entry=entry) for entry in reversed(self._engine_context.shelf.entries())]

    def chosen(self, row: PackageRow) -> None:
        """Read the package from the shelf."""
        self.start(self._take_shelved(row.entry), "reading the package")

    async def _take_shelved(self, entry: ShelfEntry) -> None:
        self.show_problem("Reading the package...", tone=Tone.DIM)
        try:
            self.dismiss(await asyncio.to_thread(self._engine_context.shelf.package, entry))
        except SicktuiError as error:
            self.show_error(error)

    def path_typed(self, path: str) -> None:
        """Inspect the file."""
        self.start(self._inspect(expand_path(path)), "reading the package")

    async def _inspect(self, path: Path) -> None:
        if (package := await read_package(self, self._engine_context, path)) is not None:
            self.dismiss(package)


async def read_package(
    picker: FilePicker[Any, Any], context: Context, path: Path, *, unpack_to: Path | None = None
) -> Package | None:
    """Inspect and hash a file that was typed in a picker; ``None``: the picker shows why it cannot be used.

    Args:
        picker: where it was typed.
        context: the folder for what is unpacked.
        path: the file.
        unpack_to: where a package in a zip is unpacked, once that was confirmed.
    """
    picker.show_problem("Reading the package...", tone=Tone.DIM)
    try:
        return await asyncio.to_thread(inspect_package, path, unpack_to=unpack_to)
    except ZippedPackage as error:
        picker.show_problem("")
        question = [cell(clean(error.message, 400)), (), cell("Unpack it and use the package?")]
        asked = Confirm(picker.appearance, "Zip file", question, yes="unpack")
        if await picker.app.push_screen_wait(asked):
            return await read_package(picker, context, path, unpack_to=context.home.unpacked)
    except SicktuiError as error:
        picker.show_error(error)
    return None
