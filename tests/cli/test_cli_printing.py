"""What people read: layout, narration, grouping. Without processes."""

import os

import pytest

from sicktui.cli import tables as layout
from sicktui.cli.actions.updates.run_printer import RunPrinter, print_summary
from sicktui.cli.output import Printer
from sicktui.engine.reports.causes import group_by_cause
from sicktui.model.enums import Action, Code, Level, Operation, Step, StepState, Verdict
from sicktui.model.lines.sensors import FindMeLine
from sicktui.model.run.event import Event, Logged, Planned, Progressed, StepChanged, VerdictReached

TS = "2026-11-21T09:54:27.123Z"


def printer(*, json: bool = False) -> Printer:
    return Printer(json=json, environ=os.environ)


def verdict(
    device: str, code: Code | None, *, message: str = "It broke.", advice: str = "Mend it."
) -> VerdictReached:
    return VerdictReached(
        ts=TS,
        device=device,
        operation=Operation.UPDATE,
        verdict=Verdict.FAILED if code else Verdict.SUCCEEDED,
        code=code,
        message=message,
        advice=advice,
        seconds=1.0,
    )


def tell(printer: RunPrinter, *events: Event) -> None:
    for event in events:
        printer.show(event)


def test_fifty_devices_and_three_causes_are_three_groups(capsys: pytest.CaptureFixture[str]) -> None:
    codes = (Code.UNREACHABLE, Code.UPDATE_ERROR, Code.UPLOAD_FAILED)
    events = [verdict(f"d{n}", codes[n % 3], message=f"Sensor {n} broke.") for n in range(50)]
    assert [len(cause.events) for cause in group_by_cause(events)] == [17, 17, 16]
    run_printer = RunPrinter(printer(), [event.device for event in events], planned=False)
    tell(run_printer, *events)
    capsys.readouterr()
    print_summary(printer(), run_printer.view)
    out = capsys.readouterr().out
    assert out.count("Failed (") == 3
    assert out.count("-> Mend it.") == 3
    assert "Failed (unreachable), 17 devices: d0, d3, d6, d9, d12, d15, d18, d21 and 9 more" in out
    assert "50 failed." in out


def test_a_transfer_is_told_in_quarters(capsys: pytest.CaptureFixture[str]) -> None:
    run_printer = RunPrinter(printer(), ["d"], planned=True)
    tell(run_printer, StepChanged(ts=TS, device="d", step=Step.UPLOAD, state=StepState.STARTED))
    for sent in range(0, 1001, 10):
        tell(run_printer, Progressed(ts=TS, device="d", step=Step.UPLOAD, sent=sent, total=1000))
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[3] for line in lines] == ["started", "25", "50", "75", "100"]


def test_the_percentage_of_a_transfer_fits_its_bytes(capsys: pytest.CaptureFixture[str]) -> None:
    run_printer = RunPrinter(printer(), ["d"], planned=True)
    for sent in (740, 760, 930):
        tell(run_printer, Progressed(ts=TS, device="d", step=Step.UPLOAD, sent=sent, total=1000))
    assert [line.split()[3] for line in capsys.readouterr().out.splitlines()] == ["74", "76"]


def test_a_transfer_without_a_length_is_not_told(capsys: pytest.CaptureFixture[str]) -> None:
    tell(
        RunPrinter(printer(), ["d"], planned=True),
        Progressed(ts=TS, device="d", step=Step.DOWNLOAD, sent=5, total=0),
    )
    assert capsys.readouterr().out == ""


def test_what_the_plan_said_is_not_said_again(capsys: pytest.CaptureFixture[str]) -> None:
    plan = Planned(
        ts=TS,
        device="d",
        action=Action.UPDATE,
        reason=None,
        message="Update it. Mind the step.",
        from_version="1",
        to_version="2",
    )
    warning = Logged(ts=TS, device="d", level=Level.WARNING, message="Mind the step.")
    other = Logged(ts=TS, device="d", level=Level.WARNING, message="Mind the gap.")
    quiet = Logged(ts=TS, level=Level.DEBUG, message="Nobody needs this.")
    tell(RunPrinter(printer(), ["d"], planned=True), plan, warning, other, quiet)
    assert [line.split("  ")[-1] for line in capsys.readouterr().out.splitlines()] == ["Mind the gap."]


def test_harmful_text_is_harmless(capsys: pytest.CaptureFixture[str]) -> None:
    out = printer()
    out.line("a\x1b[2Jb\u202ec\nd")
    out.note("x\r\ny")
    shown = capsys.readouterr()
    assert shown.out == "a·[2Jb·c·d\n"
    assert shown.err == "x··y\n"


def test_with_json_people_read_stderr(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    out = printer(json=True)
    out.line("for people")
    out.note("a message")
    out.emit(FindMeLine(ts=TS, device="grün", seconds=1))
    shown = capfdbinary.readouterr()
    assert (
        shown.out
        == '{"kind":"find_me","v":1,"ts":"2026-11-21T09:54:27.123Z","device":"grün","seconds":1}\n'.encode()
    )
    assert shown.err == b"a message\n"


def test_columns_align_whatever_the_script() -> None:
    lines = layout.table(("A", "B"), [("門-1", "x"), ("e\u0301a", "y"), ("gate-100", "z")])
    assert [layout.width(line.rstrip()[:-1]) for line in lines] == [10] * 4


def test_the_last_column_hangs_below_itself() -> None:
    lines = layout.hanging(("gate-1", "word " * 20), (8, 4), 60)
    assert len(lines) == 2
    assert lines[0].startswith("gate-1    word")
    assert lines[1].startswith(" " * 10 + "word")
    assert layout.hanging(("gate-1", "word " * 20), (8, 4), None) == [("gate-1    " + "word " * 20).rstrip()]


def test_a_last_column_without_room_is_below_its_row() -> None:
    device = "warehouse-north-gate-number-17"
    lines = layout.table(
        ("PC", "DEVICE", "MESSAGE"), [(device, device, "word " * 20)], columns=80, wrapped=True
    )
    assert lines[1] == f"{device}  {device}"
    assert all(line.startswith("    word") and layout.width(line) <= 80 for line in lines[2:])
    assert " ".join(lines[2:]).split() == ["word"] * 20


def test_ascii_is_for_our_own_signs_only(capsys: pytest.CaptureFixture[str]) -> None:
    for out in (
        Printer(json=False, environ={}, all_ascii=True),
        Printer(json=False, environ={"SICKTUI_ASCII": "1"}),
    ):
        out.line("a…b·c → Süd")
    assert capsys.readouterr().out == "a...b.c -> Süd\n" * 2


def test_an_empty_text_is_one_line() -> None:
    assert layout.indented("", columns=80) == [""]


def test_a_table_leaves_out_columns_until_it_fits() -> None:
    headers, rows = ("ID", "SERIAL", "BY"), [("x" * 20, "y" * 20, "z" * 20)]
    assert layout.table(headers, rows, spare=("SERIAL", "BY"))[0].split() == ["ID", "SERIAL", "BY"]
    assert layout.table(headers, rows, columns=45, spare=("SERIAL", "BY"))[0].split() == ["ID", "BY"]
    assert layout.table(headers, rows, columns=30, spare=("SERIAL", "BY"))[0].split() == ["ID"]
    assert layout.table(headers, rows, columns=10, spare=("SERIAL",))[0].split() == ["ID", "BY"]


def test_a_table_that_is_printed_row_by_row_fits() -> None:
    headers, widths = ("DEVICE", "SENSOR", "MODEL", "HTTPS"), (6, 12, 14, 3)
    made = layout.RowByRow(headers, widths, columns=40, spare=("HTTPS", "SENSOR"))
    assert made.head == "DEVICE  SENSOR        MODEL"
    assert made.rows(("a", "b", "c", "d")) == ["a       b             c"]
    assert made.rows(("a", "b", "c", "d"), "word " * 12)[1:] == [
        "    word word word word word word word",
        "    word word word word word",
    ]
    assert layout.RowByRow(headers, widths, columns=30, spare=("HTTPS", "SENSOR")).head == "DEVICE  MODEL"
    whole = layout.RowByRow(headers, widths, columns=None, spare=headers)
    assert whole.rows(("a", "b", "c", "d"), "and words") == [
        "a       b             c               d  and words"
    ]


def test_quiet_leaves_out_what_is_not_trouble_and_force_color_colours_a_pipe(
    capfd: pytest.CaptureFixture[str],
) -> None:
    out = Printer(json=False, environ={"FORCE_COLOR": "1"}, quiet=True)
    out.note("words")
    out.warn("trouble", "advice")
    out.line("result", "green")
    shown = capfd.readouterr()
    assert shown.err == "\x1b[31mtrouble\x1b[0m\n  -> advice\n"
    assert shown.out == "\x1b[32mresult\x1b[0m\n"
    for environ, plain in (
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({}, False),
    ):
        Printer(json=False, environ=environ, plain=plain).line("result", "green")
        assert capfd.readouterr().out == "result\n"
