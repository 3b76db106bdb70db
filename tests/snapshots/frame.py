"""What a terminal would show: the text, and which styles how many cells have."""

import hashlib
import re
from collections import Counter
from typing import Final

from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.pilot import Pilot

MOST_STYLES: Final = 30
"""Styles that are named; more of them on one screen would be a mistake by themselves."""
MASKED: Final = (
    (re.compile(r"127\.0\.0\.1:[0-9]{5}"), "127.0.0.1:80800"),
    (re.compile(r"/tmp/sicktui-[a-z0-9_]{8}"), "/tmp/sicktui-snapshot"[:21]),
    (re.compile(r"Chain head: [0-9a-f]{64}"), "Chain head: " + "0" * 64),
)
"""What differs each time, and what is shown instead: of the same length."""
ATTRIBUTES: Final = ("bold", "dim", "italic", "underline", "reverse", "blink", "strike")


def text_of(pilot: Pilot[None]) -> list[str]:
    """The lines of the screen, framed by bars, so that blanks at their ends are seen."""
    text = "\n".join(f"|{''.join(part.text for part in strip)}|" for strip in _strips(pilot))
    for what, instead in MASKED:
        text = what.sub(instead, text)
    return text.splitlines()


def styles_of(pilot: Pilot[None]) -> list[str]:
    """A line for each style with the number of its cells, and a digest of where they are."""
    cells: Counter[str] = Counter()
    places = hashlib.sha256()
    system = pilot.app.console._color_system
    for strip in _strips(pilot):
        for part in Segment.simplify(strip):
            name = _name(part.style, system)
            cells[name] += part.cell_length
            places.update(f"{name}*{part.cell_length};".encode())
        places.update(b"\n")
    assert len(cells) <= MOST_STYLES
    return [
        f"styles {places.hexdigest()[:8]}",
        *(f"{number:6} {name}" for name, number in sorted(cells.items())),
    ]


def _strips(pilot: Pilot[None]) -> list[list[Segment]]:
    return [list(strip) for strip in pilot.app.screen._compositor.render_strips()]


def _name(style: Style | None, system: ColorSystem | None) -> str:
    """A style as the terminal gets it, which may have fewer colours."""
    if style is None:
        return "-"
    fore, back = (
        (colour.downgrade(system) if system else colour).name if colour else "-"
        for colour in (style.color, style.bgcolor)
    )
    return " ".join([f"{fore} on {back}", *(name for name in ATTRIBUTES if getattr(style, name))])
