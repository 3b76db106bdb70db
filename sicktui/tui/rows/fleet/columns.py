"""The columns of the table: those of the device list, and beside them what a run does to the device."""

from collections.abc import Mapping
from functools import cache
from typing import Final

from sicktui.tui.drawing.columns import EXTRA, Column
from sicktui.tui.drawing.spans import Cell, Tone, cell
from sicktui.tui.glyphs import Glyphs
from sicktui.tui.rows.devices import DEVICE_COLUMNS, DeviceRow, contact_cell, state_cell
from sicktui.tui.rows.fleet.choice import BY_DEFAULT, listed_columns
from sicktui.tui.rows.fleet.order import SortOrder
from sicktui.tui.rows.fleet.row import FleetRow
from sicktui.tui.rows.health.cells import health_cell
from sicktui.tui.rows.jobs import JOB_COLUMNS, JobRow, answer_cell, now_cell, versions_cell

WIDE: Final = 160
"""Cells from which on the columns of the list stay beside those of a run."""

_AMPLE_NAME: Final = 20
"""Cells that a name keeps beside a run, its mark included; more where there is room."""
_SUCCESS: Final = 30
"""Cells of a message about a success: ``Runs 2.4.0.0R, was 2.2.1.0R.``"""

_DEVICE: Final = {column.id: column for column in DEVICE_COLUMNS}
_JOB: Final = {column.id: column for column in JOB_COLUMNS}


def _device_of(row: FleetRow) -> DeviceRow | None:
    return row.device


def _job_of(row: FleetRow) -> JobRow | None:
    return row.lane


def _version_cell(row: FleetRow, glyphs: Glyphs, width: int) -> Cell:
    if row.lane is not None and any(row.lane.versions):
        return versions_cell(row.lane, glyphs, width)
    return _DEVICE["version"].cell(row.device, glyphs, width) if row.device else ()


def _now_cell(row: FleetRow, glyphs: Glyphs, width: int) -> Cell:
    """What the run does, else the health: the column of the list gives way to this one."""
    if row.lane is not None:
        return now_cell(row.lane, glyphs, width)
    return health_cell(row.device.health, glyphs, width) if row.device else ()


def _state_cell(row: FleetRow, glyphs: Glyphs, width: int) -> Cell:
    """What the run has read last; once it is over, else what the list has, as a backup reads none."""
    lane, device = row.lane, row.device
    state = lane.state if lane is not None else None
    if state is None and device is not None and (lane is None or lane.verdict is not None):
        state = device.state  # not while the run has the sensor: it is not polled then
    return state_cell(state, glyphs, width)


def _progress_cell(row: FleetRow, glyphs: Glyphs, width: int) -> Cell:
    """How far the run is, else where the device is."""
    if row.lane is not None:
        return _JOB["progress"].cell(row.lane, glyphs, width)
    return cell(row.device.address, Tone.DIM) if row.device else ()


def _contact_cell(row: FleetRow, glyphs: Glyphs, width: int) -> Cell:
    if row.lane is not None and (answer := answer_cell(row.lane, glyphs, width)):
        return answer
    return contact_cell(row.device, glyphs, width) if row.device else ()


def _listed(name: str, rank: int | None = None) -> Column[FleetRow]:
    return _DEVICE[name].over(_device_of, rank=rank)


def _of_run(name: str, *, rank: int | None = None, comfort: int | None = None) -> Column[FleetRow]:
    return _JOB[name].over(_job_of, rank=rank, comfort=comfort)


def _beside(chosen: tuple[str, ...], *, is_wide: bool, with_pc: bool) -> tuple[Column[FleetRow], ...]:
    """The columns while a run is shown: its own stay, whatever was chosen for the list."""
    job_now, job_progress = _JOB["now"], _JOB["progress"]
    shown = [
        Column(
            id="now",
            title=job_now.title,
            least=job_now.least,
            most=job_now.most,
            steady=True,
            cell=_of_run("now").cell if is_wide else _now_cell,
        ),
        Column(id="state", title="Update", least=9, most=10, rank=2, steady=True, cell=_state_cell),
        Column(
            id="progress",
            title=job_progress.title,
            least=job_progress.least,
            comfort=job_progress.comfort,
            most=job_progress.most,
            rank=1,
            steady=True,
            cell=_of_run("progress").cell if is_wide else _progress_cell,
        ),
        # The first to go: the name of the step is there, too.
        _of_run("steps", rank=3, comfort=_JOB["steps"].most),
        Column(
            id="contact", title="Contact", least=7, most=16, rank=2, usual=7, steady=True, cell=_contact_cell
        ),
        _of_run("elapsed"),
    ]
    # Before UpdateState and progress: the line of the run names the version.
    version: Column[FleetRow] = Column(
        id="version", title="Firmware", least=10, most=21, rank=3, cell=_version_cell
    )
    name = _DEVICE["name"].over(_device_of, ample=_AMPLE_NAME)
    backup = _DEVICE["backup"].over(_device_of, rank=1, ample=_DEVICE["backup"].most)
    lower = EXTRA + 1
    others = ("serial", "tags", "location", "auth", "temperature", "note")
    rest = [_listed("pc", lower)] if with_pc else []
    rest += [_listed(name, lower + 1) for name in others]
    middle = [_listed("model", lower), version, _listed("health", 4), backup]
    # In a narrow terminal the place of the health, and that of the address, are in the columns of the run.
    columns = (
        (name, _listed("address", 4), *middle, *shown, _of_run("message", comfort=_SUCCESS), *rest)
        if is_wide
        else (name, version, *shown, _of_run("message"), _listed("backup", lower), *rest)
    )
    may_go = {"address", "model", "health", "backup", *(column.id for column in rest)}
    off = may_go - set(chosen or BY_DEFAULT)
    return tuple(column for column in columns if column.id not in off)


@cache
def fleet_columns(
    *,
    with_runs: bool,
    is_wide: bool,
    chosen: tuple[str, ...] = (),
    with_login: bool = False,
    with_pc: bool = False,
) -> tuple[Column[FleetRow], ...]:
    """The columns of the table, from left to right.

    Args:
        with_runs: whether a run is shown.
        is_wide: whether the columns of the list have room beside it.
        chosen: those of the list beside the name, the most important first; empty: all of them.
        with_login: whether passwords have a problem that an action would meet.
        with_pc: whether there is a fleet.
    """
    if with_runs:
        return _beside(chosen, is_wide=is_wide, with_pc=with_pc)
    listed = listed_columns(chosen, with_login=with_login, with_pc=with_pc)
    return tuple(column.over(_device_of) for column in listed)


def headings(order: SortOrder, glyphs: Glyphs, *, backwards: bool, shown: str = "") -> Mapping[str, str]:
    """The headings that differ from the columns' titles: that of the order, and the first as its title.

    Args:
        order: by what the rows are sorted.
        glyphs: the signs.
        backwards: whether the order is reversed.
        shown: how many devices are shown, where the headings are the title too.
    """
    changed = {"name": f"  Devices {shown}"} if shown else {}
    sign = glyphs.upwards if backwards else glyphs.downwards
    title = changed.get(order.column, _DEVICE[order.column].title)
    lead = "  " if order.column == "name" else ""
    return changed | {order.column: f"{lead[1:]}{sign}{title.strip()}"}
