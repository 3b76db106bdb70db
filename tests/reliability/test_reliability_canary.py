"""What a canary meets decides about the fleet: one that only seems updated lets none through."""

from pathlib import Path

import pytest

from sicktui.model.enums import Code, Verdict
from sicktui.model.settings import Limits
from sicktui.simulator.spec import Fault
from tests.reliability.batch import Batch
from tests.reliability.case import Case, Outcome, Planted, failed, unknown

SKIPPED: Outcome = (Verdict.SKIPPED, Code.BUDGET_EXHAUSTED)


class Canary(Batch):
    """A run whose first sensor goes ahead alone."""

    limits = Limits(jobs=12, canary=1, max_failures=9, requests_per_second=1_000.0)


def _case(row: str, expected: Outcome, *faults: str, hidden: tuple[str, ...] = ()) -> Case:
    return Case(
        row=row,
        column="reboot",
        generation="picoscan-2.3.3",
        planted=tuple(Planted(fault=Fault(name=name)) for name in faults),
        expected=(expected,),
        changes={"hidden": hidden},
    )


@pytest.mark.parametrize(
    "canary",
    [
        _case("it rolls back", failed(Code.VERSION_MISMATCH), "announces_early", "old_version"),
        _case("it never reboots", unknown(Code.VERSION_MISMATCH), "announces_early", "no_reboot"),
    ],
    ids=lambda case: case.row,
)
def test_a_canary_that_names_the_new_version_too_early_holds_the_fleet_back(
    canary: Case, tmp_path: Path
) -> None:
    fleet = [_case(f"sensor {number}", SKIPPED) for number in range(3)]
    results = Canary([canary, *fleet], tmp_path).run()
    assert [result.wrong for result in results] == [()] * 4
