"""The table of the main screen: each device once, grouped by run, folded where there is no room."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from msgspec import structs

from sicktui.engine.backup.marks import SensorHistory
from sicktui.model.device import Health
from sicktui.model.enums import (
    STEPS,
    DeviceStatus,
    Operation,
    RunState,
    Step,
    StepState,
    UpdateState,
    Verdict,
)
from sicktui.model.run.event import Acted, Event, Progressed, RunChanged, StepChanged, VerdictReached
from sicktui.model.run.view import DeviceView, RunView, reduce
from sicktui.model.settings import Limits, Timing
from sicktui.stores.secrets.coverage import PasswordState
from sicktui.tui.drawing.columns import share
from sicktui.tui.drawing.spans import text_of, width_of
from sicktui.tui.glyphs import ASCII, UNICODE
from sicktui.tui.rows.devices import Contact, DeviceRow
from sicktui.tui.rows.fleet.arrange import RunGroup, View, arrange
from sicktui.tui.rows.fleet.columns import fleet_columns
from sicktui.tui.rows.fleet.order import SortOrder, arranged, next_order
from sicktui.tui.rows.fleet.remaining import left_words, seconds_left
from sicktui.tui.rows.fleet.row import FleetRow, across
from sicktui.tui.rows.fleet.run_header import RunHeader, header_cell, run_header
from sicktui.tui.rows.jobs import JobRow
from sicktui.tui.rows.step_time import step_time
from sicktui.tui.state.dashboard import DashboardState
from sicktui.tui.state.device_detail import detail_lines
from sicktui.tui.state.rates import Rates
from tests.support.clocks import START
from tests.tui.test_tui_board import FAILED, UPLOADING, at, board_of, view_of

ROOMY, NARROW = 100, 6
R1 = RunGroup(run="r1", title="Update")
R2 = RunGroup(run="r2", title="Backup")


def devices(*names: str) -> list[DeviceRow]:
    return [DeviceRow(device=name, name=name, address="") for name in names]


def lane(name: str, run: str = "r1", *, step: Step | None = None, verdict: Verdict | None = None) -> JobRow:
    return JobRow(run=run, device=name, name=name, step=step, verdict=verdict)


FLEET = devices("aa", "b", "c", "d", "e", "f", "free-1", "free-2")
LANES = {
    "aa": lane("aa", verdict=Verdict.SUCCEEDED),
    "b": lane("b"),
    "c": lane("c", step=Step.FLASH),
    "d": lane("d", step=Step.UPLOAD, verdict=Verdict.FAILED),
    "e": lane("e", verdict=Verdict.SKIPPED),
    "f": lane("f"),
}


def shown(rows: Sequence[FleetRow]) -> list[str]:
    """The names, and the texts of the other lines."""
    return [text_of(text) if (text := across(row, UNICODE, 80)) else row.name or "" for row in rows]


COUNT = "… 2 waiting · 1 succeeded · 1 skipped (enter opens)"


def test_a_device_stands_once_trouble_and_work_first() -> None:
    rows = arrange(FLEET, LANES, [R1], View(), ROOMY)
    assert shown(rows) == ["d", "c", "b", "f", "aa", "e", "In no run: 2 devices", "free-1", "free-2"]
    assert shown(arrange(FLEET, {}, [], View(), ROOMY)) == [row.name for row in FLEET]
    assert len({row.key for row in rows}) == len(rows)


def test_what_needs_no_look_is_folded_where_there_is_no_room() -> None:
    folded = arrange(FLEET, LANES, [R1], View(), NARROW)
    assert shown(folded)[:3] == ["d", "c", COUNT]
    opened = arrange(FLEET, LANES, [R1], View(opened={"r1"}), NARROW)
    assert shown(opened)[2:7] == [COUNT.replace("opens", "folds"), "b", "f", "aa", "e"]
    assert folded[2].key == opened[2].key, "the cursor stays on the count"
    under_cursor = arrange(FLEET, LANES, [R1], View(selected="aa"), NARROW)
    assert shown(under_cursor)[:4] == ["d", "c", COUNT, "aa"], "the cursor's device is not folded away"
    found = arrange(FLEET, LANES, [R1], View(wanted="aa"), NARROW)
    assert shown(found) == ["aa"], "a filter reaches the folded ones"


def test_several_runs_are_groups_with_a_name() -> None:
    lanes = LANES | {"aa": lane("aa", "r2", step=Step.CREATE), "free-2": lane("free-2", "r2")}
    rows = arrange(FLEET, lanes, [R1, R2], View(), ROOMY)
    assert shown(rows) == [
        *("Update: 5 devices", "d", "c", "b", "f", "e"),
        *("Backup: 2 devices", "aa", "free-2"),
        *("In no run: 1 device", "free-1"),
    ]


def running(run: str, *events: Event, state: RunState = RunState.RUNNING) -> RunView:
    view = RunView(run=run)
    began = RunChanged(ts=at(0), run=run, operation=Operation.BACKUP, state=state, pid=7, started=at(0))
    for event in (began, *events):
        view = reduce(view, event)
    return view


def begun(device: str) -> StepChanged:
    return StepChanged(ts=at(1), device=device, step=Step.CREATE, state=StepState.STARTED)


def names_of(dashboard: DashboardState, room: int = ROOMY) -> list[str]:
    return shown(dashboard.fleet_rows(dashboard.all_device_rows(), room))


def test_a_run_that_is_over_stays_until_it_is_closed_or_another_one_begins() -> None:
    dashboard, _ = board_of("a", "b")
    dashboard.advanced("r1", view_of(*UPLOADING, FAILED))
    over = view_of(
        *UPLOADING,
        FAILED,
        RunChanged(
            ts=at(9), run="r1", operation=Operation.UPDATE, state=RunState.FINISHED, pid=None, started=at(0)
        ),
    )
    dashboard.advanced("r1", over)
    assert names_of(dashboard) == ["a", "In no run: 1 device", "b"]
    dashboard.close_run("r1")
    assert (names_of(dashboard), dashboard.shown_run, dashboard.job_of("a")) == (["a", "b"], None, None)
    dashboard.shown_run = "r1"  # chosen in the list of runs
    assert names_of(dashboard)[0] == "a"
    dashboard.advanced("r2", running("r2", begun("b")))
    assert names_of(dashboard) == ["b", "In no run: 1 device", "a"]
    dashboard.advanced("r3", running("r3", begun("a")))
    assert names_of(dashboard) == ["Backup: 1 device", "b", "Backup: 1 device", "a"]
    dashboard.close_run("r2")
    assert len(dashboard.followed.shown) == 2, "a live run cannot be closed"


def test_a_device_of_two_runs_is_shown_in_the_one_that_is_at_work() -> None:
    dashboard, _ = board_of("a")
    ended = VerdictReached(
        ts=at(9),
        device="a",
        operation=Operation.BACKUP,
        verdict=Verdict.SUCCEEDED,
        code=None,
        message="",
        advice="",
        seconds=8.0,
    )
    dashboard.advanced("r1", running("r1", begun("a")))
    dashboard.advanced("r2", running("r2", begun("a"), ended, begun("other")))
    rows = dashboard.fleet_rows(dashboard.all_device_rows(), ROOMY)
    assert [(row.run, row.name) for row in rows if row.name] == [("r1", "a"), ("r2", "other")]
    assert {row.name for row in rows} >= {"other"}, "a device that is not in the list is shown all the same"


def test_the_update_state_after_a_backup_is_that_of_the_list() -> None:
    """A backup reads none, and while a run has a sensor it is not polled."""
    [column] = [column for column in fleet_columns(with_runs=True, is_wide=True) if column.id == "state"]
    [known] = [structs.replace(row, state=UpdateState.INITIAL) for row in devices("a")]

    def drawn(part: JobRow | None) -> str:
        return text_of(column.cell(FleetRow(device=known, lane=part), UNICODE, 20))

    assert "Initial" in drawn(None)
    assert "Initial" in drawn(lane("a", verdict=Verdict.SUCCEEDED))
    assert "Initial" not in drawn(lane("a", step=Step.CREATE))
    over = structs.replace(lane("a", verdict=Verdict.FAILED), state=UpdateState.ERROR)
    assert "Error" in drawn(over)


def test_every_column_draws_every_line() -> None:
    dashboard, _ = board_of("a", "b")
    dashboard.advanced("r1", view_of(*UPLOADING))
    rows = dashboard.fleet_rows(dashboard.all_device_rows(), ROOMY)
    for is_wide in (False, True):
        for column in fleet_columns(with_runs=True, is_wide=is_wide):
            for row in rows:
                assert text_of(column.cell(row, ASCII, column.least)).isascii()
    narrow = {
        c.id: text_of(c.cell(rows[0], UNICODE, c.most)) for c in fleet_columns(with_runs=True, is_wide=False)
    }
    assert narrow["name"].strip() == "a"
    assert narrow["version"] == "1 → 2"
    assert narrow["now"] == "► upload"
    assert narrow["state"] == "► Started"
    assert "50%" in narrow["progress"]
    assert narrow["steps"].endswith("4/8")


@pytest.mark.parametrize(
    ("step", "seconds", "words"),
    [
        (Step.TRIGGER, 9, ("9 of 30 s",)),
        (Step.FLASH, 16, ("0:16 of at most 5:00", "0:16 of 5:00")),
        (Step.BACKUP, 12, ("12 of at most 30 s", "12 of 30 s")),
        (Step.VERIFY, 3, ("3 of 5 s",)),
        (Step.REBOOT, 130, ("2:10, normal is 2 to 5 min", "2:10, normal 2-5 min", "2:10")),
        (Step.FLASH, 400, ("6:40",)),
        (Step.AUTHENTICATE, 2, ("0:02, 10 s a request", "0:02")),
        (Step.PREFLIGHT, 4, ("0:04, 10 s a request", "0:04")),
        (Step.DOWNLOAD, 4, ("4 of at most 30 s", "4 of 30 s")),
        (Step.ACTIVATE, 1, ("1 of 1 s",)),
        (Step.STORE, 2, ("0:02",)),
    ],
)
def test_a_step_shows_its_time_and_its_limit(step: Step, seconds: int, words: tuple[str, ...]) -> None:
    view = DeviceView(device="a", step=step, step_since=at(0), timing=Timing())
    assert step_time(view, START + timedelta(seconds=seconds)).words == words


def test_a_sensor_that_is_away_shows_what_is_normal_and_the_limit() -> None:
    gone = DeviceView(device="a", step=Step.REBOOT, step_since=at(0), silent=True, silent_since=at(10))
    assert step_time(gone, START + timedelta(seconds=140)).words == (
        "away 2:10, normal is 2 to 5 min",
        "2:10, normal 2-5 min",
        "away 2:10",
    )
    patient = structs.replace(gone, patience=600.0)
    words = step_time(patient, START + timedelta(seconds=140)).words
    assert words[0] == "away 2:10 of at most 10:00, normal is 2 to 5 min"


def test_a_transfer_that_moves_no_byte_is_seen() -> None:
    dashboard, clock = board_of("a")
    view = view_of(*UPLOADING)
    timed = {"a": structs.replace(view.devices["a"], timing=Timing())}
    dashboard.advanced("r1", structs.replace(view, devices=timed))
    progress = next(c for c in fleet_columns(with_runs=True, is_wide=False) if c.id == "progress")
    clock.elapsed = 16
    [row] = dashboard.fleet_rows(dashboard.all_device_rows(), ROOMY)
    assert text_of(progress.cell(row, UNICODE, 30)) == " 50% no byte for 12 of 30 s"
    assert text_of(progress.cell(row, UNICODE, 20)) == " 50% no byte 12 s"
    assert run_header(dashboard.runs["r1"], dashboard.now()).rate == 0.0
    clock.elapsed = 5
    assert run_header(dashboard.runs["r1"], dashboard.now()).rate == 1_000_000.0


def in_steps(device: str, *steps: tuple[Step, float, StepState]) -> list[Event]:
    return [StepChanged(ts=at(s), device=device, step=step, state=state) for step, s, state in steps]


BEGAN, DONE, LEFT_OUT = StepState.STARTED, StepState.DONE, StepState.SKIPPED


def test_the_time_left_is_known_once_a_device_has_done_every_step() -> None:
    begun = [event for name in "ab" for event in in_steps(name, (Step.AUTHENTICATE, 0, BEGAN))]
    view = structs.replace(
        running("r1", *begun),
        limits=Limits(jobs=2),
    )
    view = structs.replace(view, devices=view.devices | {n: DeviceView(device=n) for n in "cdef"})
    assert seconds_left(view, START) is None, "nothing was measured"
    done = in_steps(
        "a",
        (Step.AUTHENTICATE, 10, DONE),
        (Step.CREATE, 10, BEGAN),
        (Step.CREATE, 30, DONE),
        (Step.DOWNLOAD, 30, LEFT_OUT),
        (Step.STORE, 30, BEGAN),
        (Step.STORE, 40, DONE),
    )
    for event in done[:-1]:
        view = reduce(view, event)
    assert seconds_left(view, START + timedelta(seconds=30)) is None, "one step is not known yet"
    view = reduce(view, done[-1])
    assert view.devices["a"].took[Step.CREATE] == 20.0
    now = START + timedelta(seconds=40)
    # b is at its first step beyond the usual time: 30 s left; a place is free: 4 devices of 40 s each.
    assert seconds_left(view, now) == 110.0
    assert seconds_left(structs.replace(view, limits=Limits(jobs=8)), now) == 40.0
    assert seconds_left(structs.replace(view, limits=Limits(jobs=8, canary=2)), now) == 70.0
    assert seconds_left(structs.replace(view, cancelling=True), now) == 30.0
    assert seconds_left(structs.replace(view, state=RunState.FINISHED), now) is None


def test_the_time_left_of_an_upload_is_that_of_its_bytes() -> None:
    steps = STEPS[Operation.UPDATE]
    over = DeviceView(
        device="b",
        took=dict.fromkeys(steps, 10.0),
        verdict=structs.replace(FAILED, verdict=Verdict.SUCCEEDED),
    )
    view = view_of(*UPLOADING)
    uploading = structs.replace(view, devices=view.devices | {"b": over})
    # 2 of 4 MB at 1 MB/s, then four steps of 10 s.
    assert seconds_left(uploading, START + timedelta(seconds=5)) == 42.0
    assert seconds_left(uploading, START + timedelta(seconds=30)) is None, "it moves no byte"


def test_the_time_left_is_as_exact_as_it_is_known() -> None:
    words = [left_words(seconds) for seconds in (0, 4, 44, 55, 100, 3540, 3600, 4900)]
    assert words == [
        *("about 10 s left", "about 10 s left", "about 40 s left", "about 1 min left"),
        *("about 2 min left", "about 59 min left", "about 1 h 00 min left", "about 1 h 20 min left"),
    ]
    header = RunHeader(title="Update", total=2, at_work=2, left=240.0, rate=2e6, rates=(0.0, 5e5, 1.2e6))
    whole = text_of(header_cell(header, UNICODE, 120))
    assert whole.endswith("2 at work · about 4 min left · 2.0 MB/s ·_▄█"), "the rate now is the last one"
    for width in range(20, 120):
        line = header_cell(header, ASCII, width)
        assert width_of(line) <= width
        assert text_of(line).isascii()
    assert "~4 min left" in text_of(header_cell(header, UNICODE, 48))


def test_nothing_is_at_work_in_an_interrupted_run() -> None:
    header = RunHeader(title="Update", state="interrupted", total=12, at_work=6, waiting=2)
    assert text_of(header_cell(header, UNICODE, 120)).endswith("8 without a verdict")
    assert "8 open" in text_of(header_cell(header, UNICODE, 46))


def test_rates_are_kept_by_spans_that_are_over() -> None:
    rates = Rates()
    assert rates.samples(0.0) == ()
    for second, rate in ((0.0, 1.0), (4.0, 3.0), (6.0, 2.0), (21.0, 5.0)):
        rates.note(second, rate)
    assert rates.samples(22.0) == (3.0, 2.0, 0.0, 0.0)
    assert rates.samples(26.0) == (3.0, 2.0, 0.0, 0.0, 5.0)
    assert rates.samples(500.0) == (), "long ago"


def test_an_upload_that_began_again_shows_its_try_and_why() -> None:
    dashboard, _ = board_of("a")
    acts = [
        Acted(ts=at(3), device="a", act="put_update", phase=phase, detail=detail)  # type: ignore[arg-type]
        for phase, detail in (("intended", ""), ("failed", "The connection broke."), ("intended", ""))
    ]
    sent = Progressed(ts=at(5), device="a", step=Step.UPLOAD, sent=1_000_000, total=4_000_000)
    dashboard.advanced("r1", view_of(*UPLOADING, *acts, sent))
    progress = next(c for c in fleet_columns(with_runs=True, is_wide=False) if c.id == "progress")
    [row] = dashboard.fleet_rows(dashboard.all_device_rows(), ROOMY)
    assert text_of(progress.cell(row, UNICODE, 30)) == "██▌░░░░░░░ 25% 1.0 MB try 2"
    assert text_of(progress.cell(row, UNICODE, 20)) == " 25% 1.0 MB try 2"
    lines = "".join(text_of(line) for line in detail_lines(dashboard, "a", UNICODE, 200, 3))
    assert "try 2, since the one before failed: The connection broke." in lines


def test_every_order_sorts_and_reverses() -> None:
    old, new = (
        SensorHistory(key=name, device=name, age_days=days) for name, days in (("a", 40.0), ("b", 1.0))
    )
    broken = Health(status=DeviceStatus.FATAL_ERROR)
    rows = [
        DeviceRow(device="d-10", name="d-10", address="10.0.0.9", model="b", version="2", backups=new),
        DeviceRow(
            device="d-9",
            name="d-9",
            address="10.0.0.10",
            model="a",
            version="10",
            backups=old,
            serial="7",
            tags=("hall",),
            location="gate",
            note="spare",
            pc="hall-1",
            state=UpdateState.ERROR,
            password=PasswordState.MISSING,
            health=Health(temperature=61.0),
        ),
        DeviceRow(device="d-1", name="d-1", address="10.0.0.8", contact=Contact.OFFLINE, health=broken),
    ]
    # A text that is not known comes last.
    known = dict.fromkeys(SortOrder, "d-9") | {SortOrder.VERSION: "d-10"}
    first = known | dict.fromkeys(
        (SortOrder.NAME, SortOrder.TROUBLE, SortOrder.ADDRESS, SortOrder.HEALTH, SortOrder.BACKUP), "d-1"
    )
    for order in SortOrder:
        names = [row.name for row in arranged(rows, order, "")]
        assert names[0] == first[order], order
        assert order.column in {
            column.id for column in fleet_columns(with_runs=False, is_wide=False, with_pc=True)
        }
    assert [row.name for row in arranged(rows, SortOrder.NAME, "", backwards=True)] == ["d-10", "d-9", "d-1"]
    assert next_order(SortOrder.NAME, {"name", "serial"}) is SortOrder.TROUBLE
    assert next_order(SortOrder.TROUBLE, {"name", "serial"}) is SortOrder.SERIAL, "those on the screen"
    assert (
        next_order(SortOrder.SERIAL, {"name", "serial"})
        is next_order(SortOrder.NOTE, {"name"})
        is SortOrder.NAME
    )
    assert [row.name for row in arranged(rows, SortOrder.BACKUP, "")] == ["d-1", "d-9", "d-10"]
    assert [row.name for row in arranged(rows, SortOrder.BACKUP, "", backwards=True)] == [
        "d-10",
        "d-9",
        "d-1",
    ]


def test_the_line_of_a_run_keeps_its_bar_and_what_matters_at_every_width() -> None:
    counts = {Verdict.SUCCEEDED: 11, Verdict.FAILED: 1}
    header = RunHeader(
        title="Update to 2.4.0.0R",
        total=24,
        counts=counts,
        at_work=6,
        waiting=6,
        share=0.5,
        rate=9_800_000,
    )
    for width in (40, 60, 78, 118, 198):
        line = header_cell(header, UNICODE, width)
        text = text_of(line)
        assert width_of(line) <= width
        assert text.startswith("Update")
        assert "1 failed" in text
        assert "12/24" in text
        assert "░░" in text or width < 60
    assert "9.8 MB/s" in text_of(header_cell(header, UNICODE, 118))
    assert text_of(header_cell(header, ASCII, 118)).isascii()
    over = structs.replace(header, at_work=0, waiting=0, state="finished")
    assert text_of(header_cell(over, UNICODE, 78)).startswith("Update to 2.4.0.0R · finished · 11 succeeded")


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (57, ["name", "now", "state", "progress"]),
        (65, ["name", "now", "state", "progress", "contact"]),
        (77, ["name", "version", "now", "state", "progress", "contact"]),
    ],
)
def test_in_a_narrow_terminal_the_live_columns_stay_longest(width: int, shown: list[str]) -> None:
    columns = fleet_columns(with_runs=True, is_wide=False)
    contents = [{"name": 18, "version": 19, "progress": 17, "now": 11}.get(each.id, 5) for each in columns]
    widths = share(columns, contents, width)
    assert [each.id for each, size in zip(columns, widths, strict=True) if size] == shown


def test_on_a_wide_screen_the_message_of_a_success_is_whole_before_serial_and_tags_are_shown() -> None:
    columns = fleet_columns(with_runs=True, is_wide=True)
    wanted = {
        "name": 18,
        "version": 19,
        "progress": 17,
        "address": 15,
        "backup": 13,
        "message": 90,
        "tags": 14,
    }
    for width in range(160, 240):
        widths = share(columns, [wanted.get(each.id, 8) for each in columns], width)
        shown = {each.id: size for each, size in zip(columns, widths, strict=True)}
        assert shown["message"] >= 30 or not shown["tags"] + shown["serial"] + shown["location"]
