"""Any prefix of a legal run, written and read again in whatever pieces, is the same view of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from sicktui.model.enums import STEPS, Operation, RunState
from sicktui.model.run.event import VOLATILE, Event, VerdictReached, decode, encode
from sicktui.model.run.plan import Operator, RunSpec
from sicktui.model.run.view import RunView, reduce
from sicktui.model.settings import Settings
from sicktui.stores.journal.journal import Journal
from tests.fuzz.hostile_inputs import FUZZ
from tests.fuzz.runs import histories


def folded(events: list[Event]) -> RunView:
    view = RunView()
    for event in events:
        view = reduce(view, event)
    return view


@FUZZ
@given(history=histories(), cut=st.integers(0, 200))
def test_a_prefix_replayed_is_the_same(history: list[Event], cut: int) -> None:
    prefix = history[:cut]
    view = folded(prefix)
    assert folded([decode(encode(event)) for event in prefix]) == view
    # A face that has read so far and goes on sees what one sees that begins anew.
    rest = history[cut:]
    for event in rest:
        view = reduce(view, event)
    assert view == folded(history)


@FUZZ
@given(
    history=histories(), pieces=st.lists(st.integers(1, 9), min_size=1, max_size=30), page=st.integers(1, 7)
)
def test_the_journal_between_changes_nothing(
    history: list[Event], pieces: list[int], page: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("reducer") / "journal.db"
    with Journal(path) as journal:
        journal.create_run(_spec(), [])
        left, read, after = list(history), RunView(), 0
        for size in [*pieces, len(history)]:
            batch, left = left[:size], left[size:]
            journal.append("r1", batch, durable=size % 2 == 0)
            while events := journal.events("r1", after=after, limit=page):
                after = events[-1][0]
                for _, event in events:
                    read = reduce(read, event)
        assert read == folded(history)
        journal.finish_run("r1", RunState.FINISHED, finished="2026-11-21T09:54:27.123Z", events=[])
        kept = [event for _, event in journal.events("r1")]
    assert kept == [event for event in history if not isinstance(event, VOLATILE)]
    _same_but_for_what_passes(folded(kept), read)


def _same_but_for_what_passes(kept: RunView, live: RunView) -> None:
    """Bytes, rate and contact pass; everything else is there for good."""
    assert structs.replace(kept, devices={}) == structs.replace(live, devices={})
    for name, device in kept.devices.items():
        passing = {
            field: getattr(live.devices[name], field)
            for field in ("sent", "total", "rate", "progress_ts", "last_answer", "silent", "silent_since")
        }
        assert structs.replace(device, **passing) == live.devices[name]


def _spec() -> RunSpec:
    return RunSpec(
        run="r1",
        operation=Operation.UPDATE,
        created="2026-11-21T09:54:27.123Z",
        settings=Settings(),
        operator=Operator(user="u", host="h"),
        items=(),
    )


@FUZZ
@given(history=histories())
def test_what_every_view_of_a_legal_run_holds(history: list[Event]) -> None:
    order = {step: number for number, step in enumerate(STEPS[Operation.UPDATE])}
    view = RunView()
    for event in history:
        before, view = view, reduce(view, event)
        for name, device in view.devices.items():
            reached = [order[step] for step in device.steps]
            assert reached == sorted(reached), "steps are reached in their order"
            assert device.rate >= 0
            old = before.devices.get(name)
            assert old is None or old.verdict is None or old.verdict == device.verdict, "a verdict stays"
    verdicts = [event for event in history if isinstance(event, VerdictReached)]
    assert sum(view.counts().values()) == len(verdicts)
    assert view.finished == (view.state is not RunState.RUNNING)
