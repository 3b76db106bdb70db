"""The verdict of an update: one pure rule over the evidence, in the order of this page.

``succeeded`` rests on readings after a proven reboot; ``failed`` also needs that nothing which was sent may
still take effect; everything else ends as ``unknown``. The table of ``docs/reliability.md`` is made from
``RULES``. A rule that holds is final; as long as none does, the sensor is watched on.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from sicktui.model.enums import UpdateState
from sicktui.model.firmware.version import Likeness
from sicktui.model.judgement import Judgement
from sicktui.model.settings import Timing
from sicktui.model.update import sentences
from sicktui.model.update.act_rule import PATIENT, idle_limit, is_spent
from sicktui.model.update.evidence import Evidence, trouble_of
from sicktui.model.update.observations import Last, Outcome
from sicktui.model.update.sentences import Facts

TRIES: Final = 3
"""Looks without a usable answer before a sensor that nothing was sent to is given up."""


def calm(evidence: Evidence, timing: Timing) -> float:
    """Seconds that it must stay healthy. A silence proves less than a counter and is watched for longer."""
    proof = evidence.proof
    finished = evidence.finished_at if evidence.state is UpdateState.FINISHED else None
    if proof is None or not proof.counted:
        # Some sensors keep 2 across the reboot; in others it means that the reboot is yet to come.
        at_two = evidence.state is UpdateState.FINISHED
        return max(PATIENT * timing.settle, idle_limit(timing) if at_two else timing.autostart_wait)
    if finished is not None and (finished >= proof.at or proof.doubted):
        # The reboot may have been before it, so it may be that of another stage, which reboots in its turn.
        return max(timing.settle, timing.reconnect_timeout)
    return timing.settle


class Rule(NamedTuple):
    """One row of the table."""

    when: str
    """In words, for the documentation."""
    then: str
    """Verdict and code, in words; ``failed`` becomes ``unknown`` where the version cannot be compared."""
    holds: Callable[[Facts], bool]
    ends: Callable[[Facts], Judgement]


def judge(evidence: Evidence, now: float, timing: Timing) -> Judgement | None:
    """The verdict, or ``None`` as long as the sensor must be watched on.

    Args:
        evidence: all that was sent and seen.
        now: this moment, of the clock that the evidence is dated by.
        timing: the deadlines of this device.
    """
    facts = Facts(evidence, now, timing)
    for rule in RULES:
        if rule.holds(facts):
            return sentences.flagged(facts, rule.ends(facts))
    return None


def _rebooted(f: Facts) -> bool:
    return f.e.proof is not None


def _is_blind(f: Facts) -> bool:
    e, timing = f.e, f.timing
    if e.blind_since is None or e.last is not Last.BLIND:
        return False
    # A sensor that answers with errors may be flashing (503); one that is silent may only be rebooting.
    limit = timing.reconnect_timeout
    return f.now - e.blind_since >= (
        limit if e.silent_since is not None else max(limit, timing.flash_timeout)
    )


def _flashes_on(f: Facts) -> bool:
    started = f.e.started_at
    if not f.looked or f.e.state is not UpdateState.STARTED or started is None:
        return False
    return f.now - started >= f.timing.flash_timeout


def _reports_error(f: Facts) -> bool:
    since = f.e.error_at
    if not f.looked or since is None:
        return False
    # A boot may bring another stage with it, even at 3; where boots are known to be counted, there was none.
    counted = f.e.counts and f.e.proof is None and f.e.silences == f.e.sent.silences
    return f.quiet >= (f.timing.settle if counted else max(f.timing.settle, idle_limit(f.timing)))


def _nothing_expected(f: Facts) -> bool:
    proof = f.e.proof
    return f.looked and proof is not None and f.e.expected is None and f.quiet >= calm(f.e, f.timing)


def _package_lost(f: Facts) -> bool:
    """It has rebooted with its old version before a flash was asked for or seen."""
    return _back_with_other(f) and f.e.same_version and not f.e.begun and f.e.sent.triggers == 0


def _back_with_other(f: Facts) -> bool:
    return _rebooted(f) and f.idle and f.e.likeness is Likeness.DIFFERENT and f.e.error_at is None


def _never_well(f: Facts) -> bool:
    proof, timing = f.e.proof, f.timing
    if proof is None or f.e.last is Last.TIME:
        return False
    return f.now - proof.at >= timing.reconnect_timeout + calm(f.e, timing) and bool(trouble_of(f.e))


def _stays_finished(f: Facts) -> bool:
    finished = f.e.finished_at
    if _rebooted(f) or finished is None or f.e.last is Last.TIME or f.e.silent_since is not None:
        return False
    return f.e.state is UpdateState.FINISHED and f.now - finished >= f.timing.reconnect_timeout


def _gave_up(f: Facts) -> bool:
    """It flashed, rests again with its old version, and no reboot is proven."""
    return f.idle and f.e.begun and not _rebooted(f) and f.e.likeness is Likeness.DIFFERENT


def _unproven(f: Facts) -> bool:
    """It reports the expected version (or one that cannot be compared), and nothing proves a reboot."""
    e = f.e
    if _rebooted(f) or not f.looked or not e.rests or e.likeness is Likeness.DIFFERENT:
        return False
    if not (e.begun or not e.same_version):
        return False
    # With a silence behind it nothing more is awaited; without one the reboot may be yet to come.
    wait = idle_limit(f.timing)
    return f.quiet >= (wait if e.silences else max(wait, f.timing.reconnect_timeout))


def _trigger_refused(f: Facts) -> bool:
    sent = f.e.sent
    if not _waits_in_vain(f) or not is_spent(f.e):
        return False
    return (sent.trigger is Outcome.REFUSED and not sent.heard) or sent.trigger is Outcome.ABSENT


def _waits_in_vain(f: Facts) -> bool:
    return f.idle and not f.e.begun and not _rebooted(f) and f.e.same_version


def _never_started(f: Facts) -> bool:
    sent = f.e.sent
    if not (_waits_in_vain(f) and sent.triggers and is_spent(f.e)):
        return False
    return f.now - sent.first_trigger >= f.timing.flash_timeout


def _not_taken(f: Facts) -> bool:
    """The upload did not work, nothing more may be sent, and what was sent has had its time."""
    return _waits_in_vain(f) and f.e.sent.triggers == 0 and is_spent(f.e)


def _takes_too_long(f: Facts) -> bool:
    first, timing = f.e.sent.first_at, f.timing
    if first is None or f.e.last is Last.TIME:
        return False
    limit = timing.flash_timeout + 2 * timing.reconnect_timeout + 4 * idle_limit(timing)
    return f.now - f.e.sent.at >= limit


RULES: Final = (
    Rule(
        "nothing was sent; another sensor answers",
        "failed: other_device",
        lambda f: f.untouched and f.e.stranger is not None,
        sentences.untouched_stranger,
    ),
    Rule(
        "nothing was sent; UpdateState is not what it was",
        "failed: busy",
        lambda f: f.untouched and f.looked and not f.e.rests,
        sentences.untouched_busy,
    ),
    Rule(
        "nothing was sent; the version is not what it was",
        "failed: busy; at the expected version skipped: already_current",
        lambda f: f.untouched and f.looked and not f.e.same_version,
        sentences.untouched_changed,
    ),
    Rule(
        f"nothing was sent; {TRIES} looks in a row had no usable answer",
        "failed: unreachable, protocol_error",
        lambda f: f.untouched and f.e.looks >= TRIES,
        sentences.untouched_blind,
    ),
    Rule(
        "not one byte of the package left, and it may not be tried again",
        "failed: the code of the reply",
        lambda f: f.untouched and f.e.sent.puts > 0 and is_spent(f.e),
        sentences.untouched_refused,
    ),
    Rule(
        "after a proven reboot: same sensor, version equal, UpdateState neither 1 nor a new 2 or 3, healthy "
        "for the whole of settle, no second reboot in it",
        "succeeded",
        lambda f: (
            f.e.confirmed
            and f.e.well_since is not None
            and f.e.well_at is not None
            and f.e.well_at - f.e.well_since >= calm(f.e, f.timing)
        ),
        sentences.succeeded,
    ),
    Rule(
        "another sensor answers",
        "unknown: other_device",
        lambda f: f.e.stranger is not None,
        sentences.stranger,
    ),
    Rule(
        "silent for reconnect_timeout, or unreadable for as long as a flash may take",
        "unknown: no_return, unhealthy",
        _is_blind,
        sentences.blind,
    ),
    Rule(
        "UpdateState is 1 for flash_timeout", "unknown: flash_timeout", _flashes_on, sentences.flash_timeout
    ),
    Rule(
        "UpdateState is a new 3, for settle; where reboots are not known to be counted, as long as anything "
        "may begin",
        "failed: update_error",
        _reports_error,
        sentences.update_error,
    ),
    Rule(
        "rebooted, and no expected version is known",
        "unknown: version_mismatch",
        _nothing_expected,
        sentences.no_expectation,
    ),
    Rule(
        "rebooted with the old version before anything was triggered, and rests",
        "failed: not_started, interrupted",
        _package_lost,
        sentences.lost,
    ),
    Rule(
        "rebooted, another version than expected, and rests",
        "failed: version_mismatch",
        _back_with_other,
        sentences.wrong_version,
    ),
    Rule(
        "rebooted, but not well within reconnect_timeout",
        "unknown: unhealthy, version_mismatch",
        _never_well,
        sentences.unhealthy,
    ),
    Rule(
        "UpdateState is 2, and no reboot within reconnect_timeout",
        "unknown: version_mismatch",
        _stays_finished,
        sentences.no_reboot,
    ),
    Rule(
        "flashed, rests at another version than expected, no reboot proven",
        "failed: update_error, version_mismatch",
        _gave_up,
        sentences.aborted,
    ),
    Rule(
        "reports the expected version, rests, no reboot proven",
        "unknown: no_return, interrupted",
        _unproven,
        sentences.not_proven,
    ),
    Rule(
        "the trigger was refused, and the sensor rests",
        "failed: the code of the reply",
        _trigger_refused,
        sentences.refused,
    ),
    Rule(
        "triggered, and rests for flash_timeout",
        "failed: not_started, update_error, or the code of the reply; unknown: interrupted",
        _never_started,
        sentences.not_started,
    ),
    Rule(
        "the upload failed or was lost, and the sensor rests",
        "failed: upload_failed, not_started, interrupted, or the code of the reply",
        _not_taken,
        sentences.not_uploaded,
    ),
    Rule(
        "nothing of this within all the time that an update may take",
        "unknown: flash_timeout",
        _takes_too_long,
        sentences.too_long,
    ),
)


"""In order; the first that holds decides."""
