"""The backup of one sensor as a machine without I/O: evidence and a moment in, the next act out.

Like ``engine/update/machine.py``: ``next_act`` decides and changes nothing; the job carries the act out, adds
what came of it to the evidence, and asks again.
"""

from typing import Final

from msgspec import Struct

from sicktui.model.backup.age import Decision
from sicktui.model.backup.evidence import BackupEvidence, BackupWant
from sicktui.model.backup.rule import judge_backup
from sicktui.model.judgement import Judgement
from sicktui.model.settings import Timing

_POLL: Final = 0.5
"""Seconds between two looks at a backup in the making, which takes a sensor about a second."""
_RECENT: Final = 2.0
"""Seconds for which the caller's reading of who it is serves as the one before the call."""
_WHO: Final = frozenset({BackupWant.WHO})
_RESULT: Final = frozenset({BackupWant.RESULT})
_CHECKSUM: Final = frozenset({BackupWant.CHECKSUM})


class Look(Struct, frozen=True):
    """Read the sensor."""

    wants: frozenset[BackupWant]


class Remember(Struct, frozen=True):
    """Download the file that the sensor offers before the call."""


class Create(Struct, frozen=True):
    """Send CreateParameterBackup."""


class ReadParameters(Struct, frozen=True):
    """Read the parameters, while the sensor writes its file."""


class Fetch(Struct, frozen=True):
    """Download the file."""


class Compare(Struct, frozen=True):
    """Compare the file, which may be the one from before, with the sensor."""


class Wait(Struct, frozen=True):
    """Do nothing."""

    seconds: float


class Keep(Struct, frozen=True):
    """The file counts."""

    age: Decision


class Finish(Struct, frozen=True):
    """No file counts."""

    judgement: Judgement


Doing = Look | Remember | Create | ReadParameters | Fetch | Compare | Wait
NextAct = Doing | Keep | Finish


def next_act(evidence: BackupEvidence, now: float, timing: Timing) -> NextAct:
    """What to do next.

    Args:
        evidence: all that was sent and seen.
        now: this moment, of the clock that the evidence is dated by.
        timing: the deadlines of this device.
    """
    ended = judge_backup(evidence, now, timing)
    if isinstance(ended, Judgement):
        return Finish(ended)
    if ended is not None:
        return Keep(ended)
    if evidence.triggers == 0:
        return _prepare(evidence, now, timing)
    if not evidence.read:
        return ReadParameters()
    if not evidence.created:
        return _paced(evidence, timing, Look(_RESULT))
    if not evidence.settled(timing):
        return _paced(evidence, timing, Fetch())
    return _with_the_file(evidence, timing)


def _prepare(e: BackupEvidence, now: float, timing: Timing) -> NextAct:
    """Up to the first call. An earlier one must have ended: a sensor writes one backup at a time."""
    if e.resumed and now - e.since < timing.backup_timeout:
        return _paced(e, timing, Look(_RESULT))
    if e.before is None:
        return _paced(e, timing, Remember())
    if e.wants == _CHECKSUM:
        return Create() if e.known_at is not None and now - e.known_at <= _RECENT else Look(_WHO)
    return Create() if e.wants == _WHO else Look(_CHECKSUM)


def _with_the_file(e: BackupEvidence, timing: Timing) -> NextAct:
    decision = e.decision(timing)
    if decision is None:
        return Compare()
    if decision is Decision.AGAIN:
        return _again(e, timing)
    return Look(_CHECKSUM | _WHO)


def _again(e: BackupEvidence, timing: Timing) -> NextAct:
    """Call once more, but not while the first may be at work: its end is known, or its time is over."""
    if not (e.reports or e.rewritten or e.over(timing)):
        return _paced(e, timing, Fetch())
    return Create() if e.wants == _WHO else Look(_WHO)


def _paced(e: BackupEvidence, timing: Timing, act: NextAct) -> NextAct:
    return Wait(min(_POLL, timing.poll_interval)) if e.tried else act
