"""SICK's versions as the semantic versions that a THiNX server compares.

The server of June 2026 fails on ``2.3.0.0R``, and adds the last numbers of longer versions up (measured), so
it is sent three numbers. Another class than a release is written as a pre-release: 2.3.0 is then newer.
"""

from typing import Final

from sicktui.model.firmware.version import Version, parse

_RELEASE: Final = "R"
_THREE: Final = 3


def semver(version: str) -> str | None:
    """The version to report, ``2.3.0`` for ``2.3.0.0R``; ``None`` if it is not a version."""
    parsed = parse(version)
    return None if parsed is None else _written(parsed)


def sick_version(offered: str) -> str | None:
    """The version that a server's own text names, as SICK writes it; ``None`` if it cannot be known.

    ``2.3.1`` stays three numbers, because the fourth is not in it; ``2.4.0-c.0`` is ``2.4.0.0C``. What is
    behind a ``+`` does not count.
    """
    text = offered.partition("+")[0].strip()
    parsed = parse(text)
    if parsed is None:
        return None
    if parsed.letter == _RELEASE and len(text.split(".")) <= _THREE:
        return ".".join(str(number) for number in parsed.numbers[:_THREE])
    return ".".join(str(number) for number in parsed.numbers) + parsed.letter


def _written(version: Version) -> str:
    three = ".".join(str(number) for number in version.numbers[:3])
    if version.letter == _RELEASE:
        return three
    return f"{three}-{version.letter.lower()}.{version.numbers[3]}"


def is_newer(offered: str, running: str) -> bool | None:
    """Whether an offered version is newer than the one a sensor runs, in the server's three numbers.

    ``None`` if one of them cannot be compared.
    """
    theirs, ours = parse(offered.partition("+")[0]), parse(running)
    if theirs is None or ours is None:
        return None
    if theirs.numbers[:3] != ours.numbers[:3]:
        return theirs.numbers[:3] > ours.numbers[:3]
    # Three numbers that are equal: only a release after a pre-release is newer.
    return ours.letter != _RELEASE and theirs.letter == _RELEASE
