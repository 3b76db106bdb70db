"""Faults of the events that a sensor pushes over ``/apievents``.

Those of single messages count messages: ``at`` is an event, ``after`` and ``times`` are of its messages. The
request that opens the WebSocket meets the faults of single requests, too: ``at = "apievents"``.
"""

from typing import Any, ClassVar, Final

import msgspec

from sicktui.simulator.device.device import Device
from sicktui.simulator.device.plans import ChannelPlan, MessagePlan
from sicktui.simulator.faults.base import Behaviour, PlanFault, fault
from sicktui.simulator.faults.health import marked, with_numbers
from sicktui.simulator.faults.wire import twisted
from sicktui.simulator.spec import Fault

_HUGE: Final = 16 * 1024 * 1024


class EventFault(Behaviour):
    """A fault of ``/apievents``."""


class ChannelFault(EventFault, PlanFault):
    """A fault of a whole connection; each connection is one occasion."""

    def on_channel(self, device: Device, plan: ChannelPlan) -> None:
        """Strike each connection, as often as wanted."""
        self.change(plan, device)


@fault("events_silent")
class Silent(ChannelFault):
    """Accepts the WebSocket of ``/apievents`` and every registration, and never sends anything."""

    sets = ("silent", True)


@fault("events_no_deflate")
class NoDeflate(ChannelFault):
    """Accepts a WebSocket for ``/apievents``, and never agrees to permessage-deflate."""

    def changes(self, device: Device) -> dict[str, object]:
        """It neither compresses nor asks for it."""
        return {"deflates": False, "demands_deflate": False}


@fault("events_after_deregistration")
class AfterDeregistration(ChannelFault):
    """Goes on sending an event that was deregistered."""

    sets = ("forgets_nothing", True)


@fault("events_never_close")
class NeverClose(ChannelFault):
    """Answers no close frame on ``/apievents``, and leaves its side of the connection open."""

    sets = ("closes", False)


@fault("events_slow")
class Slow(ChannelFault):
    """Sends events at ``rate`` bytes a second (default 1), one by one."""

    uses = ("rate",)

    def changes(self, device: Device) -> dict[str, object]:
        """The rate."""
        return {"rate": self.fault.rate or 1.0}


class MessageFault(EventFault):
    """A fault of single messages."""

    uses: ClassVar[tuple[str, ...]] = ("at",)
    of: ClassVar[tuple[str, ...]] = ("event", "register")
    """The types of messages that it strikes."""

    def on_message(self, device: Device, plan: MessagePlan) -> None:
        """Strike messages of the event ``at``."""
        at = self.fault.at or "*"
        if plan.message["type"] in self.of and at in ("*", plan.message["event"]) and self.strikes(device):
            self.alter(plan)

    def alter(self, plan: MessagePlan) -> None:
        """Change what is sent."""
        raise NotImplementedError


def _text(message: object) -> str:
    return msgspec.json.encode(message).decode()


@fault("events_out_of_order")
class OutOfOrder(MessageFault):
    """Sends every second event before the one that it should follow."""

    of = ("event",)

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self._held: str | None = None

    def alter(self, plan: MessagePlan) -> None:
        """Hold one back until the next one has gone."""
        text = _text(plan.message)
        plan.texts, self._held = ([], text) if self._held is None else ([text, self._held], None)


@fault("events_unknown")
class Unknown(MessageFault):
    """Sends before each message an event, and one of another type, that was never registered for."""

    def alter(self, plan: MessagePlan) -> None:
        """One of another name, and one of another type."""
        event = {"type": "event", "event": "NotKnown", "clientId": 4711, "data": {"NotKnown": 1}}
        plan.texts = [_text(event), _text(event | {"type": "gossip"}), _text(plan.message)]


@fault("events_huge")
class Huge(MessageFault):
    """Sends a text of ``value`` bytes (default 16 MiB) in an event's data; a sensor never does that."""

    uses = ("at", "value")

    def alter(self, plan: MessagePlan) -> None:
        """It compresses well."""
        size = self.fault.value if isinstance(self.fault.value, int) else _HUGE
        plan.message["data"] = {str(plan.message["event"]): "A" * size}


@fault("events_wrong_types")
class WrongTypes(MessageFault):
    """Sends events in which every value has another type, or wrong ``value``: data, event, text or list."""

    uses = ("at", "value")

    def alter(self, plan: MessagePlan) -> None:
        """Numbers become lists, everything else numbers."""
        message = plan.message
        wrong: dict[object, Any] = {
            None: twisted(message),
            "data": message | {"data": [1, 2]},
            "event": message | {"event": 17},
            "list": [message],
        }
        plan.texts = ["no JSON" if self.fault.value == "text" else _text(wrong[self.fault.value])]


@fault("events_not_finite")
class NotFinite(MessageFault):
    """Sends ``NaN`` (or ``value``: Infinity, 1e999, text, huge) for every number in an event's data."""

    uses = ("at", "value")

    def alter(self, plan: MessagePlan) -> None:
        """Which is not JSON, but what careless programs write."""
        message = plan.message | {"data": marked(plan.message.get("data"))}
        plan.texts = [with_numbers(message, str(self.fault.value or "NaN")).decode()]


@fault("events_drop")
class Drop(MessageFault):
    """Breaks the connection (TCP RST) instead of sending a message."""

    def alter(self, plan: MessagePlan) -> None:
        """Never send it."""
        plan.drops = True


@fault("events_repeated")
class Repeated(MessageFault):
    """Sends each message twice."""

    def alter(self, plan: MessagePlan) -> None:
        """The same text."""
        plan.texts = [_text(plan.message)] * 2
