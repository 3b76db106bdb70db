"""Quits the dashboard."""

from sicktui.model.wording import count
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.flows.services import Services


async def leave(services: Services) -> None:
    """Quit; if a run is running, ask first and explain how to come back."""
    live = services.dashboard.live_runs
    if live:
        going = f"{count(len(live), 'run')} {'is' if len(live) == 1 else 'are'} going: {', '.join(live)}"
        words = [cell(going), (), *_what_leaving_means(live[-1], demo=services.appearance.demo)]
        if not await services.ask(
            Confirm(services.appearance, "Quit the dashboard?", words, yes="quit", no="stay")
        ):
            return
        # Runs may have ended while the question was open.
        live = services.dashboard.live_runs
    services.leave("" if services.appearance.demo else "\n".join(farewell(run) for run in live))


def _what_leaving_means(run: str, *, demo: bool) -> list[Cell]:
    if demo:
        return [cell("This is the demo: its sensors and runs end with it.", Tone.WARN)]
    return [
        cell("You can quit safely: the run continues in its own process.", Tone.GOOD),
        (Span("To come back: "), Span("sicktui", Tone.KEY), Span(f"   or: sicktui runs attach {run}")),
    ]


def farewell(run: str) -> str:
    """The message on the terminal about a run that continues."""
    return (
        f"Run {run} continues without the dashboard. "
        f"Come back with 'sicktui', or follow it with 'sicktui runs attach {run}'."
    )
