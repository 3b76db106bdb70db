"""The words of a restore's verdict: the sentences and the advice that belong to the rules of ``rule``."""

from typing import Final, NamedTuple

from sicktui.model.enums import Code, Verdict
from sicktui.model.judgement import Judgement
from sicktui.model.restore.evidence import RestoreEvidence
from sicktui.model.restore.observations import Basis
from sicktui.model.restore.results import not_restored, rejection
from sicktui.model.settings import Timing
from sicktui.model.update.observations import Last, Outcome
from sicktui.model.wording import names

UNTOUCHED: Final = "No parameter was changed."
_MOST_NAMED: Final = 8
STILL_AT_WORK: Final = (
    "Do not restart the sensor meanwhile. Wait, then read its parameters ('sicktui get', 'sicktui diff') and "
    "restore again if they are not the backup's."
)
LOOK: Final = (
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


LONG_WAIT: Final = 5.0
"""Seconds from which on a wait is explained."""


def waiting_words(f: Facts) -> str:
    """Why the sensor is only watched now, where that takes longer than a glance; else nothing."""
    e = f.e
    if e.sends == 0 or e.basis is not None or e.blind_since is not None or f.rest <= LONG_WAIT:
        return ""
    if e.send is Outcome.TAKEN:
        return f"The sensor has taken the restore on: it is watched for up to {f.rest:g} s until that shows."
    replied = "was refused" if e.send in (Outcome.REFUSED, Outcome.ABSENT) else "had no usable reply"
    return f"The restore {replied}, and may be done all the same: the sensor is watched for {f.rest:g} s."


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


def untouched(code: Code, message: str, advice: str = "") -> Judgement:
    """Nothing was changed on the sensor."""
    return Judgement(Verdict.FAILED, code, message, f"{advice} {UNTOUCHED}".strip())


def code_of(e: RestoreEvidence, otherwise: Code) -> Code:
    """The code of what went wrong last, else the usual one."""
    return Code(e.code) if e.code else otherwise


AGAIN: Final = "Restore it again; doing it twice does no harm."
_SET: Final = (
    "Some settings take effect only after a restart of the sensor. Compare then with 'sicktui diff', and set "
    "what is missing with 'sicktui set'."
)
OTHER_PLACE: Final = "Look for the sensor on site; its address may have changed (DHCP)."
RETURN: Final = (
    "Check its power and cable; its network settings may have changed with the restore: look for it at its "
    "new address."
)
_REASONS: Final = (
    "The usual reasons: another passphrase, another model, a damaged file, firmware older than the backup's."
)
_USUAL: Final = (
    f"{_REASONS} Nothing that can be read was changed; should it show only after a restart of the sensor, "
    "compare then with 'sicktui diff'."
)


def not_uploaded(f: Facts) -> Judgement:
    """The backup could not be sent."""
    code = code_of(f.e, Code.UPLOAD_FAILED)
    if f.e.sends or f.e.basis is not None:
        return Judgement(
            Verdict.UNKNOWN,
            Code.INTERRUPTED,
            f"No reply to the restore came that can be read, and it could not be repeated: {f.e.why}",
            LOOK,
        )
    what = "This sensor has no parameter backup: " if code is Code.NOT_SUPPORTED else ""
    return untouched(code, f"{what}{f.e.why}", f.e.advice)


def rejected(f: Facts) -> Judgement:
    """The sensor reports that the restore failed."""
    word = f.e.word
    if word is None:
        raise AssertionError("no result")
    end = rejection(word)
    return end._replace(verdict=Verdict.UNKNOWN, advice=LOOK) if f.e.doubtful else end


def refused(f: Facts) -> Judgement:
    """The call was refused."""
    code = code_of(f.e, Code.RESTORE_REJECTED)
    code = Code.RESTORE_REJECTED if code is Code.DEVICE_ERROR else code
    message = f"The sensor does not restore the backup: {f.e.why}"
    words = ""
    if f.e.doubtful or not f.e.would_show:
        words = "Whether it was done all the same cannot be read."
    elif f.e.may_come:
        words = f"Nothing that can be read has changed within {f.rest:g} s, but it may be done later."
    if words:
        return Judgement(
            Verdict.UNKNOWN, code, f"The sensor refused to restore the backup: {f.e.why} {words}", LOOK
        )
    only = f.e.sends == 1 and not f.e.resumed
    seen = "Nothing that can be read was changed." if f.e.visible and only else ""
    return Judgement(Verdict.FAILED, code, message, f"{f.e.advice} {seen}".strip() or AGAIN)


def nothing_came(f: Facts) -> Judgement:
    """Nothing that should change has changed. Without a usable reply it may change yet."""
    nothing = f"no parameter has become that of the backup within {f.rest:g} s"
    taken = f.e.send is Outcome.TAKEN
    if f.e.may_come and taken:
        message = f"The sensor accepted the restore, but reports no result of it, and {nothing}."
        return Judgement(Verdict.UNKNOWN, Code.RESTORE_REJECTED, message, f"{STILL_AT_WORK} {_REASONS}")
    if f.e.may_come:
        return never_answered(f, f" So far, {nothing}.")
    replied = "gives no result of the restore" if taken else "sent no usable reply and is not at work"
    return Judgement(Verdict.FAILED, Code.RESTORE_REJECTED, f"The sensor {replied}, and {nothing}.", _USUAL)


def never_answered(f: Facts, seen: str = "") -> Judgement:
    """No usable reply, and nothing shows what became of the restore."""
    odd = f.e.send is Outcome.ODD
    return Judgement(
        Verdict.UNKNOWN,
        code_of(f.e, Code.PROTOCOL_ERROR) if odd else Code.INTERRUPTED,
        "No reply to the restore came that can be read, so it is not known whether it takes effect."
        f"{seen} {f.e.why}".rstrip(),
        LOOK,
    )


def not_saved(f: Facts) -> Judgement:
    """Restored, but not known to be saved."""
    code = code_of(f.e, Code.DEVICE_ERROR)
    active = "The backup is restored and active" if f.e.confirmed else "The sensor accepted the backup"
    if f.e.is_saved is False:
        return Judgement(
            Verdict.UNKNOWN if f.e.basis is Basis.EARLY else Verdict.FAILED,
            code,
            f"{active}, but the sensor did not save it. The next power cycle loses it: {f.e.why}",
            AGAIN,
        )
    return Judgement(
        Verdict.UNKNOWN,
        code,
        f"{active}. It is not known whether the sensor saved it; a power cycle may lose it: {f.e.why}",
        AGAIN,
    )


def falls_short(f: Facts) -> Judgement:
    """Something was left out or reads differently after the restore."""
    e = f.e
    left = e.latest.differences or e.latest.differs_from_file
    if e.may_come:
        what = "The sensor has only a part of the backup so far, and does not report that it has finished."
        advice = LOOK
    elif e.confirmed and e.is_saved:
        what, advice = "The backup was restored and saved, but not completely.", _SET
    elif e.confirmed:
        what, advice = "The backup was restored, but not completely, and it cannot be saved.", _SET
    else:
        restarted = "The sensor restarted during the restore. " if e.gone else ""
        what, advice = f"{restarted}The sensor does not have all parameters of the backup.", f"{AGAIN} {_SET}"
    parts = (what, not_restored(e.left_out), read_back(e) if left else "")
    message = " ".join(part for part in parts if part)
    return Judgement(Verdict.FAILED, Code.RESTORE_REJECTED, message, advice)


def contradicted(f: Facts) -> Judgement:
    """The sensor's own checksum is not the backup's."""
    return Judgement(
        Verdict.UNKNOWN,
        Code.RESTORE_REJECTED,
        "Nothing that can be read differs from the backup. But the sensor's own checksum of its saved "
        "parameters (MD5Parameters) is not the backup's: something that cannot be read differs or is not "
        "saved.",
        "Restore it again; if the checksum still differs, compare with the sensor's web page.",
    )


def half_read(f: Facts) -> Judgement:
    """Not all that the backup has could be read back."""
    unread = sorted(f.e.latest.unread)
    what = names(unread, _MOST_NAMED) if unread else "Its checksum of all parameters (LFTchecksum)"
    return Judgement(
        Verdict.UNKNOWN,
        Code.PROTOCOL_ERROR,
        f"Restored and saved, and what can be read is as in the backup. But {what} cannot be read any more.",
        "Read it again later ('sicktui diff'); restore the backup again if it differs.",
    )


def unproven(f: Facts) -> Judgement:
    """Accepted without a result, and nothing proves it."""
    why = "This sensor does not report restore results"
    if f.e.has_result:
        why = "The sensor reports no result that is certainly of this restore"
    known = f.e.before.differing is not None
    before = "no comparable parameter differed before" if known else "what differed before is not known"
    return Judgement(
        Verdict.UNKNOWN,
        Code.NOT_SUPPORTED,
        f"{why}, and {before}, so the result cannot be verified. {read_back(f.e)}",
        "Read a parameter that the backup should have changed ('sicktui get').",
    )
