"""The fault matrix: every fault, at every step, on the generation of the day, ends with a true verdict."""

from pathlib import Path

import pytest

from tests.reliability.case import Case
from tests.reliability.catalogue import batches, cases
from tests.reliability.dump_batch import batch_of
from tests.reliability.page import PAGE, read
from tests.reliability.rotation import select, turn_of_today

BATCHES = batches(select(cases(), read(PAGE.read_text(encoding="utf-8"), cases()), turn_of_today()))


# What it covers is covered by other tests, and measuring it doubles its time.
@pytest.mark.no_cover
@pytest.mark.parametrize("batch", BATCHES, ids=[f"run-{number}" for number in range(len(BATCHES))])
def test_no_verdict_is_wrong(batch: tuple[Case, ...], tmp_path: Path) -> None:
    results = batch_of(batch, tmp_path).run()
    assert [result.case.id for result in results] == [case.id for case in batch]
    # A case alone: python -m tests.reliability.publish --only "its name"
    assert [f"{result.case.id}: {wrong}" for result in results for wrong in result.wrong] == []
