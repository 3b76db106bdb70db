"""The list of runs on this PC."""

import asyncio
from datetime import datetime
from typing import ClassVar, Final

from msgspec import Struct
from rich.cells import cell_len
from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.worker import Worker, WorkerState

from sicktui.engine.context import Context
from sicktui.engine.follow import liveness
from sicktui.engine.history import every_event
from sicktui.model.errors import SicktuiError
from sicktui.model.event import Summarised
from sicktui.model.text import clean
from sicktui.model.words import RunState, Verdict
from sicktui.stores.journal_rows import RunRow
from sicktui.tui.columns import Column
from sicktui.tui.face import Face
from sicktui.tui.job_rows import VERDICT_TONES
from sicktui.tui.looks import Glyphs
from sicktui.tui.phrases import duration
from sicktui.tui.screens.dialog import Dialog
from sicktui.tui.spans import Cell, Span, Tone, cell, joined, width_of
from sicktui.tui.widgets.prose import Prose
from sicktui.tui.widgets.table import Table

LATEST: Final = 50


class RunChoice(Struct, frozen=True):
    """A run, and whether to look at it or to resume it."""

    run: str
    resume: bool = False


class RunLine(Struct, frozen=True, kw_only=True):
    """What the list shows of a run."""

    run: str
    operation: str
    state: RunState
    started: str
    took: str
    devices: tuple[str, ...]
    """Their names, harmless already."""
    verdicts: dict[Verdict, int] = {}
    """Once it is over. Treat as read-only."""

    @property
    def key(self) -> str:
        """The run."""
        return self.run


_TONES: Final = {
    RunState.RUNNING: Tone.BUSY,
    RunState.FINISHED: Tone.PLAIN,
    RunState.INTERRUPTED: Tone.WARN,
    RunState.CANCELLED: Tone.WARN,
}


def state_cell(line: RunLine, glyphs: Glyphs, _: int) -> Cell:
    """Where a run stands; a finished one with the sign of its worst verdict: that is what is looked for."""
    signs = {
        RunState.RUNNING: glyphs.busy,
        RunState.FINISHED: glyphs.skipped,
        RunState.INTERRUPTED: glyphs.unknown,
        RunState.CANCELLED: glyphs.cancelled,
    }
    if line.state is RunState.FINISHED:
        worst = next((verdict for verdict in _WORST_FIRST if line.verdicts.get(verdict)), None)
        if worst is not None:
            return cell(f"{glyphs.verdict(worst)} {line.state.value}", VERDICT_TONES[worst])
    return cell(f"{signs[line.state]} {line.state.value}", _TONES[line.state])


_WORST_FIRST: Final = (
    Verdict.FAILED,
    Verdict.UNKNOWN,
    Verdict.CANCELLED,
    Verdict.SUCCEEDED,
    Verdict.SKIPPED,
)


def verdicts_cell(line: RunLine, glyphs: Glyphs, width: int) -> Cell:
    """How many sensors got which verdict: in words, or with signs where these do not fit."""
    counts = [(verdict, number) for verdict, number in line.verdicts.items() if number]
    words = joined((cell(f"{n} {v.value}", VERDICT_TONES[v]) for v, n in counts), Span(", "))
    if width_of(words) <= width:
        return words
    return joined((cell(f"{glyphs.verdict(v)}{n}", VERDICT_TONES[v]) for v, n in counts), Span(" "))


def names_cell(line: RunLine, _: Glyphs, width: int) -> Cell:
    """The names of the sensors, as many as fit, and how many more there are."""
    names = line.devices
    for shown in range(len(names), 0, -1):
        more = f" +{len(names) - shown}" if shown < len(names) else ""
        text = ", ".join(names[:shown]) + more
        if cell_len(text) <= width or shown == 1:
            return cell(text)
    return ()


COLUMNS: Final[tuple[Column[RunLine], ...]] = (
    Column(id="run", title="Run", least=20, most=24, cell=lambda r, _g, _w: cell(r.run)),
    Column(id="what", title="What", least=7, most=7, cell=lambda r, _g, _w: cell(r.operation)),
    Column(id="state", title="State", least=13, most=13, steady=True, cell=state_cell),
    Column(id="outcome", title="Verdicts", least=9, most=36, cell=verdicts_cell),
    Column(id="devices", title="Sensors", least=14, most=48, rank=1, cell=names_cell),
    Column(
        id="started",
        title="Started",
        least=12,
        most=16,
        rank=2,
        cell=lambda r, _g, _w: cell(r.started, Tone.DIM),
    ),
    Column(
        id="took",
        title="Took",
        least=6,
        most=8,
        rank=3,
        right=True,
        cell=lambda r, _g, _w: cell(r.took, Tone.DIM),
    ),
)


class RunList(Dialog[RunChoice]):
    """Newest first. Enter shows a run, ``r`` resumes one that was interrupted."""

    DEFAULT_CSS = """
    RunList #box { width: 110; height: 80%; }
    RunList #body { height: 1fr; }
    RunList Table { height: 1fr; background: $surface; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("g", "leave", "Back", show=False),
        Binding("r", "resume", "Resume", show=False),
    ]

    title_text = "Runs on this PC"
    scrolls = False
    keys_text = "j k move   enter show   r resume an interrupted run   q back"

    def __init__(self, face: Face, context: Context) -> None:
        super().__init__(face)
        self._engine_context = context

    def body(self) -> list[Widget]:
        """The list, and a line for what does not work."""
        table = Table(COLUMNS, empty=self._nothing, glyphs=self.face.glyphs, id="list")
        return [table, Prose(id="problem")]

    def on_mount(self) -> None:
        """Read the journal."""
        self.query_one(Table).focus()
        self.run_worker(self._read(), group="runs", name="read the runs", exit_on_error=False)

    async def _read(self) -> None:
        try:
            lines = await asyncio.to_thread(read_runs, self._engine_context)
        except SicktuiError as error:
            self._complain(str(error))
            return
        self.query_one(Table).show(lines)

    @on(Worker.StateChanged)
    def _broken(self, message: Worker.StateChanged) -> None:
        if message.state is WorkerState.ERROR:
            self._complain(f"The runs could not be read: {message.worker.error!r}")

    def _complain(self, sentence: str) -> None:
        self.query_one("#problem", Prose).show(cell(clean(sentence, 400), Tone.BAD))

    def _nothing(self) -> list[Cell]:
        return [cell("There was no run on this PC yet.", Tone.DIM)]

    @on(Table.Chosen)
    def _show(self, message: Table.Chosen) -> None:
        self.dismiss(RunChoice(str(message.key)))

    def action_resume(self) -> None:
        """Resume the selected run, if it was interrupted."""
        table: Table[RunLine] = self.query_one(Table)
        line = table.selected
        if line is None:
            return
        if line.state is RunState.INTERRUPTED:
            self.dismiss(RunChoice(line.run, resume=True))
        else:
            self._complain(f"Run {line.run} is {line.state.value}; only an interrupted run can be resumed.")


def read_runs(context: Context) -> list[RunLine]:
    """The latest runs, newest first. Reads the journal: call it in a thread.

    Raises:
        JournalError: the journal cannot be read.
    """
    return [_line(context, liveness(context, row)) for row in context.journal.runs(LATEST)]


def _line(context: Context, row: RunRow) -> RunLine:
    verdicts: dict[Verdict, int] = {}
    if row.state in (RunState.FINISHED, RunState.CANCELLED):
        summaries = [e for e in every_event(context.journal, row.run) if isinstance(e, Summarised)]
        if summaries:
            verdicts = summaries[-1].verdicts
    started = datetime.fromisoformat(row.started)
    took = (datetime.fromisoformat(row.finished) - started).total_seconds() if row.finished else None
    return RunLine(
        run=clean(row.run),
        operation=row.operation.value,
        state=row.state,
        started=f"{started.astimezone():%Y-%m-%d %H:%M}",
        took="" if took is None else duration(took),
        devices=tuple(clean(item.device, 40) for item in context.journal.spec(row.run).items),
        verdicts=verdicts,
    )
