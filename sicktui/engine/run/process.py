"""How sicktui starts a process of itself."""

import sys
from pathlib import Path
from typing import Final

_CODE: Final = Path(__file__).resolve().parents[3]
"""The folder that holds our package."""


def own_module(name: str, *words: str) -> list[str]:
    """The command that runs one of our modules in our own interpreter.

    Args:
        name: the module, as ``sicktui.engine.run.runner``.
        words: its arguments.
    """
    return [sys.executable, *(() if _in_our_code() else ("-P",)), "-m", name, *words]


def _in_our_code() -> bool:
    """Whether the working folder is the one that our code was loaded from (a copy that is not installed).

    In any other, ``-P`` keeps Python from looking for modules there first: whoever may write to that
    folder could run code of their own in a process that is handed the passwords.
    """
    try:
        return Path.cwd().resolve() == _CODE
    except OSError:
        return False  # The folder was deleted meanwhile.
