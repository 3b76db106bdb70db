"""Dashboards without a terminal draw what has changed when a test looks or pauses, not sixty times a second.

Textual lays out and draws each frame, and only then finds that there is no terminal to show it on: that was
a fifth of the CPU of a test of the dashboard. It still lays out each frame; drawing waits for the test.
"""

from typing import Any, Final

from textual._compositor import Compositor
from textual._context import visible_screen_stack
from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen

_draw: Final = Compositor.render_update
_pause: Final = Pilot.pause


def draw_when_looked_at() -> None:
    """Let all dashboards of this process, none of which has a terminal, be like that."""
    Compositor.render_update = _draw_later  # type: ignore[assignment,method-assign]
    Pilot.pause = _pause_and_draw  # type: ignore[assignment,method-assign]


def draw(app: App[Any]) -> None:
    """Draw what has changed on the top screen since it was drawn last."""
    _draw(app.screen._compositor, screen_stack=app._background_screens)


def _draw_later(
    compositor: Compositor,
    full: bool = False,
    screen_stack: list[Screen[Any]] | None = None,
    simplify: bool = False,
) -> Any:
    """Keep what has changed in mind; a picture that is asked for, or of several screens, is drawn at once."""
    if full or screen_stack:
        return _draw(compositor, full, screen_stack, simplify)
    visible_screen_stack.set([] if screen_stack is None else screen_stack)
    return None


async def _pause_and_draw(pilot: Pilot[Any], delay: float | None = None) -> None:
    await _pause(pilot, delay)
    draw(pilot.app)
