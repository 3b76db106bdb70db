"""Measured data of a simulated picoScan over UDP (SICK's developer guide, data output).

What the developer guide has of it: datagrams a second, header, counters and checksum. Only Compact and
MSGPACK over UDP are sent; other families and formats send nothing.
"""

import math
from contextlib import suppress
from typing import Any, Final

from sicktui.simulator.device import variables
from sicktui.simulator.device.plans import DatagramPlan
from sicktui.simulator.device.state import DeviceState
from sicktui.simulator.network.datagrams import DatagramSender
from sicktui.simulator.network.scan_packets import Telegram, compact, msgpack, sender_of

_MSGPACK: Final = 1
_COMPACT: Final = 2
_UDP: Final = 1
_FAST: Final = 30.0
"""From this frequency on, in hertz, a revolution has fewer segments."""
_START: Final = -138.0
"""Degrees of the first beam."""
_UNITS: Final = 10_000
"""Units of an angle in a degree."""
_ALL: Final = 276.0


def segments_of(frequency: float) -> int:
    """Datagrams of one revolution."""
    return 5 if frequency >= _FAST else 10


class ScanOutput:
    """Sends while ``ScanDataEnable`` is true and the sensor measures."""

    def __init__(self, device: DeviceState) -> None:
        self._device = device
        self._counter = 0
        self._frame = 0
        self._sender: DatagramSender | None = None

    def booted(self) -> None:
        """Counters begin anew."""
        self._counter = self._frame = 0

    async def run(self) -> None:
        """Send until the device is stopped."""
        try:
            with self._device.changes.watched() as change:
                while True:
                    receiver = self._receiver()
                    if receiver is None:
                        await change.wait()
                        change.clear()
                    else:
                        await self._revolution(receiver)
        finally:
            self._close()

    def _receiver(self) -> tuple[str, int] | None:
        """To whom it sends now; ``None``: it sends nothing."""
        device = self._device
        settings: Any = device.parameters.current.get("ScanDataEthSettings")
        on = device.parameters.current.get("ScanDataEnable") and device.health.measuring == "running"
        known = device.parameters.current.get("ScanDataFormat") in (_MSGPACK, _COMPACT)
        if not (on and known and device.awake) or settings is None:
            return None
        address = ".".join(str(part) for part in settings["IPAddress"])
        if settings["Protocol"] != _UDP or len(settings["IPAddress"]) != 4 or not settings["Port"]:  # noqa: PLR2004
            return None
        sender = self._open()
        return (address, settings["Port"]) if sender is not None and sender.reaches(address) else None

    def _open(self) -> DatagramSender | None:
        host = self._device.addressing.host
        if self._sender is None or self._sender.host != host:
            self._close()
            with suppress(OSError):
                self._sender = DatagramSender(host, self._device.spec.interface)
        return self._sender

    def _close(self) -> None:
        if self._sender is not None:
            self._sender.close()
            self._sender = None

    async def _revolution(self, receiver: tuple[str, int]) -> None:
        device = self._device
        scan: Any = variables.value(device, "ScanConfig")
        frequency = scan["udiScanFreq"] / 100
        count = segments_of(frequency)
        beams = round(_ALL / count * _UNITS / scan["ScanRange"]["aRange"][0]["udiAngleRes"])
        self._frame += 1
        begin = device.time.now()
        for segment in range(count):
            if self._wanted(segment, count):
                self._send(segment, count, beams, receiver)
            due = begin + (segment + 1) / count / frequency * device.spec.scan_slowed
            await device.time.sleep(due - device.time.now())

    def _wanted(self, segment: int, count: int) -> bool:
        """Whether the filters of interval and angle let it pass."""
        parameters: Any = self._device.parameters.current
        interval = parameters.get("LFPintervalFilter", {"bEnable": False})
        if interval["bEnable"] and self._frame % interval["uiReductionFactor"]:
            return False
        angles = parameters.get("LFPangleRangeFilter", {"bEnable": False})
        first, last = _angles(segment, count)
        return not angles["bEnable"] or (
            first <= angles["fThetaStop"] / _UNITS and last >= angles["fThetaStart"] / _UNITS
        )

    def _send(self, segment: int, count: int, beams: int, receiver: tuple[str, int]) -> None:
        device = self._device
        self._counter += 1
        first, last = _angles(segment, count)
        telegram = Telegram(
            counter=self._counter,
            seconds=device.health.clock.seconds,
            segment=segment,
            frame=self._frame,
            sender=sender_of(device.serial),
            beams=beams,
            first=math.radians(first),
            last=math.radians(last),
        )
        plan = DatagramPlan(telegram=telegram)
        device.faults.datagram(plan)
        if device.parameters.current["ScanDataFormat"] == _MSGPACK:
            datagram = msgpack(telegram, over_all=device.spec.scan_checksum == "all")
        else:
            datagram = compact(telegram)
        for _ in range(plan.times):
            if self._sender is not None:
                self._sender.send(datagram if plan.alter is None else plan.alter(datagram), receiver)


def _angles(segment: int, count: int) -> tuple[float, float]:
    """Degrees of its first and last beam."""
    width = _ALL / count
    return _START + segment * width, _START + (segment + 1) * width
