"""What makes the dashboard usable on a small terminal: keys in sight, one cursor, words that fit."""

import pytest

from sicktui.engine.plan.spec import new_spec
from sicktui.engine.targets import choose
from sicktui.model.device import Profile
from sicktui.model.enums import Action, Code, Operation, RunState, Verdict
from sicktui.model.run.event import RunChanged, Summarised, VerdictReached
from sicktui.model.run.plan import PlanItem
from sicktui.simulator.spec import DeviceSpec
from sicktui.tui.appearance import Appearance
from sicktui.tui.drawing.spans import Span, cell, flow, hanging_indent, width_of
from sicktui.tui.drawing.spans import text_of as spans_text
from sicktui.tui.glyphs import ASCII, UNICODE
from sicktui.tui.rows.runs import RunLine, names_cell, state_cell, verdicts_cell
from tests.support.dashboard import DashboardHarness, flat_of, notes_of, text_of, until, without_password
from tests.tui.test_tui_dialogs import leave_an_interrupted_run

GATE = DeviceSpec(name="gate-1", serial="1001", model="picoScan150")
CROSS = UNICODE.failed


async def test_long_dialogs_scroll_and_keep_their_keys_in_sight(harness: DashboardHarness) -> None:
    harness.profiles(Profile(name="gate-1", address="127.0.0.1:9", note="note " * 36))
    async with harness.dashboard((80, 24)) as (pilot, _):
        await until(pilot, lambda: "1 offline" in text_of(pilot))
        await pilot.press("?")
        keys = "j k scroll   ? {}   / search   q back"
        await until(pilot, lambda: keys.format("all keys") in text_of(pilot))
        await pilot.press("?", *"J" * 12)
        await until(pilot, lambda: "Files" in text_of(pilot) and keys.format("here") in text_of(pilot))
        await pilot.press("q")
    async with harness.dashboard((80, 14)) as (pilot, _):
        await until(pilot, lambda: "1 offline" in text_of(pilot))
        await pilot.press("v")
        await until(pilot, lambda: "j k scroll   y copy" in text_of(pilot))
        assert "unreachable" not in text_of(pilot)
        await pilot.press("J", "J", "j")
        await until(pilot, lambda: "(unreachable)" in text_of(pilot) and "q back" in text_of(pilot))
        await pilot.press("K", "K", "K")
        await until(pilot, lambda: "address: 127.0.0.1:9" in text_of(pilot))


async def test_a_short_dialog_says_nothing_of_scrolling(harness: DashboardHarness) -> None:
    harness.profiles(Profile(name="gate-1", address="127.0.0.1:9"))
    async with harness.dashboard((80, 24)) as (pilot, _):
        await until(pilot, lambda: "1 offline" in text_of(pilot))
        await pilot.press("-")
        await until(pilot, lambda: "y remove" in text_of(pilot))
        assert "j k scroll" not in text_of(pilot)


async def test_the_sentence_belongs_to_the_only_cursor(harness: DashboardHarness) -> None:
    await harness.sensors(GATE, DeviceSpec(name="other-1", serial="1002"))
    async with harness.dashboard((80, 24)) as (pilot, main):
        await until(pilot, lambda: "2 online" in text_of(pilot))
        await pilot.press("j", "space", "b")  # the second one is backed up
        await until(pilot, lambda: "Back up parameters" in text_of(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "Backup · finished · 1 succeeded" in text_of(pilot))
        cursors = [line for line in text_of(pilot).splitlines() if line.startswith("►")]
        assert ["other-1" in line for line in cursors] == [True], "one table, one cursor"
        assert "In no run: 1 device" in text_of(pilot)
        await until(pilot, lambda: "other-1: succeeded" in flat_of(pilot))
        await pilot.press("j")
        assert main.dashboard.selected is None, "the name of a group is no device"
        await pilot.press("j")
        await until(pilot, lambda: "gate-1: picoScan" in text_of(pilot))


async def test_an_interrupted_run_is_announced_once(harness: DashboardHarness) -> None:
    await harness.sensors(GATE)
    run = leave_an_interrupted_run(harness)
    async with harness.dashboard((80, 24)) as (pilot, main):
        await until(pilot, lambda: "1 run was interrupted" in notes_of(pilot))
        await pilot.press("&")
        await until(pilot, lambda: "? interrupted" in text_of(pilot) and "gate-1" in text_of(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: main.dashboard.shown_run == run and run in main.dashboard.runs)
        await until(pilot, lambda: main.dashboard.runs[run].state is RunState.INTERRUPTED)
        await pilot.pause(1.2)
        assert notes_of(pilot).count("was interrupted") == 1
        assert sum("was interrupted" in line.text for line in main.dashboard.log.lines) == 1


async def test_the_runs_show_their_sensors_and_what_went_wrong(harness: DashboardHarness) -> None:
    await harness.sensors(GATE, DeviceSpec(name="other-1", serial="1002"))
    context = harness.context
    items = [
        PlanItem(target=target, action=Action.UPDATE, reason=None, message="")
        for target in choose(["all"], context.devices(), context.settings)
    ]
    spec = new_spec(context, Operation.BACKUP, items)
    common = {"ts": spec.created, "run": spec.run}
    states = [
        RunChanged(**common, operation=spec.operation, state=state, pid=None, started=spec.created)  # type: ignore[arg-type]
        for state in (RunState.RUNNING, RunState.FINISHED)
    ]
    verdicts = {Verdict.SUCCEEDED: 1, Verdict.FAILED: 1}
    ended = [
        VerdictReached(
            **common,  # type: ignore[arg-type]
            device=item.device,
            operation=spec.operation,
            verdict=verdict,
            code=None if verdict is Verdict.SUCCEEDED else Code.UNREACHABLE,
            message="",
            advice="",
            seconds=1.0,
        )
        for item, verdict in zip(items, verdicts, strict=True)
    ]
    summary = Summarised(**common, operation=spec.operation, verdicts=verdicts, exit_code=1)  # type: ignore[arg-type]
    context.journal.create_run(spec, [states[0], *ended, states[1], summary], finished=spec.created)
    async with harness.dashboard((80, 24)) as (pilot, _):
        await pilot.press("&")
        await until(pilot, lambda: f"{CROSS} finished" in text_of(pilot))
        assert "√ finished" not in text_of(pilot)
        assert f"√1 {CROSS}1" in text_of(pilot) or "1 succeeded, 1 failed" in text_of(pilot)
        assert "gate-1" in text_of(pilot).split(f"{CROSS} finished")[1].splitlines()[0]


def line(*names: str, **verdicts: int) -> RunLine:
    counts = {Verdict(name): number for name, number in verdicts.items()}
    return RunLine(
        run="r",
        operation="update",
        state=RunState.FINISHED,
        started="",
        took="",
        devices=names,
        verdicts=counts,
    )


@pytest.mark.parametrize(
    ("verdicts", "sign"),
    [
        ({"succeeded": 3}, UNICODE.done),
        ({"succeeded": 3, "failed": 1}, CROSS),
        ({"succeeded": 3, "unknown": 1}, UNICODE.unknown),
        ({"skipped": 3}, UNICODE.skipped),
        ({}, UNICODE.skipped),
    ],
)
def test_a_finished_run_has_the_sign_of_its_worst_verdict(verdicts: dict[str, int], sign: str) -> None:
    assert spans_text(state_cell(line("a", **verdicts), UNICODE, 13)) == f"{sign} finished"


def test_names_and_verdicts_fit_into_what_there_is() -> None:
    many = line("gate-1", "gate-2", "gate-3", succeeded=2, failed=1)
    assert spans_text(names_cell(many, UNICODE, 40)) == "gate-1, gate-2, gate-3"
    assert spans_text(names_cell(many, UNICODE, 18)) == "gate-1, gate-2 +1"
    assert spans_text(names_cell(many, UNICODE, 5)) == "gate-1 +2"
    assert spans_text(verdicts_cell(many, UNICODE, 40)) == "2 succeeded, 1 failed"
    assert spans_text(verdicts_cell(many, UNICODE, 10)) == f"√2 {CROSS}1"


async def test_a_model_that_is_cut_keeps_both_of_its_ends(harness: DashboardHarness) -> None:
    names = ("gate-1", "gate-2")
    specs = [
        DeviceSpec(name=n, serial=n, model=f"picoScan{m}") for n, m in zip(names, (150, 120), strict=True)
    ]
    await harness.sensors(*specs)
    async with harness.dashboard((86, 24)) as (pilot, _):
        await until(pilot, lambda: "2 online" in text_of(pilot))
        for width in range(78, 100):
            await pilot.resize_terminal(width, 24)
            await pilot.pause(0.05)
            shown = text_of(pilot)
            if "Model" in shown:
                rows = [text for text in shown.splitlines() if "127.0.0.1" in text]
                assert [
                    "150" in rows[0].split("127.0.0.1")[1][6:],
                    "120" in rows[1].split("127.0.0.1")[1][6:],
                ] == [
                    True,
                    True,
                ], width


def test_hints_are_packed_into_lines_and_none_is_cut() -> None:
    groups = [cell("aaaa"), cell("bbbb"), cell("cc")]
    assert [spans_text(part) for part in flow(groups, 10, "  ")] == ["aaaa  bbbb", "cc"]
    assert flow([], 10, "  ") == []


def test_a_text_hangs_below_itself() -> None:
    parts = hanging_indent((Span("name  "), Span("some words that are long enough to wrap here")), 36)
    assert [spans_text(part) for part in parts] == [
        "name  some words that are long enough",
        "      to wrap here",
    ] or all(width_of(part) <= 36 for part in parts)
    assert spans_text(parts[1]).startswith("      ")
    assert hanging_indent((Span("only one"),), 4) == [(Span("only one"),)]


@pytest.mark.parametrize("size", [(80, 24), (70, 18)])
async def test_every_new_screen_in_plain_ascii_with_its_way_out(
    harness: DashboardHarness, size: tuple[int, int]
) -> None:
    await harness.sensors(GATE)
    await harness.backed_up("gate-1", "a phrase")
    async with harness.dashboard(size, Appearance(glyphs=ASCII)) as (pilot, main):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        ways = {
            "h": ("Versions 1", "q back"),
            "d": ("with what?", "q back"),
            "E": ("1 The sensor", "q back"),
            "L": ("Rename gate-1", "esc back"),
            "&": ("Runs on this PC", "q back"),
            "r": ("Which backup for gate-1?", "q back"),
            "P": ("Backup passphrases", "q back"),
            "F": ("on the shelf", "q back"),
            "B": ("All backups on this PC", "q back"),
            "$": ("Parameters of gate-1", "q back"),
            "D": ("how to fix them", "q back"),
            "I": ("Import devices", "esc back"),
            "X": ("Export the devices", "esc back"),
            "T": ("so that you can find it", "esc back"),
            "n": ("Add a device", "esc back"),
            "l": ("Password of", "esc back"),
            "S": ("Save the parameters?", "n cancel"),
        }
        for key, (title, way_out) in ways.items():
            await pilot.press(key)
            await until(pilot, lambda: title in text_of(pilot) and way_out in text_of(pilot))  # noqa: B023
            await pilot.pause(0.3)
            assert text_of(pilot).isascii(), key
            await pilot.press("w" if key in "hEFB$D" else "tab")
            await pilot.pause(0.1)
            assert text_of(pilot).isascii(), key
            if key == "r":  # Tab has gone on to the line for a path: a q would be typed.
                way_out = "esc back"  # noqa: PLW2901
            assert way_out in text_of(pilot), key
            await pilot.press("escape")
            await until(pilot, lambda: pilot.app.screen is main)
        await pilot.press("r")
        await until(pilot, lambda: "86.2 kB" in text_of(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "Passphrase of the backup" in text_of(pilot))
        assert "esc back" in text_of(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: "Plan refuse 1" in text_of(pilot) and "q back" in text_of(pilot))
        assert text_of(pilot).isascii()


@pytest.mark.parametrize("key", ["u", "r"])
async def test_tab_does_not_leave_the_path_for_an_empty_list(harness: DashboardHarness, key: str) -> None:
    """The path has the focus: what is typed afterwards must not be lost without a word."""
    await harness.sensors(GATE)
    async with harness.dashboard((80, 24)) as (pilot, _):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await pilot.press(key)
        await until(pilot, lambda: "path of a" in text_of(pilot))
        await until(pilot, lambda: pilot.app.focused is not None and pilot.app.focused.id == "path")
        await pilot.press("tab", "x", "y", "z")
        await until(pilot, lambda: "xyz" in text_of(pilot))


async def test_no_label_is_cut_and_a_path_field_shows_its_own_keys(harness: DashboardHarness) -> None:
    without_password(harness)
    harness.profiles(Profile(name="gate-1", address="127.0.0.1:9"), Profile(name="b", address="127.0.0.2:9"))
    async with harness.dashboard((40, 30)) as (pilot, main):
        await pilot.press("a", "u")
        await until(pilot, lambda: "shelf is empty" in flat_of(pilot) and "esc back" in flat_of(pilot))
        assert "/ type a path" not in flat_of(pilot), "it would be typed"
        assert "q back" not in flat_of(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen is main)
        await pilot.press("l")
        await until(pilot, lambda: "including devices added later" in flat_of(pilot))
