"""The rules by which an update skips or refuses a device, without any I/O.

What a sensor takes is published for picoScan100 only (release notes and firmware pages of SICK's LiDAR
Developer Guide, September 2026); other families number their firmware otherwise, and none of it is applied to
them.
"""

from collections.abc import Sequence
from typing import Final

from msgspec import structs

from sicktui.engine.plan.refusal import Refusal
from sicktui.engine.update.versions import Versions
from sicktui.model.device import Identity, Target
from sicktui.model.enums import Action, Code, UpdateState
from sicktui.model.firmware.package import Package, PackageType
from sicktui.model.firmware.product import (
    MULTISCAN_200,
    PICOSCAN,
    fits_one_of,
    is_picoscan,
    product_in,
    product_of,
)
from sicktui.model.firmware.version import Likeness, compare, is_older, matches
from sicktui.model.run.plan import PlanItem, UpdateOptions
from sicktui.model.safe_text import clean

SIGNED_SINCE: Final = "2.2.0"
"""The first firmware on a sensor that takes signed packages, and only these (firmware article, section 2)."""
REST_SINCE: Final = "1.4.0"
"""The first firmware on a sensor that can be updated over REST at all."""
REST_RECOMMENDED_SINCE: Final = "2.1.0"
"""Sensors with older firmware should be updated with SOPAS ET."""
MOTOR_SINCE: Final = "2.3.3"
"""The only firmware, with its successors, that sensors from MOTOR_SERIAL on run with."""
MOTOR_SERIAL: Final = 2632
"""The first four digits of an eight-digit serial number: year and week of production."""
FRONTEND_SINCE: Final = "2.3.1"
"""The first firmware for the new laser frontend; since then ``laserType`` and ``sipmType`` report it."""
_SERIAL_DIGITS: Final = 8


def judge_support(identity: Identity, state: UpdateState | None) -> Refusal | None:
    """Refuse a sensor that has no firmware update over its REST API."""
    if state is None:
        return Refusal(
            Action.REFUSE,
            Code.NOT_SUPPORTED,
            f"This {identity.name} with firmware {identity.runs} has no firmware update over its REST API "
            "(UpdateState is not found).",
            "Update it with the vendor's own tool for this family.",
        )
    if is_picoscan(identity) and is_older(identity.runs, REST_SINCE):
        return Refusal(
            Action.REFUSE,
            Code.NOT_SUPPORTED,
            f"Firmware {identity.runs} cannot be updated over REST; a picoScan can from {REST_SINCE} on.",
            "Update it with SOPAS ET.",
        )
    return None


def judge_family(
    identity: Identity, package: Package, models: Sequence[str] = (), *, named: bool = True
) -> Refusal | None:
    """Refuse a package that is for another family, by the shelf or else by its name.

    Args:
        identity: the sensor.
        package: the package.
        models: what the package is for by the shelf; empty where that is not recorded.
        named: whether a person has named them, and not the source that it was fetched from.
    """
    sensor = product_of(identity)
    ours = str(sensor) if sensor else identity.device_type or identity.name
    if models:
        if fits_one_of(identity, models):
            return None
        how = "is approved" if named else "was fetched"
        return Refusal(
            Action.REFUSE,
            Code.MODEL_MISMATCH,
            f"{package.name} {how} for {', '.join(models)} only, and this sensor is a {ours}.",
            "Use the package for this model. If it fits this model too, approve it again with --for.",
        )
    theirs = product_in(package.name)
    if package.type is PackageType.MULTISCAN_200 and sensor and sensor.family != MULTISCAN_200:
        what = f"{package.name} is a .swp package, which only {MULTISCAN_200} takes"
    elif (
        theirs is not None
        and sensor is not None
        and theirs.family != sensor.family
        and theirs.excludes(sensor)
    ):
        what = f"{package.name} is for {theirs.family}"
    else:
        return None
    return Refusal(
        Action.REFUSE,
        Code.MODEL_MISMATCH,
        f"{what}, and this sensor is a {ours}.",
        "Use the package for this model. If its name is wrong, approve it with 'sicktui firmware approve ID "
        f"--for {ours}'.",
    )


def judge_version(
    identity: Identity, package: Package, versions: Versions, options: UpdateOptions
) -> Refusal | None:
    """Skip what is current; refuse a downgrade and a package of the wrong type."""
    expected, lowest = versions.expected, versions.lowest
    if expected is not None and matches(identity.runs, expected) and not options.force:
        return Refusal(Action.SKIP, Code.ALREADY_CURRENT, f"It runs {identity.runs} already.")
    if is_downgrade(identity, lowest) and not options.allow_downgrade:
        what = f"It runs {identity.runs}, which is newer than {lowest}"
        if is_picoscan(identity):
            return Refusal(
                Action.REFUSE,
                Code.DOWNGRADE,
                f"{what}. By SICK's release notes a picoScan cannot be downgraded.",
                "Keep the newer firmware. To try it nevertheless, use --allow-downgrade.",
            )
        return Refusal(
            Action.REFUSE,
            Code.DOWNGRADE,
            f"{what}.",
            "If you want the older firmware, use --allow-downgrade.",
        )
    return judge_package_type(identity, package)


def judge_pin(target: Target, expected: str | None, *, bulk: bool) -> Refusal | None:
    """Leave out, in an update of many devices, one whose profile pins another version."""
    if target.pin is None or not bulk or (expected is not None and matches(expected, target.pin)):
        return None
    return Refusal(
        Action.SKIP,
        Code.PINNED,
        f"Its profile pins the version {clean(target.pin)}.",
        f"To update it, name {clean(target.device)} alone, or change its pin.",
    )


def is_downgrade(identity: Identity, lowest: str | None) -> bool:
    """Whether a version, the lowest that a package may bring, is older than the one that a sensor runs."""
    return lowest is not None and bool(is_older(lowest, identity.runs))


def may_have_new_frontend(identity: Identity, expected: str | None) -> bool:
    """Whether the hardware must be read: only where the package may be too old for the new frontend."""
    return is_picoscan(identity) and expected is not None and bool(is_older(expected, FRONTEND_SINCE))


def judge_hardware(identity: Identity, expected: str | None, *, new_frontend: bool = False) -> Refusal | None:
    """Refuse firmware that is too old for the hardware of a picoScan.

    Args:
        identity: the sensor.
        expected: the version of the package.
        new_frontend: whether it reports a ``laserType`` or ``sipmType`` other than 0.
    """
    if expected is None or not is_picoscan(identity):
        return None
    if needs_motor_firmware(identity) and is_older(expected, MOTOR_SINCE):
        why, since = f"with the serial number {identity.serial}", MOTOR_SINCE
    elif new_frontend and is_older(expected, FRONTEND_SINCE):
        why, since = "with the new laser frontend (laserType, sipmType)", FRONTEND_SINCE
    else:
        return None
    return Refusal(
        Action.REFUSE,
        Code.PACKAGE_UNSUITABLE,
        f"A picoScan {why} runs only firmware {since} or later, and the package brings {expected}.",
        f"Use a package with firmware {since} or later.",
    )


def needs_motor_firmware(identity: Identity) -> bool:
    """Whether a picoScan was made in 2026, week 32, or later, by its serial number ``YYWWxxxx``."""
    serial = (identity.serial or "").strip()
    eight_digits = len(serial) == _SERIAL_DIGITS and serial.isascii() and serial.isdigit()
    return is_picoscan(identity) and eight_digits and int(serial[:4]) >= MOTOR_SERIAL


def judge_package_type(identity: Identity, package: Package) -> Refusal | None:
    """The rule of signed and unsigned packages: by the version on the sensor, not the package's."""
    if not is_picoscan(identity):
        return None
    before = is_older(identity.runs, SIGNED_SINCE)
    if before is None:
        return None
    if before and package.type is PackageType.SIGNED:
        return Refusal(
            Action.REFUSE,
            Code.PACKAGE_UNSUITABLE,
            f"{package.name} is signed, and firmware {identity.runs} takes unsigned packages only (signed "
            f"ones from {SIGNED_SINCE} on).",
            "Use the unsigned .spk of the same release.",
        )
    if not before and package.type is PackageType.UNSIGNED:
        return Refusal(
            Action.REFUSE,
            Code.PACKAGE_UNSUITABLE,
            f"{package.name} is unsigned, and firmware {identity.runs} takes signed packages only (since "
            f"{SIGNED_SINCE}).",
            "Download the .spk.signed package of this version.",
        )
    return None


def warnings_of(identity: Identity, package: Package, versions: Versions, *, named: bool) -> list[str]:
    """What does not refuse an update, and should be known before it.

    Args:
        identity: the sensor.
        package: the package.
        versions: what it may bring.
        named: whether the shelf records which models the package is for.
    """
    found, expected = versions.warnings, versions.expected
    if expected is not None and compare(identity.runs, expected) is Likeness.UNCLEAR:
        found.append(
            f"Its version ({identity.runs}) cannot be compared with {expected}: it may run it already, and "
            "the update may end unknown."
        )
    if not is_picoscan(identity):
        return found
    if is_older(identity.runs, REST_RECOMMENDED_SINCE):
        found.append(f"SICK recommends SOPAS ET for a picoScan with firmware {identity.runs}.")
    if is_downgrade(identity, versions.lowest):
        found.append("By SICK's release notes a picoScan cannot be downgraded.")
    if expected is None and needs_motor_firmware(identity):
        found.append(
            f"With the serial number {identity.serial} it runs only firmware {MOTOR_SINCE} or later."
        )
    sensor, theirs = product_of(identity), product_in(package.name)
    if not named and sensor and theirs and sensor.excludes(theirs):
        found.append(f"The package is named for {theirs}, and this is a {sensor}; each needs its own file.")
    return found


def warn_of_mixed_variants(items: Sequence[PlanItem]) -> list[PlanItem]:
    """Warn where one package of unknown variant would go onto both variants of picoScan."""
    variants = {item.device: _variant(item) for item in items if item.may_go}
    found = sorted({variant for variant in variants.values() if variant})
    if len(found) < 2:  # noqa: PLR2004 - mixed
        return list(items)
    words = (
        f"This plan has {' and '.join(found)} sensors. Each variant needs its own file, and SICK publishes "
        "both under one name. Name the package's variant with 'sicktui firmware approve ID --for MODEL', or "
        "update the variants separately."
    )
    return [
        structs.replace(item, message=f"{item.message} {words}", warnings=(*item.warnings, words))
        if variants.get(item.device)
        else item
        for item in items
    ]


def _variant(item: PlanItem) -> str | None:
    product = product_of(item.identity) if item.identity else None
    return product.variant if product is not None and product.family == PICOSCAN else None
