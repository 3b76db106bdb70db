"""Parses a reply: into its data, or into the error that it carries.

Errors come as HTTP 200 with ``header.status``, or as HTTP 4xx and 5xx, with or without a JSON body
(vendor's OpenAPI, ``ResponseHeader``). Both are checked, ``header.status`` first.
"""

import re
from typing import Any, Final

import msgspec
from msgspec import UNSET, Struct, UnsetType

from sicktui.model.enums import Code
from sicktui.model.safe_text import clean
from sicktui.sensor.errors import (
    AccessDenied,
    DeviceError,
    LoginsLocked,
    NotSupported,
    OutOfConnections,
    ProtocolError,
    SensorError,
)
from sicktui.sensor.transport.messages import Answer, Request

OK: Final = 0
ACCESS_DENIED: Final = 4
NOT_FOUND: Final = 5
INVALID_CHALLENGE: Final = 10
OUT_OF_CONNECTIONS: Final = 11

STATUS_WORDS: Final[dict[int, str]] = {
    0: "Ok",
    1: "Parsing Failed",
    2: "Invalid Data",
    3: "Internal Server Error",
    4: "Access Denied",
    5: "Not Found",
    6: "Out Of Range",
    7: "Out Of Bounds",
    8: "Read Only",
    9: "Illegal Value",
    10: "Invalid Challenge",
    11: "Out Of Connections",
}
"""``header.status`` in the vendor's words."""

REFUSED_HTTP: Final = (401, 403)
_LOCKED_HTTP: Final = 423
_LOCKED_WORDS: Final = re.compile(r"\block(ed|out)?\b|\btime ?lock", re.IGNORECASE)
"""In the text of a refused login. What a locked sensor answers is not documented."""
_NOT_OFFERED_HTTP: Final = (405, 501)
_NOT_OFFERED: Final = (1, 2)
"""``header.status`` Parsing Failed and Invalid Data."""
_NOT_FOUND_HTTP: Final = 404
_TOO_MANY_HTTP: Final = 429
_MAX_DEPTH: Final = 64
_NOT_A_SENSOR: Final = "Check the address and port of this device: something else seems to answer there."


class Reply(Struct, frozen=True, kw_only=True):
    """A reply with status Ok."""

    request: Request
    http_status: int
    data: Any = UNSET
    """``UNSET`` where the reply has no ``data``."""
    challenge: Any = UNSET

    def __repr__(self) -> str:
        """Without the data, which may hold a session token."""
        return f"<Reply to {self.request}>"

    @property
    def fields(self) -> dict[str, Any]:
        """The fields under ``data``, also where they are wrapped in the name of the request.

        Raises:
            ProtocolError: ``data`` exists but is not an object.
        """
        if self.data is UNSET or self.data is None:
            return {}
        if not isinstance(self.data, dict):
            raise self.protocol_error("its data is not a JSON object")
        inner = self.data.get(self.variable)
        return inner if isinstance(inner, dict) else self.data

    @property
    def value(self) -> Any:  # noqa: ANN401  any JSON value
        """The value of the variable: flat under ``data``, or wrapped in its name.

        Raises:
            ProtocolError: there is none.
        """
        if self.data is UNSET:
            raise self.protocol_error("it has no data")
        if isinstance(self.data, dict) and self.variable in self.data:
            return self.data[self.variable]
        return self.data

    @property
    def variable(self) -> str:
        """The name of the variable or method: the last part of the path."""
        return self.request.name.rpartition("/")[2]

    def protocol_error(self, why: str) -> ProtocolError:
        """The error for a well-formed reply that does not fit this API."""
        return ProtocolError(
            f"The reply of {self.request.label} to {self.request} is not valid: {why}.",
            advice="If this is a sensor, its firmware has a different API. Otherwise check the address.",
            http_status=self.http_status,
        )


class _Header(Struct):
    status: int = OK
    message: str | None = None


class _Envelope(Struct):
    header: _Header = msgspec.field(default_factory=_Header)
    data: Any | UnsetType = UNSET
    challenge: Any | UnsetType = UNSET


_decoder: Final = msgspec.json.Decoder(_Envelope)


class _NotJson(Exception):
    """A body that is not a JSON object of this API. Its text is the reason."""


def parse_reply(answer: Answer, request: Request) -> Reply:
    """Parse the answer to a JSON request.

    Raises:
        SensorError: the subclass that fits.
    """
    if answer.is_redirect:
        raise redirected(answer, request)
    try:
        envelope = _decode(answer.body)
    except _NotJson as why:
        if answer.ok:
            raise _not_json(answer, request, str(why)) from None
        raise failed_http(answer, request) from None
    if answer.http_status == _TOO_MANY_HTTP:
        raise failed_http(answer, request, message=envelope.header.message)
    if envelope.header.status != OK:
        raise failed_status(envelope.header.status, envelope.header.message, request, answer.http_status)
    if not answer.ok:
        raise failed_http(answer, request, message=envelope.header.message)
    return Reply(
        request=request, http_status=answer.http_status, data=envelope.data, challenge=envelope.challenge
    )


def error_of(answer: Answer, request: Request) -> SensorError | None:
    """The error in the answer to a file transfer, or ``None``.

    If the body is not JSON, the status line decides.
    """
    if answer.is_redirect:
        return redirected(answer, request)
    try:
        header = _decode(answer.body).header
    except _NotJson:
        header = _Header()
    if header.status != OK and answer.http_status != _TOO_MANY_HTTP:
        return failed_status(header.status, header.message, request, answer.http_status)
    return None if answer.ok else failed_http(answer, request, message=header.message)


def not_offered(error: SensorError) -> bool:
    """Whether a sensor may answer so to a method that it does not have: status 1 or 2, HTTP 405 or 501."""
    return error.status in _NOT_OFFERED or error.http_status in _NOT_OFFERED_HTTP


def is_refused(error: SensorError) -> bool:
    """Whether a file transfer was refused as with a missing or expired token."""
    return error.http_status in REFUSED_HTTP or error.status == ACCESS_DENIED


def _decode(body: bytes) -> _Envelope:
    if not body.strip():
        raise _NotJson("the reply is empty")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _NotJson("it is not UTF-8 text") from None
    try:
        envelope = _decoder.decode(text)
    except msgspec.ValidationError:
        raise _NotJson("it is JSON, but not in the form of a sensor's reply") from None
    except RecursionError:
        raise _NotJson("it is JSON nested too deeply") from None
    except ValueError:
        raise _NotJson("it is not JSON") from None
    if _too_deep(envelope.data) or _too_deep(envelope.challenge):
        raise _NotJson("it is JSON nested too deeply")
    return envelope


def _too_deep(value: object) -> bool:
    """Whether a value is nested so deeply that displaying it could exhaust the stack."""
    level = [value]
    for _ in range(_MAX_DEPTH):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return False
    return True


# -- errors -----------------------------------------------------------------------------------


def failed_status(status: int, message: str | None, request: Request, http_status: int) -> SensorError:
    """The error for a ``header.status`` other than Ok."""
    words = STATUS_WORDS.get(status, "an unknown status")
    said = request.quote(message)
    if said and said.lower() != words.lower():
        words = f"{words}: {said}"
    text = f"The sensor at {request.label} answered {request} with status {status} ({words})."
    kinds = {ACCESS_DENIED: AccessDenied, NOT_FOUND: NotSupported, OUT_OF_CONNECTIONS: OutOfConnections}
    kind: type[SensorError] = kinds.get(status, DeviceError)
    if kind is AccessDenied and _LOCKED_WORDS.search(said):
        kind = LoginsLocked
    return kind(text, advice=_advice(kind), http_status=http_status, status=status)


def failed_http(answer: Answer, request: Request, *, message: str | None = None) -> SensorError:
    """The error for a status line other than 2xx."""
    code = answer.http_status
    said = request.quote(message)
    words = f"HTTP {code}: {said}" if said else f"HTTP {code}"
    text = f"{request.label} answered {request} with {words}."
    kind: type[SensorError] = DeviceError
    if code in REFUSED_HTTP:
        kind = AccessDenied
    elif code == _LOCKED_HTTP:
        kind = LoginsLocked
    elif code == _NOT_FOUND_HTTP:
        kind = NotSupported
    elif code == _TOO_MANY_HTTP:
        kind = OutOfConnections
    advice = _advice(kind)
    if answer.is_html and kind is not OutOfConnections:
        advice = f"{advice} It sent a web page: check the address."
    error = kind(text, advice=advice, http_status=code)
    if isinstance(error, OutOfConnections):
        error.code, error.retry_after = Code.RATE_LIMITED, answer.retry_after
    return error


def redirected(answer: Answer, request: Request) -> ProtocolError:
    """The error for a redirect, which is never followed."""
    where = clean(request.redactor.redact(answer.location), 80) or "elsewhere"
    advice = _NOT_A_SENSOR
    if answer.location.startswith("https://"):
        advice = "If this is the sensor, set scheme = 'https' for it. Otherwise check the address."
    return ProtocolError(
        f"{request.label} redirects {request} to {where} (HTTP {answer.http_status}); sensors do not.",
        advice=advice,
        http_status=answer.http_status,
    )


def _not_json(answer: Answer, request: Request, why: str) -> ProtocolError:
    if answer.is_html:
        why = "it is a web page"
    return ProtocolError(
        f"The reply of {request.label} to {request} does not come from a SICK sensor: {why}.",
        advice=_NOT_A_SENSOR,
        http_status=answer.http_status,
    )


def _advice(kind: type[SensorError]) -> str:
    return {
        AccessDenied: (
            "Check the user and password of this device ('sicktui login'). Do not guess: after a few "
            "failures the sensor locks itself for a while."
        ),
        LoginsLocked: (
            "The sensor accepts no login for 30 s after five refused ones. Find out who tries wrong "
            "passwords, wait, and try again."
        ),
        NotSupported: "This firmware does not support it.",
        OutOfConnections: "Close other programs that use the sensor, wait a minute, and try again.",
        DeviceError: "Try again in a minute. If it fails again, restart the sensor.",
    }.get(kind, "")
