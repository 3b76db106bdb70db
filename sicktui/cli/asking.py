"""Questions on the terminal: what is asked goes to stderr, the answer comes from stdin."""

import contextlib
import getpass
import os
import select
import signal
import sys
from collections.abc import Iterator
from typing import Final

from sicktui.model.errors import UsageError
from sicktui.stores.secrets.store import secret_line

_YES: Final = frozenset({"y", "yes", "j", "ja"})


def at_terminal() -> bool:
    """Whether stdin and stderr are a terminal."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def yes(question: str) -> bool:
    """Ask for a yes."""
    return answer(f"{question} [y/N] ") in _YES


def answer(prompt: str) -> str:
    """Ask for a word, which comes in lower case."""
    return _line(prompt).strip().lower()


def ask_secret(prompt: str) -> str:
    """Ask for a secret without showing it.

    Raises:
        UsageError: it is not text in the terminal's encoding.
    """
    try:
        secret = secret_line(_hidden_line(prompt)) or ""
        secret.encode()  # Python may let bytes pass that are not text
    except UnicodeError:
        # Not chained: the original error holds what was read.
        raise UsageError(
            f"What was typed is not {sys.stdin.encoding}, so it was not taken.",
            advice="Check the encoding of the terminal (LANG).",
        ) from None
    return secret


def _line(prompt: str) -> str:
    sys.stderr.write(prompt)
    sys.stderr.flush()
    _await_line()
    return sys.stdin.readline()


def _await_line() -> None:
    """Wait for a line or a signal.

    A read that has just been entered is not interrupted by a signal that came before it, nor by one that
    another thread of the process got: Ctrl-C would be heard at the next key only. A wakeup descriptor is
    written to in either case. The console of Windows interrupts its read itself.
    """
    if sys.platform != "win32":
        ours, theirs = os.pipe()
        os.set_blocking(theirs, False)
        before = signal.set_wakeup_fd(theirs)
        try:
            select.select([sys.stdin, ours], [], [])
        finally:
            signal.set_wakeup_fd(before)
            os.close(ours)
            os.close(theirs)


if sys.platform == "win32":

    def _hidden_line(prompt: str) -> str:
        """A line that is not shown; empty at the end of input."""
        with contextlib.suppress(EOFError):
            return getpass.getpass(prompt, stream=sys.stderr)
        return ""

else:
    import termios

    def _hidden_line(prompt: str) -> str:
        """A line that is not shown; empty at the end of input."""
        with _without_echo():
            return _line(prompt)

    @contextlib.contextmanager
    def _without_echo() -> Iterator[None]:
        """Show nothing of what is typed; what was typed before is dropped. Ends the line."""
        terminal = sys.stdin.fileno()
        before = termios.tcgetattr(terminal)
        quiet = [*before]
        quiet[3] &= ~termios.ECHO
        termios.tcsetattr(terminal, termios.TCSAFLUSH, quiet)
        try:
            yield
        finally:
            termios.tcsetattr(terminal, termios.TCSAFLUSH, before)
            sys.stderr.write("\n")
            sys.stderr.flush()
