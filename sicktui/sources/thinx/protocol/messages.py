"""What a THiNX server publishes over MQTT when there is firmware: a hint to check in, and nothing more.

The token in a message is not used: over HTTP a fresh one is given to this PC alone.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from sicktui.model.decoding import decode_json

LARGEST: Final = 64 * 1024
"""Bytes of a message that is looked at."""
_WAYS: Final = ("ott", "url", "files")
_any: Final[msgspec.json.Decoder[dict[str, Any]]] = msgspec.json.Decoder(dict[str, Any])


def is_hint(payload: bytes) -> bool:
    """Whether a message means that there is new firmware, in any of its three shapes."""
    if len(payload) > LARGEST:
        return False
    try:
        message = decode_json(payload, _any)
    except msgspec.DecodeError:
        return False
    registration, update = message.get("registration"), message.get("update")
    if isinstance(registration, Mapping):
        return registration.get("status") == "FIRMWARE_UPDATE"
    if isinstance(update, Mapping):
        return any(way in update for way in _WAYS)
    return isinstance(message.get("ott"), str)


def topics(owner: str, udid: str) -> tuple[str, ...]:
    """Where a sensor listens."""
    return (f"/{owner}/{udid}", f"/{owner}/shared/#")


def status_topic(owner: str, udid: str) -> str:
    """Where the state of a sensor is published."""
    return f"/{owner}/{udid}/status"


DISCONNECTED: Final = b'{"status":"disconnected"}'
"""The last will, retained."""
