"""Quits the dashboard."""

from sicktui.model.wording import count
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.flows.services import Services
from sicktui.tui.screens.leave import LeaveQuestion


async def leave(services: Services, *, whatever_is_lost: bool = False) -> None:
    """Quit; ask first where something would be lost, and explain how to come back to a run.

    Args:
        services: the main screen.
        whatever_is_lost: ask about runs only.
    """
    lost = [] if whatever_is_lost else _what_is_lost(services)
    live = services.dashboard.live_runs
    if live or lost:
        question = LeaveQuestion(services.appearance, lambda: what_leaving_means(services, lost))
        if not await services.ask(question):
            return
        live = services.dashboard.live_runs
    services.leave("" if services.appearance.demo else "\n".join(farewell(run) for run in live))


def what_leaving_means(services: Services, lost: list[Cell]) -> list[Cell]:
    """What leaving means now: runs end while the question is open."""
    words: list[Cell] = []
    if live := services.dashboard.live_runs:
        active = f"{count(len(live), 'run')} {'is' if len(live) == 1 else 'are'} active: {', '.join(live)}"
        words = [cell(active), (), *_of_a_run(live[-1], demo=services.appearance.demo)]
    elif not lost:
        words = [cell("The last run has ended.", Tone.GOOD)]
    return [*words, *([()] if words and lost else []), *lost]


def _what_is_lost(services: Services) -> list[Cell]:
    """What ends with this dashboard."""
    lines: list[Cell] = []
    if unsaved := services.context.credentials.unsaved:
        key = services.appearance.keys.of("vault")
        kept = "is kept" if unsaved == 1 else "are kept"
        lines.append(cell(f"{count(unsaved, 'password')} {kept} in memory only and will be lost.", Tone.WARN))
        lines.append(cell(f"Press {key} in the list to create a vault for passwords.", Tone.DIM))
    marks = len(services.dashboard.marks)
    if marks and not services.appearance.demo:
        lines.append(cell(f"{count(marks, 'device')} {'is' if marks == 1 else 'are'} marked.", Tone.WARN))
        lines.append(cell("Marks are not remembered.", Tone.DIM))
    return lines


def _of_a_run(run: str, *, demo: bool) -> list[Cell]:
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
