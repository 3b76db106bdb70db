"""Writes the golden reports: ``python -m tests.reports.golden``, then look at what changed."""

from sicktui.engine.reports.document import ReportForm, render
from sicktui.engine.reports.facts import run_facts
from sicktui.model.enums import RunState
from tests.reports.sample import sample
from tests.reports.test_reports import GOLDEN, PROOF

if __name__ == "__main__":
    spec, events = sample()
    backups = {"25420067-20261121-095437-aa": ("cd" * 32, 86_197)}
    facts = run_facts(spec, events, state=RunState.FINISHED, hash_of=backups.get, proof=PROOF)
    GOLDEN.mkdir(exist_ok=True)
    for form in ReportForm:
        (GOLDEN / f"report.{form.value}").write_bytes(render(facts, form))
