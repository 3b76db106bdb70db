"""Chooses the firmware package: from the shelf, or by its path."""

import asyncio
from pathlib import Path
from typing import ClassVar, Final

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input
from textual.worker import Worker, WorkerState

from sicktui.engine.context import Context
from sicktui.model.errors import SicktuiError
from sicktui.model.package import Package
from sicktui.model.safe_text import clean
from sicktui.stores.disk.files import expand_path
from sicktui.stores.packages.inspect import ZippedPackage, inspect_package
from sicktui.stores.packages.shelf import ShelfEntry
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.dialogs.dialog import Dialog
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.rows.packages import PACKAGE_COLUMNS, PackageRow
from sicktui.tui.widgets.prose import Prose
from sicktui.tui.widgets.table import Table

UNPACKED: Final = "unpacked"
"""The folder of the home's data in which packages out of zips lie; the commands use the same."""


class PackagePicker(Dialog[Package]):
    """The answer is a package that was looked at and hashed."""

    DEFAULT_CSS = """
    PackagePicker #box { width: 110; }
    PackagePicker Table { height: 10; background: $surface; }
    PackagePicker Input { margin-top: 1; background: $panel; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("slash", "path", "Type a path", show=False)]

    title_text = "Which package?"
    scrolls = False
    keys_text = "j k move   enter choose   tab or / type a path   q back"

    def __init__(self, appearance: Appearance, context: Context) -> None:
        super().__init__(appearance)
        self._engine_context = context

    def body(self) -> list[Widget]:
        """The shelf, and a line for a path."""
        return [
            Prose([cell("On the shelf:", Tone.DIM)]),
            Table(PACKAGE_COLUMNS, empty=self._nothing, glyphs=self.appearance.glyphs, id="shelf"),
            Input(placeholder="or the path of a .spk, .spk.signed or .zip file", id="path"),
            Prose(id="problem"),
        ]

    def on_mount(self) -> None:
        """Read the shelf."""
        self._work(self._read_shelf())

    def _work(self, work: object) -> None:
        self.run_worker(work, group="package", name="package", exclusive=True, exit_on_error=False)  # type: ignore[arg-type]

    def _nothing(self) -> list[Cell]:
        return [cell("The shelf is empty. Type the path of a package below.", Tone.DIM)]

    async def _read_shelf(self) -> None:
        table: Table[PackageRow] = self.query_one(Table)
        try:
            entries = await asyncio.to_thread(self._engine_context.shelf.entries)
        except SicktuiError as error:
            self._complain(error)
            entries = []
        # The newest first: it is most often the one that is wanted.
        table.show([PackageRow(entry=entry) for entry in reversed(entries)])
        table.styles.height = max(3, min(12, len(entries) + 1))
        # On an empty list keys would be lost: then there is only the path.
        table.can_focus = bool(entries)
        (table if entries else self.query_one("#path")).focus()

    @on(Worker.StateChanged)
    def _broken(self, message: Worker.StateChanged) -> None:
        if message.state is WorkerState.ERROR:
            self._tell(f"It could not be read: {message.worker.error!r}", Tone.BAD)

    @on(Table.Chosen)
    def _choose(self) -> None:
        table: Table[PackageRow] = self.query_one(Table)
        if table.selected is not None:
            self._work(self._take_shelved(table.selected.entry))

    async def _take_shelved(self, entry: ShelfEntry) -> None:
        self._tell("Reading the package...", Tone.DIM)
        try:
            self.dismiss(await asyncio.to_thread(self._engine_context.shelf.package, entry))
        except SicktuiError as error:
            self._complain(error)

    def action_path(self) -> None:
        """Let a path be typed."""
        self.query_one("#path").focus()

    @on(Input.Submitted)
    def _take_path(self, message: Input.Submitted) -> None:
        text = message.value.strip().strip("\"'")
        if not text:
            self.query_one(Table).focus()
            return
        self._work(self._inspect(expand_path(text)))

    async def _inspect(self, path: Path, unpack_to: Path | None = None) -> None:
        self._tell("Reading the package...", Tone.DIM)
        try:
            self.dismiss(await asyncio.to_thread(inspect_package, path, unpack_to=unpack_to))
        except ZippedPackage as error:
            self._tell("")
            await self._offer_unpacking(path, error)
        except SicktuiError as error:
            self._complain(error)

    async def _offer_unpacking(self, path: Path, zipped: ZippedPackage) -> None:
        question = [cell(clean(zipped.message, 400)), (), cell("Unpack it and use the package?")]
        asked = Confirm(self.appearance, "A zip", question, yes="unpack it")
        if await self.app.push_screen_wait(asked):
            await self._inspect(path, self._engine_context.home.data / UNPACKED)

    def _complain(self, error: SicktuiError) -> None:
        lines: list[Cell] = [(Span(clean(error.message, 400), Tone.BAD),)]
        if error.advice:
            lines.append(cell(clean(error.advice, 400), Tone.DIM))
        self.query_one("#problem", Prose).show(*lines)

    def _tell(self, text: str, tone: Tone = Tone.PLAIN) -> None:
        self.query_one("#problem", Prose).show(cell(text, tone))
