"""The restore of one sensor as a machine without I/O: evidence and a moment in, the next act out.

Like ``engine/update/machine.py``: ``next_act`` decides and changes nothing; the job carries the act out, adds
what came of it to the evidence, and asks again. A resumed run builds its evidence from the journal.
"""

from typing import Final

from msgspec import Struct

from sicktui.model.enums import Step, UpdateState
from sicktui.model.judgement import Judgement
from sicktui.model.restore.evidence import RestoreEvidence
from sicktui.model.restore.observations import Basis, RestoreWant
from sicktui.model.restore.rule import VERIFIED, basis_of, judge_restore, may_repeat
from sicktui.model.settings import Timing
from sicktui.model.update.observations import Last, Outcome

POLL: Final = 0.5
"""Seconds between two looks at a sensor that applies parameters, which takes about a second."""
VALUES_PAUSE: Final = 2.0
"""The same where all values are read, each with a request."""
_LONG: Final = frozenset({RestoreWant.VALUES, RestoreWant.FILE})
_WHO: Final = frozenset({RestoreWant.WHO})
_BEFORE: Final = frozenset({RestoreWant.WHO, RestoreWant.RESULT})
_SAVING: Final = frozenset({RestoreWant.WHO, RestoreWant.SAVED})


class Look(Struct, frozen=True):
    """Read the sensor."""

    wants: frozenset[RestoreWant]


class Put(Struct, frozen=True):
    """Send the backup file."""


class Restore(Struct, frozen=True):
    """Send RestoreParameterBackup."""


class Save(Struct, frozen=True):
    """Ask the sensor to save its parameters."""

    basis: Basis
    """Why the restore counts as applied."""
    left_out: tuple[str, ...]


class Wait(Struct, frozen=True):
    """Do nothing."""

    seconds: float


class Finish(Struct, frozen=True):
    """The verdict is reached."""

    judgement: Judgement


NextAct = Look | Put | Restore | Save | Wait | Finish


def step_of(evidence: RestoreEvidence, timing: Timing) -> Step:
    """The step that the evidence belongs to."""
    if basis_of(evidence, timing) is not None:
        return Step.VERIFY if _is_saved(evidence, timing) else Step.PERSIST
    if evidence.sends == 0 or may_repeat(evidence, timing):
        return Step.ACTIVATE if evidence.put is Outcome.TAKEN else Step.UPLOAD
    return Step.ACTIVATE


def next_act(evidence: RestoreEvidence, now: float, timing: Timing) -> NextAct:
    """What to do next.

    Args:
        evidence: all that was sent and seen.
        now: this moment, of the clock that the evidence is dated by.
        timing: the deadlines of this device.
    """
    judgement = judge_restore(evidence, now, timing)
    if judgement is not None:
        # Nothing is judged by what another sensor has answered: who it is was read in the same look.
        known = evidence.last is not Last.LOOK or evidence.wants >= _WHO
        return Finish(judgement) if known else Look(evidence.wants | _WHO)
    wants = _wants(evidence, timing)
    if evidence.last in (Last.TIME, Last.ACT):
        return Look(wants)
    if evidence.last is Last.LOOK and evidence.latest.state is not UpdateState.STARTED:
        act = _act(evidence, timing)
        if act is not None:
            # Values take long to read: who answers is read again after them.
            fresh = evidence.wants >= wants and (isinstance(act, Look) or not evidence.wants & _LONG)
            return act if fresh else Look(wants)
    return Wait(_pause(evidence, timing))


def _acting(evidence: RestoreEvidence, timing: Timing) -> bool:
    """Whether backup and restore may be sent."""
    return evidence.sends == 0 or may_repeat(evidence, timing)


def _is_saved(evidence: RestoreEvidence, timing: Timing) -> bool:
    """Whether what is restored now is saved, or cannot be: what came after an early save is saved again."""
    known = evidence.save is Outcome.ABSENT or bool(evidence.is_saved)
    return evidence.saves > 0 and known and basis_of(evidence, timing) is evidence.basis


def _act(evidence: RestoreEvidence, timing: Timing) -> NextAct | None:
    basis = basis_of(evidence, timing)
    if basis is None:
        if evidence.put is Outcome.TAKEN:
            return Restore()
        return Put() if _acting(evidence, timing) else None
    if _is_saved(evidence, timing):
        # What is read after saving, at once; a checksum that is not the backup's is looked at again.
        return None if evidence.wants >= VERIFIED else Look(VERIFIED)
    word = evidence.word
    return Save(basis, evidence.left_out or (word.failed if word is not None else ()))


def _wants(evidence: RestoreEvidence, timing: Timing) -> frozenset[RestoreWant]:
    """What the next look reads; each more costs the sensor a request."""
    if basis_of(evidence, timing) is not None:
        return VERIFIED if _is_saved(evidence, timing) else _SAVING
    unread = frozenset({RestoreWant.VALUES}) if evidence.latest.differing is None else frozenset()
    if evidence.put is Outcome.TAKEN or _acting(evidence, timing):
        return _BEFORE | unread
    wants = frozenset({RestoreWant.RESULT})
    if evidence.blind_since is not None or not evidence.has_result or evidence.last is Last.ACT:
        wants |= _WHO
    if evidence.visible and evidence.sends:
        wants |= {RestoreWant.VALUES}
    return wants


def _pause(evidence: RestoreEvidence, timing: Timing) -> float:
    """Seconds until the next look."""
    if evidence.blind_since is not None:
        return timing.reconnect_interval
    return min(VALUES_PAUSE if RestoreWant.VALUES in evidence.wants else POLL, timing.poll_interval)
