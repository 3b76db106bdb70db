"""What the journal knows of a job that was interrupted: the second question, after the sensor."""

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct, structs

from sicktui.model.event import Acted, Event, Surveyed, VerdictReached

Progress = Literal["none", "intended", "done"]


class Past(Struct, frozen=True, kw_only=True):
    """One device's job as far as it was written down."""

    survey: Surveyed | None = None
    """What the sensor was right before the first write."""
    put: Progress = "none"
    trigger: Progress = "none"
    verdict: VerdictReached | None = None

    @property
    def wrote(self) -> bool:
        """Whether the sensor may have felt anything that changes its firmware."""
        return self.put != "none"


def recall(events: Iterable[Event]) -> dict[str, Past]:
    """Fold a run's events into what is known of each device's job."""
    pasts: dict[str, Past] = {}
    for event in events:
        match event:
            case Surveyed():
                change: dict[str, object] = {"survey": event}
            case Acted(act="put_update"):
                change = {"put": _progress(event)}
            case Acted(act="run_firmware_update"):
                change = {"trigger": _progress(event)}
            case VerdictReached():
                change = {"verdict": event}
            case _:
                continue
        pasts[event.device] = structs.replace(pasts.get(event.device, Past()), **change)
    return pasts


def _progress(event: Acted) -> Progress:
    """A failed act may have reached the sensor all the same: it counts as intended."""
    return "done" if event.phase == "done" else "intended"
