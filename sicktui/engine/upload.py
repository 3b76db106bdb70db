"""The upload step: a last look, the package, and what to do when the connection breaks."""

from typing import Final

from sicktui.engine.job import Job
from sicktui.engine.stop import Stop
from sicktui.model.device import Identity
from sicktui.model.version import matches
from sicktui.model.words import Code, Level, Step, UpdateState, Verdict
from sicktui.sensor.errors import SensorError, UploadInterrupted, UploadRefused

MAX_ATTEMPTS: Final = 2
"""A broken upload is tried once more, after the sensor was asked what it makes of the first."""


class Upload:
    """Brings the package to the sensor."""

    def __init__(self, job: Job, identity: Identity) -> None:
        self._job = job
        self._identity = identity

    async def run(self) -> bool:
        """Send the package.

        Returns:
            Whether the sensor has begun to flash by itself meanwhile.

        Raises:
            Stop: it could not be sent, or the sensor is not as the plan found it.
        """
        job = self._job
        if job.spec.package is None or job.package_file is None:
            raise Stop.failed(Code.PACKAGE_UNREADABLE, "The run has no package to upload.")
        await self._last_look()
        job.record.checkpoint()
        for attempt in range(1, MAX_ATTEMPTS + 1):
            try:
                async with job.record.acting("put_update", f"attempt {attempt}"):
                    await job.sensor.upload_package(
                        job.package_file,
                        job.spec.package.size,
                        lambda sent, total: job.record.progress(Step.UPLOAD, sent, total),
                    )
            except UploadInterrupted as error:
                if await self._started_after(error, last=attempt == MAX_ATTEMPTS):
                    return True
                await job.sensor.open_session()
                await job.record.log(Level.WARNING, f"{error.message} Trying once more.")
            except UploadRefused as error:
                raise Stop.because(error) from error
            except SensorError as error:
                raise await self._unsure(error) from error
            else:
                return False
        raise AssertionError("the last attempt returns or raises")

    async def _last_look(self) -> None:
        """Read state and version once more: somebody else may have been quicker."""
        job = self._job
        state = await job.sensor.update_state()
        await job.record.state(state)
        _, version = await job.sensor.ident()
        if state is UpdateState.STARTED:
            raise Stop.failed(
                Code.BUSY,
                "Somebody else's update began on this sensor after the plan (UpdateState 1, Started).",
                "Wait until it has finished, do not power-cycle the sensor, then plan again.",
            )
        if version == self._identity.version:
            return
        expected = job.item.to_version
        if expected and matches(version, expected) and not job.spec.options.force:
            raise Stop(
                Verdict.SKIPPED, Code.ALREADY_CURRENT, f"Somebody else has updated it to {version} meanwhile."
            )
        raise Stop.failed(
            Code.BUSY,
            f"Its version changed from {self._identity.version} to {version} since this job began: somebody "
            "else is working on it.",
            "Find out who, then plan again. Nothing was written.",
        )

    async def _started_after(self, error: UploadInterrupted, *, last: bool) -> bool:
        """Ask the sensor what became of a broken upload. True: it flashes already."""
        state = await self._state_when_back()
        if state is UpdateState.STARTED:
            return True
        if state is None:
            raise Stop.unknown(
                Code.UPLOAD_FAILED,
                f"{error.message} The sensor has not answered since.",
                "Check its power and its network on site, then read its version with 'sicktui status'.",
            )
        if last:
            raise await self._unsure(error)
        return False

    async def _state_when_back(self) -> UpdateState | None:
        """UpdateState as soon as the sensor answers; ``None`` if it does not in time."""
        job = self._job
        deadline = job.clock.monotonic() + job.timing.reconnect_timeout
        await job.sensor.forget_connections()
        while True:
            try:
                state = await job.sensor.update_state()
            except SensorError:
                if job.clock.monotonic() >= deadline:
                    return None
                await job.clock.sleep(job.timing.reconnect_interval)
            else:
                await job.record.state(state)
                return state

    async def _unsure(self, error: SensorError) -> Stop:
        """The end of a job whose package did not arrive: failed if the old version still answers."""
        try:
            _, version = await self._job.sensor.ident()
        except SensorError:
            return Stop.unknown(
                error.code,
                f"{error.message} The sensor does not answer either.",
                "Check its power and its network on site, then read its version with 'sicktui status'.",
            )
        return Stop.failed(error.code, f"{error.message} It still runs {version}.", error.advice)
