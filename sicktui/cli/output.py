"""Where output goes: JSON lines or plain lines on stdout, messages for people on stderr.

Everything shown is one harmless line: control characters are replaced here once more, whatever
happened to the text before. What cannot be written raises nothing: ``sicktui.cli.streams`` guards both.
"""

import os
import shutil
import sys
from collections.abc import Iterable, Mapping
from typing import Final, Self, TextIO

import click
import msgspec

from sicktui.cli import lines
from sicktui.cli.options import Common
from sicktui.cli.tables import indented, width
from sicktui.model.lines.base import Line
from sicktui.model.run.event import JOURNAL_ONLY, Event, StatusRead
from sicktui.model.safe_text import clean, plain_json

ARROW: Final = "  -> "
"""In front of what to do next."""
MAX_LINE: Final = 4000
"""Characters of one line for people."""

NO_ESCAPES: Final = frozenset({"dumb", "unknown"})
"""Values of TERM that promise no control sequence at all."""

_ASCII: Final = str.maketrans({"…": "...", "°": "", "·": ".", "→": "->"})
"""The signs of this program that are not ASCII. What a device or a person wrote stays as it is."""

_encoder: Final = msgspec.json.Encoder()


def no_screen(common: Common) -> str:
    """Why no full screen can be shown, as a sentence; empty if it can.

    Textual's own variable names another place for it than a terminal: a page of ``sicktui serve``.
    """
    if os.environ.get("TEXTUAL_DRIVER"):
        return ""
    term = os.environ.get("TERM", "")
    if sys.stdin is None or not sys.stdin.isatty() or not sys.stdout.isatty():
        return "The dashboard needs an interactive terminal."
    if term in NO_ESCAPES:
        return f"The dashboard needs cursor movement. TERM is {term!r}; it is usually xterm-256color."
    return "The dashboard is not shown with --plain." if common.plain else ""


class Printer:
    """Prints for one call.

    Args:
        json: whether stdout is for JSON lines only.
        environ: the environment, for ``NO_COLOR``, ``FORCE_COLOR``, ``TERM`` and ``SICKTUI_ASCII``.
        plain: whether a terminal gets what a file would get; so it does if its TERM promises nothing.
        all_ascii: whether the program's own signs are ASCII.
        quiet: whether people get results and trouble only.
        verbose: whether they get what is of use when looking for a fault.
    """

    def __init__(
        self,
        *,
        json: bool,
        environ: Mapping[str, str],
        plain: bool = False,
        all_ascii: bool = False,
        quiet: bool = False,
        verbose: bool = False,
    ) -> None:
        self.json = json
        self.verbose = verbose
        self._quiet = quiet
        self._forced = bool(environ.get("FORCE_COLOR")) and not plain and not environ.get("NO_COLOR")
        self._overwritten = ""
        self._plain = plain or environ.get("TERM") in NO_ESCAPES
        self._colour = not self._plain and not environ.get("NO_COLOR")
        self._ascii = all_ascii or environ.get("SICKTUI_ASCII", "0") not in ("", "0")
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                # A console that cannot show a character shows a question mark instead of failing.
                stream.reconfigure(errors="replace")

    @classmethod
    def for_call(cls, common: Common) -> Self:
        """The printer of a call with these options, in the environment of this process."""
        return cls(
            json=common.json,
            environ=os.environ,
            plain=common.plain,
            all_ascii=common.ascii,
            quiet=common.quiet,
            verbose=common.verbose,
        )

    @property
    def columns(self) -> int:
        """How wide a line may be before it is wrapped; files and pipes get 100."""
        return shutil.get_terminal_size((100, 24)).columns if self._shapes(sys.stdout) else 100

    @property
    def wrap(self) -> int | None:
        """Where tables are wrapped; ``None`` in files, pipes and plain lines, where a line is a row."""
        return self.columns if self._shapes(sys.stdout) else None

    @property
    def overwrites(self) -> bool:
        """Whether ``overwrite`` shows anything."""
        return self._shapes(sys.stderr) and not self._quiet

    def _shapes(self, stream: TextIO) -> bool:
        """Whether lines on a stream are fitted to a terminal, coloured and overwritten."""
        return stream.isatty() and not self._plain

    def emit(self, line: Event | StatusRead | Line) -> None:
        """Print a JSON line, with ``--json``; an event that is only the journal's own is left out."""
        if self.json and not isinstance(line, JOURNAL_ONLY):
            self._bytes(_encoder.encode(line))

    def record(self, entry: Mapping[str, object]) -> None:
        """Print a JSON line as it is, whether ``--json`` was asked for or not."""
        self._bytes(_encoder.encode(entry))

    def document(self, content: bytes) -> None:
        """Print a whole document on stdout as it is; its maker has made every text in it harmless."""
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()

    def line(self, text: str = "", colour: str | None = None, *, bold: bool = False) -> None:
        """Print a result for people. With ``--json`` nothing: the JSON lines say it."""
        if not self.json:
            self._text(sys.stdout, text, colour, bold=bold)

    def result(self, text: str, advice: str, colour: str | None = None) -> None:
        """Print a result for people, and below it what to do next, if anything."""
        self.line(text, colour)
        if advice:
            self.line(f"{ARROW}{advice}")

    def lines(self, texts: Iterable[str]) -> None:
        """Print results for people."""
        for text in texts:
            self.line(text)

    def note(self, text: str, colour: str | None = None, *, bold: bool = False) -> None:
        """Print a message for people on stderr, with and without ``--json``. A terminal gets it wrapped.

        One with a colour is about trouble; ``--quiet`` leaves out the others.
        """
        if self._quiet and colour is None:
            return
        self._note(text, colour, bold=bold)

    def error(self, text: str) -> None:
        """Print on stderr why a command ends, whatever is left out. A terminal gets it wrapped."""
        self._note(text)

    def _note(self, text: str, colour: str | None = None, *, bold: bool = False) -> None:
        for line in self._wrapped(text):
            self._text(sys.stderr, line, colour, bold=bold)

    def warn(self, text: str, advice: str) -> None:
        """Print trouble on stderr in red, and below it what to do next, if anything."""
        self.note(text, "red")
        if advice:
            self._note(f"{ARROW}{advice}")

    def overwrite(self, text: str) -> None:
        """Show how far something is, on one line of the terminal that the next call overwrites.

        Nothing without a terminal on stderr, and in plain lines. An empty text clears the line.
        """
        if not self.overwrites or text == self._overwritten:
            return
        self._overwritten = text
        columns = shutil.get_terminal_size((80, 24)).columns
        shown = clean(text, max(1, columns - 1))
        blank = " " * max(0, columns - 1 - width(shown))
        click.echo(f"\r{shown}{blank}\r", file=sys.stderr, nl=False)

    def _wrapped(self, text: str) -> list[str]:
        if not self._shapes(sys.stderr):
            return [text]
        columns = shutil.get_terminal_size((100, 24)).columns
        if width(text) <= columns:
            return [text]
        lead = ARROW if text.startswith(ARROW) else ""
        return indented(text.removeprefix(lead), columns=columns, first=lead)

    def _text(self, stream: TextIO, text: str, colour: str | None, *, bold: bool) -> None:
        harmless = clean(text, MAX_LINE)
        if self._ascii:
            harmless = harmless.translate(_ASCII)
        styled = (colour is not None or bold) and (self._forced or (self._colour and stream.isatty()))
        shown = click.style(harmless, fg=colour, bold=bold or None) if styled else harmless
        click.echo(shown, file=stream, color=True if styled else None)

    def _bytes(self, line: bytes) -> None:
        lines.note(line)
        self.document(plain_json(line) + b"\n")
