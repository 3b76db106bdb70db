"""Splits what a terminal sends into keys, escape sequences and pastes, each of them bounded. No I/O.

A terminal, a bad line or a hostile paste can send anything. Textual's parser takes it at its word: a
number in a sequence that is not a character ends the program, an unknown sequence is typed as keys, and a
paste without its end swallows every key that follows. Here a sequence is passed on only if it is complete
and known; the rest is dropped, and silence ends whatever is left open.
"""

from collections.abc import Callable
from enum import Enum, auto
from typing import Final, NamedTuple

ESC: Final = "\x1b"
PASTE_START: Final = "\x1b[200~"
PASTE_END: Final = "\x1b[201~"

ESCAPE_SILENCE: Final = 0.1
"""Seconds after which ESC alone is the Esc key, and ESC with one character is Alt with that key."""
SEQUENCE_SILENCE: Final = 0.5
"""Seconds after which the rest of a longer sequence is not awaited any more."""
PASTE_SILENCE: Final = 1.0
"""Seconds of silence that end a paste whose end was lost."""
LONGEST_SEQUENCE: Final = 64
"""Characters of a sequence; the longest that is known has 32."""
LONGEST_PASTE: Final = 100_000
"""Characters of a paste; what goes beyond is dropped."""
LATE_CHUNK: Final = 32
"""After a paste without its end: more characters than this at once are its rest, and not typed."""

QUIT: Final = frozenset({"\x03", "\x11", "\x1b[99;5u", "\x1b[113;5u"})
"""Ctrl+C and Ctrl+Q, in both protocols: arriving alone, they are keys even in the middle of a paste."""

_STRINGS: Final = frozenset({"\x1b]", "\x1bP", "\x1b_", "\x1b^", "\x1bX"})
"""What starts a string (OSC, DCS, APC, PM, SOS; ECMA-48, 8.3): replies that nothing here asks for."""
_MOUSE: Final = "\x1b[M"
_MOUSE_LENGTH: Final = 6
"""An old mouse report: three bytes of any value follow. Textual asks for the new form."""
_DROPPED: Final = dict.fromkeys([*range(9), 11, 12, *range(14, 32), *range(127, 160)])
"""Control characters, which a field would draw as they are; tab, line feed and return stay."""


class Kind(Enum):
    """What a token is."""

    TEXT = auto()
    """Characters and control characters as typed, or one complete sequence that is known."""
    ESCAPE = auto()
    """The Esc key."""
    ALT = auto()
    """Alt with one character."""
    PASTE = auto()


class Token(NamedTuple):
    """One piece of input."""

    kind: Kind
    text: str = ""


class InputFilter:
    """Takes the decoded characters of a terminal, and returns tokens that are safe to interpret.

    Args:
        known: whether a complete escape sequence can be interpreted.
    """

    def __init__(self, known: Callable[[str], bool]) -> None:
        self._known = known
        self._tokens: list[Token] = []
        self._pending = ""  # a sequence that has begun
        self._pasting = False
        self._pasted: list[str] = []
        self._room = LONGEST_PASTE
        self._held = ""  # the end of a paste as far as it is here
        self._late = False  # the paste before was ended by silence: its rest may still come
        self._last = 0.0

    def feed(self, text: str, now: float) -> list[Token]:
        """The tokens that are complete with this text.

        Args:
            text: the characters of one read.
            now: the moment, in seconds of a monotonic clock.
        """
        self.tick(now, keep=True)
        if self._pasting and text in QUIT:
            self._end_paste()
        elif self._late:
            self._pasting = PASTE_END in text or len(text) > LATE_CHUNK
            self._late = False
        self._last = now
        position = 0
        while position < len(text):
            if self._pasting:
                position = self._take_paste(text, position)
            elif self._pending:
                position += self._extend(text[position])
            else:
                position = self._take_plain(text, position)
        return self._take()

    def tick(self, now: float, *, keep: bool = False) -> list[Token]:
        """The tokens that silence completes; with ``keep`` the next ``feed`` returns them."""
        silence = now - self._last
        if self._pasting:
            if silence >= PASTE_SILENCE:
                self._end_paste()
                self._late = True
        elif self._pending == ESC and silence >= ESCAPE_SILENCE:
            self._drop()
            self._tokens.append(Token(Kind.ESCAPE))
        elif len(self._pending) == len("\x1bx") and silence >= ESCAPE_SILENCE:
            self._tokens.append(Token(Kind.ALT, self._drop()[-1]))
        elif silence >= SEQUENCE_SILENCE:
            self._drop()
        return [] if keep else self._take()

    def _take(self) -> list[Token]:
        taken, self._tokens = self._tokens, []
        return taken

    def _drop(self) -> str:
        dropped, self._pending = self._pending, ""
        return dropped

    def _take_plain(self, text: str, position: int) -> int:
        """Take what is typed up to the next escape; returns the position behind it."""
        escape = text.find(ESC, position)
        end = len(text) if escape < 0 else escape
        if end > position:
            self._tokens.append(Token(Kind.TEXT, text[position:end]))
        if escape < 0:
            return end
        self._pending = ESC
        return end + 1

    # Sequences

    def _extend(self, character: str) -> bool:
        """Add a character to the sequence that has begun; false if it does not belong to it."""
        if self._pending == ESC:
            return self._after_escape(character)
        if self._pending[:2] in _STRINGS:
            return self._in_string(character)
        if self._pending.startswith(_MOUSE):
            return self._in_mouse_report(character)
        if not " " <= character <= "~":
            self._drop()  # cut off: what follows stands for itself
            return False
        if len(self._pending) < LONGEST_SEQUENCE:
            self._pending += character
        if self._pending in (_MOUSE, "\x1b[["):  # the latter begins F1 to F5 of the Linux console
            return True
        if self._pending.startswith("\x1bO") or character >= "@" or self._is_rxvt_key(character):
            self._finish(self._drop())
        return True

    def _is_rxvt_key(self, character: str) -> bool:
        """Whether this is Shift with a key in rxvt, such as ``ESC[3$``; ECMA-48 knows no such end."""
        return character == "$" and self._known(self._pending)

    def _after_escape(self, character: str) -> bool:
        if character == ESC:
            self._tokens.append(Token(Kind.ESCAPE))
        elif character in "[O" or ESC + character in _STRINGS:
            self._pending = ESC + character
        else:
            self._drop()
            self._tokens.append(Token(Kind.ALT, character))
        return True

    def _in_string(self, character: str) -> bool:
        """Swallow a string up to its end: BEL, or ESC and a backslash."""
        if self._pending[-1] == ESC:
            self._pending = "" if character == "\\" else ESC
            return character == "\\"
        if character == ESC:
            self._pending += ESC
            return True
        if character >= " ":
            if len(self._pending) == len("\x1b]"):
                self._pending += character  # longer than Alt with a key, and nothing of it is kept
            return True
        self._drop()
        return character == "\x07"

    def _in_mouse_report(self, character: str) -> bool:
        self._pending += character
        if character < " ":
            self._drop()
            return False
        if len(self._pending) == _MOUSE_LENGTH:
            self._drop()
        return True

    def _finish(self, sequence: str) -> None:
        if sequence == PASTE_START:
            self._pasting = True
        elif self._known(sequence):
            self._tokens.append(Token(Kind.TEXT, sequence))

    # Pastes

    def _take_paste(self, text: str, position: int) -> int:
        """Take what is pasted up to its end; returns the position behind it."""
        before = len(self._held)
        joined = self._held + text[position:]
        end = joined.find(PASTE_END)
        held = "" if end >= 0 else _start_of_end(joined)
        body = joined[:end] if end >= 0 else joined[: len(joined) - len(held)]
        self._pasted.append(body[: self._room])
        self._room -= len(self._pasted[-1])
        self._held = held
        if end < 0:
            return len(text)
        self._end_paste()
        return position + end + len(PASTE_END) - before

    def _end_paste(self) -> None:
        pasted = "".join(self._pasted).translate(_DROPPED)
        self._pasting, self._held, self._room = False, "", LONGEST_PASTE
        self._pasted.clear()
        if pasted:
            self._tokens.append(Token(Kind.PASTE, pasted))


def _start_of_end(text: str) -> str:
    """What the text has at its end of the sequence that ends a paste."""
    for length in range(len(PASTE_END) - 1, 0, -1):
        if text.endswith(PASTE_END[:length]):
            return PASTE_END[:length]
    return ""
