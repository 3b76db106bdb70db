"""Trigger, flash and reboot: from the uploaded package to the sensor's return."""

from typing import Final

from sicktui.engine.job.ended import JobEnded
from sicktui.engine.job.job import Job
from sicktui.engine.update.proof import known_failure
from sicktui.engine.update.state_watch import StateWatch, Turn, patience
from sicktui.model.device import Health, Identity
from sicktui.model.enums import Code, Level, Step, UpdateState
from sicktui.sensor.errors import OutOfConnections, SensorError, Unreachable
from sicktui.stores.journal.database import JournalError

__all__ = ["Flash", "Turn", "patience"]


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
        self._watch = StateWatch(job, identity, health, baseline=baseline)
        self._sent = False
        self._not_sent = ""
        self._heard = 0
        """How many triggers the sensor has answered, whatever it said."""
        self._unheard: list[SensorError] = []
        """What became of the others."""
        self._triggers_left = 0
        self._deadline = 0.0
        self._resend_at = 0.0
        self._goes_by: float | None = None
        self._silent_in_overtime = False
        self.downtime: float | None = None
        """Seconds from the first silence to the first answer."""

    @property
    def rebooted(self) -> str:
        """How the reboot was proven, in words; empty as long as it is not."""
        return self._watch.rebooted

    async def run(self, *, started: bool, triggered: bool = False, resend: bool = True) -> None:
        """Return when the sensor has come back from its reboot.

        Args:
            started: the sensor was seen flashing already.
            triggered: an earlier runner of this run has sent, or was about to send, the trigger.
            resend: whether a trigger that shows no effect may be sent once more.

        Raises:
            JobEnded: it did not start, reported an error, ran out of time, or did not come back.
        """
        job = self._job
        self._watch.started = started
        self._sent = triggered
        self._heard = int(triggered)
        self._triggers_left = int(resend) + int(not (triggered or started))
        self._not_before(job.clock.monotonic() + patience(job.timing))
        if triggered:
            await job.record.skipped(Step.TRIGGER, "it was sent before the interruption")
        elif started:
            await job.record.skipped(Step.TRIGGER, "the sensor flashes already")
        else:
            await self._trigger()
        self._deadline = job.clock.monotonic() + job.timing.flash_timeout
        while True:
            async with job.record.stepping(Step.FLASH) as step:
                turn = await self._flash()
                step.detail = _FLASH_ENDED.get(turn, "")
            if await self._reboot(turn):
                return
            # It was silent and has not rebooted: asking goes on, but not for ever.
            await job.clock.sleep(job.timing.poll_interval)

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
            turn = await self._watch.look()
            if turn is not Turn.IDLE:
                # Silence included: it may be a reboot already. The flash step finds out.
                return True
        return False

    async def _send_trigger(self) -> str:
        """Look once more, then send RunFirmwareUpdate. Returns what to say of it.

        Raises:
            JobEnded: the sensor reports an error of this update, or refuses to start.
        """
        job = self._job
        try:
            turn = await self._look_before_trigger()
        except SensorError as error:
            self._not_sent = error.message
            return f"not sent: the sensor did not answer right before ({error.message})"
        if turn is not Turn.IDLE:
            return f"not needed: {_NOT_NEEDED[turn]}"
        self._triggers_left -= 1
        repeated = self._sent
        try:
            async with job.record.acting("run_firmware_update"):
                self._sent = True
                self._not_before(job.clock.monotonic() + patience(job.timing))
                await job.sensor.firmware.start_flash()
                self._heard += 1
        except (Unreachable, OutOfConnections) as error:
            # Perhaps it arrived, perhaps not: only UpdateState can tell, and it is read next.
            self._unheard.append(error)
            await job.record.log(Level.WARNING, f"RunFirmwareUpdate was not answered: {error.message}")
            return "sent, not answered"
        except SensorError as error:
            self._heard += 1
            return await self._refused(error)
        except JournalError as error:
            if repeated:
                # The first one may yet have its effect: that is watched to its end.
                return f"not sent once more: {error.message}"
            raise await known_failure(
                job,
                error.code or Code.STORAGE_ERROR,
                f"{error.message} What cannot be written down is not done, so the flash was not triggered.",
                f"{error.advice} The package is on the sensor; update it again.".strip(),
            ) from error
        return ""

    async def _look_before_trigger(self) -> Turn:
        """State and version right before the trigger; anything but ``IDLE`` forbids it."""
        turn = await self._watch.meaning(await self._watch.read())
        if turn is Turn.IDLE and not await self._watch.same_version():
            return Turn.REBOOTED
        return turn

    def _not_before(self, moment: float) -> None:
        """Give what was sent last the time to show an effect."""
        self._resend_at = moment
        if self._sent and not self._triggers_left:
            # A 3 that was there before may mean a lost trigger as well: it counts after the second.
            self._watch.error_counts_at = moment

    async def _refused(self, error: SensorError) -> str:
        """RunFirmwareUpdate was answered with an error. Returns what to say if it was taken all the same."""
        job = self._job
        if error.outcome_unknown:
            await job.record.log(Level.WARNING, f"The answer makes no sense: {error.message}")
            return "sent, the answer makes no sense"
        if await self._watch.look() is Turn.IDLE:
            await job.clock.sleep(job.timing.poll_interval)
            if await self._watch.look() is Turn.IDLE:
                raise await known_failure(
                    job, error.code or Code.DEVICE_ERROR, error.message, error.advice
                ) from error
        return f"answered with an error, but started all the same: {error.message}"

    # -- flash --------------------------------------------------------------------------------

    async def _flash(self) -> Turn:
        """Poll UpdateState until something final happens."""
        job = self._job
        while not self._watch.rebooted:
            turn = await self._watch.look()
            if turn in (Turn.FINISHED, Turn.REBOOTED):
                return turn
            now = job.clock.monotonic()
            if turn is Turn.SILENT and not self._silent_in_overtime:
                # A silence that begins with the deadline may be the reboot: once it is waited for.
                self._silent_in_overtime = now >= self._deadline
                return turn
            if now >= self._deadline:
                if await self._watch.proven_reboot():
                    return Turn.REBOOTED
                raise await self._ran_out()
            if turn is Turn.IDLE and self._may_trigger(now):
                if self._sent:
                    await job.record.log(
                        Level.WARNING,
                        "UpdateState has not changed since RunFirmwareUpdate; sending it once more.",
                    )
                await self._send_trigger()
            await job.clock.sleep(min(job.timing.poll_interval, max(0.0, self._deadline - now)))
        return Turn.REBOOTED

    def _may_trigger(self, now: float) -> bool:
        if not self._triggers_left or self._watch.begun:
            return False
        return not self._sent or now >= self._resend_at

    async def _ran_out(self) -> JobEnded:
        within = f"within {self._job.timing.flash_timeout:g} s (timing.flash_timeout)"
        if self._watch.begun:
            still = ": it still reports Started" if self._watch.last_state is UpdateState.STARTED else ""
            return await known_failure(
                self._job,
                Code.FLASH_TIMEOUT,
                f"The flash did not end {within}{still}.",
                "Do not power-cycle it while UpdateState is 1. Look again later with 'sicktui status'.",
            )
        if not self._sent:
            return await known_failure(
                self._job,
                Code.NOT_STARTED,
                f"RunFirmwareUpdate was not sent {within}, because the sensor gave no usable answer right "
                f"before: {self._not_sent or 'it was silent.'}",
                "The package is on the sensor, but this run has not flashed it. Look at it with "
                "'sicktui status', then update again.",
            )
        return await self._never_started(within)

    async def _never_started(self, within: str) -> JobEnded:
        """The end of a job whose trigger had no effect, with what the sensor said to it."""
        sent = self._heard + len(self._unheard)
        if self._unheard and not self._heard:
            last = self._unheard[-1]
            busy = all(isinstance(error, OutOfConnections) for error in self._unheard)
            often = "once" if sent == 1 else f"{sent} times"
            return await known_failure(
                self._job,
                Code.OUT_OF_CONNECTIONS if busy else Code.NOT_STARTED,
                f"The flash did not start {within}. RunFirmwareUpdate was sent {often}, and "
                f"{'refused' if busy else 'not answered'}: {last.message}",
                f"{last.advice} The package is on the sensor; update it again.".strip(),
            )
        return await known_failure(
            self._job,
            Code.NOT_STARTED,
            f"The flash did not start {within}, although RunFirmwareUpdate was sent.",
            "Check the package type: .spk for firmware below 2.2.0, .spk.signed from 2.2.0 on.",
        )

    # -- reboot -------------------------------------------------------------------------------

    async def _reboot(self, turn: Turn) -> bool:
        """Wait for the sensor to go and come back. False: it was only silent for a moment."""
        job = self._job
        job.sensor.access.forget_session()
        async with job.record.stepping(Step.REBOOT) as step:
            goes = turn is not Turn.REBOOTED and (turn is not Turn.FINISHED or await self._goes_away())
            if goes:
                await self._comes_back()
                if not await self._was_reboot():
                    step.skip("it was silent for a moment but has not rebooted")
                    return False
            await self._has_flashed()
            step.detail = self.rebooted
            return True

    async def _goes_away(self) -> bool:
        """After Finished: wait until it falls silent. False: it is back already."""
        job = self._job
        if self._goes_by is None:
            self._goes_by = job.clock.monotonic() + job.timing.reconnect_timeout
        interval = min(job.timing.poll_interval, job.timing.reconnect_interval)
        trouble = ""
        while job.clock.monotonic() < self._goes_by:
            try:
                if await self._watch.reads_rebooted():
                    return False
                trouble = ""
            except Unreachable:
                self._watch.went_silent()
                return True
            except SensorError as error:
                trouble = error.message
            await job.clock.sleep(interval)
        # A 3 that came after the 2 says more than that nothing happened.
        if await self._watch.look() is Turn.REBOOTED:
            return False
        if trouble:
            raise JobEnded.unknown(
                Code.NO_RETURN,
                f"It reported Finished, but since then nothing can be read of it: {trouble}",
                "Check it on site, then read its version with 'sicktui status'.",
            )
        raise await known_failure(
            job,
            Code.VERSION_MISMATCH,
            f"It reports Finished but has not rebooted within {job.timing.reconnect_timeout:g} s.",
            "Reboot it by hand, then read its version with 'sicktui status'.",
        )

    async def _comes_back(self) -> None:
        job = self._job
        since = self._watch.silent_since
        since = job.clock.monotonic() if since is None else since
        deadline = since + job.timing.reconnect_timeout
        while True:
            try:
                await job.sensor.read.ident()
            except SensorError as error:
                now = job.clock.monotonic()
                if now >= deadline:
                    raise JobEnded.unknown(
                        Code.NO_RETURN,
                        f"It has not come back within {job.timing.reconnect_timeout:g} s of falling silent. "
                        f"{error.message}",
                        "Check its power and its network cable on site; its address may have changed (DHCP). "
                        "Then read its version with 'sicktui status'.",
                    ) from error
                await job.clock.sleep(min(job.timing.reconnect_interval, max(0.0, deadline - now)))
            else:
                break
        self.downtime = round(job.clock.monotonic() - since, 3)
        self._watch.silent_since = None

    async def _was_reboot(self) -> bool:
        """Whether the silence that has just ended was the reboot."""
        watch = self._watch
        if await watch.proven_reboot():
            return True
        try:
            state = await watch.read()
        except SensorError:
            return False
        # Still at 1 or 2, it was only the network: the reboot is yet to come.
        if state is UpdateState.INITIAL and watch.begun:
            watch.rebooted = "it was flashing, went away and came back at Initial"
            return True
        if not watch.counts:
            # Nobody can say whether the package survived: triggering again might flash nothing.
            self._triggers_left = 0
        return False

    async def _has_flashed(self) -> None:
        """Raise JobEnded if the reboot came before this run has triggered anything: the package is lost."""
        if self._sent or self._watch.begun or not await self._still_old():
            return
        raise await known_failure(
            self._job,
            Code.NOT_STARTED,
            "It has restarted before the flash was triggered, and the uploaded package is lost "
            f"({self.rebooted}).",
            "Check its power supply, then update it again.",
        )

    async def _still_old(self) -> bool:
        try:
            return await self._watch.same_version()
        except SensorError:
            return False


_NOT_NEEDED: Final = {
    Turn.STARTED: "the sensor flashes already",
    Turn.FINISHED: "the sensor has finished already",
    Turn.REBOOTED: "the sensor has rebooted meanwhile",
}
_FLASH_ENDED: Final = {
    Turn.FINISHED: "finished",
    Turn.SILENT: "the sensor went away",
    Turn.REBOOTED: "the sensor has rebooted",
}
