"""The rules by which an update skips or refuses a device, without any I/O."""

from typing import Final

from sicktui.engine.plan.base import Refusal
from sicktui.model.device import Identity
from sicktui.model.enums import Action, Code, UpdateState
from sicktui.model.package import Package, PackageType
from sicktui.model.plan import UpdateOptions
from sicktui.model.version import is_older, matches

SIGNED_SINCE: Final = "2.2.0"
"""The first firmware that takes signed packages, and only these (firmware article, section 2)."""

SIGNED_RULE_FAMILIES: Final = ("picoscan",)
"""The families whose numbering the rule is published for; others number differently."""


def judge_support(identity: Identity, state: UpdateState | None) -> Refusal | None:
    """Refuse a sensor that has no ``UpdateState``, and so no firmware update over its REST API."""
    if state is not None:
        return None
    return Refusal(
        Action.REFUSE,
        Code.NOT_SUPPORTED,
        f"This {identity.name} with firmware {identity.version} has no firmware update over its REST API "
        "(UpdateState is not found).",
        "Update it with the vendor's own tool for this family.",
    )


def judge_version(
    identity: Identity, package: Package, expected: str | None, options: UpdateOptions
) -> Refusal | None:
    """Skip what is current; refuse a downgrade and a package of the wrong type."""
    if expected is not None and matches(identity.version, expected) and not options.force:
        return Refusal(Action.SKIP, Code.ALREADY_CURRENT, f"It runs {identity.version} already.")
    if expected is not None and is_older(expected, identity.version) and not options.allow_downgrade:
        return Refusal(
            Action.REFUSE,
            Code.DOWNGRADE,
            f"It runs {identity.version}, which is newer than {expected}.",
            "If you want the older firmware, use --allow-downgrade.",
        )
    return judge_package_type(identity, package)


def judge_package_type(identity: Identity, package: Package) -> Refusal | None:
    """The 2.2.0 rule of signed and unsigned packages, for the families it is known for."""
    if not identity.name.lower().startswith(SIGNED_RULE_FAMILIES):
        return None
    before = is_older(identity.version, SIGNED_SINCE)
    if before is None:
        return None
    if before and package.type is PackageType.SIGNED:
        return Refusal(
            Action.REFUSE,
            Code.PACKAGE_UNSUITABLE,
            f"{package.name} is signed, and firmware {identity.version} takes unsigned packages only "
            f"(signed ones from {SIGNED_SINCE} on).",
            f"Update to {SIGNED_SINCE} with an unsigned .spk first.",
        )
    if not before and package.type is PackageType.UNSIGNED:
        return Refusal(
            Action.REFUSE,
            Code.PACKAGE_UNSUITABLE,
            f"{package.name} is unsigned, and firmware {identity.version} takes signed packages only "
            f"(since {SIGNED_SINCE}).",
            "Download the .spk.signed package of this version.",
        )
    return None
