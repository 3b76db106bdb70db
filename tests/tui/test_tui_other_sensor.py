"""Another sensor at a known address on the screen, and what is remembered before the first answer."""

from msgspec import structs
from textual.pilot import Pilot

from sicktui.engine.observe import SERIAL_EVERY, Watch
from sicktui.model.clock import timestamp
from sicktui.model.device import EarlierSensor, Identity, Profile
from sicktui.model.enums import Code, DeviceStatus
from sicktui.simulator.spec import DeviceSpec
from sicktui.stores.memory.last_seen import SeenSensor
from sicktui.tui.drawing.spans import Tone
from sicktui.tui.drawing.spans import text_of as plain
from sicktui.tui.glyphs import UNICODE
from sicktui.tui.rows.devices import DEVICE_COLUMNS, Contact, contact_cell
from sicktui.tui.rows.fleet.order import SortOrder, arranged
from sicktui.tui.screens.backups.replace import ReplaceScreen
from sicktui.tui.state.device_detail import detail_lines, details
from tests.support.clocks import ManualClock
from tests.support.dashboard import DashboardHarness, flat_of, text_of, until
from tests.tui.test_tui_board import board_of, seen

CROSS = UNICODE.failed
GATE = DeviceSpec(name="gate-1", version="2.3.0.0R", serial="25420067", model="picoScan150")


async def test_it_is_a_state_of_its_own_in_every_part_of_the_screen(harness: DashboardHarness) -> None:
    fleet = await harness.sensors(GATE, DeviceSpec(name="gate-2", serial="7"))
    one, two = fleet.devices
    harness.profiles(
        Profile(name="gate-1", address=one.address, serial="25429999"),
        Profile(name="gate-2", address=two.address, serial="0007"),
    )
    async with harness.dashboard((80, 24)) as (pilot, main):
        await until(pilot, lambda: "1 other sensor" in text_of(pilot) and "1 online" in text_of(pilot))
        await until(pilot, lambda: "other 25420067" in text_of(pilot))
        rows = main.dashboard.all_device_rows()
        assert [row.device for row in arranged(rows, SortOrder.TROUBLE, "")] == ["gate-1", "gate-2"]
        assert [row.device for row in arranged(rows, SortOrder.NAME, "other sensor 25420067")] == ["gate-1"]
        main.renderer.devices.select("gate-1")
        await until(pilot, lambda: "Other sensor 25420067 answers at" in flat_of(pilot))
        shown = flat_of(pilot)
        assert "the profile expects serial number 25429999" in shown
        assert "Press E if it replaces that one." in shown  # in the log
        await pilot.press("v")
        await until(pilot, lambda: "(other_device)" in flat_of(pilot))
        assert "What to do: If it replaces that one, use replace (press E)" in flat_of(pilot)
        assert {request.method for request in one.requests} == {"GET"}
        await pilot.press("q", "E")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReplaceScreen))
        await until(pilot, lambda: "serial number 25420067" in flat_of(pilot))


async def test_the_widths_of_the_word() -> None:
    dashboard, _ = board_of("a")
    who = Identity(name="picoScan", version="2.3.0.0R", serial="25420067")
    dashboard.observed(seen("a"))
    dashboard.observed(
        structs.replace(seen("a"), identity=None, other=who, problem="no", code=Code.OTHER_DEVICE.value)
    )
    [row] = dashboard.device_rows()
    assert (row.contact, row.serial, row.problem) == (Contact.OTHER, "7", False)
    for width, words in (
        (26, f"{CROSS} other sensor 25420067"),
        (16, f"{CROSS} other 25420067"),
        (14, f"{CROSS} other sensor"),
    ):
        cell = contact_cell(row, UNICODE, width)
        assert plain(cell) == words
        assert cell[0].tone is Tone.BAD
    assert plain(contact_cell(row, UNICODE, 9)) == f"{CROSS} other"


async def test_a_swap_without_a_silence_is_noticed(harness: DashboardHarness) -> None:
    fleet = await harness.start(GATE)
    [device] = fleet.devices
    harness.profile("gate-1", device, serial="25420067")
    clock = harness.context.clock = ManualClock()
    watch = Watch(harness.context, harness.target("gate-1"))
    try:
        first = await watch.look()
        assert first.identity is not None
        assert (first.other, first.health.status) == (None, DeviceStatus.NORMAL)
        device.swap("1001")  # same model, same firmware
        clock.elapsed += SERIAL_EVERY + 1
        second = await watch.look()
        assert second.other is not None
        assert (second.identity, second.other.serial, second.code) == (None, "1001", "other_device")
        third = await watch.look()
        assert third == second
        device.swap("25420067")
        clock.elapsed += SERIAL_EVERY + 1
        back = await watch.look()
        assert (back.identity, back.other) == (first.identity, None)
    finally:
        await watch.aclose()


async def test_a_sensor_that_is_well_and_idle_is_read_whole_at_every_third_look(
    harness: DashboardHarness,
) -> None:
    fleet = await harness.start(GATE)
    [device] = fleet.devices
    harness.profile("gate-1", device)
    watch = Watch(harness.context, harness.target("gate-1"))

    async def asked(looks: int, *, whole: bool = False) -> list[int]:
        """How much each look reads."""
        counts = []
        for _ in range(looks):
            before = len(device.requests)
            await watch.look(whole=whole)
            counts.append(len(device.requests) - before)
        return counts

    try:
        await watch.look()
        assert await asked(6) == [1, 1, 4, 1, 1, 4]
        assert await asked(2, whole=True) == [4, 4]
        device._status = DeviceStatus.SERVICE_REQUIRED
        assert await asked(5) == [1, 1, 5, 5, 5], "one that is not well is read whole every time"
    finally:
        await watch.aclose()


async def test_an_unpinned_one_warns_in_the_list_and_in_the_log(harness: DashboardHarness) -> None:
    await harness.sensors(GATE)
    context = harness.context
    earlier = Identity(name="picoScan", version="2.3.0.0R", serial="1001")
    context.last_seen.note(harness.target("gate-1"), earlier)
    async with harness.dashboard() as (pilot, main):
        await until(pilot, lambda: "1 with warnings" in text_of(pilot))
        day = timestamp(context.clock.now())[:10]
        words = f"was serial 1001 until {day}, now 25420067 answers."
        await until(pilot, lambda: flat_of(pilot).count(words) >= 2)  # the log, the detail line
        [row] = main.dashboard.device_rows()
        assert "▲" in plain(contact_cell(row, UNICODE, 14))


def first_line(pilot: Pilot[None], word: str) -> str:
    return next((line for line in text_of(pilot).splitlines() if word in line), "")


async def test_what_was_last_seen_fills_the_list_before_the_first_answer(harness: DashboardHarness) -> None:
    fleet = await harness.sensors(GATE)
    who = Identity(
        name="picoScan", version="2.3.0.0R", serial="25420067", device_type="picoScan150", location="north"
    )
    harness.context.last_seen.note(harness.target("gate-1"), who)
    await fleet.devices[0].power_off()
    async with harness.dashboard((160, 40)) as (pilot, main):
        await until(pilot, lambda: "2.3.0.0R" in first_line(pilot, "picoScan150"))
        assert "25420067" in first_line(pilot, "picoScan150")
        [row] = main.dashboard.device_rows()
        assert row.remembered
        by_id = {column.id: column for column in DEVICE_COLUMNS}
        for column in ("model", "version", "serial", "location"):
            assert {span.tone for span in by_id[column].cell(row, UNICODE, 20)} == {Tone.DIM}
        await until(pilot, lambda: "1 offline" in text_of(pilot))
        assert main.dashboard.device_rows()[0].remembered
        await pilot.press("v")
        await until(pilot, lambda: "last seen:" in flat_of(pilot))
        await pilot.press("q")
        await fleet.devices[0].power_on()
        await pilot.press("R")
        await until(pilot, lambda: "1 online" in text_of(pilot))
        assert not main.dashboard.device_rows()[0].remembered


def test_a_memory_that_was_tampered_with_moves_no_cursor() -> None:
    dashboard, _ = board_of("a")
    nasty = "\x1b[2J[/oops]\u202e"
    who = Identity(name=nasty, version=nasty, serial=nasty, mac=nasty, location=nasty, order_number=nasty)
    moment = "2026-11-21T09:00:00.000Z"
    earlier = EarlierSensor(label=nasty, until=moment)
    dashboard.remember(
        {"a": SeenSensor(identity=who, address=nasty, at=moment, since=moment, earlier=earlier)}
    )
    dashboard.moved["a"] = nasty
    [row] = dashboard.device_rows()
    assert row.remembered
    shown = [column.cell(row, UNICODE, 30) for column in DEVICE_COLUMNS]
    shown += details(dashboard, "a", UNICODE) + detail_lines(dashboard, "a", UNICODE, 80, 3)
    text = "".join(plain(cell) for cell in shown)
    assert "[/oops]" in text
    assert "\x1b" not in text
    assert "\u202e" not in text
