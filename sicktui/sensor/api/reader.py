"""Reads a sensor's identity, update state, health and variables. Needs no password."""

import contextlib
from collections.abc import Callable
from datetime import datetime
from typing import Final, TypeVar

from msgspec import structs

from sicktui.model.device import COLA_LOGIN, Health, HttpsState, Identity
from sicktui.model.enums import UpdateState
from sicktui.model.firmware.version import is_conclusive, parse
from sicktui.sensor.api import values
from sicktui.sensor.api.capabilities import CapabilityCache
from sicktui.sensor.api.replies import Reply, parse_reply
from sicktui.sensor.api.variables import (
    CERTIFICATE_EXPIRY,
    DEVICE_STATUS,
    FIRMWARE_VERSION,
    HTTPS_STATUS,
    MAC,
    POWER_ON_COUNT,
    SERIAL_NUMBER,
    Variable,
)
from sicktui.sensor.errors import AccessDenied, NotSupported, ProtocolError, SensorError
from sicktui.sensor.turns.link import Link
from sicktui.sensor.turns.retry import retry_bad_reply, retry_when_busy

T = TypeVar("T")
Check = Callable[[Reply], object]

_COSMETIC: Final = {
    "mac": MAC,
    "device_type": Variable("DeviceType", values.text),
    "order_number": Variable("OrderNumber", values.text),
    "location": Variable("LocationName", values.text),
}
"""What an identity has beside its keys, by field: the variable that reports it."""


class Reader:
    """Reads the variables of one sensor.

    Args:
        link: the connection to it.
        cache: its capabilities; existing and missing variables are added.
    """

    def __init__(self, link: Link, cache: CapabilityCache) -> None:
        self._link = link
        self._cache = cache
        self.steady = True
        """Whether a read that gets a bad reply is tried again; off for a watcher, which looks again."""
        self.serial: str | None = None
        """The serial number that was read last; ``None`` if there was none."""

    async def read(self, name: str, check: Check | None = None) -> Reply:
        """GET a variable.

        Args:
            name: the variable.
            check: raises ``ProtocolError`` if the value is not one of this variable: a bad reply too.

        Raises:
            NotSupported: there is no such variable.
            SensorError: anything else.
        """
        if self.steady:
            return await retry_bad_reply(self._link.clock, lambda: self._when_free(name, check))
        return await self._when_free(name, check)

    async def _when_free(self, name: str, check: Check | None) -> Reply:
        reply = await retry_when_busy(self._link.clock, lambda: self._read(name))
        if check is not None:
            check(reply)
        return reply

    async def _read(self, name: str) -> Reply:
        async with self._link.slot() as slot:
            answer = await slot.get(name)
        return parse_reply(answer, self._link.request("GET", name))

    async def read_if_present(self, name: str, check: Check | None = None) -> Reply | None:
        """GET a variable that not every sensor has. A missing one is not requested again.

        Raises:
            NotSupported: it answered before and does not now, which happens while the sensor starts.
            SensorError: anything else.
        """
        if self._cache.is_missing(name):
            return None
        try:
            reply = await self.read(name, check)
        except (NotSupported, AccessDenied) as error:
            if self._cache.is_present(name):
                raise
            if isinstance(error, NotSupported):
                self._cache.mark_missing(name)
            # A variable that this user may not read counts as missing, for now.
            return None
        self._cache.mark_present(name)
        return reply

    async def optional(self, variable: Variable[T]) -> T | None:
        """The value of a variable that not every sensor has; ``None`` where there is none.

        Raises:
            SensorError: it cannot be read.
        """
        reply = await self.read_if_present(variable.name, variable.parse)
        return None if reply is None else variable.parse(reply)

    async def helpful(self, variable: Variable[T]) -> T | None:
        """The value of a variable that helps and is not needed: reading it may fail in any way."""
        try:
            return await self.optional(variable)
        except SensorError:
            return None

    def is_present(self, name: str) -> bool:
        """Whether the sensor has answered for ``name`` before."""
        return self._cache.is_present(name)

    async def ident(self) -> tuple[str, str]:
        """``DeviceIdent``: name and version. Every sensor has it, so it also shows that a sensor answers.

        Raises:
            ProtocolError: there is no such variable, so it is not a sensor with this API.
            SensorError: anything else.
        """
        try:
            reply = await self.read("DeviceIdent", values.device_ident)
        except NotSupported as error:
            raise ProtocolError(
                f"{self._link.label} has no DeviceIdent: it is not a SICK sensor with this API.",
                advice="Check the address and port of this device: something else seems to answer there.",
                http_status=error.http_status,
                status=error.status,
            ) from error
        name, version = values.device_ident(reply)
        self._cache.set_identity(name, version)
        return name, version

    async def identity(self) -> Identity:
        """Everything that distinguishes one sensor from another.

        Raises:
            SensorError: it cannot be read, or is not valid.
        """
        name, version = await self.ident()
        serial = await self.serial_number()
        if serial is None:
            known = Identity(name=name, version=version, mac=await self.optional(MAC))
        else:
            known = await self._cosmetic(Identity(name=name, version=version, serial=serial), "mac")
        for field in ("device_type", "order_number", "location"):
            known = await self._cosmetic(known, field)
        return await self._whole_version(known)

    async def reread_unreadable(self, known: Identity) -> Identity:
        """Read again what could not be read of a sensor before. Never raises."""
        for field, variable in _COSMETIC.items():
            if variable.name in known.unreadable:
                known = await self._cosmetic(known, field)
        return known

    async def _cosmetic(self, known: Identity, field: str) -> Identity:
        """Read a text that people like to see and that decides nothing: it may fail in any way."""
        variable = _COSMETIC[field]
        unreadable = {name: why for name, why in known.unreadable.items() if name != variable.name}
        steady, self.steady = self.steady, False
        text = None
        try:
            text = await self.optional(variable)
            text = self._link.redactor.redact(text) if text else text
        except SensorError as error:
            unreadable[variable.name] = error.message
        finally:
            self.steady = steady
        return structs.replace(known, **{field: text}, unreadable=unreadable)

    async def _cursory(self, variable: Variable[T]) -> T | None:
        """The same, asked for once only: people like to see it, and it decides nothing."""
        steady, self.steady = self.steady, False
        try:
            return await self.helpful(variable)
        finally:
            self.steady = steady

    async def reread_identity(self, known: Identity) -> Identity:
        """Read the version and the keys of a known sensor again, and keep the rest.

        Args:
            known: the result of an earlier ``identity``, perhaps of another process. A serial number is
                enough; the MAC address is read only if none was known.

        Raises:
            NotSupported: a key that it had is missing now, which happens while it starts.
            SensorError: it cannot be read, or is not valid.
        """
        name, version = await self.ident()
        for variable, value in (("SerialNumber", known.serial), ("EtherMACAddress", known.mac)):
            if value is not None:
                self._cache.mark_present(variable)
        serial, mac = await self._keys(known, name)
        known = structs.replace(known, name=name, version=version, serial=serial, mac=mac)
        return await self._whole_version(known)

    async def _whole_version(self, known: Identity) -> Identity:
        """Read ``FirmwareVersion`` where ``DeviceIdent.Version`` may be cut off: it has 8 characters only."""
        firmware = None
        if not is_conclusive(known.version):
            firmware = await self._cursory(FIRMWARE_VERSION)
        return structs.replace(known, firmware=firmware if firmware and parse(firmware) else None)

    async def _keys(self, known: Identity, name: str) -> tuple[str | None, str | None]:
        """Serial number and MAC address, as far as they are needed to recognise the known sensor."""
        try:
            serial = await self.serial_number()
        except NotSupported:
            # It may be another sensor without a serial number: then something else differs too.
            mac = None
            with contextlib.suppress(NotSupported):
                mac = await self.optional(MAC)
            if name == known.name and (mac is None or known.mac in (None, mac)):
                raise
            return None, mac
        if serial is not None and known.serial is not None:
            return serial, known.mac
        return serial, await self.optional(MAC)

    async def serial_number(self) -> str | None:
        """``SerialNumber``; ``None`` if the sensor has none.

        Raises:
            SensorError: it cannot be read.
        """
        self.serial = await self.optional(SERIAL_NUMBER)
        return self.serial

    async def update_state(self) -> UpdateState:
        """``UpdateState``.

        Raises:
            NotSupported: the sensor has no firmware update over this API.
            ProtocolError: its value is not known.
            SensorError: anything else.
        """
        return values.update_state(await self.read("UpdateState", values.update_state))

    async def health(self) -> Health:
        """``DeviceStatus`` and ``PowerOnCnt``, where they exist, and what explains a state that is not good.

        Raises:
            SensorError: ``DeviceStatus`` cannot be read.
        """
        status = await self.optional(DEVICE_STATUS)
        count, note = None, ""
        try:
            count = await self.optional(POWER_ON_COUNT)
        except SensorError as error:
            note = f"PowerOnCnt cannot be read: {error.message}"
        if status is not None and not status.healthy and await self.number("SCdevicestate") == 0:
            note = f"{note} {COLA_LOGIN}".strip()
        return Health(status=status, power_on_count=count, note=note)

    async def number(self, name: str) -> int | None:
        """A number that helps and is not needed; ``None`` where it is not offered or cannot be read."""
        return await self._cursory(Variable(name, values.count))

    async def mac_again(self) -> str | None:
        """``EtherMACAddress``, requested also if it was missing before.

        Raises:
            NotSupported: there is no such variable.
            SensorError: it cannot be read.
        """
        return values.mac_address(await self.read("EtherMACAddress", values.mac_address))

    async def https(self) -> HttpsState | None:
        """``httpsStatus``, and how long its certificate is valid; ``None`` if it cannot be read."""
        status = await self._cursory(HTTPS_STATUS)
        if status is None:
            return None
        enabled, trouble = status
        expires: datetime | None = None
        if enabled:
            expires = await self._cursory(CERTIFICATE_EXPIRY)
        return HttpsState(enabled=enabled, expires=expires, trouble=trouble)

    async def value(self, name: str) -> object:
        """Any variable: the bare value, wherever the sensor wraps it. Texts in it are not cleaned.

        A secret that was sent to the sensor is masked in them: what is read is kept and shown.

        Raises:
            UsageError: the name is not valid.
            NotSupported: there is no such variable.
            SensorError: anything else.
        """
        return self._masked((await self.read(values.checked_name(name))).value)

    async def open_method(self, name: str) -> object:
        """What a method answers that only reads, and that the vendor's files have without a login (POST).

        Raises:
            NotSupported: there is no such method.
            SensorError: anything else; the sensor may want a login all the same.
        """
        async with self._link.slot() as slot:
            answer = await slot.post(name, b"{}")
        return self._masked(parse_reply(answer, self._link.request("POST", name)).value)

    def _masked(self, value: object) -> object:
        match value:
            case str():
                return self._link.redactor.redact(value)
            case dict():
                return {name: self._masked(part) for name, part in value.items()}
            case list():
                return [self._masked(part) for part in value]
            case _:
                return value
