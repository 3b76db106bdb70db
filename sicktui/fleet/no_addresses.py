"""Takes the addresses of sensors out of what a PC sends: its networks are not known outside."""

import ipaddress
import re
from collections.abc import Mapping
from typing import Any, Final

from sicktui.model.errors import UsageError
from sicktui.model.network.address import parse_address
from sicktui.model.safe_text import clean

HIDDEN: Final = "(address)"
LONGEST: Final = 2000
"""Characters of a text. What a database would refuse, such as the character 0, is replaced as well."""
_QUAD: Final = r"(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?"


class NoAddresses:
    """Puts the name of a device where its address is, and hides other addresses of private networks.

    Args:
        addresses: the address of each device, as the device list has it, by the device's name.
    """

    def __init__(self, addresses: Mapping[str, str]) -> None:
        self._names: dict[str, str] = {}
        for name, address in addresses.items():
            self._names[address] = name
            host = _host(address)
            if host != address:  # several sensors may be at ports of one host
                self._names[host] = name if self._names.get(host, name) == name else HIDDEN
        known = sorted(map(re.escape, self._names), key=len, reverse=True)
        self._pattern = re.compile(rf"(?<![\w.])(?:{'|'.join([*known, _QUAD])})(?!\w|\.\w)", re.IGNORECASE)
        self._names = {address.lower(): name for address, name in self._names.items()}

    def __call__(self, value: Any) -> Any:  # noqa: ANN401  JSON
        """JSON data without addresses."""
        if isinstance(value, str):
            return self._pattern.sub(self._word, clean(value, LONGEST))
        if isinstance(value, list):
            return [self(each) for each in value]
        if isinstance(value, dict):
            return {key: self(each) for key, each in value.items()}
        return value

    def _word(self, found: "re.Match[str]") -> str:
        text = found.group()
        name = self._names.get(text.lower())
        if name is not None:
            return name
        try:
            private = ipaddress.ip_address(text.partition(":")[0]).is_private
        except ValueError:  # a version
            private = False
        return HIDDEN if private else text


def _host(address: str) -> str:
    try:
        return parse_address(address).host
    except UsageError:
        return address
