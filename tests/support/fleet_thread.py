"""Simulated sensors in their own thread, so that tests may wait for processes."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final, Self, TypeVar

from sicktui.simulator import DeviceSpec, Fleet
from sicktui.simulator.device.device import Device
from tests.support.waiting import LIMIT, wait_until

T = TypeVar("T")


LONG: Final = 10_000.0
"""Seconds of a flash that lasts until ``FleetThread.end_flash``, however slow the machine is."""
WAITS_FOR_IT: Final = ("--set", "timing.flash_timeout=120")
"""Makes an update wait for such a flash."""


def sensor(name: str, **changes: object) -> DeviceSpec:
    """A simulated picoScan with the firmware before VERSION, quicker than a real one."""
    quick = {"version": "2.3.0.0R", "flash_seconds": 5, "reboot_seconds": 5, "check_seconds": 1}
    return DeviceSpec(**({"name": name} | quick | changes))  # type: ignore[arg-type]


class FleetThread:
    """A fleet in its own thread."""

    def __init__(
        self, specs: Sequence[DeviceSpec], *, time_scale: float = 50.0, autoip: int | None = None
    ) -> None:
        self._fleet = Fleet(specs, time_scale=time_scale, autoip=autoip)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="plant", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self.do(self._fleet.__aenter__())
        return self

    def __exit__(self, *_: object) -> None:
        self.do(self._fleet.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something in the plant's own thread."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=LIMIT)

    def end_flash(self) -> None:
        """End the flash of every sensor, once one has begun."""
        wait_until(lambda: any(device.update_state == 1 for device in self._fleet.devices), "a flash")
        for device in self._fleet.devices:
            self.end_flash_of(device)

    def end_flash_of(self, device: Device) -> None:
        """End the flash of one sensor, if it has begun."""
        self._loop.call_soon_threadsafe(device.updater.end_flash)

    @property
    def devices(self) -> list[Device]:
        return self._fleet.devices

    @property
    def addresses(self) -> list[str]:
        return [device.address for device in self._fleet.devices]

    def requests(self) -> int:
        """How many requests the sensors have seen."""
        return sum(len(device.requests) for device in self._fleet.devices)

    def writes(self) -> list[str]:
        """What was sent that a sensor can feel."""
        harmless = ("getChallenge", "checkCredentials", "CreateSessionToken", "GetWebserverEnabled")
        return [
            request.path
            for device in self._fleet.devices
            for request in device.requests
            if request.method != "GET" and not request.path.endswith(harmless)
        ]


StartFleet = Callable[..., FleetThread]
"""Starts sensors that end with the test: ``start_fleet(sensor("one"), time_scale=20)``."""
