"""Faults of what a sensor reports about itself: who it is, what it runs, what it has counted."""

from collections.abc import Callable
from typing import Final

from msgspec import structs

from sicktui.simulator.device.device import Device
from sicktui.simulator.device.state import Effect
from sicktui.simulator.faults.base import Behaviour, fault
from sicktui.simulator.faults.wire import WireFault
from sicktui.simulator.network.http import Reply, Request


@fault("other_sensor")
class OtherSensor(Behaviour):
    """Another sensor (serial number ``value``, default 99999999) has the address from a request on."""

    uses = ("at", "value")
    default_times = 1

    def on_request(self, device: Device, request: Request) -> Effect | None:
        """Swap them; the other one answers."""
        if self.strikes(device, request):
            device.swap(self.fault.value if isinstance(self.fault.value, str) else "99999999")
        return None


@fault("other_family")
class OtherFamily(WireFault):
    """Reports in ``DeviceIdent`` that it is of another family (``value``, default LRSNAV)."""

    uses = ("value",)
    default_at = "DeviceIdent"
    acting = True

    def alter(self, reply: Reply) -> Reply:
        """The true answer with another name."""
        name = self.fault.value if isinstance(self.fault.value, str) else "LRSNAV"
        return structs.replace(reply, payload=_changed(dict(reply.payload or {}), "Name", value=name))


def _changed(fields: dict[str, object], name: str, *, value: object) -> dict[str, object]:
    """The fields with one of them changed, wherever it is."""
    return {
        key: value if key == name else _changed(old, name, value=value) if isinstance(old, dict) else old
        for key, old in fields.items()
    }


@fault("calibration_moves")
class CalibrationMoves(WireFault):
    """Reports in ``LFTchecksum`` another ``MD5Calibration`` than before."""

    default_at = "LFTchecksum"
    acting = True

    def alter(self, reply: Reply) -> Reply:
        """The true answer with another digest."""
        payload = _changed(dict(reply.payload or {}), "MD5Calibration", value="f" * 32)
        return structs.replace(reply, payload=payload)


@fault("checksum_fails")
class ChecksumFails(WireFault):
    """Reports in ``LFTchecksum`` that one of its areas fails its check (``MD5SumOK`` false)."""

    default_at = "LFTchecksum"
    acting = True

    def alter(self, reply: Reply) -> Reply:
        """The true answer, but for this."""
        return structs.replace(reply, payload=_changed(dict(reply.payload or {}), "MD5SumOK", value=False))


@fault("mac_only")
class MacOnly(Behaviour):
    """Has no ``SerialNumber``: only the MAC address identifies it."""

    def on_start(self, device: Device) -> None:
        """Take the variable away."""
        device.hidden |= {"SerialNumber"}


@fault("no_identity_beyond_ident")
class NoIdentity(Behaviour):
    """Has ``DeviceIdent`` and nothing else that identifies it."""

    def on_start(self, device: Device) -> None:
        """Take the variables away."""
        device.hidden |= {
            "SerialNumber",
            "EtherMACAddress",
            "DeviceType",
            "OrderNumber",
            "LocationName",
            "FirmwareVersion",
        }


@fault("power_on_not_counted")
class PowerOnNotCounted(Behaviour):
    """Has a ``PowerOnCnt`` that never rises."""

    def on_start(self, device: Device) -> None:
        """Fix what is shown."""
        device.shown_count = device.power_on_count


@fault("serial_with_zeros")
class SerialWithZeros(Behaviour):
    """Writes its serial number with two leading zeros from its next boot on."""

    def on_boot(self, device: Device) -> None:
        """Spell it otherwise."""
        device.serial_prefix = "00"


@fault("serial_appears")
class SerialAppears(Behaviour):
    """Has no ``SerialNumber`` before its next boot."""

    def on_start(self, device: Device) -> None:
        """Take the variable away."""
        device.hidden |= {"SerialNumber"}

    def on_boot(self, device: Device) -> None:
        """Have it."""
        device.hidden -= {"SerialNumber"}


_IDENT_LENGTH: Final = 8  # SICK's OpenAPI files, outside the LRS family.
_SPELLINGS: Final[dict[object, Callable[[str], str]]] = {
    "V": "V{}".format,
    "NUL": "{}\0\0\0".format,
    "bare": lambda version: version.removesuffix("R"),
}


@fault("version_spelling")
class VersionSpelling(Behaviour):
    """Spells its version with a leading V, padded with NUL, or bare of its R (``value``: V, NUL, bare)."""

    uses = ("value",)

    def on_start(self, device: Device) -> None:
        """Spell it otherwise; DeviceIdent cuts it at 8 characters, FirmwareVersion does not."""
        device.spelled = _SPELLINGS[self.fault.value or "V"]
        device.ident_length = _IDENT_LENGTH
