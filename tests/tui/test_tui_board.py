"""What the dashboard knows, and what it makes of it."""

from datetime import timedelta

import pytest
from msgspec import structs

from sicktui.model.clock import timestamp
from sicktui.model.device import Health, Identity, Observation, Profile, Target
from sicktui.model.enums import (
    Action,
    AuthScheme,
    Code,
    DeviceStatus,
    Level,
    Operation,
    RunState,
    Step,
    StepState,
    UpdateState,
    Verdict,
)
from sicktui.model.run.event import (
    Contacted,
    Event,
    Logged,
    Planned,
    Progressed,
    RunChanged,
    StepChanged,
    UpdateStateRead,
    VerdictReached,
)
from sicktui.model.run.view import RunView, reduce
from sicktui.model.settings import Timing
from sicktui.tui.commands import BY_ID
from sicktui.tui.drawing.spans import text_of, width_of
from sicktui.tui.glyphs import UNICODE
from sicktui.tui.main.status_line import status_line
from sicktui.tui.rows.devices import Contact, DeviceRow
from sicktui.tui.rows.jobs import JOB_COLUMNS, JobRow, versions_cell
from sicktui.tui.rows.log.lines import line_of
from sicktui.tui.state.dashboard import DashboardState
from sicktui.tui.state.device_detail import detail_lines, details, plain
from sicktui.tui.state.marks import Marks
from tests.support.clocks import START, ManualClock


def target(name: str) -> Target:
    return Target(
        device=name, address=f"{name}.plant", user="Service", auth="auto", scheme="http", timing=Timing()
    )


def board_of(*names: str) -> tuple[DashboardState, ManualClock]:
    clock = ManualClock()
    dashboard = DashboardState(clock)
    dashboard.set_devices(
        {name: Profile(name=name, address=f"{name}.plant", tags=("hall",)) for name in names},
        {name: target(name) for name in names},
    )
    return dashboard, clock


def seen(name: str, *, reachable: bool = True, version: str = "2.3.0.0R") -> Observation:
    if not reachable:
        return Observation(device=name, reachable=False, problem="no answer", code="unreachable")
    return Observation(
        device=name,
        reachable=True,
        identity=Identity(name="picoScan", version=version, serial="7", device_type="picoScan150"),
        update_state=UpdateState.INITIAL,
        health=Health(status=DeviceStatus.NORMAL),
        auth=AuthScheme.CHALLENGE,
    )


def at(seconds: float) -> str:
    return timestamp(START + timedelta(seconds=seconds))


def view_of(*events: Event) -> RunView:
    began = RunChanged(
        ts=at(0), run="r1", operation=Operation.UPDATE, state=RunState.RUNNING, pid=7, started=at(0)
    )
    view = RunView(run="r1")
    for event in (began, *events):
        view = reduce(view, event)
    return view


UPLOADING = (
    Planned(
        ts=at(0), device="a", action=Action.UPDATE, reason=None, message="", from_version="1", to_version="2"
    ),
    StepChanged(ts=at(1), device="a", step=Step.PREFLIGHT, state=StepState.STARTED),
    StepChanged(ts=at(2), device="a", step=Step.PREFLIGHT, state=StepState.DONE),
    StepChanged(ts=at(2), device="a", step=Step.UPLOAD, state=StepState.STARTED),
    Progressed(ts=at(3), device="a", step=Step.UPLOAD, sent=1_000_000, total=4_000_000),
    Progressed(ts=at(4), device="a", step=Step.UPLOAD, sent=2_000_000, total=4_000_000),
    UpdateStateRead(ts=at(4), device="a", value=1, name="Started"),
)
FAILED = VerdictReached(
    ts=at(9),
    device="a",
    operation=Operation.UPDATE,
    verdict=Verdict.FAILED,
    code=Code.UPDATE_ERROR,
    message="The sensor reports state 3.",
    advice="Check the package.",
    seconds=8.0,
)


def test_an_offline_sensor_keeps_what_it_last_said() -> None:
    dashboard, clock = board_of("a")
    [row] = dashboard.device_rows()
    assert row.contact is Contact.ASKING
    dashboard.observed(seen("a"))
    clock.elapsed = 30
    dashboard.observed(seen("a", reachable=False))
    [row] = dashboard.device_rows()
    assert (row.contact, row.version, row.age, row.model) == (
        Contact.OFFLINE,
        "2.3.0.0R",
        "30s",
        "picoScan150",
    )
    assert row.state is None, "its state is not known now"


def test_a_living_sensor_is_drawn_the_same_for_a_while() -> None:
    dashboard, clock = board_of("a")
    dashboard.observed(seen("a"))
    first = dashboard.device_rows()
    clock.elapsed = 5
    dashboard.observed(seen("a"))
    clock.elapsed = 9
    assert dashboard.device_rows() == first


def test_the_list_shows_what_the_run_sees() -> None:
    dashboard, clock = board_of("a", "b")
    dashboard.observed(seen("a"))
    dashboard.advanced("r1", view_of(UPLOADING[0]))
    dashboard.wanted = "state:waiting"
    assert [row.device for row in dashboard.device_rows()] == ["a"]
    dashboard.advanced("r1", view_of(*UPLOADING))
    assert dashboard.device_rows() == []
    dashboard.wanted = ""
    clock.elapsed = 5
    assert dashboard.owners == {"a": "r1"}
    row = next(row for row in dashboard.device_rows() if row.device == "a")
    assert (row.in_run, row.state, row.contact) == (True, UpdateState.STARTED, Contact.ONLINE)
    dashboard.advanced("r1", view_of(*UPLOADING, Contacted(ts=at(6), device="a", answered=False)))
    row = next(row for row in dashboard.device_rows() if row.device == "a")
    assert row.contact is Contact.OFFLINE
    dashboard.advanced("r1", view_of(*UPLOADING, FAILED))
    assert dashboard.owners == {}


def lanes_of(dashboard: DashboardState) -> list[JobRow]:
    """The part of each device in a run, as the table has it."""
    rows = dashboard.fleet_rows(dashboard.all_device_rows(), 100)
    return [row.lane for row in rows if row.lane is not None]


def test_a_job_row_says_everything_of_an_upload() -> None:
    dashboard, clock = board_of("a")
    dashboard.advanced("r1", view_of(*UPLOADING))
    clock.elapsed = 11
    [row] = lanes_of(dashboard)
    assert (row.step, row.sent, row.total, row.rate) == (Step.UPLOAD, 2_000_000, 4_000_000, 1_000_000)
    assert (row.elapsed, row.answer, row.versions) == ("0:10", "7s", ("1", "2"))
    assert row.steps[:4] == (StepState.DONE, None, None, StepState.STARTED)


@pytest.mark.parametrize("step", [Step.FLASH, Step.REBOOT])
def test_a_sensor_that_reboots_shows_how_long_that_may_take(step: Step) -> None:
    dashboard, clock = board_of("a")
    gone = (
        StepChanged(ts=at(10), device="a", step=step, state=StepState.STARTED),
        Contacted(ts=at(12), device="a", answered=False),
        Contacted(ts=at(60), device="a", answered=False),
    )
    view = view_of(*UPLOADING, *gone)
    patient = {"a": structs.replace(view.devices["a"], patience=600.0)}
    dashboard.advanced("r1", structs.replace(view, devices=patient))
    clock.elapsed = 142
    words = "away 2:10 of at most 10:00, normal is 2 to 5 min"
    [row] = lanes_of(dashboard)
    assert row.detail == words
    text = "".join(span.text for line in detail_lines(dashboard, "a", UNICODE, 200, 3) for span in line)
    assert f"It is {words}. Do not cut its power." in text
    dashboard.advanced("r1", view_of(*UPLOADING, *gone, Contacted(ts=at(143), device="a", answered=True)))
    assert "away" not in lanes_of(dashboard)[0].detail
    dashboard.advanced("r1", view_of(*UPLOADING, Contacted(ts=at(12), device="a", answered=False)))
    assert "away" not in lanes_of(dashboard)[0].detail, "it does not reboot during an upload"


def test_a_verdict_stops_the_clock() -> None:
    dashboard, clock = board_of("a")
    dashboard.advanced("r1", view_of(*UPLOADING, FAILED))
    first = lanes_of(dashboard)
    clock.elapsed = 500
    assert lanes_of(dashboard) == first
    assert (first[0].verdict, first[0].code, first[0].elapsed) == (Verdict.FAILED, "update_error", "0:08")


def test_a_sensor_that_has_its_proof_is_not_shown_as_flashing() -> None:
    """It went away while it said Started, as some do; its reboot is proven since."""
    dashboard, _ = board_of("a")
    started = UpdateStateRead(ts=at(7), device="a", value=1, name="Started")
    dashboard.advanced("r1", view_of(*UPLOADING, started))
    assert lanes_of(dashboard)[0].state is UpdateState.STARTED
    done = structs.replace(FAILED, verdict=Verdict.SUCCEEDED, code=None, message="Runs 2.")
    dashboard.advanced("r1", view_of(*UPLOADING, started, done))
    assert lanes_of(dashboard)[0].state is None
    dashboard.advanced("r1", view_of(*UPLOADING, started, FAILED))
    assert lanes_of(dashboard)[0].state is UpdateState.STARTED


def test_an_interrupted_run_is_not_shown_as_going() -> None:
    dashboard, _ = board_of("a")
    lost = RunChanged(
        ts=at(9), run="r1", operation=Operation.UPDATE, state=RunState.INTERRUPTED, pid=None, started=at(0)
    )
    dashboard.advanced("r1", view_of(*UPLOADING, lost))
    assert dashboard.live_runs == []
    assert lanes_of(dashboard)[0].orphaned


def test_a_refused_device_shows_no_version_that_it_will_not_get() -> None:
    dashboard, _ = board_of("a")
    refused = Planned(
        ts=at(0),
        device="a",
        action=Action.REFUSE,
        reason=Code.DOWNGRADE,
        message="no",
        from_version="2",
        to_version="1",
    )
    dashboard.advanced("r1", view_of(refused))
    assert lanes_of(dashboard)[0].versions == ("2", "")


def test_a_failed_device_shows_no_version_that_it_did_not_get() -> None:
    dashboard, _ = board_of("a")
    failed = structs.replace(FAILED, from_version="1", to_version="2")
    dashboard.advanced("r1", view_of(*UPLOADING, failed))
    assert lanes_of(dashboard)[0].versions == ("1", "")
    dashboard.advanced("r1", view_of(*UPLOADING, structs.replace(failed, verdict=Verdict.SUCCEEDED)))
    [done] = lanes_of(dashboard)
    assert done.versions == ("1", "2")
    # Where both have no room, each column shows one of them.
    assert text_of(versions_cell(done, UNICODE, 4)) == "2"
    assert text_of({c.id: c for c in JOB_COLUMNS}["progress"].cell(done, UNICODE, 16)) == "was 1"


def test_marks_follow_the_list_and_the_filter() -> None:
    dashboard, _ = board_of("a", "b", "c")
    dashboard.selected = "b"
    assert dashboard.command_context().chosen == ("b",)
    dashboard.marking.toggle("c")
    dashboard.marking.toggle_all(["a", "c"])
    assert dashboard.command_context().chosen == ("a", "c")
    dashboard.marking.toggle_all(["a", "c"])
    assert dashboard.marks == set()
    dashboard.marking.toggle("b")
    dashboard.set_devices({}, {})
    assert dashboard.command_context().chosen == ()


def test_marks_reach_a_range_and_turn_round() -> None:
    marks, shown = Marks(), list("abcdef")
    assert not marks.reach("c", shown), "no beginning yet"
    marks.toggle("d")
    assert marks.reach("b", shown), "upwards too"
    assert (marks.devices, marks.last) == ({"b", "c", "d"}, "b")
    assert marks.reach("a", shown), "the end of a range begins another"
    assert not marks.reach("f", ["e", "f"]), "the filter hides where it begins"
    marks.invert(["a", "e", "f"])
    assert marks.devices == set("bcdef")
    marks.toggle("b")
    assert (marks.devices, marks.last) == (set("cdef"), None)
    marks.toggle_all("ef")
    assert marks.devices == set(), "all of these were marked"
    marks.toggle("e")
    marks.keep("ab")
    assert (marks.devices, marks.last) == (set(), None)


def test_the_failed_and_unknown_ones_are_marked_and_no_others() -> None:
    dashboard, _ = board_of("a", "b", "c")
    missing = BY_ID["mark_trouble"].unavailable_because
    assert missing(dashboard.command_context()) == "No device failed or is unknown in the runs shown."
    good = structs.replace(FAILED, device="b", verdict=Verdict.SUCCEEDED, code=None)
    gone = structs.replace(FAILED, device="gone")
    dashboard.advanced("r1", view_of(FAILED, good, gone))
    assert not missing(dashboard.command_context())
    assert dashboard.troubled == {"a"}, "what is not in the list cannot be marked"
    dashboard.close_run("r1")
    over = RunChanged(
        ts=at(9), run="r1", operation=Operation.UPDATE, state=RunState.FINISHED, pid=None, started=at(0)
    )
    dashboard.advanced("r1", view_of(FAILED, good, over))
    assert dashboard.troubled == {"a"}
    dashboard.close_run("r1")
    assert dashboard.troubled == set(), "it is not shown any more"


def test_an_address_that_changed_forgets_the_old_look() -> None:
    dashboard, _ = board_of("a")
    dashboard.observed(seen("a"))
    moved = Target(device="a", address="other", user="Service", auth="auto", scheme="http", timing=Timing())
    dashboard.set_devices({"a": Profile(name="a", address="other")}, {"a": moved})
    assert dashboard.device_rows()[0].contact is Contact.ASKING


def test_the_lines_about_a_device_say_what_matters_most() -> None:
    dashboard, _ = board_of("a")

    def show() -> str:
        return " ".join(text_of(line) for line in detail_lines(dashboard, "a", UNICODE, 200, 2))

    assert "no answer from a.plant yet" in show()
    dashboard.observed(seen("a"))
    assert "serial 7" in show()
    dashboard.observed(seen("a", reachable=False))
    assert "no answer" in show()
    dashboard.advanced("r1", view_of(*UPLOADING))
    assert "upload" in show()
    dashboard.advanced("r1", view_of(*UPLOADING, FAILED))
    assert "failed (update_error). The sensor reports state 3. Check the package." in show()
    dashboard.key_of = lambda command: {"details": "v"}[command]
    narrow = detail_lines(dashboard, "a", UNICODE, 30, 2)
    assert len(narrow) == 2
    assert all(width_of(line) <= 30 for line in narrow)
    assert text_of(narrow[1]).endswith("… v all"), "what is cut names the key that shows all"
    told = plain(details(dashboard, "a", UNICODE))
    for word in ("What to do: Check the package.", "serial number: 7", "upload started", "tags: hall"):
        assert word in told


@pytest.mark.parametrize("verdict", Verdict)
def test_only_a_success_names_the_firmware_after_it(verdict: Verdict) -> None:
    dashboard, _ = board_of("a")
    ended = structs.replace(FAILED, verdict=verdict, from_version="1", to_version="2")
    dashboard.advanced("r1", view_of(*UPLOADING, ended))
    told = plain(details(dashboard, "a", UNICODE))
    assert ("firmware after: 2" in told) == (verdict is Verdict.SUCCEEDED)
    assert ("firmware expected: 2" in told) == (verdict is not Verdict.SUCCEEDED)


def test_log_lines_leave_out_what_the_panel_shows() -> None:
    assert line_of(UPLOADING[4]) is None
    assert line_of(UPLOADING[0]) is None
    verdict = line_of(FAILED)
    assert verdict is not None
    assert verdict.text == "failed (update_error): The sensor reports state 3. Check the package."
    wild = line_of(Logged(ts=at(0), level=Level.INFO, message="\x1b[2J[/oops]\nnext"))
    assert wild is not None
    assert wild.text == "·[2J[/oops]·next"


def test_a_sensor_in_its_reboot_is_away_and_one_that_nobody_waits_for_is_offline() -> None:
    rows = [
        DeviceRow(device=name, name=name, address="10.0.0.1", contact=contact, in_run=in_run)
        for name, contact, in_run in (
            ("a", Contact.ONLINE, True),
            ("b", Contact.OFFLINE, True),
            ("c", Contact.OFFLINE, False),
        )
    ]
    shown = status_line(rows, live_runs=1, stores=(), clock="10:00", demo=False, glyphs=UNICODE, width=100)
    assert f"1 online  {UNICODE.busy} 1 away  {UNICODE.failed} 1 offline" in text_of(shown)
