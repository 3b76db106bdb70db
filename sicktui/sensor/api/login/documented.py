"""Which methods of the login the vendor documents, by family and firmware (SICK's OpenAPI files)."""

from typing import Final

from sicktui.model.firmware.version import is_older

_ALWAYS: Final = ""
_SINCE: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "CreateSessionToken": (("multiscan200", _ALWAYS), ("picoscan", "2.3.3")),
    "checkCredentials": (("multiscan", _ALWAYS), ("picoscan", _ALWAYS)),
}
"""By method: the families (the beginning of ``DeviceIdent.Name``), and the firmware since when."""


def is_documented(method: str, family: str, version: str) -> bool:
    """Whether the OpenAPI file of a family and its firmware has a method. Unknown families have none."""
    for name, since in _SINCE.get(method, ()):
        if family.lower().startswith(name):
            return since == _ALWAYS or is_older(version, since) is False
    return False
