"""The one rule: who may start now, why each other may not, and who ends without a start.

``decide`` is called by the runner after each verdict, command and moment that it named, and by a face that
shows what comes next. It keeps nothing: a runner that takes up a run asks with the journal's facts and gets
the same answers.
"""

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct

from sicktui.model.enums import TROUBLE, Code, Verdict
from sicktui.model.spread.pace import Member, Pace
from sicktui.model.spread.stages import Stage, stages_of
from sicktui.model.spread.window import Opening
from sicktui.model.wording import count, duration

_AWAY: Final = frozenset(
    {Code.UNREACHABLE, Code.BUSY, Code.NO_RETURN, Code.UNHEALTHY, Code.FLASH_TIMEOUT, Code.OTHER_DEVICE}
)
"""Codes of a failed sensor that is not known to work again."""


class Hold(StrEnum):
    """Why a sensor does not start yet."""

    PLACE = "place"
    WAVE = "wave"
    SEGMENT = "segment"
    SOAK = "soak"
    APPROVAL = "approval"
    OUTSIDE_WINDOW = "outside_window"
    LINE_IN_USE = "line_in_use"
    OFFLINE = "offline"


PAUSES: Final = frozenset({Hold.SOAK, Hold.APPROVAL, Hold.OUTSIDE_WINDOW, Hold.LINE_IN_USE, Hold.OFFLINE})
"""What a whole run waits for, and not for other sensors."""


class Ended(Struct, frozen=True, kw_only=True):
    """A sensor that has its verdict."""

    verdict: Verdict
    code: Code | None
    at: float
    refused: bool = False
    """Whether a later plan refused it, as that of a PC in a rollout: nothing was begun."""

    @property
    def proves(self) -> bool:
        """Whether it runs what it should. A canary that was only not started proves nothing."""
        return self.verdict is Verdict.SUCCEEDED or self.code is Code.ALREADY_CURRENT

    @property
    def spends(self) -> bool:
        """Whether it counts against the budget. What a plan refused does not."""
        return self.verdict in TROUBLE and not self.refused

    @property
    def is_ready(self) -> bool:
        """Whether the run has not left the sensor in a state in which it may not be counted on."""
        return not self.spends or (self.verdict is Verdict.FAILED and self.code not in _AWAY)


class Wait(Struct, frozen=True, kw_only=True):
    """Why a sensor may not start now."""

    hold: Hold
    words: str
    until: float | None = None
    """When it is looked at again; ``None``: when something happens."""
    end: float | None = None
    """When it is given up, where that is another moment."""

    @property
    def shown_until(self) -> float | None:
        """Until when it waits at most, as far as that is known."""
        return self.until if self.end is None else self.end


class End(Struct, frozen=True, kw_only=True):
    """The verdict of a sensor that does not start any more."""

    verdict: Verdict
    code: Code
    message: str
    advice: str = ""


CANCELLED: Final = End(
    verdict=Verdict.CANCELLED,
    code=Code.CANCELLED,
    message="Cancelled before anything was written to the sensor.",
)


class SoFar(Struct, frozen=True, kw_only=True):
    """What has happened in a run. Moments are seconds of one clock."""

    now: float
    begun: frozenset[str] = frozenset()
    """Sensors that an earlier runner left in the middle: something may have reached them."""
    working: frozenset[str] = frozenset()
    ended: Mapping[str, Ended] = {}
    approved: bool = False
    """A person has continued the run."""
    cancelled: bool = False
    opening: Opening | None = None
    """When its sensors may start; ``None``: always."""
    closed: Wait | End | None = None
    """What keeps every start back, from outside: a line in use."""
    later: Mapping[str, Wait] = {}
    """Sensors that did not answer, and when each is tried again."""


class StartDecision(Struct, frozen=True, kw_only=True):
    """The answer. Each sensor that neither works nor has ended is in exactly one of the three."""

    start: tuple[str, ...] = ()
    waits: Mapping[str, Wait] = {}
    ends: Mapping[str, End] = {}
    closes: float | None = None
    """When what still waits ends without a start."""

    @property
    def until(self) -> float | None:
        """The next moment at which the answer may be another, if nothing happens before."""
        moments = [wait.until for wait in self.waits.values() if wait.until is not None]
        moments += [self.closes] if self.closes is not None else []
        return min(moments, default=None)

    @property
    def pause(self) -> Wait | None:
        """What the whole run waits for; ``None`` while a sensor may start, or waits for another one."""
        if self.start or any(wait.hold not in PAUSES for wait in self._first.values()):
            return None
        return next(iter(self._first.values()), None)

    @property
    def _first(self) -> Mapping[str, Wait]:
        """The waits but those for an earlier wave."""
        return {device: wait for device, wait in self.waits.items() if wait.hold is not Hold.WAVE}


def decide(pace: Pace, members: Sequence[Member], so_far: SoFar) -> StartDecision:
    """Who may start now, why each other may not, and who ends without a start.

    Args:
        pace: how the run spreads.
        members: the sensors that it works on, in the order of the plan.
        so_far: what has happened.
    """
    return _Rule(pace, members, so_far).decision()


def spent(pace: Pace, members: int, ended: Collection[Ended]) -> tuple[int, int | None]:
    """How many failed or are unknown, and at how many nothing new starts; ``None``: no limit.

    Args:
        pace: how the run spreads.
        members: how many sensors it was to work on.
        ended: those that have their verdict.
    """
    refused = sum(end.refused for end in ended)
    return sum(end.spends for end in ended), pace.budget(members - refused)


class _Rule:
    """One answer in the making.

    A sensor that does not come back keeps its place. The last place is never lost: the run would stop.
    """

    def __init__(self, pace: Pace, members: Sequence[Member], so_far: SoFar) -> None:
        self._pace, self._so_far = pace, so_far
        ended = so_far.ended
        idle = [m for m in members if m.device not in ended and m.device not in so_far.working]
        self._begun = [member.device for member in idle if member.device in so_far.begun]
        self._fresh = [member for member in idle if member.device not in so_far.begun]
        self._lost = sum(not end.is_ready for end in ended.values())
        self._places = max(1, pace.jobs - self._lost) - len(so_far.working)
        self._stages = stages_of(pace, members)
        self._stage_of = {device: n for n, stage in enumerate(self._stages) for device in stage.devices}
        # By segment: the sensor that is away now, and the one that is not known to have come back.
        # A runner that took up the run keeps what it found begun, also once that has ended.
        away = (so_far.working | so_far.begun) - ended.keys()
        self._away = {m.segment: m.device for m in members if m.device in away}
        self._missing = {
            m.segment: m.device for m in members if m.device in ended and not ended[m.device].is_ready
        }
        self._closed = self._find_closed()
        self._over = self._run_over(len(members))
        self._gates = self._find_gates()

    def decision(self) -> StartDecision:
        """Walk through the sensors in the order of the plan."""
        # What a sensor has begun is finished, whatever the run allows.
        start = self._begun[: max(0, self._places)]
        waits = {device: self._no_place() for device in self._begun[len(start) :]}
        ends: dict[str, End] = {}
        free = self._places - len(self._begun)
        for member in self._fresh:
            stage = self._stage_of[member.device]
            end = self._over or self._end(member, self._stages[stage])
            wait = self._gates[stage] or self._wait(member, free)
            if end is not None:
                ends[member.device] = end
            elif wait is not None:
                waits[member.device] = wait
            else:
                start.append(member.device)
                free -= 1
                self._away[member.segment] = member.device
        opening = self._so_far.opening
        closes = opening.closes if opening is not None and waits else None
        return StartDecision(start=tuple(start), waits=waits, ends=ends, closes=closes)

    def _find_closed(self) -> Wait | End | None:
        """What keeps every start back: the window, or what comes from outside."""
        opening, now = self._so_far.opening, self._so_far.now
        if opening is None or opening.opens <= now < opening.closes:
            return self._so_far.closed
        times = f"{opening.opens_at}-{opening.closes_at}"
        if now < opening.opens:
            words = f"Waits for its window {times}."
            return Wait(hold=Hold.OUTSIDE_WINDOW, words=words, until=opening.opens)
        return _skipped(
            f"the window {times} was over.",
            "Run again for the rest: it then waits for the next window.",
            Code.OUTSIDE_WINDOW,
        )

    def _run_over(self, members: int) -> End | None:
        """Why nothing starts any more."""
        if self._so_far.cancelled:
            return CANCELLED
        failures, budget = spent(self._pace, members, self._so_far.ended.values())
        if budget is not None and failures >= budget:
            limit = f"{budget} ({self._pace.max_failures})" if budget != self._pace.max_failures else budget
            return _skipped(
                f"{count(failures, 'device')} failed or unknown, which reached the limit of {limit}.",
                "Check what failed first, then run again for the rest (--max-failures allows more).",
            )
        return self._closed if isinstance(self._closed, End) else None

    def _end(self, member: Member, stage: Stage) -> End | None:
        """Why a sensor does not start any more, though others may."""
        canaries = self._stages[0].devices if self._stages[0].canary and not stage.canary else ()
        ended = self._so_far.ended
        if any(device in ended and not ended[device].proves for device in canaries):
            return _skipped(
                "a canary did not succeed.",
                "Check the canary's verdict first, then run the update again for the rest.",
            )
        if member.segment and member.segment in self._missing:
            missing = self._missing[member.segment]
            return _skipped(
                f"{missing} is not known to work, and no two of the segment {member.segment} may be away "
                "together.",
                f"Check {missing} first, then run again for the rest.",
            )
        return None

    def _find_gates(self) -> list[Wait | None]:
        """What keeps each stage back as a whole."""
        gates: list[Wait | None] = []
        last, earlier = float("-inf"), ""
        closed = self._closed if isinstance(self._closed, Wait) else None
        for stage in self._stages:
            gates.append(self._gate(earlier, last) or closed if earlier else closed)
            ended = [self._so_far.ended[d].at for d in stage.devices if d in self._so_far.ended]
            if len(ended) < len(stage.devices):
                wave = Wait(hold=Hold.WAVE, words=f"Waits for {stage.title}.")
                return gates + [wave] * (len(self._stages) - len(gates))
            last, earlier = max(last, *ended), stage.title
        return gates

    def _gate(self, earlier: str, last: float) -> Wait | None:
        """What keeps a stage back, although all before it has ended."""
        if self._pace.approve and not self._so_far.approved:
            return Wait(hold=Hold.APPROVAL, words=f"Waits for approval after {earlier}.")
        if last + self._pace.soak > self._so_far.now:
            words = f"Waits {duration(self._pace.soak)} after {earlier}."
            return Wait(hold=Hold.SOAK, words=words, until=last + self._pace.soak)
        return None

    def _wait(self, member: Member, free: int) -> Wait | None:
        """What keeps one sensor back in a stage that may start."""
        later = self._so_far.later.get(member.device)
        if later is not None and later.until is not None and later.until > self._so_far.now:
            return later
        if member.segment and member.segment in self._away:
            words = f"Waits for {self._away[member.segment]} of its segment {member.segment}."
            return Wait(hold=Hold.SEGMENT, words=words)
        return self._no_place() if free <= 0 else None

    def _no_place(self) -> Wait:
        lost = f", {self._lost} of them not known to have come back" if self._lost else ""
        return Wait(hold=Hold.PLACE, words=f"Waits for a place: {self._pace.jobs} at once{lost}.")


def _skipped(why: str, advice: str, code: Code = Code.BUDGET_EXHAUSTED) -> End:
    return End(verdict=Verdict.SKIPPED, code=code, message=f"Not started: {why}", advice=advice)
