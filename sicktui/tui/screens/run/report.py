"""Asks where to write the report of a run, and writes it."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.app import App

from sicktui.engine.reports.document import ReportForm, form_of, render
from sicktui.engine.reports.records import RunFacts
from sicktui.model.wording import count
from sicktui.stores.disk.files import display_path, export_file
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.save_as import save_as
from sicktui.tui.drawing.spans import Tone, cell

if TYPE_CHECKING:
    from sicktui.fleet.desk import Record


async def save_report(app: App[Any], appearance: Appearance, facts: RunFacts) -> str | None:
    """Write the report of a run. Returns what to show; ``None`` if it was left."""
    return await _save(app, appearance, facts.run, len(facts.devices), lambda form: render(facts, form))


async def save_rollout_report(app: App[Any], appearance: Appearance, record: "Record") -> str | None:
    """Write the report of a rollout. Returns what to show; ``None`` if it was left."""
    from sicktui.fleet.report import facts, forms  # noqa: PLC0415 - only in a fleet

    found = facts.rollout_facts(record.rollout, record.acts)
    count_of = len(found.devices)
    return await _save(app, appearance, found.rollout, count_of, lambda form: forms.render(found, form))


async def _save(
    app: App[Any], appearance: Appearance, run: str, devices: int, made: Callable[[ReportForm], bytes]
) -> str | None:
    """Ask for a file, and write the report in the form of its name."""
    name = f"report-{run}.html"
    lines = [
        cell(f"What {count(devices, 'sensor')} ran before and run now, with proof."),
        cell(".html for a page, .md for text, .csv for a spreadsheet, .json for programs.", Tone.DIM),
    ]

    def write(path: Path) -> str:
        export_file(path, made(form_of(path) or ReportForm.HTML))
        return f"Wrote {display_path(path)}."

    return await save_as(
        app.push_screen_wait,
        appearance,
        "Write a report",
        lines,
        write,
        file_name=name,
    )
