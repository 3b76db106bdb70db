"""Files that a person names on the command line: to read, or to write, with ``-`` for stdout."""

from pathlib import Path
from typing import Final

from sicktui.cli.context import CliContext
from sicktui.cli.options import Common
from sicktui.model.enums import Code
from sicktui.model.errors import UsageError
from sicktui.model.suggest import nearest
from sicktui.stores.disk.files import display_path, exists, expand_path, explain_os_error, export_file

STDOUT: Final = "-"
"""Instead of a file's name."""


def given_file(word: str, what: str = "file", *, code: Code | None = None) -> Path:
    """Something that is there, to be read.

    Args:
        word: its path.
        what: what it should be, for the message.
        code: the contract's code where it is not there.

    Raises:
        UsageError: it is not.
    """
    path = expand_path(word)
    try:
        path.stat()
    except FileNotFoundError as error:
        raise UsageError(
            f"There is no {what} {display_path(path)}{_similar(path)}.", advice="Check the path.", code=code
        ) from error
    except OSError as error:
        words, advice = explain_os_error(error)
        raise UsageError(
            f"Cannot read the {what} {display_path(path)}: {words}.", advice=advice, code=code
        ) from error
    return path


def _similar(path: Path) -> str:
    try:
        return nearest(path.name, [each.name for each in path.parent.iterdir()])
    except OSError:
        return ""


def is_stdout(common: Common, word: str) -> bool:
    """Whether a file to write is to go to stdout.

    Raises:
        UsageError: stdout is for JSON lines.
    """
    if word == STDOUT and common.json:
        raise UsageError(
            "With --json only JSON lines go to stdout.", advice="Name a file, or leave out --json."
        )
    return word == STDOUT


def may_write(cli: CliContext, path: Path) -> bool:
    """Whether there is nothing at a path yet, or a file that may be replaced; it asks."""
    if not exists(path) or not path.is_file():
        return True  # what is there and is no file is refused when it is written
    return not cli.declined(f"{display_path(path)} exists. Replace it?")


def write(cli: CliContext, word: str, content: bytes, what: str) -> bool:
    """Write a file, or to stdout.

    Args:
        cli: the call.
        word: the file, or ``-``.
        content: what is written.
        what: what that is, for the message.

    Returns:
        Whether it was written.

    Raises:
        StorageError: it cannot be written, or its folder does not exist.
        UsageError: stdout is for JSON lines.
    """
    if is_stdout(cli.common, word):
        cli.out.document(content)
        return True
    path = expand_path(word)
    if not may_write(cli, path):
        return False
    export_file(path, content)
    cli.out.note(f"Wrote {what} to {display_path(path)}.")
    return True
