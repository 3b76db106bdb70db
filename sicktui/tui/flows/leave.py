"""Leaves the dashboard, and says what goes on without it."""

from sicktui.model.wording import count
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.flows.services import Services


async def leave(services: Services) -> None:
    """End the app; while a run is going, ask first and say how to come back."""
    live = services.dashboard.live_runs
    if live:
        going = f"{count(len(live), 'run')} {'is' if len(live) == 1 else 'are'} going: {', '.join(live)}"
        words = [cell(going), (), *_what_leaving_means(live[-1], demo=services.appearance.demo)]
        if not await services.ask(
            Confirm(services.appearance, "Leave the dashboard?", words, yes="leave", no="stay")
        ):
            return
        # What is going may have changed while the question stood.
        live = services.dashboard.live_runs
    services.leave("" if services.appearance.demo else "\n".join(farewell(run) for run in live))


def _what_leaving_means(run: str, *, demo: bool) -> list[Cell]:
    if demo:
        return [cell("This is the demo: its sensors and its runs end with it.", Tone.WARN)]
    return [
        cell("Leaving changes nothing: the run goes on in a process of its own.", Tone.GOOD),
        (Span("To come back: "), Span("sicktui", Tone.KEY), Span(f"   or: sicktui runs attach {run}")),
    ]


def farewell(run: str) -> str:
    """What is said on the terminal of a run that goes on."""
    return (
        f"Run {run} goes on without the dashboard. "
        f"Come back with 'sicktui', or follow it with 'sicktui runs attach {run}'."
    )
