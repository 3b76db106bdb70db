"""What a run was and did, from the journal, past any damage."""

from collections.abc import Iterator

from sicktui.model.clock import SystemClock, timestamp
from sicktui.model.enums import Level, RunState
from sicktui.model.run.event import Event, Logged, RunChanged, Summarised, Waiting
from sicktui.model.run.plan import RunSpec
from sicktui.stores.journal.database import JournalDamaged
from sicktui.stores.journal.entries import every_entry
from sicktui.stores.journal.journal import Journal
from sicktui.stores.journal.rows import RunRow


def every_event(journal: Journal, run: str) -> Iterator[Event]:
    """The run's events from the first to the last that is there now.

    Damage is replaced by an error line, so that the events around it can be shown.

    Raises:
        JournalError: the journal cannot be read, for another reason than damage.
    """
    ts: str | None = None
    for entry in every_entry(journal, run):
        if isinstance(entry, JournalDamaged):
            yield damage_line(entry, run, ts)
        else:
            ts = entry.ts
            yield entry


def damage_line(damage: JournalDamaged, run: str, ts: str | None = None) -> Logged:
    """The damage as a line of the run's log.

    Args:
        damage: what is damaged.
        run: the run's id.
        ts: its place in time; now if that is not known.
    """
    return Logged(ts=ts or timestamp(SystemClock().now()), run=run, level=Level.ERROR, message=str(damage))


def waiting_of(journal: Journal, row: RunRow) -> Waiting | None:
    """What a whole run waits for now; ``None`` while it works, or is over.

    Raises:
        JournalError: the journal cannot be read.
    """
    if row.state is not RunState.RUNNING:
        return None
    last = journal.latest(row.run, Waiting, RunChanged)
    return last if isinstance(last, Waiting) and last.waits_for else None


def known_spec(journal: Journal, run: str) -> RunSpec | None:
    """What a run was asked to do; ``None`` if it cannot be read.

    Raises:
        JournalError: the journal cannot be read, for another reason than damage.
    """
    try:
        return journal.spec(run)
    except JournalDamaged:
        return None


def exit_code_of(journal: Journal, run: str) -> int | None:
    """The exit code of a run that is over; ``None`` while it is not.

    Raises:
        JournalError: the journal cannot be read, for another reason than damage.
    """
    codes = [event.exit_code for event in every_event(journal, run) if isinstance(event, Summarised)]
    return codes[-1] if codes else None
