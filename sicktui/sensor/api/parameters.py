"""Writes a variable, saves the parameters, makes the sensor blink."""

from collections.abc import Mapping
from typing import Final

import msgspec

from sicktui.model.errors import UsageError
from sicktui.sensor.api.capabilities import CapabilityCache
from sicktui.sensor.api.login.authentication import Authenticator
from sicktui.sensor.api.login.posts import BeforeRepeat
from sicktui.sensor.api.replies import Reply, parse_reply
from sicktui.sensor.errors import DeviceError, NotSupported, OutOfConnections, SensorError, Unreachable
from sicktui.sensor.turns.link import Link
from sicktui.sensor.turns.retry import retry_when_limited

_PERSIST: Final = ("WriteEeprom", "PersistParameters")
"""The vendor's OpenAPI first, then the authentication article's."""
_LONGEST_BLINK: Final = 65535


class Parameters:
    """Writes to one sensor.

    Args:
        link: the connection to it.
        cache: its capabilities; the method that persists is added.
        access: authenticates.
    """

    def __init__(self, link: Link, cache: CapabilityCache, access: Authenticator) -> None:
        self._link = link
        self._cache = cache
        self._access = access

    async def write(self, name: str, value: object) -> None:
        """Write a variable (authentication article, section 4: wrapped under its own name).

        Raises:
            OutcomeUnknown: the connection broke: it may be written.
            SensorError: it is not written.
        """
        await self._access.call(name, {name.rpartition("/")[2]: value})

    async def persist(self, before_repeat: BeforeRepeat | None = None) -> bool:
        """Save the parameters, so that they survive a power cycle. False: the sensor has no method for it.

        Args:
            before_repeat: looks at the sensor before a second call, and raises to forbid it.

        Raises:
            DeviceError: the sensor reports a failure.
            SensorError: anything else.
        """
        known = self._cache.capabilities.persist
        absent: NotSupported | None = None
        for name in (known,) if known else _PERSIST:
            if self._cache.is_missing(name):
                continue
            if absent is not None:
                await (before_repeat or self._access.look_again)(absent)
            try:
                reply = await self._access.call(name, before_repeat=before_repeat)
            except NotSupported as error:
                if known:
                    raise
                absent = error
                self._cache.mark_missing(name)
                continue
            self._cache.set_persist(name)
            if reply.fields.get("Success") is False or reply.fields.get("Result") is False:
                raise _not_done(self._link, reply)
            return True
        return False

    async def find_me(self, seconds: int, *, unproven: bool = False) -> None:
        """Make the sensor blink (``FindMe``).

        Args:
            seconds: how long, 1 to 65535.
            unproven: no password is known. In the vendor's OpenAPI only ``FindMe`` works without one.

        Raises:
            UsageError: the duration is not possible.
            SensorError: the sensor does not do it.
        """
        if not 1 <= seconds <= _LONGEST_BLINK:
            raise UsageError(f"A sensor blinks for 1 to {_LONGEST_BLINK} seconds, not {seconds}.")
        data = {"uiDuration": seconds}
        if unproven:
            refusal = await self._taken_from_anybody("FindMe", data)
            if refusal is None:
                return
            await self._access.look_again(refusal)

        async def attempt() -> None:
            await self._access.call("FindMe", data)

        # Twice does no harm: it blinks for a little longer.
        await retry_when_limited(self._link.clock, attempt, self._access.look_again)

    async def _taken_from_anybody(self, name: str, data: Mapping[str, object]) -> SensorError | None:
        """POST without authentication. Returns the refusal, if the sensor refuses that."""
        try:
            async with self._link.slot() as slot:
                answer = await slot.post(name, msgspec.json.encode({"data": data}))
            parse_reply(answer, self._link.request("POST", name))
        except (Unreachable, NotSupported, OutOfConnections):
            raise
        except SensorError as error:
            return error
        return None


def _not_done(link: Link, reply: Reply) -> DeviceError:
    return DeviceError(
        f"The sensor at {link.label} reported that {reply.request.name} failed.",
        advice="Try again. If it fails again, restart the sensor.",
        http_status=reply.http_status,
        status=0,
    )
