"""What was entered for a search; kept for the next one."""

from typing import TYPE_CHECKING, Final

from msgspec import Struct, structs

from sicktui.model.errors import UsageError
from sicktui.model.safe_text import clean

if TYPE_CHECKING:
    from sicktui.engine.discovery.search import SearchRequest

LONGEST_WAIT: Final = 600.0
"""Seconds for which a search collects answers at most."""


class SearchInput(Struct, frozen=True, kw_only=True):
    """What a person entered for a search, as it was typed."""

    ranges: str = ""
    ports: str = ""
    targets: str = ""
    wait: str = ""
    quiet: bool = False
    """Whether to send no broadcasts."""

    def request(self) -> "SearchRequest":
        """The search that it means.

        Raises:
            UsageError: a part is not valid.
        """
        from sicktui.engine.discovery.search import ports_in, request_of  # noqa: PLC0415 - not before a search

        ports = [port for word in _words(self.ports) for port in ports_in(word)]
        request = request_of(_words(self.ranges), ports, _words(self.targets), broadcast=not self.quiet)
        return structs.replace(request, wait=_seconds(self.wait))

    @property
    def without_ranges(self) -> "SearchInput":
        """The same search without its sweep."""
        return SearchInput(ports=self.ports, targets=self.targets, wait=self.wait, quiet=self.quiet)


def _words(text: str) -> list[str]:
    return text.replace(",", " ").split()


def _seconds(text: str) -> float | None:
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= LONGEST_WAIT:
        raise UsageError(
            f"{clean(text, 20)!r} cannot be waited for.", advice=f"Enter seconds, at most {LONGEST_WAIT:.0f}."
        )
    return seconds
