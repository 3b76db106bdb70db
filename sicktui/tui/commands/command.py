"""Commands of the dashboard, and the reasons why one cannot be used now."""

import re
from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct

from sicktui.model.wording import names
from sicktui.tui.commands.context import CommandContext, Far

MOST_COMPARED: Final = 2
"""Sensors that can be compared with each other."""
_NAMED: Final = 3
_PLAIN: Final = re.compile(r"[\w.-]+")


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
    return needs_device(now) or "No device is marked or selected."


def needs_free(now: CommandContext) -> str:
    """At least one of the chosen devices must be free: not in a running run."""
    missing = needs_chosen(now)
    if missing or not set(now.chosen) <= now.owned:
        return missing
    run = now.live_runs[0] if now.live_runs else "a run"
    return f"{', '.join(now.chosen[:3])}: in use by run {run}. Wait for its verdict, or cancel the run."


def needs_selected(now: CommandContext) -> str:
    """A device must be selected."""
    return needs_device(now) or ("" if now.selected else "No device is selected.")


def needs_listed(now: CommandContext) -> str:
    """There must be a device in the list, of this PC or of another one."""
    return "" if now.listed else needs_device(now)


def needs_line(now: CommandContext) -> str:
    """A device must be selected, of this PC or of another one."""
    return "" if now.selected_far else needs_listed(now) or ("" if now.selected else "No device is selected.")


def needs_order(now: CommandContext) -> str:
    """The chosen devices must be free. With one that another PC reaches, a rollout over all is ordered."""
    if not now.chosen_far:
        return needs_free(now)
    if not now.chosen or now.here:
        return ""
    return (
        f"{names(now.chosen, _NAMED)}: in no rollout, as this PC is not one of the fleet (fleet.pc). "
        "Mark either its devices or those of other PCs."
    )


def needs_marks(now: CommandContext) -> str:
    """A device must be marked."""
    return "" if now.marked or now.marked_far else "No device is marked."


def needs_beginning(now: CommandContext) -> str:
    """A device must have been marked last, and another one must be selected."""
    missing, selected = needs_line(now), now.selected_far.device if now.selected_far else now.selected
    if missing or now.marked_last not in (None, selected):
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
    needs: Callable[[CommandContext], str] = always
    """Why it cannot be used now; empty if it can."""
    there: str = ""
    """What does the same on the PC that reaches a device; ``{}`` stands for the device.

    Empty: the command is for devices of other PCs as well, or for none.
    """
    hint: int | None = None
    pane: str | None = None
    """The pane that it is about: its hint is shown there only."""
    is_local: bool = False
    """Its key works in that pane only, and may have another meaning elsewhere."""
    also: tuple[str, ...] = ()

    def unavailable_because(self, now: CommandContext) -> str:
        """Why it cannot be used now; empty if it can."""
        far = (
            ((now.selected_far,) if now.selected_far else ())
            if self.needs in _OF_SELECTED
            else now.chosen_far
        )
        return _only_there(far, self.there) if far and self.there else self.needs(now)


_OF_SELECTED: Final = (needs_selected, needs_one, needs_moved)
"""Those for which marks do not count."""


def _only_there(far: Sequence[Far], there: str) -> str:
    """Why a command is not for devices that other PCs reach, and what is to be done on which PC."""
    first = far[0]
    pcs = list(dict.fromkeys(each.pc for each in far))
    if len(far) == 1:
        told = f"Only {first.pc} reaches {first.name}"
    else:
        told = f"Only {names(pcs, _NAMED)} can reach {len(far)} of the devices"
    example = "" if len(far) == 1 else ", for example"
    return f"{told}. On {first.pc}{example}: {there.replace('{}', _word(first.name))}"


def _word(name: str) -> str:
    """A name as one word of a command line, in the shells of Linux and of Windows."""
    return name if _PLAIN.fullmatch(name) else f'"{name}"'
