"""docs/reliability.md is of these cases and no others, and the cases miss no fault."""

from sicktui.model.enums import STEPS, Operation
from sicktui.simulator.faults import fault_table
from tests.reliability.case import GENERATIONS
from tests.reliability.catalogue import batches, cases, digest
from tests.reliability.file_cases import struck_steps
from tests.reliability.page import PAGE, read, words


def test_the_page_is_of_the_cases_as_they_are() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert f"<!-- cases: {len(cases())}, sha256 {digest(cases())} -->" in text, (
        "run python -m tests.reliability.publish"
    )
    assert "**None of the verdicts were wrong.**" in text


def test_the_page_says_of_every_case_what_is_right() -> None:
    said = read(PAGE.read_text(encoding="utf-8"))
    for case in cases():
        cell = said.pop((case.column, case.row, case.generation))
        assert not case.expected or cell in {words(each) for each in case.expected}
    assert not said


def test_no_fault_is_left_out() -> None:
    planted = {fault.fault.name for case in cases() for fault in case.planted}
    assert {row.name for row in fault_table()} - planted == set()


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
    assert sorted(case.id for batch in batches() for case in batch) == sorted(names)
