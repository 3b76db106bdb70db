"""Copying over SSH: the escape sequence OSC 52 asks the terminal to put a text on its clipboard.

No terminal answers whether it did. xterm has it off, tmux needs ``allow-passthrough`` or ``set-clipboard``,
PuTTY has none: so the words for the operator promise nothing, and name another way.
"""

import base64
from collections.abc import Mapping
from typing import Final

from textual.app import App

MOST: Final = 74_994
"""Bytes of a text. Terminals drop a sequence of more than 100,000 bytes, which are these in base64."""
_SCREEN_CHUNK: Final = 700
"""GNU screen passes on at most 768 bytes at once."""


def clipboard_sequence(text: str, environ: Mapping[str, str]) -> str:
    """The sequence that copies a text; empty for a text that is too large.

    Args:
        text: what is copied.
        environ: ``TMUX`` and ``TERM`` show what is between this program and the terminal.
    """
    raw = text.encode()
    if len(raw) > MOST:
        return ""
    plain = f"\x1b]52;c;{base64.b64encode(raw).decode()}\x07"
    if environ.get("TMUX"):
        # Both ways: tmux takes the plain one with set-clipboard on, the wrapped one with allow-passthrough.
        return plain + "\x1bPtmux;" + plain.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    if environ.get("TERM", "").startswith("screen"):
        parts = [plain[at : at + _SCREEN_CHUNK] for at in range(0, len(plain), _SCREEN_CHUNK)]
        return "".join(f"\x1bP{part}\x1b\\" for part in parts)
    return plain


def copy(app: "App[object]", text: str, *, otherwise: str = "") -> str:
    """Send a text to the terminal's clipboard. Returns what to show the operator.

    Args:
        app: the dashboard.
        text: what is copied.
        otherwise: another way to get the text, as a sentence.
    """
    if len(text.encode()) > MOST:
        return f"Not copied: terminals take at most {MOST // 1000} kB. {otherwise}".strip()
    app.copy_to_clipboard(text)
    return f"Sent to the clipboard of your terminal, if it takes that. {otherwise}".strip()
