"""What keeps the starts of a run back from outside: its window, a line in use, sensors that do not answer."""

import random
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final

from msgspec import structs

from sicktui.engine.job.ended import JobEnded
from sicktui.engine.job.line import LineSign
from sicktui.model.clock import Clock, timestamp
from sicktui.model.enums import Code, Operation, Verdict
from sicktui.model.run.event import VerdictReached, Waiting
from sicktui.model.run.plan import RunSpec
from sicktui.model.spread.pace import Pace
from sicktui.model.spread.rule import End, Hold, Wait
from sicktui.model.spread.window import Opening, opening_of
from sicktui.model.wording import duration, moment

_FIRST_TRY: Final = 15.0
_LONGEST: Final = 300.0
"""Seconds between two tries of a sensor that does not answer: from the first to the longest."""
_JITTER: Final = 0.2
"""A part of it by chance, so that sensors that fell silent together are not all tried at once."""
_DRIFT: Final = 2.0
"""Seconds by which the PC's clock must have been set, or slept, to move the window."""
_FRESH: Final = 2.0
"""Seconds for which a free line counts as looked at."""
PUT_OFF: Final = frozenset({Code.OUTSIDE_WINDOW, Code.LINE_IN_USE})
"""Codes of a job that had not begun and waits again."""


class Later:
    """The facts of one run, for the rule.

    Args:
        spec: the run.
        pace: how it spreads.
        clock: where time comes from.
        zero: what to add to the clock's seconds to get those since 1970.
        line_end: when an earlier runner would have given up the line; ``None``: it did not wait for it.
    """

    def __init__(
        self, spec: RunSpec, pace: Pace, clock: Clock, zero: float, *, line_end: float | None = None
    ) -> None:
        self._clock, self._zero = clock, zero
        created = datetime.fromisoformat(spec.created).timestamp()
        self._opening = opening_of(pace.window, created)
        self._line = LineSign(spec.settings.line)
        self._guards = spec.operation is not Operation.BACKUP and self._line.is_watched
        self._line_end = line_end
        self._looked = float("-inf")
        self._why = ""
        begins = max(created, self._opening.opens) if self._opening is not None else created
        self._answer_end = begins + pace.wait_offline
        self._tries: dict[str, int] = {}
        self._later: dict[str, Wait] = {}

    def now(self) -> float:
        """Seconds since 1970, on a clock that is not set while the run lasts."""
        return self._zero + self._clock.monotonic()

    @property
    def opening(self) -> Opening | None:
        """The window of the run, on the clock of ``now``; the PC's own may have been set since, or slept."""
        opening = self._opening
        drift = self._clock.now().timestamp() - self.now()
        if opening is None or abs(drift) < _DRIFT:
            return opening
        return structs.replace(opening, opens=opening.opens - drift, closes=opening.closes - drift)

    @property
    def looks_at_clock(self) -> bool:
        """Whether the PC's own clock decides, so that it is looked at often: a PC that slept wakes late."""
        return self._opening is not None

    # -- the line -------------------------------------------------------------------------------

    @property
    def must_look(self) -> bool:
        """Whether the line must be looked at before a start."""
        return self._guards and (bool(self._why) or self.now() - self._looked > _FRESH)

    async def look(self) -> None:
        """Look at the line."""
        self._why = await self._line.in_use()
        self._looked = self.now()
        if not self._why:
            self._line_end = None
        elif self._line_end is None:
            self._line_end = self._looked + self._line.settings.wait

    @property
    def closed(self) -> Wait | End | None:
        """What the last look at the line means for starts now."""
        if not self._why or self._line_end is None:
            return None
        if self._looked >= self._line_end:
            return End(
                verdict=Verdict.SKIPPED,
                code=Code.LINE_IN_USE,
                message=f"Not started: the line was in use for {duration(self._line.settings.wait)} "
                f"({self._why}).",
                advice="Run again for the rest when it is free (line.wait: how long to wait).",
            )
        again = min(self._looked + self._line.settings.interval, self._line_end)
        if self.now() >= again:
            return None  # A start looks at it again.
        words = f"Waits for the line, which is in use ({self._why})."
        return Wait(hold=Hold.LINE_IN_USE, words=words, until=again, end=self._line_end)

    async def may_act(self) -> None:
        """Return unless a job that has not begun must wait again.

        Raises:
            JobEnded: skipped, with one of ``PUT_OFF``.
        """
        opening = self.opening
        if opening is not None and self.now() >= opening.closes:
            raise JobEnded(Verdict.SKIPPED, Code.OUTSIDE_WINDOW, "Not begun: the window has closed.")
        if self._guards:
            await self.look()
            if self._why:
                raise JobEnded(Verdict.SKIPPED, Code.LINE_IN_USE, f"Not begun: {self._why}.")

    # -- sensors that do not answer -------------------------------------------------------------

    @property
    def later(self) -> Mapping[str, Wait]:
        """The sensors that are tried again, and when."""
        return self._later

    def answers(self, device: str) -> None:
        """A sensor that was silent answers."""
        self._later.pop(device, None)
        self._tries.pop(device, None)

    def is_first_try(self, device: str) -> bool:
        """Whether a sensor that is tried again has not been tried again yet."""
        return self._tries.get(device) == 1

    def put_off(self, event: VerdictReached) -> str:
        """Why a job that sent nothing is tried again instead of having this verdict; empty if it is not."""
        if event.code in PUT_OFF and event.verdict is Verdict.SKIPPED:
            return f"{event.message} It waits again."
        if event.verdict is not Verdict.FAILED or event.code is not Code.UNREACHABLE:
            return ""
        now = self.now()
        if now >= self._answer_end:
            return ""
        tries = self._tries[event.device] = self._tries.get(event.device, 0) + 1
        pause = min(_FIRST_TRY * 2.0 ** min(tries - 1, 10), _LONGEST)
        pause *= 1 + random.uniform(-_JITTER, _JITTER)  # noqa: S311  not for a secret
        self._later[event.device] = Wait(
            hold=Hold.OFFLINE,
            words="Waits for sensors that do not answer.",
            until=min(now + pause, self._answer_end),
            end=self._answer_end,
        )
        until = timestamp(datetime.fromtimestamp(self._answer_end, UTC))
        return f"{event.message} It is tried again until {moment(until)}."


def line_end_of(entries: Iterable[object]) -> float | None:
    """When an earlier runner would have given up the line; ``None``: it did not wait for it."""
    last = None
    for entry in entries:
        last = entry if isinstance(entry, Waiting) else last
    if last is None or last.waits_for != "line_in_use" or not last.until:
        return None
    return datetime.fromisoformat(last.until).timestamp()
