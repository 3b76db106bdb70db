"""A line of the table: a device with its part in a run, a count of folded ones, or a group's name."""

from collections.abc import Hashable
from enum import IntEnum

from msgspec import Struct

from sicktui.model.enums import TROUBLE, Verdict
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell, joined
from sicktui.tui.drawing.verdicts import VERDICT_TONES
from sicktui.tui.glyphs import Glyphs
from sicktui.tui.rows.devices import DeviceRow
from sicktui.tui.rows.jobs import JobRow


class Section(IntEnum):
    """The parts of a group, in the order in which they are shown."""

    TROUBLE = 0
    AT_WORK = 1
    WAITING = 2
    OVER = 3


class Fold(Struct, frozen=True, kw_only=True):
    """The devices of a run that need no look now, as a count."""

    waiting: int
    over: tuple[tuple[Verdict, int], ...]
    """How many have which verdict."""
    is_open: bool


class FleetRow(Struct, frozen=True, kw_only=True):
    """One line: of a device, unless ``fold`` or ``heading`` is set."""

    device: DeviceRow | None = None
    lane: JobRow | None = None
    """Its part in a run that is shown."""
    run: str = ""
    """The run of that part, of the fold, or of the group; empty for the devices of no run."""
    fold: Fold | None = None
    heading: str = ""
    """A group's name."""

    @property
    def key(self) -> Hashable:
        """The device's name; a pair for the other lines."""
        if self.device is not None:
            return self.device.device
        return ("fold" if self.fold else "group", self.run)

    @property
    def name(self) -> str | None:
        """The device, if this is the line of one."""
        return self.device.device if self.device else None

    @property
    def section(self) -> Section:
        """Where in its group it belongs."""
        lane = self.lane
        if lane is None:
            return Section.WAITING
        if lane.verdict in TROUBLE:
            return Section.TROUBLE
        if lane.verdict is not None:
            return Section.OVER
        return Section.WAITING if lane.step is None else Section.AT_WORK


def across(row: FleetRow, glyphs: Glyphs, _: int) -> Cell | None:
    """The text of a line that has no columns; ``None`` for a device."""
    if row.fold is not None:
        return _fold_cell(row.fold, glyphs)
    return cell(row.heading, Tone.DIM) if row.device is None else None


def _fold_cell(fold: Fold, glyphs: Glyphs) -> Cell:
    counts = [cell(f"{fold.waiting} waiting", Tone.DIM) if fold.waiting else ()]
    counts += [cell(f"{number} {verdict.value}", VERDICT_TONES[verdict]) for verdict, number in fold.over]
    return (
        Span(f"{glyphs.ellipsis} ", Tone.DIM),
        *joined(counts, Span(f" {glyphs.dot} ", Tone.DIM)),
        Span(f" (enter {'folds' if fold.is_open else 'opens'})", Tone.DIM),
    )
