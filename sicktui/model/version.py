"""Firmware versions: read from names, compared, and matched.

SICK numbers its firmware ``major.minor.patch.build`` with a letter behind it: ``2.3.0.0R`` (R for
release). A file name often carries a version, sometimes with underscores or without the build
number. It is a hint, never proof.
"""

import re
from string import ascii_letters
from typing import Final

# Digits are 0 to 9: \d would take those of every script.
_VERSION: Final = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,6}){1,3})([A-Za-z][0-9]{0,3})?")
_COMPLETE: Final = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,6}){2,3})([A-Za-z][0-9]{0,3})?")
_LONGEST: Final = 64
_DOTTED: Final = re.compile(
    r"(?<![0-9A-Za-z.])[vV]?([0-9]{1,4}(?:\.[0-9]{1,4}){2,3}[A-Za-z]?)(?![0-9A-Za-z.])"
)
_UNDERSCORED: Final = re.compile(
    r"(?<![0-9A-Za-z])[vV]?([0-9]{1,4}(?:_[0-9]{1,4}){2,3}[A-Za-z]?)(?![0-9A-Za-z])"
)
_SUFFIX: Final = re.compile(r"(?i)(\.spk(\.signed)?)?(\.zip)?$")
_LARGEST_MAJOR: Final = 99  # What is larger in front is a year or a model (picoScan 150), not a version.
_FIRST_YEAR: Final = 1900  # What is larger behind makes a date of it (21.11.2026).


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

    All numbers and the letter must be the same. What file names lose is no difference: the case of
    the letter, a build number 0 (``2.3.0`` for ``2.3.0.0``), and the letter itself (``2.3.0`` leaves
    open which letter it is; never a number).
    """
    actual, expected = actual.strip().casefold(), expected.strip().casefold()
    if actual == expected:
        return True
    told, wanted = _VERSION.fullmatch(actual), _COMPLETE.fullmatch(expected)
    if told is None or wanted is None or ordering(actual) != ordering(expected):
        return False
    return wanted.group(2) is None or wanted.group(2) == told.group(2)


def from_name(filename: str) -> str | None:
    """The version that a package's file name carries, or ``None``.

    ``picoScan150_V2.3.0.0R.spk.signed`` gives ``2.3.0.0R``; ``fw_2_3_0.spk`` gives ``2.3.0``.
    Two different versions in one name give ``None``: nobody knows which is meant.
    """
    stem = _SUFFIX.sub("", filename)
    written = _DOTTED.findall(stem) or [m.replace("_", ".") for m in _UNDERSCORED.findall(stem)]
    found = {version for version in written if _plausible(version)}
    return found.pop() if len(found) == 1 else None


def _plausible(version: str) -> bool:
    first, *others = (int(part) for part in version.rstrip(ascii_letters).split("."))
    return first <= _LARGEST_MAJOR and all(number < _FIRST_YEAR for number in others)


def is_tellable(text: str) -> bool:
    """Whether a sensor could report this. Any other version would be flashed and then found missing."""
    return text.isprintable() and any(map(str.isdecimal, text)) and len(text) <= _LONGEST
