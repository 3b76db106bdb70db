"""All entries of a run, read from the journal page by page, past any damage."""

from collections.abc import Iterator

from sicktui.model.run.event import Event
from sicktui.stores.journal.database import JournalDamaged
from sicktui.stores.journal.journal import Journal

Entry = tuple[int, Event | JournalDamaged]
"""An event with its number, or the damage in place of one that cannot be read."""


def next_entries(journal: Journal, run: str, *, after: int) -> list[Entry]:
    """The next events of a run, or the damage that comes next; empty if there is no more as yet.

    Args:
        journal: the journal.
        run: the run's full id.
        after: only what has a greater number.

    Raises:
        JournalDamaged: the file itself is damaged here, and nothing behind it can be had.
        JournalError: the journal cannot be read.
    """
    try:
        return [*journal.events(run, after=after)]
    except JournalDamaged as damage:
        if damage.sequence is None:
            raise
        return [(damage.sequence, damage)]


def every_entry(journal: Journal, run: str) -> Iterator[Event | JournalDamaged]:
    """The run's events from the first to the last that is there now, each damage in its place.

    Raises:
        JournalError: the journal cannot be read, for another reason than damage.
    """
    after = 0
    try:
        while page := next_entries(journal, run, after=after):
            after = page[-1][0]
            for _, entry in page:
                yield entry
    except JournalDamaged as damage:
        yield damage
