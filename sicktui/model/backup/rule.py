"""How a backup ends: one pure rule over its evidence, in the order of ``RULES``.

A file is kept only if it is whole, of this sensor, and written after the call, or else with its age marked.
As long as no rule holds, the sensor is watched on.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from sicktui.model.backup.age import Decision
from sicktui.model.backup.evidence import UNSURE, BackupEvidence, BackupWant
from sicktui.model.enums import Code, UpdateState, Verdict
from sicktui.model.judgement import Judgement
from sicktui.model.settings import Timing
from sicktui.model.update.observations import Outcome

KEPT: Final = (Decision.WRITTEN, Decision.COMPARED, Decision.ASSUMED)


def judge_backup(evidence: BackupEvidence, now: float, timing: Timing) -> Judgement | Decision | None:
    """How the backup ends: how old the file is that is kept, or why none is; ``None``: not yet.

    Args:
        evidence: all that was sent and seen.
        now: this moment, of the clock that the evidence is dated by.
        timing: the deadlines of this device.
    """
    facts = Facts(evidence, now, timing)
    return next((rule.ends(facts) for rule in RULES if rule.holds(facts)), None)


def other_sensor(stranger: str, *, fetched: bool = False) -> Judgement:
    """Another sensor answers.

    Args:
        stranger: who, in words.
        fetched: whether a file may be from either.
    """
    kept = "Whose parameters the file holds is not known, so it was not kept. " if fetched else ""
    return _failed(
        stranger,
        f"{kept}Check the address and try again. Nothing was written to the sensor.",
        Code.OTHER_DEVICE,
    )


class Facts(NamedTuple):
    """What the rules look at."""

    e: BackupEvidence
    now: float
    timing: Timing

    @property
    def decision(self) -> Decision | None:
        """What to do with the file."""
        return self.e.decision(self.timing)

    @property
    def waited(self) -> bool:
        """Whether the time for what is waited for is over."""
        return self.now - self.e.since >= self.timing.backup_timeout


class Rule(NamedTuple):
    """One row of the table."""

    when: str
    """In words, for the documentation."""
    holds: Callable[[Facts], bool]
    ends: Callable[[Facts], Judgement | Decision]


def _failed(message: str, advice: str, code: Code = Code.BACKUP_FAILED) -> Judgement:
    return Judgement(Verdict.FAILED, code, message, advice)


def _flashes(f: Facts) -> bool:
    return f.decision not in KEPT and BackupWant.WHO in f.e.wants and f.e.state is UpdateState.STARTED


def _stays_pending(f: Facts) -> bool:
    result = f.e.result
    pending = result is not None and not result.finished and BackupWant.RESULT in f.e.wants
    # Before the first call of this process it may be the default of a sensor that never wrote a backup.
    return pending and f.e.triggers > 0 and f.waited


def _reports_failure(f: Facts) -> bool:
    return f.e.reports and f.e.result is not None and not f.e.result.ok


def _not_called(f: Facts) -> bool:
    """No call was answered in a way that can be read, and no file came that shows that it was done."""
    if f.e.create not in UNSURE or not f.e.created or f.e.reports:
        return False
    return _never_settles(f) or f.decision in (Decision.ASSUMED, Decision.OLD)


def _never_settles(f: Facts) -> bool:
    return f.e.over(f.timing) and not f.e.settled(f.timing)


def _is_old(f: Facts) -> bool:
    return f.decision is Decision.OLD


def _is_kept(f: Facts) -> bool:
    return f.decision in KEPT and BackupWant.WHO in f.e.wants


def _refused(f: Facts) -> Judgement:
    return _failed(
        f"The sensor did not create its parameter backup: {f.e.why}",
        f"{f.e.advice} Nothing was written to it.".strip(),
    )


def _pending(f: Facts) -> Judgement:
    return _failed(
        f"The backup is still pending after {f.timing.backup_timeout:g} s.",
        "Try again; if it is pending again, restart the sensor. Nothing was written to it.",
    )


def _unsettled(f: Facts) -> Judgement:
    trouble = (f.e.file and f.e.file.trouble) or "The file changes with every download."
    return _failed(
        f"No complete backup came within {f.timing.backup_timeout:g} s: {trouble}",
        "Try again; timing.backup_timeout allows more time. Nothing was written to the sensor.",
    )


def _old(f: Facts) -> Judgement:
    found = f.e.compared.differing if f.e.compared else ()
    return _failed(
        f"The sensor reported a new backup but returned the old file twice ({'; '.join(found[:3])}).",
        "Restart the sensor, then try again. Nothing was written to it.",
    )


RULES: Final = (
    Rule(
        "another sensor answers",
        lambda f: BackupWant.WHO in f.e.wants and bool(f.e.stranger),
        lambda f: other_sensor(f.e.stranger, fetched=f.decision in KEPT),
    ),
    Rule(
        "its firmware is another than when the backup was begun",
        lambda f: BackupWant.WHO in f.e.wants and bool(f.e.moved),
        lambda f: _failed(
            f.e.moved,
            "Which one wrote the file is not known, so none was kept. Try again. Nothing was written to the "
            "sensor.",
        ),
    ),
    Rule(
        "a firmware update is under way before the call",
        _flashes,
        lambda _: _failed(
            "A firmware update is under way on this sensor (UpdateState 1, Started).",
            "Wait until it has finished, and do not power-cycle the sensor meanwhile.",
            Code.BUSY,
        ),
    ),
    Rule("the sensor refused the call", lambda f: f.e.create is Outcome.REFUSED, _refused),
    Rule(
        "the sensor reports that this backup failed",
        _reports_failure,
        lambda _: _failed(
            "The sensor reports that it could not create its parameter backup (Result false).",
            "Try again; if it fails again, restart the sensor. Nothing was written to it.",
        ),
    ),
    Rule("its result stays pending for backup_timeout", _stays_pending, _pending),
    Rule("no usable answer to the call, and no file that shows that it was done", _not_called, _refused),
    Rule("no complete file that stays the same came within backup_timeout", _never_settles, _unsettled),
    Rule("twice the bytes from before, and what can be compared differs", _is_old, _old),
    Rule(
        "a complete file that stays the same; the same sensor still answers",
        _is_kept,
        lambda f: f.decision or Decision.OLD,
    ),
)
"""In order; the first that holds decides."""
