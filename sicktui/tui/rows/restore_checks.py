"""What a restore's plan has found out before anything is sent, as a list of checks. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from msgspec import Struct

from sicktui.engine.restore.plan import RestorePlan
from sicktui.model.device import Identity
from sicktui.model.enums import Code
from sicktui.model.plan import RestoreOrder
from sicktui.model.safe_text import clean
from sicktui.model.wording import moment, size
from sicktui.stores.backups.store import BackupFacts
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.glyphs import Glyphs

_LONG: Final = 600


class CheckResult(StrEnum):
    """How a check ended."""

    GOOD = "good"
    WARN = "warn"
    """Nothing forbids it, and people should know."""
    BAD = "bad"
    OPEN = "open"
    """Not looked at, since another check has failed."""


class RestoreCheck(Struct, frozen=True, kw_only=True):
    """One thing that was looked at."""

    name: str
    outcome: CheckResult
    words: str


_ORDER: Final = ("file", "sensor", "model", "firmware", "passphrase", "free", "login")
"""In the order in which the plan looks."""
_FAILS: Final[dict[Code, str]] = {
    Code.BACKUP_UNUSABLE: "file",
    Code.STORAGE_ERROR: "file",
    Code.MODEL_MISMATCH: "model",
    Code.WRONG_PASSPHRASE: "passphrase",
    Code.BUSY: "free",
    Code.ACCESS_DENIED: "login",
}
"""Which check a refusal belongs to; every other one is of the sensor."""


def checks(plan: RestorePlan) -> list[RestoreCheck]:
    """What was looked at, and what came out. After a check that failed the later ones are open."""
    order, facts, identity, reason = plan.order, plan.facts, plan.item.identity, plan.item.reason
    failing = _FAILS.get(reason, "sensor") if reason is not None else None
    if failing == "login" and identity is None:
        failing = "sensor"  # it would not even say who it is
    told: dict[str, tuple[CheckResult, str]] = {
        "file": _file(order, facts),
        "sensor": _sensor(order, facts, identity),
        "model": _model(facts, identity),
        "firmware": _firmware(facts, identity),
        "passphrase": _passphrase(facts),
        "free": (CheckResult.GOOD, "nobody else works on the sensor, and no update is under way"),
        "login": (CheckResult.GOOD, "the password was not refused"),
    }
    found: list[RestoreCheck] = []
    for name in _ORDER:
        outcome, words = told[name]
        if failing is not None and any(check.outcome is CheckResult.BAD for check in found):
            outcome, words = CheckResult.OPEN, "not looked at"
        elif name == failing:
            outcome, words = CheckResult.BAD, clean(plan.item.message, _LONG)
        found.append(RestoreCheck(name=name, outcome=outcome, words=words))
    return found


def _file(order: RestoreOrder | None, facts: BackupFacts | None) -> tuple[CheckResult, str]:
    if order is None:
        return CheckResult.GOOD, f"of {moment(facts.created)}" if facts else "found"
    what = f"{size(order.size)}, SHA-256 {order.sha256[:12]}"
    if not order.described:
        return CheckResult.WARN, f"{clean(order.name)}: {what}; nothing more is known of it"
    return CheckResult.GOOD, f"{what}: whole, as the sensor gave it"


def _sensor(
    order: RestoreOrder | None, facts: BackupFacts | None, identity: Identity | None
) -> tuple[CheckResult, str]:
    if identity is None:
        return CheckResult.OPEN, "not looked at"
    who = f"{identity.device_type or identity.name} {identity.label or '(no serial number)'}"
    if facts is None:
        return CheckResult.WARN, f"{who}; whose the backup is, nobody knows"
    theirs = facts.serial or facts.mac or facts.device
    if theirs in (identity.serial, identity.mac):
        return CheckResult.GOOD, f"{who}, the one that the backup is of"
    if order is not None and order.replace:
        return CheckResult.GOOD, f"{who} takes the place of {clean(theirs)}"
    return CheckResult.WARN, f"{who}; the backup is of {clean(theirs)}"


def _model(facts: BackupFacts | None, identity: Identity | None) -> tuple[CheckResult, str]:
    if facts is None or identity is None:
        return CheckResult.WARN, "cannot be checked: nothing is known of the file but its bytes"
    theirs, ours = facts.model or facts.name, identity.device_type or identity.name
    if facts.model is not None and facts.model == identity.device_type:
        return CheckResult.GOOD, f"{clean(facts.model)}, as the backup"
    if theirs == ours or (facts.name == identity.name and None in (facts.model, identity.device_type)):
        return CheckResult.WARN, f"{ours}: only the family can be compared"
    return CheckResult.WARN, f"the backup is of a {clean(theirs or '?')}, the sensor is a {ours}"


def _firmware(facts: BackupFacts | None, identity: Identity | None) -> tuple[CheckResult, str]:
    if facts is None or identity is None or not facts.version:
        return CheckResult.WARN, "which firmware wrote it is not known"
    if facts.version == identity.version:
        return CheckResult.GOOD, f"{identity.version}, as the backup"
    return CheckResult.WARN, f"{clean(facts.version)} wrote it, the sensor runs {identity.version}"


def _passphrase(facts: BackupFacts | None) -> tuple[CheckResult, str]:
    if facts is None:
        return CheckResult.WARN, "cannot be tested before"
    if facts.passphrase_fingerprint is None:
        return CheckResult.GOOD, "the backup was made without one"
    return CheckResult.GOOD, "the right one is known here"


def advice_of(plan: RestorePlan, keys: Mapping[str, str]) -> str:
    """What to do about a refusal, with the keys of this dashboard where the engine names options of commands.

    Args:
        plan: the plan.
        keys: by what is done (``replace``, ``version``, ``passphrase``, ``force``): the key.
    """
    match plan.item.reason:
        case Code.OTHER_DEVICE if "replace" in keys:
            return (
                "Choose a backup of this sensor. If it has taken the place of the other one, leave this and "
                f"press {keys['replace']}."
            )
        case Code.WRONG_PASSPHRASE:
            return (
                f"Press {keys['passphrase']} and enter the one that it was made with. Nothing has been sent."
            )
        case Code.MODEL_MISMATCH:
            return (
                f"Choose a backup of the same model ({keys['version']}). If you are sure that it fits, press "
                f"{keys['force']}; the sensor itself may still refuse it."
            )
        case _:
            return clean(plan.item.advice, _LONG)


_TONES: Final = {
    CheckResult.GOOD: Tone.GOOD,
    CheckResult.WARN: Tone.WARN,
    CheckResult.BAD: Tone.BAD,
    CheckResult.OPEN: Tone.DIM,
}


def check_lines(plan: RestorePlan, glyphs: Glyphs) -> list[Cell]:
    """The checks, one a line."""
    signs = {
        CheckResult.GOOD: glyphs.done,
        CheckResult.WARN: glyphs.warning,
        CheckResult.BAD: glyphs.failed,
        CheckResult.OPEN: glyphs.waiting,
    }
    return [
        (
            Span(f"{signs[check.outcome]} {check.name:<11}", _TONES[check.outcome]),
            Span(check.words, Tone.PLAIN if check.outcome is CheckResult.GOOD else _TONES[check.outcome]),
        )
        for check in checks(plan)
    ]


def warning_lines(plan: RestorePlan, glyphs: Glyphs) -> list[Cell]:
    """What is worth saying beside the checks."""
    return [cell(f"{glyphs.warning} {clean(words, _LONG)}", Tone.WARN) for words in plan.item.warnings]
