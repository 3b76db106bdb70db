"""The restore of one sensor: six steps, one verdict.

The order is that of the authentication article, scenario 2, step 4: upload, activate, wait, persist, read
back. Preflight and authentication are here; from the upload on the machine (``machine.py``) decides:
this job carries its acts out and adds what came of them to the evidence, until the rule has a verdict.
"""

import asyncio
import contextlib
from pathlib import Path
from typing import Final

from sicktui.engine.authentication import authenticate
from sicktui.engine.job.ended import JobEnded
from sicktui.engine.job.hastening import Hastener
from sicktui.engine.job.job import Job
from sicktui.engine.job.past import JobHistory
from sicktui.engine.observe import read_update_state
from sicktui.engine.parameters.compare import equal, recorded
from sicktui.engine.restore import acts
from sicktui.engine.restore.machine import Finish, Look, Put, Restore, Save, Wait, next_act, step_of
from sicktui.engine.restore.readback import Readback, seen_as
from sicktui.engine.restore.replacement import carried_words, moved_words, take_the_place, wanted_location
from sicktui.engine.restore.returning import once_back, who_answers
from sicktui.engine.restore.source import facts_of, stage
from sicktui.model.clock import timestamp
from sicktui.model.device import Identity
from sicktui.model.enums import STEPS, Code, Level, Operation, Step, StepState, UpdateState, Verdict
from sicktui.model.errors import SicktuiError
from sicktui.model.judgement import Judgement
from sicktui.model.restore.evidence import RestoreEvidence
from sicktui.model.restore.observations import Basis, RestoreAct, RestoreBegan, RestoreLooked, RestoreWant
from sicktui.model.restore.results import not_restored
from sicktui.model.restore.sentences import OTHER_PLACE, RETURN, Facts, proven, waiting_words
from sicktui.model.run.plan import RestoreOrder
from sicktui.model.safe_text import clean
from sicktui.model.update.observations import Garbled, Last, Outcome, Silent, Tick
from sicktui.sensor.errors import SensorError
from sicktui.stores.backups.fingerprint import is_passphrase
from sicktui.stores.backups.versions import see_again
from sicktui.stores.disk.home import Home
from sicktui.stores.journal.database import JournalError

_ORDER: Final = STEPS[Operation.RESTORE]
LOCATION = "LocationName"
_DENIALS: Final = ("Nothing was sent.", "Nothing was written.")
"""What is true before the upload only."""


class RestoreJob:
    """Restores one backup onto one sensor.

    Args:
        job: the job; its run names the backup.
        home: the folders, for the device list of a replacement.
        past: what an earlier runner of the same run has journalled of it, when this one resumes.
    """

    def __init__(self, job: Job, home: Home, past: JobHistory | None = None) -> None:
        order = job.spec.order_of(job.target.device)
        if order is None:
            raise ValueError("a restore without a backup")
        self.job = job
        self.order: RestoreOrder = order
        self.serial: str | None = job.item.identity.serial if job.item.identity else None
        self._home = home
        self._past = past or JobHistory()
        self._passphrase = ""
        self._waiting = ""
        self._hastener = Hastener(job.sensor, job.clock)

    async def run(self) -> str:
        """Do it. Returns the message of success.

        Raises:
            JobEnded: with any other verdict.
            SensorError: the sensor failed before anything was written to it.
        """
        job, past = self.job, self._past
        if past.damaged:
            raise JobEnded.unknown(
                Code.INTERRUPTED,
                "The run was interrupted, and a part of its journal is damaged. It is unknown whether the "
                "backup was restored.",
                "Restore it again with a new run: doing it twice does no harm.",
            )
        if self._sent:
            job.record.resumed()
        try:
            identity, file = await self._preflight()
            async with job.record.stepping(Step.AUTHENTICATE) as step:
                step.detail = await once_back(job, lambda: authenticate(job.sensor), sent=self._sent)
        except (JobEnded, SicktuiError) as error:
            if not (self._sent or past.sent_file):
                raise
            raise self._after_sending(error) from error
        readback = Readback(job, self.order, identity, file)
        job.record.checkpoint()
        try:
            judgement, evidence = await self._carry_out(self._evidence(identity, readback), readback, file)
        finally:
            await self._hastener.aclose()
        return await self._end(judgement, evidence, readback)

    @property
    def _sent(self) -> bool:
        """Whether an earlier process may have sent the restore itself."""
        return self._past.restore != "none" or self._past.persist != "none"

    def _after_sending(self, error: JobEnded | SicktuiError) -> JobEnded:
        """How the job ends where an earlier process has sent something and this one cannot go on."""
        code, advice = error.code or Code.DEVICE_ERROR, error.advice
        for denial in _DENIALS:
            advice = advice.replace(denial, "").strip()
        if self._sent:
            return JobEnded.unknown(
                code, f"{error.message} What became of the restore is not known.", advice or RETURN
            )
        words = "The backup file may have reached the sensor, but no restore was begun."
        return JobEnded.failed(code, f"{error.message} {words}", advice)

    def _evidence(self, identity: Identity, readback: Readback) -> RestoreEvidence:
        """What is known to begin with; of an interrupted job, what the journal kept.

        A restore without an outcome may have had any. Every wait begins again.
        """
        past, order = self._past, self.order
        same_firmware = order.version == identity.version
        saving = past.persist != "none"
        reported = past.basis == Basis.REPORTED and past.persist == "done"
        seen = past.basis == Basis.SEEN
        # A reboot since then may have lost what was not saved.
        basis = Basis.REPORTED if reported else Basis.SEEN if seen else Basis.ASSUMED
        sent = past.restore != "none"
        return RestoreEvidence(
            checksum=order.parameters_md5 if same_firmware else None,
            same_firmware=same_firmware,
            comparable=readback.comparable,
            resumed=sent,
            earlier=past.restores,
            sends=int(sent),
            send=Outcome.OPEN if sent else Outcome.NONE,
            basis=basis if saving else None,
            left_out=past.left_out,
            before=past.before.reading,
            was_pending=past.was_pending and past.restore != "done",
            saves=int(saving),
            save=Outcome.TAKEN if past.persist == "done" else Outcome.OPEN if saving else Outcome.NONE,
            quiet_since=self.job.clock.monotonic(),
        )

    # -- before anything is sent --------------------------------------------------------------

    async def _preflight(self) -> tuple[Identity, Path]:
        job, order = self.job, self.order
        async with job.record.stepping(Step.PREFLIGHT) as step:
            file = await asyncio.to_thread(stage, job.scratch, order)
            self._passphrase = await asyncio.to_thread(self._checked_passphrase)
            identity = await self._may_be_written_to()
            self.serial = identity.serial
            step.detail = f"{order.name}, {order.size} bytes, onto {identity.name} {identity.version}"
        return identity, file

    async def _may_be_written_to(self) -> Identity:
        """Who answers now, if it is the planned sensor and it is not being updated.

        Raises:
            JobEnded: it is another one, or an update is under way.
        """
        job, planned = self.job, self.job.item.identity
        identity = await who_answers(job, sent=self._sent)
        if planned is not None and not planned.is_same_sensor(identity):
            raise JobEnded.failed(
                Code.OTHER_DEVICE,
                f"Another sensor answers at {job.target.address} than when the plan was made "
                f"({identity.key or identity.name} instead of {planned.key}).",
                OTHER_PLACE if self._sent else "Make a new plan. Nothing was written.",
            )
        # Where the restore was sent, the machine waits for the update's end.
        if not self._sent and await read_update_state(job.sensor) is UpdateState.STARTED:
            raise JobEnded.failed(
                Code.BUSY,
                "A firmware update is under way on this sensor (UpdateState 1, Started).",
                "Wait until it has finished, then restore again. Nothing was written.",
            )
        return identity

    def _checked_passphrase(self) -> str:
        """The passphrase, if it is the one of the backup.

        Raises:
            JobEnded: it is another one; it was not sent to any sensor.
        """
        if self.order.described and not self.order.sealed:
            return ""
        facts = facts_of(self.job.backups, self.order)
        known = facts.passphrase_fingerprint if facts else None
        try:
            right = known is None or is_passphrase(self.job.passphrase, known)
        except ValueError:
            right = True  # a fingerprint of a later version of sicktui: the sensor decides
        if right:
            return self.job.passphrase
        raise JobEnded.failed(
            Code.WRONG_PASSPHRASE,
            "The backup was made with a different passphrase.",
            "Pass the one it was made with (--passphrase-stdin or SICKTUI_PASSPHRASE). Nothing was sent.",
        )

    # -- from the upload on -------------------------------------------------------------------

    async def _carry_out(
        self, evidence: RestoreEvidence, readback: Readback, file: Path
    ) -> tuple[Judgement, RestoreEvidence]:
        """Do what the machine decides until it has a verdict."""
        job, clock = self.job, self.job.clock
        steps = _Steps(job)
        while True:
            await steps.follow(step_of(evidence, job.timing), evidence)
            act = next_act(evidence, clock.monotonic(), job.timing)
            match act:
                case Finish(judgement=judgement):
                    await steps.end(judgement)
                    return judgement, evidence
                case Wait(seconds=seconds):
                    words = waiting_words(Facts(evidence, clock.monotonic(), job.timing))
                    if words and words != self._waiting:
                        await job.record.log(Level.INFO, words)
                    self._waiting = words or self._waiting
                    # A push is worth a look only while the sensor answers, and after something was sent.
                    tells = evidence.sends and evidence.last is Last.LOOK and not evidence.silent
                    await self._hastener.wait(seconds, readback.identity if tells else None)
                    evidence = evidence.seen(Tick(), clock.monotonic())
                case Look(wants=wants):
                    seen = await self._look(evidence, readback, wants)
                    if isinstance(seen, Silent) and not evidence.silent:
                        job.sensor.access.forget_session()
                    evidence = evidence.seen(seen, clock.monotonic())
                case _:
                    evidence = await self._act(evidence, act, readback, file)

    async def _look(
        self, evidence: RestoreEvidence, readback: Readback, wants: frozenset[RestoreWant]
    ) -> RestoreLooked | Silent | Garbled:
        """Look once, at the address where the sensor is by now."""
        if not (evidence.sends or evidence.resumed):
            return await readback.look(wants)  # Nothing has made it restart.
        return await self.job.refinder.watch(readback.identity, lambda: readback.look(wants), seen_as)

    async def _act(
        self, evidence: RestoreEvidence, act: Put | Restore | Save, readback: Readback, file: Path
    ) -> RestoreEvidence:
        """Carry out what the sensor can feel."""
        job, clock = self.job, self.job.clock
        match act:
            case Put():
                began = evidence.seen(RestoreBegan(act=RestoreAct.PUT), clock.monotonic())
                if evidence.sends:
                    words = "No reply to the restore came that can be read: the sensor is asked once more."
                    await job.record.log(Level.WARNING, words)
                ended = await acts.put(job, file, readback)
            case Restore():
                if not self._sent:
                    readback.begin()
                began = evidence.seen(RestoreBegan(act=RestoreAct.RESTORE), clock.monotonic())
                ended = await acts.restore(job, self._passphrase, readback, began.before)
            case Save():
                if self.order.replace and evidence.saves == 0:
                    await self._carry_location(readback.identity)
                began = evidence.seen(
                    RestoreBegan(act=RestoreAct.SAVE, basis=act.basis, left_out=act.left_out),
                    clock.monotonic(),
                )
                ended = await acts.save(job, act, readback)
        if ended.why:
            await job.record.log(Level.WARNING, ended.why)
        return began.seen(ended, clock.monotonic())

    async def _carry_location(self, identity: Identity) -> None:
        """Write the old sensor's name to the new one, where the restore has not."""
        name = wanted_location(self.order, identity)
        if name is None:
            return
        try:
            if not equal(await self.job.sensor.read.value(LOCATION), name):
                await self.job.sensor.parameters.write(LOCATION, name)
        except SensorError as error:
            await self.job.record.log(Level.WARNING, f"{LOCATION} was not copied: {error.message}")

    # -- the end --------------------------------------------------------------------------------

    async def _end(self, judgement: Judgement, evidence: RestoreEvidence, readback: Readback) -> str:
        """The message of success.

        Raises:
            JobEnded: with any other verdict.
        """
        order, before = self.order, readback.network_before or {}
        place = ""
        if evidence.basis is not None and evidence.last is Last.LOOK and not evidence.latest.stranger:
            place = await self._replaced(readback.identity, readback) if order.replace else ""
            place += moved_words(before, readback.network)
        place += self.job.refinder.words
        await self._note_changes(evidence, readback)
        if judgement.verdict is not Verdict.SUCCEEDED:
            code = judgement.code or Code.DEVICE_ERROR
            raise JobEnded(judgement.verdict, code, f"{judgement.message}{place}", judgement.advice)
        if proven(evidence):
            await self._see_again(readback.identity)
        saved = f"Restored {clean(order.name)}" + (f" of {order.created[:10]}" if order.created else "")
        return f"{saved}. {judgement.message}{place}".rstrip()

    async def _note_changes(self, evidence: RestoreEvidence, readback: Readback) -> None:
        """Write down for the report what the restore has changed, as far as it was read before and after it.

        Of a resumed restore it is not known what was there before. A verdict does not depend on it.
        """
        compared, changed = readback.changed
        if compared and not evidence.latest.stranger:
            with contextlib.suppress(JournalError):
                await self.job.record.compared(compared, [recorded(change) for change in changed])

    async def _see_again(self, identity: Identity) -> None:
        """Mark the backup as confirmed: what was read of the sensor before does not count any more."""
        job, order = self.job, self.order
        key = identity.label or None

        def note() -> None:
            record = next((kept for kept in job.backups.list(key) if kept.id == order.backup), None)
            if record is not None:
                when, by = timestamp(job.clock.now()), str(job.spec.operator)
                run = job.spec.run
                see_again(
                    job.backups, record, when=when, how="checksum", operator=by, run=run, age="compared"
                )

        try:
            await asyncio.to_thread(note)
        except SicktuiError as error:
            await job.record.log(
                Level.WARNING, f"The backup could not be marked as confirmed: {error.message} {error.advice}"
            )

    async def _replaced(self, identity: Identity, readback: Readback) -> str:
        """Change the device list. Returns what was copied and what was not, in words."""
        try:
            profile = await asyncio.to_thread(take_the_place, self._home, self.job.target.device, identity)
        except SicktuiError as error:
            profile = f"The profile could not be changed: {error.message} {error.advice}".strip()
        return f" {profile}{carried_words(self.order, readback.network_before or {}, readback.network)}"


class _Steps:
    """Records the beginning and the end of each step as the evidence moves on; never a step back."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._step: Step | None = None

    async def follow(self, step: Step, evidence: RestoreEvidence) -> None:
        """Record what has changed since the last call."""
        record = self._job.record
        if self._step is not None and _ORDER.index(step) <= _ORDER.index(self._step):
            return
        if self._step is Step.PERSIST and evidence.save is Outcome.ABSENT:
            words = "the sensor has no call to save its parameters"
            await record.step_changed(self._step, StepState.SKIPPED, words)
            await record.log(Level.WARNING, f"{evidence.why} They may not survive a power cycle.")
        elif self._step is not None:
            detail = _activated(evidence) if self._step is Step.ACTIVATE else ""
            await record.step_changed(self._step, StepState.DONE, detail)
        self._step = step
        await record.step_changed(step, StepState.STARTED, "")

    async def end(self, judgement: Judgement) -> None:
        """Record the end of the step under way."""
        if self._step is not None:
            done = judgement.verdict is Verdict.SUCCEEDED
            state = StepState.DONE if done else StepState.FAILED
            await self._job.record.step_changed(self._step, state, judgement.message)


def _activated(evidence: RestoreEvidence) -> str:
    word = evidence.word
    if word is None:
        return "parameters changed as expected" if evidence.changed else "the sensor reports no result"
    return not_restored(word.failed) or "the sensor reported success"
