"""Scenes of runs: the main screen before, while and after, and the screens about one run."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from msgspec import UNSET, structs

from sicktui.engine.plan.spec import new_spec
from sicktui.model.clock import timestamp
from sicktui.model.enums import STEPS, Action, Code, Operation, RunState, Step, StepState, Verdict
from sicktui.model.run.event import (
    Contacted,
    Event,
    Planned,
    Progressed,
    RunChanged,
    StepChanged,
    Summarised,
    UpdateStateRead,
    VerdictReached,
    Waiting,
)
from sicktui.model.run.plan import PlanItem, RunSpec
from sicktui.model.run.view import RunView, reduce
from sicktui.tui.messages import RunAdvanced
from sicktui.tui.screens.run.timeline import TimelineScreen
from sicktui.tui.screens.run.verdicts import VerdictScreen
from sicktui.tui.state.elsewhere import Elsewhere
from sicktui.tui.state.shown_runs import ShownRuns
from tests.snapshots.stage import Scene, Stage
from tests.support.clocks import START

BEGAN: Final = 300.0
"""Seconds before now: then the run began."""
FROM, TO = "2.3.3.0R", "2.4.0.0R"


def at(seconds: float) -> str:
    """So many seconds after the begin of the run."""
    return timestamp(START + timedelta(seconds=seconds - BEGAN))


def spec_of(stage: Stage) -> RunSpec:
    """An update of all four sensors."""
    items = [
        PlanItem(
            target=target, action=Action.UPDATE, reason=None, message="", from_version=FROM, to_version=TO
        )
        for target in stage.harness.targets(["all"])
    ]
    package = stage.harness.package(TO)
    spec = new_spec(stage.context, Operation.UPDATE, items, package=package)
    return structs.replace(spec, created=at(0))


def begun(spec: RunSpec) -> Iterator[Event]:
    """The run after five minutes: one is done, one is away, one uploads, one waits."""
    yield RunChanged(
        ts=at(0), run=spec.run, operation=spec.operation, state=RunState.RUNNING, pid=4711, started=at(0)
    )
    for item in spec.items:
        yield Planned(
            ts=at(0),
            run=spec.run,
            device=item.device,
            action=Action.UPDATE,
            reason=None,
            message=f"Update from {FROM} to {TO}.",
            from_version=FROM,
            to_version=TO,
        )
    yield from _steps(spec, "gate-1", 200, Step.PREFLIGHT, Step.BACKUP, Step.UPLOAD, Step.FLASH, Step.REBOOT)
    yield from _steps(spec, "gate-2", 280, Step.PREFLIGHT, Step.BACKUP, Step.UPLOAD, Step.FLASH)
    yield _step(spec, "gate-2", 282, Step.REBOOT, StepState.STARTED)
    yield from _steps(spec, "hall-1", 250, Step.PREFLIGHT, Step.BACKUP)
    yield _step(spec, "hall-1", 290, Step.UPLOAD, StepState.STARTED)
    for second in (291, 295, 299):
        yield Progressed(
            ts=at(second),
            run=spec.run,
            device="hall-1",
            step=Step.UPLOAD,
            sent=(second - 290) * 2_000_000,
            total=40_000_000,
        )
    yield UpdateStateRead(ts=at(281), run=spec.run, device="gate-2", value=2, name="Finished")
    yield Contacted(ts=at(299), run=spec.run, device="hall-1", answered=True)
    yield _verdict(spec, "gate-1", 210, Verdict.SUCCEEDED, None, f"It runs {TO}.", "")


def unapproved(spec: RunSpec) -> Iterator[Event]:
    """The run that waits for approval after its canary."""
    yield RunChanged(
        ts=at(0), run=spec.run, operation=spec.operation, state=RunState.RUNNING, pid=4711, started=at(0)
    )
    yield from _steps(spec, "gate-1", 200, *STEPS[Operation.UPDATE])
    yield _verdict(spec, "gate-1", 210, Verdict.SUCCEEDED, None, f"It runs {TO}.", "")
    for item in spec.items[1:]:
        yield Contacted(ts=at(211), run=spec.run, device=item.device, answered=True)
    words = "Waits for approval after the canaries."
    yield Waiting(ts=at(212), run=spec.run, waits_for="approval", until=None, message=words)


def ended(spec: RunSpec) -> Iterator[Event]:
    """The run at its end: a success, two failures of two causes, one of which nothing is known."""
    yield from begun(spec)
    yield _verdict(spec, "hall-1", 296, Verdict.FAILED, Code.UPDATE_ERROR, "UpdateState is 3.", "Retry.")
    yield _verdict(spec, "yard-1", 297, Verdict.FAILED, Code.UNREACHABLE, "No answer.", "Check its power.")
    yield _verdict(spec, "gate-2", 298, Verdict.UNKNOWN, Code.NO_RETURN, "It is away.", "Look at it.")
    yield RunChanged(
        ts=at(299), run=spec.run, operation=spec.operation, state=RunState.FINISHED, pid=None, started=at(0)
    )
    counts = {Verdict.SUCCEEDED: 1, Verdict.FAILED: 2, Verdict.UNKNOWN: 1}
    yield Summarised(ts=at(299), run=spec.run, operation=spec.operation, verdicts=counts, exit_code=1)


def _step(spec: RunSpec, device: str, second: float, step: Step, state: StepState) -> StepChanged:
    return StepChanged(ts=at(second), run=spec.run, device=device, step=step, state=state)


def _steps(spec: RunSpec, device: str, until: float, *steps: Step) -> Iterator[Event]:
    """Steps that were done one after the other, each as long as the others."""
    for number, step in enumerate(steps):
        yield _step(spec, device, until * number / len(steps), step, StepState.STARTED)
        yield _step(spec, device, until * (number + 1) / len(steps), step, StepState.DONE)


def _verdict(
    spec: RunSpec, device: str, second: float, verdict: Verdict, code: Code | None, message: str, advice: str
) -> VerdictReached:
    return VerdictReached(
        ts=at(second),
        run=spec.run,
        device=device,
        operation=spec.operation,
        verdict=verdict,
        code=code,
        message=message,
        advice=advice,
        seconds=second,
        from_version=FROM,
        to_version=TO,
        downtime_seconds=41.0 if verdict is Verdict.SUCCEEDED else UNSET,
    )


def kept(stage: Stage) -> RunSpec:
    """The run that has ended, in the journal."""
    spec = spec_of(stage)
    events = sorted(ended(spec), key=lambda event: event.ts)
    stage.context.journal.create_run(spec, events, finished=at(299))
    return spec


async def _timeline(stage: Stage) -> None:
    await stage.push(TimelineScreen(stage.appearance, stage.context, kept(stage).run))
    await stage.shown("gate-2")


async def _verdicts(stage: Stage) -> None:
    await stage.push(VerdictScreen(stage.appearance, stage.context, kept(stage).run))
    await stage.shown("gate-2")


async def _idle(stage: Stage) -> None:
    await stage.shown("3 online")


def _follow(stage: Stage, spec: RunSpec, events: Iterator[Event]) -> None:
    view = RunView()
    for event in sorted(events, key=lambda event: event.ts):
        view = reduce(view, event)
    stage.main.post_message(RunAdvanced(spec.run, view, ()))


async def _running(stage: Stage) -> None:
    stage.main.dashboard.elsewhere = Elsewhere(stage.context.clock)
    spec = spec_of(stage)
    _follow(stage, spec, begun(spec))
    await stage.shown("upload")


async def _waiting(stage: Stage) -> None:
    """The canary is done, and a person is to continue the run."""
    stage.main.dashboard.followed = ShownRuns()
    spec = spec_of(stage)
    _follow(stage, spec, unapproved(spec))
    await stage.shown("waits for approval")


async def _over(stage: Stage) -> None:
    stage.main.dashboard.followed = ShownRuns()
    spec = spec_of(stage)
    _follow(stage, spec, ended(spec))
    await stage.shown("unreachable")


async def _empty(stage: Stage) -> None:
    stage.main.dashboard.followed = ShownRuns()
    stage.harness.profiles()
    await stage.shown("The device list is empty")


ABOUT: Final[dict[str, Scene]] = {"main": _idle, "timeline": _timeline, "verdicts": _verdicts}
LAST: Final[dict[str, Scene]] = {
    "main running": _running,
    "main waiting": _waiting,
    "main over": _over,
    "main empty": _empty,
}
"""Scenes that change what the others show."""
