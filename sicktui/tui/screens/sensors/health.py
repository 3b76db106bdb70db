"""The health of one sensor: findings with remedies, its front by sector, values, its last days."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Final

from textual.binding import Binding, BindingType

from sicktui.engine.context import Context
from sicktui.engine.health.read import Newer, read_health
from sicktui.engine.measuring.receivers import Receivers
from sicktui.model.device import Target
from sicktui.model.errors import SicktuiError
from sicktui.model.health.history import HourPoint
from sicktui.model.health.records import DeviceHealth
from sicktui.model.safe_text import clean
from sicktui.model.wording import age
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.full_screen import FullScreen
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell, joined
from sicktui.tui.rows.health.history import DAYS
from sicktui.tui.rows.health.view import report_lines, summary

_FRESH: Final = 60
"""Seconds up to which a reading is not called old."""
_LOOK: Final = 0.25
"""Seconds between two looks at what was pushed."""
OnHealth = Callable[[DeviceHealth], None]


class HealthScreen(FullScreen[None]):
    """Reads the sensor when it opens, and again on demand. Nothing is written.

    Args:
        appearance: how the dashboard looks.
        context: the engine's context.
        target: the device.
        on_health: called with what was found.
        known: what is known of it already: shown until it has been read.
        read_at: when that was read as a whole.
        latest: what is known of it now, with what it has pushed, once it was read as a whole.
        newer: what was pushed while it is read, for ``read_health``.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("R", "again", "read again"),
        Binding("M", "measure", "does it measure?"),
        Binding("A", "accept", "accept calibration"),
        Binding("Q", "leave", "Back", show=False),
    ]
    first_hints = (("j k", "scroll"),)

    def __init__(
        self,
        appearance: Appearance,
        context: Context,
        target: Target,
        on_health: OnHealth,
        *,
        known: DeviceHealth | None = None,
        read_at: datetime | None = None,
        latest: Callable[[], DeviceHealth | None] = lambda: None,
        newer: Newer | None = None,
    ) -> None:
        super().__init__(appearance)
        self._engine_context = context
        self._target = target
        self._on_health = on_health
        self._found = known
        self._read_at = read_at
        self._latest = latest
        self._newer = newer
        self._history: Sequence[HourPoint] = ()
        self._progress = ""
        self._receivers = Receivers(context.clock)

    def begin(self) -> None:
        """Start reading."""
        self.query_one("#text").focus()
        self.set_interval(_LOOK, self._follow)
        self.action_again()

    def action_again(self) -> None:
        """Read (again)."""
        self._read()

    def action_measure(self) -> None:
        """Read again, and find out whether it measures; listens where this PC gets its scan data."""
        self._read(measuring=True)

    def action_accept(self) -> None:
        """Take the calibration of now as the right one, where it has moved."""
        if self._has_moved():
            self._read(accept=True)

    def keys_now(self) -> list[tuple[str, str]]:
        """The keys that hold now."""
        return [hint for hint in self.key_hints() if hint[0] != "A" or self._has_moved()]

    def _has_moved(self) -> bool:
        found = self._found.report.findings if self._found else ()
        return any(finding.code == "calibration_moved" for finding in found)

    def _read(self, *, accept: bool = False, measuring: bool = False) -> None:
        self.trouble, self._progress = "", "reading..."
        self.paint()
        self.start(self._look(accept=accept, measuring=measuring), "reading the health")

    async def _look(self, *, accept: bool, measuring: bool) -> None:
        self._found = await read_health(
            self._engine_context,
            self._target,
            self._count,
            accept_calibration=accept,
            receivers=self._receivers if measuring else None,
            newer=self._newer,
        )
        self._read_at = self._found.at
        self._history = await asyncio.to_thread(self._kept, self._found)
        self._progress = ""
        self._on_health(self._found)
        self.paint()
        self.show_keys()

    def _follow(self) -> None:
        """Show what has come since: a front must not stay clean on the screen once it does not measure."""
        latest = self._latest()
        if latest is not None and self._found is not None and latest.at > self._found.at:
            self._found = latest
            self.paint()
            self.show_keys()

    def _kept(self, found: DeviceHealth) -> Sequence[HourPoint]:
        """The hours that were kept of the sensor; none if they cannot be read."""
        key = found.identity.key if found.identity else None
        try:
            return self._engine_context.health_history.points(key or "", found.at - timedelta(days=DAYS))
        except SicktuiError:
            return ()  # that it cannot be used was logged when it was written to

    def _when(self) -> str:
        """When it was read, and how long ago that is where it is old."""
        clock = self._engine_context.clock
        at = self._read_at or clock.now()
        seconds = (clock.now() - at).total_seconds()
        ago = f" ({age(seconds, grain=_FRESH)} ago)" if seconds >= _FRESH else ""
        return f"read {at.astimezone():%H:%M:%S}{ago}"

    def _count(self, done: int, total: int) -> None:
        self._progress = f"reading {done} of {total}"
        self.paint_head()

    def paint(self) -> None:
        """Show what is known now."""
        self.paint_head()
        glyphs, found = self.appearance.glyphs, self._found
        width = self.size.width - 3
        self.show_text(
            [] if found is None else report_lines(found.report, found.at, glyphs, width, self._history)
        )

    def paint_head(self) -> None:
        """Show which sensor it is, how it is, and how far the reading is."""
        glyphs, found = self.appearance.glyphs, self._found
        gap = Span(f"  {glyphs.dot}  ", Tone.DIM)
        name = cell(f"Health of {clean(self._target.device, 40)}", Tone.KEY)
        about: Cell = ()
        if found is not None and found.identity is not None:
            who = found.identity
            model = who.device_type or who.name
            about = cell(f"{clean(model, 24)}  {clean(who.runs, 24)}  {clean(who.label, 24)}", Tone.DIM)
        told: list[Cell] = []
        if found is not None:
            told = [summary(found.report, glyphs), cell(self._when(), Tone.DIM)]
        if self._progress:
            told = [*told, cell(self._progress, Tone.BUSY)]
        self.show_head(joined((name, about), gap), joined(told, gap))
