"""The verdict of a restore: one pure rule over its evidence, in the order of ``RULES``.

``succeeded`` needs that nothing which can be read differs from the backup, and that the sensor's own
checksum, where there is one to compare, is the backup's. ``failed`` needs that nothing which was sent may
still take effect. A rule that holds is final; as long as none does, the sensor is watched on.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from sicktui.model.enums import Code, UpdateState, Verdict
from sicktui.model.evidence import Last
from sicktui.model.judgement import Judgement
from sicktui.model.observations import Outcome
from sicktui.model.restore_evidence import UNSURE, Basis, RestoreEvidence, RestoreWant
from sicktui.model.restore_results import not_restored, rejection
from sicktui.model.settings import Timing
from sicktui.model.wording import names

UNTOUCHED: Final = "No parameter was changed."
MAX_PUTS: Final = 2
"""Half a file changes nothing: after a broken connection it is sent once more."""
MAX_SENDS: Final = 2
"""A restore may be done twice, but not while the first may be at work."""
MAX_SAVES: Final = 2
VERIFIED: Final = frozenset({RestoreWant.WHO, RestoreWant.VALUES, RestoreWant.SAVED, RestoreWant.FILE})
"""What is read after saving."""
_MOST_NAMED: Final = 8
_LOOK: Final = (
    "Read its parameters ('sicktui get', 'sicktui diff'), then restore again: doing it twice does no harm."
)


class Facts(NamedTuple):
    """What a rule looks at."""

    e: RestoreEvidence
    now: float
    timing: Timing

    @property
    def rest(self) -> float:
        """Seconds within which a restore that was sent shows."""
        return max(self.timing.backup_timeout, self.timing.restore_wait)

    @property
    def looked(self) -> bool:
        """Whether the sensor has just answered."""
        return self.e.last is Last.LOOK

    @property
    def at_rest(self) -> bool:
        """Whether nothing that was sent may still take effect."""
        return self.looked and not self.e.pending and self.e.waited >= self.rest


def basis_of(e: RestoreEvidence, timing: Timing) -> Basis | None:
    """Why the restore counts as applied; ``None``: it does not, or not yet."""
    if e.basis is Basis.REPORTED and e.gone and e.save is not Outcome.TAKEN:
        return Basis.ASSUMED  # a reboot may have lost what was not saved yet
    if e.basis is not None or e.sends == 0:
        return e.basis
    word = e.word
    if word is not None and not word.ok:
        return None
    if word is not None and not e.gone:
        return Basis.REPORTED  # a silence since then may have lost what was not saved
    if e.pending and (e.pending_seen or e.resumed):
        return None
    rest = max(timing.backup_timeout, timing.restore_wait)
    # What cannot be read may come after what can.
    if (e.reached and e.waited >= timing.restore_wait) or (e.changed and e.waited >= rest):
        return Basis.SEEN
    accepted = (e.send is Outcome.TAKEN or word is not None) and not e.visible
    return Basis.ASSUMED if accepted and e.waited >= rest else None


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
    return next((rule.ends(facts) for rule in RULES if rule.holds(facts)), None)


def read_back(e: RestoreEvidence) -> str:
    """How far the sensor has the parameters of the backup, in words."""
    left = (*e.latest.differences, *e.latest.differs_from_file)
    if left:
        return f"Different from the backup: {names(left, _MOST_NAMED, separator='; ')}."
    if proven(e):
        return "All parameters read back as in the backup (MD5Parameters)."
    if e.comparable == 1:
        return "The one comparable parameter reads back as in the backup."
    if e.comparable:
        return f"All {e.comparable} comparable parameters read back as in the backup."
    return "There is nothing to compare with."


def proven(e: RestoreEvidence) -> bool:
    """Whether the sensor's own checksum proves that all its parameters are those of the backup."""
    return e.latest.checksum is not None and e.latest.checksum == e.checksum


# -- the rules -----------------------------------------------------------------------------------


class Rule(NamedTuple):
    """One row of the table."""

    when: str
    """In words, for the documentation."""
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
    """The call was refused, and what could be read after it has not changed."""
    refused = f.e.send in (Outcome.REFUSED, Outcome.ABSENT)
    if not (_activating(f) and refused) or f.e.changed or f.e.pending_seen:
        return False
    return f.e.waited >= f.timing.restore_wait and (not f.e.visible or f.e.stays)


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
    return e.basis is not None and f.looked and e.saves > 0 and bool(known) and e.wants >= VERIFIED


def _checksum_differs(f: Facts) -> bool:
    e = f.e
    now = e.latest.checksum
    return None not in (e.checksum, now) and now != e.checksum and not e.latest.moved


def _falls_short(f: Facts) -> bool:
    e = f.e
    left = e.latest.differences or e.latest.differs_from_file
    # Other firmware may show the same setting as another value; the same firmware does not.
    return _verified(f) and bool(e.left_out or (left and (e.same_firmware or e.basis is not Basis.REPORTED)))


def _contradicted(f: Facts) -> bool:
    return _verified(f) and _checksum_differs(f) and f.e.waited >= f.rest


def _unproven(f: Facts) -> bool:
    return _verified(f) and f.e.basis is Basis.ASSUMED and not proven(f.e) and not _checksum_differs(f)


def _is_restored(f: Facts) -> bool:
    return _verified(f) and not _checksum_differs(f)


def _takes_too_long(f: Facts) -> bool:
    limit = f.rest + f.timing.reconnect_timeout + f.timing.flash_timeout
    return f.looked and f.e.waited >= limit


def _untouched_end(code: Code, message: str, advice: str = "") -> Judgement:
    return Judgement(Verdict.FAILED, code, message, f"{advice} {UNTOUCHED}".strip())


def _code(e: RestoreEvidence, otherwise: Code) -> Code:
    return Code(e.code) if e.code else otherwise


_OTHER_PLACE: Final = "Look for the sensor on site; its address may have changed (DHCP)."
_RETURN: Final = (
    "Check its power and cable; its network settings may have changed with the restore: look for it at its "
    "new address."
)
_USUAL: Final = (
    "The usual reasons: another passphrase, another model, a damaged file, firmware older than the backup's. "
    "Nothing that can be read was changed; should it show only after a restart of the sensor, compare then "
    "with 'sicktui diff'."
)


def _end_not_uploaded(f: Facts) -> Judgement:
    code = _code(f.e, Code.UPLOAD_FAILED)
    if not _untouched(f):
        return Judgement(
            Verdict.UNKNOWN,
            Code.INTERRUPTED,
            f"No reply to the restore came that can be read, and it could not be repeated: {f.e.why}",
            _LOOK,
        )
    what = "This sensor has no parameter backup: " if code is Code.NOT_SUPPORTED else ""
    return _untouched_end(code, f"{what}{f.e.why}", f.e.advice)


def _doubtful(f: Facts) -> bool:
    """Whether an earlier call may have worked, and nothing shows that it has not."""
    return f.e.sends > 1 and not f.e.visible


def _end_rejected(f: Facts) -> Judgement:
    word = f.e.word
    if word is None:
        raise AssertionError("no result")
    end = rejection(word)
    return end._replace(verdict=Verdict.UNKNOWN, advice=_LOOK) if _doubtful(f) else end


def _end_refused(f: Facts) -> Judgement:
    code = _code(f.e, Code.RESTORE_REJECTED)
    code = Code.RESTORE_REJECTED if code is Code.DEVICE_ERROR else code
    message = f"The sensor does not restore the backup: {f.e.why}"
    if f.e.sends == 1:
        return _untouched_end(code, message, f.e.advice)
    verdict = Verdict.UNKNOWN if _doubtful(f) else Verdict.FAILED
    return Judgement(verdict, code, message, _LOOK if _doubtful(f) else f.e.advice)


def _end_nothing_came(f: Facts) -> Judgement:
    replied = "gives no result of the restore" if f.e.send is Outcome.TAKEN else "sent no usable reply"
    return Judgement(
        Verdict.FAILED,
        Code.RESTORE_REJECTED,
        f"The sensor {replied}, and no parameter has become that of the backup within {f.rest:g} s.",
        _USUAL,
    )


def _end_not_saved(f: Facts) -> Judgement:
    code = _code(f.e, Code.DEVICE_ERROR)
    if f.e.is_saved is False:
        return Judgement(
            Verdict.FAILED,
            code,
            "The backup is restored and active, but the sensor did not save it. The next power cycle "
            f"loses it: {f.e.why}",
            "Restore it again; doing it twice does no harm.",
        )
    return Judgement(
        Verdict.UNKNOWN,
        code,
        "The backup is restored and active. It is not known whether the sensor saved it; a power cycle may "
        f"lose it: {f.e.why}",
        "Restore it again; doing it twice does no harm.",
    )


def _end_falls_short(f: Facts) -> Judgement:
    left = f.e.latest.differences or f.e.latest.differs_from_file
    what = " ".join(part for part in (not_restored(f.e.left_out), read_back(f.e) if left else "") if part)
    return Judgement(
        Verdict.FAILED,
        Code.RESTORE_REJECTED,
        f"The backup was restored and saved, but not completely. {what}",
        "Some settings take effect only after a restart of the sensor. Compare then with 'sicktui diff', and "
        "set what is missing with 'sicktui set'.",
    )


def _end_contradicted(f: Facts) -> Judgement:
    return Judgement(
        Verdict.UNKNOWN,
        Code.RESTORE_REJECTED,
        "The backup was restored and saved, and nothing that can be read differs from it. But the "
        "sensor's own checksum of all parameters (MD5Parameters) is not the backup's: something unreadable "
        "differs.",
        "Restore it again; if the checksum still differs, compare with the sensor's web page.",
    )


def _end_unproven(f: Facts) -> Judgement:
    return Judgement(
        Verdict.UNKNOWN,
        Code.NOT_SUPPORTED,
        "This sensor does not report restore results, and no comparable parameter differed before, so the "
        f"result cannot be verified. {read_back(f.e)}",
        "Read a parameter that the backup should have changed ('sicktui get').",
    )


RULES: Final = (
    Rule(
        "nothing was restored yet; another sensor answers",
        lambda f: _untouched(f) and f.looked and bool(f.e.latest.stranger),
        lambda f: _untouched_end(Code.OTHER_DEVICE, f.e.latest.stranger, _OTHER_PLACE),
    ),
    Rule(
        "nothing was restored yet; a firmware update is under way",
        lambda f: _untouched(f) and _is_flashing(f),
        lambda _: _untouched_end(
            Code.BUSY,
            "A firmware update is under way on this sensor (UpdateState 1, Started).",
            "Wait until it has finished, then restore again.",
        ),
    ),
    Rule(
        "nothing was restored yet; no usable answer for reconnect_timeout",
        lambda f: _untouched(f) and _is_blind(f),
        lambda f: _untouched_end(
            Code.UNREACHABLE if f.e.silent else Code.PROTOCOL_ERROR, f.e.trouble, "Check its power and cable."
        ),
    ),
    Rule("the backup could not be sent", _not_uploaded, _end_not_uploaded),
    Rule(
        "another sensor answers",
        lambda f: f.looked and bool(f.e.latest.stranger),
        lambda f: Judgement(Verdict.UNKNOWN, Code.OTHER_DEVICE, f.e.latest.stranger, _OTHER_PLACE),
    ),
    Rule(
        "no usable answer for reconnect_timeout",
        _is_blind,
        lambda f: Judgement(
            Verdict.UNKNOWN,
            Code.NO_RETURN if f.e.silent else Code.PROTOCOL_ERROR,
            f"The sensor does not answer any more during the restore: {f.e.trouble}"
            if f.e.basis is None
            else f"The backup is restored, but cannot be read back: {f.e.trouble}",
            _RETURN,
        ),
    ),
    Rule(
        "UpdateState is 1 for flash_timeout",
        _flashes_on,
        lambda _: Judgement(
            Verdict.UNKNOWN, Code.BUSY, "A firmware update began on this sensor during the restore.", _LOOK
        ),
    ),
    Rule("the sensor reports that this restore failed", _rejected, _end_rejected),
    Rule("the call was refused, and nothing that can be read has changed", _refused, _end_refused),
    Rule(
        "its result stays pending",
        _stays_pending,
        lambda f: Judgement(
            Verdict.UNKNOWN,
            Code.RESTORE_REJECTED,
            f"The restore is still pending after {f.rest:g} s.",
            f"Restart the sensor. {_LOOK}",
        ),
    ),
    Rule("nothing that should change has changed within backup_timeout", _nothing_came, _end_nothing_came),
    Rule(
        "twice no usable reply, and nothing to see it by",
        _never_answered,
        lambda _: Judgement(
            Verdict.UNKNOWN,
            Code.INTERRUPTED,
            "Twice no reply to the restore came that can be read: what became of it is not known.",
            _LOOK,
        ),
    ),
    Rule("restored, but not known to be saved", _save_spent, _end_not_saved),
    Rule("restored and saved; something was left out or reads differently", _falls_short, _end_falls_short),
    Rule("restored and saved; MD5Parameters is not the backup's", _contradicted, _end_contradicted),
    Rule("accepted without a result, and nothing proves it", _unproven, _end_unproven),
    Rule(
        "restored and saved; nothing that can be read differs, and MD5Parameters, where it can be compared, "
        "is the backup's",
        _is_restored,
        lambda f: Judgement(Verdict.SUCCEEDED, None, read_back(f.e)),
    ),
    Rule(
        "nothing of this within all the time that a restore may take",
        _takes_too_long,
        lambda _: Judgement(
            Verdict.UNKNOWN, Code.INTERRUPTED, "What became of the restore cannot be read.", _LOOK
        ),
    ),
)
"""In order; the first that holds decides."""
