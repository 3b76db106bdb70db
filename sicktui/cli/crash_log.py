"""Unexpected errors: a sentence for the person, the details in the log file."""

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
"""Bytes at which a new log file is started; one older file is kept."""


def record(error: Exception, common: Common) -> tuple[str, str]:
    """Write the traceback to the log file. It shows lines of code, never the values of variables.

    Returns:
        What happened, and what to do, for the person.
    """
    sentence = f"Error: an unexpected error occurred ({type(error).__name__})."
    home = locate(common.home, os.environ)
    try:
        home.create()
        _append(home.log_file, "".join(traceback.format_exception(error)))
    except (OSError, SicktuiError) as trouble:
        return sentence, f"The details could not be saved ({trouble}). Please report what you did."
    return sentence, f"The details are in {home.log_file}. Please report them with what you did."


def _append(path: Path, details: str) -> None:
    if path.exists() and path.stat().st_size > MAX_LOG:
        open_log(path).close()  # the older one is made private too
        path.replace(path.with_suffix(".log.1"))
    with open_log(path) as log:
        # A traceback may quote a file name that is not valid text.
        log.write(f"{timestamp(datetime.now(UTC))}\n{details}\n".encode("utf-8", "backslashreplace"))
