"""The runs of this PC: rows, columns, and one in full."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct
from rich.cells import cell_len

from sicktui.model.clock import seconds_between
from sicktui.model.enums import WORST_FIRST, RunState, Verdict
from sicktui.model.safe_text import clean
from sicktui.model.wording import elapsed
from sicktui.stores.journal.rows import RunRow
from sicktui.tui.drawing.columns import Column
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell, joined, width_of
from sicktui.tui.drawing.verdicts import VERDICT_TONES
from sicktui.tui.glyphs import Glyphs


class RunLine(Struct, frozen=True, kw_only=True):
    """One run in the list."""

    run: str
    operation: str
    state: RunState
    started: str
    took: str
    began: str = ""
    """The same as ``started``, to sort by."""
    rollout: bool = False
    """Whether it is a rollout over the PCs of a fleet."""
    words: str = ""
    """Its state, where that of a run does not fit."""
    devices: tuple[str, ...]
    """Their names, already cleaned."""
    verdicts: dict[Verdict, int] = {}
    """After its end. Treat as read-only."""

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
    """The state of a run; a finished one with the sign of its worst verdict."""
    signs = {
        RunState.RUNNING: glyphs.busy,
        RunState.FINISHED: glyphs.skipped,
        RunState.INTERRUPTED: glyphs.unknown,
        RunState.CANCELLED: glyphs.cancelled,
    }
    if line.state is RunState.FINISHED:
        worst = next((verdict for verdict in WORST_FIRST if line.verdicts.get(verdict)), None)
        if worst is not None:
            return cell(f"{glyphs.verdict(worst)} {line.state.value}", VERDICT_TONES[worst])
    tone = Tone.WARN if line.words == "waiting" else _TONES[line.state]
    return cell(f"{signs[line.state]} {line.words or line.state.value}", tone)


def verdicts_cell(line: RunLine, glyphs: Glyphs, width: int) -> Cell:
    """The number of each verdict, in words, or in signs where these do not fit."""
    counts = [(verdict, number) for verdict, number in line.verdicts.items() if number]
    words = joined((cell(f"{n} {v.value}", VERDICT_TONES[v]) for v, n in counts), Span(", "))
    if width_of(words) <= width:
        return words
    return joined((cell(f"{glyphs.verdict(v)}{n}", VERDICT_TONES[v]) for v, n in counts), Span(" "))


def names_cell(line: RunLine, _: Glyphs, width: int) -> Cell:
    """As many names as fit, and the number of the others."""
    names = line.devices
    for shown in range(len(names), 0, -1):
        more = f" +{len(names) - shown}" if shown < len(names) else ""
        text = ", ".join(names[:shown]) + more
        if cell_len(text) <= width or shown == 1:
            return cell(text)
    return ()


RUN_COLUMNS: Final[tuple[Column[RunLine], ...]] = (
    Column(id="run", title="Run", least=20, most=24, cell=lambda r, _g, _w: cell(r.run)),
    Column(id="what", title="What", least=7, most=7, cell=lambda r, _g, _w: cell(r.operation)),
    Column(id="state", title="State", least=13, most=13, steady=True, cell=state_cell),
    Column(id="outcome", title="Verdicts", least=9, most=36, cell=verdicts_cell),
    Column(id="devices", title="Sensors", least=14, most=48, rank=1, cell=names_cell),
    Column(
        id="started",
        title="Started",
        least=11,
        most=11,
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
"""Every column of the list of runs, from left to right."""


def run_line(row: RunRow, devices: Sequence[str], verdicts: Mapping[Verdict, int]) -> RunLine:
    """The line of a run.

    Args:
        row: the run.
        devices: the names in its plan.
        verdicts: how often each was reached; empty for a run without an end.
    """
    started = datetime.fromisoformat(row.started)
    took = seconds_between(row.started, row.finished) if row.finished else None
    return RunLine(
        run=clean(row.run),
        operation=row.operation.value,
        state=row.state,
        began=row.started,
        started=f"{started.astimezone():%m-%d %H:%M}",
        took="" if took is None else elapsed(took),
        devices=tuple(clean(device, 40) for device in devices),
        verdicts=dict(verdicts),
    )
