"""Other PCs and rollouts in the dashboard: rows, what is stale, and what can be done with them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from sicktui.fleet.database import Rollout
from sicktui.fleet.desk import Overview
from sicktui.fleet.records import PROTOCOL, Inventory, PcDevice
from sicktui.fleet.selection import Pc
from sicktui.model.filter.parsing import parse
from sicktui.tui.commands import BY_ID
from sicktui.tui.rows.devices import Contact, PcTrouble
from sicktui.tui.rows.rollouts.devices import elsewhere_text, rows_elsewhere
from sicktui.tui.state.dashboard import DashboardState
from tests.fleet.report_sample import HOSTILE
from tests.support.clocks import ManualClock

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def pc(name: str, *devices: str, silence: float = 5.0, protocol: str = PROTOCOL) -> Pc:
    known = tuple(
        PcDevice(name=each, model="picoScan150", version="2.3.0.0R", seen="2026-11-30T11:58:00.000Z")
        for each in devices
    )
    return Pc(
        name=name, protocol=protocol, version="0.1.0", silence=silence, inventory=Inventory(devices=known)
    )


def overview(*pcs: Pc, here: str = "hall-1", rollouts: tuple[Rollout, ...] = ()) -> Overview:
    return Overview(here=here, pcs=pcs, rollouts=rollouts)


HALLS = overview(
    pc("hall-1", "own"),
    pc("hall-2", "gate"),
    pc("hall-3", "arm", silence=300.0),
    pc("hall-4", "old", protocol="orders-0"),
)


def test_devices_of_other_pcs_are_rows_with_what_is_wrong_with_their_pc() -> None:
    rows = rows_elsewhere(HALLS, NOW, None)
    assert [(row.device, row.pc, row.pc_trouble, row.age) for row in rows] == [
        ("hall-2/gate", "hall-2", None, "2m"),
        ("hall-3/arm", "hall-3", PcTrouble.SILENT, "5m"),
        ("hall-4/old", "hall-4", PcTrouble.OTHER_VERSION, "2m"),
    ]
    assert {row.contact for row in rows} == {Contact.ELSEWHERE}
    assert "Update it there" in elsewhere_text(rows[2])


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("pc:hall-2", ["hall-2/gate"]),
        ("state:silent", ["hall-3/arm"]),
        ("state:other-version", ["hall-4/old"]),
        ("!pc:hall state:elsewhere", []),
        ("hall-3", ["hall-3/arm"]),
    ],
)
def test_they_are_found_by_the_filter(wanted: str, found: list[str]) -> None:
    matches = parse(wanted).matches
    assert [row.device for row in rows_elsewhere(HALLS, NOW, None) if matches(row)] == found


def test_what_the_database_had_stays_and_is_marked_with_its_age() -> None:
    clock = ManualClock()
    state = DashboardState(clock)
    assert (state.elsewhere.rows, state.elsewhere.is_known) == ([], False)
    state.elsewhere.take(HALLS)
    assert state.elsewhere.rows[0].pc_trouble is None
    clock.elapsed += 200
    assert {row.pc_trouble for row in state.elsewhere.rows} == {PcTrouble.STALE}
    assert {row.age for row in state.elsewhere.rows} == {"3m"}
    state.elsewhere.take(HALLS)
    assert state.elsewhere.rows[0].pc_trouble is None


def test_no_command_for_devices_goes_to_one_that_another_pc_reaches() -> None:
    state = DashboardState(ManualClock())
    state.elsewhere.take(HALLS)
    state.selected = "hall-2/gate"
    now = state.command_context()
    assert now.chosen == ()
    for command in ("update", "backup", "edit", "mark", "details", "remove", "parameters"):
        reason = BY_ID[command].unavailable_because(now)
        assert "sicktui fleet run hall-2/gate" in reason, command


def test_every_text_of_the_database_is_cleaned_and_capped() -> None:
    devices = (PcDevice(name=HOSTILE * 9, model=HOSTILE, version=HOSTILE, tags=(HOSTILE,), seen="never"),)
    named = Pc(name=HOSTILE, protocol=HOSTILE, version="1", silence=1, inventory=Inventory(devices=devices))
    [row] = rows_elsewhere(overview(named), NOW, None)
    texts: list[Any] = [row.name, row.pc, row.model, row.version, *row.tags, elsewhere_text(row)]
    assert not [text for text in texts if "\x1b" in text or "\u202e" in text]
    assert max(len(text) for text in texts) < 400
