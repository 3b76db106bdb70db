"""How the last update of each sensor ended, for the source that offered the firmware.

It is read from the journal at the next check, and not sent by the runner at its end: the journal survives a
kill and a loss of power, the runner needs no key of a server, and what a sensor runs is read from the sensor
itself.
"""

from collections.abc import Collection
from itertools import islice
from typing import Final

from msgspec import UNSET, Struct

from sicktui.engine.context import Context
from sicktui.engine.run.history import every_event
from sicktui.model.enums import Operation, Verdict
from sicktui.model.errors import SicktuiError
from sicktui.model.run.event import VerdictReached

MOST_RUNS: Final = 50
"""The newest runs that are looked at."""


class Outcome(Struct, frozen=True, kw_only=True):
    """How an update ended."""

    moment: str
    """RFC 3339."""
    status: str
    """In a few words, without anything that a sensor or a person has written."""


def last_outcomes(context: Context, devices: Collection[str]) -> dict[str, Outcome]:
    """How the last update of each device ended. A journal that cannot be read knows of none."""
    found: dict[str, Outcome] = {}
    try:
        if not context.home.journal_file.exists():
            return found
        runs = [row for row in context.journal.runs() if row.operation is Operation.UPDATE]
        for row in islice(runs, MOST_RUNS):
            for event in every_event(context.journal, row.run):
                if isinstance(event, VerdictReached) and event.device in devices:
                    found.setdefault(event.device, _outcome(event))
            if len(found) == len(devices):
                break
    except SicktuiError:
        return found
    return found


def _outcome(event: VerdictReached) -> Outcome:
    to = "" if event.to_version is UNSET or event.to_version is None else f" to {event.to_version}"
    if event.verdict is Verdict.SUCCEEDED:
        status = f"updated{to}"
    else:
        status = f"update{to} {event.verdict.value}" + (f": {event.code.value}" if event.code else "")
    return Outcome(moment=event.ts, status=status[:100])
