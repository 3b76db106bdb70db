"""A picker in which a file can be chosen instead of a row: typed, completed, looked for or dropped."""

import os
from collections.abc import Sequence
from typing import ClassVar, Final, TypeVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

from sicktui.model.safe_text import clean
from sicktui.stores.disk.files import expand_path
from sicktui.stores.disk.listing import dropped
from sicktui.tui.dialogs.browser import FileBrowser
from sicktui.tui.dialogs.picker import Picker
from sicktui.tui.drawing.columns import Row
from sicktui.tui.drawing.spans import Tone
from sicktui.tui.widgets.path_input import PathInput

AnswerT = TypeVar("AnswerT")
RowT = TypeVar("RowT", bound=Row)

_MOST_ROWS: Final = 12
_KEYS_OF_LIST: Final = "j k move   enter choose   o look for a file   / type a path   q back"
_KEYS_OF_PATH: Final = "enter use the file   tab complete   ctrl+o look for a file   esc back"
_SEPARATORS: Final = tuple(filter(None, (os.sep, os.altsep)))


class FilePicker(Picker[AnswerT, RowT]):
    """A picker in which the path of a file can be typed instead, or the file looked for with ``o``."""

    DEFAULT_CSS = """
    FilePicker Input { margin-top: 1; background: $panel; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "path", "Type a path", show=False),
        Binding("o", "browse", "Look for a file", show=False),
    ]

    keys_text = _KEYS_OF_LIST
    path_hint: ClassVar[str] = ""
    path_endings: ClassVar[Sequence[str]] = ()

    def body(self) -> list[Widget]:
        """The list, a line for a path, and a place for a problem."""
        table, problem = super().body()
        return [table, PathInput(placeholder=self.path_hint, endings=self.path_endings, id="path"), problem]

    def path_typed(self, path: str) -> None:
        """Act on a path, as it was typed but for quotes around it."""
        raise NotImplementedError

    def show_rows(self, rows: Sequence[RowT]) -> None:
        """Show the rows; an empty list cannot take keys, so then the path has the focus."""
        self.table.show(rows)
        self.table.styles.height = max(3, min(_MOST_ROWS, len(rows) + 1))
        self.table.can_focus = bool(rows)
        (self.table if rows else self.query_one("#path")).focus()

    @on(events.DescendantFocus)
    def _keys_here(self) -> None:
        """Show the keys of what has the focus: in the line for a path letters are typed."""
        in_path = self.focused is self.query_one("#path")
        self.keys_text = _KEYS_OF_PATH if in_path else _KEYS_OF_LIST
        self._show_keys(self.query_one("#body").show_vertical_scrollbar)

    def action_path(self) -> None:
        """Focus the line for a path."""
        self.query_one("#path").focus()

    def action_browse(self) -> None:
        """Look for a file."""
        self.start(self._browse(self.query_one("#path", Input).value), "looking for a file")

    async def _browse(self, begun: str) -> None:
        browser = FileBrowser(self.appearance, dropped(begun), self.path_endings)
        found = await self.app.push_screen_wait(browser)
        if found is not None:
            self._take(str(found))

    def _take(self, path: str) -> None:
        self.note_places(expand_path(path))
        self.path_typed(path)

    @on(PathInput.Completed)
    def _show_names(self, message: PathInput.Completed) -> None:
        self.show_problem("  ".join(clean(name, 60) for name in message.names), tone=Tone.DIM)

    @on(PathInput.BrowseAsked)
    def _browse_asked(self) -> None:
        self.action_browse()

    def on_paste(self, event: events.Paste) -> None:
        """A file that is dropped on the terminal is meant, wherever the focus is."""
        path_input = self.query_one("#path", Input)
        if self.focused is path_input:
            return  # It has taken the paste itself.
        path_input.value = dropped(event.text.partition("\n")[0])
        path_input.focus()

    @on(Input.Submitted)
    def _path_submitted(self, message: Input.Submitted) -> None:
        text = dropped(message.value)
        if text.endswith(_SEPARATORS):
            self.action_browse()
        elif text:
            self._take(text)
        elif self.table.can_focus:
            self.table.focus()
        else:
            self.action_leave()  # The only way out of it where Esc gets lost.
