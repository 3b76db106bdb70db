"""Asks where to write the report of a run, and writes it."""

from pathlib import Path
from typing import Any

from textual.app import App

from sicktui.engine.reports.document import Form, form_of, render
from sicktui.engine.reports.records import RunFacts
from sicktui.model.wording import count
from sicktui.stores.disk.files import display_path, export_file
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.save_as import save_as
from sicktui.tui.drawing.spans import Tone, cell


async def save_report(app: App[Any], appearance: Appearance, facts: RunFacts) -> str | None:
    """Write the report in the form of the file's name. Returns what to show; ``None`` if it was left."""
    name = f"report-{facts.run}.html"
    lines = [
        cell(f"What {count(len(facts.devices), 'sensor')} ran before and run now, with proof."),
        cell(".html for a page, .md for text, .csv for a spreadsheet, .json for programs.", Tone.DIM),
    ]

    def write(path: Path) -> str:
        export_file(path, render(facts, form_of(path) or Form.HTML))
        return f"Wrote {display_path(path)}."

    return await save_as(
        app.push_screen_wait,
        appearance,
        "Write a report",
        lines,
        write,
        proposed=str(Path.cwd() / name),
        file_name=name,
    )
