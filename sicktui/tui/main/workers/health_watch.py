"""Keeps the health of the listed sensors known: reads them slowly in a worker, and takes what they push."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from msgspec import structs
from textual.screen import Screen

from sicktui.engine.context import Context
from sicktui.model.clock import timestamp
from sicktui.model.device import Identity, Observation, Target
from sicktui.model.enums import Level, UpdateState
from sicktui.model.health.announcing import Announcements
from sicktui.model.health.records import DeviceHealth, Finding, Readings, Weight, code_words
from sicktui.model.health.since import redated, turned, values_of
from sicktui.tui.main.notifier import Notifier
from sicktui.tui.main.workers.metrics_keeper import MetricsKeeper
from sicktui.tui.state.dashboard import DashboardState, LastObservation

if TYPE_CHECKING:
    from sicktui.engine.health.rounds import HealthRounds
    from sicktui.sensor.events.messages import Pushed

WORKER: Final = "read the health"


class HealthWatch:
    """Reads, judges and reports: the marks of the list, and the log lines when a finding begins and ends.

    Args:
        screen: owns the worker.
        context: for the engine.
        dashboard: what the dashboard knows.
        notifier: for the log.
    """

    def __init__(
        self,
        screen: "Screen[None]",
        context: Context,
        dashboard: DashboardState,
        notifier: Notifier,
    ) -> None:
        self._screen = screen
        self._context = context
        self._dashboard = dashboard
        self._notifier = notifier
        self._metrics = MetricsKeeper(screen, context, dashboard)
        self._repaint: Callable[[], None] = lambda: None
        self._rounds: HealthRounds | None = None
        self._announced = Announcements()
        self._waiting: set[str] = set()
        """Devices whose next change is reported when a timer ends."""

    def start(self, repaint: Callable[[], None]) -> None:
        """Begin to read, if the settings say so.

        Args:
            repaint: called when a mark has changed.
        """
        self._repaint = repaint
        self._begin()

    def _begin(self) -> None:
        interval = self._context.settings.dashboard.health_interval * 60
        if not interval:
            return
        from sicktui.engine.health.rounds import HealthRounds  # noqa: PLC0415 - after the first picture

        readings = self._dashboard.health.readings
        self._rounds = HealthRounds(self._context, interval, self._is_free, self._know, newer=readings)
        for name, last in self._dashboard.observations.items():
            self._announce(name, last.observation)
        self._screen.run_worker(
            self._rounds.run(), group="health", name=WORKER, exclusive=True, exit_on_error=False
        )

    def lost(self, worker: str | None) -> None:
        """A worker has failed: if it was this one, it is started again by the next refresh."""
        if worker == WORKER:
            self._rounds = None

    def restart(self) -> None:
        """Start again after a failure."""
        if self._rounds is None:
            self._begin()

    def keep(self, targets: Mapping[str, Target]) -> None:
        """The device list has changed."""
        self._dashboard.health.keep(targets)
        self._announced.keep(targets)
        if self._rounds is not None:
            self._rounds.keep(targets)

    def take(self, found: DeviceHealth) -> None:
        """A view has read a sensor."""
        if self._rounds is not None:
            self._rounds.taken(found.device)
        self._know(found)

    def observed(self, seen: Observation, before: LastObservation | None) -> None:
        """A look has ended: its values are newer than those of the last reading."""
        self._announce(seen.device, seen)
        self._metrics.soon()
        if seen.identity is None:
            return
        self._refresh(seen.device, seen.identity, values_of(seen))
        if self._rounds is not None and before is not None and _is_change(before, seen):
            self._rounds.changed(seen.device)

    def pushed(self, target: Target, identity: Identity, pushed: "Pushed") -> None:
        """A sensor has pushed a value."""
        if self._dashboard.targets.get(target.device) == target and not self.is_owned(target.device):
            self._refresh(target.device, identity, {pushed.event.value: pushed.raw})

    def _announce(self, device: str, seen: Observation) -> None:
        target = self._dashboard.targets.get(device)
        if self._rounds is not None and target is not None and _is_settled(seen):
            self._rounds.answered(target)

    def _refresh(self, device: str, identity: Identity, values: Mapping[str, Any]) -> None:
        readings = self._dashboard.health.with_values(device, identity, values)
        if readings is not None:
            before = self._dashboard.health.known(device, identity)
            self._know(self._judged(device, readings, before), whole=False)

    def _judged(self, device: str, readings: Readings, before: DeviceHealth | None) -> DeviceHealth:
        from sicktui.engine.health.fresh import judged  # noqa: PLC0415 - after the first picture

        found = judged(self._context, self._dashboard.targets[device], readings)
        report = redated(found.report, before.report if before else None, timestamp(found.at))
        return structs.replace(found, report=report)

    def _know(self, found: DeviceHealth, *, whole: bool = True) -> None:
        if found.device not in self._dashboard.targets:
            return
        before = self._dashboard.health.take(found, whole=whole)
        self._metrics.soon(found if whole or self._dashboard.health.read_at(found.device) else None)
        if found.identity is None:
            return
        change = turned(before.report if before else None, found.report)
        if change.begun or change.ended:
            self._repaint()
        self._announce_news(found, anew=before is None, whole=whole)

    def _announce_news(self, found: DeviceHealth, *, anew: bool = False, whole: bool = False) -> None:
        """Report what has begun and ended, now or once it is this sensor's turn again."""
        device, now = found.device, self._context.clock.monotonic()
        begun, ended = self._announced.news(device, found.report, now, anew=anew)
        if begun:
            key = self._dashboard.key_of("health")
            self._notifier.log(_begun(begun, key), device, _level(begun))
        if ended:
            self._notifier.log(f"over: {_names(ended)}.", device)
        # A few values before the first whole reading would end in the history what they do not show.
        if (begun or ended) and not whole and self._dashboard.health.read_at(device):
            self._screen.run_worker(self._note(found), group="health notes", exit_on_error=False)
        if (wait := self._announced.wait(device, now)) and device not in self._waiting:
            self._waiting.add(device)
            self._screen.set_timer(wait, partial(self._announce_later, device))

    def _announce_later(self, device: str) -> None:
        self._waiting.discard(device)
        found = self._dashboard.health.known(device, self._dashboard.identity_of(device))
        if found is not None:
            self._announce_news(found)

    async def _note(self, found: DeviceHealth) -> None:
        from sicktui.engine.health.fresh import note_fresh  # noqa: PLC0415 - after the first picture

        if target := self._dashboard.targets.get(found.device):
            await note_fresh(self._context, target, found)

    def is_owned(self, device: str) -> bool:
        """Whether a run is using the sensor."""
        return device in self._dashboard.owners

    def _is_free(self, device: str) -> bool:
        last = self._dashboard.observations.get(device)
        return last is not None and _is_settled(last.observation) and not self.is_owned(device)


def _is_settled(seen: Observation) -> bool:
    return seen.reachable and seen.identity is not None and seen.update_state is not UpdateState.STARTED


def _is_change(before: LastObservation, seen: Observation) -> bool:
    """Whether more may have changed with it."""
    was, now = before.observation, seen
    if not was.reachable or was.identity is None or now.identity is None:
        return True
    return (was.update_state, was.health.status, was.identity.runs) != (
        now.update_state,
        now.health.status,
        now.identity.runs,
    )


def _level(findings: Sequence[Finding]) -> Level:
    return Level.ERROR if findings[0].level is Weight.ERROR else Level.WARNING


def _begun(findings: Sequence[Finding], key: str) -> str:
    """One finding in its own words, more of them by their names."""
    if len(findings) == 1:
        return f"{findings[0].message} {findings[0].advice}".strip()
    way = f" Press {key} for the remedies." if key else ""
    return f"{len(findings)} findings: {_names(findings)}.{way}"


def _names(findings: Sequence[Finding]) -> str:
    return ", ".join(code_words(finding.code) for finding in findings)
