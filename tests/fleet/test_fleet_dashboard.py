"""Other PCs and rollouts in the dashboard: rows, what is stale, and what can be done with them."""

from datetime import UTC, datetime
from typing import Any

import click
import pytest
from msgspec import structs

from sicktui.cli.app import build
from sicktui.fleet.database import Rollout
from sicktui.fleet.desk import Overview
from sicktui.fleet.records import PROTOCOL, Inventory, PcDevice
from sicktui.fleet.selection import Pc
from sicktui.model.device import Profile, resolve
from sicktui.model.filter.parsing import parse
from sicktui.model.settings import DeviceDefaults, Timing
from sicktui.tui.commands import BY_ID
from sicktui.tui.commands.context import CommandContext
from sicktui.tui.main.flow_table import WITH_CHOSEN, WITH_SELECTED
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
    assert "Update it there" in elsewhere_text(rows[2], "u")


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


def at(selected: str, *marked: str, here: str = "hall-1") -> CommandContext:
    """The list with a device of this PC, ``own``, and those of the halls."""
    state = DashboardState(ManualClock())
    own = Profile(name="own", address="10.0.0.7")
    state.set_devices({own.name: own}, {own.name: resolve(own, DeviceDefaults(), Timing())})
    state.take_fleet(structs.replace(HALLS, here=here))
    state.selected = selected
    for device in marked:
        state.marking.add(device)
    return state.command_context()


ORDERED = ("update", "backup")
FOR_ANY = ("mark", "details")


def test_a_command_for_one_that_another_pc_reaches_names_the_command_on_that_pc() -> None:
    root = build(lambda _, *, demo: int(demo))
    now = at("hall-2/gate")
    assert now.chosen == ()
    for command in (*WITH_CHOSEN, *WITH_SELECTED):
        reason = BY_ID[command].unavailable_because(now)
        if command in ORDERED:
            assert not reason
            continue
        assert reason.startswith("Only hall-2 reaches gate. On hall-2: "), command
        if command != "save":  # no command line does that
            words = reason.partition("On hall-2: sicktui ")[2].split()
            assert_is_a_command(root, words)
    for command in FOR_ANY:
        assert not BY_ID[command].unavailable_because(now)


def assert_is_a_command(command: click.Command, words: list[str]) -> None:
    """The words are a command with its options, and nothing but the device is another word."""
    while isinstance(command, click.Group):
        found = command.get_command(click.Context(command), words[0])
        assert found is not None, words
        command, words = found, words[1:]
    options = {option for each in command.params for option in each.opts}
    assert {word for word in words if word.startswith("-")} <= options, words


def test_a_command_never_takes_a_part_of_what_is_marked() -> None:
    now = at("own", "own", "hall-2/gate", "hall-3/arm")
    reason = BY_ID["restore"].unavailable_because(now)
    assert reason.startswith(
        "Only hall-2, hall-3 can reach 2 of the devices. On hall-2, for example: sicktui "
    )
    assert BY_ID["edit"].unavailable_because(now) == ""  # marks do not count
    assert BY_ID["edit"].unavailable_because(at("hall-2/gate", "own"))
    assert BY_ID["restore"].unavailable_because(at("hall-2/gate", "own")) == ""


def test_a_rollout_names_what_is_marked_on_this_pc_too_if_it_is_one_of_the_fleet() -> None:
    now = at("own", "own", "hall-2/gate")
    assert now.chosen_in_fleet == ("hall-1/own", "hall-2/gate")
    assert BY_ID["update"].unavailable_because(now) == ""
    stranger = at("own", "own", "hall-2/gate", here="")
    assert "own: in no rollout, as this PC is not one of the fleet" in BY_ID["update"].unavailable_because(
        stranger
    )
    assert BY_ID["update"].unavailable_because(at("hall-2/gate", here="")) == ""


def test_a_name_with_blanks_is_one_word_of_the_command() -> None:
    state = DashboardState(ManualClock())
    state.take_fleet(overview(pc("hall-2", "north gate")))
    state.selected = "hall-2/north gate"
    assert (
        BY_ID["health"].unavailable_because(state.command_context()).endswith('sicktui health "north gate"')
    )


def test_the_longest_name_is_whole_in_the_command() -> None:
    state = DashboardState(ManualClock())
    name = "n" * 64
    state.take_fleet(overview(pc("h" * 40, name)))
    state.selected = f"{'h' * 40}/{name}"
    assert BY_ID["health"].unavailable_because(state.command_context()).endswith(f"sicktui health {name}")


def test_a_device_of_this_pc_with_the_same_name_is_never_meant() -> None:
    state = DashboardState(ManualClock())
    own = Profile(name="gate", address="10.0.0.7")
    state.set_devices({own.name: own}, {own.name: resolve(own, DeviceDefaults(), Timing())})
    state.take_fleet(HALLS)
    state.selected = "hall-2/gate"
    state.marking.toggle(state.selected)
    now = state.command_context()
    assert (now.chosen, now.chosen_in_fleet) == ((), ("hall-2/gate",))
    assert [row.device for row in state.device_rows() if row.marked] == ["hall-2/gate"]


def test_marks_of_devices_that_their_pc_has_no_more_are_gone() -> None:
    state = DashboardState(ManualClock())
    state.take_fleet(HALLS)
    state.marking.toggle_all([row.device for row in state.device_rows()])
    assert state.marks == {"hall-2/gate", "hall-3/arm", "hall-4/old"}
    assert {row.marked for row in state.device_rows()} == {True}
    state.set_devices({}, {})
    assert len(state.marks) == 3
    state.take_fleet(overview(pc("hall-2", "gate")))
    assert state.marks == {"hall-2/gate"}


def test_every_text_of_the_database_is_cleaned_and_capped() -> None:
    devices = (PcDevice(name=HOSTILE * 9, model=HOSTILE, version=HOSTILE, tags=(HOSTILE,), seen="never"),)
    named = Pc(name=HOSTILE, protocol=HOSTILE, version="1", silence=1, inventory=Inventory(devices=devices))
    [row] = rows_elsewhere(overview(named), NOW, None)
    texts: list[Any] = [row.name, row.pc, row.model, row.version, *row.tags, elsewhere_text(row, "u")]
    assert not [text for text in texts if "\x1b" in text or "\u202e" in text]
    assert max(len(text) for text in texts) < 400
