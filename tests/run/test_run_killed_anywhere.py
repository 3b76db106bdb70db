"""A real runner that is killed again and again, at any moment, and taken up: its limits hold all the same."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from msgspec import structs

from sicktui.engine.run.execution import Runner
from sicktui.engine.run.follow import request_continue
from sicktui.engine.run.verdicts import verdict_event
from sicktui.model.enums import TROUBLE, Code, Operation, RunState, Verdict
from sicktui.model.run.event import Acted, VerdictReached
from sicktui.model.run.plan import PlanItem, RunSpec
from sicktui.model.settings import Limits
from sicktui.model.spread.pace import members_of, pace_of
from sicktui.model.spread.rule import Ended
from sicktui.model.spread.stages import stages_of
from tests.run.test_run_spreading import random_fleet, spec_of
from tests.support.clocks import clock_of_the_loop
from tests.support.harness import Harness, fast_context
from tests.support.spread import Fate

pytestmark = pytest.mark.skips_waiting

PREFLIGHT = 2.0
"""Seconds from the start of a job to its first write."""


@pytest.fixture
async def harness(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Harness]:
    monkeypatch.setattr("sicktui.engine.run.execution.COMMAND_INTERVAL", 5.0)
    context = fast_context(tmp_path)
    context.clock = clock_of_the_loop()
    async with AsyncExitStack() as stack:
        yield Harness(context, tmp_path, stack)
    context.close()


class World:
    """Stands in for the sensors, which know nothing of runners: what was written to one takes its time.

    Checks each start against what is true of the sensors, not against what a runner believes.
    """

    def __init__(self, spec: RunSpec, fates: dict[str, Fate], monkeypatch: pytest.MonkeyPatch) -> None:
        self.fates = fates
        self.pace = pace_of(spec.settings.limits, Operation.UPDATE)
        self.members = {member.device: member for member in members_of(spec.items)}
        stages = stages_of(self.pace, list(self.members.values()))
        self.stage = {device: n for n, stage in enumerate(stages) for device in stage.devices}
        self.busy_until: dict[str, float] = {}
        """Sensors that were written to, until when they are busy by themselves."""
        self.working: set[str] = set()
        """Sensors with a job now."""
        self.ended: dict[str, VerdictReached] = {}
        world = self

        async def device(self: Runner, item: PlanItem, _package: Path | None) -> None:
            await world.work(self, item)

        monkeypatch.setattr(Runner, "_device", device)

    async def work(self, runner: Runner, item: PlanItem) -> None:
        """The job of a device, in the hands of one runner."""
        name, now = item.device, asyncio.get_running_loop().time
        assert name not in self.ended, "a verdict is final"
        assert name not in self.working, "one job at a time"
        if name not in self.busy_until:
            self.ended |= runner._verdicts  # also of devices that ended without a start
            self.check_start(name)
        self.working.add(name)
        try:
            if name not in self.busy_until:
                await asyncio.sleep(PREFLIGHT)
                ts, run = runner._recorder.now(), runner._spec.run
                intended = Acted(ts=ts, run=run, device=name, act="put_update", phase="intended")
                await runner._recorder.record(intended)
                self.busy_until[name] = now() + self.fates[name].seconds
            await asyncio.sleep(max(0.0, self.busy_until[name] - now()))
            fate = self.fates[name]
            event = verdict_event(runner._spec, item, fate.verdict, ts=runner._recorder.now(), code=fate.code)
            await runner._record_verdict(event)
            self.ended[name] = event
        finally:
            self.working.discard(name)

    def check_start(self, name: str) -> None:
        """Nothing that was written to, and has no verdict, may be forgotten."""
        away = (self.working | self.busy_until.keys()) - self.ended.keys()
        ends = {
            device: Ended(verdict=event.verdict, code=event.code, at=0.0)
            for device, event in self.ended.items()
        }
        lost = {device for device, end in ends.items() if not end.is_ready}
        assert len(away) + 1 + len(lost) <= self.pace.jobs or not away
        segment = self.members[name].segment
        assert not segment or segment not in {self.members[device].segment for device in away | lost}
        budget = self.pace.budget(len(self.members))
        assert budget is None or sum(end.verdict in TROUBLE for end in ends.values()) < budget
        earlier = {device for device, stage in self.stage.items() if stage < self.stage[name]}
        assert earlier <= self.ended.keys(), "a wave starts when the one before it is done"

    def tell(self, harness: Harness, run: str) -> None:
        """What the journal has: a verdict that was lost with its runner is reached again."""
        events = [event for event in harness.events(run) if isinstance(event, VerdictReached)]
        assert len({event.device for event in events}) == len(events), "one verdict for each device"
        self.ended = {event.device: event for event in events}


@pytest.mark.parametrize("seed", range(30))
async def test_a_run_that_is_killed_anywhere_keeps_its_limits(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - a seed makes it the same each time
    items, limits, fates = random_fleet(chance)
    spec = spec_of(harness.context, items, with_approval(limits, chance))
    world = World(spec, fates, monkeypatch)
    resumed = False
    for _ in range(60):
        task = asyncio.create_task(harness.runner(spec, resumed=resumed).run())
        resumed = True
        await asyncio.wait([task], timeout=chance.choice([0.5, 3.0, 10.0, 40.0, 200.0]))
        if task.done():
            task.result()
            break
        view = harness.view(spec.run)
        if view.waiting is not None and view.waiting.waits_for == "approval":
            request_continue(harness.context, spec.run)
            await asyncio.wait([task], timeout=6.0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        world.tell(harness, spec.run)
        await asyncio.sleep(chance.choice([0.0, 5.0, 100.0]))
    world.tell(harness, spec.run)
    assert world.ended.keys() == world.members.keys()
    assert harness.view(spec.run).state is RunState.FINISHED
    fated = {device: (fate.verdict, fate.code) for device, fate in fates.items()}
    for device, event in world.ended.items():
        if device in world.busy_until:
            assert (event.verdict, event.code) == fated[device]
        else:
            assert (event.verdict, event.code) == (Verdict.SKIPPED, Code.BUDGET_EXHAUSTED)
    assert harness.context.journal.verify(spec.run).intact


def with_approval(limits: Limits, chance: random.Random) -> Limits:
    """The same, which now and then wait for a person."""
    return structs.replace(limits, approve=bool(limits.canary or limits.wave) and chance.random() < 0.5)
