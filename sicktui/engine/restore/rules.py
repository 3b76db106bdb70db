"""The rules by which a restore is refused, without any I/O."""

from msgspec import Struct

from sicktui.engine.plan.base import Refusal, judge_identity
from sicktui.model.device import Identity, Target, same_serial
from sicktui.model.enums import Action, Code
from sicktui.model.firmware.version import is_older
from sicktui.model.safe_text import clean
from sicktui.stores.backups.store import BackupFacts


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
    if facts.version and facts.version != identity.version:
        older = is_older(identity.version, facts.version)
        what = "older firmware may reject it" if older else "the sensor has to convert it"
        warnings.append(
            f"Firmware {clean(facts.version)} wrote the backup, the sensor runs {identity.version}: {what}."
        )
    return None


def _judge_model(
    facts: BackupFacts, identity: Identity, options: RestoreOptions, warnings: list[str]
) -> Refusal | None:
    theirs, ours = (facts.model, identity.device_type)
    if theirs is None or ours is None:
        theirs, ours = facts.name, identity.name
        warnings.append("Only the family could be compared, not the exact model.")
    if theirs == ours or theirs is None:
        if facts.order_number and identity.order_number and facts.order_number != identity.order_number:
            theirs, ours = clean(facts.order_number), identity.order_number
            warnings.append(f"The backup is from order number {theirs}, the sensor is {ours}.")
        return None
    words = f"The backup is from a {clean(theirs)}, but this sensor is a {ours}."
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
