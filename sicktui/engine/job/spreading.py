"""How a runner obeys the rule of ``model.spread``: ask it, do what it answers, wait, and ask again."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import datetime
from typing import Any

from sicktui.engine.job.control import Control
from sicktui.engine.job.past import JobHistory
from sicktui.model.clock import Clock
from sicktui.model.run.event import VerdictReached
from sicktui.model.run.plan import RunSpec
from sicktui.model.spread.pace import members_of, pace_of
from sicktui.model.spread.rule import Decision, End, Ended, Hold, SoFar, Wait, decide

Job = Callable[[str], Coroutine[Any, Any, None]]
"""Does the job of a device and reports its verdict with ``Spreading.ended``."""


class Spreading:
    """One run and its facts, from the journal and from the jobs.

    Args:
        spec: the run.
        pasts: what the journal has of each device.
        clock: where time comes from.
        control: whether it was cancelled.
        approved: whether the journal has the approval of the run.
    """

    def __init__(
        self,
        spec: RunSpec,
        pasts: Mapping[str, JobHistory],
        clock: Clock,
        control: Control,
        *,
        approved: bool = False,
    ) -> None:
        self._pace = pace_of(spec.settings.limits, spec.operation)
        self._members = members_of(spec.items)
        self._clock = clock
        self._control = control
        # The wall clock once, for the moments of the journal; it may be set while the run lasts.
        self._zero = clock.now().timestamp() - clock.monotonic()
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
                for device in () if broken else decision.start:
                    self._working.add(device)
                    jobs.add(asyncio.create_task(job(device)))
                if decision.ends:
                    await end(decision.ends)
                    continue
                if decision.pause != self._pause:
                    self._pause = decision.pause
                    await show(self._pause)
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

    async def _wait(self, jobs: set[asyncio.Task[None]], until: float | None) -> set[asyncio.Task[None]]:
        """Wait for the end of a job, a command, or the moment. Returns the jobs that are done."""
        others: set[asyncio.Task[Any]] = set()
        if not self._control.cancelled.is_set():
            others.add(asyncio.create_task(self._control.cancelled.wait()))
        if self.wants_approval:
            others.add(asyncio.create_task(self._approval.wait()))
        if until is not None:
            others.add(asyncio.create_task(self._clock.sleep(until - self.now())))
        try:
            await asyncio.wait(jobs | others, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for other in others:
                other.cancel()
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

    def ended(self, event: VerdictReached) -> None:
        """A device has its verdict."""
        self._end(event, self.now())

    def _end(self, event: VerdictReached, at: float) -> None:
        self._working.discard(event.device)
        # A PC whose clock was ahead must not wait for it.
        self._ended[event.device] = Ended(verdict=event.verdict, code=event.code, at=min(at, self.now()))

    def decide(self) -> Decision:
        """What may start now, what waits, and what ends without a start."""
        so_far = SoFar(
            now=self.now(),
            begun=self._begun,
            working=frozenset(self._working),
            ended=self._ended,
            approved=self._approved,
            cancelled=self._control.cancelled.is_set(),
        )
        return decide(self._pace, self._members, so_far)
