"""Chooses the snapshots to compare, and reads sensors."""

import asyncio
from collections.abc import Sequence
from typing import ClassVar, Final

from msgspec import Struct, structs
from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.worker import Worker, WorkerState

from sicktui.engine.context import Context
from sicktui.engine.parameters.snapshot import snapshot_now
from sicktui.model.device import Target
from sicktui.model.errors import SicktuiError
from sicktui.model.safe_text import clean
from sicktui.model.snapshot import Scope, Snapshot
from sicktui.model.wording import percent
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.dialog import Dialog
from sicktui.tui.dialogs.picker import Picker
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.rows.parameters.snapshots import SNAPSHOT_COLUMNS, SnapshotRow, pair_of
from sicktui.tui.widgets.prose import Prose

_PAIR: Final = 2


class Pair(Struct, frozen=True):
    """The two sides to compare, the earlier first."""

    before: SnapshotRow
    after: SnapshotRow
    scope: Scope = "full"
    """How much of a sensor is read, if one is read."""


class SnapshotPicker(Picker[Pair, SnapshotRow]):
    """Enter compares the selected side with the sensor now; two marked ones are compared with each other.

    Args:
        appearance: how the dashboard looks.
        device: the device's name.
        sides: all that can be compared, in order; those of other devices are shown on demand.
    """

    DEFAULT_CSS = "SnapshotPicker #box { width: 110; }"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "Mark", show=False),
        Binding("e", "quick", "Essential few", show=False),
        Binding("o", "others", "Other sensors", show=False),
    ]

    keys_text = "j k move   enter compare with now   space mark two   o other sensors   e quick   q back"
    columns = SNAPSHOT_COLUMNS

    def __init__(self, appearance: Appearance, device: str, sides: Sequence[SnapshotRow]) -> None:
        super().__init__(appearance, self._rows)
        self.title_text = f"Compare {clean(device, 40)} with what?"
        self._sides = sides
        self._marked: list[str] = []
        self._others = False
        self._scope: Scope = "full"

    def _rows(self) -> list[SnapshotRow]:
        return [
            structs.replace(row, marked=row.key in self._marked)
            for row in self._sides
            if row.own or self._others or row.key in self._marked
        ]

    def body(self) -> list[Widget]:
        """What can be compared, and the list."""
        return [Prose(id="about"), *super().body()]

    def show_rows(self, rows: Sequence[SnapshotRow]) -> None:
        """Show the sides with the newest stored one selected: it is compared most often."""
        self.table.styles.height = max(4, min(14, len(rows) + 1))
        super().show_rows(rows)
        stored = next((row for row in rows if row.snapshot is not None), None)
        self.table.select(stored.key if stored else None)
        self._show_about()

    def _show_about(self) -> None:
        words = "Enter compares with the sensor now. Mark two of anything to compare them with each other."
        quick = "Quick: reads only the few parameters that an update compares."
        lines = [cell(words, Tone.DIM), *([cell(quick, Tone.WARN)] if self._scope == "essential" else [])]
        self.query_one("#about", Prose).show(*lines)

    def action_quick(self) -> None:
        """Switch between reading everything and only the essential parameters."""
        self._scope = "full" if self._scope == "essential" else "essential"
        self._show_about()

    def action_others(self) -> None:
        """Show what there is of other sensors too, or hide it."""
        self._others = not self._others
        rows = self._rows()
        self.table.styles.height = max(4, min(14, len(rows) + 1))
        self.table.show(rows)

    def action_mark(self) -> None:
        """Mark or unmark the selected one; a third mark replaces the first."""
        row = self.table.selected
        if row is None:
            return
        if row.key in self._marked:
            self._marked.remove(row.key)
        else:
            self._marked = [*self._marked, row.key][-_PAIR:]
        self.table.show(self._rows())
        self.table.action_down()

    def chosen(self, row: SnapshotRow) -> None:
        """Answer with the pair that is meant."""
        pair = pair_of(self._sides, self._marked, row)
        if pair is None:
            self.show_problem("Choose another side to compare with.", tone=Tone.WARN)
            return
        self.dismiss(Pair(*pair, self._scope))


class SnapshotReader(Dialog[list[Snapshot]]):
    """Reads sensors in parallel and shows the progress. The answer is their snapshots; leaving stops it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("e", "quick", "Essential few", show=False)]

    keys_text = "e quick: only what an update compares   q stop"

    def __init__(
        self, appearance: Appearance, context: Context, targets: Sequence[Target], scope: Scope = "full"
    ) -> None:
        super().__init__(appearance)
        self.title_text = "Reading parameters"
        self._scope = scope
        self._engine_context = context
        self._targets = targets
        self._lines: dict[str, Cell] = {}

    def body(self) -> list[Widget]:
        """A line for each sensor."""
        return [Prose(id="what"), Prose(id="lines")]

    def on_mount(self) -> None:
        """Start reading."""
        self._begin()

    def action_quick(self) -> None:
        """Start again, reading only the essential parameters."""
        if self._scope == "full":
            self._scope = "essential"
            self._begin()

    def _begin(self) -> None:
        what = (
            "Reading all readable parameters" if self._scope == "full" else "Reading the essential parameters"
        )
        self.query_one("#what", Prose).show(cell(f"{what}. Nothing is written.", Tone.DIM), ())
        self._lines = {target.device: cell("identifying...", Tone.DIM) for target in self._targets}
        self._paint()
        self.run_worker(self._read(), group="snapshots", name="reading", exclusive=True, exit_on_error=False)

    def _paint(self) -> None:
        lines = [(Span(f"{clean(name, 40)}  ", Tone.KEY), *line) for name, line in self._lines.items()]
        self.query_one("#lines", Prose).show(*lines)

    async def _read(self) -> None:
        found = await asyncio.gather(*(self._one(target) for target in self._targets))
        snapshots = [snapshot for snapshot in found if snapshot is not None]
        if len(snapshots) == len(self._targets):
            self.dismiss(snapshots)
            return
        self.keys_text = "q back"
        self._show_keys(overflows=self.query_one("#body").show_vertical_scrollbar)

    async def _one(self, target: Target) -> Snapshot | None:
        def on_read(done: int, whole: int) -> None:
            self._lines[target.device] = cell(f"{done} of {whole}  {percent(done, whole)}", Tone.BUSY)
            self._paint()

        try:
            taken = await snapshot_now(self._engine_context, target, scope=self._scope, on_read=on_read)
        except SicktuiError as error:
            self._lines[target.device] = cell(
                f"{self.appearance.glyphs.failed} {clean(str(error), 600)}", Tone.BAD
            )
            self._paint()
            return None
        self._lines[target.device] = cell(f"{self.appearance.glyphs.done} read", Tone.GOOD)
        self._paint()
        return taken

    @on(Worker.StateChanged)
    def _broken(self, message: Worker.StateChanged) -> None:
        if message.state is WorkerState.ERROR:
            words = f"Reading failed: {message.worker.error!r}"
            self.query_one("#lines", Prose).show(cell(clean(words, 400), Tone.BAD))
