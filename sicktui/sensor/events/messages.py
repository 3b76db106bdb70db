"""Registrations, and what a message means. One that cannot be used is dropped, and closes nothing."""

from typing import Any, Final, Literal

import msgspec
from msgspec import Struct, field

from sicktui.model.safe_text import clean
from sicktui.sensor.api.replies import Reply
from sicktui.sensor.errors import ProtocolError
from sicktui.sensor.events.kinds import KINDS, Event
from sicktui.sensor.transport.messages import Request
from sicktui.sensor.transport.redaction import Redactor

CLIENT: Final = 1
"""Our number for our registrations, which the sensor repeats."""
LARGEST: Final = 16 * 1024
"""Characters of a message that is read: ours are below 200."""
_OK: Final = 0


class Pushed(Struct, frozen=True):
    """The value of a variable, now."""

    event: Event
    value: object
    registered: bool = False
    """Whether it answers a registration; else the variable has changed."""
    raw: Any = None
    """The value as it came: what a GET of the same name answers."""


class Declined(Struct, frozen=True):
    """The sensor does not push this one. All others, and the connection, stay."""

    event: Event
    why: str


class Dropped(Struct, frozen=True):
    """A message that cannot be used."""

    why: str


class _Message(Struct):
    type: Literal["register", "event"]
    event: Event
    client: int = field(name="clientId", default=CLIENT)
    status: int = _OK
    error: Any = None
    data: Any = None


_decoder: Final = msgspec.json.Decoder(_Message)


def registration(event: Event) -> str:
    """The message that asks for an event."""
    message: dict[str, object] = {"type": "register", "event": event.value, "clientId": CLIENT}
    if interval := KINDS[event].interval:
        message["options"] = {"throttle": {"minOutputIntervalMs": interval}}
    return msgspec.json.encode(message).decode()


def read(text: str, label: str) -> Pushed | Declined | Dropped:
    """What a message means.

    Args:
        text: as it came.
        label: the address of the sensor.
    """
    if len(text) > LARGEST:
        return Dropped(f"it has {len(text)} characters")
    try:
        message = _decoder.decode(text)
    except (ValueError, RecursionError) as error:  # not JSON (NaN neither), or of another form
        return Dropped(clean(str(error), 200))
    if message.client != CLIENT:
        return Dropped("it answers another client")
    if message.status != _OK:
        why = message.error if isinstance(message.error, str) else ""
        return Declined(message.event, clean(why, 100) or f"status {message.status}")
    request = Request(label, message.type, message.event.value, Redactor())
    try:
        reply = Reply(request=request, http_status=0, data=message.data)
        value, raw = KINDS[message.event].parse(reply), reply.value
    except ProtocolError as error:
        return Dropped(error.message)
    return Pushed(message.event, value, registered=message.type == "register", raw=raw)
