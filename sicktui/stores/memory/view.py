"""How the dashboard looked when it was left: ``view.json``."""

import logging
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct, structs

from sicktui.model.errors import SicktuiError
from sicktui.stores.disk.files import exclusive, write_atomic
from sicktui.stores.disk.sealed_json import read_json

LONGEST: Final = 500
"""Characters of a filter, and columns, that are remembered."""

_log: Final = logging.getLogger(__name__)


class ViewRecord(Struct, frozen=True, kw_only=True):
    """What the operator has chosen. An empty text is the program's own choice."""

    order: str = ""
    backwards: bool = False
    filter: str = ""
    columns: tuple[str, ...] = ()
    """The chosen ones, the most important first."""
    zoomed: str = ""
    log_shown: bool = True
    log_lines: int = 0
    """The lines that the log has at least; 0: as the height suggests."""
    log_of: str = ""
    log_level: str = ""


class ViewMemory:
    """The view of this user: a convenience. A file that cannot be used is as none.

    What a newer version has written beside it is kept. Dashboards that run at the same time each write what
    was changed in them.

    Args:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> ViewRecord:
        """The view; a value that cannot be used counts as not there."""
        return _usable(self._raw())

    def write(self, before: ViewRecord, now: ViewRecord) -> None:
        """Write what differs from ``before``. That it cannot be written is logged."""
        old, new = structs.asdict(before), structs.asdict(now)
        changed = {name: value for name, value in new.items() if value != old[name]}
        try:
            with exclusive(self._path):
                whole = msgspec.json.encode(self._raw() | changed)
                write_atomic(self._path, msgspec.json.format(whole, indent=1))
        except SicktuiError as error:
            _log.warning("Cannot remember the view of the dashboard: %s", error.message)

    def _raw(self) -> dict[str, Any]:
        try:
            return read_json(self._path, dict[str, Any])
        except (OSError, msgspec.DecodeError):
            return {}


def _usable(raw: dict[str, Any]) -> ViewRecord:
    found: dict[str, Any] = {}
    for field in structs.fields(ViewRecord):
        try:
            value = msgspec.convert(raw[field.name], field.type)
        except (KeyError, msgspec.ValidationError):
            continue
        if not isinstance(value, str | tuple) or len(value) <= LONGEST:
            found[field.name] = value
    return ViewRecord(**found)
