"""What went wrong in a run, grouped by cause: 50 sensors and 3 causes are 3 groups.

Two verdicts have the same cause if verdict, code and message agree once names, addresses, serial numbers,
versions and amounts are taken out of the message. Numbers that name a state stay: they are the cause.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct

from sicktui.model.enums import WORST_FIRST, Code, Verdict
from sicktui.model.run.event import VerdictReached

GAP: Final = "…"
"""Replaces in a message what differs between the devices of a group."""
_OWN: Final = re.compile(r"[^\s\"'()]*\d[^\s\"'()]*?(?=[.,;:!?]*(?:[\s\"')]|$))")
"""A word with a digit: an address, a serial number, a version, an amount."""
_STATE: Final = re.compile(r"(?:UpdateState|DeviceStatus|SCdevicestate|status|HTTP|code|Result)\s$")
"""Before such a number, the number is a state."""


class Cause(Struct, frozen=True, kw_only=True):
    """One group."""

    verdict: Verdict
    code: Code | None
    message: str
    """What happened, with a gap for what differs between the devices."""
    advice: tuple[str, ...]
    """What to do next, each sentence once."""
    events: tuple[VerdictReached, ...]
    """The verdicts of its devices, in the order of the plan."""

    @property
    def devices(self) -> list[str]:
        """The names of its devices."""
        return [event.device for event in self.events]


def group_by_cause(verdicts: Iterable[VerdictReached]) -> list[Cause]:
    """The causes, the most serious first, then the largest.

    A success counts only if it comes with advice.
    """
    events = list(verdicts)
    names = _names(events)
    groups: dict[tuple[Verdict, Code | None, str], list[VerdictReached]] = {}
    for event in events:
        if event.verdict is not Verdict.SUCCEEDED:
            pattern = _pattern(event.message, names)
            groups.setdefault((event.verdict, event.code, pattern), []).append(event)
        elif event.advice:
            groups.setdefault((event.verdict, event.code, _pattern(event.advice, names)), []).append(event)
    causes = [_cause(group, names) for group in groups.values()]
    return sorted(causes, key=lambda cause: (WORST_FIRST.index(cause.verdict), -len(cause.events)))


def _cause(group: Sequence[VerdictReached], names: "re.Pattern[str] | None") -> Cause:
    first = group[0]
    advice: dict[str, list[str]] = {}
    for event in group:
        if event.advice:
            advice.setdefault(_pattern(event.advice, names), []).append(event.advice)
    return Cause(
        verdict=first.verdict,
        code=first.code,
        message=_common([event.message for event in group], names),
        advice=tuple(_common(texts, names) for texts in advice.values()),
        events=tuple(group),
    )


def _names(events: Sequence[VerdictReached]) -> "re.Pattern[str] | None":
    """Matches the name of any device of the run, the longest first."""
    names = sorted({event.device for event in events if event.device}, key=len, reverse=True)
    if not names:
        return None
    return re.compile(r"(?<![\w.-])(?:" + "|".join(map(re.escape, names)) + r")(?![\w-])")


def _parts(text: str, names: "re.Pattern[str] | None") -> tuple[list[str], list[str]]:
    """A message as the texts between what is a device's own, and what is its own."""
    spans = [match.span() for match in names.finditer(text)] if names else []
    taken = list(spans)
    for match in _OWN.finditer(text):
        inside = any(match.start() < end and begin < match.end() for begin, end in taken)
        if not inside and not (match.group().isdigit() and _STATE.search(text[: match.start()])):
            spans.append(match.span())
    texts, own, place = [], [], 0
    for begin, end in sorted(spans):
        texts.append(text[place:begin])
        own.append(text[begin:end])
        place = end
    return [*texts, text[place:]], own


def _pattern(text: str, names: "re.Pattern[str] | None") -> str:
    return GAP.join(_parts(text, names)[0])


def _common(texts: Sequence[str], names: "re.Pattern[str] | None") -> str:
    """The messages of a group as one: what all have stays, what differs is a gap."""
    parts = [_parts(text, names) for text in texts]
    between, own = parts[0]
    shared = [
        word if all(len(other) == len(own) and other[i] == word for _, other in parts) else GAP
        for i, word in enumerate(own)
    ]
    return "".join(text + word for text, word in zip(between, [*shared, ""], strict=True))
