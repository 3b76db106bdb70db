"""A fleet of simulated sensors: in this process, or for any client on this PC."""

import asyncio
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from sicktui.simulator.clock import SimulatedTime
from sicktui.simulator.device.device import Device
from sicktui.simulator.errors import ScenarioError
from sicktui.simulator.faults import FaultSet
from sicktui.simulator.network.autoip import AUTOIP_PORT, AutoIpSocket
from sicktui.simulator.server.server import Server
from sicktui.simulator.spec import DeviceSpec

__all__ = ["Device", "Fleet", "serve"]


class Fleet:
    """Simulated devices on ports of 127.0.0.1; an async context manager.

    Args:
        specs: the devices, in order.
        port: the first device's port, each further one on the next; 0: any free ports.
        time_scale: how many times faster than real time.
        autoip: the UDP port on which all of them hear searches, as in one network; 0: each one on a free
            port; ``None``: only those with an interface hear any.
    """

    def __init__(
        self,
        specs: Sequence[DeviceSpec],
        *,
        port: int = 0,
        time_scale: float = 1.0,
        autoip: int | None = None,
    ) -> None:
        names = [spec.name for spec in specs]
        double = next((name for name in names if names.count(name) > 1), None)
        if double is not None:
            raise ScenarioError(f"Two simulated devices have the name {double!r}.", advice="Rename one.")
        self.time = SimulatedTime(time_scale)
        self.devices = [self._device(spec) for spec in specs]
        self._port = port
        self._autoip = autoip
        self._sockets: list[AutoIpSocket] = []

    def _device(self, spec: DeviceSpec) -> Device:
        return Device(
            spec,
            self.time,
            faults=lambda device: FaultSet(device, spec.faults),
            server=lambda device: Server(device, self.record).serve,
        )

    def __getitem__(self, name: str) -> Device:
        """The device of that name."""
        for device in self.devices:
            if device.name == name:
                return device
        raise KeyError(name)

    async def __aenter__(self) -> Self:
        """Open every port; ``SimulatorError`` if one is taken."""
        try:
            for number, device in enumerate(self.devices):
                await device.start(self._port + number if self._port else 0)
            await self._hear()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close everything."""
        await self.stop()

    async def _hear(self) -> None:
        """Open the UDP ports."""
        shared = await self._socket(self._autoip) if self._autoip else None
        for device in self.devices:
            if device.spec.interface is not None:
                device.autoip.attach(await self._socket(AUTOIP_PORT, device.spec.interface))
            elif self._autoip is not None:
                device.autoip.attach(shared or await self._socket(0))

    async def _socket(self, number: int, interface: str | None = None) -> AutoIpSocket:
        opened = AutoIpSocket(interface=interface)
        await opened.open(number)
        self._sockets.append(opened)
        return opened

    async def stop(self) -> None:
        """Close everything."""
        for opened in self._sockets:
            opened.close()
        await asyncio.gather(*(device.stop() for device in self.devices))

    def record(self) -> dict[str, object]:
        """The records of all devices: ``GET /simulator/fleet``."""
        return {"devices": [device.record() for device in self.devices]}


async def serve(
    specs: Sequence[DeviceSpec],
    *,
    port: int,
    announce: Callable[[dict[str, object]], None],
    stop: asyncio.Event,
    time_scale: float = 1.0,
    autoip: int = 0,
) -> None:
    """Serve a fleet to any client until ``stop`` is set.

    Args:
        specs: the devices.
        port: the first one's port; 0: any free ports.
        announce: called once per device when all of them answer, with ``name``, ``address`` and more.
        stop: ends the service.
        time_scale: how many times faster than real time.
        autoip: the UDP port on which all devices hear searches; 0: each one on a free port.

    Raises:
        SimulatorError: a port is taken.
    """
    async with Fleet(specs, port=port, time_scale=time_scale, autoip=autoip) as fleet:
        for device in fleet.devices:
            announce(device.summary())
        await stop.wait()
