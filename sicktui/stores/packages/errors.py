"""What can be wrong with a firmware package's file."""

from pathlib import Path

from sicktui.model.enums import Code
from sicktui.model.errors import SicktuiError
from sicktui.model.firmware.package import MAX_PACKAGE_BYTES, PackageType
from sicktui.model.safe_text import clean
from sicktui.stores.disk.files import display_path, explain_os_error

_MEGABYTE = 1_000_000


class PackageError(SicktuiError):
    """A file that cannot be used as a firmware package.

    ``package_unreadable``: it cannot be read at all. ``package_unsuitable``: it can, and is not a
    package, or not one that a sensor would take.
    """

    def __init__(self, message: str, *, advice: str, code: Code = Code.PACKAGE_UNSUITABLE) -> None:
        super().__init__(message, advice=advice, code=code)


class ZippedPackage(PackageError):
    """A zip with exactly one package in it, which may be unpacked.

    Args:
        path: the zip.
        member: the name of the package in it.
    """

    def __init__(self, path: Path, member: str) -> None:
        super().__init__(
            f"{display_path(path.name)} is a zip that contains the package {clean(member)}.",
            advice="Unpack it and use the package itself.",
        )
        self.path = path
        self.member = clean(member)


def unreadable(path: Path, error: OSError) -> PackageError:
    """The error for a file that the operating system does not hand out."""
    words, advice = explain_os_error(error)
    if isinstance(error, PermissionError):
        advice = "Ask its owner for a copy that you may read."
    return PackageError(
        f"Cannot read the package {display_path(path)}: {words}.", advice=advice, code=Code.PACKAGE_UNREADABLE
    )


def too_large(path: Path, size: int | None = None) -> PackageError:
    """The error for a package that is larger than any sensor takes."""
    told = "" if size is None else f" ({size / _MEGABYTE:.0f} MB)"
    return PackageError(
        f"{display_path(path.name)} is larger than a package can be{told}: the sensors' limit is"
        f" {MAX_PACKAGE_BYTES // _MEGABYTE} MB.",
        advice="Check that it is the right file.",
    )


def package_type(name: str) -> PackageType | None:
    """What kind of package a file of that name is; ``None`` if the name is none of a package."""
    folded = name.lower()
    for kind in (PackageType.SIGNED, PackageType.UNSIGNED, PackageType.MULTISCAN_200):
        if folded.endswith(kind.value) and len(folded) > len(kind.value):
            return kind
    return None
