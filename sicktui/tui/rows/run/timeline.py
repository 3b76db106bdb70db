"""The timeline of a run: a row a device with its picture, and what is shown around it."""

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from msgspec import Struct

from sicktui.engine.reports.picture_text import (
    LETTERS,
    axis,
    break_words,
    fitting_scale,
    sample,
    tries_at,
)
from sicktui.engine.reports.timeline import DeviceTimeline, Phase, Timeline
from sicktui.model.enums import count_verdicts
from sicktui.model.safe_text import clean
from sicktui.model.wording import duration, elapsed
from sicktui.tui.drawing.columns import Column, shortened
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell, flow, joined
from sicktui.tui.drawing.verdicts import VERDICT_TONES, verdict_cell
from sicktui.tui.glyphs import Glyphs

SIGNS: Final[dict[Phase, str]] = {
    Phase.WAIT: "·",
    Phase.CHECK: "─",
    Phase.BACKUP: "▒",
    Phase.UPLOAD: "▓",
    Phase.FLASH: "█",
    Phase.REBOOT: "▄",
    Phase.AWAY: "░",
    Phase.VERIFY: "▀",
    Phase.RESTORE: "█",
    Phase.SAVE: "■",
}
"""Characters that the fonts of a Windows console have."""
TONES: Final[dict[Phase, Tone]] = {
    Phase.WAIT: Tone.DIM,
    Phase.CHECK: Tone.DIM,
    Phase.BACKUP: Tone.PLAIN,
    Phase.UPLOAD: Tone.BUSY,
    Phase.FLASH: Tone.KEY,
    Phase.REBOOT: Tone.WARN,
    Phase.AWAY: Tone.WARN,
    Phase.VERIFY: Tone.GOOD,
    Phase.RESTORE: Tone.KEY,
    Phase.SAVE: Tone.PLAIN,
}
_WORDY: Final = 17
"""Cells in which the verdict has its word."""
_ZOOM: Final = 2.0


class Window(Struct, frozen=True):
    """The part of a run that is shown."""

    scale: float = 0.0
    """Seconds of a column; 0: as many as it takes to show the whole run."""
    first: float = 0.0
    """The second at which the picture begins."""

    def scale_for(self, seconds: float, columns: int) -> float:
        """The scale for a run of this length in this many columns."""
        return self.scale or fitting_scale(seconds, columns)

    def zoomed(self, seconds: float, columns: int, direction: int) -> "Window":
        """The same part at a larger (1) or smaller (-1) scale; the middle stays where it is."""
        before = self.scale_for(seconds, columns)
        after = before / _ZOOM if direction > 0 else before * _ZOOM
        whole = fitting_scale(seconds, columns)
        if after >= whole:
            return Window()
        after = max(0.1, after)
        middle = self.first + before * columns / 2
        return Window(after, _bounded(middle - after * columns / 2, seconds, after * columns))

    def moved(self, seconds: float, columns: int, direction: int) -> "Window":
        """The part half a screen further to the right (1) or left (-1)."""
        scale = self.scale_for(seconds, columns)
        first = self.first + direction * scale * columns / 2
        return Window(self.scale, _bounded(first, seconds, scale * columns))


def _bounded(first: float, seconds: float, shown: float) -> float:
    return max(0.0, min(first, seconds - shown))


class TimelineRow(Struct, frozen=True, kw_only=True):
    """One device of the timeline."""

    lane: DeviceTimeline
    seconds: float
    """How long the run has taken."""
    window: Window = Window()
    live: bool = True
    """Whether the run is running; without a verdict, the device is at work only then."""

    @property
    def key(self) -> str:
        """The device."""
        return self.lane.device


def timeline_rows(timeline: Timeline, window: Window) -> list[TimelineRow]:
    """A row for each device, in the order of the plan."""
    # Until a whole second has passed, nothing in a row that does not work changes.
    seconds = float(int(timeline.seconds) + 1)
    return [
        TimelineRow(lane=lane, seconds=seconds, window=window, live=timeline.live)
        for lane in timeline.devices
    ]


def sign_of(phase: Phase, glyphs: Glyphs) -> str:
    """The sign of a phase in this terminal."""
    return SIGNS[phase] if glyphs.unicode else LETTERS[phase]


def picture_cell(row: TimelineRow, glyphs: Glyphs, width: int) -> Cell:
    """What the device did, from left to right."""
    scale = row.window.scale_for(row.seconds, width)
    first = row.window.first
    tries = tries_at(row.lane, first, scale, width)
    signs = [
        (tries[column], Tone.BAD)
        if column in tries
        else (sign_of(phase, glyphs), TONES[phase])
        if phase
        else (" ", Tone.PLAIN)
        for column, phase in enumerate(sample(row.lane, first, scale, width))
    ]
    spans = [
        Span("".join(sign for sign, _ in group), tone)
        for tone, group in groupby(signs, key=lambda pair: pair[1])
    ]
    if spans and not spans[-1].text.strip():
        spans.pop()
    return tuple(spans)


def end_cell(row: TimelineRow, glyphs: Glyphs, width: int) -> Cell:
    """How it ended, what is under way or where it was interrupted, and for how long it has worked."""
    lane = row.lane
    took = elapsed(lane.at_work) if lane.at_work else ""
    if lane.verdict is not None:
        word = f" {lane.verdict.value}" if width >= _WORDY else ""
        return _ended(f"{glyphs.verdict(lane.verdict)}{word}", VERDICT_TONES[lane.verdict], took)
    phase = lane.spans[-1].phase if lane.spans else Phase.WAIT
    if phase is Phase.WAIT:
        return cell(f"{glyphs.waiting} waits" if width >= _WORDY else glyphs.waiting, Tone.DIM)
    word = f" {phase.value}" if width >= _WORDY else ""
    sign, tone = (glyphs.busy, Tone.BUSY) if row.live else (glyphs.warning, Tone.WARN)
    return _ended(f"{sign}{word}", tone, took)


def _ended(what: str, tone: Tone, took: str) -> Cell:
    return (Span(what, tone), Span(f" {took}", Tone.DIM)) if took else cell(what, tone)


PICTURE: Final = "picture"
TIMELINE_COLUMNS: Final[tuple[Column[TimelineRow], ...]] = (
    Column(
        id="device",
        title="Name",
        least=8,
        ample=12,
        most=24,
        cell=shortened(lambda r: clean(r.lane.device, 60)),
    ),
    Column(id=PICTURE, title="", least=14, most=1000, rank=1, steady=True, cell=picture_cell),
    Column(id="end", title="", least=7, comfort=17, most=19, cell=end_cell),
)
"""Every column of the timeline, from left to right."""


def axis_text(timeline: Timeline, window: Window, columns: int, glyphs: Glyphs) -> str:
    """The line above the pictures."""
    scale = window.scale_for(float(int(timeline.seconds) + 1), columns)
    cut = "¦" if glyphs.unicode else "|"
    return axis(window.first, scale, columns, timeline.breaks, cut)


def legend(timeline: Timeline, glyphs: Glyphs) -> Cell:
    """What the signs mean, as far as they occur."""
    signs = [
        (Span(sign_of(phase, glyphs), TONES[phase]), Span(f" {phase.value}", Tone.DIM))
        for phase in timeline.phases
    ]
    if any(lane.tries for lane in timeline.devices):
        signs.append((Span("2", Tone.BAD), Span(" second try", Tone.DIM)))
    return joined(signs, Span("  "))


def about_lane(lane: DeviceTimeline, words: Sequence[Cell], glyphs: Glyphs, width: int) -> list[Cell]:
    """The selected device: how long each phase took, and what became of it.

    Args:
        lane: the device.
        words: what the run has to say about it.
        glyphs: the signs of this terminal.
        width: cells of a line; no sign is parted from its word.
    """
    parts: list[Cell] = [
        (Span(f"{sign_of(phase, glyphs)} ", TONES[phase]), Span(f"{phase.value} {duration(total)}"))
        for phase in Phase
        if (total := lane.total(phase)) > 0
    ]
    if lane.tries:
        parts.append(cell(f"{lane.tries[-1].number} tries", Tone.BAD))
    name = Span(f"{clean(lane.device, 60)}: ", Tone.KEY)
    first, *rest = parts or [cell("not begun", Tone.DIM)]
    return [*flow([(name, *first), *rest], width, "  "), *words]


def break_lines(timeline: Timeline, glyphs: Glyphs) -> list[Cell]:
    """Why time is left out of the picture."""
    cut = "¦" if glyphs.unicode else "|"
    return [cell(f"{cut} {break_words(found)}", Tone.WARN) for found in timeline.breaks]


def counts_cell(timeline: Timeline, glyphs: Glyphs) -> Cell:
    """The verdicts so far, and who is at work; of a run that was interrupted, who has no verdict."""
    reached = [lane.verdict for lane in timeline.devices if lane.verdict is not None]
    parts = [verdict_cell(verdict, glyphs, number) for verdict, number in count_verdicts(reached).items()]
    unjudged = len(timeline.devices) - len(reached)
    if not timeline.live:
        parts += [cell(f"{glyphs.warning} {unjudged} without a verdict", Tone.WARN)] if unjudged else []
        return joined(parts, Span("  "))
    waiting = sum(
        lane.verdict is None and all(span.phase is Phase.WAIT for span in lane.spans)
        for lane in timeline.devices
    )
    working = unjudged - waiting
    parts += [cell(f"{glyphs.busy} {working} at work", Tone.BUSY)] if working else []
    parts += [cell(f"{glyphs.waiting} {waiting} waiting", Tone.DIM)] if waiting else []
    return joined(parts, Span("  "))
