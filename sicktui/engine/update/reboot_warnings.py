"""What an update's reboot may bring with it: read for the plan, refuses nothing, never raises.

DHCP, the clock and CoLa as SICK's LiDAR Developer Guide (September 2026) describes them.
"""

from typing import Final

from sicktui.model.device import COLA_LOGIN
from sicktui.model.update.proof import START_OF_CLOCK
from sicktui.sensor.api.variables import CLOCK
from sicktui.sensor.client import Sensor

_DHCP: Final = 1
_RETRY: Final = 1
_NO_CLOCK_SOURCE: Final = 0
_BUSY: Final = 0


async def reboot_warnings(sensor: Sensor) -> list[str]:
    """What to mind before the sensor reboots, in sentences."""
    number = sensor.read.number
    found = []
    if await number("SCdevicestate") == _BUSY:
        found.append(f"{COLA_LOGIN} Log out there first.")
    if await number("EtherAddressingMode") == _DHCP and await number("EtherDHCPFallback") == _RETRY:
        found.append(
            "Its address comes from DHCP, with retry as the fallback (EtherDHCPFallback 1): without a DHCP "
            "server it does not come back from the reboot."
        )
    return found


async def clock_note(sensor: Sensor) -> str:
    """What becomes of a clock that was set by hand; empty for one that is synchronised or was never set."""
    if await sensor.read.number("TSCRole") != _NO_CLOCK_SOURCE:
        return ""
    clock = await sensor.read.helpful(CLOCK)
    if clock is not None and clock < START_OF_CLOCK:
        return ""  # It shows the time since power-up.
    return "Its clock is set by hand (TSCRole 0) and loses the time at the reboot; set it again."
