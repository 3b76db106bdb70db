"""What one job records of its device: steps, acts, progress, states, contact."""

import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Final, Literal, TypeVar

from msgspec import UNSET, UnsetType

from sicktui.engine.job.control import Control
from sicktui.engine.job.ended import JobEnded
from sicktui.engine.job.recorder import Recorder
from sicktui.model.clock import Clock
from sicktui.model.device import Identity
from sicktui.model.enums import Level, Step, StepState, UpdateState
from sicktui.model.health.records import Finding
from sicktui.model.passwords.login import locked_words
from sicktui.model.restore.observations import RestoreBefore
from sicktui.model.run.event import (
    Acted,
    Checked,
    Compared,
    Contacted,
    Event,
    Logged,
    Noticed,
    ParameterChange,
    Progressed,
    PutOff,
    StepChanged,
    Surveyed,
    UpdateStateRead,
)
from sicktui.model.update.observations import Known, Reading
from sicktui.stores.journal.database import JournalError

PROGRESS_INTERVAL: Final = 0.34
"""Seconds between two progress events of a device: the contract allows four a second, the last one too."""
CONTACT_INTERVAL: Final = 1.0
MOST_CHANGES: Final = 100
"""Changed parameters that are recorded of a device: a journal is not for all that a reset has lost."""

AnyEvent = TypeVar("AnyEvent", bound=Event)

Act = Literal["put_update", "run_firmware_update", "create_backup", "persist", "put_backup", "restore"]

IRREVOCABLE: Final[frozenset[Act]] = frozenset({"put_update", "run_firmware_update", "put_backup", "restore"})
"""Acts after which a job is finished, whatever happens to the run."""


class StepHandle:
    """The step under way; set ``detail`` for what is shown when it ends."""

    def __init__(self) -> None:
        self.detail = ""
        self.skipped = False

    def skip(self, detail: str) -> None:
        """End the step as skipped, with the reason."""
        self.skipped = True
        self.detail = detail


class ActHandle:
    """An act under way; say how it ended where that is more than a return or an exception."""

    def __init__(self) -> None:
        self.phase: Literal["done", "failed"] = "done"
        self.detail = ""
        self.outcome = ""
        self.sent = 0

    def ended(self, done: bool, *, outcome: str, sent: int = 0, detail: str = "") -> None:
        """Record what became of it.

        Args:
            done: whether the sensor answered with Ok.
            outcome: the machine's word for it.
            sent: bytes of a file that left this PC.
            detail: what the sensor answered.
        """
        self.phase = "done" if done else "failed"
        self.outcome, self.sent, self.detail = outcome, sent, detail


class JobRecord:
    """Makes the events of one device and passes them to the run's recorder.

    Args:
        recorder: where the events go.
        device: the device's name.
        clock: where time comes from.
        control: whether the run was cancelled; no irrevocable act begins after that.
    """

    def __init__(self, recorder: Recorder, device: str, clock: Clock, control: Control) -> None:
        self.device = device
        self.wrote = False
        """Whether an act that the sensor can feel was begun."""
        self.irrevocable = False
        """Whether the job must be finished: something of it may have reached the sensor. Set before the
        intention is committed, without an await since the last look at the cancel flag."""
        self.step: Step | None = None
        self._acting = False
        self._open = False
        self._recorder = recorder
        self._control = control
        self._clock = clock
        self._last_progress = float("-inf")
        self._last_end: int | None = None
        self._last_contact = float("-inf")
        self._answering: bool | None = None
        self._state: UpdateState | None = None

    @asynccontextmanager
    async def stepping(self, step: Step) -> AsyncIterator[StepHandle]:
        """Record the start of a step, and how it ended."""
        self.step = step
        handle = StepHandle()
        await self._step(step, StepState.STARTED, "")
        try:
            yield handle
        except JobEnded as stop:
            await self._step(step, StepState.FAILED if stop.is_failure else StepState.SKIPPED, stop.message)
            raise
        except Exception as error:
            await self._step(step, StepState.FAILED, str(error))
            raise
        await self._step(step, StepState.SKIPPED if handle.skipped else StepState.DONE, handle.detail)

    def resumed(self) -> None:
        """Take up a job of which something may have reached the sensor already."""
        self.wrote = self.irrevocable = True

    async def abandon(self, detail: str) -> None:
        """Record the end of the step in which a job was cancelled, if it was in one."""
        if self.step is not None and self._open:
            await self._step(self.step, StepState.SKIPPED, detail)

    async def put_off(self, why: str) -> None:
        """Record that the job has begun nothing and waits again."""
        with contextlib.suppress(JournalError):  # it decides nothing
            await self.abandon(why)
            await self.log(Level.INFO, why)
            await self._record(self._event(PutOff, message=why))

    @property
    def cancellable(self) -> bool:
        """Whether the job may be cancelled in the middle of what it waits for, at this moment."""
        return not self.irrevocable and not self._acting

    def checkpoint(self) -> None:
        """Raise JobEnded if the run was cancelled and this job can still be left undone."""
        if not self.irrevocable:
            self._control.checkpoint()

    async def skipped(self, step: Step, detail: str) -> None:
        """Record a step that is not needed."""
        await self._step(step, StepState.SKIPPED, detail)

    async def step_changed(self, step: Step, state: StepState, detail: str) -> None:
        """Record that a step began or ended, where ``stepping`` does not fit."""
        self.step = step
        await self._step(step, state, detail)

    def _event(self, kind: Callable[..., AnyEvent], **facts: object) -> AnyEvent:
        """An event of this device that happens now."""
        return kind(ts=self._recorder.now(), run=self._recorder.run, device=self.device, **facts)

    async def _record(self, event: Event) -> None:
        """Record what was seen or done.

        Once something may have reached the sensor, the job is finished even while the journal cannot be
        written: then it is written later.

        Raises:
            JournalError: it could not be written, and nothing has reached the sensor yet.
        """
        try:
            await self._recorder.record(event)
        except JournalError:
            if not self.irrevocable:
                raise
            self._recorder.defer(event)

    async def _step(self, step: Step, state: StepState, detail: str) -> None:
        self._open = state is StepState.STARTED
        await self._record(
            self._event(
                StepChanged,
                step=step,
                state=state,
                detail=detail,
            )
        )

    @asynccontextmanager
    async def acting(
        self,
        act: Act,
        detail: str = "",
        *,
        outcome: str = "",
        before: RestoreBefore | UnsetType = UNSET,
    ) -> AsyncIterator[ActHandle]:
        """Commit the intention, do it, commit the outcome. The body runs only once it is on disk.

        Args:
            act: what is done.
            detail: what a resumed job must know of it.
            outcome: what came of the acts before it, where that is known only now.
            before: what was read before a restore.

        Raises:
            JobEnded: the run was cancelled before, or nothing may begin now; nothing was done.
            JournalError: the intention cannot be recorded; nothing was done.
        """
        if not self.irrevocable:
            await self._control.may_act()
        if act in IRREVOCABLE:
            # No await between the look and the flag: a cancel comes before both or after both.
            self.checkpoint()
            self.irrevocable = True
        # Saving parameters is harmless: the job may be cancelled after it, only not in the middle.
        self._acting = act == "persist"
        try:
            await self._act(act, "intended", detail, outcome=outcome, before=before)
            self.wrote = self.wrote or act != "create_backup"
            handle = ActHandle()
            try:
                yield handle
            except Exception as error:
                await self._act(act, "failed", str(error))
                raise
            await self._act(act, handle.phase, handle.detail, outcome=handle.outcome, sent=handle.sent)
        finally:
            self._acting = False

    async def _act(
        self,
        act: Act,
        phase: Literal["intended", "done", "failed"],
        detail: str,
        *,
        outcome: str = "",
        sent: int = 0,
        before: RestoreBefore | UnsetType = UNSET,
    ) -> None:
        event = self._event(
            Acted,
            act=act,
            phase=phase,
            detail=detail,
            outcome=outcome,
            sent=sent,
            before=before,
        )
        # What cannot be recorded beforehand is not done.
        await (self._recorder.record(event) if phase == "intended" else self._record(event))

    def progress(self, step: Step, sent: int, total: int) -> None:
        """Record bytes moved. The first and the last report are always recorded, but only once each."""
        now = self._clock.monotonic()
        end = sent if sent == 0 else 1 if sent >= total else None
        if (end is None or end == self._last_end) and now - self._last_progress < PROGRESS_INTERVAL:
            return
        self._last_progress, self._last_end = now, end
        self._recorder.record_soon(
            self._event(
                Progressed,
                step=step,
                sent=sent,
                total=total,
            )
        )

    def contact(self, answered: bool) -> None:
        """Record whether the sensor answered: at once when that changes, else once a second."""
        now = self._clock.monotonic()
        if answered == self._answering and now - self._last_contact < CONTACT_INTERVAL:
            return
        self._answering, self._last_contact = answered, now
        self._recorder.record_soon(self._event(Contacted, answered=answered))

    async def state(self, value: UpdateState) -> None:
        """Record ``UpdateState`` when it differs from the last one read."""
        if value is self._state:
            return
        self._state = value
        await self._record(
            self._event(
                UpdateStateRead,
                value=int(value),
                name=value.label,
            )
        )

    async def survey(self, identity: Identity, before: Reading, *, backup: str | None) -> None:
        """Record what the sensor was right before the first write."""
        await self._record(
            self._event(
                Surveyed,
                identity=identity,
                update_state=int(before.state or UpdateState.INITIAL),
                power_on_count=before.power_on,
                hours=before.hours,
                clock=before.clock,
                checksum=before.checksum,
                calibration=before.calibration,
                sums_ok=before.sums_ok,
                backup=backup,
            )
        )

    async def noticed(self, known: Known) -> None:
        """Record what the looks of an update have shown so far."""
        await self._record(self._event(Noticed, known=known))

    async def checked(self, *, measuring: str, measured: Sequence[str], found: Sequence[Finding]) -> None:
        """Record what an update has changed of a sensor's health, and whether it measures."""
        sentences = [f"{finding.level.value}: {finding.message}" for finding in found]
        await self._record(
            self._event(Checked, measuring=measuring, measured=tuple(measured), found=tuple(sentences))
        )

    async def compared(self, number: int, changed: Sequence[ParameterChange]) -> None:
        """Record how many parameters were read before and after, and which of them the job has changed."""
        more = max(0, len(changed) - MOST_CHANGES)
        await self._record(
            self._event(Compared, compared=number, changed=tuple(changed[:MOST_CHANGES]), more=more)
        )

    async def log(self, level: Level, message: str) -> None:
        """Record a line of the log."""
        await self._record(
            self._event(
                Logged,
                level=level,
                message=message,
            )
        )

    async def locked(self, seconds: float) -> None:
        """Record that the sensor is left alone until it accepts logins again."""
        with contextlib.suppress(JournalError):  # A line of the log decides nothing.
            await self.log(Level.WARNING, locked_words(seconds))

    def now(self) -> str:
        """The time stamp of an event that happens now."""
        return self._recorder.now()
