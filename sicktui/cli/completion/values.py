"""What can be completed: devices, tags, runs, backups and packages, as the home has them.

Nothing is checked, created or repaired here, and what cannot be read is left out: only words are proposed.
"""

import tomllib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from click.shell_completion import CompletionItem

from sicktui.stores.disk.home import SHELF_INDEX, Home

_MOST_RUNS: Final = 20
_Items = list[CompletionItem[Any]]


def _begun(words: Iterable[tuple[str, str]], incomplete: str) -> _Items:
    """The words that begin as what was typed, each with what it is."""
    return [
        CompletionItem(word, help=what or None)
        for word, what in words
        if word.startswith(incomplete) and word.isprintable()
    ]


def devices(home: Home, incomplete: str) -> _Items:
    """Names of devices, tags, and ``all``."""
    profiles = _tables(home.devices_file, "devices")
    lists = [tags for profile in profiles.values() if isinstance(tags := profile.get("tags"), list)]
    tags = sorted({f"@{tag}" for tags in lists for tag in tags})
    every = [("all", "every device")] if profiles else []
    return _begun([*_described(profiles, "address"), *((tag, "tag") for tag in tags), *every], incomplete)


def names(home: Home, incomplete: str) -> _Items:
    """Names of devices."""
    return _begun(_described(_tables(home.devices_file, "devices"), "address"), incomplete)


def _tables(file: Path, key: str) -> dict[str, dict[str, Any]]:
    """The tables below a key of a file, by name; a person may have put anything else there."""
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8")).get(key)
    except (OSError, ValueError):
        return {}
    entries = found.items() if isinstance(found, dict) else ()
    return {name: entry for name, entry in entries if isinstance(entry, dict)}


def _described(tables: dict[str, dict[str, Any]], by: str) -> list[tuple[str, str]]:
    return [(name, str(table.get(by, ""))) for name, table in tables.items()]


def runs(home: Home, incomplete: str) -> _Items:
    """The newest runs, and ``latest``."""
    from sicktui.stores.journal.names import recent_runs  # noqa: PLC0415  SQLite, for runs alone

    rows = recent_runs(home.journal_file, _MOST_RUNS)
    words = [(run, f"{operation}, {state}") for run, operation, state in rows]
    return _begun([*words, *([("latest", "the newest run")] if rows else [])], incomplete)


def backups(home: Home, incomplete: str) -> _Items:
    """The ids of the backups, newest first, and ``latest``."""
    ids: list[str] = []
    with suppress(OSError):
        ids = [path.stem for path in home.backups.glob("*/*.json") if not path.name.startswith(".")]
    ids.sort(key=lambda known: known.split("-", 1)[-1], reverse=True)
    latest = [("latest", "the newest of the sensor")] if ids else []
    return _begun([*latest, *((known, "") for known in ids)], incomplete)


def packages(home: Home, incomplete: str) -> _Items:
    """The packages of the shelf, by name."""
    # Not by the shelf itself: that takes a third of the time that a key may wait.
    import json  # noqa: PLC0415  for packages alone

    try:
        index = json.loads((home.shelf / SHELF_INDEX).read_bytes())
        entries = [(str(entry["name"]), str(entry["version"] or "")) for entry in index["entries"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return _begun(entries, incomplete)


def packages_and_files(home: Home, incomplete: str) -> _Items:
    """The packages of the shelf, and files."""
    return [*packages(home, incomplete), CompletionItem(incomplete, type="file")]


def backups_and_files(home: Home, incomplete: str) -> _Items:
    """The backups of this PC, and files."""
    return [*backups(home, incomplete), CompletionItem(incomplete, type="file")]


def sources(home: Home, incomplete: str) -> _Items:
    """The sources that are set up."""
    return _begun(_described(_tables(home.config_file, "sources"), "kind"), incomplete)
