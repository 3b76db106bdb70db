"""An update up to the first byte of the package: preflight, backup, authentication, survey; or a resume."""

import asyncio
import contextlib
from typing import Final

from msgspec import structs

from sicktui.engine.authentication import authenticate
from sicktui.engine.backup.job import BackupTaker
from sicktui.engine.job.ended import JobEnded
from sicktui.engine.job.job import Job
from sicktui.engine.job.past import JobHistory
from sicktui.engine.update.checks.health import HealthCheck
from sicktui.engine.update.observer import read_before
from sicktui.engine.update.plan import Basis, judge_sensor
from sicktui.engine.update.resume import new_evidence, reading_of, resumed_evidence
from sicktui.model.device import Identity
from sicktui.model.enums import Action, Code, Level, Step, UpdateState, Verdict
from sicktui.model.firmware.version import matches
from sicktui.model.update.evidence import Evidence
from sicktui.model.update.observations import ACT_WANTS, Looked, Reading
from sicktui.sensor.errors import NotSupported, SensorError, Unreachable

_RECENT: Final = 2.0
"""Seconds for which a reading serves as the look right before the upload."""


class Preparation:
    """What comes before the upload.

    Args:
        job: the job.
        past: what an earlier runner of the same run has journalled of it, when this one resumes.
    """

    def __init__(self, job: Job, past: JobHistory | None) -> None:
        self._job = job
        self._past = past
        self.serial: str | None = job.item.identity.serial if job.item.identity else None
        """The sensor's serial number, as it was read or planned."""
        self.backup_id: str | None = None
        """The backup that was made."""
        self.health = HealthCheck(job)
        self._runs = job.item.identity.runs if job.item.identity else None
        self._who: Identity | None = None
        self._counted: Reading | None = None
        self._looked: tuple[Looked, float] | None = None
        """The last reading of who the sensor is and of its state, and when that was."""

    async def prepare(self) -> tuple[Identity, Evidence]:
        """Preflight, backup, authentication and the survey of what the sensor is.

        Raises:
            JobEnded: it must not be updated, or need not.
            SensorError: the sensor failed.
        """
        job = self._job
        short = self._is_short
        if short:
            # So that who it is and its state are read last, right before the upload.
            with contextlib.suppress(Unreachable):
                await self._count(known=False)
        identity, before = await self._preflight()
        if before.state is UpdateState.STARTED:
            # The journal of an interrupted run has lost its last lines: it may be this run's own flash.
            job.record.resumed()
            evidence = new_evidence(before, job.item.to_version, counts=self._counts(identity))
            return identity, structs.replace(
                evidence, resumed=True, damaged=True, changed_at=job.clock.monotonic()
            )
        await self._backup(identity)
        await self.health.begin(identity)
        job.record.checkpoint()
        async with job.record.stepping(Step.AUTHENTICATE) as step:
            looked_last = short or self._has_looked_last
            step.detail = await authenticate(job.sensor)
            saved = job.spec.options.persist and await self._persist(identity)
        before = before.with_more(self._counted or await self._count())
        self._who = identity
        await self.survey(before)
        job.record.checkpoint()
        evidence = new_evidence(before, job.item.to_version, counts=self._counts(identity))
        evidence = structs.replace(evidence, saved=saved)
        return identity, self._as_looked(evidence) if looked_last and not saved else evidence

    async def survey(self, before: Reading) -> None:
        """Write down what the sensor is before the update, for a resume and for the report."""
        assert self._who is not None, "it was prepared"  # noqa: S101
        await self._job.record.survey(self._who, before, backup=self.backup_id)

    @property
    def _has_looked_last(self) -> bool:
        """Whether nothing is asked between the look that ends the backup and the upload.

        At any request somebody else may begin an update: then the sensor is looked at once more.
        """
        session = self._job.sensor.access.handed_over
        logged_in = session is not None and session.token is not None
        return self.backup_id is not None and logged_in and not self.health.is_wanted

    @property
    def _is_short(self) -> bool:
        """Whether nothing comes between the preflight and the upload: the plan has logged in already."""
        options, planned, session = (
            self._job.spec.options,
            self._job.item.identity,
            self._job.sensor.access.session,
        )
        more = options.backup or options.persist or self.health.is_wanted
        return planned is not None and session is not None and session.token is not None and not more

    async def _count(self, *, known: bool = True) -> Reading:
        """Read what proves a reboot later.

        Args:
            known: whether the sensor is known to answer.

        Raises:
            Unreachable: it was not, and does not.
        """
        self._counted = await read_before(self._job.sensor, thorough=self._reinstalls, known=known)
        return self._counted

    def _as_looked(self, evidence: Evidence) -> Evidence:
        """The evidence with the last reading as the look before the upload, if that was a moment ago."""
        if self._looked is None:
            return evidence
        looked, at = self._looked
        return evidence.seen(looked, at) if self._job.clock.monotonic() - at <= _RECENT else evidence

    def _counts(self, identity: Identity) -> bool:
        return self._job.memory.counts_reboots(identity)

    @property
    def _reinstalls(self) -> bool:
        """Whether the version will not change, so that only a counter can prove a reboot."""
        expected, now = self._job.item.to_version, self._runs
        return expected is None or now is None or matches(now, expected)

    async def _preflight(self) -> tuple[Identity, Reading]:
        job = self._job
        async with job.record.stepping(Step.PREFLIGHT) as step:
            began = job.clock.monotonic()
            identity = await self._identity()
            self.serial = identity.serial
            planned, self._runs = job.item.identity, identity.runs
            if planned is not None and not identity.is_same_sensor(planned):
                raise self._exchanged(identity, planned)
            if planned is not None and identity.runs != planned.runs:
                self._counted = None  # What is read of counters depends on the version.
            state = await job.sensor.read.update_state()
            self._note_look(identity, state, began, job.clock.monotonic())
            await job.record.state(state)
            if state is UpdateState.STARTED and self._past is None:
                raise busy(job.target.address)
            if state is not UpdateState.STARTED:
                await self._judge_again(identity, state)
            step.detail = f"{identity.name} {identity.version}, UpdateState {state.value} ({state.label})"
            if state is not UpdateState.INITIAL:
                step.detail += ", left over from an earlier update"
            return identity, reading_of(identity, state, job.item.device_status)

    def _note_look(self, identity: Identity, state: UpdateState | None, began: float, at: float) -> None:
        """Keep the last reading of who it is and of its state."""
        reading = reading_of(identity, state or UpdateState.INITIAL, None)
        self._looked = (Looked(reading=reading, wants=ACT_WANTS, took=at - began), at)

    async def _judge_again(self, identity: Identity, state: UpdateState) -> None:
        """Judge the sensor as its plan did, by what it is now and what the shelf has now.

        Raises:
            JobEnded: it must not be updated any more, or need not.
        """
        job = self._job
        package = job.spec.package
        if package is None:
            return
        options = structs.replace(job.spec.options, expect_version=job.item.to_version)
        basis = await asyncio.to_thread(Basis.of, package, options, job.shelf)
        refusal = basis.judge_package(job.spec.settings.limits) or await judge_sensor(
            basis, job.sensor, job.target, identity, state, judge_busy=_held_by_us
        )
        if refusal is not None:
            verdict = Verdict.SKIPPED if refusal.action is Action.SKIP else Verdict.FAILED
            raise JobEnded(verdict, refusal.code, refusal.message, refusal.advice)

    async def _identity(self) -> Identity:
        """Read who answers; once it may be silent or starting, since the plan has just spoken with it."""
        try:
            return await self._read_identity()
        except (Unreachable, NotSupported):
            await self._job.clock.sleep(self._job.timing.reconnect_interval)
            return await self._read_identity()

    async def _read_identity(self) -> Identity:
        planned = self._job.item.identity
        read = self._job.sensor.read
        return await read.identity() if planned is None else await read.reread_identity(planned)

    async def _backup(self, identity: Identity) -> None:
        job = self._job
        if not job.spec.options.backup:
            await job.record.skipped(Step.BACKUP, "not wanted (--no-backup)")
            return
        async with job.record.stepping(Step.BACKUP) as step:
            taker = BackupTaker(
                job,
                identity,
                again=self._past is not None and self._past.created_backup,
                known_at=self._looked[1] if self._looked else None,
                # As right before the upload as who it is, which is read last.
                before_the_end=self._count,
            )
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
            if (last := taker.known) is not None:
                self._note_look(last.identity, last.state, last.began, last.at)

    async def _persist(self, identity: Identity) -> bool:
        """Save unsaved parameters before the reboot discards them, where the operator asked for it.

        Returns whether they were saved. Whatever came of it, no firmware was sent.
        """
        job = self._job
        now = await self._read_identity()
        if not now.is_same_sensor(identity):
            raise self._exchanged(now, identity)
        if await job.sensor.read.update_state() is UpdateState.STARTED:
            raise busy(job.target.address)
        try:
            async with job.record.acting("persist"):
                saved = await job.sensor.parameters.persist()
        except SensorError as error:
            raise JobEnded.failed(
                error.code or Code.DEVICE_ERROR,
                f"Its parameters could not be saved first: {error.message} No firmware was written.",
                "Try again, or update without --persist: what is not saved is lost at the reboot.",
            ) from error
        if not saved:
            await job.record.log(Level.WARNING, "The sensor has no call to persist its parameters.")
        return saved

    def _exchanged(self, now: Identity, before: Identity) -> JobEnded:
        return JobEnded.failed(
            Code.OTHER_DEVICE,
            f"Another sensor answers at {self._job.target.address} than when the plan was made "
            f"({now.key or now.name} instead of {before.key or before.name}).",
            "Make a new plan. Nothing was written.",
        )

    def resume(self, past: JobHistory) -> tuple[Identity, Evidence]:
        """Go on where an earlier runner was interrupted.

        What the sensor was comes from the journal; where that is lost, from the plan.
        """
        job = self._job
        survey, item = past.survey, job.item
        identity = survey.identity if survey else item.identity
        if identity is None:
            raise JobEnded.unknown(
                Code.INTERRUPTED,
                "The journal does not record which sensor this job was for.",
                "Read its version with 'sicktui status', then make a new plan.",
            )
        self.serial = identity.serial
        self.backup_id = survey.backup if survey else None
        state = UpdateState(survey.update_state) if survey else UpdateState.INITIAL
        before = reading_of(identity, state if past.state is None else past.state, item.device_status)
        if survey is not None:
            before = structs.replace(
                before,
                power_on=survey.power_on_count,
                hours=survey.hours,
                clock=survey.clock,
                checksum=survey.checksum,
                calibration=survey.calibration,
                sums_ok=survey.sums_ok,
            )
        return identity, resumed_evidence(
            past, before, item.to_version, counts=self._counts(identity), now=job.clock.monotonic()
        )


async def _held_by_us() -> None:
    """The job holds the lock of the sensor."""


def busy(address: str) -> JobEnded:
    """The end of a job that found somebody else's update under way."""
    return JobEnded.failed(
        Code.BUSY,
        f"An update is running at {address} that this run did not start (UpdateState 1, Started).",
        "Wait until it has finished, do not power-cycle the sensor, then plan again.",
    )
