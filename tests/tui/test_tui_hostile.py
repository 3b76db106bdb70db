"""Text of sensors, files and runs that means harm, on every screen that a key opens."""

import re
import unicodedata
from typing import Final

import pytest
from textual.pilot import Pilot

from sicktui.engine.plan.spec import new_spec
from sicktui.engine.targets import choose
from sicktui.model.device import Profile
from sicktui.model.enums import Action, Code, Level, Operation, RunState, Step, StepState, Verdict
from sicktui.model.run.event import Logged, RunChanged, StepChanged, VerdictReached
from sicktui.model.run.plan import PlanItem
from sicktui.simulator.spec import DeviceSpec
from sicktui.tui.commands import COMMANDS
from sicktui.tui.main.screen import MainScreen
from tests.support.dashboard import DashboardHarness, lines_of, text_of, until
from tests.support.waiting import LIMIT

NAME: Final = "[b]QZ[red]"
OTHER: Final = "[@click=app.quit]QZ"
"""Names as a device list may have them. Parsed as markup they would lose their brackets."""
TEXT: Final = f"{NAME}[/oops]\x1b[31m\u202e\x9b2J\x07[@click=app.quit]QZ[/]"
"""Parsed as markup an error; with sequences for a terminal and for its reading direction."""

NOT_OPENED: Final = frozenset({"quit", "search", "refresh", "palette"})
"""Ends the dashboard; searches this PC's networks (its screen has such a test); show nothing themselves."""

SHOWING: Final = frozenset(
    {"update", "details", "timeline", "verdicts", "runs", "remove", "history", "kept", "edit", "restore"}
)
"""Some of those that must have such a text on their screen: without it the walk would find nothing."""

PARSED: Final = re.compile(r"(?<![\]…│╮╯-])QZ")
"""Without its brackets, neither cut off nor part of a file's name."""


def harm(pilot: Pilot[None]) -> list[str]:
    """What on the screen a terminal would obey, and text that was parsed."""
    strips = pilot.app.screen._compositor.render_strips()
    shown = [segment.text for strip in strips for segment in strip if not segment.control]
    obeyed = {char for text in shown for char in text if unicodedata.category(char) in ("Cc", "Cf")}
    parsed = [line for line in text_of(pilot).splitlines() if PARSED.search(line)]
    return [*map(repr, obeyed), *parsed]


def leave_a_failed_run(harness: DashboardHarness) -> str:
    """A run in the journal in which every text is hostile."""
    context = harness.context
    targets = choose(["all"], context.devices(), context.settings)
    items = [PlanItem(target=t, action=Action.UPDATE, reason=None, message=TEXT) for t in targets]
    spec = new_spec(context, Operation.UPDATE, items)
    common = {"ts": spec.created, "run": spec.run}
    began, over = (
        RunChanged(**common, operation=spec.operation, state=state, pid=None, started=spec.created)  # type: ignore[arg-type]
        for state in (RunState.RUNNING, RunState.FINISHED)
    )
    told = [
        event
        for target in targets
        for event in (
            StepChanged(
                **common,  # type: ignore[arg-type]
                device=target.device,
                step=Step.PREFLIGHT,
                state=StepState.FAILED,
                detail=TEXT,
            ),
            Logged(**common, device=target.device, level=Level.ERROR, message=TEXT),  # type: ignore[arg-type]
            VerdictReached(
                **common,  # type: ignore[arg-type]
                device=target.device,
                operation=spec.operation,
                verdict=Verdict.FAILED,
                code=Code.DEVICE_ERROR,
                message=TEXT,
                advice=TEXT,
                seconds=1.0,
                from_version=TEXT,
                to_version=TEXT,
            ),
        )
    ]
    context.journal.create_run(spec, [began, *told, over], finished=spec.created)
    return spec.run


async def test_no_screen_obeys_what_a_sensor_or_a_file_says(harness: DashboardHarness) -> None:
    wild = DeviceSpec(name="wild", model="picoScan150", serial=TEXT, location=TEXT, order_number=TEXT)
    odd = DeviceSpec(name="odd", model=TEXT, version=TEXT, serial="1002", location=TEXT)
    fleet = await harness.start(wild, odd, time_scale=30.0)
    harness.profiles(
        *(
            Profile(name=name, address=device.address, tags=("hall",), note=NAME)
            for name, device in zip((NAME, OTHER), fleet.devices, strict=True)
        )
    )
    await harness.backed_up(NAME)
    harness.shelve()
    run = leave_a_failed_run(harness)
    async with harness.dashboard((120, 50)) as (pilot, main):
        await until(pilot, lambda: len(main.dashboard.observations) == 2)
        main.services.follow(run)
        await until(pilot, lambda: run in main.dashboard.runs)
        main.notifier.notify(TEXT, "error")
        main.notifier.log(TEXT, NAME)
        await until(pilot, lambda: "preflight" in text_of(pilot))
        # The run is closed last: without it some screens have nothing to show.
        names = [command.id for command in COMMANDS if command.id not in NOT_OPENED]
        for name in sorted(names, key="close_run".__eq__):
            await walk(pilot, main, name)


async def walk(pilot: Pilot[None], main: MainScreen, command: str) -> None:
    """Carry out a command and look at what it shows, then leave it."""
    main.action_command(command)
    await until(pilot, lambda: pilot.app.screen is not main or not main.dispatcher._at_work)
    if command == "update":
        await until(pilot, lambda: "Which package?" in text_of(pilot) and "2.4.0.0R" in text_of(pilot))
        await pilot.press("enter")
    if command in SHOWING:
        await until(pilot, lambda: "QZ" in own_text(pilot, main))
    for _ in range(3):
        await pilot.pause(0.05)
        assert harm(pilot) == [], command
    for _ in range(int(LIMIT / 0.05)):
        await pilot.press("escape")
        if pilot.app.screen is main and not main.dispatcher._at_work:
            break
        await pilot.pause(0.05)
    else:
        pytest.fail(f"{command}: esc does not lead back; the screen shows:\n{text_of(pilot)}")


def own_text(pilot: Pilot[None], main: MainScreen) -> str:
    """What the screen above the main one shows; of a dialog what is in its box."""
    if pilot.app.screen is main:
        return ""
    boxes = pilot.app.screen.query("#box")
    region = boxes.first().region if boxes else pilot.app.screen.region
    return "\n".join(line[region.x : region.right] for line in lines_of(pilot)[region.y : region.bottom])
