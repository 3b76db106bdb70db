"""Which sicktui has written a home: an older one does not touch what it cannot know."""

from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from sicktui import __version__
from sicktui.model.errors import ConfigError
from sicktui.model.safe_text import clean
from sicktui.stores.disk.files import display_path, write_atomic
from sicktui.stores.disk.home import Home
from sicktui.stores.disk.sealed_json import read_json

FORMAT: Final = 1
"""Rises when the files of a home change so that an older sicktui would misread them."""
NAME: Final = "home.json"


class WrittenBy(Struct, frozen=True, kw_only=True):
    """The sicktui that has written a home last."""

    format: int
    version: str


def _file(home: Home) -> Path:
    return home.data / NAME


def _read(home: Home) -> WrittenBy | None:
    """``None``: it was written by none, or by one from before there was this file."""
    try:
        return read_json(_file(home), WrittenBy)
    except (OSError, msgspec.DecodeError):
        return None


def check_home(home: Home) -> None:
    """Refuse the home of a sicktui that is too new for this one.

    Raises:
        ConfigError: it is.
    """
    found = _read(home)
    if found is not None and found.format > FORMAT:
        raise ConfigError(
            f"The files in {display_path(home.data)} are of sicktui {clean(found.version)}, which is "
            f"newer than this one ({__version__}). Nothing was read or changed.",
            advice=f"Install sicktui {clean(found.version)}, or use another folder with --home.",
        )


def note_version(home: Home) -> None:
    """Note that this sicktui writes the home, whose folders are there.

    Raises:
        StorageError: the file cannot be written.
    """
    ours = WrittenBy(format=FORMAT, version=__version__)
    if _read(home) != ours:
        write_atomic(_file(home), msgspec.json.encode(ours) + b"\n")
