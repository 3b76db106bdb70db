"""The glyphs of the dashboard, and which ones a terminal can show.

The Unicode set keeps to WGL4, the characters that every font of a Windows console has: many
technicians look at a plant PC through one. State is never shown by a glyph or a colour alone.
"""

import codecs
import os
import sys
from collections.abc import Mapping
from typing import Final, Literal

from msgspec import Struct

from sicktui.model.enums import StepState, Verdict
from sicktui.model.settings import DashboardSettings

PLAIN_TERMINALS: Final = frozenset({"dumb", "linux", "vt100", "vt102", "vt220", "ansi"})
"""Values of TERM whose fonts cannot be trusted with more than ASCII."""


class Glyphs(Struct, frozen=True, kw_only=True):
    """One sign for each thing that the dashboard draws; each is one terminal cell wide."""

    unicode: bool
    done: str
    failed: str
    unknown: str
    skipped: str
    cancelled: str
    busy: str
    waiting: str
    full: str
    hollow: str
    warning: str
    cursor: str
    mark: str
    rule: str
    dot: str
    arrow: str
    ellipsis: str
    downwards: str
    upwards: str
    bar: str
    half_bar: str
    empty_bar: str
    curve: tuple[str, ...]
    """From nothing to the most."""

    def step(self, state: StepState | None) -> str:
        """The sign of a step; ``None`` is one that was not reached."""
        match state:
            case StepState.STARTED:
                return self.busy
            case StepState.DONE:
                return self.done
            case StepState.FAILED:
                return self.failed
            case StepState.SKIPPED:
                return self.skipped
            case None:
                return self.waiting

    def verdict(self, verdict: Verdict) -> str:
        """The sign of a verdict."""
        match verdict:
            case Verdict.SUCCEEDED:
                return self.done
            case Verdict.FAILED:
                return self.failed
            case Verdict.UNKNOWN:
                return self.unknown
            case Verdict.SKIPPED:
                return self.skipped
            case Verdict.CANCELLED:
                return self.cancelled


UNICODE: Final = Glyphs(
    unicode=True,
    done="√",
    failed="×",  # noqa: RUF001 - the multiplication sign is the cross that WGL4 fonts have
    unknown="?",
    skipped="–",  # noqa: RUF001 - a dash on purpose
    cancelled="■",
    busy="►",
    waiting="·",
    full="●",
    hollow="○",
    warning="▲",
    cursor="►",
    mark="■",
    rule="─",
    dot="·",
    arrow="→",
    ellipsis="…",
    downwards="▼",
    upwards="▲",
    bar="█",
    half_bar="▌",
    empty_bar="░",
    curve=("·", "_", "▄", "█"),
)

ASCII: Final = Glyphs(
    unicode=False,
    done="+",
    failed="x",
    unknown="?",
    skipped="-",
    cancelled="#",
    busy=">",
    waiting=".",
    full="*",
    hollow="o",
    warning="!",
    cursor=">",
    mark="*",
    rule="-",
    dot="-",
    arrow=">",
    ellipsis="~",
    downwards="v",
    upwards="^",
    bar="#",
    half_bar="=",
    empty_bar=".",
    curve=(".", "-", "=", "#"),
)


def choose_glyphs(settings: DashboardSettings, environ: Mapping[str, str], encoding: str | None) -> Glyphs:
    """The glyphs for this terminal.

    Args:
        settings: ``glyphs`` other than ``auto`` decides.
        environ: ``SICKTUI_ASCII=1`` decides next; then ``TERM`` is looked at.
        encoding: that of the stream to which the dashboard is written.
    """
    if settings.glyphs != "auto":
        return UNICODE if settings.glyphs == "unicode" else ASCII
    if environ.get("SICKTUI_ASCII", "0") not in ("", "0"):
        return ASCII
    if environ.get("TERM", "") in PLAIN_TERMINALS:
        return ASCII
    return UNICODE if _is_unicode(encoding) and _has_unicode_locale(environ) else ASCII


def _has_unicode_locale(environ: Mapping[str, str]) -> bool:
    """Whether the locale is of UTF-8, or none is set.

    Python's streams do not show it: in the C locale they are UTF-8, too (PEP 540), and LC_CTYPE is then set
    by Python itself (PEP 538).
    """
    names = ("LC_ALL", "LANG") if sys.flags.utf8_mode else ("LC_ALL", "LC_CTYPE", "LANG")
    locale = next((environ[name] for name in names if environ.get(name)), "")
    return not locale or "utf8" in locale.lower().replace("-", "")


def _is_unicode(encoding: str | None) -> bool:
    try:
        return codecs.lookup(encoding or "ascii").name.startswith("utf")
    except LookupError:
        return False


def wants_mouse(settings: DashboardSettings, environ: Mapping[str, str]) -> bool:
    """Whether to ask the terminal for mouse events: not over SSH, unless the settings say so."""
    if settings.mouse == "auto":
        return not any(environ.get(name) for name in ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"))
    return settings.mouse == "on"


Palette = Literal["full", "256", "16", "none"]
"""How many colours the dashboard uses."""

_ALL_COLOURS: Final = ("direct", "kitty", "ghostty", "alacritty", "wezterm", "foot", "contour")
"""In the TERM of terminals that show every colour. SSH forwards TERM, but seldom COLORTERM."""


def choose_palette(settings: DashboardSettings, environ: Mapping[str, str]) -> Palette:
    """The colours for this terminal: none with ``NO_COLOR``; else what COLORTERM and TERM promise.

    GNU screen passes COLORTERM on, and shows no more than 256. Windows promises in other ways, and is taken
    to have all.
    """
    if "NO_COLOR" in environ:
        return "none"
    if settings.colours != "auto":
        return settings.colours
    term = environ.get("TERM", "")
    promised = environ.get("COLORTERM", "").lower() in {"truecolor", "24bit"} and "STY" not in environ
    if promised or os.name == "nt" or any(name in term for name in _ALL_COLOURS):
        return "full"
    return "256" if "256" in term else "16"
