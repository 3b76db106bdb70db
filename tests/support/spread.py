"""Runs of the rule alone, for comparing it with a real runner."""

import heapq
from collections.abc import Mapping, Sequence

from msgspec import Struct

from sicktui.model.enums import Code, Verdict
from sicktui.model.spread.pace import Member, Pace
from sicktui.model.spread.rule import Ended, SoFar, decide


class Fate(Struct, frozen=True, kw_only=True):
    """What becomes of a sensor once it is started."""

    seconds: float
    verdict: Verdict = Verdict.SUCCEEDED
    code: Code | None = None


class Played(Struct, frozen=True, kw_only=True):
    """A run of the rule: who was started, in order, and what became of each."""

    starts: tuple[str, ...]
    verdicts: dict[str, tuple[Verdict, Code | None]]


def play(pace: Pace, members: Sequence[Member], fates: Mapping[str, Fate]) -> Played:
    """Ask the rule, let happen what it says, and ask again, until each sensor has its verdict."""
    now = 0.0
    working: list[tuple[float, str]] = []
    ended: dict[str, Ended] = {}
    starts: list[str] = []
    while len(ended) < len(members):
        decision = decide(
            pace, members, SoFar(now=now, working=frozenset(name for _, name in working), ended=ended)
        )
        for device in decision.start:
            starts.append(device)
            heapq.heappush(working, (now + fates[device].seconds, device))
        for device, end in decision.ends.items():
            ended[device] = Ended(verdict=end.verdict, code=end.code, at=now)
        if decision.ends:
            continue
        moments = [working[0][0]] if working else []
        moments += [decision.until] if decision.until is not None else []
        if not moments:
            break
        now = min(moments)
        while working and working[0][0] <= now:
            _, device = heapq.heappop(working)
            ended[device] = Ended(verdict=fates[device].verdict, code=fates[device].code, at=now)
    return Played(
        starts=tuple(starts), verdicts={device: (end.verdict, end.code) for device, end in ended.items()}
    )
