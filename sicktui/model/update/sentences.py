"""The words of a verdict: the sentences and the advice that belong to the rules of ``verdict_rule``."""

from typing import Final

from sicktui.model.enums import Code, UpdateState, Verdict
from sicktui.model.firmware.version import Likeness
from sicktui.model.judgement import Judgement
from sicktui.model.settings import Timing
from sicktui.model.update.act_rule import finished_unseen, patience
from sicktui.model.update.evidence import Evidence, trouble_of
from sicktui.model.update.observations import Last, Outcome, Reading

_LOOK_ON_SITE: Final = (
    "Check its power and its network cable on site; its address may have changed (DHCP). Then read its "
    "version with 'sicktui status'."
)
_NOT_READY: Final = (
    "Service mode (2) is normal during a large parameter exchange. If SCdevicestate stays 0, somebody may be "
    "logged in over CoLa (SOPAS ET, a driver): log out there."
)
_UNSOUND: Final = (
    "Do not rely on its measurements. Check them on site, and send SICK's support its diagnosis file."
)
_FORCE: Final = "Check it with 'sicktui status'. To be certain, update it again with --force."
_OTHER_PLACE: Final = "Check which sensor has that address and where yours is now (DHCP), then plan again."


class Facts:
    """What a rule looks at; each is worked out once, since many rules ask for the same."""

    __slots__ = ("e", "idle", "looked", "now", "quiet", "timing", "untouched")

    def __init__(self, evidence: Evidence, now: float, timing: Timing) -> None:
        self.e: Final = evidence
        self.now: Final = now
        self.timing: Final = timing
        self.untouched: Final = not evidence.sent.anything and not evidence.resumed
        """Whether nothing was sent."""
        self.quiet: Final = evidence.looked_at - evidence.changed_at
        """Seconds from when anything was last sent, or last moved, to the last look."""
        self.looked: Final = evidence.last is Last.LOOK
        """Whether the sensor has just answered a look."""
        self.idle: Final = (
            self.looked
            and evidence.rests
            and not finished_unseen(evidence, timing)
            and self.quiet >= patience(evidence, timing)
        )
        """Whether it answers, rests, and has rested for as long as anything may take to begin."""


def _nothing_written(f: Facts, code: Code, message: str, advice: str) -> Judgement:
    written = "No firmware was written, only its parameters saved." if f.e.saved else "Nothing was written."
    return Judgement(Verdict.FAILED, code, f"{message.rstrip('.')}. {written}", advice)


def untouched_stranger(f: Facts) -> Judgement:
    """Another sensor answers, and nothing was sent."""
    return _nothing_written(f, Code.OTHER_DEVICE, _other(f), _OTHER_PLACE)


def untouched_busy(f: Facts) -> Judgement:
    """The sensor is busy with another update, and nothing was sent."""
    state = f.e.state or UpdateState.INITIAL
    return _nothing_written(
        f,
        Code.BUSY,
        f"Another update is running on this sensor: UpdateState went to {state.value} ({state.label})",
        "Wait until it has finished, do not power-cycle the sensor, then plan again.",
    )


def untouched_changed(f: Facts) -> Judgement:
    """Its version changed before anything was sent."""
    before, now = f.e.before.version, f.e.latest.version
    if f.e.likeness is Likeness.EQUAL:
        return Judgement(
            Verdict.SKIPPED, Code.ALREADY_CURRENT, f"It was updated to {now} by someone else meanwhile."
        )
    return _nothing_written(
        f,
        Code.BUSY,
        f"Its version changed from {before} to {now} since this job began: someone else is working on it",
        "Find out who, then plan again.",
    )


def untouched_blind(f: Facts) -> Judgement:
    """It cannot be read, and nothing was sent."""
    code = Code.UNREACHABLE if f.e.silent_since is not None else Code.PROTOCOL_ERROR
    return _nothing_written(
        f,
        _code(f.e.trouble_code, code),
        f.e.trouble or "It does not answer",
        f.e.trouble_advice or "Check its power, its cable and its address, then try again.",
    )


def untouched_refused(f: Facts) -> Judgement:
    """Not one byte of the package left this PC."""
    sent = f.e.sent
    return _nothing_written(f, _code(sent.code, Code.UPLOAD_FAILED), sent.why, sent.advice)


def succeeded(f: Facts) -> Judgement:
    """Rebooted, at the expected version, and healthy."""
    return Judgement(Verdict.SUCCEEDED, None, f"Runs {f.e.latest.version}, was {f.e.before.version}.")


def flagged(f: Facts, judgement: Judgement) -> Judgement:
    """The same judgement, with a red flag where the calibration moved or one of its areas is damaged."""
    flags = []
    if f.e.recalibrated:
        flags.append("Its calibration changed (MD5Calibration), which no update does.")
    if f.e.sent.anything and f.e.latest.sums_ok is False:
        since = ", as it did before the update" if f.e.before.sums_ok is False else ""
        flags.append(f"One of its areas fails its own check (LFTchecksum reports MD5SumOK false){since}.")
    if not flags:
        return judgement
    return judgement._replace(
        message=" ".join((judgement.message, *flags)), advice=f"{judgement.advice} {_UNSOUND}".strip()
    )


def stranger(f: Facts) -> Judgement:
    """Another sensor answers."""
    return Judgement(
        Verdict.UNKNOWN,
        Code.OTHER_DEVICE,
        f"{_other(f)}.",
        "Look for the sensor on site; its address may have changed (DHCP).",
    )


def _other(f: Facts) -> str:
    stranger = f.e.stranger or Reading()
    return f"Another sensor answers at this address: {_who(stranger)} instead of {_who(f.e.before)}"


def _who(reading: Reading) -> str:
    if reading.serial:
        return f"serial number {reading.serial}"
    return f"MAC address {reading.mac}" if reading.mac else reading.name


def blind(f: Facts) -> Judgement:
    """It did not come back, or cannot be read."""
    if f.e.silent_since is None:
        return Judgement(
            Verdict.UNKNOWN,
            Code.UNHEALTHY,
            f"It answers, but cannot be read: {f.e.trouble}",
            f.e.trouble_advice or "Check it on site, then read its version with 'sicktui status'.",
        )
    return Judgement(
        Verdict.UNKNOWN,
        Code.NO_RETURN,
        f"It has not come back within {f.timing.reconnect_timeout:g} s of falling silent. "
        f"{f.e.trouble}".strip(),
        # Something that answers, and cannot be used, is not mended with power and cables.
        f.e.trouble_advice or _LOOK_ON_SITE,
    )


def flash_timeout(f: Facts) -> Judgement:
    """It still flashes."""
    return Judgement(
        Verdict.UNKNOWN,
        Code.FLASH_TIMEOUT,
        f"The flash did not end within {f.timing.flash_timeout:g} s (timing.flash_timeout): it still reports "
        "UpdateState 1 (Started) and may yet finish.",
        "Do not power-cycle it while UpdateState is 1. Check it again later with 'sicktui status'.",
    )


def update_error(f: Facts) -> Judgement:
    """It reports an error."""
    return _known(
        f,
        Code.UPDATE_ERROR,
        "The sensor reports UpdateState 3 (Error): the package is incompatible, damaged, or for another "
        "variant.",
        "Do not power-cycle it at once. Check that the package is for this model (picoScan120 and "
        "picoScan150 need different files) and its type for this firmware, download it again, then retry.",
    )


def no_expectation(f: Facts) -> Judgement:
    """It rebooted, and no expected version is known."""
    return Judgement(
        Verdict.UNKNOWN,
        Code.VERSION_MISMATCH,
        f"It runs {f.e.latest.version} now (was {f.e.before.version}), but no expected version was given.",
        "Compare with the release notes; next time use --expect-version.",
    )


def lost(f: Facts) -> Judgement:
    """It restarted before the flash was triggered."""
    return _known(
        f,
        Code.INTERRUPTED if f.e.resumed else Code.NOT_STARTED,
        f"It restarted before the flash was triggered, and the uploaded package is lost ({_proven(f)}).",
        "Check its power supply, then update it again.",
    )


def wrong_version(f: Facts) -> Judgement:
    """It rebooted with another version."""
    return _known(
        f,
        Code.VERSION_MISMATCH,
        f"It came back with {f.e.latest.version} instead of {f.e.expected} ({_proven(f)}).",
        "Check that the package is for this model and brings this version, then update again.",
    )


def unhealthy(f: Facts) -> Judgement:
    """It rebooted and does not settle."""
    unclear = f.e.likeness is Likeness.UNCLEAR
    wrong = f.e.likeness is not Likeness.EQUAL
    firmware = f" (FirmwareVersion {f.e.latest.firmware})" if f.e.latest.firmware else ""
    reason = f"{firmware}, which cannot be compared with {f.e.expected}" if unclear else ""
    return Judgement(
        Verdict.UNKNOWN,
        Code.VERSION_MISMATCH if wrong else Code.UNHEALTHY,
        f"It came back with {f.e.latest.version}{reason}, but does not settle: {trouble_of(f.e)}.",
        f"{_NOT_READY if f.e.latest.status else ''} Check it in the vendor's software and on site.".strip(),
    )


def no_reboot(f: Facts) -> Judgement:
    """It finished and did not reboot."""
    return Judgement(
        Verdict.UNKNOWN,
        Code.VERSION_MISMATCH,
        "It reports UpdateState 2 (Finished), but no reboot was seen within "
        f"{f.timing.reconnect_timeout:g} s. It reports {f.e.latest.version}.",
        "Reboot it by hand, then read its version with 'sicktui status'.",
    )


def aborted(f: Facts) -> Judgement:
    """It flashed and rests at the old version."""
    if f.e.silences:
        return _known(
            f,
            Code.VERSION_MISMATCH,
            f"It was away during the update and is back with {f.e.latest.version} instead of {f.e.expected}.",
            "Check its power supply and that the package is for this model, then update it again.",
        )
    return _known(
        f,
        Code.UPDATE_ERROR,
        "UpdateState went back to 0 (Initial) without a visible reboot: the sensor aborted the flash, or "
        "lost power during it.",
        "Check its power supply, then update it again.",
    )


def not_proven(f: Facts) -> Judgement:
    """It reports the expected version, and no reboot is proven."""
    version = f.e.latest.version
    if f.e.likeness is Likeness.EQUAL and f.e.same_version:
        message = f"It reports {version}, as before, and nothing proves that it was flashed and rebooted."
    else:
        message = f"It reports {version} (was {f.e.before.version}), but nothing proves that it rebooted."
    return Judgement(Verdict.UNKNOWN, Code.INTERRUPTED if f.e.resumed else Code.NO_RETURN, message, _FORCE)


def refused(f: Facts) -> Judgement:
    """It refused the trigger."""
    return _known(f, _code(f.e.sent.code, Code.DEVICE_ERROR), f.e.sent.why, f.e.sent.advice)


def not_started(f: Facts) -> Judgement:
    """It was triggered and did not start."""
    within = f"within {f.timing.flash_timeout:g} s (timing.flash_timeout)"
    sent = f.e.sent
    if f.e.likeness is not Likeness.DIFFERENT:
        code = Code.INTERRUPTED if f.e.resumed else Code.NOT_STARTED
        message = f"No flash was seen {within}. It runs {f.e.latest.version}, as before."
        return Judgement(Verdict.UNKNOWN, code, message, _FORCE)
    if f.e.state is UpdateState.ERROR:
        return _known(
            f,
            Code.UPDATE_ERROR,
            "UpdateState stays at 3 (Error), where it was before: the sensor did not take the package.",
            "Check that the package is for this model and firmware, then update it again.",
        )
    if not sent.heard:
        reply = f": {sent.why}" if sent.why else "."
        code = _code(sent.code, Code.NOT_STARTED)
        return _known(
            f,
            Code.NOT_STARTED if code is Code.UNREACHABLE else code,
            f"The flash did not start {within}. RunFirmwareUpdate was not answered with Ok{reply}",
            f"{sent.advice} The package is on the sensor; update it again.".strip(),
        )
    return _known(
        f,
        Code.NOT_STARTED,
        f"The flash did not start {within}, although RunFirmwareUpdate was answered.",
        "Check the package: a picoScan takes .spk with firmware below 2.2.0 and .spk.signed from 2.2.0 on; "
        "picoScan120 and picoScan150 need different files.",
    )


def not_uploaded(f: Facts) -> Judgement:
    """It did not take the package."""
    sent = f.e.sent
    if f.e.damaged:
        return _known(
            f,
            Code.INTERRUPTED,
            "A part of this run's journal is damaged, so it is unknown how far this sensor had come; nothing "
            "more was written to it.",
            "Check it with 'sicktui status', then make a new plan for it.",
        )
    if sent.put is Outcome.TAKEN and not sent.denied:
        return _known(
            f,
            Code.NOT_STARTED,
            "The package was uploaded, but the sensor was away afterwards and may have lost it. The flash "
            "was not triggered.",
            "Update it again.",
        )
    return _known(f, _code(sent.code, Code.UPLOAD_FAILED), sent.why or "The upload broke off.", sent.advice)


def too_long(f: Facts) -> Judgement:
    """It came to no end."""
    return Judgement(
        Verdict.UNKNOWN,
        Code.FLASH_TIMEOUT,
        f"The update did not come to an end. It reports {f.e.latest.version}. {f.e.trouble}".strip(),
        "Watch it for some minutes, do not cut its power, then read its version with 'sicktui status'.",
    )


def _known(f: Facts, code: Code, message: str, advice: str) -> Judgement:
    """``failed`` if the sensor is known not to run the expected version, else ``unknown``."""
    version = f.e.latest.version
    verdict = Verdict.FAILED if f.e.likeness is Likeness.DIFFERENT else Verdict.UNKNOWN
    return Judgement(verdict, code, f"{message.rstrip('.')}. It runs {version}.", advice)


def _code(text: str, usual: Code) -> Code:
    return Code(text) if text in {code.value for code in Code} else usual


def _proven(f: Facts) -> str:
    return f.e.proof.words if f.e.proof is not None else "no reboot proven"
