"""Actions on the log: search, levels, pause, whose lines, copy."""

from collections.abc import Callable
from typing import Any

from textual.screen import Screen
from textual.widgets import Input

from sicktui.model.wording import count
from sicktui.tui.commands.keymap import KeyMap
from sicktui.tui.main.renderer import LogOf, Renderer
from sicktui.tui.terminal.clipboard import MOST, copy


class LogActions:
    """Changes what the log shows.

    Args:
        screen: the main screen, mounted.
        renderer: draws it.
        keys: those of the commands.
        show: shows the log and moves the focus to it.
    """

    def __init__(
        self, screen: "Screen[Any]", renderer: Renderer, keys: KeyMap, show: Callable[[], object]
    ) -> None:
        self._screen = screen
        self._renderer = renderer
        self._keys = keys
        self._show = show
        self._log = renderer.log
        self._input = screen.query_one("#sought", Input)

    # The search

    def search(self) -> None:
        """Open the line for a search."""
        self._show()
        self._input.display = True
        self._input.focus()
        self._renderer.render()

    def seek(self, wanted: str) -> None:
        """Look for a text."""
        self._log.seek(wanted)
        self._renderer.render()

    def keep_search(self) -> None:
        """Close the line and keep what is found."""
        self._input.display = False
        self._log.focus()
        self._renderer.render()

    def leave_search(self) -> bool:
        """End the search, if the operator is in it. Returns whether that was so."""
        if not self._input.display and not (self._log.has_focus and self._log.book.sought):
            return False
        self._input.value = ""
        self.seek("")
        self.keep_search()
        return True

    def step(self, direction: int) -> None:
        """Go to the line found below (1) or above (-1)."""
        self._show()
        self._log.step(direction)
        self._renderer.render()

    # Which lines

    def next_level(self) -> None:
        """Show warnings and errors only, then errors only, then all lines."""
        self._show()
        self._log.next_level()
        self._renderer.render()

    def pause(self) -> None:
        """Pause or resume the log."""
        self._log.pause(paused=not self._log.book.is_paused)
        self._renderer.render()

    def follow_others(self) -> None:
        """Switch whose lines the log shows."""
        choices = list(LogOf)
        self._renderer.log_of = choices[(choices.index(self._renderer.log_of) + 1) % len(choices)]
        self._renderer.follow_log()
        self._renderer.render()

    # For elsewhere

    def copy(self) -> None:
        """Copy the lines that are shown; where they are too many, the newest."""
        book = self._log.book
        text, lines = book.text(MOST)
        shown = len(book.shown())
        if not lines:
            self._screen.notify("The log shows no line to copy.", severity="warning", markup=False)
            return
        which = count(lines, "line") if lines == shown else f"the newest {lines} of {shown} lines"
        words = copy(
            self._screen.app, text, otherwise=f"{self._keys.of('log_save')} in the log writes a file."
        )
        self._screen.notify(f"{which[0].upper()}{which[1:]}: {words}", markup=False)
