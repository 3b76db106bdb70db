"""Firmware versions: one parser, and one comparison with three answers.

SICK numbers its firmware ``major.minor.patch.build`` with a class letter behind it: ``2.3.0.0R`` (R for
release, B and T for others). An expected version ``2.3.3.*`` names three numbers only: build and class are
not known. Spelling differs: a leading ``V``, NUL padding, missing zeros (``2.3``), a
missing ``R``, and the long form ``1.2.0-b.0+1225.523ef`` that ``FirmwareVersion`` may have for ``1.2.0.0B``
(SICK LiDAR Developer Guide, September 2026). A file name often carries a version too: a hint, never proof.
"""

import re
from enum import Enum
from functools import lru_cache
from string import ascii_letters
from typing import Final, NamedTuple

# Digits are 0 to 9: \d would take those of every script.
_SHORT: Final = re.compile(r"[vV]?([0-9]{1,6}(?:\.[0-9]{1,6}){1,3})([A-Za-z][0-9]{0,3})?")
_LONG: Final = re.compile(
    r"[vV]?([0-9]{1,6}\.[0-9]{1,6}\.[0-9]{1,6})-([A-Za-z])(?:\.([0-9]{1,6}))?(?:\+[0-9A-Za-z.-]{1,40})?"
)
_RELEASE: Final = "R"
_IDENT_LENGTH: Final = 8
"""Characters that ``DeviceIdent.Version`` holds in the vendor's OpenAPI files; a longer version is cut."""
_LONGEST: Final = 64
_ANY: Final = ".*"
_THREE: Final = re.compile(r"[vV]?[0-9]{1,6}(\.[0-9]{1,6}){2}")
_DOTTED: Final = re.compile(
    r"(?<![0-9A-Za-z.])[vV]?([0-9]{1,4}(?:\.[0-9]{1,4}){2,3}[A-Za-z]?)(?![0-9A-Za-z.])"
)
_UNDERSCORED: Final = re.compile(
    r"(?<![0-9A-Za-z])[vV]?([0-9]{1,4}(?:_[0-9]{1,4}){2,3}[A-Za-z]?)(?![0-9A-Za-z])"
)
_SUFFIX: Final = re.compile(r"(?i)(\.spk(\.signed)?|\.swp)?(\.zip)?$")
_LARGEST_MAJOR: Final = 99  # What is larger in front is a year or a model (picoScan 150), not a version.
_FIRST_YEAR: Final = 1900  # What is larger behind makes a date of it (21.11.2026).


class Version(NamedTuple):
    """A parsed version."""

    numbers: tuple[int, ...]
    """Four, missing ones filled with 0."""
    letter: str
    """The class, in upper case; ``R`` where none is written."""


class Likeness(Enum):
    """How a version compares with an expected one."""

    EQUAL = "equal"
    DIFFERENT = "different"
    UNCLEAR = "unclear"
    """One of them cannot be parsed, or may be cut off."""


@lru_cache(maxsize=256)
def parse(text: str) -> Version | None:
    """The version that a text spells, or ``None``."""
    text = _stripped(text)
    short = _SHORT.fullmatch(text)
    if short is not None:
        numbers, letter = [int(part) for part in short.group(1).split(".")], short.group(2)
    else:
        long = _LONG.fullmatch(text)
        if long is None:
            return None
        numbers, letter = [int(part) for part in long.group(1).split(".")], long.group(2)
        numbers.append(int(long.group(3) or 0))
    return Version(tuple(numbers + [0] * (4 - len(numbers))), (letter or _RELEASE).upper())


@lru_cache(maxsize=256)
def compare(actual: str, expected: str) -> Likeness:
    """How the version that a sensor reports compares with the expected one."""
    open_end = expected.endswith(_ANY)
    expected = without_any(expected)
    left, right = parse(actual), parse(expected)
    if left is None or right is None:
        same = _stripped(actual).casefold() == _stripped(expected).casefold()
        return Likeness.EQUAL if same and _stripped(actual) else Likeness.UNCLEAR
    if _may_be_cut(actual) and _continues(expected, actual):
        return Likeness.UNCLEAR
    if open_end and left != right and left.numbers[:3] == right.numbers[:3]:
        return Likeness.UNCLEAR
    return Likeness.EQUAL if left == right else Likeness.DIFFERENT


def with_any_build(version: str) -> str:
    """An expected version of three numbers, of which build and class are not known; others as they are."""
    return f"{_stripped(version)}{_ANY}" if _THREE.fullmatch(_stripped(version)) else version


def may_be(version: str, other: str) -> bool:
    """Whether two versions can be of one firmware by their first three numbers, as far as both are known."""
    left, right = parse(without_any(version)), parse(without_any(other))
    return left is None or right is None or left.numbers[:3] == right.numbers[:3]


def without_any(version: str) -> str:
    """The lowest version that an expected one can mean."""
    return version.removesuffix(_ANY)


def matches(actual: str, expected: str) -> bool:
    """Whether a sensor that reports ``actual`` is known to run the ``expected`` version."""
    return compare(actual, expected) is Likeness.EQUAL


def compare_reported(ident: str, firmware: str | None, expected: str) -> Likeness:
    """The same for a sensor that reports two texts.

    Args:
        ident: ``DeviceIdent.Version``, at most 8 characters on most families.
        firmware: ``FirmwareVersion``, which decides; ``None`` where it is not offered or was not read.
        expected: the expected version.
    """
    if firmware is None or parse(firmware) is None:
        return compare(ident, expected)
    decided = compare(firmware, expected)
    told = compare(ident, expected)
    return decided if Likeness.UNCLEAR in (told, decided) or told is decided else Likeness.UNCLEAR


def is_conclusive(ident: str) -> bool:
    """Whether ``DeviceIdent.Version`` alone shows which version runs: it parses and is not cut off."""
    return parse(ident) is not None and not _may_be_cut(ident)


def is_older(version: str, than: str) -> bool | None:
    """Whether ``version`` is older than ``than``; ``None`` if one of them cannot be compared.

    The letter does not take part: how letters rank is not published.
    """
    left, right = parse(without_any(version)), parse(without_any(than))
    return None if left is None or right is None else left.numbers < right.numbers


def _stripped(text: str) -> str:
    return text.strip().strip("\0\ufffd").strip()


def _may_be_cut(text: str) -> bool:
    text = _stripped(text)
    return len(text) == _IDENT_LENGTH and not text[-1].isalpha()


def _continues(expected: str, cut: str) -> bool:
    """Whether the expected version, written in full, may begin with a text that was cut off."""
    version = parse(expected)
    if version is None:
        return True
    whole = ".".join(map(str, version.numbers)) + version.letter
    return whole.startswith(_stripped(cut).lstrip("vV"))


def from_name(filename: str) -> str | None:
    """The version that a package's file name carries, or ``None``.

    ``2.3.0.0R`` of ``picoScan150_V2.3.0.0R.spk.signed``; ``2.3.0`` of ``fw_2_3_0.spk``.
    Two different versions in one name result in ``None``: either may be meant.
    """
    stem = _SUFFIX.sub("", filename)
    written = _DOTTED.findall(stem) or [m.replace("_", ".") for m in _UNDERSCORED.findall(stem)]
    found = {version for version in written if _plausible(version)}
    return found.pop() if len(found) == 1 else None


def _plausible(version: str) -> bool:
    first, *others = (int(part) for part in version.rstrip(ascii_letters).split("."))
    return first <= _LARGEST_MAJOR and all(number < _FIRST_YEAR for number in others)


def is_comparable(text: str) -> bool:
    """Whether an expected version can be compared with what a sensor reports."""
    return len(text) <= _LONGEST and parse(text) is not None
