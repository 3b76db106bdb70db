"""Leaves the dashboard, and says what goes on without it."""

from typing import TYPE_CHECKING

from sicktui.tui.phrases import counted
from sicktui.tui.screens.confirm import Confirm
from sicktui.tui.spans import Cell, Span, Tone, cell

if TYPE_CHECKING:
    from sicktui.tui.screens.main import MainScreen


async def leave(screen: "MainScreen") -> None:
    """End the app; while a run is going, ask first and say how to come back."""
    live = screen.board.live_runs
    if live:
        if any(isinstance(shown, Confirm) for shown in screen.app.screen_stack):
            return
        words: list[Cell] = [
            cell(f"{counted(len(live), 'run')} {'is' if len(live) == 1 else 'are'} going: {', '.join(live)}"),
            (),
            cell("Leaving changes nothing: the update goes on in a process of its own.", Tone.GOOD),
            (
                Span("To come back: "),
                Span("sicktui", Tone.KEY),
                Span(f"   or: sicktui runs attach {live[-1]}"),
            ),
        ]
        if not await screen.ask(Confirm(screen.face, "Leave the dashboard?", words, yes="leave", no="stay")):
            return
        # What is going may have changed while the question stood.
        live = screen.board.live_runs
    screen.leave("\n".join(farewell(run) for run in live))


def farewell(run: str) -> str:
    """What is said on the terminal of a run that goes on."""
    return (
        f"Run {run} goes on without the dashboard. "
        f"Come back with 'sicktui', or follow it with 'sicktui runs attach {run}'."
    )
