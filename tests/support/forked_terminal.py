"""A forked call of the program on a pseudo-terminal, with what pexpect offers of a child that it starts."""

import fcntl
import os
import pty
import struct
import sys
import termios
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

assert sys.platform == "linux"  # before the imports: type checkers see nothing of them elsewhere

import pytest  # noqa: E402

from tests.support.forked_programs import ProgramServer, can_be_forked  # noqa: E402
from tests.support.processes import KILL  # noqa: E402
from tests.support.waiting import LIMIT  # noqa: E402

_Descriptor: Any = pytest.importorskip("pexpect.fdpexpect").fdspawn
_GRACE: Final = 2.0
"""Seconds that it may take to end once its terminal is closed."""


class ForkedChild(_Descriptor):  # type: ignore[misc]  # pexpect has no types
    """The other end of its terminal."""

    can_be = staticmethod(can_be_forked)

    def __init__(
        self,
        server: ProgramServer,
        words: Sequence[str],
        environ: dict[str, str],
        folder: Path,
        size: tuple[int, int],
        *,
        encoding: str | None,
    ) -> None:
        ours, theirs = pty.openpty()
        super().__init__(ours, timeout=LIMIT, encoding=encoding)
        self.setwinsize(*size)
        self._process = server.start_on(theirs, [*words], environ, folder)
        self.pid = self._process.pid

    def setwinsize(self, rows: int, columns: int) -> None:
        """Another window size."""
        fcntl.ioctl(self.child_fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def isalive(self) -> bool:
        """Whether it has not ended."""
        code = self._process.code()
        if code is not None:
            self.exitstatus: int | None = code if code >= 0 else None
            self.signalstatus: int | None = None if code >= 0 else -code
        return code is None

    def kill(self, number: int) -> None:
        """Send it a signal."""
        if self.isalive():
            os.kill(self.pid, number)

    def sendintr(self) -> None:
        """Press Ctrl-C."""
        os.write(self.child_fd, b"\x03")

    def close(self, force: Any = True) -> None:
        """Close the terminal, and wait for its end."""
        if not self.closed:
            super().close()
        if self._process.code(_GRACE) is None and force:
            self.kill(KILL)
            self._process.code(LIMIT)
        self.isalive()
