"""The one grammar of a sensor's address: ``host``, ``host:port``, ``[IPv6]`` or ``[IPv6]:port``."""

import ipaddress
import re
from typing import Final

from msgspec import Struct, structs

from sicktui.model.errors import UsageError
from sicktui.model.safe_text import clean
from sicktui.model.settings import Scheme

ADDRESS_RULE: Final = (
    "Write 192.168.0.1, 192.168.0.1:8080, name.example or [fe80::1]:80. "
    "For https, set the device's 'scheme' instead."
)

_DEFAULT_PORT: Final[dict[str, int]] = {"http": 80, "https": 443}
_LAST_PORT: Final = 65535
_LONGEST_HOST: Final = 253
_LABEL: Final = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_PORT: Final = re.compile(r"[0-9]{1,5}")


class Address(Struct, frozen=True):
    """A host and a port that can be connected to."""

    host: str
    """Without brackets."""
    port: int

    def base_url(self, scheme: Scheme) -> str:
        """The address of the API, with a slash at its end."""
        port = "" if self.port == _DEFAULT_PORT[scheme] else f":{self.port}"
        return f"{scheme}://{self.host_in_url}{port}/api/"

    @property
    def host_in_url(self) -> str:
        """The host as a URL has it: an IPv6 address in brackets."""
        return f"[{self.host}]" if ":" in self.host else self.host

    @property
    def place(self) -> str:
        """The sensor's place, ``host:port``, whatever scheme it is spoken to with.

        A sensor answers on 80 and on 443 at once: both are the same place, so that its locks, its passwords
        and its turn hold for both.
        """
        port = _DEFAULT_PORT["http"] if self.port == _DEFAULT_PORT["https"] else self.port
        return f"{self.host.casefold().rstrip('.')}:{port}"

    @property
    def place_on_pc(self) -> str:
        """The same for all programs of this PC: a loopback address (a simulator, a tunnel) has one name."""
        return structs.replace(self, host=self.loopback or self.host).place

    @property
    def loopback(self) -> str:
        """The one name of a host that is this PC itself (a simulator, a tunnel); empty if it is not."""
        if self.host.casefold().rstrip(".") in {"localhost", "::1"}:
            return "127.0.0.1"
        return self.host if is_ip_address(self.host) and ipaddress.ip_address(self.host).is_loopback else ""


class _Invalid(ValueError):
    """The reason why a text is not an address."""


def parse_address(text: str, scheme: Scheme = "http") -> Address:
    """The address that a user wrote.

    Args:
        text: ``host``, ``host:port``, ``[v6]`` or ``[v6]:port``.
        scheme: decides the port where none is given (80 or 443).

    Raises:
        UsageError: it is not valid; names the reason.
    """
    try:
        return _parse(text, scheme)
    except _Invalid as why:
        raise UsageError(f"Invalid address {_quoted(text)}: {why}.", advice=ADDRESS_RULE) from None


def address_problem(text: str) -> str:
    """What is wrong with an address, as the middle of a sentence; empty if it is valid."""
    try:
        _parse(text, "http")
    except _Invalid as why:
        return f"invalid address {_quoted(text)}: {why}"
    return ""


def is_ip_address(text: str) -> bool:
    """Whether a text is an IPv4 or IPv6 address, without port and brackets."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _parse(text: str, scheme: Scheme) -> Address:
    host, port = _split(text)
    return Address(host, _DEFAULT_PORT[scheme] if port is None else _port(port))


def _split(text: str) -> tuple[str, str | None]:
    if not text:
        raise _Invalid("it is empty")
    if not text.isascii() or any(char.isspace() for char in text):
        raise _Invalid("it contains blanks or letters that a host name cannot have")
    if "/" in text or "@" in text:
        raise _Invalid("only host and port are allowed, not a scheme, path or user")
    if text.startswith("["):
        inside, bracket, rest = text[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            raise _Invalid("the closing bracket of an IPv6 address comes before the port")
        return _ipv6(inside), rest[1:] if rest else None
    if text.count(":") > 1:
        raise _Invalid("an IPv6 address needs brackets around it")
    host, colon, port = text.partition(":")
    return _host(host), port if colon else None


def _ipv6(host: str) -> str:
    if "%" in host:
        raise _Invalid("zone ids (%...) are not supported")
    try:
        return str(ipaddress.IPv6Address(host))
    except ValueError:
        raise _Invalid("the brackets do not contain an IPv6 address") from None


def _host(host: str) -> str:
    labels = host.removesuffix(".").split(".")
    if len(host) > _LONGEST_HOST or not all(_LABEL.fullmatch(label) for label in labels):
        raise _Invalid("the host is neither a name nor an IP address")
    if labels[-1].isdigit():
        # A name never ends in a number: 10.0.0.256 and 10.1 are mistyped IPv4 addresses.
        try:
            return str(ipaddress.IPv4Address(host))
        except ValueError:
            raise _Invalid("an IPv4 address has four numbers from 0 to 255") from None
    return host


def _port(port: str) -> int:
    if not _PORT.fullmatch(port):
        raise _Invalid("the port is not a number")
    number = int(port)
    if not 1 <= number <= _LAST_PORT:
        raise _Invalid(f"the port is not between 1 and {_LAST_PORT}")
    return number


def _quoted(text: str) -> str:
    return f"'{clean(text, 80)}'"
