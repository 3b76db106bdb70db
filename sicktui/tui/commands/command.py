"""What a command of the dashboard is, and the reasons why one is of no use right now."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sicktui.tui.commands.context import CommandContext

MOST_COMPARED: Final = 2
"""Sensors that can be compared with each other."""


def always(_: CommandContext) -> str:
    """Never a reason."""
    return ""


def needs_device(now: CommandContext) -> str:
    """There must be a device in the list."""
    return "" if now.devices else "There is no device in the list yet; add one first."


def needs_chosen(now: CommandContext) -> str:
    """A device must be marked or selected."""
    return needs_device(now) or ("" if now.chosen else "No device is marked or selected.")


def needs_free(now: CommandContext) -> str:
    """One of the chosen devices must not be in the hands of a run."""
    missing = needs_chosen(now)
    if missing or not set(now.chosen) <= now.owned:
        return missing
    run = now.live_runs[0] if now.live_runs else "a run"
    return (
        f"{', '.join(now.chosen[:3])}: run {run} is working on it. Wait for its verdict, or cancel the run."
    )


def needs_selected(now: CommandContext) -> str:
    """A device must be selected."""
    return needs_device(now) or ("" if now.selected else "No device is selected.")


def needs_one(now: CommandContext) -> str:
    """The selected device, which must not be in the hands of a run: marks do not count."""
    missing = needs_selected(now)
    if missing or now.selected not in now.owned:
        return missing
    return f"{now.selected}: a run is working on it. Wait for its verdict, or cancel the run."


def needs_pair(now: CommandContext) -> str:
    """One or two devices."""
    missing = needs_chosen(now)
    if missing or len(now.chosen) <= MOST_COMPARED:
        return missing
    return f"{len(now.chosen)} devices are marked; two can be compared, or one with what it was."


def needs_live_run(now: CommandContext) -> str:
    """A run must be going."""
    return "" if now.live_runs else "No run is going, so there is nothing to cancel."


@dataclass(frozen=True, kw_only=True)
class Command:
    """One thing that an operator can do.

    ``hint`` orders the hint bar, the smallest first; commands without one are in the help only.
    ``also`` are keys that stay whatever the settings say.
    """

    id: str
    key: str
    title: str
    help: str
    group: str
    unavailable_because: Callable[[CommandContext], str] = always
    """Why it is of no use right now; empty when it is."""
    hint: int | None = None
    also: tuple[str, ...] = ()
