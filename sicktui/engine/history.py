"""All events of a run, read from the journal page by page."""

from collections.abc import Iterator

from sicktui.model.event import Event
from sicktui.stores.journal import Journal


def every_event(journal: Journal, run: str) -> Iterator[Event]:
    """The run's events from the first to the last that is there now.

    Raises:
        JournalError: a row cannot be read; what came before it was yielded.
    """
    after = 0
    while page := journal.events(run, after=after):
        after = page[-1][0]
        for _, event in page:
            yield event
