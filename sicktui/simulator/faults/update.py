"""Faults of the firmware update: from the upload to the first read afterwards."""

from collections.abc import Mapping

from sicktui.simulator.device.device import Device
from sicktui.simulator.device.plans import FlashPlan
from sicktui.simulator.device.state import Effect
from sicktui.simulator.faults.base import Behaviour, Plan, PlanFault, error_payload, fault
from sicktui.simulator.network.http import Reply, Request
from sicktui.simulator.spec import Fault
from sicktui.simulator.status import message_of


@fault("upload_reset")
class UploadReset(Behaviour):
    """Resets the connection (TCP RST) after ``fraction`` of an upload (default half)."""

    uses = ("fraction", "at")
    default_at = "PUT update"

    def on_upload(self, device: Device, size: int) -> int | None:
        """Cut at the fraction."""
        fraction = 0.5 if self.fault.fraction is None else self.fault.fraction
        return int(size * fraction) if self.strikes(device) else None


@fault("upload_early_401")
class UploadEarly401(Behaviour):
    """Answers an upload with 401 (or ``value``) unread, hangs up ``seconds`` later (default 0); once."""

    uses = ("at", "value", "seconds")
    default_at = "PUT update"
    default_times = 1

    def on_request(self, device: Device, request: Request) -> Effect | None:
        """Refuse at once."""
        if request.method != "PUT" or not self.strikes(device, request):
            return None
        return Effect(fault=self.name, acts=False, alter=self.alter)

    def alter(self, reply: Reply) -> Reply:
        """An early answer."""
        status = self.fault.value if isinstance(self.fault.value, int) else 401
        payload = error_payload(4, message_of(4))
        return Reply(http_status=status, payload=payload, early=True, linger=self.fault.seconds or 0.0)


class FlashFault(PlanFault):
    """A fault that changes what happens after a trigger."""

    def on_flash(self, device: Device, plan: FlashPlan) -> None:
        """Strike each flash, as often as wanted."""
        self.change(plan, device)


@fault("unknown_state")
class UnknownState(Behaviour):
    """``UpdateState`` reads ``value`` (default 7)."""

    uses = ("value",)
    default_at = "GET UpdateState"

    def on_request(self, device: Device, request: Request) -> Effect | None:
        """Strike reads of the state."""
        if not self.strikes(device, request):
            return None
        return Effect(fault=self.name, acts=True, alter=self.alter)

    def alter(self, reply: Reply) -> Reply:
        """The true answer with another number."""
        payload = dict(reply.payload or {})
        payload["data"] = {"UpdateState": 7 if self.fault.value is None else self.fault.value}
        return Reply(payload=payload)


@fault("stuck_at_0")
class StuckAt0(FlashFault):
    """Accepts every trigger and starts nothing."""

    sets = ("starts", False)


@fault("trigger_lost")
class TriggerLost(FlashFault):
    """Accepts the first trigger (the first ``times``) and starts nothing."""

    default_times = 1
    sets = ("starts", False)


@fault("verifies_first")
class VerifiesFirst(FlashFault):
    """Answers a trigger with Ok, and stays in state 0 for ``seconds`` (default 40) before it starts."""

    uses = ("seconds",)
    delays = ("verifies", 40.0)


@fault("stuck_at_1")
class StuckAt1(FlashFault):
    """Stays in state 1 forever."""

    sets = ("ends", False)


@fault("slow_flash")
class SlowFlash(FlashFault):
    """Stays in state 1 for ``seconds`` (default 600), then continues as usual."""

    uses = ("seconds",)
    delays = ("seconds", 600.0)


@fault("update_error")
class UpdateError(FlashFault):
    """Ends in state 3, although the package is good."""

    sets = ("error", True)


@fault("flash_aborted")
class FlashAborted(FlashFault):
    """Goes from state 1 back to 0 without a reboot; the link is away for ``seconds`` of it (default 0.5)."""

    uses = ("seconds",)
    sets = ("aborts", True)
    delays = ("link_away", 0.5)


@fault("announces_early")
class AnnouncesEarly(FlashFault):
    """Names the new version in state 2, before it reboots; with ``old_version`` after it, into the old."""

    def change(self, plan: Plan, device: Device) -> None:
        """Announce what the package brings."""
        if isinstance(plan, FlashPlan) and self.strikes(device):
            plan.announces = plan.version


@fault("second_stage")
class SecondStage(FlashFault):
    """Comes back with the new firmware, goes to state 1 for ``seconds`` (default 5), then reboots again."""

    uses = ("seconds",)
    delays = ("second_stage", 5.0)


@fault("state_after_boot")
class StateAfterBoot(FlashFault):
    """Comes back from an update with ``UpdateState`` ``value`` (default 3) instead of 0."""

    uses = ("value",)

    def changes(self, device: Device) -> Mapping[str, object]:
        """Another state."""
        return {"state_after_boot": self.fault.value if isinstance(self.fault.value, int) else 3}


@fault("no_reboot")
class NoReboot(FlashFault):
    """Reaches state 2 and stays there, with the old firmware."""

    sets = ("reboots", False)


@fault("no_return")
class NoReturn(FlashFault):
    """Reboots and never comes back."""

    sets = ("returns", False)


@fault("slow_return")
class SlowReturn(FlashFault):
    """Comes back only ``seconds`` after the reboot began (default 300)."""

    uses = ("seconds",)
    delays = ("reboot_seconds", 300.0)


@fault("old_version")
class OldVersion(FlashFault):
    """Comes back with the old firmware (or with the version ``value``)."""

    uses = ("value",)

    def changes(self, device: Device) -> Mapping[str, object]:
        """Another version than the package's."""
        value = self.fault.value
        return {"version": value if isinstance(value, str) else device.firmware_version}


@fault("old_version_first")
class OldVersionFirst(FlashFault):
    """Comes back with the old firmware for ``seconds`` (default 5), then reboots into the new one."""

    uses = ("seconds",)
    delays = ("old_first", 5.0)


@fault("rolls_back")
class RollsBack(FlashFault):
    """Comes back with the new firmware, and after ``seconds`` (default 3) reboots into the old one."""

    uses = ("seconds",)
    delays = ("rolls_back_after", 3.0)


@fault("other_serial")
class OtherSerial(FlashFault):
    """Another sensor answers afterwards: serial number ``value`` (default 99999999), its own MAC address."""

    uses = ("value",)

    def changes(self, device: Device) -> Mapping[str, object]:
        """Another sensor."""
        return {"serial": self.fault.value if isinstance(self.fault.value, str) else "99999999"}


@fault("moved")
class Moved(FlashFault):
    """Comes back on another port, like a sensor with a new address."""

    sets = ("moves", True)


@fault("autostart")
class Autostart(Behaviour):
    """Starts to flash by itself ``seconds`` after an upload (default 2)."""

    uses = ("seconds",)

    def on_uploaded(self, device: Device) -> None:
        """Begin."""
        if self.strikes(device):
            device.updater.start_by_itself(2.0 if self.fault.seconds is None else self.fault.seconds)


@fault("finished_never_seen")
class FinishedNeverSeen(FlashFault):
    """Reboots straight from state 1: state 2 can never be read."""

    sets = ("finished_seconds", 0.0)


@fault("power_off_in_flash")
class PowerOffInFlash(FlashFault):
    """Loses its power at ``fraction`` of the flash (default half); back after ``seconds``, or never."""

    uses = ("fraction", "seconds")

    def changes(self, device: Device) -> Mapping[str, object]:
        """The power fails; the old firmware is still there when it is back."""
        fraction = 0.5 if self.fault.fraction is None else self.fault.fraction
        return {"power_off_at": fraction, "power_back": self.fault.seconds}


@fault("unhealthy")
class Unhealthy(FlashFault):
    """Reads ``DeviceStatus`` ``value`` (default 6 ServiceRequired) after an update."""

    uses = ("value",)

    def changes(self, device: Device) -> Mapping[str, object]:
        """Another health."""
        return {"device_status": self.fault.value if isinstance(self.fault.value, int) else 6}


@fault("slow_startup")
class SlowStartup(Behaviour):
    """Reads ``DeviceStatus`` 1 Startup for ``seconds`` after each reboot (default 20)."""

    uses = ("seconds",)

    def on_boot(self, device: Device) -> None:
        """Begin."""
        if self.strikes(device):
            device.startup_until = device.time.now() + (self.fault.seconds or 20.0)


@fault("parameters_lost")
class ParametersLost(FlashFault):
    """Sets parameters (``value``: name or list; default LocationName) to their defaults in an update."""

    uses = ("value",)

    def changes(self, device: Device) -> Mapping[str, object]:
        """Names of what is lost."""
        return {"lost": self.names("LocationName")}


@fault("other_update_running")
class OtherUpdateRunning(Behaviour):
    """Another client's update (to ``value``) starts at the read of UpdateState after the ``after``th.

    ``when`` is the phase: ``idle`` (default) is between plan and upload, ``uploaded`` between upload
    and trigger.
    """

    uses = ("value", "at")
    default_at = "GET UpdateState"
    default_times = 1

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self._when = fault.when or "idle"

    def on_request(self, device: Device, request: Request) -> Effect | None:
        """Begin the other update; the request itself is answered truthfully."""
        if device.phase == self._when and self.strikes(device, request):
            version = self.fault.value if isinstance(self.fault.value, str) else None
            device.updater.start_foreign(version)
        return None
