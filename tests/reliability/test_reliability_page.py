"""docs/reliability.md is of these cases and no others, and the cases miss no fault."""

from sicktui.model.enums import STEPS, Operation
from sicktui.simulator.faults import REGISTRY
from sicktui.simulator.faults.autoip import AutoIpFault
from sicktui.simulator.faults.events import EventFault
from sicktui.simulator.faults.health import HealthFault, OddValues
from sicktui.simulator.faults.scan import ScanFault
from tests.reliability.case import GENERATIONS
from tests.reliability.catalogue import batches, cases, digest
from tests.reliability.file_cases import struck_steps
from tests.reliability.page import PAGE, read, words
from tests.reliability.rotation import ALL, select


def test_the_page_is_of_the_cases_as_they_are() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert f"<!-- cases: {len(cases())}, sha256 {digest(cases())} -->" in text, (
        "run python -m tests.reliability.publish"
    )
    assert "**None of the verdicts were wrong.**" in text


def test_the_page_says_of_every_case_what_is_right() -> None:
    said = read(PAGE.read_text(encoding="utf-8"), cases())
    for case in cases():
        cell = said.pop((case.column, case.row, case.generation))
        assert not case.expected or cell in {words(each) for each in case.expected}
    assert not said


def test_no_fault_is_left_out() -> None:
    planted = {fault.fault.name for case in cases() for fault in case.planted}
    # No verdict rests on AutoIP, on pushes, on measured data, or on temperature, contamination and clock.
    elsewhere = (AutoIpFault, EventFault, HealthFault, OddValues, ScanFault)
    of_rest = {name for name, behaviour in REGISTRY.items() if not issubclass(behaviour, elsewhere)}
    assert of_rest - planted == set()


def test_every_step_and_every_generation_is_struck() -> None:
    struck = {(case.column, case.generation) for case in cases()}
    for operation in STEPS:
        before = "" if operation is Operation.UPDATE else f"{operation.value}: "
        for step in struck_steps(operation):
            for generation in GENERATIONS:
                assert (f"{before}{step.value}", generation) in struck


def test_names_are_unique_and_every_case_is_run() -> None:
    names = [case.id for case in cases()]
    assert len(set(names)) == len(names)
    assert sorted(case.id for batch in batches(cases()) for case in batch) == sorted(names)


def test_the_turns_run_every_case_and_each_turn_every_row() -> None:
    outcomes = read(PAGE.read_text(encoding="utf-8"), cases())
    turns = [select(cases(), outcomes, str(turn)) for turn in range(len(GENERATIONS))]
    assert {case.id for turn in turns for case in turn} == {case.id for case in cases()}
    for turn in turns:
        assert {(case.column, case.row) for case in turn} == {(case.column, case.row) for case in cases()}
        assert {case.generation for case in turn} >= set(GENERATIONS)
    assert select(cases(), outcomes, ALL) == cases()


def test_a_row_that_ends_differently_runs_on_every_generation() -> None:
    outcomes = read(PAGE.read_text(encoding="utf-8"), cases())
    ends: dict[tuple[str, str], set[str]] = {}
    for case in cases():
        ends.setdefault((case.column, case.row), set()).add(outcomes[case.column, case.row, case.generation])
    chosen = {case.id for case in select(cases(), outcomes, "0")}
    assert {case.id for case in cases() if len(ends[case.column, case.row]) > 1} <= chosen
