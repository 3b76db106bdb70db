"""Asks an address over REST which sensor answers there. Reads only, without a password."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

from msgspec import structs

from sicktui.model.device import Identity
from sicktui.model.search.records import By, NoSensor, RestAnswer, address_of
from sicktui.sensor.api.variables import MAC
from sicktui.sensor.client import Sensor
from sicktui.sensor.errors import SensorError, Unreachable

CONNECT_TIMEOUT: Final = 1.3
"""Seconds until an address must accept a connection: a lost packet is repeated after 1 s."""
REPLY_TIMEOUT: Final = 5.0
"""Seconds for one request and its reply."""
_TEXTS: Final = {"device_type": "DeviceType", "location": "LocationName", "order_number": "OrderNumber"}
_SCAN_OFF: Final = 2
"""``EtherCoLaScanMode``: 0 on, 1 no change of address, 2 off, 3 changes only for 60 s after a start."""

OpenSensor = Callable[[str], Sensor]
"""A client for the sensor at an address (``host`` or ``host:port``). It has no password."""


class Asker:
    """Asks addresses, each in one connection at a time, and never more than ``at_once`` together.

    Args:
        open_sensor: makes a client for an address.
        at_once: how many connections there may be.
    """

    def __init__(self, open_sensor: OpenSensor, at_once: int) -> None:
        self._open = open_sensor
        self._gate = asyncio.Semaphore(at_once)

    async def who(self, host: str, port: int, by: By = By.SWEEP) -> RestAnswer:
        """Who answers at an address: ``DeviceIdent``, serial number, MAC address. Never raises.

        Args:
            host: its IPv4 address.
            port: its TCP port.
            by: why it is asked.
        """
        address = address_of(host, port)
        async with self._sensor(address) as sensor:
            try:
                known = await self._keys(sensor)
            except SensorError as error:
                return RestAnswer(
                    address=address, host=host, by=by, refusal=_refusal(error), words=error.message
                )
        return RestAnswer(address=address, host=host, by=by, identity=known)

    async def _keys(self, sensor: Sensor) -> Identity:
        # What is not a sensor is asked once; a sensor may have a bad moment.
        sensor.read.steady = False
        async with self._gate:
            name, version = await sensor.read.ident()
            sensor.read.steady = True
            serial = await sensor.read.serial_number()
        known = Identity(name=name, version=version, serial=serial)
        # The rate limit of the sensor makes this wait: not with a connection that others could have.
        async with self._gate:
            try:
                return structs.replace(known, mac=await sensor.read.optional(MAC))
            except SensorError as error:
                return structs.replace(known, unreadable={"EtherMACAddress": error.message})

    async def complete(self, answer: RestAnswer, *, heard: bool) -> RestAnswer:
        """The same with the texts that people like to see.

        Args:
            answer: a sensor's.
            heard: whether it has answered the search: then it does not hide.
        """
        known = answer.identity
        if known is None:
            return answer
        async with self._sensor(answer.address) as sensor:
            for variable in _TEXTS.values():
                async with self._gate:
                    asked = structs.replace(known, unreadable={variable: ""})
                    read = await sensor.read.reread_unreadable(asked)
                    known = structs.replace(read, unreadable={**known.unreadable, **read.unreadable})
            hidden = not heard and await self._hides(sensor)
        return structs.replace(answer, identity=known, hidden=hidden)

    async def _hides(self, sensor: Sensor) -> bool:
        """Whether it answers no search: ``EtherCoLaScanMode`` 2, or ``EnableColaScan`` false (LRS4000)."""
        sensor.read.steady = False
        mode = await self._value(lambda: sensor.read.value("EtherCoLaScanMode"))
        if mode is None:
            return await self._value(lambda: sensor.read.value("EnableColaScan")) is False
        return type(mode) is int and mode == _SCAN_OFF

    async def _value(self, read: Callable[[], Awaitable[object]]) -> object:
        async with self._gate:
            with contextlib.suppress(SensorError):
                return await read()
        return None

    @asynccontextmanager
    async def _sensor(self, address: str) -> AsyncIterator[Sensor]:
        sensor = self._open(address)
        try:
            yield sensor
        finally:
            await sensor.aclose()


def _refusal(error: SensorError) -> NoSensor:
    if isinstance(error, Unreachable) and error.http_status is None and not error.broke_off:
        if error.unsent:
            return NoSensor.UNSENT
        return NoSensor.CLOSED if error.refused else NoSensor.SILENT
    return NoSensor.OTHER
