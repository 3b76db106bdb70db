"""Checksums, the certificate, and what could not be read."""

from typing import Final

from sicktui.model.families import family_of
from sicktui.model.health.facts import Facts
from sicktui.model.health.records import Weight
from sicktui.model.health.rules.rule import Rule
from sicktui.model.health.variables import LICENSED, is_licensed
from sicktui.model.wording import names


def _moved(facts: Facts) -> str:
    before = facts.readings.before
    if not before.calibration or not facts.calibration or before.calibration == facts.calibration:
        return ""
    since = f" on {before.calibration_since[:10]}" if before.calibration_since else ""
    return f"MD5Calibration has changed since it was first read{since}: the calibration is not the factory's."


def _not_compared(facts: Facts) -> str:
    trouble = facts.readings.before.trouble
    if not trouble or not facts.calibration:
        return ""
    return f"Whether its calibration has moved is not known. {trouble}"


def _certificate(facts: Facts, *, expired: bool) -> str:
    https = facts.https
    left = None if https is None else https.days_left(facts.readings.at)
    if https is None or https.expires is None or left is None:
        return ""
    if left <= 0:
        return f"The HTTPS certificate expired on {https.expires:%Y-%m-%d}." if expired else ""
    if expired or left >= facts.readings.limits.certificate_days:
        return ""
    return f"The HTTPS certificate expires on {https.expires:%Y-%m-%d}."


def _gaps(facts: Facts) -> str:
    if not facts.unreadable:
        return ""
    return " ".join(f"{name} cannot be read: {why}" for name, why in list(facts.unreadable.items())[:3]) + (
        f" So {names(list(facts.unreadable)[3:])} cannot be read either." if len(facts.unreadable) > 3 else ""  # noqa: PLR2004
    )


def _not_reported(facts: Facts) -> str:
    readings = facts.readings
    family = readings.identity.name
    guessed = LICENSED if is_licensed(family) else ()
    # DeviceStatus has its own rule, as no family lacks it.
    missing = [name for name in readings.absent if name not in guessed and name != "DeviceStatus"]
    if not missing or family_of(family) is None:
        return ""
    return f"The sensor does not report {names(missing)}, as its family does: that is not judged."


_RENEW: Final = (
    "Install a new certificate on the sensor's web page, and renew 'ca_file' or 'fingerprint' here."
)

INTEGRITY: Final = (
    Rule(
        code="checksum_failed",
        level=Weight.ERROR,
        when="`LFTchecksum.MD5SumOK` is false",
        worth="One of four areas (system, application, calibration, parameters) failed its own check (guide, "
        "checksums). Which one is not reported.",
        check=lambda facts: (
            "MD5SumOK is false: an area of the sensor's memory is damaged."
            if facts.sums_good is False
            else ""
        ),
        advice="Update the firmware again. If it stays, fetch 'sicktui dump' for SICK's support.",
    ),
    Rule(
        code="calibration_moved",
        level=Weight.ERROR,
        when="`LFTchecksum.MD5Calibration` is not what this PC read of this serial number first",
        worth="It must never change in the life of a sensor (guide, checksums), except by SICK's service.",
        check=_moved,
        advice="Take the sensor out of service and ask SICK's support. If SICK has calibrated it, accept the "
        "new calibration.",
    ),
    Rule(
        code="calibration_unknown",
        level=Weight.UNKNOWN,
        when="the file with the calibrations that this PC read first cannot be read",
        worth="Nothing: the calibration of now is compared with no other.",
        check=_not_compared,
        advice="Put a copy of the file in its place. Without one, delete it: the calibrations of now are "
        "remembered then.",
    ),
    Rule(
        code="https_error",
        level=Weight.ERROR,
        when="`httpsStatus` has an error code",
        worth="HTTPS does not work, whatever is installed.",
        check=lambda facts: (
            f"HTTPS reports an error: {facts.https.trouble}." if facts.https and facts.https.trouble else ""
        ),
        advice="Check the certificate: the leaf first, every address as SAN, RSA above 3072 bit.",
    ),
    Rule(
        code="certificate_expired",
        level=Weight.ERROR,
        when="HTTPS is on, and a certificate of the bundle has ended, by this PC's clock",
        worth="Clients that check certificates refuse the sensor.",
        check=lambda facts: _certificate(facts, expired=True),
        advice=_RENEW,
    ),
    Rule(
        code="certificate_expires",
        level=Weight.WARNING,
        when="HTTPS is on, and a certificate ends within `health.certificate_days` (30)",
        worth="As above, soon.",
        check=lambda facts: _certificate(facts, expired=False),
        advice=_RENEW,
    ),
    Rule(
        code="not_reported",
        level=Weight.NOTE,
        when="a variable that the files of its family have is Not Found",
        worth="Another firmware may lack it. What depends on it is neither right nor wrong.",
        check=_not_reported,
        advice="Compare with the sensor's web page, and update its firmware where that is old.",
    ),
    Rule(
        code="unreadable",
        level=Weight.UNKNOWN,
        when="a variable that the sensor has could not be read, or has a value outside its documented limits",
        worth="Nothing: what depends on it is not judged.",
        check=_gaps,
        advice="Read it again. If it stays, compare with the sensor's web page.",
    ),
)
