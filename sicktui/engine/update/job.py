"""The update of one sensor: eight steps, one verdict.

The order is that of SICK's firmware article with what the article leaves out: a look before every
act, a backup before the first write, and proof after the reboot.
"""

from msgspec import Struct

from sicktui.engine.authentication import authenticate
from sicktui.engine.backup.job import BackupTaker
from sicktui.engine.job.ended import JobEnded
from sicktui.engine.job.job import Job
from sicktui.engine.job.past import JobHistory
from sicktui.engine.update.flash import Flash, patience
from sicktui.engine.update.parameter_check import what_was_lost
from sicktui.engine.update.proof import Proof, known_failure, look_again, proof_of_reboot
from sicktui.engine.update.upload import Upload
from sicktui.model.device import Health, Identity
from sicktui.model.enums import Code, Level, Step, UpdateState, Verdict
from sicktui.model.version import matches
from sicktui.sensor.errors import DeviceError, NotSupported, ProtocolError, Unreachable


class Before(Struct, frozen=True, kw_only=True):
    """What the sensor was before anything was written to it."""

    identity: Identity
    state: UpdateState
    health: Health


class UpdateJob:
    """Takes one sensor through an update.

    Args:
        job: the job.
        past: what an earlier runner of the same run has journalled of it, when this one resumes.
    """

    def __init__(self, job: Job, past: JobHistory | None = None) -> None:
        self.job = job
        self.backup_id: str | None = None
        self.downtime: float | None = None
        self.serial: str | None = job.item.identity.serial if job.item.identity else None
        self._past = past

    async def run(self) -> str:
        """Do it. Returns the message of success.

        Raises:
            JobEnded: with any other verdict.
            SensorError: the sensor failed before anything was written.
        """
        past = self._past
        if past is not None and past.in_flight:
            return await self._resume(past)
        job = self.job
        before = await self._preflight()
        if before.state is UpdateState.STARTED:
            job.record.resumed()
            return await self._flash_and_prove(before, started=True)
        await self._backup(before)
        job.record.checkpoint()
        await self._let_in()
        await job.record.survey(
            before.identity, before.state, before.health.power_on_count, backup=self.backup_id
        )
        job.record.checkpoint()
        started = await self._upload(before)
        return await self._flash_and_prove(before, started=started)

    async def _let_in(self) -> None:
        async with self.job.record.stepping(Step.AUTHENTICATE) as step:
            step.detail = await authenticate(self.job.sensor)
            if self.job.spec.options.persist:
                await self._persist()

    async def _upload(self, before: Before) -> bool:
        async with self.job.record.stepping(Step.UPLOAD) as step:
            started = await Upload(self.job, before.identity, baseline=before.state).run()
            step.detail = "the sensor began to flash by itself" if started else ""
        return started

    async def _flash_and_prove(
        self,
        before: Before,
        *,
        started: bool = False,
        triggered: bool = False,
        resend: bool = True,
        rebooted: str = "",
    ) -> str:
        job = self.job
        if not rebooted:
            flash = self._flash(before)
            await flash.run(started=started, triggered=triggered, resend=resend)
            self.downtime, rebooted = flash.downtime, flash.rebooted
        proof = Proof(job, before.identity, rebooted)
        async with job.record.stepping(Step.VERIFY) as step:
            step.detail = await proof.run()
        message = self._success(before.identity, proof)
        if job.spec.options.backup:
            message = f"{message} {await what_was_lost(job, before.identity, self.backup_id)}".strip()
        return message

    def _flash(self, before: Before) -> Flash:
        return Flash(self.job, before.identity, before.health, baseline=before.state)

    async def _resume(self, past: JobHistory) -> str:
        """Go on where an earlier runner was interrupted: the sensor is asked first, then the journal."""
        job = self.job
        job.record.resumed()
        before = self._before(past)
        async with job.record.stepping(Step.PREFLIGHT) as step:
            now = await look_again(job, before.identity)
            step.detail = (
                f"resumed: it runs {now.identity.version}, UpdateState {now.state.value} ({now.state.label})"
            )
        rebooted = proof_of_reboot(before.identity, before.health, now.identity.version, now.health)
        if rebooted and now.identity.version == before.identity.version and not past.began:
            raise await _package_lost(job)
        if not rebooted and now.state is UpdateState.INITIAL and (past.started or past.finished):
            rebooted = "it was flashing before the interruption, and is back at Initial"
        if rebooted:
            return await self._flash_and_prove(before, rebooted=rebooted)
        started = past.started or now.state is UpdateState.STARTED
        if past.damaged:
            return await self._watch(before, started=started)
        if started:
            return await self._flash_and_prove(before, started=True, triggered=past.trigger != "none")
        if past.trigger != "none":
            return await self._after_trigger(before)
        if past.put != "done" and await self._flash(before).begins(job.timing.autostart_wait):
            # The package was there after all, and the sensor starts by itself.
            return await self._flash_and_prove(before, started=True)
        await self._let_in()
        if past.put != "done":
            started = await self._upload(before)
        return await self._flash_and_prove(before, started=started)

    async def _after_trigger(self, before: Before) -> str:
        """The trigger was sent, or was about to be, and the sensor shows no sign of it."""
        job = self.job
        if before.health.power_on_count is not None:
            # It has not restarted since, so the package is still there.
            return await self._flash_and_prove(before, triggered=True)
        if await self._flash(before).begins(patience(job.timing)):
            return await self._flash_and_prove(before, triggered=True, resend=False)
        expected = job.item.to_version
        if expected is None or matches(before.identity.version, expected):
            raise JobEnded.unknown(
                Code.INTERRUPTED,
                "The run was interrupted while it triggered the flash. The sensor runs "
                f"{before.identity.version} as before and counts no restarts, so nobody can tell whether it "
                "was flashed.",
                "Look at it with 'sicktui status'. To be certain, update it once more with --force.",
            )
        # It cannot have been flashed, but it may have lost the package: that is sent again.
        await self._let_in()
        started = await self._upload(before)
        return await self._flash_and_prove(before, started=started)

    def _before(self, past: JobHistory) -> Before:
        """What the sensor was, from the journal; where that is lost, from the plan."""
        survey, item = past.survey, self.job.item
        identity = survey.identity if survey else item.identity
        if identity is None:
            raise JobEnded.unknown(
                Code.INTERRUPTED,
                "The journal does not say which sensor this job was for.",
                "Read its version with 'sicktui status', then make a new plan.",
            )
        self.serial = identity.serial
        self.backup_id = survey.backup if survey else None
        state = UpdateState(survey.update_state) if survey else UpdateState.INITIAL
        return Before(
            identity=identity,
            state=state if past.state is None else past.state,
            health=Health(power_on_count=survey.power_on_count if survey else None),
        )

    async def _watch(self, before: Before, *, started: bool) -> str:
        """Look and judge, and write nothing: what is lost of the journal may have been an intention."""
        job = self.job
        if not started and not await self._flash(before).begins(patience(job.timing)):
            raise await known_failure(
                job,
                Code.INTERRUPTED,
                "A part of this run's journal is damaged, so nobody knows how far it had come with this "
                "sensor; nothing more was written to it.",
                "Look at it with 'sicktui status', then make a new plan for it.",
            )
        return await self._flash_and_prove(before, started=True, resend=False)

    async def _preflight(self) -> Before:
        job = self.job
        async with job.record.stepping(Step.PREFLIGHT) as step:
            identity = await self._identity()
            self.serial = identity.serial
            if job.item.identity is not None and identity.key != job.item.identity.key:
                raise JobEnded.failed(
                    Code.OTHER_DEVICE,
                    f"Another sensor answers at {job.target.address} than when the plan was made "
                    f"({identity.key or identity.name} instead of {job.item.identity.key}).",
                    "Make a new plan. Nothing was written.",
                )
            expected = job.item.to_version
            if expected and matches(identity.version, expected) and not job.spec.options.force:
                raise JobEnded(Verdict.SKIPPED, Code.ALREADY_CURRENT, f"It runs {identity.version} already.")
            state = await job.sensor.read.update_state()
            await job.record.state(state)
            # In a resumed run it may be this run's own flash, of which the journal has lost the last
            # lines with the PC's power. It is brought to its end; the version tells whose it was.
            if state is UpdateState.STARTED and self._past is None:
                raise busy(job.target.address)
            # No more of its health: each two requests cost a second, at two requests a second.
            health = Health(power_on_count=await self._power_on_count())
            step.detail = f"{identity.name} {identity.version}, UpdateState {state.value} ({state.label})"
            if state is not UpdateState.INITIAL:
                step.detail += ", left over from an earlier update"
            return Before(identity=identity, state=state, health=health)

    async def _power_on_count(self) -> int | None:
        """How often it was switched on: a welcome proof, but no reason to refuse a sensor without it."""
        try:
            return await self.job.sensor.read.power_on_count()
        except (DeviceError, ProtocolError) as error:
            await self.job.record.log(Level.WARNING, f"Its power-on count cannot be read: {error.message}")
            return None

    async def _identity(self) -> Identity:
        """Read who answers; once it may be silent or starting, since the plan has just spoken with it."""
        try:
            return await self._read_identity()
        except (Unreachable, NotSupported):
            await self.job.clock.sleep(self.job.timing.reconnect_interval)
            return await self._read_identity()

    async def _read_identity(self) -> Identity:
        planned = self.job.item.identity
        sensor = self.job.sensor
        return await sensor.read.identity() if planned is None else await sensor.read.reread_identity(planned)

    async def _backup(self, before: Before) -> None:
        job = self.job
        if not job.spec.options.backup:
            await job.record.skipped(Step.BACKUP, "not wanted (--no-backup)")
            return
        async with job.record.stepping(Step.BACKUP) as step:
            taker = BackupTaker(job, before.identity)
            try:
                kept = await taker.take()
            except NotSupported as error:
                step.skip(f"this sensor has no parameter backup: {error.message}")
                await job.record.log(
                    Level.WARNING, "The sensor offers no parameter backup; it is updated without."
                )
                return
            self.backup_id = kept.record.id
            step.detail = str(kept)

    async def _persist(self) -> None:
        """Save unsaved parameters before the reboot takes them, where the operator asked for it."""
        async with self.job.record.acting("persist"):
            saved = await self.job.sensor.parameters.persist()
        if not saved:
            await self.job.record.log(Level.WARNING, "The sensor has no call to persist its parameters.")

    def _success(self, before: Identity, proof: Proof) -> str:
        message = f"Runs {proof.version}, was {before.version}."
        if before.serial is None:
            known = f"its MAC address {before.mac}" if before.mac else "its name and address only"
            message += f" It tells no serial number and was recognised by {known}."
        return message


async def _package_lost(job: Job) -> JobEnded:
    return await known_failure(
        job,
        Code.INTERRUPTED,
        "The run was interrupted before it had triggered the flash, and the sensor has restarted since: "
        "the uploaded package is lost.",
        "Nothing was flashed, as far as the journal knows. Make a new plan for it.",
    )


def busy(address: str) -> JobEnded:
    """The end of a job that found somebody else's update under way."""
    return JobEnded.failed(
        Code.BUSY,
        f"An update is under way at {address} that this run did not start (UpdateState 1, Started).",
        "Wait until it has finished, do not power-cycle the sensor, then plan again.",
    )
