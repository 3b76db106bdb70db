"""The list of runs: everything about one, and cancelling one that is going."""

import pytest
from msgspec import structs
from textual.widgets import Input

from sicktui.engine.plan.spec import new_spec
from sicktui.engine.reports.facts import run_facts
from sicktui.engine.run.events import first_events
from sicktui.engine.run.follow import request_cancel
from sicktui.engine.targets import choose
from sicktui.model.enums import Action, Operation, RunState, Verdict
from sicktui.model.run.plan import PlanItem
from sicktui.simulator.spec import DeviceSpec, Fault
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.drawing.spans import text_of as text_of_cells
from sicktui.tui.drawing.spans import width_of
from sicktui.tui.glyphs import ASCII, UNICODE
from sicktui.tui.rows.run.timeline import Window, about_lane, picture_cell, timeline_rows
from sicktui.tui.rows.run.verdicts import device_lines, head_lines, plain_text
from sicktui.tui.screens.run.timeline import TimelineScreen
from sicktui.tui.screens.run.verdicts import VerdictScreen
from sicktui.tui.screens.runs import RunList
from sicktui.tui.screens.update.plan import PlanScreen
from tests.reports.sample import sample
from tests.support.dashboard import DashboardHarness, flat_of, text_of, until

GATE = DeviceSpec(name="gate-1", serial="1001", model="picoScan150")


async def test_everything_about_a_run_is_told(harness: DashboardHarness) -> None:
    await harness.sensors(GATE)
    record = await harness.backed_up("gate-1")
    async with harness.dashboard((80, 24)) as (pilot, main):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await pilot.press("&")
        await until(pilot, lambda: isinstance(pilot.app.screen, RunList) and "finished" in text_of(pilot))
        await pilot.press("c")
        await until(pilot, lambda: "only a running run can be cancelled" in flat_of(pilot))
        await pilot.press("v")
        await until(pilot, lambda: "State: finished" in text_of(pilot))
        assert isinstance(pilot.app.screen, VerdictScreen)
        shown = flat_of(pilot)
        for words in (str(record.run), "Started:", "succeeded gate-1", "All devices succeeded"):
            assert words in shown
        await pilot.press("t")
        await until(pilot, lambda: isinstance(pilot.app.screen, TimelineScreen) and "▒" in text_of(pilot))
        await pilot.press("q", "q")
        await until(pilot, lambda: isinstance(pilot.app.screen, RunList))
        await pilot.press("w")
        await until(pilot, lambda: "Write a report" in text_of(pilot))
        pilot.app.screen.query_one(Input).value = str(harness.folder / "it.csv")
        await pilot.press("enter")
        await until(pilot, lambda: "Wrote" in flat_of(pilot) and isinstance(pilot.app.screen, RunList))
        assert record.id in (harness.folder / "it.csv").read_text(encoding="utf-8-sig")
        await pilot.press("r")
        await until(pilot, lambda: pilot.app.screen is main)
        assert "No device of run" in " ".join(pilot.app.noted)  # type: ignore[attr-defined]
        await pilot.press("&")
        await until(pilot, lambda: isinstance(pilot.app.screen, RunList) and "finished" in text_of(pilot))
        await pilot.press("p")
        await until(pilot, lambda: "Shorten old runs" in text_of(pilot))
        pilot.app.screen.query(Input).first().value = "0"
        await pilot.press("enter")
        await until(
            pilot, lambda: isinstance(pilot.app.screen, Confirm) and str(record.run) in text_of(pilot)
        )
        await pilot.press("y")
        await until(pilot, lambda: "1 run shortened" in " ".join(pilot.app.noted))  # type: ignore[attr-defined]
    assert harness.context.journal.verify(str(record.run)).original_head


def test_everything_fits_the_small_screens() -> None:
    """The pictures, names and verdicts of a run with hostile texts, at every width."""
    spec, events = sample()
    facts = run_facts(spec, events, state=RunState.FINISHED, hash_of=lambda _: None)
    rows = timeline_rows(facts.timeline, Window())
    for glyphs in (UNICODE, ASCII):
        for width in (14, 40, 160):
            pictures = [picture_cell(row, glyphs, width) for row in rows]
            assert all(width_of(picture) <= width for picture in pictures)
            lines = device_lines(facts, glyphs, width)
            assert len(lines) == 5
            assert width < 40 or max(width_of(line) for line in lines) <= width
        lanes = [structs.replace(lane, device="gate-1") for lane in facts.timeline.devices]
        about = [line for lane in lanes for line in about_lane(lane, (), glyphs, 40)]
        assert max(map(width_of, about)) <= 40, "no sign is parted from its word"
        text = plain_text(facts, glyphs)
        assert "\x1b" not in text
        going = text_of_cells(head_lines(structs.replace(facts, state=RunState.RUNNING), glyphs)[0])
        assert ", running for " in going
        assert "took" not in going
        assert glyphs.unicode or text.replace("·", "").isascii()


async def test_the_end_of_a_run_opens_its_verdicts_and_retries_what_failed(
    harness: DashboardHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = structs.replace(
        GATE, name="gate-2", serial="1002", version="2.3.0.0R", faults=(Fault(name="update_error", times=1),)
    )
    await harness.sensors(structs.replace(GATE, version="2.3.0.0R"), bad)
    harness.shelve()
    copied: list[str] = []
    async with harness.dashboard((80, 24)) as (pilot, main):
        monkeypatch.setattr(pilot.app, "copy_to_clipboard", copied.append)
        await until(pilot, lambda: "2 online" in text_of(pilot))
        await pilot.press("t")
        assert "No run is shown" in " ".join(pilot.app.noted)  # type: ignore[attr-defined]
        await pilot.press("a", "u")
        await until(pilot, lambda: "Which package?" in text_of(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, PlanScreen) and "update 2" in text_of(pilot))
        await pilot.press("b", "u", "y")
        await until(pilot, lambda: isinstance(pilot.app.screen, VerdictScreen) and "took" in flat_of(pilot))
        [run] = main.dashboard.runs
        shown = flat_of(pilot)
        for words in (
            "1 failed √ 1 succeeded",
            "1 failed, update_error: gate-2",
            "What to do: Do not power",
        ):
            assert words in shown
        assert "2.3.0.0R → 2.4.0.0R" in shown
        await pilot.press("y", "t")
        await until(
            pilot, lambda: isinstance(pilot.app.screen, TimelineScreen) and "gate-1" in text_of(pilot)
        )
        assert "√ succeeded gate-1" in " ".join(copied[0].split())
        await pilot.press("plus", "l", "h", "minus", "f", "j", "q")
        await until(pilot, lambda: isinstance(pilot.app.screen, VerdictScreen))
        await pilot.press("r")
        await until(pilot, lambda: isinstance(pilot.app.screen, PlanScreen) and "update 1" in text_of(pilot))
        assert "gate-1" not in text_of(pilot)
        await pilot.press("u", "y")
        await until(pilot, lambda: len(main.dashboard.runs) == 2 and not main.dashboard.live_runs)
        [again] = set(main.dashboard.runs) - {run}
        assert harness.context.journal.spec(again).retry_of == run
        assert not harness.context.journal.spec(again).options.backup
        assert pilot.app.screen is main, "one sensor that went well is not worth a screen"
        await pilot.press("U")
        await until(pilot, lambda: f"Retry of: run {run}" in flat_of(pilot))
        assert "All devices succeeded" in text_of(pilot)
        await pilot.press("q", "/", "n")
        main.dispatcher.show_end(run, main.dashboard.runs[run])
        await pilot.press("w", "r")
        assert pilot.app.screen is main, "letters that are typed are not keys of a screen that opens"
        assert main.query_one("#filter", Input).value == "nwr"
        await pilot.press("escape")
        main.dispatcher.show_end(run, main.dashboard.runs[run])
        await until(pilot, lambda: isinstance(pilot.app.screen, VerdictScreen))


async def test_an_interrupted_run_has_nobody_at_work_and_is_resumed_from_its_verdicts(
    harness: DashboardHarness,
) -> None:
    await harness.sensors(GATE)
    targets = choose(["gate-1"], harness.context.devices(), harness.context.settings)
    items = [PlanItem(target=targets[0], action=Action.UPDATE, reason=None, message="Back it up.")]
    spec = new_spec(harness.context, Operation.BACKUP, items)
    harness.context.journal.create_run(spec, first_events(spec))  # and its process died at once
    async with harness.dashboard((80, 24)) as (pilot, main):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await pilot.press("&")
        await until(pilot, lambda: "interrupted" in text_of(pilot))
        await pilot.press("t")
        await until(pilot, lambda: "1 without a verdict" in text_of(pilot))
        assert "at work" not in text_of(pilot)
        await pilot.press("q", "v")
        await until(pilot, lambda: "r resume" in text_of(pilot))
        assert "retry" not in text_of(pilot)
        await pilot.press("r")
        await until(pilot, lambda: "Resume the run?" in text_of(pilot))
        await pilot.press("n")
        await until(pilot, lambda: pilot.app.screen is main)


async def test_a_run_that_is_going_is_cancelled_from_the_list(harness: DashboardHarness) -> None:
    harness.settings(backup_timeout=60.0)
    await harness.sensors(structs.replace(GATE, faults=(Fault(name="backup_pending_forever"),)))
    async with harness.dashboard((80, 24)) as (pilot, main):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await pilot.press("b")
        await until(pilot, lambda: "Back up parameters" in text_of(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: main.dashboard.live_runs)
        [run] = main.dashboard.live_runs
        await pilot.press("&")
        await until(pilot, lambda: isinstance(pilot.app.screen, RunList) and "running" in text_of(pilot))
        await pilot.press("c")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm) and run in text_of(pilot))
        assert not harness.context.journal.commands(run)
        await pilot.press("y")
        await until(pilot, lambda: main.dashboard.runs[run].finished)
        assert main.dashboard.runs[run].counts()[Verdict.CANCELLED] == 1


async def test_a_run_that_ends_while_the_list_is_open_is_shown_as_ended(harness: DashboardHarness) -> None:
    await harness.sensors(structs.replace(GATE, faults=(Fault(name="backup_pending_forever"),)))
    async with harness.dashboard((120, 40)) as (pilot, main):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await pilot.press("b")
        await until(pilot, lambda: "Back up parameters" in text_of(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: main.dashboard.live_runs)
        [run] = main.dashboard.live_runs
        await pilot.press("&")
        await until(pilot, lambda: isinstance(pilot.app.screen, RunList) and "running" in text_of(pilot))
        request_cancel(harness.context, run)
        await until(pilot, lambda: "cancelled" in text_of(pilot) and "running" not in text_of(pilot))
        assert isinstance(pilot.app.screen, RunList)


async def test_the_list_has_a_backup_while_the_run_that_made_it_still_runs(harness: DashboardHarness) -> None:
    harness.settings(backup_timeout=60.0)
    slow = structs.replace(
        GATE, name="gate-9", serial="25420999", faults=(Fault(name="backup_pending_forever"),)
    )
    await harness.sensors(GATE, slow)
    async with harness.dashboard((120, 40)) as (pilot, main):
        await until(pilot, lambda: "2 online" in text_of(pilot))
        await pilot.press("a", "b")
        await until(pilot, lambda: "Back up parameters" in text_of(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: main.dashboard.live_runs)
        [run] = main.dashboard.live_runs

        def backups() -> dict[str, int]:
            known = {name: main.dashboard.backups_of(name) for name in ("gate-1", "gate-9")}
            return {name: len(found.versions) if found else 0 for name, found in known.items()}

        await until(pilot, lambda: backups() == {"gate-1": 1, "gate-9": 0})
        assert main.dashboard.live_runs == [run]
        request_cancel(harness.context, run)
        await until(pilot, lambda: not main.dashboard.live_runs)


async def test_a_run_that_begins_while_the_list_is_open_is_added(harness: DashboardHarness) -> None:
    await harness.sensors(GATE)
    async with harness.dashboard((80, 24)) as (pilot, _):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await pilot.press("&")
        await until(pilot, lambda: "No runs on this PC yet." in text_of(pilot))
        await harness.backed_up("gate-1")
        await until(pilot, lambda: "finished" in text_of(pilot))


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_keys_of_a_dialog_stand_on_its_last_lines(
    harness: DashboardHarness, size: tuple[int, int]
) -> None:
    async with harness.dashboard(size) as (pilot, _):
        await pilot.press("&")
        await until(pilot, lambda: isinstance(pilot.app.screen, RunList) and "q back" in text_of(pilot))
        lines = text_of(pilot).splitlines()
        [last] = [number for number, line in enumerate(lines) if "q back" in line]
        assert "╰" in lines[last + 1]
