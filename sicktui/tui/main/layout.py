"""How the panes of the main screen share its height."""

from typing import Final, Literal

from msgspec import Struct

PaneId = Literal["devices", "panel", "log"]

_LEAST: Final = 4
"""The smallest useful table: its title, its headings, two rows."""
_FRAME: Final = 2
"""The title and the headings of a table."""
_TALL: Final = 30
_EMPTY_LIST: Final = 10


class Heights(Struct, frozen=True, kw_only=True):
    """Lines of each part, from top to bottom; a part with 0 is not shown."""

    devices: int
    panel: int
    detail: int
    log: int


def split_height(
    height: int, *, devices: int, jobs: int, zoomed: PaneId | None = None, log: bool = True
) -> Heights:
    """Share ``height`` lines among the list, the update panel, the details and the log.

    The list and the panel get what they want where there is room; the log takes the rest. Where
    there is not, both shrink alike and scroll.

    Args:
        height: lines between the status line and the hint bar.
        devices: rows of the list.
        jobs: rows of the panel; 0 hides it.
        zoomed: the pane that fills the screen, if any.
        log: whether the log is shown.
    """
    detail = min(3 if height >= _TALL else 2, max(0, height - _LEAST))
    room = max(0, height - detail)
    if zoomed is not None:
        alone = {"devices": 0, "panel": 0, "log": 0} | {zoomed: room}
        return Heights(detail=detail, **alone)
    log_least = (_LEAST if height >= 20 else 3) if log and height >= 3 * _LEAST else 0  # noqa: PLR2004 - a short terminal
    list_wants = devices + _FRAME if devices else _EMPTY_LIST
    panel_wants = jobs + _FRAME if jobs else 0
    for_both = room - log_least
    if list_wants + panel_wants <= for_both:
        spare = for_both - list_wants - panel_wants
        if not log_least:
            return Heights(devices=list_wants + spare, panel=panel_wants, detail=detail, log=0)
        return Heights(devices=list_wants, panel=panel_wants, detail=detail, log=log_least + spare)
    panel = min(panel_wants, max(for_both - list_wants, for_both // 2))
    return Heights(devices=max(0, for_both - panel), panel=panel, detail=detail, log=log_least)
