"""Who did what when in a run: its events as spans of time for each device.

Time is the run's own: it begins with 0, and the order of the journal decides. The PC's clock may have been
set back meanwhile, or the run may have been interrupted for a night: such times are left out and noted as
breaks.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Final

from msgspec import UNSET, Struct

from sicktui.model.enums import RunState, Step, StepState, Verdict
from sicktui.model.run.event import (
    Acted,
    Contacted,
    Event,
    Noticed,
    Planned,
    RunChanged,
    StepChanged,
    Summarised,
    VerdictReached,
)
from sicktui.model.run.plan import RunSpec
from sicktui.model.settings import Timing


class Phase(StrEnum):
    """What a device is doing."""

    WAIT = "waits"
    CHECK = "check"
    BACKUP = "backup"
    UPLOAD = "upload"
    FLASH = "flash"
    REBOOT = "reboot"
    AWAY = "away"
    VERIFY = "verify"
    RESTORE = "restore"
    SAVE = "save"


PHASES: Final[dict[Step, Phase]] = {
    Step.PREFLIGHT: Phase.CHECK,
    Step.AUTHENTICATE: Phase.CHECK,
    Step.BACKUP: Phase.BACKUP,
    Step.CREATE: Phase.BACKUP,
    Step.DOWNLOAD: Phase.BACKUP,
    Step.STORE: Phase.BACKUP,
    Step.UPLOAD: Phase.UPLOAD,
    Step.TRIGGER: Phase.FLASH,
    Step.FLASH: Phase.FLASH,
    Step.REBOOT: Phase.REBOOT,
    Step.VERIFY: Phase.VERIFY,
    Step.ACTIVATE: Phase.RESTORE,
    Step.PERSIST: Phase.SAVE,
}
"""The phase of each step."""
_SENDS: Final = frozenset({"put_update", "put_backup", "run_firmware_update", "restore", "create_backup"})
"""Acts whose repetition is a further try."""
_PAUSE: Final = 5.0
"""Seconds between two runners up to which no break is shown."""
_SLACK: Final = 60.0


class PhaseSpan(Struct, frozen=True):
    """A stretch of one phase, in seconds since the start of the run."""

    phase: Phase
    start: float
    end: float


class Try(Struct, frozen=True):
    """A moment at which something was sent once more."""

    at: float
    number: int
    """2 for the second time."""


class DeviceTimeline(Struct, frozen=True, kw_only=True):
    """What one device did."""

    device: str
    spans: tuple[PhaseSpan, ...] = ()
    """In order, without overlap."""
    tries: tuple[Try, ...] = ()
    verdict: Verdict | None = None
    ended: float | None = None
    """When the verdict was reached."""

    @property
    def at_work(self) -> float:
        """Seconds from its first step to its verdict, or until now."""
        working = [span for span in self.spans if span.phase is not Phase.WAIT]
        return working[-1].end - working[0].start if working else 0.0

    def total(self, phase: Phase) -> float:
        """Seconds in one phase."""
        return sum(span.end - span.start for span in self.spans if span.phase is phase)


class Break(Struct, frozen=True):
    """Time that is left out."""

    at: float
    seconds: float
    """How long it was; negative where the clock was set back."""
    interrupted: bool
    """Whether the run had no runner; otherwise the PC's clock was set."""


class Timeline(Struct, frozen=True, kw_only=True):
    """A run over time."""

    started: str
    """When it began (RFC 3339)."""
    seconds: float
    """How long it has taken, without the breaks."""
    devices: tuple[DeviceTimeline, ...]
    breaks: tuple[Break, ...] = ()
    live: bool = False

    @property
    def phases(self) -> list[Phase]:
        """The phases that occur, in their usual order."""
        used = {span.phase for device in self.devices for span in device.spans}
        return [phase for phase in Phase if phase in used]


class _Lane:
    """What is known of one device so far."""

    def __init__(self, device: str) -> None:
        self.device = device
        self.spans: list[PhaseSpan] = []
        self.tries: list[Try] = []
        self.phase: Phase | None = Phase.WAIT
        self.since = 0.0
        self.silent_since: float | None = None
        self.sent: dict[str, int] = {}
        self.verdict: Verdict | None = None
        self.ended: float | None = None

    def turn(self, phase: Phase | None, now: float) -> None:
        """End the phase that is open, and begin another."""
        self._close(now)
        self.phase, self.since = phase, now
        if self.silent_since is not None:
            self.silent_since = now

    def hear(self, now: float, *, answered: bool) -> None:
        """The sensor answered, or did not."""
        if answered and self.silent_since is not None:
            self._close(now)
            self.since, self.silent_since = now, None
        elif not answered and self.silent_since is None and self.verdict is None:
            self.silent_since = now

    def _close(self, now: float) -> None:
        for span in self.open_spans(now):
            last = self.spans[-1] if self.spans else None
            if last is not None and last.phase is span.phase and last.end == span.start:
                self.spans[-1] = PhaseSpan(span.phase, last.start, span.end)
            else:
                self.spans.append(span)

    def open_spans(self, now: float) -> list[PhaseSpan]:
        """What is under way, up to now."""
        if self.phase is None:
            return []
        quiet = now if self.silent_since is None else max(self.since, self.silent_since)
        found = (PhaseSpan(self.phase, self.since, quiet), PhaseSpan(Phase.AWAY, quiet, now))
        return [span for span in found if span.end > span.start]

    def result(self, now: float) -> DeviceTimeline:
        return DeviceTimeline(
            device=self.device,
            spans=(*self.spans, *self.open_spans(now)),
            tries=tuple(self.tries),
            verdict=self.verdict,
            ended=self.ended,
        )


class TimelineBuilder:
    """Takes the events of a run in the order of its journal.

    Args:
        spec: the run.
    """

    def __init__(self, spec: RunSpec) -> None:
        self._spec = spec
        self._lanes = {item.device: _Lane(item.device) for item in spec.items}
        for item in spec.items:
            if not item.may_go:
                self._lanes[item.device].phase = None
        self._now = 0.0
        self._last = datetime.fromisoformat(spec.created)
        self._breaks: list[Break] = []
        self._longest = _SLACK + max((_longest_wait(item.target.timing) for item in spec.items), default=0.0)
        self._over = False

    def add(self, events: Iterable[Event]) -> None:
        """Take further events."""
        for event in events:
            self._advance(event)
            self._take(event)

    def _advance(self, event: Event) -> None:
        """Move the run's own time on to an event."""
        if isinstance(event, RunChanged) and event.state is RunState.INTERRUPTED:
            return  # It is found when somebody looks, and nothing has happened since the last event.
        moment = datetime.fromisoformat(event.ts)
        passed = (moment - self._last).total_seconds()
        self._last = moment
        new_runner = isinstance(event, RunChanged) and event.state is RunState.RUNNING
        if new_runner and passed > _PAUSE and self._now > 0.0:
            self._breaks.append(Break(self._now, passed, interrupted=True))
        elif passed > self._longest or passed < -_PAUSE:
            self._breaks.append(Break(self._now, passed, interrupted=False))
        else:
            # A few seconds back are the clock being corrected, or two writers of one moment.
            self._now += max(0.0, passed)

    def _take(self, event: Event) -> None:
        if isinstance(event, RunChanged | Summarised):
            self._over = not (isinstance(event, RunChanged) and event.state is RunState.RUNNING)
            return
        device = getattr(event, "device", UNSET)
        if isinstance(event, Planned) or not isinstance(device, str):
            return
        lane = self._lanes.setdefault(device, _Lane(device))
        match event:
            case StepChanged():
                self._step(lane, event)
            case Acted(phase="intended") if event.act in _SENDS:
                number = lane.sent[event.act] = lane.sent.get(event.act, 0) + 1
                if number > 1:
                    lane.tries.append(Try(self._now, number))
            case Noticed():
                lane.hear(self._now, answered=not event.known.silent)
            case Contacted():
                lane.hear(self._now, answered=event.answered)
            case VerdictReached():
                lane.turn(None, self._now)
                lane.verdict, lane.ended, lane.silent_since = event.verdict, self._now, None
            case _:
                pass

    def _step(self, lane: _Lane, event: StepChanged) -> None:
        if lane.verdict is not None:
            return
        if event.state is StepState.STARTED:
            phase = PHASES[event.step]
            if lane.phase is not phase:
                lane.turn(phase, self._now)
        elif lane.phase is PHASES[event.step] and lane.phase is not Phase.FLASH:
            # What comes between two steps is the program's own work; a trigger and its flash are one.
            lane.turn(Phase.VERIFY if event.step is Step.VERIFY else Phase.CHECK, self._now)

    def result(self, now: datetime | None = None) -> Timeline:
        """The run as far as it is known.

        Args:
            now: for a run that is running: the spans under way last until then.
        """
        end = self._now
        live = now is not None and not self._over
        if now is not None and not self._over:
            end += min(max(0.0, (now - self._last).total_seconds()), self._longest)
        return Timeline(
            started=self._spec.created,
            seconds=end,
            devices=tuple(lane.result(end) for lane in self._lanes.values()),
            breaks=tuple(self._breaks),
            live=live,
        )


def _longest_wait(timing: Timing) -> float:
    """The longest time in which a job may write nothing: its longest deadline."""
    return max(
        timing.autostart_wait,
        timing.flash_timeout,
        timing.reconnect_timeout,
        timing.stall_timeout,
        timing.backup_timeout,
    )
