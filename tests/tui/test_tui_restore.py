"""The restore flow: the version, the checks, the passphrase, the question, the run."""

import hashlib
from pathlib import Path

from msgspec import structs
from textual.widgets import Input

from sicktui.engine.parameters.snapshot import snapshot_now
from sicktui.engine.restore.plan import RestorePlan, plan_restore, restore_spec
from sicktui.engine.restore.rules import RestoreOptions
from sicktui.engine.run.events import first_events
from sicktui.engine.targets import choose
from sicktui.model.device import Target
from sicktui.model.enums import Action, Operation, RunState, Verdict
from sicktui.model.run.plan import PlanItem
from sicktui.model.settings import Timing
from sicktui.simulator import Fault
from sicktui.simulator.fleet.fleet import Device
from sicktui.simulator.spec import DeviceSpec
from sicktui.stores.backups.passphrases import Passphrases
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.dialogs.form import ValuesForm
from sicktui.tui.drawing.spans import cell
from sicktui.tui.drawing.spans import text_of as text_of_cells
from sicktui.tui.glyphs import UNICODE
from sicktui.tui.main.screen import MainScreen
from sicktui.tui.rows.restore.plan import RestoreRow, question
from sicktui.tui.rows.restore.preview import Comparing
from sicktui.tui.screens.backups.comparing import RestoreQuestion
from sicktui.tui.screens.backups.restore import RestoreScreen
from sicktui.tui.screens.backups.version_picker import VersionPicker
from sicktui.tui.screens.run.verdicts import VerdictScreen
from tests.support.dashboard import DashboardHarness, flat_of, notes_of, text_of, until

GATE = DeviceSpec(name="gate-1", serial="1001", model="picoScan150")
DOCK = DeviceSpec(name="dock-1", serial="1002", model="picoScan150", generation="picoscan-2.2.1")
CROSS = UNICODE.failed
PHRASE = "a phrase of the plant"


def writes(device: Device) -> list[str]:
    """What a sensor was asked to change."""
    return [r.endpoint for r in device.requests if "arameterBackup" in r.endpoint or r.method == "PUT"]


async def test_a_restore_from_the_version_to_the_verdict(harness: DashboardHarness) -> None:
    fleet = await harness.sensors(GATE)
    [gate] = fleet.devices
    first = await harness.backed_up("gate-1")
    gate.parameters.write("ScanDataFormat", 4)
    second = await harness.backed_up("gate-1")
    assert first.id != second.id
    async with harness.dashboard((80, 24)) as (pilot, main):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await pilot.press("r")
        await until(pilot, lambda: isinstance(pilot.app.screen, VersionPicker) and "gate-1" in text_of(pilot))
        await until(pilot, lambda: text_of(pilot).count("86.2 kB") == 2)
        asked = len(writes(gate))
        await pilot.press("j", "enter")
        # The text below the table comes after it.
        await until(pilot, lambda: "√ login" in flat_of(pilot))
        shown = flat_of(pilot)
        for words in (
            f"SHA-256 {first.sha256[:12]}: intact",
            "picoScan150 1001, the sensor of this backup",
            "√ model picoScan150, same as the backup",
            "√ firmware 2.3.3.0R, same as the backup",
            "√ passphrase the backup has no passphrase",
            "√ free",
            "√ login",
        ):
            assert words in shown
        assert "q back" in text_of(pilot)
        await pilot.press("r")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await until(pilot, lambda: "ScanDataFormat 4 → 2" in flat_of(pilot))
        shown = flat_of(pilot)
        assert "gate-1 (serial number 1001)" in shown
        assert "1 change, of" in shown
        assert "√ The present parameters are backed up first." in shown
        await pilot.press("b")
        await until(pilot, lambda: "▲ The present parameters are lost unless" in flat_of(pilot))
        await pilot.press("b", "r", "enter", "space")
        assert isinstance(pilot.app.screen, Confirm), "only y confirms"
        assert len(writes(gate)) == asked, "nothing was sent so far"
        await pilot.press("y")
        runs, both = main.dashboard.runs, [Operation.BACKUP, Operation.RESTORE]
        await until(pilot, lambda: [view.operation for view in runs.values()] == both)
        await until(pilot, lambda: all(view.state is RunState.FINISHED for view in runs.values()))
        assert [view.counts()[Verdict.SUCCEEDED] for view in runs.values()] == [1, 1]
        backup, restore = (harness.context.journal.row(run) for run in runs)
        assert backup.finished is not None
        assert backup.finished <= restore.started, "the backup is over before the restore begins"
        await until(pilot, lambda: "Restore " in text_of(pilot) and "√ succeeded" in text_of(pilot))
        assert gate.parameters.saved["ScanDataFormat"] == 2


def test_a_restore_that_is_confirmed_early_says_that_its_changes_are_not_known() -> None:
    target = Target(
        device="a", address="192.0.2.1", user="Service", auth="auto", scheme="http", timing=Timing()
    )
    plan = RestorePlan(item=PlanItem(target=target, action=Action.UPDATE, reason=None, message=""))
    early = RestoreRow(target=target, word="x", plan=plan, comparing=Comparing(done=1, whole=62))
    assert "not known yet" in shown_of(early)
    assert "not known yet" not in shown_of(structs.replace(early, comparing=Comparing()))


async def test_a_restore_is_confirmed_with_its_changes_or_by_skipping_them(harness: DashboardHarness) -> None:
    reading, answers = True, list[bool | None]()
    async with harness.dashboard((80, 24)) as (pilot, main):

        async def ask() -> RestoreQuestion:
            question = RestoreQuestion(main.appearance, lambda _: [cell("Restore?")], lambda: reading)
            await pilot.app.push_screen(question, answers.append)
            return question

        question = await ask()
        assert "s skip the preview" in text_of(pilot)
        await pilot.press("y")
        assert pilot.app.screen is question, "what would change is not known yet"
        await pilot.press("s", "y")
        assert answers == [True]
        question = await ask()
        reading = False
        question.paint()
        await pilot.press("y")
        assert answers == [True, True]


def shown_of(row: RestoreRow) -> str:
    """The question before this restore."""
    return " ".join(text_of_cells(line) for line in question([row], UNICODE, backs_up=True))


async def test_a_missing_passphrase_is_asked_for_and_a_wrong_one_reaches_no_sensor(
    harness: DashboardHarness,
) -> None:
    fleet = await harness.sensors(GATE)
    await harness.backed_up("gate-1", PHRASE)
    before = len(writes(fleet.devices[0]))
    async with harness.dashboard((80, 24)) as (pilot, main):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await pilot.press("r")
        await until(pilot, lambda: "86.2 kB" in text_of(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm))
        await pilot.press(*"Kuckuck", "enter")
        await until(pilot, lambda: "This is not the passphrase" in text_of(pilot))
        assert "Kuckuck" not in text_of(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, RestoreScreen))
        assert f"{CROSS} passphrase" in text_of(pilot)
        assert "Press p and enter the passphrase of the backup" in flat_of(pilot)
        await pilot.press("r")
        await until(pilot, lambda: "Nothing can be restored" in notes_of(pilot))
        assert len(writes(fleet.devices[0])) == before
        await pilot.press("p")
        await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm))
        pilot.app.screen.query_one(Input).value = PHRASE
        await pilot.press("enter")
        await until(pilot, lambda: "the passphrase is known" in flat_of(pilot))
        await pilot.press("enter", "b", "s", "y")
        await until(pilot, lambda: main.dashboard.shown_run in main.dashboard.runs)
        run = main.dashboard.shown_run or ""
        await until(pilot, lambda: main.dashboard.runs[run].finished)
        assert main.dashboard.runs[run].counts()[Verdict.SUCCEEDED] == 1
        assert harness.context.credentials.passphrase is None, "new backups are made as before"
        assert PHRASE not in text_of(pilot) + notes_of(pilot)


async def test_a_retry_shows_what_would_change_and_keeps_the_backup(harness: DashboardHarness) -> None:
    fleet = await harness.sensors(structs.replace(GATE, faults=(Fault(name="restore_code", times=1),)))
    first = await harness.backed_up("gate-1")
    fleet.devices[0].parameters.write("ScanDataFormat", 4)
    async with harness.dashboard((80, 24)) as (pilot, main):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await pilot.press("r")
        await until(pilot, lambda: "86.2 kB" in text_of(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "Plan restore 1" in text_of(pilot))
        await pilot.press("r", "b", "s", "y")
        await until(pilot, lambda: isinstance(pilot.app.screen, VerdictScreen) and "took" in flat_of(pilot))
        [run] = main.dashboard.runs
        await pilot.press("r")
        await until(pilot, lambda: isinstance(pilot.app.screen, RestoreScreen))
        await until(pilot, lambda: "ScanDataFormat 4 → 2" in flat_of(pilot))
        assert f"Retry run {run}: restore parameters onto 1 sensor" in flat_of(pilot)
        assert "choose the backup" not in flat_of(pilot)
        await pilot.press("c", "f", "r")
        await until(pilot, lambda: isinstance(pilot.app.screen, RestoreQuestion))
        await pilot.press("b", "y")
        await until(pilot, lambda: len(main.dashboard.runs) == 2 and not main.dashboard.live_runs)
        [again] = set(main.dashboard.runs) - {run}
    spec = harness.context.journal.spec(again)
    order = spec.order_of("gate-1")
    assert (spec.retry_of, order and order.backup) == (run, first.id)
    assert fleet.devices[0].parameters.saved["ScanDataFormat"] == 2


async def test_several_sensors_get_their_own_backups_in_one_run(harness: DashboardHarness) -> None:
    fleet = await harness.sensors(GATE, DOCK)
    for name in ("gate-1", "dock-1"):
        await harness.backed_up(name)
    for device in fleet.devices:
        device.parameters.write("ScanDataFormat", 4)
    async with harness.dashboard((80, 24)) as (pilot, main):
        await until(pilot, lambda: "2 online" in text_of(pilot))
        await pilot.press("a", "r")
        await until(pilot, lambda: "Plan restore 2" in text_of(pilot))
        await pilot.press("r")
        await until(pilot, lambda: "This overwrites the parameters of 2 sensors" in flat_of(pilot))
        await until(pilot, lambda: flat_of(pilot).count("ScanDataFormat 4 → 2") == 2)
        await pilot.press("b", "s", "y")
        await until(pilot, lambda: main.dashboard.shown_run in main.dashboard.runs)
        run = main.dashboard.shown_run or ""
        await until(pilot, lambda: main.dashboard.runs[run].finished)
        verdicts = {name: view.verdict for name, view in main.dashboard.runs[run].devices.items()}
    for device in fleet.devices:
        verdict = verdicts[device.name]
        assert verdict is not None
        assert verdict.verdict is Verdict.SUCCEEDED, verdict
        assert str(verdict.backup).startswith(f"{device.serial}-"), "each its own"
        assert device.parameters.saved["ScanDataFormat"] == 2


async def test_what_must_not_be_restored_is_refused_with_the_reason(harness: DashboardHarness) -> None:
    fleet = await harness.sensors(GATE, DOCK)
    record = await harness.backed_up("gate-1")
    path = harness.context.backups.path(record)
    content = bytearray(path.read_bytes())
    content[77] ^= 1
    path.write_bytes(content)
    page = harness.folder / "page[red].html"
    page.write_bytes(b"<!doctype html>" + b"x" * 500)
    before = sum(len(writes(device)) for device in fleet.devices)
    async with harness.dashboard((80, 24)) as (pilot, main):
        await until(pilot, lambda: "2 online" in text_of(pilot))
        await pilot.press("j", "r")
        await until(pilot, lambda: "86.2 kB" in text_of(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "Plan refuse 1" in text_of(pilot))
        assert f"{CROSS} file" in text_of(pilot)
        assert f"The backup {record.id} of gate-1 has changed since it was stored" in flat_of(pilot)
        for typed, words in (
            (str(page), "is not a usable backup"),
            ("nonsense", "There is no backup 'nonsense'"),
        ):
            await pilot.press("c")
            await until(pilot, lambda: isinstance(pilot.app.screen, VersionPicker))
            pilot.app.screen.query_one(Input).value = typed
            await pilot.press("slash", "enter")
            await until(pilot, lambda: isinstance(pilot.app.screen, RestoreScreen))
            await until(pilot, lambda: words in flat_of(pilot))  # noqa: B023 - awaited at once
        await pilot.press("q")
        await until(pilot, lambda: pilot.app.screen is main)
        path.write_bytes(bytes(content[:77]) + bytes([content[77] ^ 1]) + bytes(content[78:]))
        assert hashlib.sha256(path.read_bytes()).hexdigest() == record.sha256
        await pilot.press("k", "r")  # another sensor's backup, by its id
        await until(pilot, lambda: "Which backup for dock-1?" in text_of(pilot))
        pilot.app.screen.query_one(Input).value = record.id
        await pilot.press("enter")
        await until(pilot, lambda: "Plan refuse 1" in text_of(pilot))
        shown = flat_of(pilot)
        assert "The backup is from sensor 1001 (gate-1), but this one is 1002" in shown
        assert "press E (replace)" in shown
        assert sum(len(writes(device)) for device in fleet.devices) == before


async def test_another_model_is_allowed_only_by_its_key(harness: DashboardHarness) -> None:
    other = structs.replace(DOCK, model="picoScan120", serial="1001")  # as if the same number came back
    await harness.sensors(GATE)
    await harness.backed_up("gate-1")
    await harness.sensors(other)
    async with harness.dashboard((80, 24)) as (pilot, _):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await pilot.press("r")
        await until(pilot, lambda: "86.2 kB" in text_of(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "Plan refuse 1" in text_of(pilot))
        assert (
            f"{CROSS} model The backup is from a picoScan150, but this sensor is a picoScan120."
            in flat_of(pilot)
        )
        assert "2.3.3.0R" not in text_of(pilot).split(f"{CROSS} model")[1], "what follows was not looked at"
        await pilot.press("f")
        await until(pilot, lambda: "Plan restore 1" in text_of(pilot))
        assert "another model is allowed" in text_of(pilot)
        assert "▲ model" in text_of(pilot)
        shown = flat_of(pilot)
        assert "backup from 2.3.3.0R, the sensor runs 2.2.1.0R: older firmware may reject it" in shown
        assert shown.count("the sensor runs 2.2.1.0R") == 1, "a check and its warning are one line"
        assert shown.count("the sensor is a picoScan120") == 1, "so are those of the model"


async def test_a_sensor_without_any_backup_offers_a_path(harness: DashboardHarness, tmp_path: Path) -> None:
    await harness.sensors(GATE)
    async with harness.dashboard((80, 24)) as (pilot, main):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await pilot.press("r")
        await until(pilot, lambda: "No backup of this sensor on" in text_of(pilot))
        assert isinstance(pilot.app.focused, Input)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, MainScreen))
        assert main.dashboard.runs == {}


async def test_a_restore_that_was_interrupted_asks_for_its_passphrase_again(
    harness: DashboardHarness,
) -> None:
    fleet = await harness.sensors(GATE)
    record = await harness.backed_up("gate-1", PHRASE)
    fleet.devices[0].parameters.write("ScanDataFormat", 4)
    context = harness.context
    known = Passphrases(context.credentials)
    known.try_too(PHRASE)
    [target] = choose(["gate-1"], context.devices(), context.settings)
    spec = restore_spec(context, await plan_restore(context, target, record.id, RestoreOptions()), record.id)
    known.forget_tried()
    context.journal.create_run(spec, first_events(spec))  # and nobody works on it
    async with harness.dashboard((80, 24)) as (pilot, main):
        await until(pilot, lambda: "1 run was interrupted" in notes_of(pilot))
        await pilot.press("&")
        await until(pilot, lambda: "? interrupted" in text_of(pilot))
        await pilot.press("r")
        await until(pilot, lambda: "Resume the run?" in text_of(pilot))
        await pilot.press("y")
        await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm))
        await pilot.press(*"Kuckuck", "enter")
        await until(pilot, lambda: "This is not the passphrase" in text_of(pilot))
        pilot.app.screen.query_one(Input).value = PHRASE
        await pilot.press("enter")
        await until(pilot, lambda: spec.run in main.dashboard.runs and main.dashboard.runs[spec.run].finished)
        assert main.dashboard.runs[spec.run].counts()[Verdict.SUCCEEDED] == 1
    assert fleet.devices[0].parameters.saved["ScanDataFormat"] == 2


async def test_after_a_proven_restore_nothing_has_changed_since_the_backup(harness: DashboardHarness) -> None:
    fleet = await harness.sensors(GATE)
    await harness.backed_up("gate-1")
    fleet.devices[0].parameters.write("ScanDataFormat", 4)
    [target] = choose(["gate-1"], harness.context.devices(), harness.context.settings)
    await snapshot_now(harness.context, target)
    async with harness.dashboard((80, 24)) as (pilot, main):
        await until(pilot, lambda: "1 online" in text_of(pilot) and "▲ diff" in text_of(pilot))
        await pilot.press("r")
        await until(pilot, lambda: "86.2 kB" in text_of(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "Plan restore 1" in text_of(pilot))
        await pilot.press("r", "b", "s", "y")
        await until(pilot, lambda: "finished · 1 succeeded" in text_of(pilot))
        await pilot.press("x")  # closes the run: the columns of the list have their place again
        await until(pilot, lambda: "√ <1m" in text_of(pilot) and "▲ diff" not in text_of(pilot))
        await pilot.press("h")
        await until(pilot, lambda: "confirmed 1 time, last" in flat_of(pilot))
        assert main.dashboard.live_runs == []
