"""The values that were written to a sensor and are not in effect: what it shows of them, and the way back.

A sensor may report the address in use until ``EthernetUpdate``, not the one that was written. Then its
readings prove neither that it has a new value nor that it has the old one again.
"""

import contextlib
from collections.abc import Callable
from typing import Final

from sicktui.engine.context import Context
from sicktui.engine.parameters.compare import shown
from sicktui.engine.parameters.read_back import StillOld, took, write_and_read
from sicktui.model.enums import Code
from sicktui.model.errors import SicktuiError
from sicktui.model.network.addressing import Ipv4Config
from sicktui.sensor.api.network import ADDRESS, FALLBACK, MODE, values_of
from sicktui.sensor.client import Sensor
from sicktui.sensor.errors import SensorError, is_unsure

_LOOK: Final = "Look at them with 'sicktui address', then try again."


class Written:
    """What one change has sent to one sensor.

    Args:
        context: the clock.
        before: what the sensor reported before anything was sent.
        wanted: what it is to have.
        on_shown: called when it first reports a value that was written.
    """

    def __init__(
        self, context: Context, before: Ipv4Config, wanted: Ipv4Config, on_shown: Callable[[], None]
    ) -> None:
        self._context = context
        self._old = values_of(before)
        self._new = values_of(wanted)
        self._dhcp = wanted.dhcp
        self._on_shown = on_shown
        self._sent: dict[str, object] = {}
        self._refused: set[str] = set()
        self._unshown: list[str] = []
        """Accepted, and still read as before."""
        self._shows: set[str] = set()
        """What was seen to change before it applied: the mode, the fallback, the address as a whole."""

    async def write(self, sensor: Sensor, name: str) -> None:
        """Write one wanted value and read it back. One of the address may read as before, for now.

        Raises:
            SensorError: it was refused, or it is unknown whether it was taken.
            SicktuiError: the sensor reports a third value.
        """
        value = self._sent[name] = self._new[name]
        try:
            new = await write_and_read(sensor, self._context, name, value, self._old[name])
        except StillOld:
            if _group(name) == name != ADDRESS:
                raise
            self._unshown.append(name)
            return
        except SensorError as error:
            if not is_unsure(error):
                self._refused.add(name)
            raise
        self._see({name: new})
        if not took(new, value):
            raise SicktuiError(
                f"The sensor accepted {name} but now reports {shown(new)} instead of {shown(value)}.",
                advice="Check that the address is possible on this sensor.",
                code=Code.DEVICE_ERROR,
            )

    async def check(self, sensor: Sensor) -> None:
        """Read all values once more, together.

        Raises:
            SicktuiError: they are not those that were written, and not the ones in use either.
        """
        now = await sensor.network.config()
        reported = values_of(now)
        self._see(reported)
        open_ = [name for name in self._unshown if reported[name] != self._sent[name]]
        if open_ and ADDRESS in self._shows:
            raise SicktuiError(
                f"The sensor accepted {open_[0]} but still reports {shown(reported[open_[0]])}.",
                advice=_LOOK,
                code=Code.DEVICE_ERROR,
            )
        expected = self._new | {name: self._old[name] for name in open_}
        names = [name for name in expected if not self._dhcp or name in (MODE, FALLBACK)]
        if any(reported.get(name) != expected[name] for name in names):
            raise SicktuiError(
                f"The sensor reports other values than were written: {now.words}.",
                advice=_LOOK,
                code=Code.DEVICE_ERROR,
            )

    async def undo(self, sensor: Sensor) -> bool | None:
        """Write the old value of everything that was sent, whatever the sensor reports, and read it.

        Returns:
            Whether it has the old values; ``None``: it does not show that.
        """
        with contextlib.suppress(SicktuiError):
            self._see(values_of(await sensor.network.config()))
        for name, value in reversed(self._sent.items()):
            with contextlib.suppress(SicktuiError):
                await write_and_read(sensor, self._context, name, self._old[name], value)
        try:
            now = values_of(await sensor.network.config())
        except SicktuiError:
            return None
        if now != self._old:
            return False
        proven = all(name in self._refused or _group(name) in self._shows for name in self._sent)
        return True if proven else None

    def _see(self, reported: dict[str, object]) -> None:
        """Note what differs from before: so the sensor reports what is written, not what is in use."""
        old = self._old
        seen = {_group(name) for name in reported.keys() & old.keys() if not took(reported[name], old[name])}
        if seen - self._shows:
            self._shows |= seen
            if {_group(name) for name in self._sent} <= self._shows:
                self._on_shown()


def _group(name: str) -> str:
    """What a value shows together with: the parts of an address are reported alike."""
    return name if name in (MODE, FALLBACK) else ADDRESS
