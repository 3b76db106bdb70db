"""Writes the file of metrics while the dashboard runs, off the event loop."""

import asyncio
from typing import TYPE_CHECKING, Final

from textual.screen import Screen

from sicktui.engine.context import Context
from sicktui.model.health.records import DeviceHealth
from sicktui.tui.messages import TroubleMet
from sicktui.tui.state.dashboard import DashboardState

if TYPE_CHECKING:
    from sicktui.engine.metrics.publish import Metrics

SOON: Final = 30.0
"""Seconds in which what is read of all sensors is gathered for one write."""


class MetricsKeeper:
    """Writes what was read since, where the settings name a file.

    Args:
        screen: owns the worker and the timer.
        context: for the stores.
        dashboard: what was seen last of each device.
    """

    def __init__(self, screen: "Screen[None]", context: Context, dashboard: DashboardState) -> None:
        self._screen = screen
        self._context = context
        self._dashboard = dashboard
        self._read: dict[str, DeviceHealth] = {}
        self._waits = False
        self._settings = context.settings.metrics
        self._metrics: Metrics | None = None

    def soon(self, found: DeviceHealth | None = None) -> None:
        """Write soon; what is gathered until then goes with it.

        Args:
            found: the health of a sensor, if that was read.
        """
        if not self._context.settings.metrics.file:
            return
        if found is not None:
            self._read[found.device] = found
        if not self._waits:
            self._waits = True
            self._screen.set_timer(SOON, self._begin)

    def _begin(self) -> None:
        self._waits = False
        self._screen.run_worker(self._write(), group="metrics", name="write the metrics", exit_on_error=False)

    async def _write(self) -> None:
        from sicktui.engine.metrics.publish import Fresh, Metrics  # noqa: PLC0415 - after the first picture

        context = self._context
        if self._metrics is None or self._settings != context.settings.metrics:
            self._settings = context.settings.metrics
            self._metrics = Metrics(context.home, self._settings, context.clock)
        health, self._read = tuple(self._read.values()), {}
        seen = tuple(last.observation for last in self._dashboard.observations.values())
        fresh = Fresh(observations=seen, health=health)
        if trouble := await asyncio.to_thread(self._metrics.publish, await context.opened_journal(), fresh):
            self._screen.post_message(TroubleMet(trouble))
