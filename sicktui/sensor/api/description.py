"""The OpenAPI description that a sensor may serve of itself: ``GET crown/file`` of picoScan 2.3.3.

SICK's own file words it so and names no path; where an operator knows it, it is a setting. Nothing depends on
the description: it may be missing, of another shape or nonsense, and only names of variables are taken of it.
"""

import re
from typing import Final
from urllib.parse import quote

import msgspec

from sicktui.sensor.api.replies import error_of
from sicktui.sensor.errors import SensorError
from sicktui.sensor.turns.link import Link

MOST: Final = 300
"""Variables that are taken of a description; SICK's families have up to 100 settings."""
_NAME: Final = re.compile(r"/([A-Za-z][A-Za-z0-9_]{0,99})")
_PATH: Final = re.compile(r"( +)(['\"]?)(/.*)\2:\s*")
_OPERATION: Final = re.compile(r"( +)(['\"]?)(get|post)\2:.*")
_SETTING: Final = {"get", "post"}


class Description:
    """What a sensor describes of itself.

    Args:
        link: the connection to it.
    """

    def __init__(self, link: Link) -> None:
        self._link = link

    async def settings(self, path: str) -> tuple[str, ...]:
        """The variables that it describes as readable and writable; empty where it has no description.

        Args:
            path: of the file, as the sensor knows it (``filePath``).
        """
        name = f"crown/file?filePath={quote(path)}"
        try:
            async with self._link.slot() as slot:
                answer = await slot.get(name)
        except SensorError:
            return ()
        if error_of(answer, self._link.request("GET", name)) is not None:
            return ()
        return described_settings(answer.body.decode("utf-8", "replace"))


def described_settings(text: str) -> tuple[str, ...]:
    """The names of the variables that an OpenAPI file in YAML or JSON lets be read and written."""
    try:
        paths = _operations(msgspec.json.decode(text))
    except (msgspec.DecodeError, RecursionError):
        paths = _scanned(text)
    names = (_NAME.fullmatch(path) for path, operations in paths.items() if operations >= _SETTING)
    return tuple(name[1] for name in names if name)[:MOST]


def _operations(document: object) -> dict[str, set[str]]:
    paths = document.get("paths") if isinstance(document, dict) else None
    found = paths.items() if isinstance(paths, dict) else ()
    return {path: set(operations) for path, operations in found if isinstance(operations, dict)}


def _scanned(text: str) -> dict[str, set[str]]:
    """The same of YAML in block style, as SICK writes it: one line a path, one a method."""
    found: dict[str, set[str]] = {}
    operations: set[str] = set()
    depth = 0
    for line in text.splitlines():
        if path := _PATH.fullmatch(line):
            depth, operations = len(path[1]), found.setdefault(path[3], set())
        elif (operation := _OPERATION.fullmatch(line)) and len(operation[1]) > depth:
            operations.add(operation[3])
    return found
