"""A firmware package on disk, as a plan and a run refer to it."""

from enum import StrEnum
from typing import Final

from msgspec import Struct

MAX_PACKAGE_BYTES: Final = 100 * 1000 * 1000
"""The documented limit of ``PUT update`` (vendor's OpenAPI: 100 MB)."""


class PackageType(StrEnum):
    """The kinds of packages (firmware article, section 2; SICK's SDK 2.0 for ``.swp``)."""

    UNSIGNED = ".spk"
    SIGNED = ".spk.signed"
    MULTISCAN_200 = ".swp"


class Package(Struct, frozen=True, kw_only=True):
    """A package that was looked at: its bytes are known by their SHA-256."""

    path: str
    """The file. For a zip, the unpacked package, not the zip."""
    name: str
    """The file's name, e.g. ``picoScan150_2.3.0.0R.spk.signed``."""
    type: PackageType
    size: int
    """Bytes."""
    sha256: str
    """Lower-case hex."""
    version: str | None = None
    """The version from its name or the shelf: a hint."""
