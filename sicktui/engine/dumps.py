"""Keeps the memory of a process, which holds passwords, out of core files."""

import contextlib
import sys
from typing import Final

_PR_SET_DUMPABLE: Final = 4
"""``prctl(2)``: without it no core is written, and no other process of the user may look into this one."""


def forbid_core_dumps() -> None:
    """Let no crash write the memory of this process to a disk. Windows has no such switch for a process.

    Both are needed on Linux: where cores are piped to a collector (systemd, apport), the kernel does not
    ask the limit.
    """
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - not on every platform

    with contextlib.suppress(OSError, ValueError):  # already lower than that, and not ours to change
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - takes 4 ms, and is of no use elsewhere

        with contextlib.suppress(OSError, AttributeError):  # a C library without prctl
            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
