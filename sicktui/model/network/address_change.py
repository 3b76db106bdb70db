"""How a change of a sensor's address ended: evidence, and the rule that judges it. Pure.

Nothing that is written takes effect before ``EthernetUpdate``, and nothing survives a power cycle before
``WriteEeprom`` (SICK LiDAR Developer Guide, section 5). So the sensor is asked to save only from its new
address, and until then switching it off and on undoes the change. A restart by ``RebootDevice`` does not: it
saves.
"""

from enum import StrEnum
from typing import Final

from msgspec import Struct

from sicktui.model.enums import Code, Verdict
from sicktui.model.judgement import Judgement


class AddressStage(StrEnum):
    """How far a change of an address has come: the contract's words for steps, and two more."""

    CHECK = "preflight"
    WRITE = "write"
    APPLY = "activate"
    FIND = "find"
    SAVE = "persist"


class Where(StrEnum):
    """Where the sensor was seen last, after it was asked to apply its address."""

    NEW = "new"
    """At the new address, or with DHCP at the one that was assigned."""
    OLD = "old"
    ELSEWHERE = "elsewhere"
    NOWHERE = "nowhere"


class Trouble(Struct, frozen=True, kw_only=True):
    """What went wrong, as it was reported."""

    message: str
    advice: str = ""
    code: Code | None = None


class AddressEvidence(Struct, frozen=True, kw_only=True):
    """What was sent and seen."""

    label: str
    """The sensor: its serial number, else its MAC address."""
    old: str
    """Where it was: host or ``host:port``."""
    new: str
    """Where it is to be; empty with DHCP."""
    written: bool = False
    """Whether a new value was sent."""
    undone: bool | None = None
    """Whether the sensor has the old values again; ``None``: it does not show that, or it was not tried."""
    applied: bool = False
    """Whether ``EthernetUpdate`` was sent."""
    where: Where | None = None
    """``None``: it was not looked for."""
    place: str = ""
    """Where it answers now, if it does."""
    other: str = ""
    """Which other sensor answers at the new address; empty if none does."""
    differs: str = ""
    """What it reports at the new address and was not asked for, in words."""
    saved: bool | None = None
    """Whether it has saved; ``None``: not known, or not asked."""
    asked_to_save: bool = False
    both: bool = False
    """Whether the sensor still answers at its old address, after it has saved at the new one."""
    trouble: Trouble | None = None
    """What ended it early, or left something open."""


def judge(evidence: AddressEvidence) -> Judgement:
    """The verdict. ``succeeded``: the same sensor answers at its new address, and has saved it."""
    if not evidence.applied:
        return _not_applied(evidence)
    match evidence.where:
        case Where.NEW:
            return _at_new(evidence)
        case Where.OLD:
            return _at_old(evidence)
        case Where.ELSEWHERE:
            return Judgement(
                Verdict.FAILED,
                Code.DEVICE_ERROR,
                f"The sensor {evidence.label} answers at {evidence.place}, not at the address that it was "
                f"given. It was not saved.{_why(evidence)}",
                back_words(evidence.old),
            )
        case _:
            return _gone(evidence)


def back_words(old: str) -> str:
    """How a change that is not saved is undone."""
    return (
        f"Nothing is saved: switch the sensor off and on, and it is back at {old}. Do not restart it by "
        "software: that saves."
    )


_TWICE: Final = (
    "Check on site: a router may translate addresses, or two devices may report the same serial number."
)


def both_words(place: str, other: str) -> str:
    """One sensor answers at two addresses."""
    return f"It answers at {place} and at {other} at once."


def _unshown_words(old: str) -> str:
    return f"{back_words(old)} Do not save its parameters before: that could save the new address too."


def _why(evidence: AddressEvidence) -> str:
    return f" {evidence.trouble.message}" if evidence.trouble else ""


def _code(evidence: AddressEvidence) -> Code:
    return (evidence.trouble.code if evidence.trouble else None) or Code.DEVICE_ERROR


def _not_applied(evidence: AddressEvidence) -> Judgement:
    trouble = evidence.trouble or Trouble(message="The change was not begun.")
    if not evidence.written:
        return Judgement(Verdict.FAILED, _code(evidence), trouble.message, trouble.advice)
    if evidence.undone:
        return Judgement(
            Verdict.FAILED,
            _code(evidence),
            f"{trouble.message} The address was not applied, and the old values were written back.",
            trouble.advice,
        )
    if evidence.where is Where.NOWHERE:
        return Judgement(
            Verdict.UNKNOWN,
            _code(evidence),
            f"New values were written, and then the sensor {evidence.label} stopped answering at "
            f"{evidence.old}: {trouble.message}",
            back_words(evidence.old),
        )
    if evidence.undone is None:
        return Judgement(
            Verdict.UNKNOWN,
            _code(evidence),
            f"{trouble.message} The address was not applied. The sensor {evidence.label} was sent its old "
            "values again, but does not show that it has them.",
            _unshown_words(evidence.old),
        )
    return Judgement(
        Verdict.FAILED,
        _code(evidence),
        f"{trouble.message} The address was not applied, but the sensor still has new values, which take "
        "effect at its next restart if they are saved.",
        f"Write the old ones back with 'sicktui set', or switch it off and on. {trouble.advice}".strip(),
    )


def _at_new(evidence: AddressEvidence) -> Judgement:
    at = f"The sensor {evidence.label} answers at {evidence.place}"
    if evidence.differs:
        return Judgement(
            Verdict.FAILED,
            Code.DEVICE_ERROR,
            f"{at}, but {evidence.differs}. It was not saved.",
            back_words(evidence.old),
        )
    if evidence.saved:
        also = both_words(evidence.place, evidence.old) if evidence.both else ""
        message = f"{at} and has saved its address. {also}".strip()
        return Judgement(Verdict.SUCCEEDED, None, message, _TWICE if also else "")
    again = f"Save it with 'sicktui address', or switch it off and on: then it is back at {evidence.old}."
    if evidence.asked_to_save and evidence.saved is None:
        return Judgement(
            Verdict.UNKNOWN,
            _code(evidence),
            f"{at}, but it is not known whether it has saved its address.{_why(evidence)}",
            again,
        )
    return Judgement(
        Verdict.FAILED, _code(evidence), f"{at}, but it has not saved its address.{_why(evidence)}", again
    )


def _at_old(evidence: AddressEvidence) -> Judgement:
    why = "EthernetUpdate had no effect" if evidence.new else "it reports no address from DHCP"
    still = f"The sensor {evidence.label} still answers at {evidence.old}: {why}."
    if evidence.undone:
        return Judgement(
            Verdict.FAILED,
            Code.NOT_STARTED,
            f"{still} The old values were written back.",
            "Try again. If it fails again, switch the sensor off and on first.",
        )
    if evidence.undone is None:
        return Judgement(
            Verdict.UNKNOWN,
            Code.NOT_STARTED,
            f"{still} It was sent its old values again, but does not show that it has them, so it may still "
            f"move.{_why(evidence)}",
            _unshown_words(evidence.old),
        )
    return Judgement(
        Verdict.UNKNOWN,
        Code.NOT_STARTED,
        f"{still} The old values could not be written back, so it may still move.{_why(evidence)}",
        back_words(evidence.old),
    )


def _gone(evidence: AddressEvidence) -> Judgement:
    where = evidence.new or "an address from DHCP"
    back = back_words(evidence.old)
    if evidence.other:
        return Judgement(
            Verdict.UNKNOWN,
            Code.OTHER_DEVICE,
            f"Another sensor ({evidence.other}) answers at {where}; {evidence.label} was not found. Two "
            "devices may have this address now.",
            back,
        )
    return Judgement(
        Verdict.UNKNOWN,
        Code.NO_RETURN,
        f"The sensor {evidence.label} was asked to move to {where} and has not been found since."
        f"{_why(evidence)}",
        f"It may be out of reach of this PC. {back}",
    )
