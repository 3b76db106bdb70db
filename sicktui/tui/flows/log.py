"""Saves the log that is shown."""

from pathlib import Path

from sicktui.model.wording import count
from sicktui.stores.disk.files import display_path, export_file
from sicktui.tui.dialogs.save_as import save_as
from sicktui.tui.drawing.spans import Tone, cell
from sicktui.tui.flows.services import Services


async def save_log(services: Services) -> None:
    """Ask for a file, and write the lines into it that the log shows."""
    book = services.dashboard.log
    name = f"log-{services.context.clock.now().astimezone():%Y%m%d-%H%M%S}.txt"
    lines = [
        cell(f"{count(len(book.shown()), 'line')}: those of the level and the devices that the log shows."),
        cell("The journal keeps all lines of a run: see its report.", Tone.DIM),
    ]

    def write(path: Path) -> str:
        text, number = book.text()
        export_file(path, text.encode())
        return f"Wrote {count(number, 'line')} to {display_path(path)}."

    words = await save_as(
        services.ask,
        services.appearance,
        "Save the log",
        lines,
        write,
        file_name=name,
    )
    if words is not None:
        services.notify(words)
