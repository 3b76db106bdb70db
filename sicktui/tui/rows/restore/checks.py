"""The checks of a restore before anything is sent. Pure."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct

from sicktui.engine.restore.plan import RestorePlan
from sicktui.engine.restore.rules import firmware_effect, judged_warnings
from sicktui.model.device import Identity
from sicktui.model.enums import Code
from sicktui.model.run.plan import RestoreOrder
from sicktui.model.safe_text import clean
from sicktui.model.wording import moment, size
from sicktui.stores.backups.store import BackupFacts
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.glyphs import Glyphs

_LONG: Final = 600


class CheckResult(StrEnum):
    """The result of a check."""

    GOOD = "good"
    WARN = "warn"
    """Allowed, with a warning."""
    BAD = "bad"
    OPEN = "open"
    """Not checked, because an earlier check failed."""


class RestoreCheck(Struct, frozen=True, kw_only=True):
    """One check."""

    name: str
    outcome: CheckResult
    words: str


_ORDER: Final = ("file", "sensor", "model", "firmware", "passphrase", "free", "login")
"""In the order of the plan."""
_FAILS: Final[dict[Code, str]] = {
    Code.BACKUP_UNUSABLE: "file",
    Code.STORAGE_ERROR: "file",
    Code.MODEL_MISMATCH: "model",
    Code.WRONG_PASSPHRASE: "passphrase",
    Code.BUSY: "free",
    Code.ACCESS_DENIED: "login",
}
"""The check a refusal belongs to; any other code belongs to the sensor."""


def checks(plan: RestorePlan) -> list[RestoreCheck]:
    """The checks and their results. Those after a failed one are open."""
    order, facts, identity, reason = plan.order, plan.facts, plan.item.identity, plan.item.reason
    failing = _FAILS.get(reason, "sensor") if reason is not None else None
    if failing == "login" and identity is None:
        failing = "sensor"  # it denied even its identity
    results: dict[str, tuple[CheckResult, str]] = {
        "file": _file(order, facts),
        "sensor": _sensor(order, facts, identity),
        "model": _model(facts, identity),
        "firmware": _firmware(facts, identity),
        "passphrase": _passphrase(facts),
        "free": (CheckResult.GOOD, "no other run uses the sensor, and no update is in progress"),
        "login": (CheckResult.GOOD, "the password was accepted or not needed"),
    }
    found: list[RestoreCheck] = []
    for name in _ORDER:
        outcome, words = results[name]
        if failing is not None and any(check.outcome is CheckResult.BAD for check in found):
            outcome, words = CheckResult.OPEN, "not checked"
        elif name == failing:
            outcome, words = CheckResult.BAD, clean(plan.item.message, _LONG)
        found.append(RestoreCheck(name=name, outcome=outcome, words=words))
    return found


def _file(order: RestoreOrder | None, facts: BackupFacts | None) -> tuple[CheckResult, str]:
    if order is None:
        return CheckResult.GOOD, f"of {moment(facts.created)}" if facts else "found"
    what = f"{size(order.size)}, SHA-256 {order.sha256[:12]}"
    if not order.described:
        return CheckResult.WARN, f"{clean(order.name)}: {what}; it has no metadata"
    return CheckResult.GOOD, f"{what}: intact"


def _sensor(
    order: RestoreOrder | None, facts: BackupFacts | None, identity: Identity | None
) -> tuple[CheckResult, str]:
    if identity is None:
        return CheckResult.OPEN, "not checked"
    who = f"{identity.device_type or identity.name} {identity.label or '(no serial number)'}"
    if facts is None:
        return CheckResult.WARN, f"{who}; the sensor of the backup is not known"
    theirs = facts.serial or facts.mac or facts.device
    if theirs in (identity.serial, identity.mac):
        return CheckResult.GOOD, f"{who}, the sensor of this backup"
    if order is not None and order.replace:
        return CheckResult.GOOD, f"{who} replaces {clean(theirs)}"
    return CheckResult.WARN, f"{who}; the backup is from {clean(theirs)}"


def _model(facts: BackupFacts | None, identity: Identity | None) -> tuple[CheckResult, str]:
    if facts is None or identity is None:
        return CheckResult.WARN, "cannot be checked: the file has no metadata"
    theirs, ours = facts.model or facts.name, identity.device_type or identity.name
    if facts.model is not None and facts.model == identity.device_type:
        return CheckResult.GOOD, f"{clean(facts.model)}, same as the backup"
    if theirs == ours or (facts.name == identity.name and None in (facts.model, identity.device_type)):
        return CheckResult.WARN, f"{ours}: only the family could be compared"
    return CheckResult.WARN, f"the backup is from a {clean(theirs or '?')}, the sensor is a {ours}"


def _firmware(facts: BackupFacts | None, identity: Identity | None) -> tuple[CheckResult, str]:
    if facts is None or identity is None or not facts.version:
        return CheckResult.WARN, "the firmware of the backup is not known"
    if facts.version == identity.version:
        return CheckResult.GOOD, f"{identity.version}, same as the backup"
    effect = firmware_effect(facts, identity)
    return (
        CheckResult.WARN,
        f"backup from {clean(facts.version)}, the sensor runs {identity.version}: {effect}",
    )


def _passphrase(facts: BackupFacts | None) -> tuple[CheckResult, str]:
    if facts is None:
        return CheckResult.WARN, "cannot be tested in advance"
    if facts.passphrase_fingerprint is None:
        return CheckResult.GOOD, "the backup has no passphrase"
    return CheckResult.GOOD, "the passphrase is known"


def advice_of(plan: RestorePlan, keys: Mapping[str, str]) -> str:
    """The advice for a refusal, with keys where the engine names command-line options.

    Args:
        plan: the plan.
        keys: the keys of ``replace``, ``version``, ``passphrase`` and ``force``.
    """
    match plan.item.reason:
        case Code.OTHER_DEVICE if "replace" in keys:
            return (
                "Choose a backup of this sensor. If it replaced the other one, go back and "
                f"press {keys['replace']}."
            )
        case Code.WRONG_PASSPHRASE:
            return f"Press {keys['passphrase']} and enter the passphrase of the backup. Nothing was sent."
        case Code.MODEL_MISMATCH:
            return (
                f"Choose a backup of the same model ({keys['version']}). If you are sure it fits, press "
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
    """The checks, one a line, and the warnings that none of them states."""
    signs = {
        CheckResult.GOOD: glyphs.done,
        CheckResult.WARN: glyphs.warning,
        CheckResult.BAD: glyphs.failed,
        CheckResult.OPEN: glyphs.waiting,
    }
    lines: list[Cell] = [
        (
            Span(f"{signs[check.outcome]} {check.name:<11}", _TONES[check.outcome]),
            Span(check.words, Tone.PLAIN if check.outcome is CheckResult.GOOD else _TONES[check.outcome]),
        )
        for check in checks(plan)
    ]
    facts, identity = plan.facts, plan.item.identity
    stated = judged_warnings(facts, identity) if facts and identity and plan.may_go else []
    return [*lines, *_warnings([words for words in plan.item.warnings if words not in stated], glyphs)]


def warning_lines(plan: RestorePlan, glyphs: Glyphs) -> list[Cell]:
    """Every warning, where the checks are not listed."""
    return _warnings(plan.item.warnings, glyphs)


def _warnings(warnings: Sequence[str], glyphs: Glyphs) -> list[Cell]:
    return [cell(f"{glyphs.warning} {clean(words, _LONG)}", Tone.WARN) for words in warnings]
