"""The upload step: a last look, the package, and what to do when the connection breaks."""

from typing import Final

from sicktui.engine.job.ended import JobEnded
from sicktui.engine.job.identity import other_device, same_sensor
from sicktui.engine.job.job import Job
from sicktui.model.device import Identity
from sicktui.model.enums import Code, Level, Step, UpdateState, Verdict
from sicktui.model.errors import SicktuiError
from sicktui.model.version import matches
from sicktui.sensor.errors import SensorError, Unreachable, UploadInterrupted, UploadRefused
from sicktui.stores.journal.database import JournalError

MAX_ATTEMPTS: Final = 2
"""A broken upload is tried once more, after the sensor was asked what it makes of the first."""
_SEND_AGAIN: Final = "Check the cable and the network between this PC and the sensor, then update it again."
_LOOK_ON_SITE: Final = "Check its power and its network on site, then read its version with 'sicktui status'."


class Upload:
    """Brings the package to the sensor.

    Args:
        job: the job.
        identity: who the sensor is, and what it ran when this job began.
        baseline: UpdateState when this job began.
    """

    def __init__(self, job: Job, identity: Identity, *, baseline: UpdateState) -> None:
        self._job = job
        self._identity = identity
        self._baseline = baseline

    async def run(self) -> bool:
        """Send the package.

        Returns:
            Whether the sensor has begun to flash by itself meanwhile.

        Raises:
            JobEnded: it could not be sent, or the sensor is not as the plan found it.
        """
        job = self._job
        if job.spec.package is None or job.package_file is None:
            raise JobEnded.failed(Code.PACKAGE_UNREADABLE, "The run has no package to upload.")
        if await self._last_look():
            return True
        job.record.checkpoint()
        for attempt in range(1, MAX_ATTEMPTS + 1):
            untouched = not job.record.irrevocable
            try:
                async with job.record.acting("put_update", f"attempt {attempt}"):
                    await job.sensor.firmware.upload(
                        job.package_file,
                        job.spec.package.size,
                        lambda sent, total: job.record.progress(Step.UPLOAD, sent, total),
                    )
            except UploadInterrupted as error:
                if await self._broken(error, last=attempt == MAX_ATTEMPTS):
                    return True
            except SensorError as error:
                return await self._not_taken(error, untouched=untouched)
            except JournalError as error:
                if untouched:
                    raise
                raise await self._unsure(error) from error
            else:
                return False
        raise AssertionError("the last attempt returns or raises")

    async def _last_look(self) -> bool:
        """Read state and version once more: somebody else may have been quicker.

        Returns:
            Whether the sensor flashes already what an interrupted runner of this run had sent to it.

        Raises:
            JobEnded: it is not as this job found it.
        """
        job = self._job
        state = await job.sensor.read.update_state()
        await job.record.state(state)
        identity = await job.sensor.read.reread_identity(self._identity)
        if not same_sensor(self._identity, identity):
            if job.record.irrevocable:
                raise other_device(job, self._identity, identity)
            raise JobEnded.failed(
                Code.OTHER_DEVICE,
                f"Another sensor answers at {job.target.address} since this job began "
                f"({identity.key or identity.name} instead of {self._identity.key or self._identity.name}).",
                "Find out which sensor has that address, then plan again. Nothing was written.",
            )
        version = identity.version
        if job.record.irrevocable:
            return state is UpdateState.STARTED or version != self._identity.version
        if state not in (self._baseline, UpdateState.INITIAL) or state is UpdateState.STARTED:
            raise JobEnded.failed(
                Code.BUSY,
                f"Somebody else updates this sensor: UpdateState went from {self._baseline.value} to "
                f"{state.value} ({state.label}) since this job began.",
                "Wait until it has finished, do not power-cycle the sensor, then plan again. Nothing was "
                "written.",
            )
        if version == self._identity.version:
            return False
        expected = job.item.to_version
        if expected and matches(version, expected) and not job.spec.options.force:
            raise JobEnded(
                Verdict.SKIPPED, Code.ALREADY_CURRENT, f"Somebody else has updated it to {version} meanwhile."
            )
        raise JobEnded.failed(
            Code.BUSY,
            f"Its version changed from {self._identity.version} to {version} since this job began: somebody "
            "else is working on it.",
            "Find out who, then plan again. Nothing was written.",
        )

    async def _broken(self, error: UploadInterrupted, *, last: bool) -> bool:
        """Ask the sensor what became of a broken upload. True: it flashes; False: it may be sent once more.

        Raises:
            JobEnded: it may not.
        """
        job = self._job
        # When all of it was sent and only the answer is missing, the sensor may start by itself.
        patience = job.timing.autostart_wait if error.sent == error.total else 0.0
        if await self._flashes(error, within=patience):
            return True
        if last:
            raise await self._unsure(error)
        try:
            await job.sensor.access.open_session()
        except SensorError as trouble:
            raise await self._unsure(trouble) from error
        await job.record.log(Level.WARNING, f"{error.message} Trying once more.")
        return False

    async def _not_taken(self, error: SensorError, *, untouched: bool) -> bool:
        """The sensor did not take the package. True: it flashes all the same.

        Raises:
            JobEnded: unless it does.
        """
        if isinstance(error, Unreachable) and untouched:
            raise JobEnded.failed(error.code, f"{error.message} Nothing was written to it.", error.advice)
        if await self._flashes(error, within=0.0):
            return True
        raise await self._unsure(error) from error

    async def _flashes(self, error: SensorError, *, within: float) -> bool:
        """Whether the sensor flashes, or has flashed, whoever it was that began.

        Args:
            error: what became of the upload.
            within: seconds to wait for a flash that starts by itself.

        Raises:
            JobEnded: it does not come back, or another sensor does.
        """
        job = self._job
        deadline = job.clock.monotonic() + within
        while True:
            state = await self._state_when_back(error)
            if state is not self._baseline and state in (UpdateState.STARTED, UpdateState.FINISHED):
                return True
            if job.clock.monotonic() >= deadline:
                break
            await job.clock.sleep(min(job.timing.poll_interval, deadline - job.clock.monotonic()))
        try:
            identity = await job.sensor.read.reread_identity(self._identity)
        except SensorError:
            return False  # What is said of it then is that nobody knows.
        if not same_sensor(self._identity, identity):
            raise other_device(job, self._identity, identity)
        return identity.version != self._identity.version

    async def _state_when_back(self, error: SensorError) -> UpdateState:
        """UpdateState as soon as the sensor answers.

        Raises:
            JobEnded: it does not in time.
        """
        job = self._job
        deadline = job.clock.monotonic() + job.timing.reconnect_timeout
        job.sensor.access.forget_session()
        while True:
            try:
                state = await job.sensor.read.update_state()
            except SensorError as trouble:
                if job.clock.monotonic() >= deadline:
                    raise JobEnded.unknown(
                        error.code,
                        f"{error.message} Its state cannot be read since: {trouble.message}",
                        _LOOK_ON_SITE,
                    ) from error
                await job.clock.sleep(job.timing.reconnect_interval)
            else:
                await job.record.state(state)
                return state

    async def _unsure(self, error: SicktuiError) -> JobEnded:
        """The end of a job whose package did not arrive: failed if the old version still answers."""
        job = self._job
        code = error.code or Code.UPLOAD_FAILED
        try:
            identity = await job.sensor.read.reread_identity(self._identity)
        except SensorError as trouble:
            return JobEnded.unknown(
                code,
                f"{error.message} Its version cannot be read now: {trouble.message}",
                _LOOK_ON_SITE,
            )
        if not same_sensor(self._identity, identity):
            return other_device(job, self._identity, identity)
        message = f"{error.message} It runs {identity.version}."
        if isinstance(error, UploadRefused) and identity.version == self._identity.version:
            return JobEnded.failed(code, message, error.advice)
        expected = job.item.to_version
        if expected is not None and matches(identity.version, expected):
            return JobEnded.unknown(code, message, error.advice)
        # It was asked, so nothing of this is unknown any more, as the error by itself says.
        return JobEnded.failed(
            code, message, _SEND_AGAIN if isinstance(error, UploadInterrupted) else error.advice
        )
