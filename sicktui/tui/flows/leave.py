"""Quits the dashboard."""

from sicktui.model.wording import count
from sicktui.tui.commands import BY_ID
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.flows.services import Services


async def leave(services: Services, *, whatever_is_lost: bool = False) -> None:
    """Quit; ask first where something would be lost, and explain how to come back to a run.

    Args:
        services: the main screen.
        whatever_is_lost: ask about runs only.
    """
    lost = [] if whatever_is_lost else _what_is_lost(services)
    live = services.dashboard.live_runs
    if live or lost:
        words: list[Cell] = []
        if live:
            going = f"{count(len(live), 'run')} {'is' if len(live) == 1 else 'are'} going: {', '.join(live)}"
            words = [cell(going), (), *_what_leaving_means(live[-1], demo=services.appearance.demo)]
        words += [*([()] if live and lost else []), *lost]
        if not await services.ask(
            Confirm(services.appearance, "Quit the dashboard?", words, yes="quit", no="stay")
        ):
            return
        # Runs may have ended while the question was open.
        live = services.dashboard.live_runs
    services.leave("" if services.appearance.demo else "\n".join(farewell(run) for run in live))


def _what_is_lost(services: Services) -> list[Cell]:
    """What ends with this dashboard."""
    lines: list[Cell] = []
    if unsaved := services.context.credentials.unsaved:
        key = services.appearance.keys.of(BY_ID["vault"])
        kept = "is kept" if unsaved == 1 else "are kept"
        lines.append(cell(f"{count(unsaved, 'password')} {kept} in memory only and will be lost.", Tone.WARN))
        lines.append(cell(f"Press {key} in the list to create a vault for passwords.", Tone.DIM))
    return lines


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
