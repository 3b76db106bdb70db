"""The proof: who answers after the reboot, what it runs, and whether it stays healthy."""

from typing import NamedTuple

from sicktui.engine.job.ended import JobEnded
from sicktui.engine.job.identity import other_device, same_sensor
from sicktui.engine.job.job import Job
from sicktui.model.device import Health, Identity
from sicktui.model.enums import Code, DeviceStatus, UpdateState
from sicktui.model.version import matches
from sicktui.sensor.errors import SensorError, Unreachable


async def known_failure(job: Job, code: Code, message: str, advice: str) -> JobEnded:
    """The end of a job after the upload: failed if the sensor is seen not to run the expected version.

    Anything less is unknown: a sensor that does not answer, another one that answers at its address, or
    one that runs the version after all.
    """
    planned = job.item.identity
    try:
        if planned is None:
            _, version = await job.sensor.read.ident()
        else:
            identity = await job.sensor.read.reread_identity(planned)
            if not same_sensor(planned, identity):
                return other_device(job, planned, identity)
            version = identity.version
    except SensorError as error:
        return JobEnded.unknown(code, f"{message} Its version cannot be read now: {error.message}", advice)
    expected = job.item.to_version
    if expected is None or matches(version, expected):
        return JobEnded.unknown(code, f"{message} It says it runs {version}.", advice)
    return JobEnded.failed(code, f"{message} It runs {version}.", advice)


class Look(NamedTuple):
    """What a sensor says of itself at one moment."""

    identity: Identity
    state: UpdateState
    health: Health


async def look_again(job: Job, before: Identity) -> Look:
    """Read a sensor whose job was interrupted, waiting while it may be rebooting; record its state.

    Raises:
        JobEnded: it does not answer in time, or another sensor does.
    """
    deadline = job.clock.monotonic() + job.timing.reconnect_timeout
    while True:
        try:
            identity = await job.sensor.read.reread_identity(before)
            if not same_sensor(before, identity):
                raise other_device(job, before, identity)
            state = await job.sensor.read.update_state()
            # At once: whoever resumes waits for a word from each sensor.
            await job.record.state(state)
            return Look(identity, state, await job.sensor.read.health())
        except SensorError as error:
            if job.clock.monotonic() >= deadline:
                raise JobEnded.unknown(
                    Code.NO_RETURN,
                    f"The job was interrupted, and the sensor does not answer since: {error.message}",
                    "Check its power and its network cable on site, then read its version with "
                    "'sicktui status'.",
                ) from error
            await job.clock.sleep(job.timing.reconnect_interval)


def proof_of_reboot(before: Identity, health: Health, version: str, now: Health) -> str:
    """How a reboot is proven by what changed, in words; empty if nothing proves it."""
    if version != before.version:
        return f"its version changed to {version}"
    count, earlier = now.power_on_count, health.power_on_count
    if count is not None and earlier is not None and count > earlier:
        return f"its power-on count rose from {earlier} to {count}"
    return ""


class Proof:
    """Verifies one sensor after its reboot.

    Args:
        job: the job.
        before: who the sensor was before the update.
        rebooted: how the reboot was proven, in words.
    """

    def __init__(self, job: Job, before: Identity, rebooted: str) -> None:
        self._job = job
        self._before = before
        self._rebooted = rebooted
        self.version: str | None = None
        """What the sensor last said it runs."""

    async def run(self) -> str:
        """Return how the success was proven, in words.

        Raises:
            JobEnded: anything that keeps the verdict from being ``succeeded``.
        """
        await self._same_sensor()
        await self._right_version()
        words = await self._stays_healthy()
        return f"{self._rebooted}; {words}"

    async def _same_sensor(self) -> None:
        identity = await self._read_identity()
        self.version = identity.version
        if not same_sensor(self._before, identity):
            raise other_device(self._job, self._before, identity)

    async def _read_identity(self) -> Identity:
        """Read who answers; just after a boot a variable may not be there yet."""
        job = self._job
        deadline = job.clock.monotonic() + job.timing.reconnect_timeout
        while True:
            try:
                identity = await job.sensor.read.reread_identity(self._before)
            except SensorError as error:
                if job.clock.monotonic() >= deadline:
                    raise self._gone(error) from error
            else:
                if identity.key is not None or self._before.key is None or job.clock.monotonic() >= deadline:
                    return identity
            await job.clock.sleep(job.timing.reconnect_interval)

    def _gone(self, error: SensorError) -> JobEnded:
        return JobEnded.unknown(
            Code.NO_RETURN if isinstance(error, Unreachable) else Code.UNHEALTHY,
            f"It came back from its reboot but cannot be read: {error.message}",
            "Check it on site, then read its version with 'sicktui status'.",
        )

    async def _right_version(self) -> None:
        expected = self._job.item.to_version
        if expected is None:
            raise JobEnded.unknown(
                Code.VERSION_MISMATCH,
                f"It runs {self.version} now (was {self._before.version}), but nobody said which version the "
                "package brings.",
                "Compare with the release notes; next time give --expect-version.",
            )
        if self.version is not None and matches(self.version, expected):
            return
        # A sensor may answer once more from its old firmware before it restarts for good.
        await self._job.clock.sleep(self._job.timing.settle)
        await self._same_sensor()
        if matches(self.version or "", expected):
            return
        raise JobEnded.failed(
            Code.VERSION_MISMATCH,
            f"It came back with {self.version} instead of {expected}.",
            "Check that the package is for this model and brings this version, then update again.",
        )

    async def _stays_healthy(self) -> str:
        """Wait until it has been healthy at the version for ``settle`` seconds without a break."""
        job = self._job
        clock, timing = job.clock, job.timing
        deadline = clock.monotonic() + timing.reconnect_timeout + timing.settle
        healthy_since: float | None = None
        while True:
            trouble, status = await self._look()
            now = clock.monotonic()
            if trouble:
                healthy_since = None
            elif healthy_since is None:
                healthy_since = now
            if healthy_since is not None and now - healthy_since >= timing.settle:
                return f"{_words(status)} for {timing.settle:g} s"
            if trouble and now >= deadline:
                raise await self._never_healthy(trouble)
            # The last pause ends with the time that it has to stay healthy.
            end = deadline if healthy_since is None else healthy_since + timing.settle
            pause = timing.settle / 3 if timing.settle else timing.reconnect_interval
            await clock.sleep(min(pause, timing.poll_interval, max(0.0, end - now)) or 0.01)

    async def _never_healthy(self, trouble: "_Trouble") -> JobEnded:
        if trouble.code is Code.VERSION_MISMATCH:
            return await known_failure(
                self._job,
                trouble.code,
                f"It came back with {self.version}, but then {trouble.words}: it has gone back by itself.",
                "Look at the sensor's own log in the vendor's software before trying again.",
            )
        return JobEnded.unknown(
            trouble.code,
            f"It came back with {self.version}, but does not become healthy: {trouble.words}.",
            "Look at its status in the vendor's software and at the sensor on site.",
        )

    async def _look(self) -> "tuple[_Trouble | None, DeviceStatus | None]":
        """What is wrong at this moment, and its ``DeviceStatus``."""
        job = self._job
        try:
            _, version = await job.sensor.read.ident()
            # Not its whole health: at two requests a second a third one would cost a second each time.
            status = await job.sensor.read.device_status()
        except SensorError as error:
            code = Code.NO_RETURN if isinstance(error, Unreachable) else Code.UNHEALTHY
            return _Trouble(code, error.message.rstrip(".")), None
        if job.item.to_version is not None and not matches(version, job.item.to_version):
            return _Trouble(Code.VERSION_MISMATCH, f"it says that it runs {version}"), status
        if status is None and job.item.device_status is not None:
            return _Trouble(Code.UNHEALTHY, "it does not tell its DeviceStatus, as it did before"), status
        if status is not None and not status.healthy:
            known = f"{status.value} ({status.label})"
            if status is DeviceStatus.UNKNOWN:
                known += ", or a number that is not known"
            return _Trouble(Code.UNHEALTHY, f"DeviceStatus is {known}"), status
        return None, status


class _Trouble(NamedTuple):
    """Why a sensor cannot be called updated at this moment."""

    code: Code
    words: str


def _words(status: DeviceStatus | None) -> str:
    return "answering" if status is None else f"DeviceStatus {status.value} ({status.label})"
