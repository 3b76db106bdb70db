"""The versions that a package may bring: the operator's, its name's and the shelf's may contradict."""

from typing import NamedTuple

from sicktui.model.firmware.package import Package
from sicktui.model.firmware.version import is_older, parse, with_any_build, without_any
from sicktui.model.run.plan import UpdateOptions
from sicktui.stores.packages.shelf import Shelf


class Versions(NamedTuple):
    """What a package may bring."""

    expected: str | None
    """What a sensor must report for the update to have succeeded; ``None``: not known."""
    named: str | None = None
    """The version in the package's name."""
    recorded: str | None = None
    """What the shelf records."""

    @classmethod
    def of(cls, package: Package, options: UpdateOptions, shelf: Shelf) -> "Versions":
        """``--expect-version`` is expected, else the version in the package's name, else the shelf's.

        The three numbers of a source do not name the build and the class: others than 0 and R are then no
        contradiction.
        """
        entry = shelf.entry_of(package.sha256)
        recorded = shelf.version_for(package.sha256)
        known = package.version or recorded
        if known is not None and entry is not None and entry.source is not None:
            known = with_any_build(known)
        return cls(options.expect_version or known, package.version, recorded)

    @property
    def lowest(self) -> str | None:
        """The lowest of them. A sensor that it is too old for must not get the package."""
        lowest = self.expected
        for _, other in self._contradicting:
            lowest = other if lowest is None or is_older(other, lowest) else lowest
        return lowest

    @property
    def warnings(self) -> list[str]:
        """Each contradiction in words."""
        return [
            f"The package is {other} {source}, and {self.expected} is expected. One of them is wrong; the "
            "verdict goes by the expected one."
            for source, other in self._contradicting
        ]

    @property
    def _contradicting(self) -> list[tuple[str, str]]:
        """Those that are another version than the expected one, with their source."""
        expected = parse(without_any(self.expected or ""))
        sources = {"by the shelf": self.recorded, "by its name": self.named}
        by_version = {text: (source, text) for source, text in sources.items() if text}
        return [pair for text, pair in by_version.items() if expected and parse(text) not in (None, expected)]
