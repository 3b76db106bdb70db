"""Events: the contract's JSON lines, and the reducer that every face shares."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sicktui.model.clock import seconds_between, timestamp
from sicktui.model.enums import Action, Code, Level, Operation, RunState, Step, StepState, Verdict
from sicktui.model.run.event import (
    JOURNAL_ONLY,
    VOLATILE,
    Acted,
    Cancelled,
    Contacted,
    Continued,
    Event,
    Logged,
    Planned,
    Progressed,
    RunChanged,
    Shortened,
    StatusRead,
    StepChanged,
    Summarised,
    UpdateStateRead,
    VerdictReached,
    Waiting,
    decode,
    encode,
)
from sicktui.model.run.view import MAX_LOG, DeviceView, RunView, reduce

START = datetime(2026, 11, 21, 9, 54, 27, tzinfo=UTC)


def at(seconds: float) -> str:
    return timestamp(START + timedelta(seconds=seconds))


times = st.integers(0, 100_000).map(lambda n: at(n / 10))
devices = st.sampled_from(["press 3", "a", "127.0.0.1:8080"])
texts = st.text(st.characters(codec="utf-8"), max_size=20)
sizes = st.integers(0, 10**8)
versions = st.none() | st.sampled_from(["2.2.0.0R", "2.3.0.0R"])
codes = st.none() | st.sampled_from(Code)
seconds = st.floats(0, 1e6)


def made(kind: type[Any], **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(kind, ts=times, **fields)


events: st.SearchStrategy[Event] = st.one_of(
    made(
        StepChanged,
        device=devices,
        step=st.sampled_from(Step),
        state=st.sampled_from(StepState),
        detail=texts,
    ),
    made(Progressed, device=devices, step=st.sampled_from(Step), sent=sizes, total=sizes),
    made(UpdateStateRead, device=devices, value=st.integers(0, 3), name=texts),
    made(Logged, level=st.sampled_from(Level), message=texts, device=devices),
    made(Logged, level=st.sampled_from(Level), message=texts),
    made(
        Planned,
        device=devices,
        action=st.sampled_from(Action),
        reason=codes,
        message=texts,
        from_version=versions,
        to_version=versions,
    ),
    made(
        VerdictReached,
        device=devices,
        operation=st.sampled_from(Operation),
        verdict=st.sampled_from(Verdict),
        code=codes,
        message=texts,
        advice=texts,
        seconds=seconds,
    ),
    made(
        VerdictReached,
        device=devices,
        operation=st.sampled_from(Operation),
        verdict=st.sampled_from(Verdict),
        code=codes,
        message=texts,
        advice=texts,
        seconds=seconds,
        from_version=versions,
        to_version=versions,
        serial=st.none() | texts,
        package_sha256=texts,
        backup=st.none(),
        downtime_seconds=st.none() | seconds,
    ),
    made(
        RunChanged,
        operation=st.sampled_from(Operation),
        state=st.sampled_from(RunState),
        pid=st.none() | st.integers(1, 99999),
        started=times,
        run=texts,
    ),
    made(
        Summarised,
        operation=st.sampled_from(Operation),
        exit_code=st.integers(0, 130),
        verdicts=st.dictionaries(st.sampled_from(Verdict), st.integers(0, 99)),
    ),
    made(
        Acted,
        device=devices,
        act=st.sampled_from(["put_update", "persist"]),
        phase=st.sampled_from(["intended", "done"]),
    ),
    made(Contacted, device=devices, answered=st.booleans()),
    made(Cancelled),
    made(
        Waiting,
        waits_for=st.sampled_from(["approval", "soak", None]),
        until=st.none() | times,
        message=texts,
    ),
    made(Continued, by=texts),
    made(Shortened, by=texts, events=st.integers(0, 9), head=st.none() | texts),
)


def fold(view: RunView, sequence: list[Event]) -> RunView:
    for event in sequence:
        view = reduce(view, event)
    return view


@given(events)
def test_any_event_survives_the_journal(event: Event) -> None:
    line = encode(event)
    assert b"\n" not in line
    assert decode(line) == event
    assert decode(line.decode()) == event


@given(events)
def test_every_line_has_what_the_contract_says(event: Event) -> None:
    line = json.loads(encode(event))
    assert line["v"] == 1
    assert line["ts"].endswith("Z")
    assert line["kind"] in {
        "step",
        "progress",
        "update_state",
        "log",
        "plan",
        "verdict",
        "run",
        "summary",
        "act",
        "compared",
        "shortened",
        "cancel",
        "contact",
        "waiting",
        "continue",
    }


def test_the_keys_of_a_verdict() -> None:
    line = json.loads(
        encode(
            VerdictReached(
                ts=at(0),
                run="r",
                device="d",
                operation=Operation.UPDATE,
                verdict=Verdict.SUCCEEDED,
                code=None,
                message="m",
                advice="",
                seconds=1.5,
                from_version="1",
                to_version=None,
            )
        )
    )
    assert line == {
        "kind": "verdict",
        "v": 1,
        "ts": "2026-11-21T09:54:27.000Z",
        "run": "r",
        "device": "d",
        "operation": "update",
        "verdict": "succeeded",
        "code": None,
        "message": "m",
        "advice": "",
        "seconds": 1.5,
        "from_version": "1",
        "to_version": None,
    }


@pytest.mark.parametrize(
    "line",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"kind":"nonsense"}',
        '{"kind":"log","v":2,"ts":"","level":"info","message":""}',
        '{"kind":"log","v":1,"ts":"","level":"loud","message":""}',
        '{"kind":"status"}',
        "\x00",
    ],
)
def test_what_is_no_event(line: str) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode(line)


def test_a_status_line_can_be_printed() -> None:
    status = StatusRead(
        ts=at(0),
        device="d",
        reachable=False,
        name=None,
        model=None,
        version=None,
        serial=None,
        update_state=None,
        health=None,
        auth=None,
    )
    assert json.loads(encode(status))["kind"] == "status"


def test_what_may_be_lost_and_what_is_not_printed() -> None:
    assert set(VOLATILE) == {Progressed, Contacted}
    assert {Acted, Contacted} <= set(JOURNAL_ONLY)


@given(st.lists(events, max_size=40), st.integers(0, 40))
def test_reading_in_two_parts_is_reading_at_once(sequence: list[Event], cut: int) -> None:
    assert fold(fold(RunView(), sequence[:cut]), sequence[cut:]) == fold(RunView(), sequence)


@given(st.lists(events, max_size=40))
def test_replaying_gives_the_same_and_changes_nothing_behind_anybodys_back(sequence: list[Event]) -> None:
    views = [RunView()]
    for event in sequence:
        views.append(reduce(views[-1], event))
    frozen = [repr(view) for view in views]
    again = RunView()
    for number, event in enumerate(sequence, start=1):
        again = reduce(again, decode(encode(event)))
        assert again == views[number]
    assert [repr(view) for view in views] == frozen


OfRun = Logged | RunChanged | Summarised | Cancelled | Waiting | Continued | Shortened


@given(st.lists(events, max_size=40))
def test_devices_keep_the_order_in_which_they_came(sequence: list[Event]) -> None:
    view = fold(RunView(), sequence)
    came = [event.device for event in sequence if not isinstance(event, OfRun)]
    assert list(view.devices) == list(dict.fromkeys(came))


@given(st.lists(events, max_size=20), events)
def test_an_event_touches_its_own_device_only(sequence: list[Event], event: Event) -> None:
    before = fold(RunView(), sequence)
    after = reduce(before, event)
    own = None if isinstance(event, OfRun) else event.device
    for name, view in before.devices.items():
        if name != own:
            assert after.devices[name] is view


@given(st.lists(events, max_size=40))
def test_the_counts_are_those_of_the_verdicts(sequence: list[Event]) -> None:
    view = fold(RunView(), sequence)
    last = {event.device: event.verdict for event in sequence if isinstance(event, VerdictReached)}
    assert sum(view.counts().values()) == len(last)
    for verdict, count in view.counts().items():
        assert count == list(last.values()).count(verdict)


def test_an_update_as_it_is_seen() -> None:
    view = fold(
        RunView(),
        [
            RunChanged(
                ts=at(0), run="r", operation=Operation.UPDATE, state=RunState.RUNNING, pid=7, started=at(0)
            ),
            StepChanged(ts=at(1), device="d", step=Step.UPLOAD, state=StepState.STARTED),
            Progressed(ts=at(2), device="d", step=Step.UPLOAD, sent=1000, total=4000),
            Contacted(ts=at(2.5), device="d", answered=False),
        ],
    )
    assert (view.run, view.pid, view.finished) == ("r", 7, False)
    device = view.devices["d"]
    assert (device.sent, device.total, device.rate, device.silent) == (1000, 4000, 0.0, True)
    view = reduce(view, Progressed(ts=at(4), device="d", step=Step.UPLOAD, sent=3000, total=4000))
    device = view.devices["d"]
    assert (device.rate, device.silent, device.last_answer) == (1000.0, False, at(4))
    view = fold(
        view,
        [
            StepChanged(ts=at(5), device="d", step=Step.UPLOAD, state=StepState.DONE),
            StepChanged(ts=at(6), device="d", step=Step.FLASH, state=StepState.STARTED, detail="x"),
            UpdateStateRead(ts=at(7), device="d", value=1, name="Started"),
        ],
    )
    device = view.devices["d"]
    assert device.steps == {Step.UPLOAD: StepState.DONE, Step.FLASH: StepState.STARTED}
    assert (device.step, device.step_since, device.started, device.detail) == (Step.FLASH, at(6), at(1), "x")
    assert (device.sent, device.rate, device.update_state, device.update_state_name) == (0, 0.0, 1, "Started")
    for state in RunState:
        ended = reduce(
            view, RunChanged(ts=at(9), operation=Operation.UPDATE, state=state, pid=None, started=at(0))
        )
        assert ended.finished == (state in {RunState.FINISHED, RunState.CANCELLED})
        assert ended.run == "r"


def test_the_log_is_limited() -> None:
    view = RunView()
    for number in range(MAX_LOG + 20):
        view = reduce(view, Logged(ts=at(0), level=Level.INFO, message=str(number)))
    assert [line.message for line in view.log] == [str(n) for n in range(20, MAX_LOG + 20)]


def test_a_clock_that_goes_back_harms_nothing() -> None:
    view = DeviceView(device="d")
    assert seconds_between(at(5), at(3)) == -2.0
    run = fold(
        RunView(devices={"d": view}),
        [
            Progressed(ts=at(5), device="d", step=Step.UPLOAD, sent=10, total=100),
            Progressed(ts=at(3), device="d", step=Step.UPLOAD, sent=20, total=100),
        ],
    )
    assert (run.devices["d"].sent, run.devices["d"].rate) == (20, 0.0)
