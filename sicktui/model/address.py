"""Where a sensor is: ``host``, ``host:port`` or ``[IPv6]:port``."""

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Final

from msgspec import Struct

from sicktui.model.errors import UsageError
from sicktui.model.safe_text import clean
from sicktui.model.settings import Scheme

_DEFAULT_PORT: Final[dict[str, int]] = {"http": 80, "https": 443}
_LAST_PORT: Final = 65535
_LONGEST_HOST: Final = 253
_LABEL: Final = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_ADVICE: Final = "Write it as 192.168.0.1, 192.168.0.1:8080, name.example or [fe80::1]:80."


class Address(Struct, frozen=True):
    """A host and a port that can be connected to."""

    host: str
    """Without brackets."""
    port: int

    def base_url(self, scheme: Scheme) -> str:
        """The address of the API, with a slash at its end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _DEFAULT_PORT[scheme] else f":{self.port}"
        return f"{scheme}://{host}{port}/api/"


def parse_address(text: str, scheme: Scheme = "http") -> Address:
    """Understand what a person wrote.

    Args:
        text: ``host``, ``host:port``, ``[v6]`` or ``[v6]:port``.
        scheme: decides the port where none is given (80 or 443).

    Raises:
        UsageError: it cannot be an address; says why.
    """
    host, port = _split(text)
    return Address(host, _DEFAULT_PORT[scheme] if port is None else _port(port, text))


def _split(text: str) -> tuple[str, str | None]:
    if not text or text != text.strip() or not text.isascii() or any(char.isspace() for char in text):
        raise _wrong(text, "it is empty or holds blanks or letters that no host name has")
    if "/" in text or "@" in text:
        raise _wrong(text, "only host and port belong there, no scheme, path or user")
    if text.startswith("["):
        inside, bracket, rest = text[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            raise _wrong(text, "the bracket of an IPv6 address closes before the port")
        return _ipv6(inside, text), rest[1:] if rest else None
    if text.count(":") > 1:
        raise _wrong(text, "an IPv6 address stands in brackets")
    host, colon, port = text.partition(":")
    return _host(host, text), port if colon else None


def _ipv6(host: str, text: str) -> str:
    if "%" in host:
        raise _wrong(text, "a zone (%...) cannot be used; give the sensor another address")
    try:
        return str(IPv6Address(host))
    except AddressValueError:
        raise _wrong(text, "what stands in the brackets is no IPv6 address") from None


def _host(host: str, text: str) -> str:
    labels = host.removesuffix(".").split(".")
    if len(host) > _LONGEST_HOST or not all(_LABEL.fullmatch(label) for label in labels):
        raise _wrong(text, "the host is no name and no IP address")
    if labels[-1].isdigit():
        # A name never ends in a number: whoever wrote this meant an IPv4 address.
        try:
            return str(IPv4Address(host))
        except AddressValueError:
            raise _wrong(text, "an IPv4 address has four numbers from 0 to 255") from None
    return host


def _port(port: str, text: str) -> int:
    if not (port.isascii() and port.isdigit() and len(port) <= len(str(_LAST_PORT))):
        raise _wrong(text, "the port is no number")
    number = int(port)
    if not 1 <= number <= _LAST_PORT:
        raise _wrong(text, f"a port lies between 1 and {_LAST_PORT}")
    return number


def _wrong(text: str, why: str) -> UsageError:
    return UsageError(f"'{clean(text, 80)}' is no address of a sensor: {why}.", advice=_ADVICE)
