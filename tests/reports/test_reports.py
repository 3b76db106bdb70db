"""Golden reports: the same journal makes the same bytes, and no text in it acts on its reader."""

import csv
import io
import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from sicktui.engine.reports.document import ReportForm, form_of, render
from sicktui.engine.reports.facts import run_facts
from sicktui.engine.reports.records import RunFacts
from sicktui.model.enums import RunState
from sicktui.model.run.event import PROOF as PROOF_EVENTS
from sicktui.model.run.event import Event, Shortened
from sicktui.stores.journal.verify import ChainProof
from tests.reports.sample import HOSTILE, SHA, sample

PROOF = ChainProof(run="20261121-095427-3fa1", intact=True, head="ef" * 32, events=61)
GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="module")
def facts() -> RunFacts:
    spec, events = sample()
    backups = {"25420067-20261121-095437-aa": ("cd" * 32, 86_197)}
    return run_facts(spec, events, state=RunState.FINISHED, hash_of=backups.get, proof=PROOF)


@pytest.mark.parametrize("form", ReportForm)
def test_a_report_is_the_golden_one(facts: RunFacts, form: ReportForm) -> None:
    """``python -m tests.reports.golden`` writes them."""
    golden = (GOLDEN / f"report.{form.value}").read_bytes()
    assert render(facts, form).replace(b"\r\n", b"\n") == golden.replace(b"\r\n", b"\n")


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_html_runs_and_fetches_nothing(facts: RunFacts) -> None:
    page = _Page()
    page.feed(render(facts, ReportForm.HTML).decode())
    assert not {"script", "img", "link", "iframe", "a", "object"} & set(page.tags)
    assert not [name for name in page.attributes if name.startswith("on") or name in {"href", "src"}]
    assert any("<script>alert(1)</script>" in text for text in page.texts)  # shown, not run


def test_no_cell_is_a_formula(facts: RunFacts) -> None:
    content = render(facts, ReportForm.CSV).decode("utf-8-sig")
    header, *rows = csv.reader(io.StringIO(content))
    assert [len(row) for row in rows] == [len(header)] * 5
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


def test_markdown_shows_hostile_text_as_it_is(facts: RunFacts) -> None:
    text = render(facts, ReportForm.MARKDOWN).decode()
    assert "<script" not in text.replace("\\<script", "")
    assert "](http" not in text.replace("\\](http", "")
    assert text.count("```") == 2
    rows = [line for line in text.splitlines() if line.startswith("|") and line.endswith("|")]
    assert {len(line.replace("\\|", "").split("|")) for line in rows} == {4, 5, 6}


def test_nothing_that_steers_a_terminal_is_left(facts: RunFacts) -> None:
    for form in ReportForm:
        text = render(facts, form).decode("utf-8-sig")
        assert not [char for char in ("\x1b", "\u202e", "\x9b") if char in text], form
    assert "\x1b" in HOSTILE


def test_json_has_the_facts(facts: RunFacts) -> None:
    body: dict[str, Any] = json.loads(render(facts, ReportForm.JSON))
    assert (body["kind"], body["v"], body["user"], body["ssh_client"]) == ("report", 1, "maria", "10.0.0.5")
    assert body["verdicts"] == {"succeeded": 1, "failed": 2, "unknown": 1, "skipped": 1}
    done, failed, lost, refused, current = body["devices"]
    assert (done["runs"], done["before"]["version"], done["backup_sha256"]) == (
        "2.4.0.0R",
        "2.3.0.0R",
        "cd" * 32,
    )
    assert (done["before"]["checksum"], done["after"]["checksum"]) == ("0000 1111", "0123 4567")
    assert (done["downtime_seconds"], done["tries"]) == (38.0, 2)
    assert [(step["step"], step["seconds"]) for step in done["steps"]][:3] == [
        ("preflight", 1.0),
        ("backup", 8.0),
        ("authenticate", 1.0),
    ]
    assert (failed["runs"], lost["runs"], refused["runs"], current["runs"]) == (
        "2.3.0.0R",
        None,
        None,
        "2.3.0.0R",
    )
    assert body["package_sha256"] == SHA
    assert body["proof"] == {
        "intact": True,
        "trouble": "",
        "head": "ef" * 32,
        "events": 61,
        "original_head": None,
    }
    assert done["parameters"][0] == {"name": "ScanDataFormat", "before": "4", "after": "2"}
    assert (done["parameters_compared"], done["parameters_more"]) == (41, 2)
    assert lost["parameters_compared"] is None
    assert [cause["code"] for cause in body["causes"]] == [
        *("device_error", "unreachable", "no_return", "already_current")
    ]


def test_a_shortened_record_claims_nothing_that_was_deleted() -> None:
    spec, events = sample()
    kept: list[Event] = [event for event in events if isinstance(event, PROOF_EVENTS)]
    kept.append(
        Shortened(ts="2027-11-21T09:54:27.123Z", run=spec.run, by="ann@pc7", events=61, head="ef" * 32)
    )
    facts = run_facts(spec, kept, state=RunState.FINISHED, hash_of=lambda _: None)
    whole = run_facts(spec, events, state=RunState.FINISHED, hash_of=lambda _: None)
    assert (facts.verdicts, facts.exit_code, facts.finished) == (
        whole.verdicts,
        whole.exit_code,
        whole.finished,
    )
    assert facts.seconds == 181.0, "a year later it took no longer"
    done, failed, lost, refused, current = facts.devices
    assert (done.runs, done.message) == ("2.4.0.0R", whole.devices[0].message)
    assert (failed.runs, lost.runs) == (None, None), "what it was read to run was deleted"
    assert (refused.runs, current.runs) == (None, "2.3.0.0R")
    for form in ReportForm:
        assert b"imeline" not in render(facts, form).replace(b'"timeline"', b"")


def test_the_form_of_a_report_follows_the_name_of_its_file() -> None:
    assert [form_of(Path(name)) for name in ("a.html", "a.HTM", "b.md", "c.csv", "d.json", "e.txt", "f")] == [
        ReportForm.HTML,
        ReportForm.HTML,
        ReportForm.MARKDOWN,
        ReportForm.CSV,
        ReportForm.JSON,
        None,
        None,
    ]
