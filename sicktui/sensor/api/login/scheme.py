"""Which scheme one sensor is spoken to with, and what it was seen to speak before.

Nothing that a device reports of itself voids that memory: not another name, firmware or serial number, and
not that ``getChallenge`` is Not Found all at once.
"""

import asyncio
from typing import Final, Protocol

import msgspec

from sicktui.model.device import Target
from sicktui.model.enums import AuthScheme, Code
from sicktui.model.errors import SicktuiError
from sicktui.model.safe_text import clean
from sicktui.sensor.api.capabilities import CHALLENGE, CapabilityCache
from sicktui.sensor.api.login.challenge import Challenge, parse_challenge
from sicktui.sensor.api.login.encryption import EncryptionMemory
from sicktui.sensor.api.reader import Reader
from sicktui.sensor.api.replies import parse_reply
from sicktui.sensor.errors import DeviceError, NotSupported, PasswordWithheld
from sicktui.sensor.turns.link import Link, RequestSlot
from sicktui.sensor.turns.retry import retry_bad_reply, retry_when_busy

_ALLOW_BASIC: Final = (
    "If its firmware supports Basic only, set auth = 'basic' in this device's profile ('sicktui devices edit "
    "NAME --auth basic'): its password then crosses the network in clear text."
)


_FRESH: Final = 2.0
"""Seconds for which the challenge of a probe is used. How long a sensor keeps one is not documented."""


class SchemeMemory(EncryptionMemory, Protocol):
    """Remembers, across processes, which sensors have ever spoken challenge-response, and HTTPS."""

    def spoke_challenge(self, serial: str | None) -> bool:
        """Whether this sensor has; ``serial`` is what it reports now, if that was read."""
        ...

    def note_challenge(self, serial: str | None) -> None:
        """Remember that it does. Never fails."""
        ...


class SchemeFinder:
    """Finds out how writes are authenticated on one sensor.

    Args:
        link: the connection to it.
        cache: its capabilities; the scheme is added.
        reader: reads ``DeviceIdent``, to be sure that it is a sensor, and its serial number.
        target: user and wanted scheme.
        memory: what was seen of this sensor before; ``None``: nothing is remembered (tests).
    """

    def __init__(
        self, link: Link, cache: CapabilityCache, reader: Reader, target: Target, memory: SchemeMemory | None
    ) -> None:
        self._link = link
        self._cache = cache
        self._reader = reader
        self._target = target
        self._memory = memory
        self._spoke_challenge = cache.is_present(CHALLENGE)
        """Whether it ever did, for this client or one before. No identity that it reports changes this."""
        self._no_challenge_here = False
        """Whether this client has found that the sensor has no ``getChallenge``."""
        self._unused: tuple[Challenge, float] | None = None
        """The challenge that the probe has brought, and when."""

    def probe_again(self) -> None:
        """Probe again before the next password is sent in clear text."""
        self._no_challenge_here, self._unused = False, None

    async def find(self) -> AuthScheme:
        """How writes are authenticated here. Probes once; that changes nothing on the sensor.

        Raises:
            SensorError: the sensor cannot be asked.
        """
        if self._target.auth != "auto":
            # The configuration decides. Basic for all devices does not decide about this one.
            wanted = AuthScheme(self._target.auth)
            if wanted is AuthScheme.BASIC and not self._target.basic_allowed:
                await self._check_basic_allowed()
            self._cache.set_auth(wanted)
            return wanted
        known = self._cache.capabilities.auth
        if known is AuthScheme.CHALLENGE or (known is AuthScheme.BASIC and self._no_challenge_here):
            return known
        # Basic found by an earlier client is probed again: a newer firmware may support challenge-response,
        # and an old note must not send a password over the network.
        found = await self._probe()
        self._cache.set_auth(found)
        return found

    async def _probe(self) -> AuthScheme:
        try:
            await self._ask_for_challenge()
        except NotSupported as error:
            if self._has_spoken_challenge():
                raise self._no_challenge(error) from error
            # Any web server answers Not Found. A password is sent to sensors only.
            await self._reader.ident()
            return await self._probe_again()
        return AuthScheme.CHALLENGE

    async def _probe_again(self) -> AuthScheme:
        """Basic only after a second Not Found: the first may come from a sensor that is starting."""
        try:
            await self._ask_for_challenge()
        except NotSupported:
            await self._check_basic_allowed()
            self._no_challenge_here = True
            return AuthScheme.BASIC
        return AuthScheme.CHALLENGE

    async def _check_basic_allowed(self) -> None:
        """Refuse Basic towards a sensor that has ever spoken challenge-response.

        Raises:
            PasswordWithheld: it has.
            SensorError: its serial number cannot be read.
        """
        if self._memory is not None and self._reader.serial is None and not self._has_spoken_challenge():
            await self._reader.serial_number()
        if self._has_spoken_challenge():
            raise self._no_challenge()

    def _has_spoken_challenge(self) -> bool:
        if self._memory is None or self._spoke_challenge:
            return self._spoke_challenge
        try:
            return self._memory.spoke_challenge(self._reader.serial)
        except SicktuiError as error:
            raise PasswordWithheld(
                f"It is not known whether {self._link.label} ever spoke challenge-response: {error.message} "
                "The password was not sent in clear text.",
                advice=f"{error.advice} {_ALLOW_BASIC}".strip(),
            ) from error

    async def _ask_for_challenge(self) -> None:
        """Whether there is a challenge; that changes nothing, so it is tried again like a read."""
        clock = self._link.clock
        await retry_bad_reply(clock, lambda: retry_when_busy(clock, self._probe_challenge))

    async def _probe_challenge(self) -> None:
        async with self._link.slot() as slot:
            self._unused = (await self._challenge(slot), self._link.clock.monotonic())

    async def challenge(self, slot: RequestSlot) -> Challenge:
        """A fresh challenge, which serves one POST: that of the probe a moment ago, or a new one.

        Raises:
            DeviceError: the sensor has no challenge-response.
            SensorError: there was no usable challenge.
        """
        unused, self._unused = self._unused, None
        if unused is not None and self._link.clock.monotonic() - unused[1] <= _FRESH:
            return unused[0]
        try:
            return await self._challenge(slot)
        except NotSupported as error:
            raise self._no_challenge(error) from error

    async def _challenge(self, slot: RequestSlot) -> Challenge:
        body = msgspec.json.encode({"data": {"user": self._target.user}})
        answer = await slot.post(CHALLENGE, body)
        reply = parse_reply(answer, self._link.request("POST", CHALLENGE))
        try:
            challenge = parse_challenge(reply.challenge)
        except msgspec.ValidationError as error:
            raise reply.protocol_error(f"its challenge cannot be used ({clean(str(error))})") from error
        self._cache.mark_present(CHALLENGE)
        self._spoke_challenge = True
        if self._memory is not None:
            await asyncio.to_thread(self._memory.note_challenge, self._reader.serial)
        return challenge

    def _no_challenge(self, error: NotSupported | None = None) -> DeviceError:
        """A DeviceError, because the method itself is not missing, and Basic is not allowed."""
        http_status, status = (error.http_status, error.status) if error else (None, None)
        if not self._has_spoken_challenge():
            return DeviceError(
                f"{self._link.label} does not support challenge-response, and sending the password in clear "
                "text is not allowed.",
                code=Code.NOT_SUPPORTED,
                advice=f"If it is starting, try again in a minute. {_ALLOW_BASIC}",
                http_status=http_status,
                status=status,
            )
        return PasswordWithheld(
            f"{self._link.label} does not support challenge-response now, but this sensor, address or name "
            "did before. The password was not sent in clear text.",
            advice="If it is starting, try again in a minute. Otherwise check that no other device answers "
            f"there. {_ALLOW_BASIC}",
            http_status=http_status,
            status=status,
        )
