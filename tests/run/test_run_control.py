"""Who may start, and when enough has failed."""

import pytest

from sicktui.engine.job.control import Control
from sicktui.engine.job.ended import JobEnded
from sicktui.model.enums import Code, Verdict
from sicktui.model.settings import Limits

pytestmark = pytest.mark.skips_waiting


def why(control: Control) -> tuple[Verdict, Code]:
    with pytest.raises(JobEnded) as caught:
        control.may_start()
    return caught.value.verdict, caught.value.code


async def test_the_budget_counts_failed_and_unknown_only() -> None:
    control = Control(Limits(max_failures=2))
    for verdict in (Verdict.SUCCEEDED, Verdict.SKIPPED, Verdict.CANCELLED, Verdict.FAILED):
        control.count(verdict)
    control.may_start()
    control.count(Verdict.UNKNOWN)
    assert why(control) == (Verdict.SKIPPED, Code.BUDGET_EXHAUSTED)


async def test_a_cancelled_run_starts_nothing_and_stops_at_checkpoints() -> None:
    control = Control(Limits())
    control.checkpoint()
    control.cancel()
    assert why(control) == (Verdict.CANCELLED, Code.CANCELLED)
    with pytest.raises(JobEnded):
        control.checkpoint()


async def test_a_failed_canary_keeps_the_rest_from_starting() -> None:
    control = Control(Limits(max_failures=5))
    control.canary_failed = True
    assert why(control) == (Verdict.SKIPPED, Code.BUDGET_EXHAUSTED)
