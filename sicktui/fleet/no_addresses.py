"""Takes the addresses of sensors and the PC's folders out of what it sends: they are not known outside."""

import ipaddress
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from sicktui.model.errors import UsageError
from sicktui.model.network.address import parse_address
from sicktui.model.safe_text import clean
from sicktui.stores.disk.files import expand_path

HIDDEN: Final = "(address)"
LONGEST: Final = 2000
"""Characters of a text. What a database would refuse, such as the character 0, is replaced as well."""
_QUAD: Final = r"(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?"
_FOLDERS: Final = re.compile(
    r"""(?<![\w:/\\.)\]])  # not within a URL, nor in PC/device
    (?: (?:[A-Za-z]:|\\\\[^\\/\s]+)\\(?:[^\\/:*?"<>|]+\\)*  # of Windows, also with spaces
      | (?:~|[A-Za-z]:)?/(?:[^\s/\\]+[/\\])+ )""",
    re.VERBOSE,
)


def without_folders(text: str, folders: Iterable[Path] = ()) -> str:
    """A text with only the last name of each absolute path.

    Args:
        text: the text.
        folders: folders of the PC that may be named, and may have spaces in their names.
    """
    if "/" not in text and "\\" not in text:
        return text
    known = {str(folder): f"/-/{folder.name}" for folder in folders} | {str(expand_path("~")): "~"}
    for folder in sorted((each for each in known if len(Path(each).parts) > 1), key=len, reverse=True):
        text = known[folder].join(re.split(rf"{re.escape(folder)}(?![\w-])", text))
    return _FOLDERS.sub("", text)


class NoAddresses:
    """Puts the name of a device where its address is, and hides other addresses of private networks.

    Of the paths of the PC it leaves the names of files.

    Args:
        addresses: the address of each device, as the device list has it, by the device's name.
        folders: the folders of the PC that sicktui writes to.
    """

    def __init__(self, addresses: Mapping[str, str], folders: Iterable[Path] = ()) -> None:
        self._folders = tuple(folders)
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
        """JSON data without addresses and folders."""
        if isinstance(value, str):
            return self._pattern.sub(self._word, without_folders(clean(value, LONGEST), self._folders))
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
