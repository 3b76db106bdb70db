"""The update of one sensor: eight steps, one verdict.

What comes before the upload is in ``preparation.py``. From the upload on the machine (``machine.py``)
decides: this job carries its acts out and adds what came of them to the evidence, until the rule has a
verdict.
"""

import asyncio
from functools import partial
from typing import Final

from msgspec import structs

from sicktui.engine.job.ended import JobEnded
from sicktui.engine.job.hastening import Hastener
from sicktui.engine.job.job import Job
from sicktui.engine.job.past import JobHistory
from sicktui.engine.update import acts
from sicktui.engine.update.checks.again import ParametersAgain
from sicktui.engine.update.checks.parameters import ParameterCheck, check_parameters
from sicktui.engine.update.machine import (
    SHORTEST,
    Finish,
    Glimpse,
    Look,
    NextAct,
    Put,
    Renew,
    Trigger,
    Wait,
    next_act,
)
from sicktui.engine.update.observer import Seeing, glimpse, look, seen_as
from sicktui.engine.update.preparation import Preparation
from sicktui.engine.update.quiet import Quiet
from sicktui.engine.update.resume import known_of
from sicktui.engine.update.steps import StepLog, waiting_words
from sicktui.model.device import Identity
from sicktui.model.enums import Code, Level, StepState, Verdict
from sicktui.model.judgement import Judgement
from sicktui.model.update.evidence import Evidence
from sicktui.model.update.observations import (
    Act,
    Began,
    Glimpsed,
    Known,
    Last,
    Looked,
    Observation,
    Reading,
    Silent,
    Tick,
    Want,
)
from sicktui.model.update.verdict_rule import calm
from sicktui.stores.journal.database import JournalError

ARTICLE_REBOOT: Final = 60.0
"""Seconds of a reboot by the firmware article; 2 to 5 minutes by SICK's guide of September 2026."""

_HAIR: Final = 0.002
"""Seconds that a wait is longer: one that ends too early by rounding is followed by a look in vain."""


class UpdateJob:
    """Takes one sensor through an update.

    Args:
        job: the job.
        past: what an earlier runner of the same run has journalled of it, when this one resumes.
    """

    def __init__(self, job: Job, past: JobHistory | None = None) -> None:
        self.job = job
        self._past = past
        self._preparation = Preparation(job, past)
        self._hastener = Hastener(job.sensor, job.clock)
        self._evidence: Evidence | None = None
        self._late = False
        self._waiting = ""
        self._quiet = Quiet(job, self._preparation)
        self._again = ParametersAgain(job)
        self._kept = Known(reading=Reading())
        self.advice = ""
        """What to do after a success; mostly nothing."""
        self.after: Identity | None = None
        """What the sensor reports after a success."""

    @property
    def serial(self) -> str | None:
        """The sensor's serial number, as it was read or planned."""
        return self._preparation.serial

    @property
    def backup_id(self) -> str | None:
        """The backup that was made before the update, if any."""
        return self._preparation.backup_id

    @property
    def downtime(self) -> float | None:
        """Seconds that the sensor was away for its reboot; ``None`` if none is proven."""
        evidence = self._evidence
        if evidence is None or evidence.proof is None or evidence.downtime is None:
            return None
        return round(evidence.downtime, 3)

    async def run(self) -> str:
        """Do it. Returns the message of success.

        Raises:
            JobEnded: with any other verdict.
            SensorError: the sensor failed before anything was written.
        """
        try:
            return await self._update()
        finally:
            await self._preparation.health.close()

    async def _update(self) -> str:
        past = self._past
        if past is not None and past.in_flight:
            identity, evidence = self._preparation.resume(past)
            self.job.record.resumed()
        else:
            identity, evidence = await self._preparation.prepare()
        try:
            judgement = await self._carry_out(evidence, identity)
        finally:
            await self._hastener.aclose()
        if judgement.verdict is not Verdict.SUCCEEDED:
            code = judgement.code or Code.DEVICE_ERROR
            words = f"{judgement.message}{self.job.refinder.words}"
            raise JobEnded(judgement.verdict, code, words, judgement.advice)
        return await self._success(judgement, identity)

    # -- from the upload on ---------------------------------------------------------------------

    async def _carry_out(self, evidence: Evidence, before: Identity) -> Judgement:
        """Do what the machine asks for until it has a verdict."""
        job = self.job
        job.sensor.read.steady = False  # The machine looks again by itself, and must see what is.
        steps = StepLog(job.record)
        self._kept = known_of(evidence)
        while True:
            self._evidence = evidence
            await steps.follow(evidence)
            await self._keep(evidence)
            act = next_act(evidence, job.clock.monotonic(), job.timing)
            if isinstance(act, Wait):
                await self._explain_wait(evidence)
                began = job.clock.monotonic()
                evidence = await self._quiet.use(evidence)
                await self._again.use(evidence, before, began + act.seconds)
                self._kept = known_of(evidence)  # It has written down what it read.
                act = Wait(max(SHORTEST, act.seconds - (job.clock.monotonic() - began)) + _HAIR)
            if isinstance(act, Finish):
                await steps.end(_step_state(act.judgement), self._detail(act.judgement))
                return act.judgement
            if isinstance(act, Put | Trigger):
                evidence = await self._act(evidence, act)
            else:
                evidence = evidence.seen(await self._observe(evidence, act), job.clock.monotonic())

    async def _explain_wait(self, evidence: Evidence) -> None:
        """Log why a long wait begins, once."""
        words = waiting_words(evidence, self.job.timing)
        if words and words != self._waiting:
            await self.job.record.log(Level.INFO, words)
        self._waiting = words or self._waiting

    async def _keep(self, evidence: Evidence) -> None:
        """Write down what a resumed run must know, when it changes."""
        known = known_of(evidence)
        if evidence.sent.anything and known.news != self._kept.news:
            self._kept = known
            await self.job.record.noticed(known)

    async def _observe(self, evidence: Evidence, act: NextAct) -> Observation:
        job = self.job
        match act:
            case Wait(seconds=seconds):
                await self._hastener.wait(seconds, job.item.identity if _may_change(evidence) else None)
                return Tick()
            case Renew():
                return await acts.renew(job)
            case Look() | Glimpse():
                seen = await self._look(evidence, act)
                await self._note(evidence, seen)
                return seen
            case _:
                raise AssertionError(act)

    async def _look(self, evidence: Evidence, act: Look | Glimpse) -> Seeing:
        """Look once, at the address where the sensor is by now."""
        job = self.job

        async def once() -> Seeing:
            began = job.clock.monotonic()
            if isinstance(act, Glimpse):
                seen: Seeing = await glimpse(job.sensor)
            else:
                seen = await look(job.sensor, evidence.before, act.wants, act.at_two)
            if isinstance(seen, Looked | Glimpsed):
                seen = structs.replace(seen, took=job.clock.monotonic() - began)
            return seen

        if not (evidence.sent.anything or evidence.resumed):
            return await once()  # Nothing has made it restart.
        return await job.refinder.watch(job.item.identity, once, partial(seen_as, evidence.before))

    async def _note(self, evidence: Evidence, seen: Seeing) -> None:
        """Tell people what a look found, as far as it is news."""
        job = self.job
        if isinstance(seen, Looked):
            if seen.reading.state is not None:
                await job.record.state(seen.reading.state)
        elif isinstance(seen, Silent):
            await self._note_silence(evidence)
        elif isinstance(seen, Glimpsed):
            return
        elif seen.why != evidence.trouble:
            await job.record.log(Level.WARNING, seen.why)

    async def _note_silence(self, evidence: Evidence) -> None:
        job, since = self.job, evidence.silent_since
        if since is None:
            job.sensor.access.forget_session()
        elif not self._late and job.clock.monotonic() - since >= ARTICLE_REBOOT:
            self._late = True
            await job.record.log(
                Level.INFO,
                f"Away for more than {ARTICLE_REBOOT:g} s, which is later than SICK's article says. A normal "
                f"reboot takes 2 to 5 minutes; this run waits up to {job.timing.reconnect_timeout:g} s.",
            )

    async def _act(self, evidence: Evidence, act: Put | Trigger) -> Evidence:
        """Carry out what the sensor can feel. A journal that cannot be written forbids it."""
        job, clock = self.job, self.job.clock
        kind = Act.PUT if isinstance(act, Put) else Act.TRIGGER
        if kind is Act.PUT:
            job.record.checkpoint()
        if isinstance(act, Trigger) and evidence.sent.triggers:
            await job.record.log(
                Level.WARNING, "UpdateState has not changed since RunFirmwareUpdate; sending it once more."
            )
        began = evidence.seen(Began(act=kind), clock.monotonic())
        try:
            if isinstance(act, Put):
                ended = await acts.put(job)
            else:
                ended = await acts.trigger(job, act.path)
        except JournalError as error:
            if not evidence.sent.anything:
                raise
            # It was not sent. What was sent before is watched to its end.
            return evidence.seen(acts.barred(error), clock.monotonic())
        if ended.why:
            await job.record.log(Level.WARNING, ended.why)
        return began.seen(ended, clock.monotonic())

    # -- the end --------------------------------------------------------------------------------

    def _detail(self, judgement: Judgement) -> str:
        evidence = self._evidence
        if judgement.verdict is not Verdict.SUCCEEDED or evidence is None or evidence.proof is None:
            return judgement.message
        status = evidence.latest.status
        words = "answering" if status is None else f"DeviceStatus {status.value} ({status.label})"
        return f"{evidence.proof.words}; {words} for {calm(evidence, self.job.timing):g} s"

    async def _success(self, judgement: Judgement, before: Identity) -> str:
        message = f"{judgement.message}{self.job.refinder.words}"
        self.advice = judgement.advice
        evidence = self._evidence
        if evidence is not None:
            latest = evidence.latest
            self.after = structs.replace(before, version=latest.version, firmware=latest.firmware)
        proof = evidence.proof if evidence is not None else None
        if proof is not None and proof.by is Want.POWER_ON:
            await asyncio.to_thread(self.job.memory.note_counts_reboots, before)
        if before.serial is None or (evidence is not None and evidence.latest.serial is None):
            known = f"its MAC address {before.mac}" if before.mac else "its name and address only"
            lost = "reports no" if before.serial is None else "no longer reports its"
            message += f" It {lost} serial number and was identified by {known}."
        checked = ParameterCheck()
        if self.job.spec.options.backup:
            checked = await check_parameters(
                self.job,
                before,
                self.backup_id,
                read=self._again.values,
                checksum=evidence.latest.parameters if evidence is not None else None,
            )
        if evidence is not None:
            await self._preparation.health.end(before, evidence, checked.before, checked.after)
        return f"{message} {checked.words}".strip()


def _may_change(evidence: Evidence) -> bool:
    """Whether the sensor was just read and something sent may change it: a push of it is worth a look then.

    Never in a silence, nor after bad replies: those are counted by tries and by seconds.
    """
    good = evidence.last is Last.LOOK and evidence.silent_since is None and evidence.blind_since is None
    return good and evidence.sent.anything and evidence.proof is None and evidence.stranger is None


def _step_state(judgement: Judgement) -> StepState:
    match judgement.verdict:
        case Verdict.SUCCEEDED:
            return StepState.DONE
        case Verdict.FAILED | Verdict.UNKNOWN:
            return StepState.FAILED
        case _:
            return StepState.SKIPPED
