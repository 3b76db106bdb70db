"""The list of runs: everything about one, and cancelling one that is going."""

import pytest
from msgspec import structs

from sicktui.engine.run.follow import request_cancel
from sicktui.model.enums import Verdict
from sicktui.simulator.spec import DeviceSpec, Fault
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.dialogs.notice import Notice
from sicktui.tui.screens.runs import RunList
from tests.support.dashboard import DashboardHarness, flat_of, text_of, until

GATE = DeviceSpec(name="gate-1", serial="1001", model="picoScan150")


async def test_everything_about_a_run_is_told(harness: DashboardHarness) -> None:
    await harness.sensors(GATE)
    record = await harness.backed_up("gate-1")
    async with harness.dashboard((80, 24)) as (pilot, _):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await pilot.press("g")
        await until(pilot, lambda: isinstance(pilot.app.screen, RunList) and "finished" in text_of(pilot))
        await pilot.press("c")
        await until(pilot, lambda: "only a running run can be cancelled" in flat_of(pilot))
        await pilot.press("v")
        await until(
            pilot, lambda: isinstance(pilot.app.screen, Notice) and "backup, finished" in text_of(pilot)
        )
        shown = flat_of(pilot)
        for words in (f"Run {record.run}", "started:", "gate-1 √ succeeded", record.id):
            assert words in shown
        await pilot.press("q")
        await until(pilot, lambda: isinstance(pilot.app.screen, RunList))


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
        await pilot.press("g")
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
        await pilot.press("g")
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
        await pilot.press("g")
        await until(pilot, lambda: "No runs on this PC yet." in text_of(pilot))
        await harness.backed_up("gate-1")
        await until(pilot, lambda: "finished" in text_of(pilot))


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_keys_of_a_dialog_stand_on_its_last_lines(
    harness: DashboardHarness, size: tuple[int, int]
) -> None:
    async with harness.dashboard(size) as (pilot, _):
        await pilot.press("g")
        await until(pilot, lambda: isinstance(pilot.app.screen, RunList) and "q back" in text_of(pilot))
        lines = text_of(pilot).splitlines()
        [last] = [number for number, line in enumerate(lines) if "q back" in line]
        assert "╰" in lines[last + 1]
