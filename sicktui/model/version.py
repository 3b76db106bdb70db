"""Firmware versions: read from names, compared, and matched.

SICK numbers its firmware ``major.minor.patch.build`` with a letter behind it: ``2.3.0.0R`` (R for
release). A file name often carries a version, sometimes with underscores or without the build
number. It is a hint, never proof.
"""

import re
from typing import Final

_VERSION: Final = re.compile(r"(\d{1,6}(?:\.\d{1,6}){1,3})([A-Za-z]\d{0,3})?")
_NUMBERS_ONLY: Final = re.compile(r"\d{1,6}(?:\.\d{1,6}){2,3}")
_DOTTED: Final = re.compile(r"(?<![0-9A-Za-z.])[vV]?(\d{1,4}(?:\.\d{1,4}){2,3}[A-Za-z]?)(?![0-9A-Za-z.])")
_UNDERSCORED: Final = re.compile(r"(?<![0-9A-Za-z])[vV]?(\d{1,4}(?:_\d{1,4}){2,3}[A-Za-z]?)(?![0-9A-Za-z])")
_SUFFIX: Final = re.compile(r"(?i)(\.spk(\.signed)?)?(\.zip)?$")
_LARGEST_MAJOR: Final = 99  # What is larger in front is a year or a model (picoScan 150), not a version.


def ordering(version: str) -> tuple[int, ...] | None:
    """The numbers of a version, padded to four, for comparing; ``None`` if it is not a version.

    The letter behind does not take part: nobody has published how letters rank.
    """
    match = _VERSION.fullmatch(version.strip())
    if match is None:
        return None
    numbers = [int(part) for part in match.group(1).split(".")]
    return tuple(numbers + [0] * (4 - len(numbers)))


def is_older(version: str, than: str) -> bool | None:
    """Whether ``version`` is older than ``than``; ``None`` if one of them cannot be compared."""
    left, right = ordering(version), ordering(than)
    return None if left is None or right is None else left < right


def matches(actual: str, expected: str) -> bool:
    """Whether a sensor that says ``actual`` runs the ``expected`` version.

    Equal to the letter, except that three or four numbers without a letter (``2.3.0``, as file
    names have it) stand for the full form (``2.3.0.0R``): they leave the letter open, never a number.
    """
    actual, expected = actual.strip(), expected.strip()
    if actual == expected:
        return True
    if _NUMBERS_ONLY.fullmatch(expected):
        return ordering(actual) is not None and ordering(actual) == ordering(expected)
    return False


def from_name(filename: str) -> str | None:
    """The version that a package's file name carries, or ``None``.

    ``picoScan150_V2.3.0.0R.spk.signed`` gives ``2.3.0.0R``; ``fw_2_3_0.spk`` gives ``2.3.0``.
    Two different versions in one name give ``None``: nobody knows which is meant.
    """
    stem = _SUFFIX.sub("", filename)
    written = _DOTTED.findall(stem) or [m.replace("_", ".") for m in _UNDERSCORED.findall(stem)]
    found = {version for version in written if int(version.split(".")[0]) <= _LARGEST_MAJOR}
    return found.pop() if len(found) == 1 else None
