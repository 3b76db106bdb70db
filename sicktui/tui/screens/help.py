"""The help: what can be done here, and every command with its key."""

from typing import ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

from sicktui.stores.disk.home import Home
from sicktui.tui.appearance import Appearance
from sicktui.tui.commands.context import CommandContext
from sicktui.tui.dialogs.dialog import Dialog
from sicktui.tui.drawing.spans import Cell, Span, width_of, wrapped
from sicktui.tui.rows.help import help_all, help_here, matching
from sicktui.tui.widgets.prose import Prose


class HelpScreen(Dialog[None]):
    """The keys of the focused pane first; ``?`` shows all, ``/`` searches in all. Scrolls with j and k.

    Args:
        appearance: how the dashboard looks.
        home: where the files are.
        now: what the commands depend on.
    """

    DEFAULT_CSS = """
    HelpScreen #box { width: 100%; max-width: 110; height: 100%; max-height: 100%; }
    HelpScreen #body { height: 1fr; }
    HelpScreen Input { display: none; background: $panel; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,f1", "all", "All keys", show=False),
        Binding("slash", "search", "Search", show=False),
        Binding("space", "page(1)", "Page down", show=False),
    ]

    AUTO_FOCUS = ""
    title_text = "Help"
    keys_text = "? all keys   / search   q back"

    def __init__(self, appearance: Appearance, home: Home, now: CommandContext) -> None:
        super().__init__(appearance)
        self._home = home
        self._now = now
        self._all = False

    def body(self) -> list[Widget]:
        """The line for a search, and the text."""
        return [Input(id="wanted", placeholder="words to look for in the help"), Prose(id="help")]

    def on_resize(self) -> None:
        """Wrap for the width, with the explanations in a separate column."""
        self._paint()

    def _paint(self) -> None:
        width = self.query_one("#body").size.width - 1  # the scroll bar's
        wanted = self.query_one("#wanted", Input).value
        keys, glyphs, home = self.appearance.keys, self.appearance.glyphs, self._home
        lines = help_here(self._now, keys, glyphs, width)
        if self._all or wanted.strip():
            files = {
                "settings": str(home.config_file),
                "devices": str(home.devices_file),
                "journal": str(home.journal_file),
            }
            lines = help_all(keys, glyphs, files)
        if wanted.strip():
            lines = matching(lines, wanted)
        self.query_one("#help", Prose).show(*(part for line in lines for part in _hanging(line, width)))

    def action_all(self) -> None:
        """Show all keys, or those of here again."""
        self._all = not self._all
        self._show_keys_here()
        self._from_the_top()

    @on(events.DescendantFocus)
    @on(events.DescendantBlur)
    def _show_keys_here(self) -> None:
        """In the line for the words every letter is typed."""
        in_line = self.query_one("#wanted", Input).has_focus
        self.scrolls = not in_line
        if in_line:
            self.keys_text = "enter keep   esc end"
        else:
            self.keys_text = f"? {'here' if self._all else 'all keys'}   / search   q back"
        self._show_keys(self.query_one("#body").show_vertical_scrollbar)

    def action_search(self) -> None:
        """Ask for words."""
        box = self.query_one("#wanted", Input)
        box.display = True
        box.focus()

    @on(Input.Changed)
    def _search(self) -> None:
        self._from_the_top()

    @on(Input.Submitted)
    def _read(self) -> None:
        self.set_focus(None)

    def action_leave(self) -> None:
        """Leave the search, then the help."""
        box = self.query_one("#wanted", Input)
        if not box.display:
            super().action_leave()
            return
        box.value = ""
        box.display = False
        self.set_focus(None)
        self._from_the_top()

    def _from_the_top(self) -> None:
        self._paint()
        self.query_one("#body").scroll_to(y=0, animate=False)


def _hanging(line: Cell, width: int) -> list[Cell]:
    """A line whose last span wraps below itself."""
    if len(line) < 2 or width_of(line) <= width:  # noqa: PLR2004 - a lead and a text
        return [line]
    *lead, last = line
    indent = width_of(lead)
    first, *more = wrapped(last.text, max(20, width - indent)) or [""]
    return [(*lead, Span(first, last.tone)), *((Span(" " * indent), Span(text, last.tone)) for text in more)]
