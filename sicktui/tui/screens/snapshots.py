"""Chooses the snapshots to compare, and reads sensors."""

import asyncio
from collections.abc import Sequence
from typing import ClassVar, Final

from msgspec import Struct
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
from sicktui.model.wording import moment, percent
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.dialog import Dialog
from sicktui.tui.drawing.columns import Column
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.glyphs import Glyphs
from sicktui.tui.widgets.prose import Prose
from sicktui.tui.widgets.table import Table

_NOW: Final = "now"
_PAIR: Final = 2


class SnapshotRow(Struct, frozen=True, kw_only=True):
    """A stored snapshot, or the sensor now."""

    snapshot: Snapshot | None = None
    """``None``: now."""
    marked: bool = False

    @property
    def key(self) -> str:
        """The snapshot's id."""
        return self.snapshot.id if self.snapshot else _NOW


def _when_cell(row: SnapshotRow, glyphs: Glyphs, _: int) -> Cell:
    mark = Span(f"{glyphs.mark} " if row.marked else "  ", Tone.KEY)
    return (mark, Span(moment(row.snapshot.taken) if row.snapshot else "now: reads the sensor"))


def _facts_cell(row: SnapshotRow, name: str) -> Cell:
    if row.snapshot is None:
        return ()
    facts = {
        "read": str(len(row.snapshot.values)),
        "version": row.snapshot.version,
        "sensor": row.snapshot.key,
        "by": row.snapshot.operator,
    }
    return cell(clean(facts[name]))


SNAPSHOT_COLUMNS: Final[tuple[Column[SnapshotRow], ...]] = (
    Column(id="when", title="  Taken", least=23, most=24, cell=_when_cell),
    Column(
        id="read",
        title="Parameters",
        least=10,
        most=10,
        right=True,
        cell=lambda r, _g, _w: _facts_cell(r, "read"),
    ),
    Column(
        id="version", title="Firmware", least=8, most=14, cell=lambda r, _g, _w: _facts_cell(r, "version")
    ),
    Column(
        id="sensor",
        title="Sensor",
        least=10,
        most=18,
        rank=1,
        cell=lambda r, _g, _w: _facts_cell(r, "sensor"),
    ),
    Column(id="by", title="By", least=8, most=30, rank=2, cell=lambda r, _g, _w: _facts_cell(r, "by")),
)


class Pair(Struct, frozen=True):
    """The two sides to compare; ``None`` is the sensor now."""

    before: Snapshot | None
    after: Snapshot | None
    scope: Scope = "full"
    """How much of the sensor is read, if it is read."""


class SnapshotPicker(Dialog[Pair]):
    """Enter compares the selected snapshot with the sensor now, or two marked ones with each other."""

    DEFAULT_CSS = """
    SnapshotPicker #box { width: 96; }
    SnapshotPicker Table { height: 8; background: $surface; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "Mark", show=False),
        Binding("e", "quick", "Essential few", show=False),
    ]

    keys_text = "j k move   enter compare with now   space mark two   e quick   q back"
    scrolls = False

    def __init__(self, appearance: Appearance, device: str, kept: Sequence[Snapshot]) -> None:
        super().__init__(appearance)
        self.title_text = f"Compare {clean(device, 40)} with what?"
        self._kept = kept
        self._marked: list[str] = []
        self._scope: Scope = "full"

    def body(self) -> list[Widget]:
        """The snapshots."""
        return [
            Prose(id="about"),
            Table(SNAPSHOT_COLUMNS, glyphs=self.appearance.glyphs, id="snapshots"),
            Prose(id="problem"),
        ]

    def on_mount(self) -> None:
        """Show the snapshots with the newest selected: it is compared most often."""
        table = self._table
        table.styles.height = max(4, min(14, len(self._kept) + 2))
        self._show()
        table.select(self._kept[0].id)
        table.focus()

    @property
    def _table(self) -> Table[SnapshotRow]:
        return self.query_one(Table)

    def _show(self) -> None:
        rows = [SnapshotRow(marked=_NOW in self._marked)]
        rows += [SnapshotRow(snapshot=kept, marked=kept.id in self._marked) for kept in self._kept]
        self._table.show(rows)
        words = "Enter compares with the sensor now. Mark two to compare them with each other."
        quick = "Quick: reads only the few parameters that an update compares."
        lines = [cell(words, Tone.DIM), cell(quick if self._scope == "essential" else "", Tone.WARN)]
        self.query_one("#about", Prose).show(*(line for line in lines if line))

    def action_quick(self) -> None:
        """Switch between reading everything and only the essential parameters."""
        self._scope = "full" if self._scope == "essential" else "essential"
        self._show()

    def action_mark(self) -> None:
        """Mark or unmark the selected one; a third mark replaces the first."""
        row = self._table.selected
        if row is None:
            return
        if row.key in self._marked:
            self._marked.remove(row.key)
        else:
            self._marked = [*self._marked, row.key][-_PAIR:]
        self._show()
        self._table.action_down()

    @on(Table.Chosen)
    def _choose(self) -> None:
        row = self._table.selected
        if row is None:
            return
        chosen = self._marked if len(self._marked) == _PAIR else [row.key, _NOW]
        if len(set(chosen)) < _PAIR:
            words = "Choose an earlier snapshot to compare with."
            self.query_one("#problem", Prose).show(cell(words, Tone.WARN))
            return
        by_id = {kept.id: kept for kept in self._kept}
        # The earlier one is "before", however they were marked; now comes after all others.
        order = [_NOW, *(kept.id for kept in self._kept)]
        late, early = sorted(chosen, key=order.index)
        self.dismiss(Pair(by_id.get(early), by_id.get(late), self._scope))


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
