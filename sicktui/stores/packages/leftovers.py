"""What a killed process has left on the shelf: it goes a day later, when a package is added."""

import contextlib
import shutil
import time
from pathlib import Path
from typing import Final

from sicktui.stores.disk.files import TEMPORARY_SUFFIX, temporary_prefix
from sicktui.stores.disk.home import SHELF_INDEX

UNPACKED: Final = ".unpack-"
"""How the folders begin that zips are unpacked to."""
COPY: Final = "new"
"""What a copy is called while it is written."""
LEFT_OVER_AFTER: Final = 86_400
"""Seconds: another process may be at what is younger."""


def is_left_over(path: Path) -> bool:
    """Whether nothing was written there for a day."""
    try:
        return path.stat().st_mtime < time.time() - LEFT_OVER_AFTER
    except OSError:
        return False


def remove_leftovers(shelf: Path) -> None:
    """Remove what is a day old; what cannot be removed stays."""
    index = f"{temporary_prefix(SHELF_INDEX)}*{TEMPORARY_SUFFIX}"
    copies = f"*/{temporary_prefix(COPY)}*{TEMPORARY_SUFFIX}"
    with contextlib.suppress(OSError):
        for left in [*shelf.glob(f"{UNPACKED}*"), *shelf.glob(index), *shelf.glob(copies)]:
            if is_left_over(left) and left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            elif is_left_over(left):
                left.unlink(missing_ok=True)
