"""Searches for sensors, and shows what is found while it is found."""

import sys
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import aclosing
from typing import Any, ClassVar, Final

from msgspec import Struct
from textual import on
from textual.binding import Binding, BindingType

from sicktui.engine.context import Context
from sicktui.engine.discovery.keep import can_follow
from sicktui.engine.discovery.search import (
    Progress,
    failure_of,
    longest_sweep,
    ports_of,
    search,
)
from sicktui.model.errors import SicktuiError, UsageError
from sicktui.model.safe_text import clean
from sicktui.model.search.records import Found
from sicktui.model.wording import duration
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.dialogs.fields import CheckField, FormValues, TextField
from sicktui.tui.dialogs.form import ValuesForm
from sicktui.tui.dialogs.table_screen import TableScreen
from sicktui.tui.drawing.hints import Hint
from sicktui.tui.drawing.spans import Cell, Tone, cell
from sicktui.tui.rows.search import (
    SEARCH_COLUMNS,
    Edit,
    SearchRow,
    about_found,
    about_nothing,
    means_of,
    progress_cell,
    rows_of,
    scope_cell,
    why_not_added,
)
from sicktui.tui.state.asked import SearchInput
from sicktui.tui.widgets.table import Table

_FOLLOW: Final = "f"
_DIALOG: Final = "dialog"


class Taken(Struct, frozen=True, kw_only=True):
    """What the device list has taken of a search."""

    words: dict[str, str] = {}
    """What has become of each sensor, by its key."""
    lines: Sequence[Cell] = ()
    """The same as sentences."""


Latest = Callable[[Found], Found]
"""What a search has found of a sensor by now: it goes on while the operator is asked."""
Edits = Mapping[str, Edit]
"""How sensors go into the list, by their keys."""
Take = Callable[[Sequence[Found], Latest, Edits], Awaitable[Taken | None]]
"""Asks, and changes the list; ``None`` if the operator left."""
AskEdit = Callable[[Found, Edits], Awaitable[Edit | None]]
"""Asks how a sensor goes into the list; ``None`` if the operator left."""


class SearchScreen(TableScreen[None, SearchRow]):
    """A row for each sensor; new ones can be marked and added, those that have moved can be followed.

    Args:
        appearance: how the dashboard looks.
        context: the engine's context.
        asked: what was entered before in this session.
        remember: keeps what is entered now.
        edit: asks for the name and the address of a sensor in the list.
        add: adds sensors to the list.
        follow: changes the addresses of devices whose sensors have moved.
    """

    DEFAULT_CSS = """
    SearchScreen Table { height: 55%; min-height: 5; }
    SearchScreen Table.-nothing { height: 4; min-height: 4; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "mark"),
        Binding("a", "mark_all", "all new"),
        Binding("e", "edit", "name, address"),
        Binding(_FOLLOW, "follow", "follow moved"),
        Binding("c", "change", "ranges, ports"),
        Binding("r", "again", "search again"),
    ]

    first_hints: ClassVar[Sequence[Hint]] = (("j k", "move"), ("enter", "add"))
    columns = SEARCH_COLUMNS
    table_title = "Sensors in the network"

    def __init__(
        self,
        appearance: Appearance,
        context: Context,
        asked: SearchInput,
        *,
        remember: Callable[[SearchInput], None],
        edit: AskEdit,
        add: Take,
        follow: Take,
    ) -> None:
        super().__init__(appearance)
        self._engine_context = context
        self._entered = asked
        self._asked = asked
        self._remember = remember
        self._edit, self._add, self._follow = edit, add, follow
        self._means = means_of(appearance.keys, _FOLLOW)
        self._edits: dict[str, Edit] = {}
        self._progress: Progress | None = None
        self._marks: frozenset[str] = frozenset()
        self._taken: dict[str, str] = {}
        self._told: Sequence[Cell] = ()
        if asked.request().is_large:
            self._asked = asked.without_ranges  # A yes counts for one search.

    def begin(self) -> None:
        """Search at once."""
        super().begin()
        self.action_again()

    # -- the search ---------------------------------------------------------------------------

    def action_again(self) -> None:
        """Search (again), with what was entered last."""
        self._progress, self._told, self.trouble = None, (), ""
        self._taken = {}
        self.start(self._search(), "searching")

    async def _search(self) -> None:
        self.paint()
        request = self._asked.request()
        try:
            async with aclosing(search(self._engine_context, request, means=self._means)) as reports:
                async for report in reports:
                    self._progress = report
                    self.paint()
        except SicktuiError as error:
            self.trouble = str(error)
        if self._progress is not None and (failure := failure_of(request, self._progress)) is not None:
            self.trouble = str(failure)
        self.paint()

    # -- what to search -----------------------------------------------------------------------

    def action_change(self) -> None:
        """Enter ranges and ports, and search them."""
        self._ask(self._change(), "asking")

    def _ask(self, work: Coroutine[Any, Any, object], name: str) -> None:
        """Do something with dialogs, one at a time: what has begun to change the list is not cut off."""
        if any(w.group == _DIALOG and w.node is self and w.is_running for w in self.workers):
            work.close()
            return
        self.run_worker(work, group=_DIALOG, name=name, exit_on_error=False)

    async def _change(self) -> None:
        asked = self._entered
        while True:
            values = await self.app.push_screen_wait(search_form(self.appearance, asked))
            if values is None:
                return
            asked = asked_in(values)
            if await self._agreed(asked):
                break
        self._entered = self._asked = asked
        self._remember(asked)
        self.action_again()

    async def _agreed(self, asked: SearchInput) -> bool:
        """Whether a sweep is small, or the operator agreed to it."""
        request = asked.request()
        if not request.is_large:
            return True
        swept = request.swept(ports_of(self._engine_context, request))
        longest = longest_sweep(self._engine_context, request)
        lines = [cell(f"Ask {swept} addresses? That takes up to {duration(longest)}.")]
        question = Confirm(self.appearance, "Sweep a large range?", lines, yes="sweep", no="back")
        return await self.app.push_screen_wait(question) is True

    # -- marks, and the list ------------------------------------------------------------------

    def action_mark(self) -> None:
        """Mark or unmark the selected sensor, and go to the next one."""
        row = self.table.selected
        if row is None:
            return
        if row.may_be_marked:
            self._marks ^= {row.key}
            self._show_rows()
            self.table.action_down()
            self.paint()
        else:
            self._tell_why_not(row)

    def action_mark_all(self) -> None:
        """Mark all new sensors; press again to clear the marks."""
        new = frozenset(row.key for row in self.table.rows if row.may_be_marked)
        self._marks = frozenset() if new <= self._marks else self._marks | new
        self.paint()

    def action_edit(self) -> None:
        """Enter the name and the address with which the selected sensor goes into the list."""
        row = self.table.selected
        if row is None:
            return
        if row.may_be_marked or (can_follow(row.found) and not row.taken):
            self._ask(self._editing(row.found), "editing")
        else:
            self._tell_why_not(row)

    async def _editing(self, found: Found) -> None:
        edit = await self._edit(found, self._edits)
        if edit is not None:
            self._edits[found.key] = edit
            self.paint()

    def _tell_why_not(self, row: SearchRow) -> None:
        words = f"{row.found.address} cannot be added: {why_not_added(row)}."
        self.notify(clean(words, 300), markup=False)

    @on(Table.Chosen)
    def _chosen(self) -> None:
        marked = [row for row in self.table.rows if row.marked]
        row = self.table.selected
        chosen = marked or ([row] if row is not None else [])
        if len(chosen) == 1 and not chosen[0].may_be_marked:
            self.action_mark()  # for the reason why it cannot be added
            return
        self._take(self._add, [row.found for row in chosen])

    def action_follow(self) -> None:
        """Change the addresses of the devices whose sensors have moved."""
        self._take(self._follow, [row.found for row in self.table.rows if not row.taken])

    def _take(self, take: Take, found: Sequence[Found]) -> None:
        self._ask(self._taking(take, found), "changing the list")

    async def _taking(self, take: Take, found: Sequence[Found]) -> None:
        try:
            taken = await take(found, self._latest, self._edits)
        except SicktuiError as error:
            self._told = [cell(clean(str(error), 600), Tone.BAD)]
        else:
            if taken is None:
                return
            self._taken |= taken.words
            self._marks -= set(taken.words)
            self._told = taken.lines
        self.paint()

    def _latest(self, found: Found) -> Found:
        now = self._progress.found if self._progress is not None else ()
        return next((each for each in now if each.key == found.key), found)

    # -- what is shown ------------------------------------------------------------------------

    def empty_text(self) -> Sequence[Cell]:
        """Whether it still searches."""
        return [(), cell("  No sensor was found." if self._is_over else "  Nothing so far.", Tone.DIM)]

    @property
    def _is_over(self) -> bool:
        return bool(self.trouble) or (self._progress is not None and self._progress.done)

    def paint(self) -> None:
        """Show how far the search is, and what it has found."""
        self._show_rows()
        marked = sum(row.marked for row in self.table.rows)
        request = self._asked.request()
        self.show_head(
            progress_cell(self._progress, marked),
            scope_cell(request, ports_of(self._engine_context, request), self._progress),
        )
        self.paint_text()

    def _show_rows(self) -> None:
        found = self._progress.found if self._progress is not None else ()
        self.table.show(rows_of(found, self._marks, self._taken, self._edits))
        # The reasons need the room.
        self.table.set_class(self._is_over and not self.table.rows, "-nothing")
        if not self.table.rows:
            self.table.refresh()  # Its words change with the end of the search.

    def about(self, row: SearchRow | None) -> Sequence[Cell]:
        """What was done last, the selected sensor, and what the search could not do."""
        progress = self._progress
        lines: list[Cell] = [*self._told, ()] if self._told else []
        if row is not None:
            lines += about_found(row)
        elif progress is not None and progress.done and not self.trouble:
            windows = sys.platform == "win32"
            lines += about_nothing(progress, self._asked.request(), self._means, windows=windows)
        for remark in progress.remarks if progress is not None else ():
            lines += [(), cell(clean(f"Note: {remark.message} {remark.advice}".strip(), 600), Tone.WARN)]
        return lines


def search_form(appearance: Appearance, asked: SearchInput) -> ValuesForm:
    """Asks what to search besides the subnets of this PC.

    Args:
        appearance: how the dashboard looks.
        asked: what was entered before.
    """
    lines = [
        cell("Every address of the ranges is asked. Nothing is written, and no password is sent.", Tone.DIM)
    ]
    fields = (
        TextField(name="ranges", label="Ranges", value=asked.ranges, hint="192.168.0.0/24 10.1.0.7"),
        TextField(name="ports", label="TCP ports", value=asked.ports, hint="80 8080-8090; else 80 or 443"),
        TextField(
            name="targets", label="Ask also", value=asked.targets, hint="IP[:PORT], behind routers too"
        ),
        TextField(name="wait", label="Wait", value=asked.wait, hint="seconds; default: as in the settings"),
        CheckField(name="quiet", label="send no broadcasts", value=asked.quiet),
    )
    return ValuesForm(appearance, "Search where?", lines, fields, check=_problem, submit="search")


def asked_in(values: FormValues) -> SearchInput:
    """What was entered."""
    return SearchInput(
        ranges=values["ranges"],
        ports=values["ports"],
        targets=values["targets"],
        wait=values["wait"],
        quiet=values.checked("quiet"),
    )


def _problem(values: FormValues) -> str:
    try:
        asked_in(values).request().check()
    except UsageError as error:
        return str(error)
    return ""
