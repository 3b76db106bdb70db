"""Every screen, in two sizes and three looks, as it was when somebody last looked at it.

To renew the pictures after a change, and to look at them in the diff:
``SICKTUI_RENEW_SNAPSHOTS=1 pytest tests/snapshots``.
"""

import sys
from collections.abc import Iterator
from typing import Any, Final

import pytest
from textual.screen import Screen
from textual.widgets import Input

from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.dialog import Dialog
from sicktui.tui.dialogs.file_picker import FilePicker
from sicktui.tui.dialogs.filtered_table import FilteredTable
from sicktui.tui.dialogs.form import Form
from sicktui.tui.dialogs.full_screen import FullScreen
from sicktui.tui.dialogs.picker import Picker
from sicktui.tui.dialogs.table_screen import TableScreen
from sicktui.tui.glyphs import ASCII
from sicktui.tui.main.screen import MainScreen
from sicktui.tui.screens.backups.backup_list import BackupList
from sicktui.tui.screens.update.plan_view import PlanView
from tests.snapshots import golden, scenes_health, scenes_lists, scenes_rollouts, scenes_runs, scenes_shown
from tests.snapshots.stage import Scene, Stage
from tests.snapshots.world import furnished, look, same_everywhere
from tests.support.dashboard import until

FEW: Final = "16 colours"
"""Its text is that of the dark look, so only its colours are kept."""
LOOKS: Final = {
    "dark": Appearance(theme="dark"),
    FEW: Appearance(palette="16"),
    "ascii": Appearance(palette="none", glyphs=ASCII),
}
SCENES: Final[dict[str, Scene]] = {
    **scenes_lists.SCENES,
    **scenes_shown.SCENES,
    **scenes_health.SCENES,
    **scenes_runs.ABOUT,
    **scenes_rollouts.SCENES,
    **scenes_runs.LAST,
}
BASES: Final = {Dialog, FilePicker, Form, FullScreen, Picker, TableScreen, BackupList, FilteredTable} | {
    PlanView
}
"""Classes of which no screen is shown."""
SHOWS: Final = "shows "
"""In front of the name of the class, in the first section of a golden file."""


@pytest.mark.skipif(sys.platform != "linux", reason="the paths and the zone are those of Linux")
@pytest.mark.parametrize("size", ["80x24", "120x40"])
@pytest.mark.parametrize("name", LOOKS)
async def test_every_screen_looks_as_before(name: str, size: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # A tick that waits in the queue would hide the cursor, even after the blinking was switched off.
    monkeypatch.setattr(Input, "_toggle_cursor", lambda _: None)
    columns, lines = map(int, size.split("x"))
    changed: list[str] = []
    with same_everywhere() as folder:
        async with (
            furnished(folder) as harness,
            harness.dashboard((columns, lines), LOOKS[name]) as (pilot, main),
        ):
            await look(main)
            await until(pilot, lambda: len(main.dashboard.observations) == len(main.dashboard.targets))
            stage = Stage(harness, pilot)
            await stage.clear()
            for title, scene in SCENES.items():
                await scene(stage)
                shown = [f"{SHOWS}{type(pilot.app.screen).__name__}"]
                sections = {"": shown, f"{size} {name}": await stage.picture(text=name != FEW)}
                changed += golden.differences(title, sections)
                await stage.clear()
    assert not changed, "\n".join(
        [*changed, "", f"If this is meant: {golden.RENEW}=1 pytest tests/snapshots"]
    )


def test_every_screen_has_a_picture() -> None:
    shown = {line.removeprefix(SHOWS) for title in SCENES for line in golden.read(title).get("", ())}
    missing = {kind.__name__ for kind in _screens() if kind not in BASES} - shown
    assert missing == set(), "Each screen has a scene in tests/snapshots."
    files = {path.stem for path in golden.FOLDER.glob("*.txt")}
    assert files == set(SCENES), "Each golden file is of a scene."


def _screens() -> Iterator[type[Screen[Any]]]:
    """Every class of a screen of the dashboard; the modules of all flows are imported with it."""
    from sicktui.tui.main import flow_table  # noqa: F401, PLC0415

    kinds: list[type[Screen[Any]]] = [Screen]
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        if kind.__module__.startswith("sicktui."):
            yield kind
    assert MainScreen in Screen.__subclasses__()
