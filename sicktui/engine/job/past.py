"""What the journal knows of an interrupted job. The sensor is asked first."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal

from msgspec import Struct, structs

from sicktui.model.enums import Operation, Step, StepState, UpdateState
from sicktui.model.restore.observations import RestoreBefore
from sicktui.model.run.event import (
    Acted,
    Event,
    Noticed,
    StepChanged,
    Surveyed,
    UpdateStateRead,
    VerdictReached,
)
from sicktui.model.update.observations import Known, Outcome
from sicktui.stores.journal.database import JournalDamaged

PENDING: Final = "pending"
"""Of an intended restore: the result of restores read pending before it."""
Progress = Literal["none", "intended", "done"]
_Kept = StepChanged | Surveyed | Noticed | UpdateStateRead | Acted | VerdictReached
"""The events that a history is made of."""


class JobHistory(Struct, frozen=True, kw_only=True):
    """One device's job as far as it was written down."""

    survey: Surveyed | None = None
    """Identity and state of the sensor right before the first write."""
    put: Progress = "none"
    put_outcome: Outcome = Outcome.NONE
    put_bytes: int = 0
    """Bytes of the package that left, as far as it was written down."""
    trigger: Progress = "none"
    trigger_outcome: Outcome = Outcome.NONE
    state: UpdateState | None = None
    """What was last read of ``UpdateState``, up to the trigger."""
    started: bool = False
    """Whether the sensor was seen flashing after the package was sent to it."""
    finished: bool = False
    """Whether it was seen to have finished after that."""
    known: Known | None = None
    """What the looks of an update had shown; ``None``: nothing new since the survey."""
    created_backup: bool = False
    """Whether a backup was triggered on the sensor."""
    sent_file: bool = False
    """Whether the file of a restore may have been sent to the sensor."""
    restore: Progress = "none"
    """Whether a restore was triggered on the sensor."""
    restores: int = 0
    """How often."""
    was_pending: bool = False
    """Whether the sensor's result read pending before the last one."""
    before: RestoreBefore = RestoreBefore()
    """What was read before the last one; nothing, in an older journal."""
    persist: Progress = "none"
    """Whether it was asked to save its parameters; a restore does that only after it has worked."""
    basis: str = ""
    """Why the restore counted as applied then (``Basis``)."""
    left_out: tuple[str, ...] = ()
    """The parameters that a restore left out."""
    verdict: VerdictReached | None = None
    open_step: Step | None = None
    """The step that was under way when the earlier runner stopped."""
    damaged: bool = False
    """Whether a part of the run's journal cannot be read: anything may have been in it."""

    @property
    def wrote(self) -> bool:
        """Whether anything that changes the firmware may have reached the sensor."""
        return self.put != "none"

    @property
    def in_flight(self) -> bool:
        """Whether the job must be finished: something of it has, or may have, reached the sensor."""
        return self.wrote or self.restore != "none" or self.damaged

    @property
    def began(self) -> bool:
        """Whether a flash that this run asked for may have begun."""
        return self.trigger != "none" or self.started or self.finished or self.damaged


def rebuild(
    entries: Iterable[Event | JournalDamaged],
    devices: Sequence[str],
    known: Mapping[str, JobHistory] | None = None,
) -> dict[str, JobHistory]:
    """Fold a run's events into what is known of each device's job.

    Args:
        entries: the events, in order, each damage in its place.
        devices: the devices of the run.
        known: what the events before these have shown.
    """
    pasts = {**dict.fromkeys(devices, JobHistory()), **(known or {})}
    damaged = False
    for entry in entries:
        if isinstance(entry, JournalDamaged):
            damaged = True
        elif isinstance(entry, _Kept):
            pasts[entry.device] = _after(pasts.get(entry.device, JobHistory()), entry)
    if damaged:
        # The row that is lost may have been an intention of any of them.
        pasts = {device: structs.replace(past, damaged=True) for device, past in pasts.items()}
    return pasts


def damage_words(pasts: Iterable[JobHistory], operation: Operation) -> str:
    """What a damaged journal means for the jobs that are still open; empty if none of them is affected."""
    if not any(past.damaged for past in pasts if past.verdict is None):
        return ""
    if operation is Operation.BACKUP:
        return " A part of the journal is damaged. A backup does no harm, and is taken again."
    return (
        " A part of the journal is damaged: the sensors are read and watched, and nothing is written to them."
    )


def _after(past: JobHistory, event: _Kept) -> JobHistory:
    match event:
        case StepChanged():
            return structs.replace(past, open_step=event.step if event.state is StepState.STARTED else None)
        case Surveyed():
            return structs.replace(past, survey=event)
        case Noticed():
            return structs.replace(past, known=event.known)
        case VerdictReached():
            return structs.replace(past, verdict=event)
        case UpdateStateRead():
            return _state(past, UpdateState(event.value))
        case Acted(act="put_update" | "run_firmware_update"):
            return _of_update(past, event)
        case Acted(act="create_backup"):
            return structs.replace(past, created_backup=True)
        case Acted(act="put_backup"):
            return structs.replace(past, sent_file=True)
        case Acted(act="restore" | "persist"):
            return _of_restore(past, event)
        case _:
            return past


def _of_update(past: JobHistory, event: Acted) -> JobHistory:
    intended = event.phase == "intended"
    outcome = Outcome.OPEN if intended else _outcome(event)
    if event.act == "run_firmware_update":
        return structs.replace(past, trigger=_progress(event), trigger_outcome=outcome)
    past = structs.replace(
        past, put=_progress(event), put_outcome=outcome, put_bytes=past.put_bytes + event.sent
    )
    # A package that is sent again makes all that followed the first one a thing of the past.
    return structs.replace(past, trigger="none", started=False, finished=False) if intended else past


def _of_restore(past: JobHistory, event: Acted) -> JobHistory:
    if event.act == "restore":
        sent = past.restores + (event.phase == "intended")
        past = structs.replace(past, restore=_progress(event), restores=sent)
        intended = event.phase == "intended"
        before = event.before if isinstance(event.before, RestoreBefore) else RestoreBefore()
        return (
            structs.replace(past, was_pending=event.outcome == PENDING, before=before) if intended else past
        )
    if event.phase != "intended":
        return structs.replace(past, persist=_progress(event))
    left_out = tuple(name for name in event.detail.split(", ") if name)
    return structs.replace(past, persist="intended", basis=event.outcome, left_out=left_out)


def _state(past: JobHistory, value: UpdateState) -> JobHistory:
    if not past.wrote:
        return structs.replace(past, state=value)
    if value is UpdateState.STARTED and past.known is not None:
        # A further stage: a reboot that was proven before it proves nothing of what it brings.
        past = structs.replace(past, known=structs.replace(past.known, proof="", by=None))
    return structs.replace(
        past,
        state=value if past.trigger == "none" else past.state,
        started=past.started or value is UpdateState.STARTED,
        # 2 may have been left over from an earlier update, unless something else was read before it.
        finished=past.finished
        or (value is UpdateState.FINISHED and (past.started or past.state is not UpdateState.FINISHED)),
    )


def _progress(event: Acted) -> Progress:
    """A failed act may have reached the sensor all the same: it counts as intended."""
    return "done" if event.phase == "done" else "intended"


def _outcome(event: Acted) -> Outcome:
    """What became of an act; one of an older journal, which has no word for it, counts as open."""
    try:
        return Outcome(event.outcome)
    except ValueError:
        return Outcome.TAKEN if event.phase == "done" else Outcome.OPEN
