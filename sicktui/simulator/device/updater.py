"""The firmware update of a simulated device: upload, UpdateState 0 to 3, reboot.

As in SICK's firmware article (section 4) and SICK's updater: every upload is answered with 200; a wrong image
ends in state 3; a good one goes 1, 2, reboot, 0.
"""

import asyncio
from typing import Final, Literal

from sicktui.simulator.device.files.package import ImageReader, ReceivedImage
from sicktui.simulator.device.plans import FlashPlan
from sicktui.simulator.device.state import DeviceState
from sicktui.simulator.errors import ApiError
from sicktui.simulator.generations import version_numbers
from sicktui.simulator.spec import Phase
from sicktui.simulator.status import INTERNAL_ERROR

INITIAL: Final = 0
STARTED: Final = 1
FINISHED: Final = 2
ERROR: Final = 3
_STAGE_DELAY: Final = 0.5
"""Seconds from a boot to the second stage of an update."""
MAX_UPLOAD: Final = 100_000_000
"""Bytes that ``PUT update`` takes (SICK's OpenAPI: 100 MB)."""

Stage = Literal["idle", "uploaded", "flashing", "finished", "error", "updated"]


class Updater:
    """Takes uploads and flashes them; one per device."""

    def __init__(self, device: DeviceState) -> None:
        self._device = device
        self._state: int = device.spec.update_state
        self.image: ReceivedImage | None = None
        """The package that was uploaded and not yet flashed."""
        self.flashes = 0
        """How often a flash has started, by a trigger or by itself; not those of another client."""
        self.uploads = 0
        """How many uploads were completed."""
        self._stage: Stage = "idle"
        self._stage_after_boot: Stage = "idle"
        self._uploading = False
        self._verifying = False
        self._state_after_boot = INITIAL
        self._task: asyncio.Task[None] | None = None
        self._flashing: asyncio.Future[None] | None = None

    @property
    def state(self) -> int:
        """``UpdateState``."""
        return self._state

    @state.setter
    def state(self, state: int) -> None:
        self._state = state
        self._device.changes.announce()

    @property
    def phase(self) -> Phase:
        """The phase of the update."""
        return "uploading" if self._uploading else self._stage

    @property
    def busy(self) -> bool:
        """Whether a flash is under way or about to end in a reboot."""
        return self._stage in ("flashing", "finished")

    # -- upload ----------------------------------------------------------------------------------

    def begin_upload(self) -> ImageReader:
        """Start an upload; ``ApiError`` (HTTP 409) during another upload or a flash."""
        if self.busy or self._uploading:
            doing = "another upload" if self._uploading else f"UpdateState {self.state}"
            self._device.violation(f"PUT update: an upload during {doing}")
            raise ApiError(INTERNAL_ERROR, http_status=409)
        self.image = None
        self._uploading = True
        return ImageReader()

    def upload_broken(self) -> None:
        """The upload broke off: nothing of it is kept."""
        self._uploading = False

    def upload_done(self, image: ReceivedImage) -> None:
        """The upload is complete."""
        self._uploading = False
        self.uploads += 1
        self.image = image
        self._stage = "uploaded"
        seconds = self._device.spec.autostart_after
        if seconds is not None:
            self.start_by_itself(seconds)
        self._device.faults.uploaded()

    def start_by_itself(self, seconds: float) -> None:
        """Flash the upload in ``seconds``, without a trigger."""
        self._task = self._device.spawn(self._autostart(seconds))

    async def _autostart(self, seconds: float) -> None:
        await self._device.time.sleep(seconds)
        if self._stage == "uploaded" and self.image is not None:
            self._start(self.image)

    # -- trigger ---------------------------------------------------------------------------------

    def trigger(self) -> None:
        """``RunFirmwareUpdate``; ``ApiError`` while a flash is under way."""
        if self.busy:
            self._device.violation(f"RunFirmwareUpdate: a second flash during UpdateState {self.state}")
            raise ApiError(INTERNAL_ERROR)
        if self._verifying:
            self._device.violation("RunFirmwareUpdate: a second trigger while the package is verified")
            raise ApiError(INTERNAL_ERROR)
        if self.image is None:
            self._device.violation("RunFirmwareUpdate: no package was uploaded")
        self._start(self.image)

    def _start(self, image: ReceivedImage | None) -> None:
        plan = self._plan(image)
        self._device.faults.flash(plan)
        if plan.starts and plan.verifies:
            self._task = self._device.spawn(self._verify(plan))
        elif plan.starts:
            self._flash_now(plan)

    async def _verify(self, plan: FlashPlan) -> None:
        self._verifying = True
        await self._device.time.sleep(plan.verifies)
        self._verifying = False
        self._flash_now(plan)

    def _flash_now(self, plan: FlashPlan) -> None:
        self.image = None
        self.flashes += 1
        self._run(plan)

    def start_foreign(self, version: str | None) -> None:
        """Another client updates this device (to ``version``, or to the one it runs)."""
        spec = self._device.spec
        self._run(
            FlashPlan(
                version=version or self._device.firmware_version,
                seconds=spec.flash_seconds,
                finished_seconds=spec.finished_seconds,
                reboot_seconds=spec.reboot_seconds,
            )
        )

    def _plan(self, image: ReceivedImage | None) -> FlashPlan:
        device = self._device
        spec = device.spec
        header = None if image is None else image.header
        family = device.generation.family
        any_image = spec.accept_any_image and image is not None
        good = any_image or (header is not None and header.family in (family.name, device.model))
        version = spec.next_version or (header.version if header is not None else device.firmware_version)
        plan = FlashPlan(
            version=version,
            seconds=spec.flash_seconds if good else spec.check_seconds,
            finished_seconds=spec.finished_seconds,
            reboot_seconds=spec.reboot_seconds,
            error=not good,
        )
        if header is not None and good and not any_image and family.signed_since is not None:
            wants_signed = version_numbers(device.firmware_version) >= family.signed_since
            plan.starts = header.signed == wants_signed
        return plan

    # -- what happens then -----------------------------------------------------------------------

    def _run(self, plan: FlashPlan) -> None:
        self.state = STARTED
        self._stage = "flashing"
        self._task = self._device.spawn(self._flash(plan))

    async def _flash(self, plan: FlashPlan) -> None:
        time = self._device.time
        if plan.power_off_at is not None:
            await time.sleep(plan.seconds * plan.power_off_at)
            await self._power_failure(plan)
            return
        if plan.link_away is None:
            await self._in_state_1(plan.seconds)
        else:
            await time.sleep(plan.seconds / 2)
            await self._device.lose_link(plan.link_away)
            await time.sleep(plan.seconds / 2)
        if not plan.ends:
            return
        if plan.error:
            self.state, self._stage = ERROR, "error"
            return
        if plan.aborts:
            self.state, self._stage = INITIAL, "idle"
            return
        self._stage = "finished"
        device = self._device
        running = device.firmware_version
        device.firmware_version = plan.announces or running
        if plan.finished_seconds > 0:
            self.state = FINISHED
            await time.sleep(plan.finished_seconds)
        if plan.reboots:
            await self._reboot(plan, running)

    async def _in_state_1(self, seconds: float) -> None:
        self._flashing = asyncio.ensure_future(self._device.time.sleep(seconds))
        try:
            await asyncio.wait([self._flashing])
        finally:
            self._flashing.cancel()

    def end_flash(self) -> None:
        """End state 1 now, whatever is left of its seconds: for tests that act while a sensor flashes."""
        if self._flashing is not None:
            self._flashing.cancel()

    async def _power_failure(self, plan: FlashPlan) -> None:
        await self._device.power_off()
        if plan.power_back is not None:
            await self._device.time.sleep(plan.power_back)
            await self._device.power_on()

    async def _reboot(self, plan: FlashPlan, old: str) -> None:
        device = self._device
        await device.power_off()
        if plan.old_first is not None:
            await self._boot(plan, "finished")
            await device.time.sleep(plan.old_first)
            await device.power_off()
        device.become(plan)
        if not plan.returns:
            return
        if plan.moves:
            device.move()
        await self._boot(plan, "updated")
        if plan.second_stage is not None:
            await device.time.sleep(_STAGE_DELAY)
            self.state, self._stage = STARTED, "flashing"
            await device.time.sleep(plan.second_stage)
            await device.power_off()
            await self._boot(plan, "updated")
        if plan.rolls_back_after is not None:
            await device.time.sleep(plan.rolls_back_after)
            await device.power_off()
            device.firmware_version = old
            await self._boot(plan, "updated")

    async def _boot(self, plan: FlashPlan, stage: Stage) -> None:
        await self._device.time.sleep(plan.reboot_seconds)
        self._stage_after_boot, self._state_after_boot = stage, plan.state_after_boot
        await self._device.power_on()

    def power_lost(self) -> None:
        """The power fails: drop the upload, and cancel the flash unless it is the caller."""
        self.image = None
        self._uploading = self._verifying = False
        if self._task is not None and self._task is not asyncio.current_task():
            self._task.cancel()
            self._task = None

    def booted(self) -> None:
        """The device has started."""
        self.state, self._state_after_boot = self._state_after_boot, INITIAL
        self._stage, self._stage_after_boot = self._stage_after_boot, "idle"
