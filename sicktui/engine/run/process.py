"""Processes of sicktui: how one is started, and how its memory stays out of core files."""

import contextlib
import sys
from pathlib import Path
from typing import Final

_CODE: Final = Path(__file__).resolve().parents[3]
"""The folder that holds our package."""
_PR_SET_DUMPABLE: Final = 4
"""``prctl(2)``: without it no core is written, and no other process of the user may look into this one."""


def own_module(name: str, *words: str) -> list[str]:
    """The command that runs one of our modules in our own interpreter.

    Args:
        name: the module, as ``sicktui.engine.run.runner``.
        words: its arguments.
    """
    return [sys.executable, *(() if _in_our_code() else ("-P",)), "-m", name, *words]


def _in_our_code() -> bool:
    """Whether the working folder is the one that our code was loaded from (a copy that is not installed).

    In any other, ``-P`` keeps Python from looking for modules there first: anyone who may write to that
    folder could run code in a process that receives the passwords.
    """
    try:
        return Path.cwd().resolve() == _CODE
    except OSError:
        return False  # The folder was deleted meanwhile.


def forbid_core_dumps() -> None:
    """Prevent a crash from writing the memory of this process to a disk. Windows has no such switch.

    Both are needed on Linux: where cores are piped to a collector (systemd, apport), the kernel does not
    ask the limit.
    """
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - not on every platform

        with contextlib.suppress(OSError, ValueError):  # already lower than that, and not ours to change
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - takes 4 ms, and is of no use elsewhere

        with contextlib.suppress(OSError, AttributeError):  # a C library without prctl
            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
