"""Keeps the password of a sensor that was spoken to over HTTPS off plain HTTP.

A sensor answers on both, and so can another device in its place. That HTTPS fails, or that a profile lost
its ``scheme``, does not justify sending the password where anybody can listen: only a person decides that.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final, Protocol

from sicktui.model.device import Target
from sicktui.model.errors import SicktuiError
from sicktui.sensor.api.reader import Reader
from sicktui.sensor.errors import PasswordWithheld
from sicktui.sensor.turns.link import Link

_ALLOW_HTTP: Final = (
    "Set scheme = 'https' for this device. If HTTPS was switched off on purpose, set scheme = 'http' in its "
    "profile ('sicktui devices edit NAME --scheme http')."
)

_log: Final = logging.getLogger(__name__)


class EncryptionMemory(Protocol):
    """Remembers, across processes, which sensors have ever been spoken to over HTTPS."""

    def knows_https(self) -> bool:
        """Whether any sensor has."""
        ...

    def spoke_https(self, serial: str | None) -> bool:
        """Whether this sensor has; ``serial`` is what it reports now, if that was read."""
        ...

    def note_https(self, serial: str | None) -> None:
        """Remember that it has. Never fails."""
        ...


class EncryptionGuard:
    """Allows or refuses the scheme of one sensor.

    Args:
        link: the connection to it.
        reader: reads its serial number.
        target: the wanted scheme.
        memory: what was seen of this sensor before; ``None``: nothing is remembered (tests).
    """

    def __init__(self, link: Link, reader: Reader, target: Target, memory: EncryptionMemory | None) -> None:
        self._link = link
        self._reader = reader
        self._target = target
        self._memory = memory
        self._cleared = memory is None or target.scheme == "https" or target.http_allowed
        self._noted: set[str | None] = set()

    async def check(self) -> None:
        """Return if the password may be used over this scheme.

        Raises:
            PasswordWithheld: it may not.
            SensorError: its serial number cannot be read.
        """
        if self._cleared or self._memory is None:
            return
        if await self._known(self._memory.knows_https):
            # The same sensor may be called by another name, at another address.
            serial = self._reader.serial or await self._reader.serial_number()
            memory = self._memory
            if await self._known(lambda: memory.spoke_https(serial)):
                raise PasswordWithheld(
                    f"{self._link.label} is plain HTTP, and this sensor, address or name was spoken to over "
                    "HTTPS before. The password was not sent.",
                    advice=_ALLOW_HTTP,
                )
        self._cleared = True

    async def _known(self, question: Callable[[], bool]) -> bool:
        try:
            return await asyncio.to_thread(question)
        except SicktuiError as error:
            # A damaged memory keeps no sensor from working: Basic is refused then, so that at most a proof of
            # the password crosses the network.
            _log.warning("It is not known which sensors were spoken to over HTTPS: %s", error.message)
            return False

    async def note(self) -> None:
        """Remember that the sensor was spoken to over HTTPS, once an answer has come."""
        serial = self._reader.serial
        if self._memory is None or not self._link.answered_encrypted or serial in self._noted:
            return
        await asyncio.to_thread(self._memory.note_https, serial)
        self._noted.add(serial)
