"""One WebSocket of ``/apievents``."""

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import msgspec

from sicktui.simulator.device import variables
from sicktui.simulator.device.device import Device
from sicktui.simulator.device.plans import ChannelPlan, MessagePlan
from sicktui.simulator.errors import ClientGone
from sicktui.simulator.network.http import Connection
from sicktui.simulator.server.events.registrations import EVENTS, Call, Refused, Registrations, understood

if TYPE_CHECKING:
    from sicktui.simulator.network.websocket import WebSocket

PATH: Final = "/apievents"
_CLOCK: Final = "LSPdatetime"
_ALARM: Final = "temperatureAlarmStatus"
_SECOND: Final = 1.0
_LEAST: Final = 0.001
"""Seconds that a pause takes at least: one that rounds to nothing would repeat for ever."""
_PROTOCOL_ERROR: Final = 1002
_GRACE: Final = 5.0
"""Seconds in which a client has to answer a close frame."""


class Channel:
    """Takes registrations, and sends what has changed.

    Values are compared at every change that the device reports, and every second.

    Args:
        device: whose variables.
        connection: the connection on which the client asked for a WebSocket.
    """

    def __init__(self, device: Device, connection: Connection) -> None:
        self._device = device
        self._connection = connection
        self._plan = ChannelPlan()
        self._registrations = Registrations()
        self._wake: asyncio.Event
        self._socket: WebSocket

    async def run(self) -> None:
        """Serve it until either side closes the connection."""
        from sicktui.simulator.network.websocket import WebSocket  # noqa: PLC0415  a tenth of a second

        self._device.faults.channel(self._plan)
        self._socket = WebSocket(self._connection, deflates=self._plan.deflates)
        with suppress(ClientGone):
            if not await self._socket.accept():
                return
            if self._plan.demands_deflate and not self._socket.compressed:
                await self._refuse()
                return
            await self._converse()
            if not self._plan.closes:
                await asyncio.Event().wait()  # until the device closes its port

    async def _refuse(self) -> None:
        self._device.violation("apievents: a WebSocket without permessage-deflate")
        with suppress(TimeoutError):
            async with asyncio.timeout(_GRACE):
                await self._socket.fail(_PROTOCOL_ERROR, "permessage-deflate is required")

    async def _converse(self) -> None:
        self._device.channels += 1
        try:
            with self._device.changes.watched() as self._wake:
                await self._converse_with(asyncio.create_task(self._watch()))
        finally:
            self._device.channels -= 1

    async def _converse_with(self, watching: asyncio.Task[None]) -> None:
        try:
            while (texts := await self._socket.receive(closes=self._plan.closes)) is not None:
                for text in texts:
                    if not self._connection.gone:
                        await self._take(text)
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching

    # -- in --------------------------------------------------------------------------------------

    async def _take(self, text: str) -> None:
        try:
            call = understood(text)
        except Refused as refused:
            await self._not_understood(text, str(refused))
            return
        if call.type == "register":
            await self._register(call)
        elif not self._plan.forgets_nothing:
            self._registrations.remove(call)

    async def _not_understood(self, text: str, reason: str) -> None:
        self._device.violation(f"apievents: a message without sense: {reason}")
        try:
            given: Any = msgspec.json.decode(text)
        except msgspec.DecodeError:
            return
        if isinstance(given, dict) and given.get("type") == "register" and not self._hasty():
            await self._send(
                given.get("event"), given.get("clientId"), type="register", status=1, error=reason
            )

    async def _register(self, call: Call) -> None:
        if self._hasty():
            return
        value = self._value(call.event)
        if value is None:
            error = f"Unknown event {call.event}"
            await self._send(call.event, call.client_id, type="register", status=1, error=error)
            return
        self._registrations.add(call, value, self._device.time.now())
        await self._send(call.event, call.client_id, type="register", status=0, data=value)
        self._wake.set()

    def _hasty(self) -> bool:
        if not self._registrations.hasty(self._device.time.now()):
            return False
        self._device.violation("apievents: two registrations less than 200 ms apart")
        self._socket.reset()
        return True

    def _value(self, event: str) -> dict[str, Any] | None:
        device = self._device
        if event not in EVENTS or event in device.hidden or not variables.readable(device, event):
            return None
        if event == _ALARM and device.spec.temperature_alarm != "bool":
            return variables.alarm_state(on=device.health.temperature.alarm)
        return variables.read(device, event)

    # -- out -------------------------------------------------------------------------------------

    async def _watch(self) -> None:
        time = self._device.time
        second = time.now() + _SECOND
        with suppress(ClientGone):
            while True:
                now = time.now()
                ticks = now >= second
                if ticks:
                    second = max(second + _SECOND, now)
                self._look(clock=ticks)
                for registration, value in self._registrations.take(now):
                    await self._send(registration.event, registration.client_id, type="event", data=value)
                await self._sleep(second)

    def _look(self, *, clock: bool) -> None:
        for event in self._registrations.events:
            value = self._value(event) if clock or event != _CLOCK else None
            if value is not None:
                self._registrations.see(event, value)

    async def _sleep(self, until: float) -> None:
        """Until the next second, the next message that is due, or a change."""
        time = self._device.time
        now = time.now()
        due = self._registrations.wait(now)
        seconds = max(0.0, until - now) if due is None else min(due, max(0.0, until - now))
        with suppress(TimeoutError):
            async with asyncio.timeout(max(seconds / time.scale, _LEAST)):
                await self._wake.wait()
        self._wake.clear()

    async def _send(self, event: object, client_id: object, **rest: object) -> None:
        if self._plan.silent:
            return
        kind = rest.pop("type")
        plan = MessagePlan(message={"type": kind, "event": event, "clientId": client_id, **rest})
        self._device.faults.message(plan)
        if plan.drops:
            self._socket.reset()
            return
        texts = [msgspec.json.encode(plan.message).decode()] if plan.texts is None else plan.texts
        for text in texts:
            await self._socket.send(text, rate=self._plan.rate)
