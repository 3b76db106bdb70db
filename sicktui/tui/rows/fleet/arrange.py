"""Which lines the table shows, and in which order: one pure function."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from msgspec import Struct

from sicktui.model.enums import count_verdicts
from sicktui.model.wording import count
from sicktui.tui.rows.devices import DeviceRow
from sicktui.tui.rows.fleet.order import SortOrder, arranged
from sicktui.tui.rows.fleet.row import FleetRow, Fold, Section
from sicktui.tui.rows.jobs import JobRow

_FOLDED: Final = (Section.WAITING, Section.OVER)
_LEAST_FOLDED: Final = 2
"""Lines from which on a count in their place saves any."""


class RunGroup(Struct, frozen=True, kw_only=True):
    """A run that is shown, with its name for people."""

    run: str
    title: str


class View(Struct, frozen=True, kw_only=True):
    """What the operator wants to see."""

    order: SortOrder = SortOrder.NAME
    backwards: bool = False
    wanted: str = ""
    """The filter."""
    opened: Collection[str] = frozenset()
    """Runs whose folded devices are shown."""
    selected: str | None = None
    """The device under the cursor: it is never folded away."""


def arrange(
    devices: Sequence[DeviceRow],
    lanes: Mapping[str, JobRow],
    groups: Sequence[RunGroup],
    view: View,
    room: int,
) -> list[FleetRow]:
    """The lines of the table.

    The devices of each run come first: trouble, then those at work, those waiting, those that are over. Where
    the runs do not fit into ``room`` lines, waiting ones and those that are over are folded to a count. A
    filter reaches them all the same. Then come the devices of no run.

    Args:
        devices: a row for each device.
        lanes: the part in a run of each device that has one in the groups.
        groups: the runs that are shown, the first one on top.
        view: what the operator wants to see.
        room: how many lines are visible.
    """
    found = arranged(devices, view.order, view.wanted, backwards=view.backwards)
    rows = [_of(device, lanes.get(device.device)) for device in found]
    members = {group.run: [row for row in rows if row.run == group.run] for group in groups}
    free = [row for row in rows if row.lane is None]
    crowded = sum(len(part) for part in members.values()) + len(groups) > room
    lines: list[FleetRow] = []
    for group in groups:
        part = sorted(members[group.run], key=lambda row: row.section)
        if len(groups) > 1 and part:
            lines.append(FleetRow(run=group.run, heading=f"{group.title}: {count(len(part), 'device')}"))
        lines += _folded(group.run, part, view) if crowded and not view.wanted else part
    if groups and free:
        lines.append(FleetRow(heading=f"In no run: {count(len(free), 'device')}"))
    return lines + free


def _of(device: DeviceRow, lane: JobRow | None) -> FleetRow:
    return FleetRow(device=device, lane=lane, run=lane.run if lane else "")


def _folded(run: str, rows: Sequence[FleetRow], view: View) -> list[FleetRow]:
    """The rows of a run with a count in the place of those that need no look."""
    shown = [row for row in rows if row.section not in _FOLDED]
    rest = [row for row in rows if row.section in _FOLDED]
    if len(rest) < _LEAST_FOLDED:
        return list(rows)
    verdicts = [row.lane.verdict for row in rest if row.lane]
    reached = [verdict for verdict in verdicts if verdict is not None]
    fold = Fold(
        waiting=len(verdicts) - len(reached),
        over=tuple(count_verdicts(reached).items()),
        is_open=run in view.opened,
    )
    kept = rest if fold.is_open else [row for row in rest if row.name == view.selected]
    return [*shown, FleetRow(run=run, fold=fold), *kept]
