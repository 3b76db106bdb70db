"""What is sent to copy a text (OSC 52): plain, through tmux, through screen, and not at all."""

import base64

from sicktui.tui.terminal.clipboard import MOST, clipboard_sequence

TEXT = "gate-1 succeeded \u2192 2.4.0.0R"
PLAIN = f"\x1b]52;c;{base64.b64encode(TEXT.encode()).decode()}\x07"


def test_the_sequence_fits_what_is_between_program_and_terminal() -> None:
    assert clipboard_sequence(TEXT, {}) == PLAIN
    wrapped = PLAIN.replace("\x1b", "\x1b\x1b")
    tmux = {"TMUX": "/tmp/tmux-0/default,1,0", "TERM": "screen-256color"}
    assert clipboard_sequence(TEXT, tmux) == f"{PLAIN}\x1bPtmux;{wrapped}\x1b\\"
    parts = clipboard_sequence(TEXT * 100, {"TERM": "screen"}).split("\x1b\\")
    assert all(len(part) <= 768 for part in parts)
    joined = "".join(part.removeprefix("\x1bP") for part in parts)
    assert joined == clipboard_sequence(TEXT * 100, {})


def test_a_text_that_terminals_would_drop_is_not_sent() -> None:
    assert clipboard_sequence("x" * MOST, {})
    assert len(clipboard_sequence("x" * MOST, {})) <= 100_001
    assert clipboard_sequence("x" * (MOST + 1), {}) == ""
