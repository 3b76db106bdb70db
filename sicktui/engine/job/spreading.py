"""How a runner obeys the rule of ``model.spread``: ask it, do what it answers, wait, and ask again."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import datetime
from typing import Any, Final

from sicktui.engine.job.control import Control
from sicktui.engine.job.later import Later
from sicktui.engine.job.past import JobHistory
from sicktui.model.clock import Clock
from sicktui.model.run.event import VerdictReached
from sicktui.model.run.plan import RunSpec
from sicktui.model.spread.pace import members_of, pace_of
from sicktui.model.spread.rule import End, Ended, Hold, SoFar, StartDecision, Wait, decide

Job = Callable[[str], Coroutine[Any, Any, None]]
"""Does the job of a device and reports its verdict with ``Spreading.ended``."""
_NAP: Final = 30.0
"""Seconds after which the PC's own clock is looked at again: a PC that slept must not start too late."""


class Spreading:
    """One run and its facts, from the journal and from the jobs.

    Args:
        spec: the run.
        pasts: what the journal has of each device.
        clock: where time comes from.
        control: whether it was cancelled.
        approved: whether the journal has the approval of the run.
        line_end: until when an earlier runner waited for a line in use.
    """

    def __init__(
        self,
        spec: RunSpec,
        pasts: Mapping[str, JobHistory],
        clock: Clock,
        control: Control,
        *,
        approved: bool = False,
        line_end: float | None = None,
    ) -> None:
        self._pace = pace_of(spec.settings.limits, spec.operation)
        self._members = members_of(spec.items)
        self._clock = clock
        self._control = control
        # The wall clock once, for the moments of the journal; it may be set while the run lasts.
        self._zero = clock.now().timestamp() - clock.monotonic()
        self.later = Later(spec, self._pace, clock, self._zero, line_end=line_end)
        control.may_act = self.later.may_act
        self._begun = frozenset(
            device for device, past in pasts.items() if past.verdict is None and past.in_flight
        )
        self._working: set[str] = set()
        self._ended: dict[str, Ended] = {}
        for member in self._members:  # what the plan decided spends no budget
            past = pasts.get(member.device, JobHistory())
            if past.verdict is not None:
                self._end(past.verdict, datetime.fromisoformat(past.verdict.ts).timestamp())
        self._approved = approved
        self._approval = asyncio.Event()
        self._pause: Wait | None = None
        self._answer = asyncio.Event()

    async def run(
        self,
        job: Job,
        end: Callable[[Mapping[str, End]], Awaitable[None]],
        show: Callable[[Wait | None], Awaitable[None]],
    ) -> None:
        """Start what may start, wait for what comes of it, and ask again, until each device has its verdict.

        Args:
            job: does the job of a device.
            end: records the verdicts of devices that do not start any more.
            show: records what the whole run waits for, or that it goes on.

        Raises:
            Exception: what a job raised. Nothing more was started, and what was begun was finished.
        """
        jobs: set[asyncio.Task[None]] = set()
        broken: list[BaseException] = []
        try:
            while not broken or jobs:
                decision = self.decide()
                self._control.waiting = len(decision.waits)
                start = () if broken else decision.start
                fresh = [device for device in start if device not in self._begun]
                look = bool(fresh) and self.later.must_look
                for device in start:
                    if look and device in fresh:
                        continue
                    self._working.add(device)
                    jobs.add(asyncio.create_task(job(device)))
                if decision.ends:
                    await end(decision.ends)
                    continue
                if look:
                    await self._look()
                    continue
                await self._show(decision.pause, show)
                if not jobs and not decision.waits:
                    break
                done = await self._wait(jobs, decision.until)
                jobs -= done
                broken += [error for task in done if (error := task.exception()) is not None]
        finally:
            for task in jobs:
                task.cancel()
            await asyncio.gather(*jobs, return_exceptions=True)
        if broken:
            raise broken[0]

    async def _look(self) -> None:
        """Look whether the line is in use. A cancel does not wait for it."""
        look = asyncio.create_task(self.later.look())
        cancelled = asyncio.create_task(self._control.cancelled.wait())
        try:
            await asyncio.wait({look, cancelled}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            cancelled.cancel()
            if not look.done():
                look.cancel()
        await asyncio.gather(look, return_exceptions=not look.done())

    async def _show(self, pause: Wait | None, show: Callable[[Wait | None], Awaitable[None]]) -> None:
        """Record what the whole run waits for, if that is news."""
        before = self._pause and (self._pause.hold, self._pause.words)
        offline = self._pause is not None and self._pause.hold is Hold.OFFLINE
        if pause is None and offline and self._working and self._working <= self.later.later.keys():
            return  # Only another try.
        self._pause = pause
        if before != (pause and (pause.hold, pause.words)):
            await show(pause)

    async def _wait(self, jobs: set[asyncio.Task[None]], until: float | None) -> set[asyncio.Task[None]]:
        """Wait for the end of a job, a command, or the moment. Returns the jobs that are done."""
        others: set[asyncio.Task[Any]] = {asyncio.create_task(self._answer.wait())}
        if not self._control.cancelled.is_set():
            others.add(asyncio.create_task(self._control.cancelled.wait()))
        if self.wants_approval:
            others.add(asyncio.create_task(self._approval.wait()))
        if until is not None:
            nap = until - self.now()
            others.add(
                asyncio.create_task(self._clock.sleep(min(nap, _NAP) if self.later.looks_at_clock else nap))
            )
        try:
            await asyncio.wait(jobs | others, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for other in others:
                other.cancel()
            self._answer.clear()
        return {task for task in jobs if task.done()}

    @property
    def wants_approval(self) -> bool:
        """Whether the run waits for a person to continue it."""
        return self._pause is not None and self._pause.hold is Hold.APPROVAL and not self._approved

    def approve(self) -> None:
        """A person has continued the run."""
        self._approved = True
        self._approval.set()

    def now(self) -> float:
        """Seconds since 1970, on a clock that is not set while the run lasts."""
        return self._zero + self._clock.monotonic()

    def put_off(self, event: VerdictReached) -> str:
        """Why a job that sent nothing gets no verdict yet, and until when; empty if it gets it.

        The rule decides when it starts again.
        """
        if self._control.cancelled.is_set() or not (words := self.later.put_off(event)):
            return ""
        self._working.discard(event.device)
        self._begun -= {event.device}  # Else it would start again at once, and whatever the run allows.
        return words

    def answers(self, device: str) -> None:
        """A sensor that was silent answers: its job goes on."""
        self.later.answers(device)
        self._answer.set()

    def ended(self, event: VerdictReached) -> None:
        """A device has its verdict."""
        self._end(event, self.now())

    def _end(self, event: VerdictReached, at: float) -> None:
        self._working.discard(event.device)
        # A PC whose clock was ahead must not wait for it.
        self._ended[event.device] = Ended(verdict=event.verdict, code=event.code, at=min(at, self.now()))

    def decide(self) -> StartDecision:
        """What may start now, what waits, and what ends without a start."""
        so_far = SoFar(
            now=self.now(),
            begun=self._begun,
            working=frozenset(self._working),
            ended=self._ended,
            approved=self._approved,
            cancelled=self._control.cancelled.is_set(),
            opening=self.later.opening,
            closed=self.later.closed,
            later=self.later.later,
        )
        return decide(self._pace, self._members, so_far)
