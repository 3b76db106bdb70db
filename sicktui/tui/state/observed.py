"""What was observed of a device, as its row shows it."""

from datetime import datetime

from msgspec import structs

from sicktui.model.clock import seconds_since
from sicktui.model.device import Identity, Observation
from sicktui.model.run.view import DeviceView
from sicktui.model.safe_text import clean
from sicktui.model.wording import age
from sicktui.tui.rows.devices import Contact, DeviceRow, known_state


def location_of(identity: Identity | None) -> str:
    """The sensor's own name."""
    if identity is None:
        return ""
    return "unreadable" if "LocationName" in identity.unreadable else clean(identity.location or "")


def contact_of(seen: Observation | None) -> Contact:
    """Whether it answers."""
    if seen is None:
        return Contact.ASKING
    if seen.other is not None:
        return Contact.OTHER
    return Contact.ONLINE if seen.reachable else Contact.OFFLINE


def as_seen_by_run(row: DeviceRow, job: DeviceView, wall: datetime, grain: int) -> DeviceRow:
    """A sensor in a run is not polled: the list shows what the run observes."""
    contact, ago = row.contact, row.age
    if job.last_answer is not None:
        contact = Contact.OFFLINE if job.silent else Contact.ONLINE
        ago = age(seconds_since(job.last_answer, wall), grain=grain)
    state = known_state(job.update_state)
    return structs.replace(
        row,
        contact=contact,
        age=ago,
        state=row.state if state is None else state,
        in_run=True,
        paused=job.last_answer is None,
        step=job.step,
    )
