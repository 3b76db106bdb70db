"""A network interface of this PC that a simulated sensor has to itself: in network namespaces, as root."""

import asyncio
from typing import Final

from sicktui.simulator.errors import SimulatorError
from sicktui.simulator.network.autoip_packets import NO_ADDRESS, Ipv4

_SECONDS: Final = 10.0


class Interface:
    """The interface ``name`` takes the sensor's MAC and IPv4 address, so that other hosts see a sensor."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._mac: str | None = None

    async def configure(self, ipv4: Ipv4, mac: str) -> None:
        """Take an address; 0.0.0.0: have no address.

        Raises:
            SimulatorError: there is no such interface, or this program may not change it.
        """
        device = ("dev", self.name)
        if mac != self._mac:
            await self._ip("link", "set", *device, "down")
            await self._ip("link", "set", *device, "address", mac)
            self._mac = mac
        await self._ip("link", "set", *device, "up")
        await self._ip("-4", "addr", "flush", *device)
        if ipv4.address == NO_ADDRESS:
            return
        await self._ip("addr", "add", f"{ipv4.address}/{ipv4.mask}", "broadcast", "+", *device)
        if ipv4.gateway != NO_ADDRESS:  # a gateway that is not in its network is of no use to it
            await self._ip("route", "replace", "default", "via", ipv4.gateway, *device, check=False)

    async def _ip(self, *words: str, check: bool = True) -> None:
        try:
            process = await asyncio.create_subprocess_exec(
                "ip", *words, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
            )
        except OSError as error:
            raise SimulatorError(
                f"The interface {self.name} cannot be set up: there is no command ip.",
                advice="Install iproute2; only Linux has it.",
            ) from error
        _, said = await asyncio.wait_for(process.communicate(), _SECONDS)
        if check and process.returncode:
            raise SimulatorError(
                f"The interface {self.name} cannot be set up: {said.decode(errors='replace').strip()}.",
                advice="Name an interface of this network namespace, and run as root.",
            )
