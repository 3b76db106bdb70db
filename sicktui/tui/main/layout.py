"""How the panes of the main screen share its height."""

from typing import Final, Literal

from msgspec import Struct

PaneId = Literal["run", "devices", "log"]
PANES: Final[tuple[PaneId, ...]] = ("run", "devices", "log")
"""From top to bottom; the keys 1 to 3 give them the focus."""

_LEAST: Final = 4
"""The smallest useful table: its title, its headings, two rows."""
_FRAME: Final = 2
"""The title and the headings of a table."""
LEAST_LOG: Final = 2
"""Its title, and a line."""
_TALL: Final = 30
_SHORT: Final = 20
_EMPTY_LIST: Final = 10


class Heights(Struct, frozen=True, kw_only=True):
    """Lines of each part, from top to bottom; a part with 0 is not shown."""

    run: int
    devices: int
    detail: int
    log: int
    compact: bool = False
    """The headings of the table take the place of its title."""

    @property
    def room(self) -> int:
        """How many rows of the table are visible."""
        return max(0, self.devices - (1 if self.compact else _FRAME))


def split_height(
    height: int,
    *,
    devices: int,
    runs: int,
    zoomed: PaneId | None = None,
    log: bool = True,
    log_lines: int = 0,
) -> Heights:
    """Share ``height`` lines among the runs, the table, the details and the log.

    The runs and the table get what they want where there is room; the log takes the rest. On a short
    terminal the table goes first while a run is shown, and its title gives its line to a row.

    Args:
        height: lines between the status line and the hint bar.
        devices: rows of the table.
        runs: runs that are shown; 0 hides their pane.
        zoomed: the pane that fills the screen, if any.
        log: whether the log is shown.
        log_lines: the lines that the log has at least; 0: as the height suggests.
    """
    is_tall = height >= _TALL
    detail = min(3 if is_tall else 2, max(0, height - _LEAST))
    room = max(0, height - detail)
    if zoomed is not None and (zoomed != "run" or runs):
        run, table, log_lines = (room if pane == zoomed else 0 for pane in PANES)
        return Heights(run=run, devices=table, detail=detail, log=log_lines)
    run = min(runs, room // 4)
    log_least = 0
    if log and height >= 3 * _LEAST:
        suggested = 2 if runs and not is_tall else 4 if height >= _SHORT else 3
        log_least = max(LEAST_LOG, min(log_lines or suggested, room - run - _LEAST))
    for_table = room - run - log_least
    compact = runs > 0 and not is_tall and devices + _FRAME > for_table
    wants = (devices + (1 if compact else _FRAME)) if devices else _EMPTY_LIST
    table = for_table if not log_least else min(wants, for_table)
    return Heights(
        run=run, devices=table, detail=detail, log=room - run - table if log_least else 0, compact=compact
    )
