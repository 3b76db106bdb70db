"""The words of a restore's verdict: the sentences and the advice that belong to the rules of ``rule``."""

from typing import Final, NamedTuple

from sicktui.model.enums import Code, Verdict
from sicktui.model.judgement import Judgement
from sicktui.model.restore.evidence import RestoreEvidence
from sicktui.model.restore.results import not_restored, rejection
from sicktui.model.settings import Timing
from sicktui.model.update.evidence import Last
from sicktui.model.update.observations import Outcome
from sicktui.model.wording import names

UNTOUCHED: Final = "No parameter was changed."
_MOST_NAMED: Final = 8
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


OTHER_PLACE: Final = "Look for the sensor on site; its address may have changed (DHCP)."
RETURN: Final = (
    "Check its power and cable; its network settings may have changed with the restore: look for it at its "
    "new address."
)
_USUAL: Final = (
    "The usual reasons: another passphrase, another model, a damaged file, firmware older than the backup's. "
    "Nothing that can be read was changed; should it show only after a restart of the sensor, compare then "
    "with 'sicktui diff'."
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


def doubtful(f: Facts) -> bool:
    """Whether an earlier call may have worked, and nothing shows that it has not."""
    return f.e.sends > 1 and not f.e.visible


def rejected(f: Facts) -> Judgement:
    """The sensor reports that the restore failed."""
    word = f.e.word
    if word is None:
        raise AssertionError("no result")
    end = rejection(word)
    return end._replace(verdict=Verdict.UNKNOWN, advice=LOOK) if doubtful(f) else end


def refused(f: Facts) -> Judgement:
    """The call was refused."""
    code = code_of(f.e, Code.RESTORE_REJECTED)
    code = Code.RESTORE_REJECTED if code is Code.DEVICE_ERROR else code
    message = f"The sensor does not restore the backup: {f.e.why}"
    if f.e.sends == 1:
        return untouched(code, message, f.e.advice)
    verdict = Verdict.UNKNOWN if doubtful(f) else Verdict.FAILED
    return Judgement(verdict, code, message, LOOK if doubtful(f) else f.e.advice)


def nothing_came(f: Facts) -> Judgement:
    """Nothing that should change has changed."""
    replied = "gives no result of the restore" if f.e.send is Outcome.TAKEN else "sent no usable reply"
    return Judgement(
        Verdict.FAILED,
        Code.RESTORE_REJECTED,
        f"The sensor {replied}, and no parameter has become that of the backup within {f.rest:g} s.",
        _USUAL,
    )


def not_saved(f: Facts) -> Judgement:
    """Restored, but not known to be saved."""
    code = code_of(f.e, Code.DEVICE_ERROR)
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


def falls_short(f: Facts) -> Judgement:
    """Restored and saved, but something was left out or reads differently."""
    left = f.e.latest.differences or f.e.latest.differs_from_file
    what = " ".join(part for part in (not_restored(f.e.left_out), read_back(f.e) if left else "") if part)
    return Judgement(
        Verdict.FAILED,
        Code.RESTORE_REJECTED,
        f"The backup was restored and saved, but not completely. {what}",
        "Some settings take effect only after a restart of the sensor. Compare then with 'sicktui diff', and "
        "set what is missing with 'sicktui set'.",
    )


def contradicted(f: Facts) -> Judgement:
    """The sensor's own checksum is not the backup's."""
    return Judgement(
        Verdict.UNKNOWN,
        Code.RESTORE_REJECTED,
        "The backup was restored and saved, and nothing that can be read differs from it. But the "
        "sensor's own checksum of all parameters (MD5Parameters) is not the backup's: something unreadable "
        "differs.",
        "Restore it again; if the checksum still differs, compare with the sensor's web page.",
    )


def unproven(f: Facts) -> Judgement:
    """Accepted without a result, and nothing proves it."""
    return Judgement(
        Verdict.UNKNOWN,
        Code.NOT_SUPPORTED,
        "This sensor does not report restore results, and no comparable parameter differed before, so the "
        f"result cannot be verified. {read_back(f.e)}",
        "Read a parameter that the backup should have changed ('sicktui get').",
    )
