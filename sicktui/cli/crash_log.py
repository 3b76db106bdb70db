"""Errors that nobody foresaw: a sentence for the person, the details in the log file."""

import os
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sicktui.cli.options import Common
from sicktui.model.clock import timestamp
from sicktui.model.errors import SicktuiError
from sicktui.stores.disk.files import open_log
from sicktui.stores.disk.home import locate

MAX_LOG: Final = 1_000_000
"""Bytes at which the log file is put aside for a new one; one older file is kept."""


def record(error: Exception, common: Common) -> tuple[str, str]:
    """Write the traceback to the log file. It shows lines of code, never the values of variables.

    Returns:
        What to tell the person: what happened, and what to do.
    """
    sentence = f"Error: sicktui met something it did not expect ({type(error).__name__})."
    home = locate(common.home, os.environ)
    try:
        home.create()
        _append(home.log_file, "".join(traceback.format_exception(error)))
    except (OSError, SicktuiError) as trouble:
        return sentence, f"The details could not be kept ({trouble}). Please report what you did."
    return sentence, f"The details are in {home.log_file}. Please report them with what you did."


def _append(path: Path, details: str) -> None:
    if path.exists() and path.stat().st_size > MAX_LOG:
        open_log(path).close()  # what is put aside is made private too
        path.replace(path.with_suffix(".log.1"))
    with open_log(path) as log:
        # A traceback may quote a file name that is no text.
        log.write(f"{timestamp(datetime.now(UTC))}\n{details}\n".encode("utf-8", "backslashreplace"))
