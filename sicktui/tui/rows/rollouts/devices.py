"""The devices of other PCs as rows of the list."""

from datetime import datetime
from typing import TYPE_CHECKING, Final

from sicktui.model.clock import is_timestamp, seconds_since
from sicktui.model.safe_text import clean
from sicktui.model.wording import age
from sicktui.tui.rows.devices import Contact, DeviceRow, PcTrouble

if TYPE_CHECKING:
    from sicktui.fleet.desk import Overview
    from sicktui.fleet.records import PcDevice
    from sicktui.fleet.selection import Pc

GRAIN: Final = 60
"""Seconds below which ages look the same: a PC reports every half a minute."""
_SHORT: Final = 40
_TROUBLE: Final = {"silent": PcTrouble.SILENT, "other_protocol": PcTrouble.OTHER_VERSION}


def rows_elsewhere(overview: "Overview", now: datetime, stale: float | None) -> list[DeviceRow]:
    """A row for each device that another PC reaches.

    Args:
        overview: what the database had.
        now: the time.
        stale: seconds since then, if it does not answer any more.
    """
    return [
        _row(pc, device, now, stale)
        for pc in overview.pcs
        if pc.name != overview.here
        for device in pc.inventory.devices
    ]


def _row(pc: "Pc", device: "PcDevice", now: datetime, stale: float | None) -> DeviceRow:
    trouble = PcTrouble.STALE if stale is not None else _TROUBLE.get(pc.state)
    return DeviceRow(
        device=f"{pc.name}/{device.name}",
        name=clean(f"{pc.name}/{device.name}", 2 * _SHORT),
        address="",
        pc=clean(pc.name, _SHORT),
        pc_trouble=trouble,
        contact=Contact.ELSEWHERE,
        age=_age(pc, device, now, stale),
        model=clean(device.model, _SHORT),
        version=clean(device.version, _SHORT),
        tags=tuple(clean(tag, _SHORT) for tag in device.tags),
        remembered=True,
    )


def _age(pc: "Pc", device: "PcDevice", now: datetime, stale: float | None) -> str:
    """Of what is known, of the PC's last report, or of the sensor's last answer."""
    if stale is not None:
        return age(stale, grain=10)
    if pc.state == "silent":
        return age(pc.silence, grain=GRAIN)
    if device.seen is None or not is_timestamp(device.seen):
        return ""
    return age(seconds_since(device.seen, now), grain=GRAIN)


def elsewhere_text(row: DeviceRow, update_key: str) -> str:
    """What is to be known of such a device, and what can be done with it.

    Args:
        row: the device.
        update_key: the key that updates; empty if there is none.
    """
    pc = row.pc
    state = {
        PcTrouble.SILENT: f"{pc} has been silent for {row.age}. Check its worker.",
        PcTrouble.OTHER_VERSION: f"{pc} has another version of sicktui. Update it there.",
        PcTrouble.STALE: f"The fleet's database has not answered for {row.age}.",
        None: f"It is reached by {pc} alone.",
    }[row.pc_trouble]
    return f"{state} Updates and backups of it are rollouts{f' ({update_key})' if update_key else ''}."
