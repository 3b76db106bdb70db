"""Understands UpdateState: what one read of it means after everything that was seen before.

The number alone decides nothing. A 2 or 3 may be left over from an earlier update, a reboot may fall
between two reads, and a sensor that falls silent may only have lost its cable for a moment. So every
look asks what has been *proven*: a state that changed, a version that changed, a power-on counter
that rose.
"""

from enum import Enum, auto

from sicktui.engine.job.ended import JobEnded
from sicktui.engine.job.identity import other_device, same_sensor
from sicktui.engine.job.job import Job
from sicktui.engine.update.proof import known_failure, proof_of_reboot
from sicktui.model.device import Health, Identity
from sicktui.model.enums import Code, Level, UpdateState
from sicktui.model.settings import Timing
from sicktui.sensor.errors import SensorError, Unreachable


def patience(timing: Timing) -> float:
    """Seconds after which a flash that has not begun will not begin any more.

    The article gives an automatic start 30 s of a 300 s flash; a trigger gets as long.
    """
    return max(timing.autostart_wait, timing.flash_timeout / 10, 3 * timing.poll_interval)


class Turn(Enum):
    """What a look found."""

    IDLE = auto()
    STARTED = auto()
    FINISHED = auto()
    SILENT = auto()
    REBOOTED = auto()


class StateWatch:
    """Looks at one sensor, again and again, from its upload to its reboot.

    Args:
        job: the job.
        identity: who the sensor was before.
        health: how it was before; its power-on count proves a reboot when it rises.
        baseline: UpdateState before the upload; 2 and 3 were left over from an earlier update.
    """

    def __init__(self, job: Job, identity: Identity, health: Health, *, baseline: UpdateState) -> None:
        self.started = False
        """Whether state 1 was seen."""
        self.finished = False
        """Whether state 2 was seen, and was not left over."""
        self.last_state = baseline
        self.silent_since: float | None = None
        """When the silence began that is going on."""
        self.error_counts_at = float("inf")
        """From when on a 3 that was there before counts as the answer to the trigger."""
        self.rebooted = ""
        """How the reboot was proven, in words; empty as long as it is not."""
        self._job = job
        self._identity = identity
        self._health = health
        self._baseline = baseline
        self._idle_since: float | None = None

    @property
    def begun(self) -> bool:
        """Whether the sensor was seen to flash."""
        return self.started or self.finished

    @property
    def counts(self) -> bool:
        """Whether the sensor counts its power-ons, which tells a restart from a lost cable."""
        return self._health.power_on_count is not None

    async def look(self) -> Turn:
        """Look once, and understand it.

        Raises:
            JobEnded: the sensor reports an error of this update, or has given it up.
        """
        try:
            state = await self.read()
        except Unreachable:
            self.went_silent()
            return Turn.SILENT
        except SensorError as error:
            # It answers, but not with a state (a 503 while it flashes): keep asking.
            await self._job.record.log(Level.WARNING, error.message)
            if await self.proven_reboot():
                return Turn.REBOOTED
            return Turn.STARTED if self.started else Turn.IDLE
        turn = await self.meaning(state)
        if turn is not Turn.IDLE:
            self._idle_since = None
            return turn
        # Back at 0, or still where it was: a quick reboot may have come between two reads.
        try:
            if await self.reads_rebooted():
                return Turn.REBOOTED
        except SensorError:
            return Turn.IDLE  # It proves nothing; the next look tells more.
        if self.begun and self._idle_for() >= patience(self._job.timing):
            raise await self._given_up()
        return Turn.IDLE

    def _idle_for(self) -> float:
        now = self._job.clock.monotonic()
        if self._idle_since is None:
            self._idle_since = now
        return now - self._idle_since

    async def read(self) -> UpdateState:
        """Read the state and write it down.

        Raises:
            SensorError: it cannot be read.
        """
        state = await self._job.sensor.read.update_state()
        self.silent_since = None
        self.last_state = state
        await self._job.record.state(state)
        return state

    def went_silent(self) -> None:
        """The sensor does not answer; a silence that is going on stays as old as it is."""
        if self.silent_since is None:
            self.silent_since = self._job.clock.monotonic()

    async def meaning(self, state: UpdateState) -> Turn:
        """What a state says after all that was seen before it. ``IDLE``: nothing.

        Raises:
            JobEnded: the sensor reports an error of this update.
        """
        if state is UpdateState.STARTED:
            self.started = True
            return Turn.STARTED
        if state is UpdateState.INITIAL:
            self._baseline = state  # A 2 or 3 that comes from now on is of this update.
            return Turn.IDLE
        stale = state is self._baseline and not self.started
        if state is UpdateState.FINISHED and not stale:
            self.finished = True
            return Turn.FINISHED
        if state is UpdateState.ERROR and (not stale or self._job.clock.monotonic() >= self.error_counts_at):
            raise await self._update_error(stale=stale)
        return Turn.IDLE

    async def proven_reboot(self) -> bool:
        """Whether what the sensor says of itself now proves a reboot. Silence and errors prove nothing."""
        try:
            return await self.reads_rebooted()
        except SensorError:
            return False

    async def reads_rebooted(self) -> bool:
        """The same, but trouble is raised.

        Raises:
            SensorError: it cannot be read.
        """
        sensor = self._job.sensor
        _, version = await sensor.read.ident()
        counts = version == self._identity.version and self.counts
        health = Health(power_on_count=await sensor.read.power_on_count() if counts else None)
        self.rebooted = proof_of_reboot(self._identity, self._health, version, health)
        return bool(self.rebooted)

    async def same_version(self) -> bool:
        """Whether the same sensor says that it runs what it ran before.

        Raises:
            JobEnded: another sensor answers.
            SensorError: it cannot be read.
        """
        now = await self._job.sensor.read.reread_identity(self._identity)
        if not same_sensor(self._identity, now):
            raise other_device(self._job, self._identity, now)
        if now.version != self._identity.version:
            self.rebooted = f"its version changed to {now.version}"
        return now.version == self._identity.version

    async def _update_error(self, *, stale: bool) -> JobEnded:
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

    async def _given_up(self) -> JobEnded:
        return await known_failure(
            self._job,
            Code.UPDATE_ERROR,
            "UpdateState went back to 0 (Initial) without a reboot that could be seen: the sensor has given "
            "the flash up, or lost its power in it.",
            "Check its power supply, then update it again.",
        )
