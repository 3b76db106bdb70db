"""Offers: firmware that a source has, perhaps for one sensor. And the sensor as a source may know it."""

from enum import StrEnum

from msgspec import Struct


class OfferState(StrEnum):
    """What became of an offer."""

    OFFERED = "offered"
    """It can be fetched to the shelf."""
    CURRENT = "current"
    """The source has nothing newer for this sensor."""
    FETCHED = "fetched"
    """It is on the shelf."""
    UNAVAILABLE = "unavailable"
    """It cannot be fetched now; a later check may find it."""
    REFUSED = "refused"
    """The source refused, or what it has cannot be used: a person must act."""


class Offer(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one check of a source found. All texts are already cleaned."""

    source: str
    state: OfferState
    device: str | None = None
    """The sensor that it is for; ``None``: the source does not know sensors, or it concerns all of them."""
    version: str | None = None
    """As the source names it."""
    auto_update: bool | None = None
    """The source's own switch for this sensor; ``None`` where it has none or does not report it."""
    message: str = ""
    advice: str = ""
    package: str | None = None
    """SHA-256 of the package on the shelf, once it is there."""
    name: str | None = None
    """The package's file name, where the source has one."""
    key: str = ""
    """What the source finds it by again; means nothing to anybody else."""
    checked: str = ""
    """When it was found, RFC 3339."""


class Subject(Struct, frozen=True, kw_only=True):
    """A sensor that a source is asked about, by its own report."""

    device: str
    """Its name in the device list."""
    model: str
    """The product, e.g. ``picoScan150``."""
    version: str
    """The firmware that it runs, e.g. ``2.3.0.0R``."""
    mac: str | None = None
    mac_trouble: str = ""
    """Why its MAC address could not be read, though it may have one."""
    serial: str | None = None
    suffix: str = ".spk"
    """What the name of a package for it ends in, where a source names none."""
    status: str = ""
    """How its last update ended, if that has not been reported to the source."""
