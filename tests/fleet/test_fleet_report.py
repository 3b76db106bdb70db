"""The report of a rollout: golden ones, and no text in them acts on their reader."""

import csv
import io

import pytest

from sicktui.engine.reports.document import ReportForm
from sicktui.fleet.database import Rollout
from sicktui.fleet.report.facts import rollout_facts
from sicktui.fleet.report.forms import render
from sicktui.model.enums import Verdict
from tests.fleet.report_sample import GOLDEN, HEAD, sample, spec_of


@pytest.mark.parametrize("form", ReportForm)
def test_a_report_is_the_golden_one(form: ReportForm) -> None:
    golden = (GOLDEN / f"rollout.{form.value}").read_bytes()
    assert render(sample(), form).replace(b"\r\n", b"\n") == golden.replace(b"\r\n", b"\n")


def test_it_has_who_did_what_and_the_head_of_each_chain() -> None:
    facts = sample()
    assert [(act.act, act.role, act.client) for act in facts.acts] == [
        ("run", "anna", "10.0.0.7"),
        ("approve", "anna", None),
    ]
    assert [(order.pc, order.wave, order.state, order.chain_head) for order in facts.orders] == [
        ("hall-1", 1, "ended", HEAD),
        ("hall-2", 2, "ended", None),
        ("hall-3", 2, "ended", HEAD),
    ]
    assert facts.exit_code == 1


def test_a_late_verdict_is_marked_and_has_the_moment_at_which_it_came() -> None:
    arm = sample().devices[-1]
    assert (arm.device, arm.verdict, arm.late, arm.run) == (
        "hall-3/arm",
        Verdict.SUCCEEDED,
        True,
        "20261128-120000-3",
    )
    assert sample() == sample()


def test_a_rollout_that_no_coordinator_has_taken_up_has_a_report() -> None:
    facts = rollout_facts(Rollout(spec=spec_of("a/1", "b/1"), progress=None), [])
    assert (facts.state, facts.open, facts.exit_code) == ("ordered", 2, None)
    for form in ReportForm:
        assert b"a/1" in render(facts, form)


def test_no_text_in_it_acts_on_its_reader() -> None:
    header, *rows = csv.reader(io.StringIO(render(sample(), ReportForm.CSV).decode("utf-8-sig")))
    assert [len(row) for row in rows] == [len(header)] * 5
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert "<script" not in render(sample(), ReportForm.HTML).decode()
    assert "<script" not in render(sample(), ReportForm.MARKDOWN).decode().replace("\\<script", "")
    for form in ReportForm:
        text = render(sample(), form).decode("utf-8-sig")
        assert not [char for char in ("\x1b", "\u202e", "\x9b") if char in text], form
