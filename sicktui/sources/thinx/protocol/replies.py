"""What a THiNX server answers to a check-in or to a request for a token, in all its shapes.

An update has no ``success`` and comes as text/html; the first reply for a sensor differs from later ones; a
refusal has four shapes. Fields that are not read here (``iv``, ``meshes``) are dropped unseen.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct

from sicktui.model.decoding import decode_json
from sicktui.model.safe_text import clean
from sicktui.sources.thinx.protocol.refusals import BROKEN, EMPTY, PAGE, Refusal, refusal, without_secrets
from sicktui.sources.thinx.protocol.requests import mac_of

_UDID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TOKEN: Final = re.compile(r"[0-9a-fA-F]{64}")
_UPDATE: Final = "FIRMWARE_UPDATE"
_DEPTH: Final = 4
_any: Final[msgspec.json.Decoder[dict[str, Any] | str]] = msgspec.json.Decoder(dict[str, Any] | str)


class CheckedIn(Struct, frozen=True, kw_only=True):
    """The server knows the sensor, and perhaps has firmware for it."""

    udid: str | None
    """Its id there; ``None`` where the reply has no usable one."""
    auto_update: bool | None
    """The server's own switch."""
    mac: str | None = None
    """The MAC address of the sensor that is answered for, where the reply has one."""
    offered: str | None = None
    """The version of the firmware, cleaned; empty where it is offered without one."""
    token: str | None = None
    """The one-time token of the offer. Never written anywhere."""


def read_check_in(body: bytes) -> CheckedIn | Refusal:
    """The reply to a check-in."""
    value = _decoded(body)
    if not isinstance(value, Mapping):
        return refusal(str(value))
    registration = value.get("registration")
    if not isinstance(registration, Mapping):
        return refusal(_word(value))
    status, success = registration.get("status"), registration.get("success")
    if status != _UPDATE and success is not True:
        return refusal(_word(registration))
    update = status == _UPDATE
    udid = registration.get("udid")
    version = registration.get("version")
    auto_update = registration.get("auto_update")
    return CheckedIn(
        udid=_matching(_UDID, udid.lower() if isinstance(udid, str) else udid),
        mac=mac_of(mac) if isinstance(mac := registration.get("mac"), str) else None,
        auto_update=auto_update if isinstance(auto_update, bool) else None,
        offered=(clean(without_secrets(version.strip().strip("\0")), 40) if isinstance(version, str) else "")
        if update
        else None,
        token=_matching(_TOKEN, registration.get("ott")) if update else None,
    )


def read_token(body: bytes) -> str | Refusal:
    """The reply to a request for a token."""
    value = _decoded(body)
    if not isinstance(value, Mapping):
        return refusal(str(value))
    return _matching(_TOKEN, value.get("ott")) or refusal(_word(value))


def read_refusal(body: bytes) -> Refusal:
    """The refusal in a body that should have been firmware."""
    value = _decoded(body)
    return refusal(_word(value) if isinstance(value, Mapping) else str(value))


def refusal_in(value: Mapping[str, Any]) -> Refusal:
    """The refusal in an object that was decoded already."""
    return refusal(_word(value))


def _decoded(body: bytes) -> Mapping[str, Any] | str:
    text = body.strip()
    if not text:
        return EMPTY
    if text.startswith(b"<"):
        return PAGE
    if text[:1] in b'{"':
        try:
            return decode_json(text, _any)
        except msgspec.DecodeError:
            return BROKEN
    return text[:200].decode("utf-8", "replace")


def _word(value: Mapping[str, Any], depth: int = _DEPTH) -> str:
    """The word of a refusal: under ``response`` or ``status``, at any level, which may be JSON in a text."""
    for key in ("registration", "response", "status", "error"):
        inner = value.get(key)
        if isinstance(inner, str) and inner.lstrip().startswith("{") and depth:
            inner = _decoded(inner.encode())
        if isinstance(inner, Mapping) and depth:
            return _word(inner, depth - 1)
        if isinstance(inner, str) and inner:
            return inner
    return "(no reason)"


def _matching(pattern: re.Pattern[str], value: object) -> str | None:
    return value if isinstance(value, str) and pattern.fullmatch(value) else None
