"""What can be completed: devices, tags, runs, backups and packages, as the home has them.

Nothing is checked, created or repaired here, and what cannot be read is left out: only words are proposed.
"""

import os
import tomllib
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final

import click
from click.shell_completion import CompletionItem

from sicktui.cli.options import parsed
from sicktui.stores.disk.home import SHELF_INDEX, Home, locate

_MOST_RUNS: Final = 20
_Items = list[CompletionItem[Any]]


def _home(ctx: click.Context) -> Home:
    return locate(parsed(ctx).common.home, os.environ)


def _begun(words: Iterable[tuple[str, str]], incomplete: str) -> _Items:
    """The words that begin as what was typed, each with what it is."""
    return [
        CompletionItem(word, help=what or None)
        for word, what in words
        if word.startswith(incomplete) and word.isprintable()
    ]


def devices(ctx: click.Context, incomplete: str) -> _Items:
    """Names of devices, tags, and ``all``."""
    profiles = _profiles(ctx)
    tags = sorted({f"@{tag}" for profile in profiles.values() for tag in profile.get("tags", ())})
    words = [(name, str(profile.get("address", ""))) for name, profile in profiles.items()]
    words += [(tag, "tag") for tag in tags]
    return _begun([*words, *([("all", "every device")] if profiles else [])], incomplete)


def names(ctx: click.Context, incomplete: str) -> _Items:
    """Names of devices."""
    words = [(name, str(profile.get("address", ""))) for name, profile in _profiles(ctx).items()]
    return _begun(words, incomplete)


def _profiles(ctx: click.Context) -> dict[str, dict[str, Any]]:
    try:
        found = tomllib.loads(_home(ctx).devices_file.read_text(encoding="utf-8")).get("devices", {})
    except (OSError, ValueError):
        return {}
    return {name: profile for name, profile in found.items() if isinstance(profile, dict)}


def runs(ctx: click.Context, incomplete: str) -> _Items:
    """The newest runs, and ``latest``."""
    from sicktui.stores.journal.names import recent_runs  # noqa: PLC0415  SQLite, for runs alone

    rows = recent_runs(_home(ctx).journal_file, _MOST_RUNS)
    words = [(run, f"{operation}, {state}") for run, operation, state in rows]
    return _begun([*words, *([("latest", "the newest run")] if rows else [])], incomplete)


def backups(ctx: click.Context, incomplete: str) -> _Items:
    """The ids of the backups, newest first, and ``latest``."""
    ids: list[str] = []
    with suppress(OSError):
        ids = [path.stem for path in _home(ctx).backups.glob("*/*.json") if not path.name.startswith(".")]
    ids.sort(key=lambda known: known.split("-", 1)[-1], reverse=True)
    latest = [("latest", "the newest of the sensor")] if ids else []
    return _begun([*latest, *((known, "") for known in ids)], incomplete)


def packages(ctx: click.Context, incomplete: str) -> _Items:
    """The packages of the shelf, by name."""
    # Not by the shelf itself: that takes a third of the time that a key may wait.
    import json  # noqa: PLC0415  for packages alone

    try:
        index = json.loads((_home(ctx).shelf / SHELF_INDEX).read_bytes())
        entries = [(str(entry["name"]), str(entry["version"] or "")) for entry in index["entries"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return _begun(entries, incomplete)


def packages_and_files(ctx: click.Context, incomplete: str) -> _Items:
    """The packages of the shelf, and files."""
    return [*packages(ctx, incomplete), CompletionItem(incomplete, type="file")]


def backups_and_files(ctx: click.Context, incomplete: str) -> _Items:
    """The backups of this PC, and files."""
    return [*backups(ctx, incomplete), CompletionItem(incomplete, type="file")]


def sources(ctx: click.Context, incomplete: str) -> _Items:
    """The sources that are set up."""
    try:
        found = tomllib.loads(_home(ctx).config_file.read_text(encoding="utf-8")).get("sources", {})
    except (OSError, ValueError):
        return []
    return _begun([(name, str(source.get("kind", ""))) for name, source in found.items()], incomplete)
