"""Makes the report of a run: reads its facts, renders them."""

import contextlib
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Final

from sicktui.engine.context import Context
from sicktui.engine.reports.as_csv import csv_report
from sicktui.engine.reports.as_html import html_report
from sicktui.engine.reports.as_json import json_report
from sicktui.engine.reports.as_markdown import markdown_report
from sicktui.engine.reports.facts import run_facts
from sicktui.engine.reports.records import RunFacts
from sicktui.engine.run.follow import liveness
from sicktui.engine.run.history import every_event
from sicktui.model.errors import SicktuiError


class ReportForm(StrEnum):
    """The forms of a report, by the ending of their files."""

    HTML = "html"
    MARKDOWN = "md"
    CSV = "csv"
    JSON = "json"


_RENDERERS: Final[dict[ReportForm, Callable[[RunFacts], bytes]]] = {
    ReportForm.HTML: html_report,
    ReportForm.MARKDOWN: markdown_report,
    ReportForm.CSV: csv_report,
    ReportForm.JSON: json_report,
}


def form_of(path: Path) -> ReportForm | None:
    """The form that a file's name stands for; ``None`` if it stands for none."""
    ending = path.suffix.lower().removeprefix(".")
    if ending in ("htm", "markdown"):
        return ReportForm.HTML if ending == "htm" else ReportForm.MARKDOWN
    return ReportForm(ending) if ending in set(ReportForm) else None


def read_facts(context: Context, run: str) -> RunFacts:
    """Everything that a report shows of a run, as far as its journal can be read.

    Raises:
        UsageError: there is no such run.
        JournalError: it cannot be read, or the damage is in the run itself.
    """
    row = liveness(context, context.journal.row(run))
    spec = context.journal.spec(run)
    return run_facts(
        spec,
        every_event(context.journal, run),
        state=row.state,
        hash_of=backup_sums(context).get,
        now=context.clock.now(),
        proof=context.journal.verify(run),
    )


def backup_sums(context: Context) -> dict[str, tuple[str, int]]:
    """SHA-256 and size of each stored backup; empty where they cannot be read: a report does without."""
    with contextlib.suppress(SicktuiError):
        return {record.id: (record.sha256, record.size) for record in context.backups.list()}
    return {}


def render(facts: RunFacts, form: ReportForm) -> bytes:
    """The report as a file's bytes."""
    return _RENDERERS[form](facts)
