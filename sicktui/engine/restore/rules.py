"""The rules by which a restore is refused, without any I/O."""

from typing import Final

from msgspec import Struct

from sicktui.engine.plan.base import judge_identity
from sicktui.engine.plan.refusal import Refusal
from sicktui.model.device import Identity, Target, same_serial
from sicktui.model.enums import Action, Code
from sicktui.model.firmware.version import is_older
from sicktui.model.safe_text import clean
from sicktui.stores.backups.store import BackupFacts

_FAMILY_ONLY: Final = "Only the family could be compared, not the exact model."


class RestoreOptions(Struct, frozen=True, kw_only=True):
    """The options of a restore beyond the device and the backup."""

    replace: bool = False
    """The sensor replaces the one that the backup is from."""
    force: bool = False
    """Even onto another model."""


def judge_sensor(target: Target, identity: Identity, options: RestoreOptions) -> Refusal | None:
    """Refuse a sensor that is not the one of the profile, unless it replaces it."""
    refusal = judge_identity(target.unpinned if options.replace else target, identity)
    if refusal is None or options.replace or target.accepts(identity.serial):
        return refusal
    return refusal._replace(
        advice=f"{refusal.advice} If it replaces {target.serial}, use --replace: the profile is updated with "
        "the restore."
    )


def judge_backup(
    facts: BackupFacts | None, identity: Identity, options: RestoreOptions, warnings: list[str]
) -> Refusal | None:
    """Refuse a backup that is neither from this sensor nor, where that is wanted, from one of its kind.

    ``warnings`` receives what does not refuse it.
    """
    if facts is None:
        return None
    refusal = _judge_model(facts, identity, options, warnings) or _judge_owner(facts, identity, options)
    if refusal is not None:
        return refusal
    if effect := firmware_effect(facts, identity):
        warnings.append(_firmware_warning(facts, identity, effect))
    return None


def firmware_effect(facts: BackupFacts, identity: Identity) -> str:
    """What it means that another firmware wrote the backup; empty if the same did or if it is unknown."""
    if not facts.version or facts.version == identity.version:
        return ""
    older = is_older(identity.version, facts.version)
    return "older firmware may reject it" if older else "the sensor has to convert it"


def _firmware_warning(facts: BackupFacts, identity: Identity, effect: str) -> str:
    theirs = clean(facts.version or "?")
    return f"Firmware {theirs} wrote the backup, the sensor runs {identity.version}: {effect}."


def judged_warnings(facts: BackupFacts, identity: Identity) -> list[str]:
    """The warnings of ``judge_backup`` on model and firmware, which a list of the checks states already."""
    words = [_FAMILY_ONLY, _other_model(facts.model or facts.name, identity.device_type or identity.name)]
    if effect := firmware_effect(facts, identity):
        words.append(_firmware_warning(facts, identity, effect))
    return words


def _other_model(theirs: str | None, ours: str) -> str:
    return f"The backup is from a {clean(theirs or '?')}, but this sensor is a {ours}."


def _judge_model(
    facts: BackupFacts, identity: Identity, options: RestoreOptions, warnings: list[str]
) -> Refusal | None:
    theirs, ours = (facts.model, identity.device_type)
    if theirs is None or ours is None:
        theirs, ours = facts.name, identity.name
        warnings.append(_FAMILY_ONLY)
    if theirs == ours or theirs is None:
        if facts.order_number and identity.order_number and facts.order_number != identity.order_number:
            theirs, ours = clean(facts.order_number), identity.order_number
            warnings.append(f"The backup is from order number {theirs}, the sensor is {ours}.")
        return None
    words = _other_model(theirs, ours)
    if options.force:
        warnings.append(words)
        return None
    return Refusal(
        Action.REFUSE,
        Code.MODEL_MISMATCH,
        words,
        "Choose a backup of the same model. If you are sure that it fits, use --force; the sensor itself may "
        "still reject it.",
    )


def _judge_owner(facts: BackupFacts, identity: Identity, options: RestoreOptions) -> Refusal | None:
    if options.replace:
        return None
    theirs, ours = (facts.serial or facts.mac), (identity.serial if facts.serial else identity.mac)
    if theirs is None or ours is None or same_serial(theirs, ours):
        return None
    return Refusal(
        Action.REFUSE,
        Code.OTHER_DEVICE,
        f"The backup is from sensor {clean(theirs)} ({clean(facts.device)}), but this one is {ours}.",
        "If this sensor replaces the other, use --replace; else choose a backup that was made of this one.",
    )
