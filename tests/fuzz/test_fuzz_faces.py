"""What the faces make of texts from anywhere: plain lines, JSON lines, cells. Nothing in them acts."""

import contextlib
import io
import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from sicktui.cli.actions.updates.run_printer import RunPrinter, print_summary
from sicktui.cli.output import MAX_LINE, Printer
from sicktui.model.clock import SystemClock
from sicktui.model.device import Identity, Observation, Profile, Target, resolve
from sicktui.model.lines.pc import CheckLine
from sicktui.model.run.event import JOURNAL_ONLY, Event, UpdateStateRead, decode, encode
from sicktui.model.run.view import RunView, reduce
from sicktui.model.settings import DeviceDefaults, Timing
from sicktui.tui.drawing.columns import Column
from sicktui.tui.drawing.spans import Cell, text_of
from sicktui.tui.glyphs import UNICODE
from sicktui.tui.rows.devices import DEVICE_COLUMNS
from sicktui.tui.rows.jobs import JOB_COLUMNS
from sicktui.tui.rows.log.lines import line_of
from sicktui.tui.state.dashboard import DashboardState
from sicktui.tui.state.device_detail import detail_lines, details, plain
from tests.fuzz.hostile_inputs import FUZZ, harmless, texts
from tests.fuzz.runs import histories

WORDS: Final = frozenset(
    ("message", "advice", "detail", "name", "from_version", "to_version", "serial", "version", "backup")
)
"""Keys of events whose texts may come from outside."""


@st.composite
def hostile(draw: st.DrawFn) -> list[Event]:
    """A legal run in whose journal somebody has written what he liked, where there is room for words."""
    name = draw(texts)
    return [decode(json.dumps(_rewritten(draw, json.loads(encode(e)), name))) for e in draw(histories())]


def _rewritten(draw: st.DrawFn, row: dict[str, Any], device: str) -> dict[str, Any]:
    for key, value in row.items():
        if key in WORDS and isinstance(value, str) and draw(st.booleans()):
            row[key] = draw(texts)
        elif key == "device" and value == "gate":
            row[key] = device
    return row


class _Stdout(io.TextIOWrapper):
    def __init__(self) -> None:
        self._bytes = io.BytesIO()
        super().__init__(self._bytes, encoding="utf-8")

    @property
    def lines(self) -> list[str]:
        """What was printed."""
        self.flush()
        return self._bytes.getvalue().decode().split("\n")[:-1]


@contextlib.contextmanager
def printed(*, as_json: bool) -> Iterator[tuple[Printer, _Stdout]]:
    """A printer, and what comes out of it for people and programs alike."""
    out = _Stdout()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        yield Printer(json=as_json, environ={}), out


@FUZZ
@given(events=hostile())
def test_plain_lines_are_lines(events: list[Event]) -> None:
    with printed(as_json=False) as (printer, out):
        run_printer = RunPrinter(printer, ["gate", "dock"], planned=False)
        for event in events:
            run_printer.show(event)
        print_summary(printer, run_printer.view)
        lines = out.lines
    assert all(harmless(line, MAX_LINE) for line in lines)


@FUZZ
@given(events=hostile())
def test_json_lines_are_plain_text_and_say_what_was_said(events: list[Event]) -> None:
    with printed(as_json=True) as (printer, out):
        for event in events:
            printer.emit(event)
        text = "\x9b31m\x7f\u202e"
        printer.emit(CheckLine(ts="2026-11-21T09:54:27.123Z", name="", state="ok", message=text, remedy=""))
        *lines, fact = out.lines
    told = [event for event in events if not isinstance(event, JOURNAL_ONLY)]
    assert [decode(line) for line in lines] == told
    assert json.loads(fact)["message"] == "\x9b31m\x7f\u202e"
    for line in (*lines, fact):
        assert harmless(line, len(line)), "a terminal that shows it does nothing else"


@FUZZ
@given(events=hostile(), told=texts, width=st.integers(1, 60))
def test_every_cell_of_the_dashboard_is_harmless(events: list[Event], told: str, width: int) -> None:
    dashboard = _dashboard(events, told)
    device_rows = dashboard.all_device_rows()
    lanes = [row.lane for row in dashboard.fleet_rows(device_rows, 1000)]
    for lane in filter(None, lanes):
        _check(JOB_COLUMNS, lane, width)
    for device_row in device_rows:
        _check(DEVICE_COLUMNS, device_row, width)
    for device in dashboard.targets:
        for line in (
            *detail_lines(dashboard, device, UNICODE, width, 4),
            *details(dashboard, device, UNICODE),
        ):
            assert harmless(text_of(line), 4_000)
        assert all(harmless(line, 4_000) for line in plain(details(dashboard, device, UNICODE)).split("\n"))
    for event in events:
        if (shown := line_of(event)) is not None:
            assert harmless(shown.text, 600)


def test_the_name_of_a_state_is_harmless_in_the_view() -> None:
    read = UpdateStateRead(ts="2026-11-21T09:00:00.123Z", run="r", device="one", value=1, name="\x1b[31m")
    job = reduce(RunView(), read).devices["one"]
    assert job.update_state_name == "·[31m"


def _dashboard(events: Sequence[Event], told: str) -> DashboardState:
    """What the dashboard knows of the run, and of sensors that say hostile things themselves."""
    view = RunView()
    for event in events:
        view = reduce(view, event)
    dashboard = DashboardState(SystemClock())
    profiles = {
        name: Profile(name=name, address="10.0.0.7", note=told, tags=(told,)) for name in view.devices
    }
    targets: dict[str, Target] = {
        name: resolve(profile, DeviceDefaults(), Timing()) for name, profile in profiles.items()
    }
    dashboard.set_devices(profiles, targets)
    dashboard.advanced("r1", view)
    for name in targets:
        identity = Identity(name=told, version=told, serial=told, location=told, device_type=told)
        dashboard.observed(Observation(device=name, reachable=True, identity=identity, problem=told))
    return dashboard


def _check(columns: Sequence[Column[Any]], row: Any, width: int) -> None:
    for column in columns:
        content: Cell = column.cell(row, UNICODE, width)
        assert harmless(text_of(content), 4_000), column.id
