"""Converts the variables that sicktui knows, and explains what is wrong with one."""

import math
import re
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct, field

from sicktui.model.clock import sensor_moment
from sicktui.model.device import certificate_end
from sicktui.model.enums import DeviceStatus, UpdateState
from sicktui.model.errors import UsageError
from sicktui.model.safe_text import clean
from sicktui.sensor.api.replies import Reply

_NAME: Final = re.compile(r"[A-Za-z0-9_]{1,100}(/[A-Za-z0-9_]{1,100}){0,5}")
_MAX_TEXT: Final = 64
_MAC_BYTES: Final = 6
_MD5: Final = 32
"""Hex digits."""
_UNSET_MACS: Final = ("00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff")

_Octet = Annotated[int, Meta(ge=0, le=255)]
_Mac = Annotated[list[_Octet], Meta(min_length=_MAC_BYTES, max_length=_MAC_BYTES)]
_Count = Annotated[int, Meta(ge=0)]


def checked_name(name: str) -> str:
    """The name of a variable or method, if it is safe in a URL.

    Raises:
        UsageError: it is not.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"'{clean(name, 60)}' is not a valid variable or method name.",
            advice="Names are written as in the vendor's OpenAPI, such as LocationName.",
        )
    return name


class _DeviceIdent(Struct, rename="pascal"):
    name: str
    version: str


def device_ident(reply: Reply) -> tuple[str, str]:
    """``DeviceIdent``: family and firmware version, both as clean text.

    Raises:
        ProtocolError: one is missing, empty or not text.
    """
    ident = _convert(reply, _DeviceIdent, "its Name and Version are not text")
    name, version = _text(ident.name), _text(ident.version)
    if not name or not version:
        raise reply.protocol_error("its Name or its Version is empty")
    return name, version


def text(reply: Reply) -> str | None:
    """A text variable as clean text; ``None`` where it is empty. Some sensors send numbers instead.

    Raises:
        ProtocolError: it is neither.
    """
    value: str | int = _convert(reply, str | int, f"{reply.variable} is neither text nor a number")
    return _text(str(value)) or None


def mac_address(reply: Reply) -> str | None:
    """``EtherMACAddress``, six numbers, as ``aa:bb:cc:dd:ee:ff``.

    All zeros or all ones are ``None``: they do not identify a sensor.

    Raises:
        ProtocolError: they are not six bytes.
    """
    octets: list[int] = _convert(reply, _Mac, f"{reply.variable} is not six numbers from 0 to 255")
    mac = ":".join(f"{octet:02x}" for octet in octets)
    return None if mac in _UNSET_MACS else mac


def update_state(reply: Reply) -> UpdateState:
    """``UpdateState``.

    Raises:
        ProtocolError: it is not one of the four known values.
    """
    value: int = _convert(reply, int, "UpdateState is not a number")
    try:
        return UpdateState(value)
    except ValueError:
        raise reply.protocol_error(f"UpdateState is {value}, not 0 to 3") from None


def device_status(reply: Reply) -> DeviceStatus:
    """``DeviceStatus``. What is not a number of one byte becomes Unknown, which is not healthy.

    Raises:
        ProtocolError: it is not a number.
    """
    value: int = _convert(reply, int, "DeviceStatus is not a number")
    try:
        return DeviceStatus(value)
    except ValueError:
        return DeviceStatus.UNKNOWN


def count(reply: Reply) -> int:
    """A counter such as ``PowerOnCnt``.

    Raises:
        ProtocolError: it is not a number, or is below zero.
    """
    number: int = _convert(reply, _Count, f"{reply.variable} is not a count")
    return number


def hours(reply: Reply) -> float:
    """``DailyOpHours``: the time since power-on, in a unit that the vendor does not state.

    Raises:
        ProtocolError: it is not a finite number.
    """
    number: float = _convert(reply, float, f"{reply.variable} is not a number")
    if not math.isfinite(number):
        raise reply.protocol_error(f"{reply.variable} is not a finite number")
    return number


def clock(reply: Reply) -> float:
    """``LSPdatetime`` (``DateTime`` on LRS4000): the sensor's own clock, in seconds since 1970.

    Raises:
        ProtocolError: it is not a moment.
    """
    try:
        return sensor_moment(reply.value).timestamp()
    except ValueError as error:
        raise reply.protocol_error(f"{reply.variable} is not a date with a time") from error


class _Checksums(Struct):
    root: str = field(name="MD5LinuxRoot")
    app: str = field(name="MD5App")
    calibration: str | None = field(name="MD5Calibration", default=None)
    parameters: object = field(name="MD5Parameters", default=None)
    ok: object = field(name="MD5SumOK", default=None)


class Digests(Struct, frozen=True):
    """What ``LFTchecksum`` reports of firmware and calibration (developer guide, checksums)."""

    firmware: str
    """Of Linux root and application: a change of firmware moves them."""
    calibration: str | None
    """Never moves in the life of a sensor; ``None`` where it is not reported."""
    parameters: str | None
    """``MD5Parameters``: of those that are saved; ``None`` where it is not reported."""
    ok: bool | None
    """``MD5SumOK``: false where one of its areas failed its own check; ``None`` where it is not reported."""


def digests(reply: Reply) -> Digests:
    """``LFTchecksum``.

    Raises:
        ProtocolError: those of the firmware are missing.
    """
    read: _Checksums = _convert(reply, _Checksums, f"{reply.variable} has no MD5LinuxRoot and MD5App")
    return Digests(
        firmware=f"{_text(read.root)} {_text(read.app)}",
        calibration=_text(read.calibration or "") or None,
        parameters=parameters_md5(read.parameters),
        ok=read.ok if isinstance(read.ok, bool) else None,
    )


def parameters_md5(found: object) -> str | None:
    """``MD5Parameters`` in one spelling; ``None`` for anything else, as the OpenAPI's default, a blank."""
    if not isinstance(found, str) or len(found.strip()) != _MD5:
        return None
    return clean(found.strip().lower())


class _ErrorCode(Struct):
    error: str = ""


class _HttpsStatus(Struct):
    enabled: bool
    error: _ErrorCode = field(name="errorCode", default_factory=_ErrorCode)


def https_status(reply: Reply) -> tuple[bool, str]:
    """``httpsStatus``: whether HTTPS is on, and its error, empty where there is none.

    Raises:
        ProtocolError: it is not valid.
    """
    read: _HttpsStatus = _convert(reply, _HttpsStatus, f"{reply.variable} has no enabled")
    error = _text(reply.request.quote(read.error.error))
    return read.enabled, "" if error.lower() in ("none", "") else error


class _Certificate(Struct):
    until: str = field(name="validNotAfter")


class _Certificates(Struct):
    certificates: Annotated[list[_Certificate], Meta(max_length=4)]


def certificate_expiry(reply: Reply) -> datetime | None:
    """``certificateBundleInfo``: when the first certificate expires; ``None`` if that cannot be read.

    Raises:
        ProtocolError: it is not valid.
    """
    read: _Certificates = _convert(reply, _Certificates, f"{reply.variable} has no list of certificates")
    found = [certificate_end(certificate.until) for certificate in read.certificates]
    return min((moment for moment in found if moment is not None), default=None)


def convert_fields(reply: Reply, kind: Any) -> Any:  # noqa: ANN401  the kind decides what comes back
    """The fields under ``data`` as a record.

    Raises:
        ProtocolError: one is missing or has the wrong type.
    """
    try:
        return msgspec.convert(reply.fields, kind)
    except msgspec.ValidationError as error:
        raise reply.protocol_error(clean(str(error))) from error


def _convert(reply: Reply, kind: Any, why: str) -> Any:  # noqa: ANN401  the kind decides what comes back
    try:
        return msgspec.convert(reply.value, kind)
    except msgspec.ValidationError as error:
        raise reply.protocol_error(why) from error


def _text(raw: str) -> str:
    # Fixed-length texts of a sensor come padded with NUL.
    return clean(raw.strip("\0").strip(), _MAX_TEXT)


def encode(body: dict[str, object]) -> bytes:
    """The JSON of a POST.

    Raises:
        UsageError: a value cannot be sent.
    """
    try:
        return msgspec.json.encode(body)
    except (TypeError, ValueError, RecursionError):
        # Without its cause, which may carry a passphrase.
        raise UsageError(
            "The value cannot be sent: it is not valid JSON, or contains text that is not UTF-8.",
            advice="Check the input and the encoding of its file or terminal.",
        ) from None
