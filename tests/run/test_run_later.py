"""Runs that wait: for their window, for a line in use, for sensors that do not answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import structs

from sicktui.engine.job.line import LineSign
from sicktui.engine.plan.spec import new_spec
from sicktui.engine.run.execution import Runner
from sicktui.engine.run.verdicts import verdict_event
from sicktui.engine.update.plan import plan_update
from sicktui.model.enums import Code, Operation, RunState, Verdict
from sicktui.model.run.event import Acted, PutOff, VerdictReached, Waiting
from sicktui.model.run.plan import PlanItem, RunSpec, UpdateOptions
from sicktui.model.settings import Limits, LineSettings, Settings
from sicktui.simulator.spec import DeviceSpec
from tests.run.test_run_spreading import Stage, item
from tests.support.clocks import clock_of_the_loop
from tests.support.harness import LIMITS, Harness, fast_context
from tests.support.spread import Fate

pytestmark = pytest.mark.skips_waiting


@pytest.fixture
async def harness(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Harness]:
    # Each look for commands takes real time; these runs last long by their own clock.
    monkeypatch.setattr("sicktui.engine.run.execution.COMMAND_INTERVAL", 20.0)
    context = fast_context(tmp_path)
    context.clock = clock_of_the_loop()
    async with AsyncExitStack() as stack:
        yield Harness(context, tmp_path, stack)
    context.close()


def spec_of(harness: Harness, items: list[PlanItem], **settings: object) -> RunSpec:
    harness.context.settings = Settings(**settings)  # type: ignore[arg-type]
    return new_spec(harness.context, Operation.UPDATE, items)


def window(harness: Harness, opens: int, closes: int) -> str:
    """The window that opens and closes in so many minutes, on the local clock."""
    now = harness.context.clock.now().astimezone()
    return "-".join(f"{now + timedelta(minutes=minutes):%H:%M}" for minutes in (opens, closes))


def verdicts(harness: Harness, spec: RunSpec) -> dict[str, tuple[Verdict, Code | None]]:
    events = [event for event in harness.events(spec.run) if isinstance(event, VerdictReached)]
    assert len({event.device for event in events}) == len(events), "each has exactly one"
    return {event.device: (event.verdict, event.code) for event in events}


def waits(harness: Harness, spec: RunSpec) -> list[str | None]:
    return [event.waits_for for event in harness.events(spec.run) if isinstance(event, Waiting)]


FINE = (Verdict.SUCCEEDED, None)


async def test_a_run_waits_for_its_window_and_skips_what_has_not_started_at_its_end(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage(monkeypatch, {name: Fate(seconds=400) for name in "abc"})
    limits = Limits(jobs=1, window=window(harness, 5, 11))
    spec = spec_of(harness, [item("a"), item("b"), item("c")], limits=limits)
    work = asyncio.create_task(harness.runner(spec).run())
    await asyncio.sleep(120)
    view = harness.view(spec.run)
    assert view.waiting is not None
    assert view.waiting.waits_for == "outside_window"
    assert view.waiting.until is not None
    assert stage.starts == []
    await work
    # The first ends after 400 s of the 360 s: what a sensor has begun is finished.
    assert stage.starts == ["a"]
    skipped = (Verdict.SKIPPED, Code.OUTSIDE_WINDOW)
    assert verdicts(harness, spec) == {"a": FINE, "b": skipped, "c": skipped}
    assert harness.view(spec.run).summary is not None


async def test_a_window_survives_its_runner_and_is_over_for_a_late_one(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage(monkeypatch, {name: Fate(seconds=5) for name in "ab"})
    spec = spec_of(harness, [item("a"), item("b")], limits=Limits(jobs=1, window=window(harness, 5, 10)))
    first = asyncio.create_task(harness.runner(spec).run())
    await asyncio.sleep(30)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    await asyncio.sleep(3600)
    await harness.runner(spec, resumed=True).run()
    assert stage.starts == []
    assert {code for _, code in verdicts(harness, spec).values()} == {Code.OUTSIDE_WINDOW}


async def test_a_pc_that_sleeps_does_not_start_after_the_window(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = harness.context.clock
    real = clock.now
    slept = timedelta()
    monkeypatch.setattr(clock, "now", lambda: real() + slept)
    stage = Stage(monkeypatch, {name: Fate(seconds=5) for name in "ab"})
    spec = spec_of(harness, [item("a")], limits=Limits(window=window(harness, 5, 10)))
    work = asyncio.create_task(harness.runner(spec).run())
    await asyncio.sleep(30)
    slept = timedelta(hours=2)
    await asyncio.wait_for(work, 60)
    assert stage.starts == []


async def test_a_line_in_use_is_waited_for_and_looked_at_before_each_start(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    busy = tmp_path / "line.busy"
    busy.touch()
    stage = Stage(monkeypatch, {name: Fate(seconds=50) for name in "abc"})
    line = LineSettings(in_use_file=str(busy), wait=600.0)
    spec = spec_of(harness, [item(name) for name in "abc"], limits=Limits(jobs=1), line=line)
    work = asyncio.create_task(harness.runner(spec).run())
    await asyncio.sleep(60)
    view = harness.view(spec.run)
    assert view.waiting is not None
    assert (view.waiting.waits_for, stage.starts) == ("line_in_use", [])
    assert "line.busy exists" in view.waiting.message
    busy.unlink()
    await asyncio.sleep(30)
    assert stage.starts == ["a"]
    busy.touch()
    await asyncio.sleep(120)
    assert stage.starts == ["a"], "a sensor in the middle is finished, and no other one starts"
    busy.unlink()
    await work
    assert verdicts(harness, spec) == dict.fromkeys("abc", FINE)
    assert waits(harness, spec) == ["line_in_use", None, "line_in_use", None]


async def test_a_line_that_stays_in_use_skips_the_rest_at_the_end_that_was_stated_first(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stage = Stage(monkeypatch, {"a": Fate(seconds=5)})
    line = LineSettings(in_use_file=str(tmp_path), wait=600.0)
    spec = spec_of(harness, [item("a")], line=line)
    began = asyncio.get_running_loop().time()
    first = asyncio.create_task(harness.runner(spec).run())
    await asyncio.sleep(300)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    await harness.runner(spec, resumed=True).run()
    assert asyncio.get_running_loop().time() - began == pytest.approx(600, abs=10)
    assert stage.starts == []
    assert verdicts(harness, spec) == {"a": (Verdict.SKIPPED, Code.LINE_IN_USE)}


async def test_a_run_that_waits_for_the_line_is_cancelled_at_once(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    Stage(monkeypatch, {"a": Fate(seconds=5)})
    spec = spec_of(harness, [item("a")], line=LineSettings(in_use_file=str(tmp_path)))
    runner = harness.runner(spec)
    work = asyncio.create_task(runner.run())
    await asyncio.sleep(60)
    await runner.cancel("Cancelling.")
    await asyncio.wait_for(work, 1)
    assert harness.view(spec.run).state is RunState.CANCELLED


async def test_a_silent_sensor_is_tried_again_and_others_go_on(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: dict[str, list[float]] = {}
    loop = asyncio.get_running_loop()

    async def device(self: Runner, item: PlanItem, _package: Path | None) -> None:
        tries.setdefault(item.device, []).append(loop.time())
        silent = item.device == "dead" or (item.device == "late" and len(tries["late"]) < 3)
        verdict, code = (Verdict.FAILED, Code.UNREACHABLE) if silent else FINE
        event = verdict_event(self._spec, item, verdict, ts=self._recorder.now(), code=code)
        if not self._spreading.put_off(event):
            await self._record_verdict(event)

    monkeypatch.setattr(Runner, "_device", device)
    limits = Limits(jobs=1, wait_offline=1200.0, max_failures=1)
    spec = spec_of(harness, [item("dead"), item("late"), item("fine")], limits=limits)
    began = loop.time()
    work = asyncio.create_task(harness.runner(spec).run())
    await asyncio.sleep(300)
    view = harness.view(spec.run)
    assert view.waiting is not None
    assert (view.waiting.waits_for, len(tries["late"]), len(tries["fine"])) == ("offline", 3, 1)
    await work
    assert verdicts(harness, spec) == {"dead": (Verdict.FAILED, Code.UNREACHABLE), "late": FINE, "fine": FINE}
    pauses = [after - before for before, after in zip(tries["dead"], tries["dead"][1:], strict=False)]
    assert loop.time() - began == pytest.approx(1200, abs=2)
    assert 12 <= pauses[0] <= 18.5
    assert max(pauses) <= 361
    assert len(pauses) < 25
    assert waits(harness, spec) == ["offline", None]


async def test_a_sensor_that_is_off_when_planned_is_judged_and_updated_once_it_answers(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet = await harness.start(DeviceSpec(name="late"), DeviceSpec(name="pinned"))
    late, pinned = fleet.devices
    harness.profile("late", late)
    harness.profile("pinned", pinned, serial="99999999")
    harness.settings(limits=structs.replace(LIMITS, wait_offline=3600.0, max_failures=9))
    package = harness.package()
    away = [asyncio.create_task(device.lose_link(5000.0)) for device in (late, pinned)]
    await asyncio.sleep(1)
    items = await plan_update(harness.context, harness.targets(["late", "pinned"]), package, UpdateOptions())
    assert [(item.may_go, item.reason) for item in items] == [(True, Code.UNREACHABLE)] * 2
    assert items[0].message.startswith("Waits up to 1 h 00 min for it to answer, and is judged then.")
    spec = new_spec(harness.context, Operation.UPDATE, items, package=package)
    work = asyncio.create_task(harness.runner(spec).run())
    await asyncio.sleep(70)
    told = [event.message for event in harness.events(spec.run) if isinstance(event, PutOff)]
    assert len(told) == 2, "once for each, not for every try"
    assert all("It is tried again until 20" in words for words in told)
    assert harness.view(spec.run).devices["late"].detail in told
    await work
    await asyncio.gather(*away)
    assert verdicts(harness, spec) == {"late": FINE, "pinned": (Verdict.FAILED, Code.OTHER_DEVICE)}
    assert waits(harness, spec)[0] == "offline"
    assert not harness.violations()


async def test_a_sensor_that_answers_late_may_still_be_at_work_on_an_interrupted_restore(
    harness: Harness,
) -> None:
    fleet = await harness.start(DeviceSpec(name="late"))
    [late] = fleet.devices
    harness.profile("late", late)
    harness.settings(limits=structs.replace(LIMITS, wait_offline=3600.0), reconnect_timeout=9000.0)
    package, context = harness.package(), harness.context
    [known] = await plan_update(context, harness.targets(["late"]), package, UpdateOptions())
    lost = new_spec(context, Operation.RESTORE, [known])
    sent = Acted(ts=lost.created, run=lost.run, device="late", act="restore", phase="intended")
    away = asyncio.create_task(late.lose_link(5000.0))
    await asyncio.sleep(1)
    items = await plan_update(context, harness.targets(["late"]), package, UpdateOptions())
    context.journal.create_run(lost, [sent])
    spec = new_spec(context, Operation.UPDATE, items, package=package)
    await harness.runner(spec).run()
    await away
    assert verdicts(harness, spec) == {"late": (Verdict.FAILED, Code.BUSY)}
    assert not [request for request in late.requests if request.method == "PUT"]


async def test_a_job_that_finds_the_line_in_use_before_its_first_act_begins_anew_later(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet = await harness.start(DeviceSpec(name="a"))
    words = iter(["", "busy again"])

    async def in_use(_line: LineSign) -> str:
        return next(words, "")

    monkeypatch.setattr(LineSign, "in_use", in_use)
    context = harness.context
    context.settings = structs.replace(context.settings, line=LineSettings(in_use_file="/busy"))
    package = harness.package()
    items = await plan_update(context, harness.targets(), package, UpdateOptions())
    spec = new_spec(context, Operation.UPDATE, items, package=package)
    await harness.runner(spec).run()
    assert verdicts(harness, spec) == {fleet.devices[0].address: FINE}
    events = harness.events(spec.run)
    put_off = next(n for n, event in enumerate(events) if isinstance(event, PutOff))
    assert not [event for event in events[:put_off] if isinstance(event, Acted)], "nothing was sent before"
    assert waits(harness, spec) == ["line_in_use", None]
    assert not harness.violations()
