"""An input for the path of a file: tab completes it, ctrl+o looks for it."""

import asyncio
from collections.abc import Sequence
from typing import ClassVar, Final

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from sicktui.stores.disk.listing import Completion, complete, dropped
from sicktui.tui.widgets.secret_input import SecretInput

PATIENCE: Final = 0.4
"""Seconds to wait for a folder. Keys that come meanwhile wait too, so it must not be long."""


class PathInput(SecretInput):
    """As ``Input``. Tab goes on to the next field when there is nothing to complete.

    Args:
        value: what it begins with.
        endings: of the files that may be meant.
        placeholder: shown while it is empty.
        id: its id.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", "Complete", show=False),
        Binding("ctrl+o", "browse", "Browse", show=False),
    ]

    class Completed(Message):
        """A path was completed; ``names`` are what it may become."""

        def __init__(self, path_input: "PathInput", names: Sequence[str]) -> None:
            super().__init__()
            self.path_input = path_input
            self.names = names

    class BrowseAsked(Message):
        """The operator wants to look for the file."""

        def __init__(self, path_input: "PathInput") -> None:
            super().__init__()
            self.path_input = path_input

    def __init__(
        self,
        value: str = "",
        *,
        endings: Sequence[str] = (),
        placeholder: str = "",
        id: str | None = None,  # noqa: A002 - Textual's word
    ) -> None:
        super().__init__(value, placeholder=placeholder, id=id)
        self.endings = tuple(endings)
        self._offered = ""

    async def action_complete(self) -> None:
        """Go on with the path; or to the next field."""
        text = self.value
        found = Completion(text=text)
        if text and self.cursor_position == len(text) and text != self._offered:
            try:
                async with asyncio.timeout(PATIENCE):
                    found = await asyncio.to_thread(complete, text, self.endings)
            except TimeoutError:
                found = Completion(text=text)
        if found.text == text and not found.names:
            self.screen.focus_next()
            return
        self.value = found.text
        self.cursor_position = len(found.text)
        self._offered = found.text if found.names else ""
        self.post_message(self.Completed(self, found.names))

    def action_browse(self) -> None:
        """Look for the file."""
        self.post_message(self.BrowseAsked(self))

    def _on_paste(self, event: events.Paste) -> None:
        """A file that is dropped on a terminal arrives as a paste, in quotes or with escaped blanks."""
        if event.text:
            self.insert_text_at_cursor(dropped(event.text.splitlines()[0]))
        event.stop()
        event.prevent_default()
