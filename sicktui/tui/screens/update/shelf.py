"""The shelf of firmware packages: list, add, approve and remove them."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType

from sicktui.engine.context import Context
from sicktui.model.errors import SicktuiError
from sicktui.model.safe_text import clean
from sicktui.model.wording import count, size
from sicktui.stores.packages.inspect import ZippedPackage
from sicktui.stores.packages.shelf import ShelfEntry
from sicktui.stores.packages.zip import PACKAGE_ENDINGS
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.dialogs.fields import FormValues, PathField, TextField
from sicktui.tui.dialogs.form import ValuesForm
from sicktui.tui.dialogs.table_screen import TableScreen
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.rows.packages import PACKAGE_COLUMNS, PackageRow, about_package


class ShelfScreen(TableScreen[None, PackageRow]):
    """Newest first. The facts of the selected package are below.

    Args:
        appearance: how the dashboard looks.
        context: for the engine.
    """

    DEFAULT_CSS = "ShelfScreen Table { height: 50%; min-height: 5; }"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "add", "add a package"),
        Binding("a", "approve", "approve"),
        Binding("x", "remove", "remove"),
        Binding("R", "again", "read again"),
    ]
    columns = PACKAGE_COLUMNS
    table_title = "Packages"

    def __init__(self, appearance: Appearance, context: Context) -> None:
        super().__init__(appearance)
        self._engine_context = context
        self._rows: list[PackageRow] = []

    def empty_text(self) -> list[Cell]:
        """How to add a package."""
        return [(), cell("  The shelf is empty. Press n to add a package.", Tone.DIM)]

    def begin(self) -> None:
        """Read the shelf."""
        super().begin()
        self.action_again()

    def action_again(self) -> None:
        """Read the shelf (again)."""
        self.start(self._read(), "reading the shelf")

    async def _read(self, select: ShelfEntry | None = None) -> None:
        self.trouble = ""
        try:
            entries = await asyncio.to_thread(self._engine_context.shelf.entries)
            self._rows = [PackageRow(entry=entry) for entry in reversed(entries)]
        except SicktuiError as error:
            self.trouble = str(error)
        self.paint()
        if select is not None:
            self.table.select(select.sha256)
            self.paint_text()

    # -- add ----------------------------------------------------------------------------------

    def action_add(self) -> None:
        """Add a package to the shelf."""
        self.start(self._add(), "adding a package")

    async def _add(self) -> None:
        values, problem = FormValues({"file": "", "version": ""}), ""
        while True:
            answer = await self.app.push_screen_wait(self._form(values, problem))
            if answer is None:
                return
            values = answer
            self.show_text([cell("Copying and hashing the package...", Tone.BUSY)])
            try:
                entry = await self._shelved(values.path("file"), values["version"] or None)
            except SicktuiError as error:
                problem = str(error)
                continue
            if entry is not None:
                await self._read(entry)
                version = f"version {entry.version}" if entry.version else "version unknown"
                text = f"Added to the shelf: {entry.name}, {size(entry.size)}, {version}."
                self.notify(clean(text, 400), markup=False)
            return

    def _form(self, before: FormValues, problem: str) -> ValuesForm:
        lines = [cell("The shelf keeps a copy of the package, identified by its SHA-256.", Tone.DIM)]
        fields = (
            PathField(
                name="file",
                label="File",
                value=before["file"],
                hint=".spk, .spk.signed, .swp or its .zip",
                endings=PACKAGE_ENDINGS,
                required=True,
            ),
            TextField(
                name="version",
                label="Version",
                value=before["version"],
                hint="only if the name does not contain it",
            ),
        )
        return ValuesForm(self.appearance, "Add a package", lines, fields, problem=problem, submit="add")

    async def _shelved(self, path: Path, version: str | None) -> ShelfEntry | None:
        """Add it; unpack a zip file only after asking."""
        shelf = self._engine_context.shelf
        try:
            return await asyncio.to_thread(shelf.add, path, version=version)
        except ZippedPackage as zipped:
            question = [cell(clean(zipped.message, 400)), (), cell("Unpack it and add the package?")]
        if await self.app.push_screen_wait(Confirm(self.appearance, "Zip file", question, yes="unpack")):
            return await asyncio.to_thread(shelf.add, path, version=version, unpack=True)
        return None

    # -- approve and remove -------------------------------------------------------------------

    def action_approve(self) -> None:
        """Approve the selected package for use on site; or change for which models, and the note."""
        row = self.table.selected
        if row is not None:
            self.start(self._approve(row.entry), "approving")

    async def _approve(self, entry: ShelfEntry) -> None:
        lines = [
            cell(clean(entry.name), Tone.KEY),
            cell(f"SHA-256 {entry.sha256}", Tone.DIM),
            *([cell(f"Fetched from {clean(entry.source)}.", Tone.DIM)] if entry.source else []),
            cell(
                "Compare the SHA-256 with the vendor's. It is checked again, and you are named as approver."
            ),
            cell("picoScan120 and picoScan150 need different files, published under one name.", Tone.DIM),
        ]
        known = ", ".join(entry.models)
        models = TextField(name="models", label="Models", value=known, hint="empty: all that its name fits")
        note = TextField(
            name="note",
            label="Note",
            value=entry.note,
            hint="why it may be used",
            required=bool(entry.source),
        )
        form = ValuesForm(self.appearance, "Approve the package?", lines, (note, models), submit="approve")
        answer = await self.app.push_screen_wait(form)
        if answer is not None:
            chosen = [model.strip() for model in answer["models"].split(",") if model.strip()]
            shelf = self._engine_context.shelf
            await self._change(lambda: shelf.approve(entry.sha256, chosen, note=answer["note"]))

    def action_remove(self) -> None:
        """Remove the selected package from the shelf."""
        row = self.table.selected
        if row is not None:
            self.start(self._remove(row.entry), "removing")

    async def _remove(self, entry: ShelfEntry) -> None:
        lines = [
            (Span(clean(entry.name), Tone.KEY), Span(f"  {size(entry.size)}", Tone.DIM)),
            cell("Deletes its copy on this PC. Running runs are not affected: each has its own copy."),
        ]
        asked = Confirm(self.appearance, "Remove it from the shelf?", lines, yes="remove", no="keep")
        if await self.app.push_screen_wait(asked):
            await self._change(lambda: self._engine_context.shelf.remove(entry.sha256))

    async def _change(self, work: Callable[[], object]) -> None:
        try:
            await asyncio.to_thread(work)
        except SicktuiError as error:
            self.notify(clean(str(error), 400), severity="error", markup=False)
        await self._read()

    # -- what is shown ------------------------------------------------------------------------

    def paint(self) -> None:
        """Show what is known now."""
        approved = sum(row.entry.approved for row in self._rows)
        gap = Span(f" {self.appearance.glyphs.dot} ", Tone.DIM)
        self.show_head(
            (Span("Firmware packages on the shelf", Tone.KEY),),
            (
                Span(count(len(self._rows), "package"), Tone.DIM),
                gap,
                Span(f"{approved} approved", Tone.DIM),
            ),
        )
        self.table.show(self._rows)
        self.paint_text()

    def about(self, row: PackageRow | None) -> list[Cell]:
        """The facts of a package."""
        return about_package(row.entry) if row is not None else []
