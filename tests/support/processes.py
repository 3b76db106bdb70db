"""What tests do to processes and files that only POSIX systems can, in one place for the type checker.

The tests themselves are marked as skipped on Windows.
"""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

if sys.platform != "win32":
    import resource

    KILL: Final = signal.SIGKILL

    def pause(pid: int) -> None:
        """Stop a process until ``resume``."""
        os.kill(pid, signal.SIGSTOP)

    def resume(pid: int) -> None:
        os.kill(pid, signal.SIGCONT)

    def session_of(pid: int) -> int:
        return os.getsid(pid)

    def make_pipe(path: Path) -> None:
        os.mkfifo(path)

    def is_root() -> bool:
        return os.geteuid() == 0

    @contextmanager
    def files_end_at(size: int) -> Iterator[None]:
        """No file of this process may grow beyond ``size`` bytes, as on a disk that fills up."""
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

else:
    KILL: Final = signal.SIGTERM  # os.kill ends a process at once with it

    def pause(pid: int) -> None:
        raise NotImplementedError

    def resume(pid: int) -> None:
        raise NotImplementedError

    def session_of(pid: int) -> int:
        raise NotImplementedError

    def make_pipe(path: Path) -> None:
        raise NotImplementedError

    def is_root() -> bool:
        return False

    @contextmanager
    def files_end_at(size: int) -> Iterator[None]:
        raise NotImplementedError


def forks() -> bool:
    """Whether tests fork their runners (``forked_runners``): where that works and no coverage is measured."""
    return sys.platform == "linux" and not any(name.startswith("COV") for name in os.environ)
