"""Commands of the dashboard, and the reasons why one cannot be used now."""

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from sicktui.tui.commands.context import CommandContext

MOST_COMPARED: Final = 2
"""Sensors that can be compared with each other."""


def always(_: CommandContext) -> str:
    """No condition."""
    return ""


def needs_device(now: CommandContext) -> str:
    """There must be a device in the list."""
    return "" if now.devices else "The device list is empty. Add a device first."


def needs_empty(now: CommandContext) -> str:
    """There must be no device in the list: what follows is for those who begin."""
    return "The device list is not empty. Run 'sicktui demo' in a terminal." if now.devices else ""


def needs_chosen(now: CommandContext) -> str:
    """A device must be marked or selected."""
    if now.chosen:
        return ""
    return now.elsewhere or needs_device(now) or "No device is marked or selected."


def needs_free(now: CommandContext) -> str:
    """At least one of the chosen devices must be free: not in a running run."""
    missing = needs_chosen(now)
    if missing or not set(now.chosen) <= now.owned:
        return missing
    run = now.live_runs[0] if now.live_runs else "a run"
    return f"{', '.join(now.chosen[:3])}: in use by run {run}. Wait for its verdict, or cancel the run."


def needs_selected(now: CommandContext) -> str:
    """A device must be selected."""
    return now.elsewhere or needs_device(now) or ("" if now.selected else "No device is selected.")


def needs_marks(now: CommandContext) -> str:
    """A device must be marked."""
    return "" if now.marked else "No device is marked."


def needs_beginning(now: CommandContext) -> str:
    """A device must have been marked last, and another one must be selected."""
    missing = needs_selected(now)
    if missing or now.marked_last not in (None, now.selected):
        return missing
    return "Mark the first device of the range, then select the last one."


def needs_trouble(now: CommandContext) -> str:
    """A device must have failed, or be unknown."""
    return "" if now.is_trouble else "No device failed or is unknown in the runs shown."


def needs_sought(now: CommandContext) -> str:
    """Something must be looked for in the log."""
    return "" if now.is_log_searched else "Search the log first."


def needs_one(now: CommandContext) -> str:
    """A device must be selected and free: not in a running run. Marks do not count."""
    missing = needs_selected(now)
    if missing or now.selected not in now.owned:
        return missing
    return f"{now.selected}: in use by a run. Wait for its verdict, or cancel the run."


def needs_moved(now: CommandContext) -> str:
    """The sensor of the selected device must have been found at another address."""
    missing = needs_one(now)
    if missing or now.selected in now.moved:
        return missing
    return f"{now.selected}: its sensor was not found at another address."


def needs_pair(now: CommandContext) -> str:
    """One or two devices."""
    missing = needs_chosen(now)
    if missing or len(now.chosen) <= MOST_COMPARED:
        return missing
    return f"{len(now.chosen)} devices are marked. Mark two to compare them, or one for its snapshots."


def needs_live_run(now: CommandContext) -> str:
    """A run must be active."""
    return "" if now.live_runs else "No run is active."


def needs_approval(now: CommandContext) -> str:
    """A run must wait for a person to continue it."""
    return "" if now.unapproved else "No run or rollout waits for approval."


def needs_shown_run(now: CommandContext) -> str:
    """A run must be on the screen."""
    return "" if now.shown_run else "No run is shown. The list of runs has earlier ones."


def needs_over(now: CommandContext) -> str:
    """The run that is shown must be over."""
    if now.shown_run in now.live_runs:
        return "The run is not over. Cancel it, or wait for its verdicts."
    return needs_shown_run(now)


class Command(Struct, frozen=True, kw_only=True):
    """A command of the dashboard.

    ``hint`` orders the hint bar, the smallest first; commands without one are in the help only.
    ``also`` are keys that stay whatever the settings say.
    """

    id: str
    key: str
    title: str
    help: str
    group: str
    unavailable_because: Callable[[CommandContext], str] = always
    """Why it cannot be used now; empty if it can."""
    hint: int | None = None
    pane: str | None = None
    """The pane that it is about: its hint is shown there only."""
    is_local: bool = False
    """Its key works in that pane only, and may have another meaning elsewhere."""
    also: tuple[str, ...] = ()
