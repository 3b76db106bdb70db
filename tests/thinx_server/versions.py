"""Versions as the server reads them: semver, and what June 2026 makes of four or five numbers."""

import re
from typing import Final

_SEMVER: Final = re.compile(
    r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?"
)
_LONG: Final = re.compile(r"\d+(?:\.\d+){3,4}")

Version = tuple[int, int, int, bool, str]


def semver(text: str) -> Version | None:
    """What a semver text compares by, or None where the text is not semver."""
    match = _SEMVER.fullmatch(text)
    if match is None:
        return None
    major, minor, patch, before = match.groups()
    return (int(major), int(minor), int(patch), before is None, before or "")


def collapsed(text: str) -> str:
    """A version of four or five numbers with the last ones added up: 2.3.0.1 becomes 2.3.1 (fault 16)."""
    if not _LONG.fullmatch(text):
        return text
    major, minor, *rest = (int(number) for number in text.split("."))
    return f"{major}.{minor}.{sum(rest)}"
