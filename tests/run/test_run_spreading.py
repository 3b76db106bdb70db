"""A real runner starts its sensors exactly as the rule alone does, so the preview cannot differ from it."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from msgspec import structs

from sicktui.engine.context import Context
from sicktui.engine.plan.spec import new_spec
from sicktui.engine.run.execution import Runner
from sicktui.engine.run.follow import request_continue
from sicktui.engine.run.verdicts import verdict_event
from sicktui.model.device import Identity, Target
from sicktui.model.enums import Action, Code, Operation, RunState, Verdict
from sicktui.model.run.event import Continued, Planned, VerdictReached, Waiting
from sicktui.model.run.plan import PlanItem, RunSpec
from sicktui.model.settings import Limits, Settings, Timing
from sicktui.model.spread.pace import members_of, pace_of
from sicktui.model.spread.stages import stages_of
from tests.support.clocks import clock_of_the_loop
from tests.support.harness import Harness, fast_context
from tests.support.spread import Fate, play

pytestmark = pytest.mark.skips_waiting

BUDGETS: list[int | str] = [1, 2, "25%", "100%"]
OUTCOMES = [
    *[(Verdict.SUCCEEDED, None)] * 5,
    (Verdict.FAILED, Code.UPDATE_ERROR),
    (Verdict.UNKNOWN, Code.NO_RETURN),
]


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[Harness]:
    context = fast_context(tmp_path)
    context.clock = clock_of_the_loop()
    async with AsyncExitStack() as stack:
        yield Harness(context, tmp_path, stack)
    context.close()


def item(name: str, **more: object) -> PlanItem:
    target = Target(device=name, address=name, user="Service", auth="auto", scheme="http", timing=Timing())
    kind = str(more.pop("kind", "picoScan150"))
    return PlanItem(
        target=structs.replace(target, **more),
        action=Action.UPDATE,
        reason=None,
        message="",
        identity=Identity(name=kind, version="2.3.0.0R", serial=name),
    )


def spec_of(context: Context, items: list[PlanItem], limits: Limits) -> RunSpec:
    context.settings = Settings(limits=limits)
    return new_spec(context, Operation.UPDATE, items)


class Stage:
    """Stands in for the sensors: each job takes its time and ends as it is fated to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, fates: dict[str, Fate]) -> None:
        self.starts: list[str] = []
        stage = self

        async def device(self: Runner, item: PlanItem, _package: Path | None) -> None:
            stage.starts.append(item.device)
            fate = fates[item.device]
            await self._clock.sleep(fate.seconds)
            ts = self._recorder.now()
            event = verdict_event(self._spec, item, fate.verdict, ts=ts, code=fate.code)
            await self._record_verdict(event)

        monkeypatch.setattr(Runner, "_device", device)


def random_fleet(chance: random.Random) -> tuple[list[PlanItem], Limits, dict[str, Fate]]:
    items = [
        item(
            f"s{number}",
            kind=chance.choice(["picoScan150", "multiScan100"]),
            tags=chance.choice([(), ("north",), ("south", "north")]),
            segment=chance.choice([None, None, "line-1", "line-2"]),
        )
        for number in range(chance.randint(1, 12))
    ]
    limits = Limits(
        jobs=chance.randint(1, 4),
        canary=chance.choice([0, 1, 2, "models"]),
        wave=chance.choice([0, 2, 3, "tag", "segment"]),
        soak=chance.choice([0.0, 7.0]),
        max_failures=chance.choice(BUDGETS),
    )
    fates = {}
    for each in items:
        verdict, code = chance.choice(OUTCOMES)
        fates[each.device] = Fate(seconds=chance.uniform(5, 60), verdict=verdict, code=code)
    return items, limits, fates


@pytest.mark.parametrize("seed", range(12))
async def test_a_runner_starts_what_the_rule_alone_starts(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    items, limits, fates = random_fleet(random.Random(seed))  # noqa: S311 - a seed makes it the same each time
    members, pace = members_of(items), pace_of(limits, Operation.UPDATE)
    expected = play(pace, members, fates)
    stage = Stage(monkeypatch, fates)
    spec = spec_of(harness.context, items, limits)
    await harness.runner(spec).run()
    assert tuple(stage.starts) == expected.starts
    verdicts = [event for event in harness.events(spec.run) if isinstance(event, VerdictReached)]
    assert {event.device: (event.verdict, event.code) for event in verdicts} == expected.verdicts
    assert len(verdicts) == len(items), "each has exactly one"
    # What the plan shows is what happens: no sensor of a wave starts before one of the wave before it.
    stages = stages_of(pace, members)
    shown = {event.device: event.wave for event in harness.events(spec.run) if isinstance(event, Planned)}
    if len(stages) > 1:
        order = [stage.title for stage in stages]
        places = [order.index(str(shown[device])) for device in stage.starts]
        assert places == sorted(places)


async def test_a_run_waits_for_a_person_and_goes_on_when_it_is_continued(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = [item("a"), item("b"), item("c")]
    stage = Stage(monkeypatch, {each.device: Fate(seconds=5) for each in items})
    spec = spec_of(harness.context, items, Limits(canary=1, approve=True, soak=60.0))
    work = asyncio.create_task(harness.runner(spec).run())
    await asyncio.sleep(100)
    view = harness.view(spec.run)
    assert (stage.starts, view.state) == (["a"], RunState.RUNNING)
    assert view.waiting is not None
    assert (view.waiting.waits_for, view.waiting.until) == ("approval", None)
    assert view.waiting.message == "Waits for approval after the canaries."
    request_continue(harness.context, spec.run)
    await work
    assert stage.starts == ["a", "b", "c"]
    assert harness.view(spec.run).waiting is None
    [approval] = [event for event in harness.events(spec.run) if isinstance(event, Continued)]
    assert "@" in approval.by


async def test_the_end_of_a_soak_is_shown(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    items = [item("a"), item("b")]
    stage = Stage(monkeypatch, {each.device: Fate(seconds=5) for each in items})
    spec = spec_of(harness.context, items, Limits(wave=1, soak=60.0))
    before = asyncio.get_running_loop().time()
    await harness.runner(spec).run()
    assert asyncio.get_running_loop().time() - before == pytest.approx(70.0, abs=1.0)
    assert stage.starts == ["a", "b"]
    waits = [event for event in harness.events(spec.run) if isinstance(event, Waiting)]
    assert [event.waits_for for event in waits] == ["soak", None]
    assert waits[0].until is not None


async def test_an_approval_survives_the_runner_and_an_old_command_approves_nothing(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = [item("a"), item("b"), item("c")]
    stage = Stage(monkeypatch, {each.device: Fate(seconds=5) for each in items})
    spec = spec_of(harness.context, items, Limits(wave=1, approve=True))
    runner = harness.runner(spec)
    request_continue(harness.context, spec.run)  # nothing asks for it yet
    first = asyncio.create_task(runner.run())
    await asyncio.sleep(60)
    assert stage.starts == ["a"]
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    second = asyncio.create_task(harness.runner(spec, resumed=True).run())
    await asyncio.sleep(60)
    assert stage.starts == ["a"]
    request_continue(harness.context, spec.run)
    await asyncio.sleep(8)
    assert stage.starts == ["a", "b", "c"]
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    third = harness.runner(spec, resumed=True)
    await third.run()
    assert stage.starts == ["a", "b", "c", "c"]
    assert harness.view(spec.run).state is RunState.FINISHED


async def test_a_run_that_waits_is_cancelled_at_once(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = [item("a"), item("b")]
    Stage(monkeypatch, {each.device: Fate(seconds=5) for each in items})
    runner = harness.runner(spec := spec_of(harness.context, items, Limits(wave=1, approve=True)))
    work = asyncio.create_task(runner.run())
    await asyncio.sleep(30)
    await runner.cancel("Cancelling.")
    await asyncio.wait_for(work, 1)
    view = harness.view(spec.run)
    assert view.state is RunState.CANCELLED
    verdicts = [part.verdict.verdict for part in view.devices.values() if part.verdict]
    assert verdicts == [Verdict.SUCCEEDED, Verdict.CANCELLED]


async def test_what_the_plan_refused_spends_no_budget(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = structs.replace(item("gone"), action=Action.REFUSE, reason=Code.UNREACHABLE)
    stage = Stage(monkeypatch, {"a": Fate(seconds=5)})
    await harness.runner(spec_of(harness.context, [gone, item("a")], Limits(max_failures=1))).run()
    assert stage.starts == ["a"]
