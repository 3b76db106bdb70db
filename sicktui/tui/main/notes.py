"""The short notes in the corner: one that repeats is counted, and only the newest stay."""

from collections.abc import Iterable
from typing import Final, Self

from textual.notifications import Notification, Notifications

from sicktui.tui.commands.advice import in_keys

MOST: Final = 3
"""Notes that are shown at the same time."""


class Notes(Notifications):
    """Textual's notes, without a stack of them."""

    def __init__(self) -> None:
        super().__init__()
        self._times: dict[str, tuple[str, int]] = {}

    def add(self, notification: Notification) -> Self:
        """Show a note in the place of an equal one, with how often it came."""
        text, times = in_keys(notification.message), 1
        notification.message = text
        for shown in list(self):
            said, before = self._times.get(shown.identity, (shown.message, 1))
            if (said, shown.severity) == (text, notification.severity):
                times += before
                del self[shown]
        shown_now = list(self)
        for old in shown_now[: max(0, len(shown_now) - MOST + 1)]:
            del self[old]
        if times > 1:
            notification.message = f"{text} ({times} times)"
        self._times = {note.identity: self._times[note.identity] for note in self._known(self)}
        self._times[notification.identity] = (text, times)
        return super().add(notification)

    def _known(self, notes: Iterable[Notification]) -> list[Notification]:
        return [note for note in notes if note.identity in self._times]
