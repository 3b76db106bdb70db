"""The verdict of a restore: one pure rule over its evidence, in the order of ``RULES``.

``succeeded`` needs that nothing which can be read differs from the backup, and that the sensor's own
checksum, where there is one to compare, is the backup's. ``failed`` needs that nothing which was sent may
still take effect. A rule that holds is final; as long as none does, the sensor is watched on.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from sicktui.model.enums import Code, UpdateState, Verdict
from sicktui.model.judgement import Judgement
from sicktui.model.restore import sentences
from sicktui.model.restore.evidence import UNSURE, RestoreEvidence
from sicktui.model.restore.observations import Basis, RestoreWant
from sicktui.model.restore.sentences import Facts, proven
from sicktui.model.settings import Timing
from sicktui.model.update.observations import Last, Outcome

MAX_PUTS: Final = 2
"""Half a file changes nothing: after a broken connection it is sent once more."""
MAX_SENDS: Final = 2
"""A restore may be done twice, but not while the first may be at work."""
MAX_SAVES: Final = 2
VERIFIED: Final = frozenset({RestoreWant.WHO, RestoreWant.VALUES, RestoreWant.SAVED, RestoreWant.FILE})
"""What is read after saving."""


def basis_of(e: RestoreEvidence, timing: Timing) -> Basis | None:
    """Why the restore counts as applied; ``None``: it does not, or not yet."""
    if e.basis is Basis.REPORTED and e.gone and e.save is not Outcome.TAKEN:
        return Basis.ASSUMED  # a reboot may have lost what was not saved yet
    rest = max(timing.backup_timeout, timing.restore_wait)
    if e.basis is Basis.EARLY and e.waited >= rest:
        return Basis.ASSUMED  # what came since it was saved is saved now
    if e.basis is not None or e.sends == 0:
        return e.basis
    word = e.word
    if word is not None and not word.ok:
        return None
    if word is not None and e.watched and not e.gone and e.waited >= timing.restore_wait:
        return Basis.REPORTED  # a silence since then may have lost what was not saved
    if e.pending and (e.resumed or not e.gone):
        return None  # the result of a boot may read pending for good
    # What cannot be read may come after what can.
    if (e.reached and e.waited >= timing.restore_wait) or (e.changed and e.waited >= rest):
        return Basis.SEEN
    if not (e.send is Outcome.TAKEN or word is not None) or e.visible or e.waited < timing.restore_wait:
        return None
    if e.waited >= rest:
        return Basis.ASSUMED
    return Basis.EARLY if e.checksum is None else None  # no checksum to wait for


def may_repeat(e: RestoreEvidence, timing: Timing) -> bool:
    """Whether backup and restore may be sent once more."""
    facts = Facts(e, e.looked_at, timing)
    limit = MAX_SENDS + e.resumed
    return e.send in UNSURE and e.sends < limit and facts.at_rest and not e.changed and e.word is None


def judge_restore(evidence: RestoreEvidence, now: float, timing: Timing) -> Judgement | None:
    """The verdict, or ``None`` as long as the sensor must be watched on.

    Args:
        evidence: all that was sent and seen.
        now: this moment, of the clock that the evidence is dated by.
        timing: the deadlines of this device.
    """
    facts = Facts(evidence, now, timing)
    end = next((rule.ends(facts) for rule in RULES if rule.holds(facts)), None)
    if end is not None and end.verdict is Verdict.FAILED and evidence.may_come:
        return end._replace(verdict=Verdict.UNKNOWN, advice=sentences.LOOK)
    return end


# -- the rules -----------------------------------------------------------------------------------


class Rule(NamedTuple):
    """One row of the table."""

    when: str
    """In words, for the documentation."""
    then: str
    """Verdict and code, likewise; ``failed`` becomes ``unknown`` where a call may still take effect."""
    holds: Callable[[Facts], bool]
    ends: Callable[[Facts], Judgement]


def _untouched(f: Facts) -> bool:
    return f.e.sends == 0 and f.e.basis is None


def _is_blind(f: Facts) -> bool:
    blind = f.e.blind_since
    return f.e.last is Last.BLIND and blind is not None and f.now - blind >= f.timing.reconnect_timeout


def _is_flashing(f: Facts) -> bool:
    return f.looked and f.e.latest.state is UpdateState.STARTED


def _flashes_on(f: Facts) -> bool:
    return _is_flashing(f) and f.now - (f.e.started_at or f.now) >= f.timing.flash_timeout


def _not_uploaded(f: Facts) -> bool:
    put = f.e.put
    return put in (Outcome.REFUSED, Outcome.ODD, Outcome.ABSENT) or (
        put is Outcome.OPEN and f.e.puts >= MAX_PUTS
    )


def _activating(f: Facts) -> bool:
    return f.e.sends > 0 and f.e.basis is None and f.looked


def _rejected(f: Facts) -> bool:
    word = f.e.word
    return _activating(f) and word is not None and word.ok is False


def _refused(f: Facts) -> bool:
    """The call was refused, and what can be read has not changed in the time that a restore takes."""
    refused = f.e.send in (Outcome.REFUSED, Outcome.ABSENT)
    return _activating(f) and refused and f.at_rest and (not f.e.visible or f.e.stays)


def _stays_pending(f: Facts) -> bool:
    waited = _activating(f) and f.e.pending and f.e.waited >= f.rest
    return waited and basis_of(f.e, f.timing) is None


def _nothing_came(f: Facts) -> bool:
    spent = f.e.send is Outcome.TAKEN or f.e.sends >= MAX_SENDS + f.e.resumed
    return _activating(f) and spent and f.at_rest and f.e.stays


def _never_answered(f: Facts) -> bool:
    spent = f.e.send in UNSURE and f.e.sends >= MAX_SENDS + f.e.resumed
    return _activating(f) and spent and f.e.word is None and f.at_rest and not f.e.visible


def _save_spent(f: Facts) -> bool:
    e = f.e
    if e.basis is None or not f.looked or RestoreWant.SAVED not in e.wants or e.is_saved:
        return False
    return e.save is Outcome.REFUSED or (e.save in UNSURE and e.saves >= MAX_SAVES)


def _verified(f: Facts) -> bool:
    e = f.e
    known = e.save is Outcome.ABSENT or e.is_saved
    read = e.basis is not None and f.looked and e.saves > 0 and bool(known) and e.wants >= VERIFIED
    if e.basis is Basis.EARLY and (e.latest.differences or e.latest.differs_from_file):
        return False  # the rest may come yet
    return read


def _checksum_differs(f: Facts) -> bool:
    e = f.e
    now = e.latest.checksum
    return None not in (e.checksum, now) and now != e.checksum and not e.latest.moved


def _half_read(f: Facts) -> bool:
    """Not all that the backup has could be compared, and no checksum makes up for it."""
    e = f.e
    blind = e.checksum is not None and e.latest.checksum is None and not e.latest.moved
    return _verified(f) and not proven(e) and (bool(e.latest.unread) or blind)


def _falls_short(f: Facts) -> bool:
    e = f.e
    left = e.latest.differences or e.latest.differs_from_file
    # Other firmware may show the same setting as another value; the same firmware does not.
    return _verified(f) and bool(e.left_out or (left and (e.same_firmware or e.basis is not Basis.REPORTED)))


def _contradicted(f: Facts) -> bool:
    return _verified(f) and _checksum_differs(f) and f.e.waited >= f.rest


def _unproven(f: Facts) -> bool:
    weak = f.e.basis is not None and f.e.basis.is_weak
    seen = proven(f.e) or f.e.reached
    return _verified(f) and weak and not seen and not _checksum_differs(f)


def _is_restored(f: Facts) -> bool:
    return _verified(f) and not _checksum_differs(f) and not _half_read(f)


def _takes_too_long(f: Facts) -> bool:
    limit = f.rest + f.timing.reconnect_timeout + f.timing.flash_timeout
    return f.looked and f.e.waited >= limit


RULES: Final = (
    Rule(
        "nothing was restored yet; another sensor answers",
        "failed: other_device",
        lambda f: _untouched(f) and f.looked and bool(f.e.latest.stranger),
        lambda f: sentences.untouched(
            Code.OTHER_DEVICE,
            f.e.latest.stranger,
            sentences.OTHER_PLACE,
        ),
    ),
    Rule(
        "nothing was restored yet; a firmware update is under way",
        "failed: busy",
        lambda f: _untouched(f) and _is_flashing(f),
        lambda _: sentences.untouched(
            Code.BUSY,
            "A firmware update is under way on this sensor (UpdateState 1, Started).",
            "Wait until it has finished, then restore again.",
        ),
    ),
    Rule(
        "nothing was restored yet; no usable answer for reconnect_timeout",
        "failed: unreachable, protocol_error",
        lambda f: _untouched(f) and _is_blind(f),
        lambda f: sentences.untouched(
            Code.UNREACHABLE if f.e.silent else Code.PROTOCOL_ERROR, f.e.trouble, "Check its power and cable."
        ),
    ),
    Rule(
        "the backup could not be sent",
        "failed: the code of the reply, or upload_failed; unknown: interrupted, where the restore was sent",
        _not_uploaded,
        sentences.not_uploaded,
    ),
    Rule(
        "another sensor answers",
        "unknown: other_device",
        lambda f: f.looked and bool(f.e.latest.stranger),
        lambda f: Judgement(
            Verdict.UNKNOWN,
            Code.OTHER_DEVICE,
            f.e.latest.stranger,
            sentences.OTHER_PLACE,
        ),
    ),
    Rule(
        "no usable answer for reconnect_timeout",
        "unknown: no_return, protocol_error",
        _is_blind,
        lambda f: Judgement(
            Verdict.UNKNOWN,
            Code.NO_RETURN if f.e.silent else Code.PROTOCOL_ERROR,
            f"The sensor does not answer any more during the restore: {f.e.trouble}"
            if f.e.basis is None
            else f"The restore cannot be read back: {f.e.trouble}",
            sentences.RETURN,
        ),
    ),
    Rule(
        "UpdateState is 1 for flash_timeout",
        "unknown: busy",
        _flashes_on,
        lambda _: Judgement(
            Verdict.UNKNOWN,
            Code.BUSY,
            "A firmware update began on this sensor during the restore.",
            sentences.LOOK,
        ),
    ),
    Rule(
        "the sensor reports that this restore failed",
        "failed: the code of the result; unknown, where an earlier call may have worked",
        _rejected,
        sentences.rejected,
    ),
    Rule(
        "the call was refused, and nothing that can be read has changed within backup_timeout",
        "unknown: restore_rejected, or the code of the reply; failed, where its result shows that it has "
        "ended, or the login was refused",
        _refused,
        sentences.refused,
    ),
    Rule(
        "its result stays pending",
        "unknown: busy",
        _stays_pending,
        lambda f: Judgement(
            Verdict.UNKNOWN,
            Code.BUSY,
            f"The restore is still pending after {f.rest:g} s: the sensor may be at work on it.",
            sentences.STILL_AT_WORK,
        ),
    ),
    Rule(
        "nothing that should change has changed within backup_timeout",
        "unknown: restore_rejected, or the code of the reply; failed, where its result shows that it has "
        "ended",
        _nothing_came,
        sentences.nothing_came,
    ),
    Rule(
        "twice no usable reply, and nothing to see it by",
        "unknown: interrupted, or the code of the reply",
        _never_answered,
        sentences.never_answered,
    ),
    Rule(
        "restored, but not known to be saved",
        "unknown: the code of the reply; failed, where the sensor reports that it has not saved",
        _save_spent,
        sentences.not_saved,
    ),
    Rule(
        "restored and saved; something was left out or reads differently",
        "failed: restore_rejected; unknown, where the rest may still come",
        _falls_short,
        sentences.falls_short,
    ),
    Rule(
        "restored and saved; MD5Parameters is not the backup's",
        "unknown: restore_rejected",
        _contradicted,
        sentences.contradicted,
    ),
    Rule(
        "restored and saved; some parameters, or the checksum that the backup has, cannot be read any more",
        "unknown: protocol_error",
        lambda f: _half_read(f) and f.e.waited >= f.rest,
        sentences.half_read,
    ),
    Rule(
        "accepted without a result, and nothing proves it",
        "unknown: not_supported",
        _unproven,
        sentences.unproven,
    ),
    Rule(
        "restored and saved; nothing that can be read differs, and MD5Parameters, where it can be compared, "
        "is the backup's",
        "succeeded",
        _is_restored,
        lambda f: Judgement(Verdict.SUCCEEDED, None, sentences.read_back(f.e)),
    ),
    Rule(
        "nothing of this within all the time that a restore may take",
        "unknown: interrupted",
        _takes_too_long,
        lambda _: Judgement(
            Verdict.UNKNOWN,
            Code.INTERRUPTED,
            "What became of the restore cannot be read.",
            sentences.LOOK,
        ),
    ),
)
"""In order; the first that holds decides."""
