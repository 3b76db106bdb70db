"""Trigger, flash and reboot: from the uploaded package to the sensor's return.

UpdateState alone decides nothing here. A 2 or 3 may be left over from an earlier update, a reboot may
fall between two reads, and a sensor that falls silent may only have lost its cable for a moment. So
every turn asks what has been *proven*: a state that changed, a version that changed, a power-on
counter that rose.
"""

from enum import Enum, auto

from sicktui.engine.job import Job
from sicktui.engine.proof import known_failure, proof_of_reboot
from sicktui.engine.stop import Stop
from sicktui.model.device import Health, Identity
from sicktui.model.settings import Timing
from sicktui.model.words import Code, Level, Step, UpdateState
from sicktui.sensor.errors import AccessDenied, NotSupported, OutOfConnections, SensorError, Unreachable


class Turn(Enum):
    """What a wait ended with."""

    IDLE = auto()
    STARTED = auto()
    FINISHED = auto()
    SILENT = auto()
    REBOOTED = auto()


def patience(timing: Timing) -> float:
    """Seconds after which a flash that has not begun will not begin any more.

    The article gives an automatic start 30 s of a 300 s flash; a trigger gets as long.
    """
    return max(timing.autostart_wait, timing.flash_timeout / 10, 3 * timing.poll_interval)


class Flash:
    """Takes a sensor that has the package through its flash and its reboot.

    Args:
        job: the job.
        identity: who the sensor was before.
        health: how it was before; its power-on count proves a reboot when it rises.
        baseline: UpdateState before the upload; 2 and 3 were left over from an earlier update.
    """

    def __init__(self, job: Job, identity: Identity, health: Health, *, baseline: UpdateState) -> None:
        self._job = job
        self._identity = identity
        self._health = health
        self._baseline = baseline
        self._started_seen = False
        self._finished_seen = False
        self._resend_left = 1
        self._silent_since: float | None = None
        self._deadline = 0.0
        self._resend_at = 0.0
        self.rebooted = ""
        """How the reboot was proven, in words; empty as long as it is not."""
        self.downtime: float | None = None
        """Seconds from the first silence to the first answer."""

    async def run(self, *, started: bool, triggered: bool = False, resend: bool = True) -> None:
        """Return when the sensor has come back from its reboot.

        Args:
            started: the sensor was seen flashing already.
            triggered: an earlier runner of this run has sent, or was about to send, the trigger.
            resend: whether a trigger that shows no effect may be sent once more.

        Raises:
            Stop: it did not start, reported an error, ran out of time, or did not come back.
        """
        job = self._job
        self._started_seen = started
        self._resend_left = int(resend)
        if triggered:
            await job.record.skipped(Step.TRIGGER, "it was sent before the interruption")
        elif started:
            await job.record.skipped(Step.TRIGGER, "the sensor flashes already")
        else:
            await self._trigger()
        timing = job.timing
        now = job.clock.monotonic()
        self._deadline = now + timing.flash_timeout
        self._resend_at = now + patience(timing)
        while True:
            async with job.record.stepping(Step.FLASH) as step:
                turn = await self._flash()
                step.detail = _FLASH_ENDED.get(turn, "")
            if await self._reboot(turn):
                return

    # -- trigger ------------------------------------------------------------------------------

    async def _trigger(self) -> None:
        job = self._job
        async with job.record.stepping(Step.TRIGGER) as step:
            if await self.begins(job.timing.autostart_wait):
                step.skip("the sensor started by itself")
                return
            step.detail = await self._send_trigger()

    async def begins(self, within: float) -> bool:
        """Wait for a flash that starts by itself, as the article does before it triggers.

        Args:
            within: seconds.
        """
        job = self._job
        deadline = job.clock.monotonic() + within
        while job.clock.monotonic() < deadline:
            await job.clock.sleep(min(job.timing.poll_interval, deadline - job.clock.monotonic()))
            turn = await self._turn()
            if turn is not Turn.IDLE:
                # Silence included: it may be a reboot already. The flash step finds out.
                return True
        return False

    async def _send_trigger(self) -> str:
        """Look once more, then send RunFirmwareUpdate. Returns what to say of it."""
        job = self._job
        try:
            state = await job.sensor.update_state()
            await job.record.state(state)
            _, version = await job.sensor.ident()
        except SensorError as error:
            return f"not sent: the sensor did not answer right before ({error.message})"
        if state is UpdateState.STARTED:
            self._started_seen = True
            return "not needed: the sensor has started by itself"
        if version != self._identity.version:
            self.rebooted = f"its version changed to {version}"
            return f"not needed: its version changed to {version} meanwhile"
        self._baseline = state
        try:
            async with job.record.acting("run_firmware_update"):
                await job.sensor.run_firmware_update()
        except (Unreachable, OutOfConnections) as error:
            # Perhaps it arrived, perhaps not: only UpdateState can tell, and it is read next.
            await job.record.log(Level.WARNING, f"RunFirmwareUpdate was not answered: {error.message}")
            return "sent, not answered"
        except (AccessDenied, NotSupported) as error:
            raise Stop.because(error) from error
        except SensorError as error:
            if await self._turn() in (Turn.IDLE, Turn.SILENT):
                raise await known_failure(
                    job, error.code or Code.DEVICE_ERROR, error.message, error.advice
                ) from error
            return f"answered with an error, but started all the same: {error.message}"
        return ""

    # -- flash --------------------------------------------------------------------------------

    async def _flash(self) -> Turn:
        """Poll UpdateState until something final happens."""
        job = self._job
        while not self.rebooted:
            turn = await self._turn()
            if turn in (Turn.FINISHED, Turn.SILENT, Turn.REBOOTED):
                return turn
            now = job.clock.monotonic()
            if now >= self._deadline:
                raise await self._ran_out()
            if turn is Turn.IDLE and self._resend_left and now >= self._resend_at:
                self._resend_left -= 1
                await job.record.log(
                    Level.WARNING,
                    "UpdateState has not changed since RunFirmwareUpdate; sending it once more.",
                )
                await self._send_trigger()
            await job.clock.sleep(min(job.timing.poll_interval, max(0.0, self._deadline - now)))
        return Turn.REBOOTED

    async def _turn(self) -> Turn:
        """Look at UpdateState once, and understand it.

        Raises:
            Stop: the sensor reports an error of this update.
        """
        job = self._job
        try:
            state = await job.sensor.update_state()
        except Unreachable:
            if self._silent_since is None:
                self._silent_since = job.clock.monotonic()
            return Turn.SILENT
        except SensorError as error:
            # It answers, but not with a state (a 503 while it flashes): keep asking.
            await job.record.log(Level.WARNING, error.message)
            return Turn.STARTED if self._started_seen else Turn.IDLE
        self._silent_since = None
        await job.record.state(state)
        return await self._understand(state)

    async def _understand(self, state: UpdateState) -> Turn:
        if state is UpdateState.STARTED:
            self._started_seen = True
            return Turn.STARTED
        stale = state is self._baseline and not self._started_seen
        if state is UpdateState.FINISHED and not stale:
            self._finished_seen = True
            return Turn.FINISHED
        if state is UpdateState.ERROR and (not stale or self._job.clock.monotonic() >= self._resend_at > 0):
            raise await self._update_error(stale=stale)
        # Back at 0, or still where it was: a quick reboot may have come between two reads.
        if await self._proven_reboot():
            return Turn.REBOOTED
        if self._started_seen and state is UpdateState.INITIAL:
            self.rebooted = "UpdateState went from Started back to Initial"
            return Turn.REBOOTED
        return Turn.IDLE

    async def _proven_reboot(self) -> bool:
        """Whether what the sensor says of itself now proves a reboot. Silence and errors prove nothing."""
        try:
            return await self._reads_rebooted()
        except SensorError:
            return False

    async def _reads_rebooted(self) -> bool:
        sensor = self._job.sensor
        _, version = await sensor.ident()
        counts = version == self._identity.version and self._health.power_on_count is not None
        health = await sensor.health() if counts else Health()
        self.rebooted = proof_of_reboot(self._identity, self._health, version, health)
        return bool(self.rebooted)

    async def _update_error(self, *, stale: bool) -> Stop:
        message = (
            "The sensor reports UpdateState 3 (Error): the package is incompatible, damaged, or for "
            "another variant."
        )
        if stale:
            message = (
                "UpdateState stays at 3 (Error), where it was before: the sensor did not take the package."
            )
        return await known_failure(
            self._job,
            Code.UPDATE_ERROR,
            message,
            "Do not power-cycle it at once. Check that the package is for this model and firmware, "
            "download it again, then retry.",
        )

    async def _ran_out(self) -> Stop:
        seconds = self._job.timing.flash_timeout
        if self._started_seen:
            return await known_failure(
                self._job,
                Code.FLASH_TIMEOUT,
                f"It still reports Started after {seconds:g} s (timing.flash_timeout).",
                "Do not power-cycle it while UpdateState is 1. Look again later with 'sicktui status'.",
            )
        return await known_failure(
            self._job,
            Code.NOT_STARTED,
            f"The flash did not start within {seconds:g} s, although RunFirmwareUpdate was sent.",
            "Check the package type: .spk for firmware below 2.2.0, .spk.signed from 2.2.0 on.",
        )

    # -- reboot -------------------------------------------------------------------------------

    async def _reboot(self, turn: Turn) -> bool:
        """Wait for the sensor to go and come back. False: it was only silent for a moment."""
        job = self._job
        await job.sensor.forget_connections()
        async with job.record.stepping(Step.REBOOT) as step:
            if turn is Turn.FINISHED and not await self._goes_away():
                step.detail = self.rebooted
                return True
            if turn is not Turn.REBOOTED:
                await self._comes_back()
                if not await self._was_reboot():
                    step.skip("it was silent for a moment but has not rebooted")
                    return False
            step.detail = self.rebooted
            return True

    async def _goes_away(self) -> bool:
        """After Finished: wait until it falls silent. False: it is back already."""
        job = self._job
        deadline = job.clock.monotonic() + job.timing.reconnect_timeout
        interval = min(job.timing.poll_interval, job.timing.reconnect_interval)
        while job.clock.monotonic() < deadline:
            try:
                if await self._reads_rebooted():
                    return False
            except Unreachable:
                self._silent_since = self._silent_since or job.clock.monotonic()
                return True
            except SensorError as error:
                await job.record.log(Level.DEBUG, f"It answers, but not with its state: {error.message}")
            await job.clock.sleep(interval)
        raise await known_failure(
            job,
            Code.VERSION_MISMATCH,
            f"It reports Finished but has not rebooted within {job.timing.reconnect_timeout:g} s.",
            "Reboot it by hand, then read its version with 'sicktui status'.",
        )

    async def _comes_back(self) -> None:
        job = self._job
        since = self._silent_since if self._silent_since is not None else job.clock.monotonic()
        deadline = since + job.timing.reconnect_timeout
        while True:
            try:
                await job.sensor.ident()
            except SensorError as error:
                now = job.clock.monotonic()
                if now >= deadline:
                    raise Stop.unknown(
                        Code.NO_RETURN,
                        f"It has not come back within {job.timing.reconnect_timeout:g} s of its reboot "
                        f"({error.message})",
                        "Check its power and its network cable on site; its address may have changed (DHCP). "
                        "Then read its version with 'sicktui status'.",
                    ) from error
                await job.clock.sleep(min(job.timing.reconnect_interval, max(0.0, deadline - now)))
            else:
                break
        self.downtime = round(job.clock.monotonic() - since, 3)
        self._silent_since = None

    async def _was_reboot(self) -> bool:
        """Whether the silence that has just ended was the reboot."""
        if await self._proven_reboot():
            return True
        if self._finished_seen:
            self.rebooted = "it finished, went away and came back"
            return True
        try:
            state = await self._job.sensor.update_state()
        except SensorError:
            return False
        await self._job.record.state(state)
        if self._started_seen and state is UpdateState.INITIAL:
            self.rebooted = "it was flashing, went away and came back at Initial"
            return True
        if self._health.power_on_count is None:
            # Nobody can say whether the package survived: triggering again might flash nothing.
            self._resend_left = 0
        return False


_FLASH_ENDED = {
    Turn.FINISHED: "finished",
    Turn.SILENT: "the sensor went away",
    Turn.REBOOTED: "the sensor has rebooted",
}
