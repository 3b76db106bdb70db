"""Textual's parser of terminal input behind a filter, so that no input can end or deafen the dashboard.

Textual 8.2.8 raises on ``ESC[99999999~`` and ``ESC[97:65u`` (``int`` and ``chr`` of what came), takes any
size from ``ESC[48;...t``, and types the characters of a sequence that it does not know.
"""

import re
import time
from collections.abc import Callable, Iterable
from typing import Final

from textual import events
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._keyboard_protocol import FUNCTIONAL_KEYS
from textual._xterm_parser import FOCUSIN, FOCUSOUT, XTermParser
from textual.message import Message

from sicktui.tui.terminal.input_filter import InputFilter, Kind, Token

_MOUSE: Final = re.compile(r"\x1b\[<[0-9]{1,3};[0-9]{1,5};[0-9]{1,5}[Mm]")
_SYNCHRONIZED: Final = re.compile(r"\x1b\[\?2026;[0-4]\$y")
_KEY: Final = re.compile(
    r"\x1b\[(?P<code>[0-9]{0,7})(;[0-9]{0,3}(;(?P<text>[0-9]{0,7}(:[0-9]{0,7}){0,3}))?)?(?P<final>[u~ABCDEFHPQS])"
)
"""A key with its modifiers and text, as the kitty protocol and xterm send it. Numbers only: the other
forms (alternate keys, kinds of events) are not asked for."""


def is_known(sequence: str) -> bool:
    """Whether Textual's parser can take a complete sequence, and comes to its end with it."""
    if sequence in ANSI_SEQUENCES_KEYS or sequence in (FOCUSIN, FOCUSOUT):
        return True
    if _MOUSE.fullmatch(sequence) or _SYNCHRONIZED.fullmatch(sequence):
        return True
    key = _KEY.fullmatch(sequence)
    if key is None:
        return False
    code, final = int(key["code"] or "1"), key["final"]
    if final != "u" and f"{code}{final}" not in FUNCTIONAL_KEYS:
        return False  # Textual takes the number of an unknown key for a character
    numbers = [code, *(key["text"] or "").split(":")]
    return all(_is_character(int(number)) for number in numbers if number != "")


def _is_character(code: int) -> bool:
    return code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF  # noqa: PLR2004 - the range of Unicode


class BoundedParser(XTermParser):
    """Turns the characters of a terminal into events, whatever they are.

    Args:
        debug: as Textual's own.
        clock: seconds of a monotonic clock.
    """

    def __init__(self, debug: bool = False, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(debug)
        self._clock = clock
        self._filter = InputFilter(is_known)

    def feed(self, data: str) -> Iterable[Message]:
        """The events of this text; an empty one ends the parser."""
        if not data:
            yield from super().feed("")
            return
        for token in self._filter.feed(data, self._clock()):
            yield from self._events(token)

    def tick(self) -> Iterable[Message]:
        """The events that silence completes."""
        for token in self._filter.tick(self._clock()):
            yield from self._events(token)
        yield from super().tick()  # in case Textual's parser awaits more after all

    def _events(self, token: Token) -> Iterable[Message]:
        match token.kind:
            case Kind.TEXT:
                yield from super().feed(token.text)
            case Kind.ESCAPE:
                yield events.Key("escape", "\x1b")
            case Kind.PASTE:
                yield events.Paste(token.text)
            case Kind.ALT:
                known = f"\x1b{token.text}" in ANSI_SEQUENCES_KEYS
                sequence = f"\x1b{token.text}" if known else token.text
                yield from self._sequence_to_key_events(sequence, alt=not known)
