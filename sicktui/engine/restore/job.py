"""The restore of one sensor: six steps, one verdict.

The order is that of the authentication article, scenario 2, step 4: upload, activate, wait, persist. Before
it, everything that can be checked without a write; after it, reading the parameters back.
"""

import asyncio
from pathlib import Path

from sicktui.engine.authentication import authenticate
from sicktui.engine.job.ended import JobEnded
from sicktui.engine.job.identity import other_device
from sicktui.engine.job.job import Job
from sicktui.engine.job.past import JobHistory
from sicktui.engine.job.waiting import retry_for
from sicktui.engine.observe import read_update_state
from sicktui.engine.parameters.compare import Difference, equal
from sicktui.engine.restore.activation import Activation, Outcome, answers
from sicktui.engine.restore.readback import Readback
from sicktui.engine.restore.replacement import carried_words, moved_words, take_the_place, wanted_location
from sicktui.engine.restore.results import not_restored
from sicktui.engine.restore.source import facts_of, stage
from sicktui.model.clock import timestamp
from sicktui.model.device import Identity
from sicktui.model.enums import Code, Level, Step, UpdateState
from sicktui.model.errors import SicktuiError
from sicktui.model.plan import RestoreOrder
from sicktui.model.safe_text import clean
from sicktui.sensor.errors import SensorError, Unreachable
from sicktui.sensor.turns.retry import retry_when_busy
from sicktui.stores.backups.fingerprint import is_passphrase
from sicktui.stores.backups.versions import see_again
from sicktui.stores.disk.home import Home

LOCATION = "LocationName"


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
        identity, file = await self._preflight()
        async with job.record.stepping(Step.AUTHENTICATE) as step:
            step.detail = await authenticate(job.sensor)
        readback = Readback(job, self.order, identity)
        if past.persist != "none":
            # It is saved only after the sensor has applied it.
            job.record.resumed()
            outcome = Outcome(told=True, failed=past.left_out)
        else:
            await readback.look_before()
            outcome = await self._restore(
                identity, Activation(job, file, self._passphrase, readback, identity)
            )
        await self._persist(identity, outcome)
        return await self._verify(identity, readback, outcome)

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
        identity = await (job.sensor.read.reread_identity(planned) if planned else job.sensor.read.identity())
        if planned is not None and not planned.is_same_sensor(identity):
            raise JobEnded.failed(
                Code.OTHER_DEVICE,
                f"Another sensor answers at {job.target.address} than when the plan was made "
                f"({identity.key or identity.name} instead of {planned.key}).",
                "Make a new plan. Nothing was written.",
            )
        if await read_update_state(job.sensor) is UpdateState.STARTED:
            raise JobEnded.failed(
                Code.BUSY,
                "A firmware update is under way on this sensor (UpdateState 1, Started).",
                "Wait until it has finished, then restore again. Nothing was written.",
            )
        return identity

    async def _still_may_be_written_to(self) -> None:
        """Check again: while the parameters were read, another sensor may have got the address.

        Raises:
            JobEnded: it may not.
            SensorError: it does not answer; nothing was written to it.
        """
        timing = self.job.timing
        await retry_for(
            self.job.clock,
            timing.reconnect_timeout,
            timing.reconnect_interval,
            self._may_be_written_to,
            on=Unreachable,
        )

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

    # -- what changes the sensor ----------------------------------------------------------------

    async def _restore(self, identity: Identity, activation: Activation) -> Outcome:
        job = self.job
        job.record.checkpoint()
        if self._past.restore != "none":
            job.record.resumed()
            # The sensor may still be restoring. It is repeated only after that.
            await activation.settled()
        else:
            await self._still_may_be_written_to()
        async with job.record.stepping(Step.UPLOAD):
            await activation.upload()
        async with job.record.stepping(Step.ACTIVATE) as step:
            outcome = await activation.run()
            step.detail = _told(outcome)
            if self.order.replace:
                await self._carry_location(identity)
        return outcome

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

    async def _persist(self, identity: Identity, outcome: Outcome) -> None:
        job = self.job
        async with job.record.stepping(Step.PERSIST) as step:
            try:
                saved = await self._save_surely(identity, outcome)
            except SensorError as error:
                raise JobEnded.failed(
                    error.code,
                    "The backup is restored and active, but the sensor did not save it. The next power cycle "
                    f"loses it: {error.message}",
                    "Restore it again; doing it twice does no harm.",
                ) from error
            if not saved:
                step.skip("the sensor has no call to save its parameters")
                await job.record.log(
                    Level.WARNING,
                    "The sensor has no call to save its parameters; they may not survive a power cycle.",
                )

    async def _save_surely(self, identity: Identity, outcome: Outcome) -> bool:
        """Save; once more if the connection broke, and later if the sensor has none free: it does no harm."""
        try:
            return await retry_when_busy(self.job.clock, lambda: self._save(outcome))
        except Unreachable:
            await answers(self.job, identity)
            return await self._save(outcome)

    async def _save(self, outcome: Outcome) -> bool:
        async with self.job.record.acting("persist", ", ".join(outcome.failed)):
            return await self.job.sensor.parameters.persist()

    # -- afterwards ---------------------------------------------------------------------------

    async def _verify(self, before: Identity, readback: Readback, outcome: Outcome) -> str:
        job, order = self.job, self.order
        async with job.record.stepping(Step.VERIFY) as step:
            identity, left = await self._read_back(before, readback)
            words = await readback.words(left)
            step.detail = words
            place = await self._replaced(identity, readback) if order.replace else ""
            place += moved_words(readback.network_before, readback.network)
            stop = _shortfall(order, identity, outcome, words=words if left else "", place=place)
            if stop is None and not (outcome.told or outcome.seen or readback.proven):
                stop = JobEnded.unknown(
                    Code.NOT_SUPPORTED,
                    "This sensor does not report restore results, and no comparable parameter differed "
                    f"before, so the result cannot be verified. {words}{place}",
                    "Read a parameter that the backup should have changed ('sicktui get').",
                )
            if stop is not None:
                raise stop
            if readback.proven:
                await self._see_again(identity)
        saved = f"Restored {clean(order.name)}" + (f" of {order.created[:10]}" if order.created else "")
        return f"{saved}. {words}{place}"

    async def _read_back(
        self, before: Identity, readback: Readback
    ) -> tuple[Identity, tuple[Difference, ...]]:
        """Who answers now, and what reads differently. All is done; only the proof is missing.

        Raises:
            JobEnded: another sensor answers, or none could be read for ``reconnect_timeout`` seconds.
        """
        job, timing = self.job, self.job.timing

        async def read() -> tuple[Identity, tuple[Difference, ...]]:
            identity = await job.sensor.read.reread_identity(before)
            if not before.is_same_sensor(identity):
                raise other_device(job, before, identity)
            return identity, await readback.differences()

        try:
            return await retry_for(
                job.clock, timing.reconnect_timeout, timing.reconnect_interval, read, on=SensorError
            )
        except SensorError as error:
            raise JobEnded.unknown(
                error.code,
                f"The backup is restored and saved, but cannot be read back: {error.message}",
                "Compare later with 'sicktui diff'; restoring again does no harm.",
            ) from error

    async def _see_again(self, identity: Identity) -> None:
        """Mark the backup as confirmed: what was read of the sensor before does not count any more."""
        job, order = self.job, self.order
        key = identity.label or None

        def note() -> None:
            record = next((kept for kept in job.backups.list(key) if kept.id == order.backup), None)
            if record is not None:
                when, by = timestamp(job.clock.now()), str(job.spec.operator)
                see_again(job.backups, record, when=when, how="checksum", operator=by, run=job.spec.run)

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
        return f" {profile}{carried_words(self.order, readback.network_before, readback.network)}"


def _shortfall(
    order: RestoreOrder, identity: Identity, outcome: Outcome, *, words: str, place: str
) -> JobEnded | None:
    """The end of a restore that left something out; ``None`` if it did not.

    Args:
        order: what was restored.
        identity: the sensor.
        outcome: what the sensor reported.
        words: what reads differently; empty if nothing does.
        place: what became of a replacement.
    """
    # Other firmware may show the same setting as another value; the same firmware does not.
    read_short = bool(words) and (order.version == identity.version or not outcome.told)
    if not outcome.failed and not read_short:
        return None
    what = " ".join(part for part in (not_restored(outcome.failed), words) if part)
    return JobEnded.failed(
        Code.RESTORE_REJECTED,
        f"The backup was restored and saved, but not completely. {what}{place}",
        "Some settings take effect only after a restart of the sensor. Compare then with 'sicktui diff', and "
        "set what is missing with 'sicktui set'.",
    )


def _told(outcome: Outcome) -> str:
    if outcome.failed:
        return not_restored(outcome.failed)
    if outcome.told:
        return "the sensor reported success"
    return "parameters changed as expected" if outcome.seen else "the sensor reports no result"
